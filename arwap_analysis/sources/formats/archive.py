"""Open workbooks, which are zip archives of XML, without trusting either."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.table import Limits
from arwap_analysis.sources.formats.text import check_file

__all__ = ["Cell", "Event", "Sheet", "events", "open_archive"]

_MOST_PARTS = 5_000
_SMALL_PART = 1_000_000
_CHUNK = 65_536
_DEEPEST = 100


class Cell(NamedTuple):
    """One cell: what it says as text, whether software wrote it as a number, and whether it shows a percentage."""

    text: str
    number: bool = False
    percent: bool = False


class Sheet(NamedTuple):
    """One sheet: its name and its rows that hold anything, each with its number and its cells by column."""

    name: str
    rows: list[tuple[int, dict[int, Cell]]]


class Event(NamedTuple):
    """The start or end of an element, or text. Names come without their namespace prefix."""

    kind: str
    name: str
    attributes: dict[str, str]


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive after looking at what it says it would unpack to.

    Sizes are declared in the archive itself; a part that lies about its size is cut off at the declared
    one and then fails its checksum, so the declared sizes bound the memory either way.

    Raises
    ------
    DataError
        `malformed_workbook`, `encrypted_file`, or `zip_bomb` for too many parts, too much to unpack, or a
        part that is packed more tightly than text in XML ever is.
    """
    check_file(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive, path, limits)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        hint = "Download it again, or save it once more from a spreadsheet."
        message = f"the workbook cannot be unpacked: {error}"[:200]
        raise DataError(Fault("malformed_workbook", message, str(path), hint=hint)) from None


def _check_parts(archive: zipfile.ZipFile, path: Path, limits: Limits) -> None:
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    hint = "This is not a table of statistics. Ask the publisher for a CSV."
    if len(parts) > _MOST_PARTS:
        raise DataError(Fault("zip_bomb", f"the workbook has {len(parts):,} parts", str(path), hint=hint))
    if total > limits.unpacked_bytes:
        message = f"the workbook would unpack to {total:,} bytes, at most {limits.unpacked_bytes:,} are read"
        raise DataError(Fault("zip_bomb", message, str(path), hint=hint))
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise DataError(Fault("malformed_workbook", "two parts of the workbook have one name", str(path), hint=hint))
    for part in parts:
        if part.flag_bits & 1:
            raise DataError(
                Fault("encrypted_file", "the workbook is encrypted", str(path), hint="Save it without a password.")
            )
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _SMALL_PART and ratio > limits.packing_ratio:
            message = f"a part of the workbook is packed {ratio:,.0f} times"
            raise DataError(Fault("zip_bomb", message, str(path), value=part.filename[:80], hint=hint))


def events(archive: zipfile.ZipFile, name: str, path: Path) -> Iterator[Event]:
    """Yield the elements and texts of one part; a document type, which entities need, is refused.

    Raises
    ------
    DataError
        `malformed_workbook` when the part is missing or not well-formed; `unsafe_xml` for a document type.
    """
    found: list[Event] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise DataError(Fault("unsafe_xml", f"elements lie more than {_DEEPEST} deep", str(path), value=name))
        plain: dict[str, str] = {}
        for key, value in attributes.items():  # the first of two that differ by prefix only is the standard one
            plain.setdefault(_local(key), value)
        found.append(Event("start", _local(tag), plain))

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        found.append(Event("end", _local(tag), {}))

    def doctype(*_: object) -> None:
        hint = "No spreadsheet writes one. Do not trust this file."
        raise DataError(Fault("unsafe_xml", "the workbook declares a document type", str(path), value=name, hint=hint))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: found.append(Event("text", text, {}))
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        stream = archive.open(name)
    except KeyError:
        raise DataError(
            Fault("malformed_workbook", "the workbook lacks a part", str(path), value=name, hint="Download it again.")
        ) from None
    with stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                hint = "Download it again, or save it once more from a spreadsheet."
                message = f"a part of the workbook is not well-formed: {error}"
                raise DataError(Fault("malformed_workbook", message, str(path), value=name, hint=hint)) from None
            yield from found
            found.clear()
            if not chunk:
                return


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]
