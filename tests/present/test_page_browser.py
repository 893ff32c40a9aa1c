"""The page as a browser shows it: asks for nothing, fits a telephone, prints its tables, obeys the keyboard."""

import base64

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.page import render_page
from tests.browser import dump_dom, evaluate, open_page, requests_made, screenshot
from tests.page_check import page_faults

pytestmark = pytest.mark.slow

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 200"><rect width="700" height="200"/></svg>'
NAMES = ("Group", "Count", "Population", "Rate per 1,000", "95% interval", "Ratio", "What was found about it")


def ours(html):
    data = {"text/html": html, "text/plain": "x"}
    return new_code_cell("x", outputs=[new_output("display_data", data, metadata={METADATA_KEY: {"kind": "x"}})])


def table(id):
    head = "".join(f'<th scope="col">{name}</th>' for name in NAMES)
    cells = '<td class="num">1,234,567 to 2,345,678</td>' * (len(NAMES) - 1)
    return (
        f'<div class="table-scroll" role="region" aria-labelledby="caption-{id}" tabindex="0"><table>'
        f'<caption id="caption-{id}">Rates</caption><thead><tr>{head}</tr></thead>'
        f'<tbody><tr><th scope="row">Gypsy or Irish Traveller</th>{cells}</tr></tbody></table></div>'
    )


IMAGE = f'<img src="data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}" alt="Dot chart. Black 15.9.">'
NOTEBOOK = new_notebook(
    cells=[
        new_markdown_cell("# Adolygiad tystiolaeth"),
        new_markdown_cell(
            "## Prif bwyntiau\n\nTŷ, gŵyl. " + "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2
        ),
        ours('<ul class="main-points"><li>The rate was 15.9 per 1,000</li></ul>'),
        new_markdown_cell("## Rates"),
        ours(
            f'<figure class="exhibit" id="exhibit-a"><h3 class="exhibit-title">Finding</h3>{IMAGE}'
            f"<figcaption>Source: x</figcaption></figure>"
            f'<details class="exhibit-table" id="table-a"><summary>Table: rates</summary>{table("a")}</details>'
        ),
        ours(f'<figure class="exhibit" id="exhibit-b"><h3 class="exhibit-title">Other</h3>{table("b")}</figure>'),
        new_markdown_cell(
            "## Notes\n\n| a | b |\n|---|---:|\n| 1 | " + "x" * 90 + " |\n\n```\n" + "y" * 200 + "\n```\n\n"
            "![z](https://example.com/" + "z" * 90 + ".png)"
        ),
    ]
)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "tudalen ŵ.html"
    facts = [("Data to", "March 2025"), ("Prepared for", "Race Disparity Evidence Unit")]
    path.write_text(render_page(NOTEBOOK, title="Teitl", facts=facts, notices=["A draft"]), encoding="utf-8")
    return path


def test_the_browser_opens_the_page_with_the_network_cut_and_asks_for_nothing(page):
    shown = dump_dom(page)
    assert "Tŷ, gŵyl" in shown
    assert "The rate was 15.9 per 1,000" in shown
    assert page_faults(shown) == []
    assert requests_made(page) == []


@pytest.mark.parametrize(
    "asks",
    [
        '<img src="http://example.invalid/x">',
        '<img src="http://192.0.2.1/x">',
        '<link rel="stylesheet" href="https://example.invalid/x">',
        '<script>fetch("https://example.invalid/x")</script>',
    ],
)
def test_the_check_would_notice_a_request(tmp_path, asks):
    path = tmp_path / "x.html"
    path.write_text(f"<p>shown</p>{asks}", encoding="utf-8")
    assert len(requests_made(path)) == 1


def test_the_policy_alone_stops_a_request_that_slipped_into_the_page(page):
    slipped = '<img src="http://example.invalid/x"><script>document.title = "ran"</script></main>'
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", slipped), encoding="utf-8")
    assert requests_made(page) == []
    assert evaluate(page, "document.title") == "Teitl"


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_page_never_scrolls_sideways_with_its_tables_open(page, width):
    opened = "document.querySelectorAll('details').forEach(d => d.open = true)"
    assert evaluate(page, f"{opened}, [innerWidth, document.documentElement.scrollWidth]", width=width) == [width] * 2


def test_a_wide_table_scrolls_inside_its_own_frame_on_a_telephone(page):
    wide = "(t => t.scrollWidth > t.clientWidth)(document.querySelector('#exhibit-b .table-scroll'))"
    assert evaluate(page, wide, width=320) is True


def test_paper_shows_the_tables_that_the_screen_folds_away(page):
    tall = "['#table-a', '#table-a table'].map(s => document.querySelector(s).getBoundingClientRect().height)"
    with open_page(page) as tab:
        folded, table_height = tab.ask(tall)
        assert folded < table_height
        tab.call("Emulation.setEmulatedMedia", media="print")
        opened, table_height = tab.ask(tall)
        assert opened > table_height > 0
        assert tab.ask("getComputedStyle(document.querySelector('nav')).display") == "none"


def test_the_first_key_press_shows_the_way_past_the_contents(page):
    with open_page(page) as tab:
        tab.press("Tab")
        place = "(r => r.left >= 0 && r.top >= 0 && r.width > 0)(document.activeElement.getBoundingClientRect())"
        assert tab.ask("document.activeElement.className") == "skip"
        assert tab.ask(place) is True
        tab.press("Enter")
        assert tab.ask("document.activeElement.id") == "main"


def test_a_screenshot_has_the_size_that_was_asked_for(page, tmp_path):
    image = screenshot(page, tmp_path / "x.png", width=320, height=500).read_bytes()
    assert (int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")) == (320, 500)
