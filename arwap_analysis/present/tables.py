"""Turn a protected table into the HTML table, the plain text and the CSV that stand behind a chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from arwap_analysis.present import numbers
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["Column", "html_table", "text_table"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a shown table: the machine name, the label for people, and how its values are written.

    `style` is text or one of the styles of `numbers.write`. `interval_with` names the upper limit when the
    column shows an interval. `language` is that of its texts where it is not that of the page, such as quotations;
    where it differs from row to row, `language_from` names the column that holds it.
    """

    name: str
    label: str
    style: str = "text"
    interval_with: str | None = None
    language: str | None = None
    language_from: str | None = None


def _cell(row: Any, column: Column, language: str) -> str:
    value = getattr(row, column.name)
    if column.style == "text":
        return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
    other = getattr(row, column.interval_with) if column.interval_with else value
    if math.isnan(value) or math.isnan(other):
        return numbers.MARKS[getattr(row, "status", "not_collected")]
    if column.interval_with:
        return numbers.interval(value, other, column.style, language=language)
    return numbers.write(value, column.style, language=language)


def _cells(frame: pd.DataFrame, columns: Sequence[Column], language: str) -> list[list[str]]:
    return [[_cell(row, column, language) for column in columns] for row in frame.itertuples(index=False)]


def html_table(
    frame: pd.DataFrame, columns: Sequence[Column], *, id: str, caption: str, language: str = FIRST_LANGUAGE
) -> str:
    """Return an accessible HTML table: caption, column and row headers with scope, its own scroll region."""
    head = "".join(
        f'<th scope="col">{escape(column.label)}</th>'
        if column.style == "text"
        else f'<th scope="col" class="num">{escape(column.label)}</th>'
        for column in columns
    )
    body = []
    for cells, row in zip(_cells(frame, columns, language), frame.itertuples(index=False), strict=True):
        attributes = [_attributes(row, column, language) for column in columns]
        data = "".join(f"<td{found}>{escape(cell)}</td>" for cell, found in zip(cells[1:], attributes[1:], strict=True))
        first = attributes[0].replace(' class="num"', "")
        body.append(f'<tr><th scope="row"{first}>{escape(cells[0])}</th>{data}</tr>')
    return (
        f'<div class="table-scroll" role="region" aria-labelledby="caption-{id}" tabindex="0">'
        f'<table><caption id="caption-{id}">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _attributes(row: Any, column: Column, language: str) -> str:
    """Return the attributes of a cell: figures to the right, and the language where the page is in another."""
    if column.style != "text":
        return ' class="num"'
    spoken = getattr(row, column.language_from) if column.language_from else column.language
    return f' lang="{spoken}"' if spoken not in (None, "", language) else ""


def text_table(frame: pd.DataFrame, columns: Sequence[Column], *, language: str = FIRST_LANGUAGE) -> str:
    """Return the table as lines of plain text, for terminals and for the comparison of notebooks."""
    rows = [[column.label for column in columns], *_cells(frame, columns, language)]
    return "\n".join(" | ".join(row) for row in rows)
