"""Protect a file: read it, protect it, write the result aside and move it into place whole."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from arwap_analysis.disclosure.policy import DisclosurePolicy
from arwap_analysis.disclosure.read import long_table, read_rows, read_table, two_way_table
from arwap_analysis.disclosure.tabular import Release, protect_tables
from arwap_analysis.errors import DataError, Fault

__all__ = ["protect_file"]


def protect_file(
    path: Path,
    *,
    policy: DisclosurePolicy | None = None,
    dimensions: Sequence[str] | None = None,
    value: str = "value",
    parts: Mapping[str, Sequence[str]] | None = None,
    published: Sequence[Path] = (),
    out: Path | None = None,
) -> tuple[Release, str]:
    """Protect one table in a CSV file; returns what was done and the CSV text that may be published.

    Raises
    ------
    DataError
        When the table cannot be read or protected, or `out` cannot be written; an earlier file stays as it was.
    """
    rows = read_rows(path)
    if dimensions is None:
        table = two_way_table(rows, name=str(path))
    else:
        table = long_table(rows, name=str(path), dimensions=dimensions, value=value)
    earlier = [read_table(other, dimensions=dimensions, value=value) for other in published]
    release = protect_tables([table], policy=policy, parts=parts, published=earlier)
    header = [cell.strip() for cell in next(row for row in rows if any(cell.strip() for cell in row))]
    for (row, column), text in release.text_of(0).items():
        rows[row - 1][header.index(column)] = text
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    if out is not None:
        _write_whole(out, buffer.getvalue())
    return release, buffer.getvalue()


def _write_whole(path: Path, text: str) -> None:
    """Write beside the target and rename, so that a failure leaves an earlier file as it was."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise DataError(Fault("cannot_write", f"cannot be written: {error.strerror}", str(path))) from None
