"""Reader of workbooks in the layout of government statistics: title lines, one header row, figures below.

Cover, contents and notes become notes of every table; each other block of figures becomes a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.base import file_digest
from arwap_analysis.sources.formats.archive import Cell, Sheet, open_archive
from arwap_analysis.sources.formats.marks import Reading, join, normal_text, read_value
from arwap_analysis.sources.formats.ods import read_ods
from arwap_analysis.sources.formats.table import Limits, LongTable, TableBuilder
from arwap_analysis.sources.formats.text import check_header
from arwap_analysis.sources.formats.wide import bad_cell, column_name, label_columns
from arwap_analysis.sources.formats.xlsx import column_letters, read_xlsx

__all__ = ["read_workbook"]

_NOTES_SHEET = re.compile(
    r"^(cover|contents|table of contents|notes?|information|read me|readme|metadata|clawr|cynnwys|nodiadau)\b", re.I
)
_NOTE_IN_HEADER = re.compile(r"\s*\[(note\s*[0-9a-z.]{1,8})\]", re.IGNORECASE)
_MOST_NOTES = 500
_read_text = partial(read_value, marks=None)
_read_number = partial(read_value, marks=None, exponent=True)
Row = tuple[int, dict[int, Cell]]


def read_workbook(path: Path, *, limits: Limits) -> tuple[LongTable, ...]:
    """Read every table of an .xlsx or .ods workbook.

    Labels are the columns up to the last one that holds words; every further column holds figures, and its
    name becomes the label `column`. A cell shown as a percentage keeps the number that is stored (0.12 for
    12%) and says so in its note.

    Raises
    ------
    DataError
        Formulas, merged cells, error values, a zip bomb, a document type in XML, no table at all, and every
        fault of the figures with sheet and column.
    """
    with open_archive(path, limits) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            sheets = read_xlsx(archive, path, limits)
        elif "content.xml" in names:
            sheets = read_ods(archive, path, limits)
        else:
            hint = "Give an .xlsx or .ods workbook; unpack other archives first."
            raise DataError(Fault("unknown_format", "this archive is no workbook", str(path), hint=hint))
    digest = file_digest(path)
    notes = [note for sheet in sheets if _NOTES_SHEET.match(sheet.name.strip()) for note in _lines(sheet.rows)]
    tables: list[LongTable] = []
    faults: list[Fault] = []
    for sheet in sheets:
        if _NOTES_SHEET.match(sheet.name.strip()):
            continue
        for titles, block, after in _blocks(sheet):
            try:
                tables.append(_table(path, sheet, titles, block, [*titles[1:], *after, *notes], digest, limits))
            except DataError as error:
                faults.extend(error.faults)
    if faults:
        raise DataError(faults[:200])
    if not tables:
        hint = "A table has a header row with figures directly below it, outside sheets called Cover or Notes."
        raise DataError(Fault("no_table", "no sheet holds a table", str(path), hint=hint))
    return tuple(tables)


def _lines(rows: Sequence[Row]) -> list[str]:
    lines = (": ".join(normal_text(cell.text) for _, cell in sorted(cells.items())) for _, cells in rows)
    return list(lines)[:_MOST_NOTES]


def _blocks(sheet: Sheet) -> list[tuple[list[str], list[Row], list[str]]]:
    """Cut a sheet into tables, each with the lines above it and the lines below it.

    A table begins where two rows in sequence have two cells or more, and ends at a blank row or where
    nothing but single cells follows.
    """
    blocks: list[tuple[list[str], list[Row], list[str]]] = []
    loose: list[str] = []
    rows = sheet.rows
    index = 0
    while index < len(rows):
        number, cells = rows[index]
        starts = len(cells) > 1 and index + 1 < len(rows) and rows[index + 1][0] == number + 1
        if not (starts and len(rows[index + 1][1]) > 1):
            loose.extend(_lines([rows[index]]))
            index += 1
            continue
        end = index + 1
        while end < len(rows) and rows[end][0] == rows[end - 1][0] + 1:
            end += 1
        block = rows[index:end]
        tail: list[Row] = []
        while len(block[-1][1]) == 1 and len(block) > 2 and min(block[-1][1]) == min(cells):
            tail.insert(0, block.pop())
        blocks.append((loose, block, _lines(tail)))
        loose = []
        index = end
    if blocks:
        blocks[-1][2].extend(loose)
    return blocks


def _table(
    path: Path, sheet: Sheet, titles: list[str], block: list[Row], notes: list[str], digest: str, limits: Limits
) -> LongTable:
    """Make one table of one block of rows."""
    number, first = block[0]
    place = path.with_name(f"{path.name} [{sheet.name}]")
    left = min(min(cells) for _, cells in block)
    width = max(max(cells) for _, cells in block) - left + 1
    written = [first[column].text if column in first else "" for column in range(left, left + width)]
    header = check_header([_NOTE_IN_HEADER.sub("", name) for name in written], place, number, limits=limits)
    marked = ["; ".join(_NOTE_IN_HEADER.findall(name)) for name in written]
    body = [(row, [cells.get(column, _EMPTY) for column in range(left, left + width)]) for row, cells in block[1:]]
    sample = [[_sample_text(cell) for cell in cells] for _, cells in body]
    labels = label_columns(header, sample, _read_text, str(place))
    if labels == len(header):
        hint = "If it explains the tables, call its sheet Notes or Cover."
        raise DataError(Fault("no_figures", "this table holds no figures", str(place), number, hint=hint))
    builder = TableBuilder(place, [*header[:labels], column_name(header[:labels])], limits)
    for row, cells in body:
        named = [normal_text(cell.text) for cell in cells[:labels]]
        for index, label in enumerate(named):
            if not label:
                hint = "Write the label in each row; a blank one may be a merged cell."
                builder.fault(Fault("empty_label", "the row has no label", str(place), row, header[index], hint=hint))
        for index in range(labels, width):
            reading = _figure(cells[index], marked[index])
            if isinstance(reading, str):
                column = f"{header[index]} ({column_letters(left + index)})"
                builder.fault(bad_cell(str(place), row, column, cells[index].text, reading))
            else:
                builder.add([*named, header[index]], reading, row)
    title = titles[0] if titles else sheet.name
    return builder.build("government_workbook", title, [f"Sheet: {sheet.name}", *notes], digest)


_EMPTY = Cell("")


def _sample_text(cell: Cell) -> str:
    """Let a stored number count as a figure, even one such as 1.2E-5, when columns are told apart."""
    return "0" if cell.number else cell.text


def _figure(cell: Cell, marked: str) -> Reading | str:
    reading = _read_number(cell.text) if cell.number else _read_text(cell.text)
    if isinstance(reading, str):
        return reading
    if cell.percent:
        reading = reading._replace(note=join(reading.note, "shown as a percentage: the number stored is the share"))
    return reading._replace(note=join(reading.note, marked)) if marked else reading
