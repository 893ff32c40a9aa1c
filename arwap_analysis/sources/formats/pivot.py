"""Readers of tables with a column for each category: old StatsWales pivots and the downloads of Nomis."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.base import file_digest
from arwap_analysis.sources.formats.flags import (
    flag_columns,
    is_flag_name,
    is_mark,
    pair,
    read_flagged,
    read_legend,
    unpaired_flags,
)
from arwap_analysis.sources.formats.marks import PIVOT_MARKS, normal_text, read_value
from arwap_analysis.sources.formats.table import Limits, LongTable, TableBuilder
from arwap_analysis.sources.formats.text import Encoding, check_header, check_width, is_blank, open_rows
from arwap_analysis.sources.formats.wide import Reader, add_row, column_name, label_columns

__all__ = ["NOMIS_TITLE_ROWS", "nomis_header", "read_nomis_download", "read_pivot"]

NOMIS_TITLE_ROWS = 40
_SAMPLE_ROWS = 200
_MOST_NOTES = 1_000
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
    """Read the download of Nomis: lines of title and metadata, one table, and notes below a blank row.

    Where a column of flags stands beside each column of figures, and where a mark stands in place of a figure, the
    legend among the notes says what it means; see `flags`. The notes are therefore read before the figures.
    """
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
        (row, header), rest = head[at], _chain(head[at + 1 :], rows)
        flags = flag_columns(header, str(path), row)
        names = check_header(
            [name for index, name in enumerate(header) if index not in flags],
            path,
            row,
            limits=limits,
            nameless_first=True,
        )
        deque(_until_blank(rest), maxlen=0)
        below = _notes_below(rest, path)
    notes = [": ".join(normal_text(field) for field in fields if field.strip()) for _, fields in head[:at]]
    notes = [note for note in [*notes, *(": ".join(texts) for texts in below[:NOMIS_TITLE_ROWS])] if note]
    read = partial(read_flagged, legend=read_legend(below))
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        builder = _read_body(names, _until_blank(islice(rows, at + 1, None)), path, limits, read=read, flags=flags)
    return (builder.build("nomis_csv", notes[0] if notes else path.stem, notes[1:], file_digest(path)),)


def _notes_below(rows: Rows, path: Path) -> list[list[str]]:
    """Return the texts of each line below the table; a second table must not be taken for notes."""
    below: list[list[str]] = []
    for row, fields in rows:
        texts = [normal_text(field) for field in fields if field.strip()]
        if len(texts) > 2:
            hint = "Download one table in one file, or cut the file in two."
            raise DataError(Fault("second_table", "a second table stands below the first", str(path), row, hint=hint))
        if texts and len(below) < _MOST_NOTES:
            below.append(texts)
    return below


def nomis_header(head: list[tuple[int, list[str]]]) -> int | None:
    """Return where the header stands: after a blank row (or first), as wide as the figures right below it."""
    found = None
    for index in range(len(head) - 1):
        fields, below = head[index][1], head[index + 1][1]
        blank_before = index == 0 or is_blank(head[index - 1][1])
        if not blank_before or len(fields) < 2 or len(fields) != len(below):
            continue
        last = max((i for i, name in enumerate(fields) if not is_flag_name(name)), default=0)
        if not _is_figure(below[last]) or _is_figure(fields[last]):
            continue
        found = index
        if len(fields) > 2:
            break
    return found


def _is_figure(cell: str) -> bool:
    return is_mark(cell) or not isinstance(_read(cell), str)


def _read_body(
    header: list[str],
    rows: Rows,
    path: Path,
    limits: Limits,
    *,
    read: Reader = _read,
    flags: tuple[int, ...] = (),
) -> TableBuilder:
    """Read rows of labels and figures; the first two hundred say which columns are labels.

    `flags` says where columns of flags stand in the rows; `header` names the other columns.
    """
    if len(header) < 2:
        hint = "A table has a column of labels and at least one of figures, with commas between."
        raise DataError(Fault("one_column", "the table has one column", str(path), 1, hint=hint))
    written = list(header)
    for index in flags:
        written.insert(index, f"flags of {written[index - 1]}")
    sample = list(islice(rows, _SAMPLE_ROWS))
    whole = [pair(fields, flags) for _, fields in sample if not flags or len(fields) == len(written)]
    labels = label_columns(header, whole, read, str(path))
    if labels == len(header):
        hint = "If the file has one figure a row among words, say which columns are dimensions and which is the value."
        raise DataError(Fault("no_figures", "no column holds figures", str(path), hint=hint))
    if flags and labels != flags[0] - 1:
        raise DataError(unpaired_flags(str(path), None, header[min(labels, flags[0] - 1)]))
    builder = TableBuilder(path, [*header[:labels], column_name(header[:labels])], limits)
    stream = _chain(sample, rows)
    waiting = next(stream, None)
    while waiting is not None:
        (row, fields), waiting = waiting, next(stream, None)
        fault = check_width(fields, written, path, row, last=waiting is None)
        if fault is not None:
            builder.fault(fault)
        else:
            add_row(builder, header, labels, pair(fields, flags), row, read)
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
