"""Every kind of page against the rules of axe-core, and the measures of Lighthouse that need no network."""

import shutil

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from arwap_analysis.present.index import ReportIndex, render_index
from arwap_analysis.present.page import render_page
from arwap_analysis.run.batch import plan_jobs, run_batch
from tests.axe import axe_faults
from tests.browser import open_page
from tests.conftest import ROOT
from tests.present.test_index_browser import NOON, ROWS
from tests.run.outputs import ONE_OF_MATRIX

pytestmark = pytest.mark.slow

MOST_BYTES = 1_000_000
LEAST_TEXT, LEAST_TARGET = 12, 24  # CSS pixels; the second is criterion 2.5.8 of WCAG 2.2, links in running text aside
# Every report of the project, one of a matrix standing for all, and the pages that are no report.
REPORTS = tuple(sorted(path.stem for path in (ROOT / "params").glob("*.yml")))
KINDS = (*REPORTS, "failure", "index", "empty_index")
VIEWS = {
    "wide": (1280, "screen", "light"),
    "telephone": (320, "screen", "light"),
    "paper": (1280, "print", "light"),
    "dark": (1280, "screen", "dark"),
}
SMALL_TEXT = """[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length
  && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
  && parseFloat(getComputedStyle(e).fontSize) < %d).map(e => e.outerHTML.slice(0, 80))"""
SMALL_TARGETS = """[...document.querySelectorAll('a, button, summary, input, select')].filter(e => {
  const box = e.getBoundingClientRect();
  const running = e.tagName === 'A' && getComputedStyle(e).display === 'inline' && e.parentElement.innerText.trim()
    !== e.innerText.trim();
  return box.width && box.bottom > 0 && !running && Math.min(box.width, box.height) < %d;
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return a page of each kind; the reports are rendered once."""
    folder = tmp_path_factory.mktemp("prosiect")
    for name in ("notebooks", "params", "data", "claims"):
        shutil.copytree(ROOT / name, folder / name)
    found = {}
    for name in REPORTS:
        file = folder / "params" / f"{name}.yml"
        (job,) = plan_jobs([file], overrides=ONE_OF_MATRIX.get(name, ()))
        result = run_batch([job], workers=1)
        assert not result.failed, result.failed
        found[name] = job.folder / "report.html"
    texts = {
        "failure": render_page(failed_notebook(), title="A report with a failure", notices=["Draft"]),
        "index": render_index(ReportIndex(ROWS, NOON, NOON, 2, "forked")),
        "empty_index": render_index(ReportIndex(())),
    }
    for name, text in texts.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(text, encoding="utf-8")
    return found


def failed_notebook():
    """Return a notebook of what else a page can hold: a table, code, a definition, a link, a failed cell."""
    text = (
        "# Kind of review\n\n## Part\n\nText with `code`, **weight** and [a link](https://example.org/).\n\n"
        "| Group | Count |\n|---|---:|\n| Black | 1,234 |\n\n```\nprint(1)\n```\n\nTerm\n: What it means\n\n"
        "### Detail\n\n> Said"
    )
    failure = new_output("error", ename="ValueError", evalue="no such column", traceback=["Traceback", "ValueError"])
    return new_notebook(cells=[new_markdown_cell(text), new_code_cell("1/0", outputs=[failure])])


def look(tab, page, view):
    """Open a page as a reader of one kind sees it, with all that can be unfolded unfolded."""
    width, media, scheme = VIEWS[view]
    tab.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.go(page, width=width, height=900)
    tab.ask("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_fault_on_a_screen_a_telephone_paper_or_in_the_dark(pages, kind):
    with open_page(pages[kind]) as tab:
        for view in VIEWS:
            look(tab, pages[kind], view)
            found = axe_faults(tab)
            assert found["faults"] == [], view
            assert found["passed"] > 20, view


@pytest.mark.parametrize(
    ("spoiled", "rule"),
    [
        ("<html", "html-has-lang"),
        ("</main>", "color-contrast"),
        ("</header>", "image-alt"),
        ("<h1", "page-has-heading-one"),
        ("</footer>", "target-size"),
    ],
)
def test_axe_would_notice(pages, tmp_path, spoiled, rule):
    worse = {
        "<html": "<html data-was",
        "</main>": '<p style="color: #aaa">Pale words</p></main>',
        "</header>": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></header>',
        "<h1": "<h2",
        "</footer>": '<p><button style="all: unset; width: 9px; height: 9px">a</button>'
        '<button style="all: unset; width: 9px; height: 9px">b</button></p></footer>',
    }
    text = pages["failure"].read_text(encoding="utf-8").replace(spoiled, worse[spoiled], 1)
    page = tmp_path / "worse.html"
    page.write_text(text.replace(' lang="en"', "") if spoiled == "<html" else text, encoding="utf-8")
    with open_page(page) as tab:
        assert rule in {fault.split(":")[0] for fault in axe_faults(tab)["faults"]}


@pytest.mark.parametrize("name", REPORTS)
def test_axe_finds_no_fault_on_a_welsh_page(pages, name):
    page = pages[name].with_name("report.cy.html")
    if not page.is_file():
        assert name == "homelessness_accepted", "every other report has a Welsh page"
        return
    with open_page(page) as tab:
        look(tab, page, "telephone")
        assert axe_faults(tab)["faults"] == []
        assert tab.ask("document.documentElement.lang") == "cy"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_what_it_is_and_is_light(pages, kind):
    assert pages[kind].stat().st_size < MOST_BYTES
    with open_page(pages[kind]) as tab:
        assert tab.ask("document.documentElement.lang") == "en"
        assert tab.ask("document.title.trim().length > 0")
        assert tab.ask("document.characterSet") == "UTF-8"
        assert tab.ask("document.compatMode") == "CSS1Compat"
        viewport = tab.ask("document.querySelector('meta[name=viewport]').content")
        assert "width=device-width" in viewport
        assert "maximum-scale" not in viewport
        assert "user-scalable" not in viewport
        assert tab.ask("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("kind", KINDS)
def test_words_can_be_read_targets_can_be_hit_and_nothing_scrolls_sideways(pages, kind):
    with open_page(pages[kind]) as tab:
        for view in ("wide", "telephone"):
            look(tab, pages[kind], view)
            assert tab.ask(SMALL_TEXT % LEAST_TEXT) == [], view
            assert tab.ask(SMALL_TARGETS % LEAST_TARGET) == [], view
            assert tab.ask("document.documentElement.scrollWidth") == VIEWS[view][0]


def test_the_measures_of_words_and_targets_would_notice(pages, tmp_path):
    page = tmp_path / "worse.html"
    worse = (
        '<p style="font-size: 11px">Small <a href="#main">in a text</a></p>'
        '<p><a href="#main" class="hit">x</a></p></main>'
    )
    text = pages["failure"].read_text(encoding="utf-8").replace("</main>", worse)
    page.write_text(text, encoding="utf-8")
    with open_page(page) as tab:
        assert len(tab.ask(SMALL_TEXT % LEAST_TEXT)) == 2
        assert [found for found in tab.ask(SMALL_TARGETS % LEAST_TARGET) if "hit" not in found] == []
        assert tab.ask(SMALL_TARGETS % LEAST_TARGET)
