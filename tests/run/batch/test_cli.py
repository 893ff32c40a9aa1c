"""The command `arwap batch`, where it makes nothing; what it makes is in the other tests."""

import pytest
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.cli.batch import _bytes
from arwap_analysis.errors import ParameterError
from arwap_analysis.run.batch import BatchRecord, Outcome, read_record
from arwap_analysis.run.batch.record import write_record


def batch(project, *options):
    return CliRunner().invoke(app, ["batch", str(project.folder / "params"), *options])


def test_a_dry_run_says_what_would_be_made_and_why_and_makes_nothing(small_project):
    small_project.add("a", "1")
    small_project.add("b", "1", text="matrix: {word: [un, dau]}")
    result = batch(small_project, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "a\tmake: it has not been made yet",
        "b_un\tmake: it has not been made yet",
        "b_dau\tmake: it has not been made yet",
    ]
    assert not small_project.out.exists()
    (small_project.folder / "params" / "c.yml").write_text("id: c\n", encoding="utf-8")
    result = batch(small_project, "--dry-run")
    assert result.exit_code == 2
    assert "c.yml\tcannot be made" in result.stdout


def test_only_what_the_last_batch_did_not_finish_is_chosen(small_project):
    for name in ("a", "b", "c", "d"):
        small_project.add(name, "1")
    states = {"a": "made", "b": "failed", "c": "not_run", "d": "up_to_date"}
    outcomes = tuple(
        Outcome(id, "f", "arwap run f", str(small_project.out / id), state) for id, state in states.items()
    )
    small_project.out.mkdir()
    write_record(small_project.out, BatchRecord("2026-01-01", "2026-01-01", 1, "forked", outcomes))
    result = batch(small_project, "--only-failed", "--dry-run")
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["b", "c"]


def test_a_dry_run_without_a_chosen_report_says_so(small_project):
    small_project.add("a", "1")
    small_project.out.mkdir()
    made = Outcome("a", "f", "arwap run f", str(small_project.out / "a"), "made")
    write_record(small_project.out, BatchRecord("2026-01-01", "2026-01-01", 1, "forked", (made,)))
    assert "Nothing to make" in batch(small_project, "--only-failed", "--dry-run").stderr


def test_a_record_keeps_what_earlier_batches_said_of_other_reports(tmp_path):
    def outcome(id, status, **more):
        (tmp_path / id).mkdir(exist_ok=True)
        file = tmp_path / f"{id}.yml"
        file.touch()
        return Outcome(id, str(file), "arwap run f", str(tmp_path / id), status, **more)

    first = (outcome("a", "made", changes=("x",), finished="1"), outcome("b", "failed", code="kernel_died"))
    first += (outcome("mended.yml", "failed", code="not_yaml"), outcome("gone", "made"))
    (tmp_path / "mended.yml.yml").unlink()
    (tmp_path / "gone").rmdir()
    write_record(tmp_path, BatchRecord("1", "1", 1, "forked", first))
    write_record(tmp_path, BatchRecord("2", "2", 1, "forked", (outcome("a", "up_to_date", finished="2"),)))
    record = read_record(tmp_path)
    assert record.started == "2"
    assert {o.id: (o.status, o.changes, o.finished, o.code) for o in record.outcomes} == {
        "a": ("up_to_date", ("x",), "1", ""),
        "b": ("failed", None, "", "kernel_died"),
    }
    (tmp_path / "batch.json").write_text("{", encoding="utf-8")
    assert read_record(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "number"), [("2GB", 2e9), ("500 mb", 5e8), ("1.5GiB", 1.5 * 2**30), ("4096", 4096), ("none", None)]
)
def test_an_amount_of_memory_is_read_as_people_write_it(text, number):
    assert _bytes(text) == number


@pytest.mark.parametrize("text", ["much", "2 apples", "-1GB", ""])
def test_what_is_no_amount_of_memory_is_refused(text):
    with pytest.raises(ParameterError, match="Write it as 500MB or 2GB"):
        _bytes(text)


def test_a_missing_folder_is_not_answered_with_files_that_no_batch_could_take(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "register.csv").write_text("x\n")
    with pytest.raises(ParameterError, match="Name a parameters file, a folder of them or a pattern") as caught:
        CliRunner().invoke(app, ["batch", "params"], catch_exceptions=False)
    assert "register.csv" not in str(caught.value)


def test_a_folder_without_parameters_files_is_bad_input(small_project):
    result = batch(small_project)
    assert result.exit_code != 0
    assert "holds no parameters file" in str(result.exception)
