"""Write what a finished notebook showed into files: the page, the data, the workbook, the figures."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from arwap_analysis.present.dates import write_date
from arwap_analysis.present.editions import PAGE_NAME, beside, check_outputs, in_language
from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.harmless import name_controls, plain_cell
from arwap_analysis.present.page import render_page
from arwap_analysis.present.sentences import say
from arwap_analysis.present.translations import is_reviewed
from arwap_analysis.present.workbook import WORKBOOK_NAME, write_workbook
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["rehearse", "shown_payloads", "write_bundle"]


def shown_payloads(notebook: Any) -> Iterator[dict[str, Any]]:
    """Yield the payload of every exhibit and statement that the notebook shows, in order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            payload = output.get("metadata", {}).get(METADATA_KEY)
            if payload:
                yield payload


def write_bundle(
    notebook: Any, folder: Path, *, titles: Mapping[str, str], made: date, review: str, publishable: bool = True
) -> Path:
    """Write pages, `data.csv`, workbooks and `figures/` from an executed notebook; return the path of the first page.

    Data and figures are taken from the notebook's own outputs, so they are exactly what was shown.

    Parameters
    ----------
    folder : Path
        Gets `report.html` and `tables.xlsx` in the first language; `report.cy.html`, `tables.cy.xlsx` and
        `figures/*.cy.svg` for Welsh as a further one.
    titles : mapping of language tag to title
        The languages of the report, in order, and its title in each.
    made : date
        The day that the pages print.
    review : str
        The report's name.
    publishable : bool
        False puts a banner on each page that it may not be published.

    Raises
    ------
    ParameterError
        With each cell that shows something which is not written in one of the languages.
    """
    languages = tuple(titles)
    check_outputs(notebook, languages)
    exhibits = [payload for payload in shown_payloads(notebook) if payload["kind"] == "exhibit"]
    _write_data(exhibits, folder / "data.csv")
    figures = folder / "figures"
    figures.mkdir()
    for exhibit in exhibits:
        for words in (exhibit, *exhibit.get("languages", {}).values()):
            if "svg" in words:
                language = words.get("language", FIRST_LANGUAGE)
                suffix = "" if words is exhibit else f".{language}"
                figure = name_controls(_titled(words, language))
                (figures / f"{exhibit['id']}{suffix}.svg").write_text(figure, encoding="utf-8")
    for language, title in titles.items():
        facts = (
            (say("page_made", language=language), write_date(made, language=language)),
            (say("page_review", language=language), review),
        )
        workbook = beside(WORKBOOK_NAME, language, languages)
        shown = [in_language(exhibit, language) for exhibit in exhibits]
        write_workbook(shown, folder / workbook, title=title, language=language, facts=facts)
        page = render_page(
            notebook,
            title=title,
            language=language,
            facts=facts,
            notices=_notices(language, publishable),
            editions=[(other, beside(PAGE_NAME, other, languages)) for other in languages if other != language],
            workbook=workbook,
        )
        (folder / beside(PAGE_NAME, language, languages)).write_text(page, encoding="utf-8")
    return folder / PAGE_NAME


def _notices(language: str, publishable: bool) -> tuple[str, ...]:
    """Return the banners of a page."""
    said = () if publishable else (say("page_not_publishable", language=language),)
    return said if is_reviewed(language) else (*said, say("page_unreviewed", language=language))


def rehearse() -> None:
    """Write a report that nobody sees, so that what the first one would wait for is loaded and compiled."""
    import nbformat.v4 as v4
    import pandas as pd

    from arwap_analysis.disclosure import release_open
    from arwap_analysis.present.charts import rehearse as draw
    from arwap_analysis.present.exhibit import Exhibit
    from arwap_analysis.present.tables import Column

    exhibit = Exhibit(
        id="rehearsal",
        title="Title",
        subtitle="Unit",
        caption="Caption",
        source="Source",
        alt="Text",
        table=release_open(pd.DataFrame({"group_label": ["A"], "estimate": [1.5]})),
        columns=(Column("group_label", "Group"), Column("estimate", "Rate", "rate")),
        svg=draw(),
        caution="Caution",
    )
    data, metadata = exhibit._repr_mimebundle_()
    shown = v4.new_code_cell(outputs=[v4.new_output("display_data", data=data, metadata=metadata)])
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Title\n\nText\n\n## Heading\n\n- item"), shown])
    with tempfile.TemporaryDirectory() as folder:
        write_bundle(
            notebook, Path(folder), titles={FIRST_LANGUAGE: "Title"}, made=date(2000, 1, 1), review="rehearsal"
        )


# How wide a letter is on average, in points, in the widest of the fonts that a machine may put in Arial's place.
_TITLE_LETTER, _SOURCE_LETTER = 9.8, 5.6
_SVG_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')


def _titled(exhibit: dict[str, Any], language: str) -> str:
    """Return a figure that can stand alone in a slide: the chart between its title and its source.

    In the page the title is a heading, which grows with the reader's text size; in a file it has to be
    part of the picture.
    """
    chart = exhibit["svg"][exhibit["svg"].index("<svg") :]
    found = _SVG_SIZE.search(chart)
    if found is None:
        raise ValueError(f"the chart '{exhibit['id']}' is not an SVG with a size in points")
    width, height = float(found[1]), float(found[2])
    title = textwrap.wrap(exhibit["title"], int(width / _TITLE_LETTER))
    source = textwrap.wrap(f"{exhibit['unit']}. {exhibit['source']}", int(width / _SOURCE_LETTER))
    top = 18 * len(title) + 12
    whole = top + height + 12 * len(source) + 14
    lines = [
        f'<text x="4" y="{16 + 18 * n}" font-size="14" font-weight="bold">{escape(line)}</text>'
        for n, line in enumerate(title)
    ] + [
        f'<text x="4" y="{top + height + 14 + 12 * n:g}" font-size="9" fill="#5A5A5A">{escape(line)}</text>'
        for n, line in enumerate(source)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{whole:g}pt" '
        f'viewBox="0 0 {width:g} {whole:g}" role="img" xml:lang="{language}" '
        f'font-family="Arial, Helvetica, sans-serif">'
        f"<title>{escape(exhibit['title'])}</title><desc>{escape(exhibit['alt'])}</desc>"
        f'<rect width="100%" height="100%" fill="white"/>{"".join(lines)}'
        + chart.replace("<svg ", f'<svg y="{top}" ', 1)
        .replace(f'width="{found[1]}pt"', f'width="{width:g}"', 1)
        .replace(f'height="{found[2]}pt"', f'height="{height:g}"', 1)
        + "</svg>\n"
    )


_LONGEST_CELL = 2**31 - 1  # the reader would refuse a long text otherwise


def _write_data(exhibits: list[dict[str, Any]], path: Path) -> None:
    """Write the data of every exhibit as one table, each row named by its exhibit.

    A text that a spreadsheet program would take for a formula has an apostrophe before it.
    """
    csv.field_size_limit(_LONGEST_CELL)
    # Text in, text out, so that every figure keeps the digits that were shown.
    tables = [(exhibit["id"], list(csv.DictReader(io.StringIO(exhibit["csv"], newline="")))) for exhibit in exhibits]
    columns = dict.fromkeys(["exhibit", *(column for _, rows in tables for row in rows[:1] for column in row)])
    plain = cache(plain_cell)  # most cells stand in many rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([plain(column) for column in columns])
        for id, rows in tables:
            for row in rows:
                writer.writerow([plain(cell) for cell in ({**row, "exhibit": id}.get(name, "") for name in columns)])
