"""`arwap protect` and `arwap audit`, from the files an analyst has."""

import csv
import json
import subprocess
import sys

import pytest

from tests.disclosure.conftest import rows_of, with_margins

BODY = [[3, 20, 30], [15, 2, 40], [12, 8, 20]]


def arwap(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-c", "from arwap_analysis.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows_of(with_margins(BODY)))
    return path


def test_what_protect_writes_audit_finds_safe(table, tmp_path):
    result = arwap("protect", table, "--out", "safe.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "2 figures hidden by the rule" in result.stderr
    assert "optimum" in result.stderr
    result = arwap("audit", "safe.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("Safe:")
    result = arwap("audit", "safe.csv", table, cwd=tmp_path)
    assert result.returncode == 1
    assert arwap("protect", table, cwd=tmp_path).stdout == (tmp_path / "safe.csv").read_text(encoding="utf-8")


def test_a_weak_table_exits_1_and_says_which_sum_reveals_it(tmp_path):
    text = "Area,A,B,C,Total\nX,[c],20,30,53\nY,15,5,40,60\nTotal,18,25,70,113\n"
    (tmp_path / "weak.csv").write_text(text, encoding="utf-8")
    result = arwap("audit", "weak.csv", cwd=tmp_path)
    assert result.returncode == 1
    assert "weak.csv, row 2, column 'A': X, A is exactly 3" in result.stdout
    assert "53 (X, Total) - (20 (X, B) + 30 (X, C)) = 3" in result.stdout or (
        "18 (Total, A) - 15 (Y, A) = 3" in result.stdout
    )
    result = arwap("audit", "weak.csv", "--json", cwd=tmp_path)
    found = json.loads(result.stdout)
    assert result.returncode == 1
    assert (found["recoverable"], found["cells"][0]["low"], found["cells"][0]["high"]) == (1, 3, 3)


def test_bad_input_exits_2_and_leaves_the_earlier_file(tmp_path):
    (tmp_path / "bad.csv").write_text("Area,A,B\nX,three,-1\nY,,2\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text("earlier\n", encoding="utf-8")
    result = arwap("protect", "bad.csv", "--out", "out.csv", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.count("bad.csv, row") == 3
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "earlier\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv", "out.csv"]
    assert arwap("audit", "missing.csv", cwd=tmp_path).returncode == 2
    assert arwap("audit", "out.csv", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("command", ["protect", "audit"])
def test_a_long_table_that_is_read_as_two_way_is_told_once_how_it_is_read(command, tmp_path):
    (tmp_path / "long.csv").write_text("area,group,count\nX,A,3\nX,B,9\nY,A,20\n", encoding="utf-8")
    result = arwap(command, "long.csv", cwd=tmp_path)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.endswith("If it is long, say so: --dimensions area,group --value count.")


def test_a_long_table_with_years_is_protected_over_all_its_sums(tmp_path):
    lines = ["area,group,year,value"]
    counts = {
        ("X", "A", "1"): 3,
        ("X", "B", "1"): 20,
        ("Y", "A", "1"): 9,
        ("Y", "B", "1"): 12,
        ("X", "A", "2"): 8,
        ("X", "B", "2"): 22,
        ("Y", "A", "2"): 10,
        ("Y", "B", "2"): 14,
    }
    for area in ("X", "Y", "Total"):
        for group in ("A", "B", "Total"):
            for year in ("1", "2", "Total"):
                wanted = zip(
                    (
                        "XY" if area == "Total" else area,
                        "AB" if group == "Total" else group,
                        "12" if year == "Total" else year,
                    ),
                    range(3),
                    strict=True,
                )
                allowed = [set(text) for text, _ in wanted]
                n = sum(v for key, v in counts.items() if all(k in a for k, a in zip(key, allowed, strict=True)))
                lines.append(f"{area},{group},{year},{n}")
    (tmp_path / "long.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ("--dimensions", "area,group,year")
    result = arwap("protect", "long.csv", *options, "--out", "safe.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "safe.csv").read_text(encoding="utf-8")
    # One small count in three dimensions needs a block of two by two by two.
    assert text.count("[c]") == 8
    assert arwap("audit", "safe.csv", *options, cwd=tmp_path).returncode == 0
    weak = text.replace("X,B,2,[c]", "X,B,2,22")
    (tmp_path / "weak.csv").write_text(weak, encoding="utf-8")
    assert arwap("audit", "weak.csv", *options, cwd=tmp_path).returncode == 1


def test_a_percentage_of_a_known_base_gives_a_hidden_count_away(tmp_path):
    # 5 of 40 is 12.5%, and no other whole number of 40 is printed so; 13% leaves 5 alone too, 1% of 4,000 leaves 21.
    text = "Area,A,B\nX,[c],[c]\nY,[c],[c]\n"
    (tmp_path / "hidden.csv").write_text(text, encoding="utf-8")
    assert arwap("audit", "hidden.csv", cwd=tmp_path).returncode == 0
    (tmp_path / "wide.csv").write_text("area,group,percent,base\nY,B,1%,4000\n", encoding="utf-8")
    assert arwap("audit", "hidden.csv", "--shares", "wide.csv", cwd=tmp_path).returncode == 0
    (tmp_path / "shares.csv").write_text("area,group,percent,base\nX,A,12.5,40\n", encoding="utf-8")
    result = arwap("audit", "hidden.csv", "--shares", "wide.csv", "--shares", "shares.csv", cwd=tmp_path)
    assert result.returncode == 1
    assert "X, A is exactly 5 (published as 12.5% of 40)" in result.stdout


def test_a_percentage_completes_a_sum_that_hides_two_counts(tmp_path):
    text = "Area,A,B,C,Total\nX,[c],[c],30,50\nY,9,12,40,61\n"
    (tmp_path / "hidden.csv").write_text(text, encoding="utf-8")
    assert arwap("audit", "hidden.csv", cwd=tmp_path).returncode == 0
    (tmp_path / "shares.csv").write_text("area,group,percent,base\nX,A,8.0,50\n", encoding="utf-8")
    result = arwap("audit", "hidden.csv", "--shares", "shares.csv", cwd=tmp_path)
    assert "X, A is exactly 4 (published as 8.0% of 50)" in result.stdout
    assert "X, B is exactly 16 (from Total of X: 50 (X, Total) - (4 (X, A) + 30 (X, C)) = 16)" in result.stdout


def test_percentages_that_cannot_be_used_are_named(tmp_path):
    (tmp_path / "hidden.csv").write_text("Area,A,B\nX,[c],30\nY,[c],[c]\n", encoding="utf-8")
    bad = "area,group,percent,base\nX,A,130,40\nX,A,five,40\nX,A,5,0\n"
    (tmp_path / "bad.csv").write_text(bad, encoding="utf-8")
    result = arwap("audit", "hidden.csv", "--shares", "bad.csv", cwd=tmp_path)
    assert result.returncode == 2
    assert [f"row {n}" in result.stderr for n in (2, 3, 4)] == [True] * 3
    (tmp_path / "other.csv").write_text("area,group,percent,base\nZ,A,10,40\nX,B,10,40\n", encoding="utf-8")
    result = arwap("audit", "hidden.csv", "--shares", "other.csv", cwd=tmp_path)
    assert result.returncode == 2
    assert "no count with these labels" in result.stderr
    assert "no count is both in the tables and printed so" in result.stderr


def test_linked_tables_are_protected_together_and_each_keeps_its_name(tmp_path):
    # The small count of one table is a margin of the other: alone, either would give it away through the other.
    (tmp_path / "areas.csv").write_text("Area,A,B,Total\nX,3,20,23\nY,30,40,70\nTotal,33,60,93\n", encoding="utf-8")
    (tmp_path / "sexes.csv").write_text(
        "Sex,A,B,Total\nWomen,15,25,40\nMen,18,35,53\nTotal,33,60,93\n", encoding="utf-8"
    )
    result = arwap("protect", "areas.csv", "sexes.csv", "--out", "safe", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in (tmp_path / "safe").iterdir()) == ["areas.csv", "sexes.csv"]
    assert "[c]" in (tmp_path / "safe" / "areas.csv").read_text(encoding="utf-8")
    assert arwap("audit", "safe/areas.csv", "safe/sexes.csv", cwd=tmp_path).returncode == 0
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "areas.csv").write_text("Area,A\nX,1\n", encoding="utf-8")
    result = arwap("protect", "areas.csv", "again/areas.csv", "--out", "safe", cwd=tmp_path)
    assert result.returncode == 2
    assert "two tables would be written into one file" in result.stderr
