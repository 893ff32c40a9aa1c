"""Read rows of a text file one at a time, within bounds, and refuse what is not a whole, plain table."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.marks import normal_text
from arwap_analysis.sources.formats.table import DEFAULT_LIMITS, Limits

__all__ = ["Encoding", "check_file", "check_header", "check_width", "is_blank", "open_rows", "sniff"]

Encoding = Literal["utf-8", "utf-16", "cp1252"]
_MAGIC = {
    b"PK\x03\x04": "a zip archive or a workbook",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
}
_HEAD_BYTES = 65_536


def check_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a path that is not a file, or is larger than the limit.

    Raises
    ------
    DataError
        `missing_file`, `not_a_file`, `file_too_large`, `unreadable_file` or `empty_file`.
    """
    try:
        if not path.exists():
            raise DataError(Fault("missing_file", "there is no such file", str(path), hint="Check name and folder."))
        if not path.is_file():
            hint = "Give the path of one file."
            raise DataError(Fault("not_a_file", "this is a folder or a device", str(path), hint=hint))
        size = path.stat().st_size
    except DataError:  # which is a ValueError
        raise
    except (OSError, ValueError) as error:
        raise DataError(Fault("unreadable_file", f"cannot be read: {error}", str(path))) from None
    if size > limits.file_bytes:
        fault = Fault(
            "file_too_large",
            f"the file has {size:,} bytes and at most {limits.file_bytes:,} are read",
            str(path),
            hint="Download only the years and areas that are needed, or raise the limit on purpose.",
        )
        raise DataError(fault)
    if size == 0:
        raise DataError(Fault("empty_file", "the file is empty", str(path), hint="Download it again."))


def sniff(path: Path) -> bytes:
    """Return the first bytes of a file, for telling formats apart."""
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except OSError as error:
        raise DataError(Fault("unreadable_file", f"cannot be read: {error.strerror}", str(path))) from None


@contextmanager
def open_rows(
    path: Path, *, encoding: Encoding | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Give the rows of a delimited text file with their numbers, as a spreadsheet counts them.

    Blank rows are given too, as empty lists, because some layouts mean something by them. The text has to be
    UTF-8, or UTF-16 with its byte order mark; cp1252 (what Excel saves as plain "CSV") only when asked for,
    because every byte is some letter in it, and wrong letters would pass.

    Raises
    ------
    DataError
        Here or while rows are read, with the row: not text, wrong encoding, NUL characters, a quotation mark
        that never closes, a line, field or row past its limit.
    """
    check_file(path, limits)
    head = sniff(path)
    name = _encoding(head, path, encoding)
    delimiter = _delimiter(head, name)
    try:
        if name == "utf-16":
            with path.open(encoding=name, newline="") as text:
                yield _records(_lines(text, None, path, limits), delimiter, path, limits)
        else:
            with path.open("rb") as raw:
                yield _records(_lines(raw, name, path, limits), delimiter, path, limits)
    except OSError as error:
        raise DataError(Fault("unreadable_file", f"cannot be read: {error.strerror}", str(path))) from None


def check_header(
    header: Sequence[str], path: Path, row: int, *, limits: Limits = DEFAULT_LIMITS, nameless_first: bool = False
) -> list[str]:
    """Return the column names with their spaces folded; refuse empty and repeated names.

    Raises
    ------
    DataError
        `empty_header` (as merged cells leave it) or `repeated_column`, for every such column.
    """
    names = [normal_text(name) for name in header]
    if nameless_first and names and not names[0]:
        names[0] = "row"
    faults = [
        Fault(
            "empty_header",
            f"column {index} has no name",
            str(path),
            row,
            hint="Merged cells and cut files leave names empty. Give each column its own name.",
        )
        for index, name in enumerate(names, start=1)
        if not name
    ]
    seen: set[str] = set()
    for name in names:
        if name and name.casefold() in seen:
            faults.append(
                Fault("repeated_column", "two columns have the same name", str(path), row, name, hint="Rename one.")
            )
        seen.add(name.casefold())
    if len(names) > limits.columns:
        faults = [_too_many_columns(len(names), path, row, limits)]
    if faults:
        raise DataError(faults[:200])
    return names


def check_width(fields: Sequence[str], header: Sequence[str], path: Path, row: int, *, last: bool) -> Fault | None:
    """Return the fault of a row with another number of cells than the header, or None."""
    if len(fields) == len(header):
        return None
    if last and len(fields) < len(header):
        return Fault(
            "truncated_file",
            f"the last row ends after {len(fields)} of {len(header)} cells: the file was cut",
            str(path),
            row,
            header[len(fields) - 1] if fields else None,
            hint="Download it again.",
        )
    at = header[min(len(fields), len(header)) - 1]
    hint = "A comma inside a label or a number needs quotation marks around it."
    message = f"the row has {len(fields)} cells and the header {len(header)}: columns are shifted"
    return Fault("ragged_row", message, str(path), row, at, hint=hint)


def is_blank(fields: Sequence[str]) -> bool:
    """Whether a row holds nothing."""
    return not any(field.strip() for field in fields)


def _encoding(head: bytes, path: Path, declared: Encoding | None) -> str:
    """Tell UTF-16 by its byte order mark; refuse what is not text at all."""
    what = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if what:
        hint = "Export the table as CSV UTF-8, or give the workbook as .xlsx or .ods."
        raise DataError(Fault("binary_file", f"this is {what}, not a text file", str(path), hint=hint))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if declared == "utf-16":
        hint = "Save it as CSV UTF-8."
        raise DataError(Fault("wrong_encoding", "UTF-16 needs its byte order mark", str(path), hint=hint))
    return declared or "utf-8"


def _delimiter(head: bytes, encoding: str) -> str:
    """Take the tab or the semicolon only where the first line has no comma at all."""
    lines = head.decode(encoding, errors="replace").splitlines()
    first = lines[0] if lines else ""
    if "," in first:
        return ","
    return next((mark for mark in ("\t", ";") if mark in first), ",")


def _lines(stream: IO[bytes] | IO[str], encoding: str | None, path: Path, limits: Limits) -> Iterator[str]:
    """Yield decoded lines, none longer than its limit, and name the line of what cannot be decoded.

    Bytes are decoded line by line, so that the line of a wrong byte is known; UTF-16 has no lines in its bytes.
    """
    longest, number = limits.record_characters, 0
    while True:
        number += 1
        try:
            line = stream.readline(longest + 1)
            if len(line) > longest:
                message = f"a line has more than {longest:,} characters"
                hint = "This is not a table of figures."
                raise DataError(Fault("line_too_long", message, str(path), number, hint=hint))
            if isinstance(line, bytes):
                line = line.decode(str(encoding) if number == 1 else str(encoding).removesuffix("-sig"))
        except UnicodeError as error:
            name = (encoding or "utf-16").removesuffix("-sig").upper()
            reason = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
            hint = "Save it as CSV UTF-8. If Excel wrote it as plain CSV, declare the encoding cp1252."
            raise DataError(
                Fault("wrong_encoding", f"the text is not {name} ({reason})", str(path), number, hint=hint)
            ) from None
        if not line:
            return
        if "\0" in line:
            fault = Fault(
                "nul_character",
                "the file holds NUL characters: it is binary, damaged, or UTF-16 without its mark",
                str(path),
                number,
                hint="Download it again, or save it as CSV UTF-8.",
            )
            raise DataError(fault)
        yield line


class _Measured:
    """Count the characters handed out since the last whole record: an open quotation mark must not eat the file."""

    def __init__(self, lines: Iterator[str], path: Path, limits: Limits) -> None:
        self.lines, self.path, self.limits, self.taken, self.record = lines, path, limits, 0, 1

    def __iter__(self) -> _Measured:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken += len(line)
        if self.taken > self.limits.record_characters:
            message = f"a row has more than {self.limits.record_characters:,} characters"
            hint = "A quotation mark that is never closed does this."
            raise DataError(Fault("row_too_long", message, str(self.path), self.record, hint=hint))
        return line


def _records(lines: Iterator[str], delimiter: str, path: Path, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    measured = _Measured(lines, path, limits)
    reader = csv.reader(measured, delimiter=delimiter, strict=True)
    row = 0
    while True:
        row += 1
        measured.taken, measured.record = 0, row
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(_csv_fault(str(error), path, row)) from None
        if len(fields) > limits.columns:
            raise DataError(_too_many_columns(len(fields), path, row, limits))
        if any(len(field) > limits.field_characters for field in fields):
            message = f"a cell has more than {limits.field_characters:,} characters"
            raise DataError(Fault("cell_too_long", message, str(path), row, hint="This is not a table of figures."))
        yield row, fields


def _csv_fault(message: str, path: Path, row: int) -> Fault:
    """Say in words for an analyst what the csv module found."""
    if "unexpected end" in message:
        hint = "The file was cut, or a quotation mark is never closed. Download it again."
        return Fault("truncated_file", "the file ends inside quotation marks", str(path), row, hint=hint)
    if "field larger" in message:
        hint = "A quotation mark that is never closed does this."
        return Fault("cell_too_long", "a cell is far too long", str(path), row, hint=hint)
    hint = "Save it again as CSV UTF-8 from a spreadsheet."
    return Fault("malformed_csv", f"the row is not well-formed CSV: {message}", str(path), row, hint=hint)


def _too_many_columns(count: int, path: Path, row: int, limits: Limits) -> Fault:
    message = f"the row has {count:,} columns and at most {limits.columns:,} are read"
    return Fault("too_many_columns", message, str(path), row, hint="Download fewer categories in one file.")
