"""Cells in another language than the page say so, and no other cell does."""

import pandas as pd

from arwap_analysis.present.tables import Column, html_table

FRAME = pd.DataFrame({"who": ["Unit", "neb"], "spoken": ["en", "cy"], "text": ["It is", "So"], "count": [1.0, 2.0]})
COLUMNS = (
    Column("who", "Pwy", language_from="spoken"),
    Column("text", "Testun", language="en"),
    Column("count", "Nifer", "count"),
)


def test_cells_in_another_language_are_marked_row_by_row_and_column_by_column():
    html = html_table(FRAME, COLUMNS, id="x", caption="c", language="cy")
    assert '<th scope="row" lang="en">Unit</th><td lang="en">It is</td><td class="num">1</td>' in html
    assert '<th scope="row">neb</th><td lang="en">So</td>' in html


def test_cells_in_the_language_of_the_page_are_not_marked():
    html = html_table(FRAME.iloc[:1], COLUMNS, id="x", caption="c", language="en")
    assert "lang=" not in html
