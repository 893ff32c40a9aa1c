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
    column shows an interval.
    """

    name: str
    label: str
    style: str = "text"
    interval_with: str | None = None


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
    for cells in _cells(frame, columns, language):
        first, *rest = cells
        data = "".join(
            f"<td>{escape(cell)}</td>" if column.style == "text" else f'<td class="num">{escape(cell)}</td>'
            for cell, column in zip(rest, columns[1:], strict=True)
        )
        body.append(f'<tr><th scope="row">{escape(first)}</th>{data}</tr>')
    return (
        f'<div class="table-scroll" role="region" aria-labelledby="caption-{id}" tabindex="0">'
        f'<table><caption id="caption-{id}">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def text_table(frame: pd.DataFrame, columns: Sequence[Column], *, language: str = FIRST_LANGUAGE) -> str:
    """Return the table as lines of plain text, for terminals and for the comparison of notebooks."""
    rows = [[column.label for column in columns], *_cells(frame, columns, language)]
    return "\n".join(" | ".join(row) for row in rows)
