"""The list of reports as a browser shows it: fits a telephone, obeys the keyboard, searches, and needs no script."""

from datetime import UTC, datetime, timedelta

import pytest

from arwap_analysis.present.index import Failure, ReportIndex, ReportRow, render_index
from tests.browser import dump_dom, evaluate, open_page, requests_made

pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2


def row(number, **more):
    id = f"report_{number}"
    made = NOON - timedelta(days=number)
    files = (f"{id}/data.csv", f"{id}/report.ipynb", f"{id}/manifest.json")
    return ReportRow(id, more.pop("title", f"Homelessness in area {number}"), more.pop("status", "made"), made=made,
                     page=f"{id}/report.html", files=files, why="its notebook has changed", **more)  # fmt: skip


FAILURE = Failure(
    f"ValueError: {LONG}",
    cell="cell [3] under 'Rates'",
    code="cell_failed",
    when=NOON,
    command=f"arwap run params/{LONG}.yml --set area=W06000001 --out /srv/outputs",
    notebook="report_0.failed/report.ipynb",
    error="report_0.failed/error.txt",
)
ROWS = (
    row(0, status="failed", failure=FAILURE, title=LONG),
    row(1, status="not_run", failure=Failure("x", when=NOON, command="arwap run x.yml")),
    row(2, title="Tŷ Cyffredin", changes=(LONG,)),
    *(row(number) for number in range(3, 30)),
)
SHOWN = "[...document.querySelectorAll('tbody tr')].filter(r => r.getClientRects().length).map(r => r.querySelector('th bdi').textContent)"  # noqa: E501
SEARCH = "(words => { const box = document.getElementById('words'); box.value = words; box.dispatchEvent(new Event('input')); })"  # noqa: E501


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "index.html"
    path.write_text(render_index(ReportIndex(ROWS, NOON, NOON, 2, "forked")), encoding="utf-8")
    return path


def test_the_page_asks_for_nothing_and_its_script_may_run(page):
    assert requests_made(page) == []
    assert "30 of 30 reports are shown." in dump_dom(page)


def test_without_script_every_report_is_there_and_no_search_is_shown(page):
    with open_page(page) as tab:
        tab.call("Emulation.setScriptExecutionDisabled", value=True)
        tab.go(page, width=1280, height=900)
        assert len(tab.ask(SHOWN)) == 30
        assert tab.ask("document.getElementById('tools').getClientRects().length") == 0


def test_a_script_that_slipped_into_the_page_does_not_run(page):
    slipped = '<script>document.title = "ran"</script><img src="x" onerror="document.title = \'ran\'"></main>'
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", slipped), encoding="utf-8")
    assert evaluate(page, "document.title") == "Reports"


@pytest.mark.parametrize("width", [320, 768, 950, 1280])
def test_the_page_never_scrolls_sideways_and_nothing_sticks_out(page, width):
    out = (
        "[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length"
        " && !e.closest('.aside, thead, caption')"
        " && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 80))"
    )
    with open_page(page, width=width) as tab:
        assert tab.ask("document.documentElement.scrollWidth") == width
        assert tab.ask(out) == []


def test_cells_keep_their_meaning_when_the_table_becomes_cards(page):
    with open_page(page, width=320) as tab:
        assert tab.ask("getComputedStyle(document.querySelector('tbody tr')).display") == "block"
        tree = tab.call("Accessibility.getFullAXTree")["nodes"]
        roles = [node["role"]["value"] for node in tree if "role" in node]
        assert (roles.count("rowheader"), roles.count("columnheader"), roles.count("table")) == (30, 5, 1)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ty cyff", ["Tŷ Cyffredin"]),
        ("cyffredin TŶ", ["Tŷ Cyffredin"]),
        ("area 29 homel", ["Homelessness in area 29"]),
        ("zzz", []),
    ],
)
def test_the_search_finds_all_words_in_any_order_and_without_accents(page, words, found):
    with open_page(page) as tab:
        tab.ask(f"{SEARCH}('{words}')")
        assert tab.ask(SHOWN) == found
        assert tab.ask("document.getElementById('shown').textContent") == f"{len(found)} of 30 reports are shown."
        assert tab.ask("document.getElementById('nothing').getClientRects().length > 0") is (not found)


def test_search_and_status_go_together_and_the_keyboard_brings_all_back(page):
    with open_page(page) as tab:
        tab.ask(
            "(s => { s.value = 'failed'; s.dispatchEvent(new Event('change')); })(document.getElementById('status'))"
        )
        assert tab.ask(SHOWN) == [LONG]
        tab.ask(f"{SEARCH}('Cyffredin')")
        assert tab.ask(SHOWN) == []
        places = []
        for _ in range(4):
            tab.press("Tab")
            places.append(tab.ask("document.activeElement.id || document.activeElement.className"))
        assert places == ["skip", "words", "status", "clear"]
        tab.press("Enter")
        assert len(tab.ask(SHOWN)) == 30
        assert tab.ask("document.activeElement.id") == "words"


CONTRAST = """(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([e.outerHTML.slice(0, 60), ratio]);
  }
  return poor; })()"""


def test_all_text_stands_out_from_what_is_behind_it(page):
    assert evaluate(page, CONTRAST) == []


def test_the_check_of_contrast_would_notice_pale_text(page):
    page.write_text(
        page.read_text(encoding="utf-8").replace("</style>", ".id { color: #bbb; }</style>"), encoding="utf-8"
    )
    assert evaluate(page, CONTRAST) != []


def test_paper_shows_every_report_and_no_search(page):
    with open_page(page) as tab:
        tab.call("Emulation.setEmulatedMedia", media="print")
        assert len(tab.ask(SHOWN)) == 30
        assert tab.ask("getComputedStyle(document.getElementById('tools')).display") == "none"
