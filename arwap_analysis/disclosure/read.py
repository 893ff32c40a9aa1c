"""Read tables as they are published: two-way CSV, or long CSV with declared dimensions."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from arwap_analysis.disclosure.marks import MARKS, CellText, read_cell
from arwap_analysis.disclosure.tables import Entry, Table
from arwap_analysis.errors import DataError, Fault, did_you_mean

__all__ = ["long_table", "read_parts", "read_rows", "read_table", "two_way_table"]

_ALLOWED = f"Write a number, or one of {', '.join(MARKS)}; an empty cell says neither."
Rows = list[list[str]]


def read_table(path: Path, *, dimensions: Sequence[str] | None = None, value: str = "value") -> Table:
    """Read one table from CSV (UTF-8): a two-way table, or a long one when its `dimensions` are named.

    Raises
    ------
    DataError
        With every cell that is neither a number nor a mark, every negative count and every missing column.
    """
    rows = read_rows(path)
    if dimensions is None:
        return two_way_table(rows, name=str(path))
    return long_table(rows, name=str(path), dimensions=dimensions, value=value)


def read_rows(path: Path) -> Rows:
    """Read the rows of a CSV file as text; raises DataError when it cannot be read."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        return list(csv.reader(text.splitlines(), strict=True))
    except FileNotFoundError:
        fault = Fault("missing_file", "there is no such file", name, hint="Check the name and the folder.")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault("unreadable_file", f"cannot be read: {error}", name, hint="Save it as CSV, UTF-8.")
    except csv.Error as error:
        fault = Fault("not_csv", f"this is not CSV: {error}", name)
    raise DataError(fault)


def two_way_table(rows: Rows, *, name: str) -> Table:
    """Read a two-way table: labels in the first column and the first row, margins named Total."""
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if len(filled) < 2 or len(filled[0][1]) < 2:
        raise DataError(
            Fault(
                "not_a_table",
                "this is not a two-way table",
                name,
                1,
                hint="The first row holds the labels of the columns, the first column those of the rows.",
            )
        )
    header = [cell.strip() for cell in filled[0][1]]
    _refuse_long(header, [row for _, row in filled[1:]], name)
    faults = _repeated(header[1:], name, "column")
    faults += _repeated([row[0].strip() for _, row in filled[1:]], name, "row")
    entries = []
    for number, row in filled[1:]:
        if len(row) != len(header):
            faults.append(Fault("ragged_row", f"{len(row)} cells where the header has {len(header)}", name, number))
            continue
        for column, text in zip(header[1:], row[1:], strict=True):
            found = _cell(text, name, number, column, faults)
            if found is not None:
                entries.append(Entry((row[0].strip(), column), found, number, column))
    if faults:
        raise DataError(faults)
    return Table(name, (header[0], ""), tuple(entries))


def _refuse_long(header: list[str], rows: Rows, name: str) -> None:
    """Say once how a long table is read, where a column after the first holds labels alone."""
    whole = [row for row in rows if len(row) == len(header)]
    labels = [
        column
        for place, column in enumerate(header)
        if place and whole and all(read_cell(row[place]) is None and row[place].strip() for row in whole)
    ]
    if labels:
        figures = [column for column in header[1:] if column not in labels]
        hint = f"If it is long, say so: --dimensions {','.join([header[0], *labels])}"
        hint += f" --value {figures[0]}." if len(figures) == 1 else " --value and the column of counts."
        what = f"this is not a two-way table: labels alone stand in {', '.join(map(repr, labels))}"
        raise DataError(Fault("long_table", what, name, 1, hint=hint))


def long_table(rows: Rows, *, name: str, dimensions: Sequence[str], value: str = "value") -> Table:
    """Read a long table: one row a cell, a column for each dimension; "Total" is a margin."""
    header = [cell.strip() for cell in rows[0]] if rows else []
    missing = [column for column in (*dimensions, value) if column not in header]
    if missing or len(rows) < 2:
        raise DataError(
            [
                Fault("missing_column", "the table lacks a column", name, 1, c, None, did_you_mean(c, header))
                for c in missing
            ]
            or Fault("empty_table", "the table has no rows", name)
        )
    places, at = [header.index(d) for d in dimensions], header.index(value)
    faults: list[Fault] = []
    entries = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            faults.append(Fault("ragged_row", f"{len(row)} cells where the header has {len(header)}", name, number))
            continue
        found = _cell(row[at], name, number, value, faults)
        if found is not None:
            entries.append(Entry(tuple(row[k].strip() for k in places), found, number, value))
    if faults:
        raise DataError(faults)
    return Table(name, tuple(dimensions), tuple(entries))


def _cell(text: str, name: str, row: int, column: str, faults: list[Fault]) -> CellText | None:
    found = read_cell(text)
    if found is None:
        faults.append(Fault("not_a_figure", "this is neither a number nor a mark", name, row, column, text, _ALLOWED))
    elif found.value < 0:
        faults.append(Fault("negative_count", "a count cannot be negative", name, row, column, text, "Correct it."))
        return None
    return found


def _repeated(labels: list[str], name: str, where: str) -> list[Fault]:
    return [
        Fault("repeated_label", f"two {where}s have the same label", name, value=label, hint="Labels must differ.")
        for label in dict.fromkeys(labels)
        if labels.count(label) > 1
    ]


def read_parts(path: Path) -> dict[str, list[str]]:
    """Read which labels are sums of which: CSV with the columns `total` and `part`."""
    rows = read_rows(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    missing = [column for column in ("total", "part") if column not in header]
    if missing:
        raise DataError([Fault("missing_column", "the file lacks a column", str(path), 1, c) for c in missing])
    found: dict[str, list[str]] = {}
    for row in rows[1:]:
        found.setdefault(row[header.index("total")].strip(), []).append(row[header.index("part")].strip())
    return found
