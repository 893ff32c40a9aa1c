"""Readers of tables with a column for each category: old StatsWales pivots and the downloads of Nomis."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.base import file_digest
from arwap_analysis.sources.formats.marks import PIVOT_MARKS, normal_text, read_value
from arwap_analysis.sources.formats.table import Limits, LongTable, TableBuilder
from arwap_analysis.sources.formats.text import Encoding, check_header, check_width, is_blank, open_rows
from arwap_analysis.sources.formats.wide import add_row, column_name, label_columns

__all__ = ["NOMIS_TITLE_ROWS", "nomis_header", "read_nomis_download", "read_pivot"]

NOMIS_TITLE_ROWS = 40
_SAMPLE_ROWS = 200
_read = partial(read_value, marks=PIVOT_MARKS)
Rows = Iterator[tuple[int, list[str]]]


def read_pivot(path: Path, *, encoding: Encoding | None, limits: Limits) -> tuple[LongTable, ...]:
    """Read a pivot of the old StatsWales: row labels first, then a column for each category.

    The header has no name for the categories of the columns; the long table calls them `column`.
    """
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        kept = ((row, fields) for row, fields in rows if not is_blank(fields))
        first = next(kept, None)
        if first is None:
            raise DataError(Fault("empty_file", "the file has no row", str(path), hint="Download it again."))
        header = check_header(first[1], path, first[0], limits=limits, nameless_first=True)
        builder = _read_body(header, kept, path, limits)
    return (builder.build("statswales_pivot", path.stem, (), file_digest(path)),)


def read_nomis_download(path: Path, *, encoding: Encoding | None, limits: Limits) -> tuple[LongTable, ...]:
    """Read the download of Nomis: lines of title and metadata, one table, and notes below a blank row."""
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        head = list(islice(rows, NOMIS_TITLE_ROWS))
        at = nomis_header(head)
        if at is None:
            fault = Fault(
                "no_table",
                f"no header was found in the first {NOMIS_TITLE_ROWS} rows",
                str(path),
                hint="It stands after a blank row, with the figures directly below it.",
            )
            raise DataError(fault)
        titles = [": ".join(normal_text(field) for field in fields if field.strip()) for _, fields in head[:at]]
        notes = [title for title in titles if title]
        header = check_header(head[at][1], path, head[at][0], limits=limits, nameless_first=True)
        rest = _chain(head[at + 1 :], rows)
        builder = _read_body(header, _until_blank(rest), path, limits)
        for row, fields in rest:
            texts = [normal_text(field) for field in fields if field.strip()]
            if len(texts) > 2:
                hint = "Download one table in one file, or cut the file in two."
                raise DataError(
                    Fault("second_table", "a second table stands below the first", str(path), row, hint=hint)
                )
            if len(notes) < NOMIS_TITLE_ROWS:
                notes.extend([": ".join(texts)] if texts else [])
    return (builder.build("nomis_csv", notes[0] if notes else path.stem, notes[1:], file_digest(path)),)


def nomis_header(head: list[tuple[int, list[str]]]) -> int | None:
    """Return where the header stands: after a blank row (or first), as wide as the figures right below it."""
    found = None
    for index in range(len(head) - 1):
        fields, below = head[index][1], head[index + 1][1]
        blank_before = index == 0 or is_blank(head[index - 1][1])
        if not blank_before or len(fields) < 2 or len(fields) != len(below):
            continue
        if isinstance(_read(below[-1]), str) or not isinstance(_read(fields[-1]), str):
            continue
        found = index
        if len(fields) > 2:
            break
    return found


def _read_body(header: list[str], rows: Rows, path: Path, limits: Limits) -> TableBuilder:
    """Read rows of labels and figures; the first two hundred say which columns are labels."""
    if len(header) < 2:
        hint = "A table has a column of labels and at least one of figures, with commas between."
        raise DataError(Fault("one_column", "the table has one column", str(path), 1, hint=hint))
    sample = list(islice(rows, _SAMPLE_ROWS))
    labels = label_columns(header, [fields for _, fields in sample], _read, str(path))
    if labels == len(header):
        hint = "If the file has one figure a row among words, say which columns are dimensions and which is the value."
        raise DataError(Fault("no_figures", "no column holds figures", str(path), hint=hint))
    builder = TableBuilder(path, [*header[:labels], column_name(header[:labels])], limits)
    stream = _chain(sample, rows)
    waiting = next(stream, None)
    while waiting is not None:
        (row, fields), waiting = waiting, next(stream, None)
        fault = check_width(fields, header, path, row, last=waiting is None)
        if fault is not None:
            builder.fault(fault)
        else:
            add_row(builder, header, labels, fields, row, _read)
    return builder


def _chain(first: list[tuple[int, list[str]]], then: Rows) -> Rows:
    queue = deque(first)
    while queue:
        yield queue.popleft()
    yield from then


def _until_blank(rows: Rows) -> Rows:
    for row, fields in rows:
        if is_blank(fields):
            return
        yield row, fields
