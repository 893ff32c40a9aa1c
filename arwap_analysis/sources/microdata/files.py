"""Find the files of microdata and the columns they have, before anything is read through."""

from __future__ import annotations

import csv
import glob
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.sources.microdata.plan import Reduction

__all__ = ["Header", "check_columns", "csv_headers", "find_files", "first_line", "is_parquet", "wrong_encoding"]

_PARQUET = (".parquet", ".pq")
_CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")


@dataclass(frozen=True)
class Header:
    """Columns of a file, in its own order."""

    file: str
    columns: tuple[str, ...]


def is_parquet(file: str) -> bool:
    """Say whether a file is Parquet by its name; everything else that `find_files` returns is CSV."""
    return file.lower().endswith(_PARQUET)


def find_files(reduction: Reduction, folder: Path) -> list[str]:
    """Return the absolute paths of all files, each once, in the order of the reduction and then of the alphabet.

    Raises
    ------
    DataError
        When a path or pattern matches no file, a file is neither CSV nor Parquet, or both kinds are mixed.
    """
    patterns = reduction.file if isinstance(reduction.file, list) else [reduction.file]
    found: dict[Path, str] = {}
    faults = []
    for pattern in patterns:
        matches = _matches(folder / pattern)
        if not matches:
            faults.append(_missing_file(folder / pattern))
        for match in matches:
            # Patterns can overlap, and nobody may count twice.
            found.setdefault(match.resolve(), str(match))
    files = list(found.values())
    faults += [
        Fault("unknown_format", "only CSV and Parquet files can be reduced", file, hint=f"Allowed: {', '.join(_CSV)}, "
              f"{', '.join(_PARQUET)}.")
        for file in files
        if not file.lower().endswith(_PARQUET + _CSV)
    ]  # fmt: skip
    if not faults and len({is_parquet(file) for file in files}) > 1:
        faults.append(Fault("mixed_formats", "some files are CSV and some are Parquet", hint="Reduce one kind."))
    if faults:
        raise DataError(faults)
    return files


def _matches(path: Path) -> list[Path]:
    # A file whose name has brackets is itself, not a pattern.
    if path.is_file():
        return [path.absolute()]
    # Path.glob takes no absolute pattern, and a pattern may start anywhere.
    found = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207
    return [Path(p).absolute() for p in found if Path(p).is_file()]


def _missing_file(path: Path) -> Fault:
    if path.is_dir():
        hint = f"Name the files in it, such as '{path.name}/*.parquet'."
        return Fault("missing_file", "this is a folder, not a file", str(path), hint=hint)
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}")) if path.parent.is_dir() else []
    hint = did_you_mean(path.name, near) if near else "Check the name and the folder."
    what = "no file matches this pattern" if glob.has_magic(str(path)) else "there is no such data file"
    return Fault("missing_file", what, str(path), hint=hint)


def csv_headers(files: list[str], delimiter: str) -> list[Header]:
    """Return the header of each CSV file; raises DataError where there is none or it is not UTF-8."""
    headers, faults = [], []
    for file in files:
        try:
            with _open(file) as stream:
                row = next(csv.reader(stream, delimiter=delimiter, strict=True), [])
        except (csv.Error, EOFError) as error:
            faults.append(Fault("broken_csv", f"the header cannot be read: {error}", file, 1))
            continue
        except (OSError, zlib.error) as error:
            what = getattr(error, "strerror", None) or "damaged"
            faults.append(Fault("unreadable_file", f"cannot be read: {what}", file))
            continue
        # Bytes that are not UTF-8 come as lone surrogates; text of two bytes a letter comes full of zeros.
        if any("\udc80" <= letter <= "\udcff" or letter == "\0" for cell in row for letter in cell):
            faults.append(wrong_encoding(file, 1))
            continue
        if not any(cell.strip() for cell in row):
            faults.append(Fault("empty_file", "the first row is empty", file, 1, hint="It has to name the columns."))
            continue
        headers.append(Header(file, tuple(cell.strip() for cell in row)))
    if faults:
        raise DataError(faults)
    return headers


def first_line(file: str) -> str:
    """Return the first line of a CSV file as it is written, without its end."""
    with _open(file) as stream:
        return stream.readline().rstrip("\r\n")


def _open(file: str) -> IO[str]:
    # Buffers reach beyond the header: what is wrong in the rows is for the engine to find, with its line.
    if file.lower().endswith(".gz"):
        return io.TextIOWrapper(gzip.open(file), encoding="utf-8-sig", errors="surrogateescape", newline="")
    return Path(file).open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def wrong_encoding(file: str | None, row: int | None = None) -> Fault:
    """Return the fault of a file in another encoding."""
    return Fault("wrong_encoding", "the file is not UTF-8 text", file, row, hint="Save it as CSV UTF-8.")


def check_columns(reduction: Reduction, headers: list[Header]) -> None:
    """Raise DataError unless every file has every column once: an absent one must not read as missing values."""
    faults = []
    for header in headers:
        for column in reduction.needed:
            times = header.columns.count(column)
            if not times:
                hint = did_you_mean(column, header.columns)
                faults.append(Fault("missing_column", "the file has no such column", header.file, 1, column, hint=hint))
            elif times > 1:
                what = "two columns have the same name"
                faults.append(Fault("repeated_column", what, header.file, 1, column, hint="Rename one."))
    if faults:
        raise DataError(faults)
