"""One notebook, a page in each language."""

from datetime import date

import nbformat.v4 as v4
import pytest
from bs4 import BeautifulSoup

from arwap_analysis.disclosure import release_open
from arwap_analysis.errors import ParameterError
from arwap_analysis.present.bundle import write_bundle
from arwap_analysis.present.editions import missing_prose
from arwap_analysis.present.exhibit import Exhibit, Statements, with_translations
from arwap_analysis.present.tables import Column
from tests.page_check import page_faults

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="100pt"></svg>'


def markdown(text, *tags):
    return v4.new_markdown_cell(text, metadata={"tags": list(tags)} if tags else {})


def code(shown, *tags):
    data, metadata = shown._repr_mimebundle_() if hasattr(shown, "_repr_mimebundle_") else ({"text/plain": shown}, {})
    output = v4.new_output("execute_result", data, metadata=metadata)
    return v4.new_code_cell("show()", metadata={"tags": list(tags)}, outputs=[output])


def exhibit(language, title, label, *, finding):
    import pandas as pd

    frame = pd.DataFrame({"group": ["white"], "finding": [finding], "value": [1234.5]})
    return Exhibit(
        id="one", title=title, subtitle="s", caption="c", source="f", table=release_open(frame),
        columns=(Column("finding", label), Column("value", "v", "rate")), alt=f"{title}.", svg=SVG, language=language,
    )  # fmt: skip


BOTH = with_translations(
    exhibit("en", "A finding", "Finding", finding="higher"),
    exhibit("cy", "Canfyddiad", "Canfyddiad", finding="uwch"),
)
POINTS = with_translations(Statements("p", ("Said.",)), Statements("p", ("Dywedwyd.",), language="cy"))
CELLS = [
    markdown("# Review"), markdown("# Adolygiad", "cy"), code(POINTS),
    markdown("## First\n\nWords."), markdown("## Cyntaf\n\nGeiriau.", "cy"), code(BOTH),
]  # fmt: skip


def bundle(folder, cells=CELLS, languages=("en", "cy")):
    folder.mkdir()
    titles = {"en": "Title", "cy": "Teitl"}
    made = date(2026, 3, 1)
    write_bundle(v4.new_notebook(cells=list(cells)), folder, titles={x: titles[x] for x in languages}, made=made,
                 review="x")  # fmt: skip
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    return {name: BeautifulSoup(page, "html.parser") for name, page in pages.items()}


def test_each_page_is_in_its_language_and_links_to_the_other(tmp_path):
    pages = bundle(tmp_path / "x")
    assert set(pages) == {"report.html", "report.cy.html"}
    english, welsh = pages["report.html"], pages["report.cy.html"]
    for page, language, other, file, name in (
        (english, "en", "cy", "report.cy.html", "Cymraeg"), (welsh, "cy", "en", "report.html", "English"),
    ):  # fmt: skip
        assert page.html["lang"] == language
        link = page.select_one("header nav.languages a")
        assert (link["href"], link["lang"], link["hreflang"], link.text) == (file, other, other, name)
        assert page_faults(str(page)) == []
    assert english.select_one("nav.languages")["aria-label"] == "Language"
    assert welsh.select_one("nav.languages")["aria-label"] == "Iaith"


def test_each_page_shows_its_own_prose_exhibits_and_date(tmp_path):
    pages = bundle(tmp_path / "x")
    english, welsh = (pages[name].select_one("body").text for name in ("report.html", "report.cy.html"))
    for mine, theirs in (("Words.", "Geiriau."), ("A finding", "Canfyddiad"), ("Said.", "Dywedwyd."),
                         ("1 March 2026", "1 Mawrth 2026"), ("higher", "uwch"), ("Source: f", "Ffynhonnell: f"),
                         ("Table: c", "Tabl: c"), ("Title", "Teitl")):  # fmt: skip
        assert mine in english
        assert theirs in welsh
        assert theirs not in english
        assert mine not in welsh
    assert [a["href"] for a in pages["report.cy.html"].select("nav.contents a")] == ["#cyntaf"]
    assert pages["report.cy.html"].img["alt"] == "Canfyddiad."


def test_a_page_whose_words_nobody_has_reviewed_says_so(tmp_path):
    pages = bundle(tmp_path / "x")
    assert "adolygu" in pages["report.cy.html"].select_one(".notice").text
    assert pages["report.html"].select_one(".notice") is None


def test_figures_and_data_are_left_once_with_their_words_in_each_language(tmp_path):
    bundle(tmp_path / "x")
    names = {path.name for path in (tmp_path / "x" / "figures").iterdir()}
    assert names == {"one.svg", "one.cy.svg"}
    figure = (tmp_path / "x" / "figures" / "one.cy.svg").read_text(encoding="utf-8")
    assert 'xml:lang="cy"' in figure
    assert "<title>Canfyddiad</title>" in figure
    assert "A finding" not in figure
    data = (tmp_path / "x" / "data.csv").read_text(encoding="utf-8")
    assert data == "exhibit,group,finding,value,finding_cy\none,white,higher,1234.5,uwch\n"


def test_a_report_in_one_language_has_one_page_without_a_switch(tmp_path):
    pages = bundle(tmp_path / "x", [markdown("# A"), code(Statements("p", ("Said.",)))], ("en",))
    assert set(pages) == {"report.html"}
    assert not pages["report.html"].select("nav.languages")


def test_welsh_can_come_first_or_alone(tmp_path):
    swapped = with_translations(BOTH.translations[0], exhibit("en", "A finding", "Finding", finding="higher"))
    pages = bundle(tmp_path / "x", [code(swapped)], ("cy", "en"))
    assert pages["report.html"].html["lang"] == "cy"
    assert pages["report.en.html"].html["lang"] == "en"
    assert (tmp_path / "x" / "figures" / "one.en.svg").exists()
    pages = bundle(tmp_path / "y", [code(BOTH.translations[0])], ("cy",))
    assert set(pages) == {"report.html"}
    assert "Canfyddiad" in pages["report.html"].body.text


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        (code(exhibit("en", "A finding", "Finding", finding="higher")), "not written in Welsh"),
        (code(exhibit("cy", "Canfyddiad", "Canfyddiad", finding="uwch")), "not written in English"),
        (code("plain words"), "no-words"),
    ],
)
def test_what_is_not_written_in_a_language_is_refused_and_nothing_falls_back(tmp_path, cell, named):
    with pytest.raises(ParameterError, match=named):
        bundle(tmp_path / "x", [*CELLS, cell])
    assert list((tmp_path / "x").iterdir()) == []


def test_an_output_that_is_not_ours_passes_by_a_tag(tmp_path):
    pages = bundle(tmp_path / "x", [*CELLS, code("geiriau plaen", "cy"), code("plain", "en"), code("3.14", "no-words")])
    assert "geiriau plaen" not in pages["report.html"].body.text
    assert "plain" in pages["report.html"].body.text
    assert "geiriau plaen" in pages["report.cy.html"].body.text
    assert all("3.14" in page.body.text for page in pages.values())


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (CELLS, []),
        ([markdown("A"), markdown("B"), markdown("A", "cy"), markdown("B", "cy")], []),
        ([markdown("A")], ["missing_translation"]),
        ([markdown("A", "cy")], ["missing_translation"]),
        ([markdown("A"), code("x"), markdown("A", "cy")], ["missing_translation", "missing_translation"]),
        ([markdown("## A"), markdown("### A", "cy")], ["other_headings"]),
        ([markdown("hidden", "hide")], []),
    ],
)
def test_prose_without_a_counterpart_is_found_before_anything_runs(cells, codes):
    assert [fault.code for fault in missing_prose(cells, ("en", "cy"))] == codes
    assert list(missing_prose(cells, ("en",))) == []


def test_an_exhibit_carries_only_itself_as_a_translation():
    with pytest.raises(ValueError, match="something else"):
        with_translations(Statements("a", ("x",)), Statements("b", ("y",), language="cy"))
