"""Turn the payload of an exhibit into the table that a worksheet shows: words first, then numbers with their format."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arwap_analysis.present import numbers
from arwap_analysis.present.harmless import name_controls
from arwap_analysis.present.sentences import say

__all__ = ["Number", "Table", "read_table"]

_NOTHING = "[z]"
# Small p-values are shown as the page shows them; the number stays as it is.
_P_FORMAT = '[<0.001]"< 0.001";0.000'
_BESIDE_AN_ESTIMATE = ("text", "p")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a table, how Excel shows it, and how the page does."""

    value: float
    format: str
    shown: str


Cell = str | Number


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the workbook.

    Attributes
    ----------
    caption, finding, unit, source, note
        What it is, the finding as a sentence, what is measured, who published the data, and a caution (may be empty).
    header
        Names of the columns, no two alike whatever the case of their letters.
    labels
        How many columns hold words; they come first, so that what is said of a row is known before its figures.
    rows
        A cell for each column: text, or a number; a missing number is its shorthand.
    marks
        The shorthand that is used.
    """

    caption: str
    finding: str
    unit: str
    source: str
    note: str
    header: tuple[str, ...]
    labels: int
    rows: tuple[tuple[Cell, ...], ...]
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a worksheet: an interval of the page has become two, `other` naming the further limit."""

    name: str
    label: str
    style: str
    other: str | None = None


def read_table(exhibit: Mapping[str, Any], *, language: str = "en") -> Table:
    """Return the table of an exhibit's payload: the columns that the page shows, from the data behind it.

    An interval becomes two columns. Words come before figures, a column of words that says nothing in any row is left
    out, and a cell without words has a shorthand, because a blank one could be a slip.
    """
    rows = [_in_words_of(row, language) for row in csv.DictReader(io.StringIO(exhibit["csv"]))]
    columns = _columns(exhibit, rows, language)
    cells = tuple(tuple(_cell(row, column, language) for column in columns) for row in rows)
    found = {cell for row in cells for cell in row if isinstance(cell, str)}
    return Table(
        caption=exhibit.get("caption") or exhibit["title"],
        finding=exhibit["title"],
        unit=exhibit["unit"],
        source=exhibit["source"],
        note=exhibit.get("caution", ""),
        header=_headers(columns),
        labels=sum(column.style == "text" for column in columns),
        rows=cells,
        marks=frozenset(found & {*numbers.MARKS.values(), _NOTHING}),
    )


def _in_words_of(row: Mapping[str, str], language: str) -> Mapping[str, str]:
    """Return a row with the words that stand behind the language's name, `finding_cy`, in place of the first ones."""
    suffix = f"_{language}"
    return {**row, **{name.removesuffix(suffix): text for name, text in row.items() if name.endswith(suffix)}}


def _columns(exhibit: Mapping[str, Any], rows: Sequence[Mapping[str, str]], language: str) -> list[_Column]:
    """Return the columns, words first, an interval as its two limits; labels that stand twice say of what they are."""
    written = [tuple(column) for column in exhibit["columns"]]
    labels = [label for _, label, _ in written]
    intervals = exhibit.get("intervals", {})
    words: list[_Column] = []
    figures: list[_Column] = []
    estimate = ""
    for name, label, style in written:
        full = f"{estimate}: {label}" if estimate and labels.count(label) > 1 else label
        if style == "text":
            if any(row[name] for row in rows):
                words.append(_Column(name, full, style))
        elif upper := intervals.get(name):
            figures.append(_Column(name, say("workbook_lower", language=language, interval=full), style, upper))
            figures.append(_Column(upper, say("workbook_upper", language=language, interval=full), style, name))
        else:
            figures.append(_Column(name, full, style))
            estimate = label if style not in _BESIDE_AN_ESTIMATE else estimate
    return words + figures


def _headers(columns: Sequence[_Column]) -> tuple[str, ...]:
    """Return the names of the columns, numbered where two would be alike."""
    headers: list[str] = []
    taken: set[str] = set()
    for column in columns:
        stem = header = name_controls(column.label).strip() or column.name
        number = 2
        while header.casefold() in taken:
            header, number = f"{stem} ({number})", number + 1
        taken.add(header.casefold())
        headers.append(header)
    return tuple(headers)


def _cell(row: Mapping[str, str], column: _Column, language: str) -> Cell:
    if column.style == "text":
        blank = say("workbook_no_note", language=language) if column.name == "reason" else _NOTHING
        return row[column.name].strip() or blank
    value = _number(row[column.name])
    if math.isnan(value) or (column.other is not None and math.isnan(_number(row[column.other]))):
        return numbers.MARKS[row.get("status", "not_collected")]
    if math.isinf(value):
        return _NOTHING  # an interval that is open on this side has no limit to show
    return Number(value, _format(value, column.style), numbers.write(value, column.style, language=language))


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _format(value: float, style: str) -> str:
    """Return the format by which Excel shows a number with the digits of the page."""
    if style == "p":
        return _P_FORMAT
    shown = numbers.write(value, style).rstrip("%")
    decimals = len(shown.partition(".")[2])
    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    if style in ("percent", "change"):
        plain += "%"
    # A change has its sign, also where it is above 0.
    return f"+{plain};-{plain};{plain}" if style in ("signed", "points", "change") else plain
