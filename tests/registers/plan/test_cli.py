"""The commands: what they print, what they leave, and their exit codes."""

import csv
import io
import json

import pytest

from arwap_analysis.cli import main

TEXT = "Actions\tOutputs\tBy when\tLead and partners\nGoal: G\t\t\t\nCount people fairly.\tA list\tMay 2023\tUnit A\n" \
    "Report in good time.\t\tNobody knows\t\n"  # fmt: skip


@pytest.fixture
def arwap(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.txt").write_text(TEXT, encoding="utf-8")

    def run(*words):
        monkeypatch.setattr("sys.argv", ["arwap", "plan", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def test_import_says_what_was_read_and_what_needs_a_person(arwap, tmp_path):
    code, out, _ = arwap("import", "plan.txt")
    assert code == 0
    for words in (
        "actions                          2",
        "deadlines not read               1",
        "2023-05-01 to 2023-05-31",
        "'Nobody knows' was not read",
        "no lead is named",
        "lead Unit A",
    ):
        assert words in out
    assert (tmp_path / "plan_register.csv").exists()


def test_import_as_json_gives_every_deadline_with_its_rule(arwap):
    code, out, _ = arwap("import", "plan.txt", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["actions"][0]["deadlines"][0]["rule"] == "month"
    assert found["added"] == [action["id"] for action in found["actions"]]
    assert found["read"]["deadlines_not_read"] == 1


def test_a_refused_import_is_bad_input_and_writes_nothing(arwap, tmp_path):
    arwap("import", "plan.txt")
    before = (tmp_path / "plan_register.csv").read_bytes()
    (tmp_path / "plan.txt").write_text(TEXT.replace("May 2023", "May 2024"), encoding="utf-8")
    code, _, said = arwap("import", "plan.txt")
    assert code == 2
    assert "--accept-changes" in said
    assert (tmp_path / "plan_register.csv").read_bytes() == before
    assert arwap("import", "plan.txt", "--accept-changes")[0] == 0


def test_status_counts_and_names_what_is_overdue(arwap):
    arwap("import", "plan.txt")
    code, out, _ = arwap("status", "--as-of", "2023-06-10")
    assert code == 0
    assert "no updates recorded" in out
    assert "overdue by 10 days (2023-05-31); Unit A; no update" in out


def test_status_as_csv_has_one_row_an_action(arwap):
    arwap("import", "plan.txt")
    code, out, _ = arwap("status", "--as-of", "2023-06-10", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [(row["state"], row["days_overdue"]) for row in rows] == [("overdue", "10"), ("undated", "")]


def test_an_update_is_checked_appended_and_seen_by_the_status(arwap):
    arwap("import", "plan.txt")
    id = json.loads(arwap("status", "--as-of", "2023-06-10", "--json")[1])["actions"][0]["id"]
    words = ("update", id, "--who", "Unit A", "--evidence", "https://example.org/minutes")
    assert arwap(*words, "--status", "delivered", "--date", "2023-06-05")[0] == 0
    code, _, said = arwap(*words, "--status", "started", "--date", "2023-06-07")
    assert (code, "nothing but 'reopened' can follow" in said) == (2, True)
    code, out, _ = arwap("status", "--as-of", "2023-06-10", "--since", "2023-06-01")
    assert "delivered on 2023-06-05, 5 days late" in out
    assert arwap("status", "--as-of", "2023-06-01")[0] == 2
    assert arwap("status", "--as-of", "2023-06-01", "--leave-out-later")[0] == 0


@pytest.mark.parametrize(
    "words", [("import", "nowhere.txt"), ("status", "--as-of", "2023-06-01"), ("status", "--as-of", "tomorrow"),
              ("update", "x", "--status", "started", "--date", "2023-06-01", "--who", "A")]
)  # fmt: skip
def test_bad_input_ends_with_its_exit_code_and_no_traceback(arwap, words):
    code, out, said = arwap(*words)
    assert code == 2
    assert "Traceback" not in out + said


def test_one_is_counted_in_the_singular(arwap):
    arwap("import", "plan.txt")
    _, said, _ = arwap("import", "plan.txt", "--json")
    action = json.loads(said)["actions"][0]["id"]
    arwap("update", action, "--status", "started", "--date", "2023-01-16", "--who", "Unit A")
    _, said, _ = arwap("status", "--as-of", "2023-02-01")
    assert "1 update in" in said
    assert "1 action:" in said
    assert "2 actions of" in said
