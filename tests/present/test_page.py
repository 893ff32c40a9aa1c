import itertools
import re
from collections import Counter

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.page import render_page
from tests.page_check import page_faults


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


def test_the_page_has_no_fault_that_its_text_can_show():
    assert page_faults(render_page(PAGE, title="Teitl", facts=[("a", "b")], notices=["c"])) == []


HOSTILE = {
    "a mermaid fence": "```mermaid\n</pre><meta http-equiv=refresh content='0;url=http://x'><script>1</script>\n```",
    "a fence with a bad name": '```"><script>\nx\n```',
    "raw block": "<meta http-equiv=refresh content='0;url=http://x'>\n\n<style>@import 'http://x'</style>",
    "raw inline": "a <img src=http://x/y.png onerror=alert(1)> <iframe src=//x></iframe> <base href=//x>",
    "links": "[a](JaVaScRiPt:x) [b](java&#115;cript:x) [c](data:text/html,x) <javascript:x> [d]( vbscript:x)",
    "a link title": '[x](http://a "t\\" onclick=\\"x")',
    "a picture from outside": "![a](http://example.com/x.png) ![](//example.com/x.png) ![b](javascript:x)",
    "a picture name": '![" onerror="x](data:image/png;base64,AA==)',
    "a picture that is a page": "![a](data:text/html;base64,AA==)",
    "a missing attachment": "![a](attachment:x.png)",
    "formulas": "$<script>$ $$<script>$$ \\begin{<script>}<script>\\end{<script>}",
    "a heading": "## <script>x</script> [a](javascript:x)",
    "a table": "| <script> | b |\n|---:|:-:|\n| <img src=http://x> | 2 |",
    "a definition": "term <script>\n: <script>",
    "a task": "- [ ] <script>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("how", ["cell", "output"])
def test_hostile_markdown_is_harmless_and_breaks_nothing(text, how):
    output = new_output("display_data", {"text/markdown": text, "text/plain": "x"})
    cell = new_markdown_cell(text) if how == "cell" else new_code_cell("x", outputs=[output])
    html = render_page(notebook(cell), title="T")
    assert page_faults(html) == []
    assert len(BeautifulSoup(html, "html.parser").find_all("style")) == 1


def test_a_picture_from_outside_becomes_a_link_that_says_what_it_shows():
    link = soup(notebook(new_markdown_cell("![a map & key](https://example.com/x.png)"))).main.a
    assert (link.text, link["href"]) == ("a map & key", "https://example.com/x.png")


def test_an_attached_picture_is_shown_from_the_notebook_itself():
    cell = new_markdown_cell("![a map](attachment:m.png)", attachments={"m.png": {"image/png": "AA=="}})
    picture = soup(notebook(cell)).main.img
    assert (picture["src"], picture["alt"]) == ("data:image/png;base64,AA==", "a map")


def test_markdown_output_is_shown_as_text_and_not_as_the_name_of_its_object():
    output = new_output("display_data", {"text/markdown": "**bold**", "text/plain": "<Markdown object>"})
    main = soup(notebook(new_code_cell("x", outputs=[output]))).main
    assert main.strong.text == "bold"
    assert "Markdown object" not in main.text


def test_an_output_of_ours_without_html_is_shown_as_its_text():
    output = new_output("display_data", {"text/plain": "the text"}, metadata={METADATA_KEY: {}})
    assert soup(notebook(new_code_cell("x", outputs=[output]))).main.pre.text == "the text"


def test_a_skipped_level_is_closed_up_and_an_exhibit_counts_as_a_level():
    page = soup(
        notebook(
            new_markdown_cell("#### first"),
            new_markdown_cell("## a\n\n##### b"),
            new_code_cell("x", outputs=[ours("<h3>exhibit</h3>")]),
            new_markdown_cell("#### c"),
        )
    )
    names = [(h.name, h.text) for h in page.main.find_all(re.compile("^h[1-6]$"))]
    assert names == [("h2", "first"), ("h2", "a"), ("h3", "b"), ("h3", "exhibit"), ("h4", "c")]


def test_a_failure_before_any_heading_skips_no_level():
    error = new_output("error", ename="E", evalue="v", traceback=[])
    assert page_faults(render_page(notebook(new_code_cell("x", outputs=[error])), title="T")) == []


def test_a_heading_never_takes_the_id_of_an_exhibit():
    page = soup(
        notebook(
            new_markdown_cell("## Exhibit rates"), new_code_cell("x", outputs=[ours('<figure id="exhibit-rates">')])
        )
    )
    assert page.main.h2["id"] == "exhibit-rates-2"


def test_an_empty_heading_is_left_out_and_a_pictured_one_is_named_by_its_alt_text():
    page = soup(notebook(new_markdown_cell("##\n\ntext\n\n## ![Siart](data:image/png;base64,AA==)")))
    assert [link.text for link in page.select("nav.contents a")] == ["Siart"]


def test_welsh_letters_stay_in_the_text_and_leave_the_ids():
    page = soup(notebook(new_markdown_cell("## Tŷ, gŵyl a’r ŵyrion\n\n## ŵ ŷ\n\n## 中")))
    assert [(h["id"], h.text) for h in page.main.find_all("h2")] == [
        ("ty-gwyl-ar-wyrion", "Tŷ, gŵyl a’r ŵyrion"),
        ("w-y", "ŵ ŷ"),
        ("section", "中"),
    ]


def test_notices_stand_in_the_header_and_the_footer_leads_to_the_notebook():
    page = soup(notices=["Draft"])
    assert page.header.select_one(".notice").text == "Draft"
    files = ["tables.xlsx", "data.csv", "report.ipynb", "manifest.json"]
    assert [a["href"] for a in page.footer.find_all("a")] == files


def test_the_style_is_light():
    assert len(soup().style.text.encode()) < 12_000


FAULTY = {
    "<img src='data:image/png;base64,AA'>": "no alt",
    "<figure><img src='data:image/png;base64,AA' alt=' '></figure>": "no alt",
    "<img alt='' src='figures/x.png'>": "fetches: src",
    "<img alt='' srcset='http://x 2x'>": "fetches: srcset",
    "<svg><use xlink:href='http://x'/></svg>": "fetches: xlink:href",
    "<svg><image href='http://x'/></svg>": "fetches: href",
    "<link rel=stylesheet href=http://x>": "runs or fetches: <link>",
    "<p onclick=x>a</p>": "runs: onclick",
    "<p style='background:URL( //x )'>a</p>": "fetches: style",
    "<style>@import 'x'</style>": "fetches: <style>",
    "<meta http-equiv=Refresh content='0;url=http://x'>": "leads away",
    "<h1>again</h1>": "headings: 2 h1",
    "<h4>deep</h4>": "headings: h1 is followed by h4",
    "<h2> </h2>": "headings: an empty h2",
    "<table><tr><td>1</td></tr></table>": "table: no header cell",
    "<table><caption>c</caption><tr><th>1</th></tr></table>": "table: a header cell without scope",
    "<table><tr><th scope=col>1</th></tr></table>": "table: neither caption nor label",
    "<p id=main></p>": "id: 'main' stands 2 times",
    "<p aria-labelledby=gone></p>": "id: aria-labelledby names 'gone'",
    "<a href='#gone'>x</a>": "link: #gone leads nowhere",
    "<a href=' javascript:x'>x</a>": "link: harmful",
    "<a href='x'></a>": "link: no text",
    "<main></main>": "page: 2 <main>",
}


@pytest.mark.parametrize(("fault", "named"), FAULTY.items())
def test_the_check_names_the_fault(fault, named):
    good = render_page(notebook(), title="T")
    assert page_faults(good) == []
    assert any(named in found for found in page_faults(good.replace("</main>", f"{fault}</main>")))


def test_the_check_names_what_the_whole_page_lacks():
    found = page_faults("<p>x</p>")
    assert {"page: no language", "page: no title", "headings: 0 h1"} <= set(found)
    assert any("security policy" in fault for fault in found)
