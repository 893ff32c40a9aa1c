"""Protect files: read them, protect them as one linked set, write the results aside and move them into place whole."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from arwap_analysis.disclosure.policy import DisclosurePolicy
from arwap_analysis.disclosure.read import Rows, long_table, read_rows, read_table, two_way_table
from arwap_analysis.disclosure.tables import Table
from arwap_analysis.disclosure.tabular import Release, protect_tables
from arwap_analysis.errors import DataError, Fault, ParameterError

__all__ = ["protect_files"]


def protect_files(
    paths: Sequence[Path],
    *,
    policy: DisclosurePolicy | None = None,
    dimensions: Sequence[str] | None = None,
    value: str = "value",
    parts: Mapping[str, Sequence[str]] | None = None,
    published: Sequence[Path] = (),
    out: Path | None = None,
) -> tuple[Release, tuple[str, ...]]:
    """Protect tables in CSV files together; returns what was done, and the CSV text of each that may be published.

    Parameters
    ----------
    paths : sequence of Path
        Tables linked by equal labels: the same labels are the same figure, hidden in all or in none.
    dimensions, value
        Of long tables; see `read_table`.
    published : sequence of Path
        Earlier releases of the same figures.
    out : Path, optional
        File to write, or for several tables a folder, in which each keeps its name.

    Raises
    ------
    ParameterError
        For no table, or two of the same file name.
    DataError
        When a table cannot be read or protected, or `out` cannot be written; earlier files stay as they were.
    """
    names = [path.name for path in paths]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ParameterError(Fault("same_name", "two tables would be written into one file", value=", ".join(twice)))
    read = [_read(path, dimensions, value) for path in paths]
    earlier = [read_table(other, dimensions=dimensions, value=value) for other in published]
    release = protect_tables([table for _, table in read], policy=policy, parts=parts, published=earlier)
    texts = tuple(_text(rows, release, number) for number, (rows, _) in enumerate(read))
    if out is not None:
        _write_whole({out / name if len(paths) > 1 else out: text for name, text in zip(names, texts, strict=True)})
    return release, texts


def _read(path: Path, dimensions: Sequence[str] | None, value: str) -> tuple[Rows, Table]:
    rows = read_rows(path)
    if dimensions is None:
        return rows, two_way_table(rows, name=str(path))
    return rows, long_table(rows, name=str(path), dimensions=dimensions, value=value)


def _text(rows: Rows, release: Release, number: int) -> str:
    """Return a table as it was written, with what may be published in the place of each figure."""
    header = [cell.strip() for cell in next(row for row in rows if any(cell.strip() for cell in row))]
    for (row, column), text in release.text_of(number).items():
        rows[row - 1][header.index(column)] = text
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _write_whole(texts: Mapping[Path, str]) -> None:
    """Write all beside their targets and rename them, so that a failure to write leaves every earlier file."""
    aside = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in texts}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            aside[path].write_text(text, encoding="utf-8")
        for path, part in aside.items():
            part.replace(path)
    except OSError as error:
        for part in aside.values():
            part.unlink(missing_ok=True)
        raise DataError(Fault("cannot_write", f"cannot be written: {error.strerror}", error.filename)) from None
