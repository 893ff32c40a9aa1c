"""Read and write the CSV files of the Plan's registers: whole or not at all, and each fault with its row."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean

__all__ = ["column_name", "csv_text", "decode", "read_rows", "write_whole"]

# A program for spreadsheets takes a text that begins so for a formula; an apostrophe before it says that it is text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def decode(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or Windows' Western European set."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    hint = "Save it as text in UTF-8; a PDF or a document has to be turned into text first."
    raise DataError(Fault("not_text", "this is not a text file", name, hint=hint))


def read_rows(
    path: Path, *, columns: Sequence[str], required: Sequence[str], names: Mapping[str, str] | None = None
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file, each with its number as a spreadsheet shows it; the header is row 1.

    Parameters
    ----------
    columns : sequence of str
        Every column that the file may have; one it lacks is empty in each row.
    required : sequence of str
        Those that it has to have.
    names : mapping, optional
        Other names for columns, in small letters.

    Raises
    ------
    DataError
        For a file that is missing or no CSV, an unknown, repeated or missing column, a row that is too long.
    """
    name = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        hint = "'arwap plan import FILE' makes a register from the Plan's text." if "register" in path.name else None
        raise DataError(Fault("cannot_read", f"cannot be read: {error.strerror or error}", name, hint=hint)) from None
    rows = list(csv.reader(io.StringIO(decode(content, name), newline="")))
    rows = [row for row in rows if any(cell.strip() for cell in row)] and rows
    if not rows:
        raise DataError(Fault("empty_file", "the file has no header", name, hint=f"Write: {','.join(columns)}"))
    header = [column_name(cell, names or {}) for cell in rows[0]]
    faults = [
        Fault("unknown_column", "there is no such column", name, 1, value=cell, hint=did_you_mean(cell, columns))
        for cell in header
        if cell and cell not in columns
    ]
    faults += [
        Fault("repeated_column", "the column stands in the file twice", name, 1, value=cell)
        for cell in dict.fromkeys(header)
        if cell and header.count(cell) > 1
    ]
    faults += [
        Fault("missing_column", f"the column '{column}' is missing", name, 1, hint=f"Write: {','.join(columns)}")
        for column in required
        if column not in header
    ]
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(header) :]):
            message = "the row has more cells than the header"
            hint = "Put texts that hold commas in quotation marks."
            faults.append(Fault("too_many_cells", message, name, number, hint=hint))
        cells = dict.fromkeys(columns, "")
        cells |= {column: _unguarded(cell) for column, cell in zip(header, row, strict=False) if column in columns}
        found.append((number, cells))
    if faults:
        raise DataError(faults)
    return found


def column_name(cell: str, names: Mapping[str, str]) -> str:
    """Return the name of a column as its heading means it."""
    plain = re.sub(r"\s+", " ", cell.strip().casefold())
    return names.get(plain, plain.replace(" ", "_"))


def _unguarded(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, object]], *, header: bool = True) -> str:
    """Return rows as CSV; a text that a spreadsheet program would take for a formula gets an apostrophe before it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if header:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_guarded(row.get(column)) for column in columns])
    return buffer.getvalue()


def _guarded(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and move it there whole; DataError where that is not possible."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8", newline="")
        aside.replace(path)
    except OSError as error:
        raise DataError(Fault("cannot_write", f"cannot be written: {error.strerror or error}", str(path))) from None
    finally:
        aside.unlink(missing_ok=True)
