"""What the list of reports gathers from an outputs folder; the folders are made by hand."""

import json
import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from arwap_analysis.present.phrases import untranslated
from arwap_analysis.run import freshness
from arwap_analysis.run.batch import BatchRecord, Outcome, run_batch
from arwap_analysis.run.batch.index import gather, write_index
from arwap_analysis.run.batch.plan import Job
from arwap_analysis.run.batch.record import write_record
from arwap_analysis.run.freshness import NOT_MADE
from tests.welsh import english_in

NIGHT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def iso(hours):
    return (NIGHT + timedelta(hours=hours)).isoformat(timespec="seconds")


class Folder:
    """An outputs folder in the making; hours count from the start of the last batch, which took one."""

    def __init__(self, path):
        self.path = path
        self._outcomes = []

    def report(self, id, hours, title="A title"):
        (self.path / id).mkdir()
        for name in ("report.html", "data.csv"):
            (self.path / id / name).write_text("x", encoding="utf-8")
        manifest = {"finished": iso(hours), "parameters": {"title": title}}
        (self.path / id / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    def remains(self, id, hours, message="cell [2]: KeyError: 'x'", notebook=True):
        folder = self.path / f"{id}.failed"
        folder.mkdir()
        (folder / "error.txt").write_text(f"{message}\n\nWhat the kernel said:\nmuch", encoding="utf-8")
        seconds = (NIGHT + timedelta(hours=hours)).timestamp()
        os.utime(folder / "error.txt", (seconds, seconds))
        if notebook:
            (folder / "report.ipynb").write_text("{}", encoding="utf-8")

    def outcome(self, id, status, hours=0.5, **more):
        options = {"attempts": 1, "finished": iso(hours), **more}
        self._outcomes.append(Outcome(id, f"params/{id}.yml", f"arwap run {id}", f"/x/{id}", status, **options))

    def gather(self):
        if self._outcomes:
            write_record(self.path, BatchRecord(iso(0), iso(1), 2, "forked", tuple(self._outcomes)))
        return gather(self.path)

    def row(self):
        (row,) = self.gather().rows
        return row


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_an_empty_folder_is_an_empty_list(folder):
    assert folder.gather().rows == ()


def test_a_report_of_a_plain_run_is_listed_without_a_batch(folder):
    folder.report("a", -5, title="Tŷ")
    row = folder.row()
    assert (row.title, row.status, row.page, row.recorded) == ("Tŷ", "made", "a/report.html", False)
    assert row.made == NIGHT - timedelta(hours=5)
    assert row.files == ("a/data.csv", "a/manifest.json")


def test_a_report_that_the_batch_made_has_its_reason_and_its_changes(folder):
    folder.report("a", 0.5)
    folder.outcome("a", "made", why="its notebook has changed", changes=("one figure",))
    row = folder.row()
    assert (row.status, row.why, row.changes, row.first) == (
        "made",
        "its notebook has changed",
        ("one figure",),
        False,
    )


def test_a_first_run_is_called_one_and_a_missing_comparison_is_not(folder):
    for id in ("a", "b"):
        folder.report(id, 0.5)
    folder.outcome("a", "made", why="it has not been made yet")
    folder.outcome("b", "made", why="its notebook has changed")
    assert {row.id: row.first for row in folder.gather().rows} == {"a": True, "b": False}


def test_what_was_made_since_the_batch_is_not_given_the_reasons_of_the_batch(folder):
    folder.report("a", 3)
    folder.outcome("a", "up_to_date", why="its notebook has changed", changes=("old",))
    row = folder.row()
    assert (row.status, row.why, row.changes, row.recorded) == ("made", "", None, False)


def test_a_failed_report_has_its_failure_and_the_earlier_one_stands(folder):
    folder.report("a", -9)
    folder.remains("a", 0.4)
    folder.outcome("a", "failed", code="cell_failed", message="no", cell="cell [2]", notebook="/gone/report.ipynb")
    row = folder.row()
    assert (row.status, row.page, row.made) == ("failed", "a/report.html", NIGHT - timedelta(hours=9))
    failure = row.failure
    assert (failure.message, failure.code, failure.cell, failure.command) == (
        "no",
        "cell_failed",
        "cell [2]",
        "arwap run a",
    )
    assert (failure.notebook, failure.error) == ("a.failed/report.ipynb", "a.failed/error.txt")


def test_a_failure_mended_by_a_plain_run_is_no_failure_any_more(folder):
    folder.report("a", 3)
    folder.outcome("a", "failed", code="cell_failed", message="no")
    assert folder.row().status == "made"


def test_a_plain_run_that_failed_after_the_batch_is_a_failure(folder):
    folder.report("a", 0.5)
    folder.remains("a", 4)
    folder.outcome("a", "made")
    row = folder.row()
    assert (row.status, row.failure.message, row.failure.command) == (
        "failed",
        "cell [2]: KeyError: 'x'",
        "arwap run a",
    )


def test_a_newer_failure_goes_before_the_one_of_the_batch(folder):
    folder.remains("a", 4)
    folder.outcome("a", "failed", code="timed_out", message="old", notebook="/x/report.ipynb")
    assert folder.row().failure.message == "cell [2]: KeyError: 'x'"


def test_a_failure_of_a_plain_run_is_listed_without_a_batch(folder):
    folder.remains("a", 0, notebook=False)
    row = folder.row()
    assert (row.status, row.page, row.failure.command, row.failure.notebook) == ("failed", None, "", None)
    assert row.failure.when == NIGHT


def test_bad_parameters_do_not_link_to_the_notebook_of_an_older_failure(folder):
    folder.remains("a", -9)
    folder.outcome("a", "failed", code="unknown_key", message="no", attempts=0)
    assert (folder.row().failure.notebook, folder.row().failure.error) == (None, None)


def test_a_report_that_was_taken_away_is_not_listed_as_made(folder):
    folder.outcome("a", "made")
    folder.outcome("b", "up_to_date")
    assert folder.gather().rows == ()


def test_failures_come_first_then_the_newest(folder):
    for id, hours in {"old": -9, "new": 0.5, "newer": 0.7, "mended": -2}.items():
        folder.report(id, hours)
    folder.outcome("zz", "failed", hours=0.1, code="x", message="x")
    folder.outcome("stopped", "not_run", code="not_run", message="x")
    folder.outcome("late", "failed", hours=0.9, code="x", message="x")
    folder.outcome("newer", "up_to_date", hours=0.8)
    ids = [row.id for row in folder.gather().rows]
    assert ids == ["late", "zz", "stopped", "newer", "new", "mended", "old"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"finished": 3, "parameters": [1]}', "\ud800"])
def test_a_manifest_that_cannot_be_used_leaves_the_report_in_the_list(folder, text):
    folder.report("a", 0)
    (folder.path / "a" / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    row = folder.row()
    assert (row.title, row.made, row.page) == ("a", None, "a/report.html")


def test_folders_that_are_not_reports_are_passed_over(folder):
    for name in (".a.previous", "notes"):
        (folder.path / name).mkdir()
    (folder.path / ".a.previous" / "manifest.json").write_text("{}", encoding="utf-8")
    (folder.path / "README.md").write_text("x", encoding="utf-8")
    assert folder.gather().rows == ()


def test_the_page_is_written_whole_or_not_at_all(folder, monkeypatch):
    page = folder.path / "index.html"
    page.write_text("earlier", encoding="utf-8")
    folder.report("a", 0)
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            write_index(folder.path)
    assert page.read_text(encoding="utf-8") == "earlier"
    assert sorted(path.name for path in folder.path.iterdir()) == ["a", "index.html"]
    assert write_index(folder.path) == page
    assert "A title" in page.read_text(encoding="utf-8")


def test_a_batch_leaves_the_page_beside_its_record(tmp_path):
    out = tmp_path / "outputs"
    run_batch([Job("a", tmp_path / "a.yml", (), out)])
    assert sorted(path.name for path in out.iterdir()) == ["batch.json", "index.cy.html", "index.html"]


def test_five_hundred_reports_take_moments(folder):
    for number in range(500):
        folder.report(f"r{number}", -number)
        folder.outcome(f"r{number}", "made", why="its notebook has changed", changes=("a figure",) * 3)
    folder.gather()
    start = time.perf_counter()
    page = write_index(folder.path)
    assert time.perf_counter() - start < 2
    assert page.read_text(encoding="utf-8").count("<tr ") == 501


def test_the_list_in_welsh_links_to_welsh_pages_and_marks_what_is_english(folder):
    folder.report("both", 2, title={"en": "Help", "cy": "Cymorth"})
    manifest = json.loads((folder.path / "both" / "manifest.json").read_text())
    manifest["parameters"]["language"] = ["en", "cy"]
    (folder.path / "both" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder.path / "both" / "report.cy.html").write_text("x", encoding="utf-8")
    folder.report("plain", 1, title="Only English")
    folder.remains("broken", 3, message="ValueError: something")
    folder.gather()
    english = BeautifulSoup(write_index(folder.path).read_text(encoding="utf-8"), "html.parser")
    welsh = BeautifulSoup((folder.path / "index.cy.html").read_text(encoding="utf-8"), "html.parser")
    assert welsh.html["lang"] == "cy"
    assert [a["href"] for a in welsh.select("nav.languages a")] == ["index.html"]
    assert [a["href"] for a in english.select("nav.languages a")] == ["index.cy.html"]
    titles = {a.text: (a["href"], a.bdi.get("lang")) for a in welsh.select("a.to-report")}
    assert titles == {"Cymorth": ("./both/report.cy.html", None), "Only English": ("./plain/report.html", "en")}
    for marked in welsh.select("[lang=en]"):
        marked.extract()
    for ids in welsh.select(".id, .files, code, .quiet code"):
        ids.extract()
    assert english_in(welsh.body.text) == set()


def test_every_reason_for_a_run_has_welsh_words():
    said = re.findall(
        r'return f?"(i(?:t|ts) .+?|the input .+?|\w+ has .+?|\w+ have .+?)"', Path(freshness.__file__).read_text()
    )
    said += [
        "it was asked for",
        "it failed last time",
        "it was not fit to be released",
        NOT_MADE,
        "the input x is gone",
    ]
    said = [text.replace("{'is gone' if now is None else 'has changed'}", "has changed") for text in said]
    assert len(said) > 10
    assert untranslated(said, language="cy") == ()
