"""Read the values of an .xlsx workbook: no formulas, no macros, no links are followed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.archive import Cell, Event, Sheet, events
from arwap_analysis.sources.formats.table import Limits

__all__ = ["column_letters", "read_xlsx"]

_REFERENCE = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")
_DATE_FORMATS = {*range(14, 23), *range(45, 48)}
_PERCENT_FORMATS = {9, 10}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_MOST_FAULTS = 20


def read_xlsx(archive: zipfile.ZipFile, path: Path, limits: Limits) -> list[Sheet]:
    """Return the visible sheets with the values of their cells.

    Raises
    ------
    DataError
        `formula` for each cell (the first twenty) that computes its value, `merged_cells`, cells or columns
        past their limit, error values such as #REF!, and whatever is malformed.
    """
    names, epoch = _workbook(archive, path)
    strings = _strings(archive, path, limits)
    formats = _formats(archive, path)
    left = count()
    return [
        Sheet(name, _sheet(archive, part, name, path, limits, strings, formats, epoch, left)) for name, part in names
    ]


def column_letters(index: int) -> str:
    """Return the letters a spreadsheet shows above a column; the first is 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _workbook(archive: zipfile.ZipFile, path: Path) -> tuple[list[tuple[str, str]], datetime]:
    """Return the visible sheets with the parts that hold them, and the day that counts as 0."""
    targets = {
        event.attributes.get("Id", ""): event.attributes.get("Target", "")
        for event in events(archive, "xl/_rels/workbook.xml.rels", path)
        if event.kind == "start" and event.name == "Relationship"
    }
    sheets, epoch = [], datetime(1899, 12, 30)
    for event in events(archive, "xl/workbook.xml", path):
        if event.kind == "start" and event.name == "workbookPr" and event.attributes.get("date1904") in ("1", "true"):
            epoch = datetime(1904, 1, 1)
        if event.kind == "start" and event.name == "sheet" and event.attributes.get("state", "visible") == "visible":
            target = targets.get(event.attributes.get("id", ""), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "chartsheet" not in part:
                sheets.append((event.attributes.get("name", ""), part))
    return sheets, epoch


def _strings(archive: zipfile.ZipFile, path: Path, limits: Limits) -> list[str]:
    """Return the texts that cells share; phonetic readings beside them are left out."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    strings: list[str] = []
    parts: list[str] = []
    inside = phonetic = False
    for event in events(archive, "xl/sharedStrings.xml", path):
        if event.name == "rPh" and event.kind != "text":
            phonetic = event.kind == "start"
        elif event.kind == "start" and event.name == "si":
            parts = []
        elif event.kind != "text" and event.name == "t":
            inside = event.kind == "start"
        elif event.kind == "text" and inside and not phonetic:
            parts.append(event.name)
        elif event.kind == "end" and event.name == "si":
            strings.append("".join(parts)[: limits.field_characters])
            if len(strings) > limits.cells:
                raise DataError(Fault("too_many_cells", "the workbook has too many texts", str(path)))
    return strings


def _formats(archive: zipfile.ZipFile, path: Path) -> list[str]:
    """Return for each cell style whether its numbers are shown as a date, a percentage or plainly."""
    if "xl/styles.xml" not in archive.namelist():
        return []
    codes: dict[int, str] = {}
    kinds: list[str] = []
    inside = False
    for event in events(archive, "xl/styles.xml", path):
        if event.kind != "text" and event.name == "cellXfs":
            inside = event.kind == "start"
        elif event.kind == "start" and event.name == "numFmt":
            codes[_integer(event.attributes.get("numFmtId"))] = event.attributes.get("formatCode", "")
        elif event.kind == "start" and event.name == "xf" and inside:
            kinds.append(_format_kind(_integer(event.attributes.get("numFmtId")), codes))
    return kinds


def _format_kind(number: int, codes: dict[int, str]) -> str:
    code = _QUOTED.sub("", codes.get(number, "")).casefold()
    if number in _DATE_FORMATS or re.search(r"[ymdh]", code.replace("general", "")):
        return "date"
    return "percent" if number in _PERCENT_FORMATS or "%" in code else "plain"


def _sheet(
    archive: zipfile.ZipFile,
    part: str,
    sheet: str,
    path: Path,
    limits: Limits,
    strings: list[str],
    formats: list[str],
    epoch: datetime,
    taken: Iterator[int],
) -> list[tuple[int, dict[int, Cell]]]:
    """Return the rows of one sheet that hold anything."""
    rows: list[tuple[int, dict[int, Cell]]] = []
    faults: list[Fault] = []
    row, column, attributes = 0, -1, {}
    parts: list[str] = []
    collecting = phonetic = False
    for event in events(archive, part, path):
        if event.kind == "start":
            if event.name == "row":
                row, column = _row_number(event, row), -1
            elif event.name == "c":
                attributes, parts = event.attributes, []
                row, column = _place(attributes.get("r"), row, column + 1, sheet, path)
                if column >= limits.columns:
                    message = f"the sheet has more than {limits.columns:,} columns"
                    raise DataError(Fault("too_many_columns", message, str(path), row, sheet, hint="Take fewer."))
            elif event.name == "f" and len(faults) < _MOST_FAULTS:
                faults.append(_formula(path, sheet, row, column))
            elif event.name == "mergeCell" and len(faults) < _MOST_FAULTS:
                faults.append(_merged(path, sheet, event.attributes.get("ref", "")))
            phonetic = phonetic or event.name == "rPh"
            collecting = event.name in ("v", "t") and not phonetic
        elif event.kind == "text":
            if collecting and sum(map(len, parts)) < limits.field_characters:
                parts.append(event.name)
        else:
            collecting = False
            phonetic = phonetic and event.name != "rPh"
            if event.name == "c" and parts:
                cell = _cell("".join(parts), attributes, strings, formats, epoch, (path, sheet, row, column))
                if cell.text.strip():
                    if next(taken) >= limits.cells:
                        message = f"the workbook has more than {limits.cells:,} cells"
                        raise DataError(Fault("too_many_cells", message, str(path), row, sheet))
                    if not rows or rows[-1][0] != row:
                        rows.append((row, {}))
                    rows[-1][1][column] = cell
    if faults:
        raise DataError(faults)
    return rows


def _cell(
    text: str,
    attributes: dict[str, str],
    strings: list[str],
    formats: list[str],
    epoch: datetime,
    place: tuple[Path, str, int, int],
) -> Cell:
    kind = attributes.get("t", "n")
    path, sheet, row, column = place
    if kind == "s":
        index = _integer(text)
        if not 0 <= index < len(strings):
            raise DataError(Fault("malformed_workbook", "a cell names a text that is not there", str(path), row, sheet))
        return Cell(strings[index])
    if kind in ("str", "inlineStr", "d"):
        return Cell(text)
    if kind == "b":
        return Cell("TRUE" if text.strip() == "1" else "FALSE")
    if kind == "e":
        hint = "Correct it in the workbook, or write a mark such as [x]."
        where = f"{sheet}!{column_letters(column)}"
        raise DataError(Fault("error_value", "the cell holds an error", str(path), row, where, text[:40], hint))
    style = _integer(attributes.get("s", "0"))
    shown = formats[style] if 0 <= style < len(formats) else "plain"
    if shown == "date":
        return Cell(_date(text, epoch))
    return Cell(text, number=True, percent=shown == "percent")


def _date(text: str, epoch: datetime) -> str:
    """Return a serial day as an ISO day, with the time only where there is one."""
    try:
        moment = epoch + timedelta(seconds=round(float(text) * 86_400))
    except (ValueError, OverflowError):
        return text
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(" ")


def _row_number(event: Event, before: int) -> int:
    number = _integer(event.attributes.get("r"))
    return number if number > before else before + 1


def _place(reference: str | None, row: int, column: int, sheet: str, path: Path) -> tuple[int, int]:
    """Return row and column of a cell; without a reference it stands right of the one before."""
    if reference is None:
        return row, column
    match = _REFERENCE.match(reference)
    if match is None or int(match[2]) != row:
        fault = Fault(
            "malformed_workbook", "a cell stands in no row of its sheet", str(path), row, sheet, reference[:20]
        )
        raise DataError(fault)
    index = 0
    for letter in match[1]:
        index = 26 * index + ord(letter) - 64
    return row, index - 1


def _integer(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _formula(path: Path, sheet: str, row: int, column: int) -> Fault:
    hint = "Copy the sheet and paste it as values only, so that what you read is what was published."
    where = f"{sheet}!{column_letters(column)}"
    return Fault("formula", "the cell holds a formula", str(path), row, where, hint=hint)


def _merged(path: Path, sheet: str, reference: str) -> Fault:
    row = re.search(r"[0-9]+", reference)
    hint = "Split merged cells and write each label in its own cell."
    number = int(row[0][:7]) if row else None
    return Fault("merged_cells", "cells are merged", str(path), number, sheet, reference[:40], hint)
