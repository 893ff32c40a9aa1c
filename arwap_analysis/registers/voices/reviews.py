"""What a person decided of each quotation that could tell who spoke."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean

__all__ = ["DECISIONS", "Review", "read_reviews"]

DECISIONS = ("release", "withhold")
_COLUMNS = ("excerpt", "words", "decision", "by", "on")


@dataclass(frozen=True, slots=True)
class Review:
    """A decision: of which excerpt and which very words (their digest), by whom and when."""

    excerpt: str
    words: str
    decision: str
    by: str
    on: str


def read_reviews(path: Path) -> Mapping[str, Review]:
    """Read decisions, by excerpt, from a CSV with the columns excerpt, words, decision, by and on.

    `words` is the digest that the review list gives, so that a decision lapses when the words change.

    Raises
    ------
    DataError
        With every fault: columns that are missing, empty cells, decisions that there are not, an excerpt twice.
    """
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise DataError(Fault("unreadable_file", "the reviews cannot be read", name)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [column for column in _COLUMNS if column not in (reader.fieldnames or ())]:
        raise DataError([Fault("missing_column", "the column is missing", name, 1, column) for column in missing])
    reviews: dict[str, Review] = {}
    faults: list[Fault] = []
    for row, record in enumerate(reader, start=2):
        cells = {column: (record[column] or "").strip() for column in _COLUMNS}
        faults += [Fault("empty_cell", "the cell is empty", name, row, c) for c, cell in cells.items() if not cell]
        if cells["decision"] and cells["decision"] not in DECISIONS:
            hint = did_you_mean(cells["decision"], DECISIONS)
            faults.append(Fault("unknown_decision", "there is no such decision", name, row, "decision",
                                cells["decision"], hint))  # fmt: skip
        if cells["on"] and not _is_day(cells["on"]):
            faults.append(Fault("not_a_date", "this is no day", name, row, "on", hint="Write 2026-12-01."))
        if cells["excerpt"] in reviews:
            faults.append(Fault("excerpt_twice", "a second decision", name, row, "excerpt", cells["excerpt"]))
        reviews[cells["excerpt"]] = Review(**cells)
    if faults:
        raise DataError(faults)
    return reviews


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
