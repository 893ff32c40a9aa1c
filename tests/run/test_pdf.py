"""A report printed by a browser, and what happens where that cannot be done."""

import re

import pytest
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.errors import ParameterError, RunError
from arwap_analysis.present.page import render_page
from arwap_analysis.run import print_pdf
from tests.browser import find_chromium
from tests.run.test_accessible import failed_notebook


@pytest.fixture
def report(tmp_path):
    """Return the folder of a report with a page in two languages, in a folder with a space and a Welsh letter."""
    folder = tmp_path / "allbwn ŷ" / "small"
    folder.mkdir(parents=True)
    for name, language in (("report.html", "en"), ("report.cy.html", "en")):
        page = render_page(failed_notebook(), title="A report", language=language)
        (folder / name).write_text(page, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_pdf_is_tagged_has_a_title_and_a_language_and_lies_beside_the_report(report):
    find_chromium()
    before = sorted(report.rglob("*"))
    result = CliRunner().invoke(app, ["pdf", str(report)])
    assert result.exit_code == 0, result.output
    paths = [report.parent / "small.cy.pdf", report.parent / "small.pdf"]
    assert result.stdout.splitlines() == [str(path) for path in paths]
    for path in paths:
        content = path.read_bytes()
        assert content.startswith(b"%PDF-")
        for part in (b"/StructTreeRoot", b"/Lang (en)", b"/S /H1", b"/S /TH", b"/Outlines"):
            assert part in content, part
        assert re.search(rb"/Title \(A report\)", content)
    assert sorted(report.rglob("*")) == before
    assert sorted(path.name for path in report.parent.iterdir()) == ["small", "small.cy.pdf", "small.pdf"]


def fake(tmp_path, monkeypatch, script):
    """Put a program in the place of the browser."""
    program = tmp_path / "bin" / "chromium"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


@pytest.mark.parametrize("script", ["echo 'no room' >&2; exit 3", "echo 'no room' >&2; exit 0"])
def test_a_browser_that_fails_is_named_and_the_earlier_pdf_stays(report, tmp_path, monkeypatch, script):
    fake(tmp_path, monkeypatch, script)
    (report.parent / "small.pdf").write_bytes(b"earlier")
    with pytest.raises(RunError, match="no room"):
        print_pdf(report)
    assert (report.parent / "small.pdf").read_bytes() == b"earlier"
    assert sorted(path.name for path in report.parent.iterdir()) == ["small", "small.pdf"]


def test_without_a_browser_the_hint_says_what_to_install(report, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ParameterError, match="Install Chromium"):
        print_pdf(report)


def test_a_folder_without_a_page_and_a_target_that_is_not_there_are_refused(report, tmp_path):
    with pytest.raises(ParameterError, match=r"no report\.html"):
        print_pdf(tmp_path)
    with pytest.raises(ParameterError, match="no such folder"):
        print_pdf(report, to=tmp_path / "nowhere")
