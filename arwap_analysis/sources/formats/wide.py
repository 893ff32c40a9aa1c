"""Turn a table with a row for each label and a column for each other label into a long one.

Used for pivots, for downloads of Nomis and for sheets of workbooks, which share this shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.marks import Reading, normal_text
from arwap_analysis.sources.formats.table import TableBuilder

__all__ = ["Reader", "add_row", "bad_cell", "column_name", "label_columns"]

COLUMN = "column"
Reader = Callable[[str], Reading | str]
_SAMPLE = 200
_LABEL_HEADER = re.compile(
    r"\b(year|period|time|date|quarter|month|code|age|blwyddyn|cyfnod|dyddiad|cod|mnemonic)\b", re.IGNORECASE
)


def label_columns(header: Sequence[str], body: Sequence[Sequence[str]], read: Reader, file: str) -> int:
    """Return how many leading columns are labels; the others are figures.

    The first column always is a label. A later one is when most of its first cells are neither numbers nor
    marks, or when its name speaks of a period or a code and a column of figures still follows. A figure
    column with one wrong word in it therefore stays a figure column, and the word is found.

    Raises
    ------
    DataError
        `mixed_columns` when figures stand left of a column of words: they would silently become labels.
    """
    sample = body[:_SAMPLE]
    count = 1
    figures = []
    for index in range(1, len(header)):
        cells = [row[index] for row in sample if index < len(row) and row[index].strip()]
        wrong = sum(isinstance(read(cell), str) for cell in cells)
        words = 2 * wrong > len(cells) > 0
        named = index == count and index < len(header) - 1 and _LABEL_HEADER.search(header[index])
        if words or named:
            count = index + 1
        elif cells and not _LABEL_HEADER.search(header[index]):
            figures.append(index)
    mixed = [header[index] for index in figures if index < count]
    if mixed:
        hint = "Put the columns of words first, or declare which column is what (declared_csv)."
        message = "a column of figures stands before a column of words"
        raise DataError([Fault("mixed_columns", message, file, column=name, hint=hint) for name in mixed])
    return count


def column_name(labels: Sequence[str]) -> str:
    """Return a name for what the columns distinguish, which such tables never name."""
    taken = {label.casefold() for label in labels}
    names = (COLUMN if number == 1 else f"{COLUMN} ({number})" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def add_row(
    builder: TableBuilder, header: Sequence[str], labels: int, fields: Sequence[str], row: int, read: Reader
) -> None:
    """Add the figures of one row, each with its labels and the name of its column."""
    named = [normal_text(field) for field in fields[:labels]]
    if not named[0]:
        builder.fault(
            Fault(
                "empty_label",
                "the row has figures and no label",
                builder.file,
                row,
                header[0],
                hint="Merged cells leave labels empty: write the label in each row.",
            )
        )
        return
    for name, cell in zip(header[labels:], fields[labels:], strict=True):
        reading = read(cell)
        if isinstance(reading, str):
            builder.fault(bad_cell(builder.file, row, name, cell, reading))
        else:
            builder.add([*named, name], reading, row)


def bad_cell(file: str, row: int, column: str, cell: str, why: str) -> Fault:
    """Return the fault of a cell that should hold a figure and does not."""
    hint = "Write the number, or a mark such as [x] (not available), [c] (confidential), [z] (not applicable)."
    return Fault("not_a_number", why, file, row, column, normal_text(cell)[:80], hint)
