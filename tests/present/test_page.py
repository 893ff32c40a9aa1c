import itertools
import re
from collections import Counter

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.page import render_page
from tests.browser import dump_dom, requests_made


def ours(html):
    return new_output("execute_result", {"text/html": html, "text/plain": "x"}, metadata={METADATA_KEY: {"kind": "x"}})


def notebook(*cells):
    return new_notebook(cells=list(cells))


PAGE = notebook(
    new_markdown_cell("# Adolygiad tystiolaeth"),
    new_code_cell("question = 1", metadata={"tags": ["parameters"]}, outputs=[ours("<p>hidden</p>")]),
    new_markdown_cell(
        "## Prif bwyntiau\n\nTŷ, gŵyl & <b>not bold</b> [x](javascript:alert(1)) <script>alert(1)</script>"
    ),
    new_code_cell("secret_code()", outputs=[ours('<ul class="main-points"><li>15.9</li></ul>')]),
    new_markdown_cell("## Prif bwyntiau\n\n### Is\n\n# Ail brif bennawd"),
    new_code_cell("x", outputs=[new_output("stream", name="stderr", text="a warning")]),
    new_code_cell(
        "x", outputs=[new_output("execute_result", {"text/html": "<b>foreign</b>", "text/plain": "<foreign>"})]
    ),
)


def soup(page=PAGE, **options):
    return BeautifulSoup(render_page(page, title="Teitl <1> & mwy", **options), "html.parser")


def test_the_page_has_one_h1_a_language_and_its_landmarks():
    page = soup(language="en")
    assert [h.text for h in page.find_all("h1")] == ["Teitl <1> & mwy"]
    assert page.title.text == "Teitl <1> & mwy"
    assert page.html["lang"] == "en"
    assert all(page.find(name) for name in ("header", "nav", "main", "footer"))
    assert page.select_one("a.skip")["href"] == "#main"


def test_the_contents_lead_to_the_headings_and_ids_are_unique():
    page = soup()
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert Counter(ids).most_common(1)[0][1] == 1
    links = [a["href"][1:] for a in page.select("nav.contents a")]
    assert links == ["prif-bwyntiau", "prif-bwyntiau-2", "ail-brif-bennawd"]
    assert set(links) <= set(ids)


def test_headings_never_skip_a_level():
    levels = [int(tag.name[1]) for tag in soup().find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_code_parameters_and_streams_are_not_shown_but_our_exhibits_are():
    text = soup().text
    for hidden in ("secret_code", "question", "hidden", "a warning"):
        assert hidden not in text
    assert "15.9" in text
    assert "Tŷ, gŵyl" in text


def test_text_from_people_and_from_other_code_is_harmless():
    html = render_page(PAGE, title="<script>x</script>", facts=[("a<b", "<i>")], notices=["<u>"])
    assert "<script" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html.lower()
    assert "&lt;foreign&gt;" in html
    assert "<i>" not in html
    assert "<u>" not in html


def test_nothing_is_asked_for_from_outside():
    html = render_page(PAGE, title="x")
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", html)
    assert "@import" not in html
    assert "url(" not in html


def test_the_same_notebook_gives_the_same_page():
    assert render_page(PAGE, title="x") == render_page(nbformat.from_dict(PAGE), title="x")


def test_a_failed_cell_is_marked_and_its_colours_are_taken_out():
    error = new_output("error", ename="ValueError", evalue="<dim>", traceback=["\x1b[31mTraceback\x1b[0m"])
    for tags in ([], ["parameters"]):
        page = soup(notebook(new_code_cell("x", metadata={"tags": tags}, outputs=[error])))
        assert "ValueError: <dim>" in page.select_one(".failure").text
        assert "\x1b" not in page.text


def test_a_notebook_without_headings_is_still_a_page():
    page = soup(notebook(new_markdown_cell("text")))
    assert page.find("h1")
    assert page.find("nav") is None


@pytest.mark.slow
def test_the_browser_opens_the_page_with_the_network_cut_and_asks_for_nothing(tmp_path):
    path = tmp_path / "tudalen ŵ.html"
    path.write_text(render_page(PAGE, title="Teitl"), encoding="utf-8")
    assert "Tŷ, gŵyl" in dump_dom(path)
    assert requests_made(path) == []


@pytest.mark.slow
def test_the_check_would_notice_a_request(tmp_path):
    path = tmp_path / "x.html"
    path.write_text('<img src="http://example.invalid/x.png"><p>shown</p>', encoding="utf-8")
    assert requests_made(path) == ["http://example.invalid/x.png"]
