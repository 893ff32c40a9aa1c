"""Read the values of an .ods workbook: no formulas, no macros, no links are followed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.archive import Cell, Event, Sheet, events
from arwap_analysis.sources.formats.table import Limits
from arwap_analysis.sources.formats.xlsx import column_letters

__all__ = ["read_ods"]

_MOST_FAULTS = 20
_NUMBERS = ("float", "currency", "percentage")


def read_ods(archive: zipfile.ZipFile, path: Path, limits: Limits) -> list[Sheet]:
    """Return the sheets with the values of their cells.

    Raises
    ------
    DataError
        `formula` for each cell (the first twenty) that computes its value, `merged_cells`, cells or columns
        past their limit, and whatever is malformed.
    """
    reader = _Reader(path, limits)
    for event in events(archive, "content.xml", path):
        reader.take(event)
    if reader.faults:
        raise DataError(reader.faults)
    return reader.sheets


class _Reader:
    """Where in the document the reader stands, and what it has found."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self.sheets: list[Sheet] = []
        self.faults: list[Fault] = []
        self.row = self.column = self.cells = self.comments = 0
        self.row_repeats = 1
        self.current: dict[int, Cell] = {}
        self.attributes: dict[str, str] | None = None
        self.text: list[str] = []
        self.length = self.paragraphs = 0
        self.in_text = 0

    def take(self, event: Event) -> None:
        """Take the next element or text of the document."""
        if event.kind == "text":
            if self.in_text and self.attributes is not None and not self.comments:
                self._say(event.name)
        elif event.name == "annotation":
            self.comments += 1 if event.kind == "start" else -1
        elif event.kind == "start":
            self._start(event)
        else:
            self._end(event.name)

    def _start(self, event: Event) -> None:
        name, attributes = event.name, event.attributes
        if name == "table":
            self.sheets.append(Sheet(attributes.get("name", ""), []))
            self.row = 0
        elif name == "table-row" and self.sheets:
            self.row += 1
            self.column, self.current = 0, {}
            self.row_repeats = self._repeats(attributes, "number-rows-repeated")
        elif name in ("table-cell", "covered-table-cell"):
            self.attributes, self.text, self.length, self.paragraphs = attributes, [], 0, 0
        elif name == "p":
            self.in_text += 1
            if self.paragraphs and not self.comments:
                self._say(" ")
            self.paragraphs += 1
        elif self.in_text and not self.comments and name in ("s", "tab", "line-break"):
            self._say(" ")

    def _end(self, name: str) -> None:
        if name == "p":
            self.in_text -= 1
        elif name in ("table-cell", "covered-table-cell") and self.attributes is not None:
            self._cell(self.attributes)
            self.attributes = None
        elif name == "table-row" and self.sheets:
            self._row()

    def _say(self, text: str) -> None:
        self.length += len(text)
        if self.length <= self.limits.field_characters:
            self.text.append(text)

    def _cell(self, attributes: dict[str, str]) -> None:
        repeats = self._repeats(attributes, "number-columns-repeated")
        kind = attributes.get("value-type", "")
        text = "".join(self.text)
        if kind in _NUMBERS:
            text = attributes.get("value", text)
        elif kind == "date":
            text = attributes.get("date-value", text).removesuffix("T00:00:00")
        if "formula" in attributes:
            hint = "Copy the sheet and paste it as values only, so that what you read is what was published."
            self._fault("formula", "the cell holds a formula", hint)
        spans = (attributes.get("number-columns-spanned", "1"), attributes.get("number-rows-spanned", "1"))
        if spans != ("1", "1"):
            self._fault("merged_cells", "cells are merged", "Split them and write each label in its own cell.")
        if text.strip():
            if self.column + repeats > self.limits.columns:
                message = f"the sheet has more than {self.limits.columns:,} columns"
                raise DataError(Fault("too_many_columns", message, str(self.path), self.row, hint="Take fewer."))
            self._count(repeats)
            cell = Cell(text, number=kind in _NUMBERS, percent=kind == "percentage")
            for index in range(self.column, self.column + repeats):
                self.current[index] = cell
        self.column += repeats

    def _row(self) -> None:
        """Keep a row that holds anything as often as it is said to repeat; blank ones only count."""
        if self.current:
            self._count(len(self.current) * (self.row_repeats - 1))
            for _ in range(self.row_repeats):
                self.sheets[-1].rows.append((self.row, self.current))
                self.row += 1
            self.row -= 1
        else:
            self.row += self.row_repeats - 1

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > self.limits.cells:
            message = f"the workbook has more than {self.limits.cells:,} cells"
            raise DataError(Fault("too_many_cells", message, str(self.path), self.row, hint="Take fewer."))

    def _fault(self, code: str, message: str, hint: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            sheet = self.sheets[-1].name if self.sheets else ""
            where = f"{sheet}!{column_letters(self.column)}"
            self.faults.append(Fault(code, message, str(self.path), self.row, where, hint=hint))

    def _repeats(self, attributes: dict[str, str], name: str) -> int:
        text = attributes.get(name, "1")
        if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text)):
            raise DataError(
                Fault("malformed_workbook", f"{name} is not a number", str(self.path), self.row, value=text[:20])
            )
        return int(text)
