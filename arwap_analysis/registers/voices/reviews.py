"""What a person decided of each quotation that could tell who spoke: show it, show it with gaps, or withhold it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean

__all__ = ["DECISIONS", "Review", "read_reviews", "redacted"]

DECISIONS = ("release", "redact", "withhold")
_MARK = re.compile(r"\[[^\[\]]*\]")
_COLUMNS = ("excerpt", "words", "decision", "by", "on")


@dataclass(frozen=True, slots=True)
class Review:
    """A decision: of which excerpt and which very words (their digest), by whom and when.

    `text` is what may be shown where the decision is to redact: the words with marks in square brackets for what is
    left out, such as "[name]".
    """

    excerpt: str
    words: str
    decision: str
    by: str
    on: str
    text: str = ""


def redacted(words: str, text: str) -> bool:
    """Whether a text is the words with marks in square brackets in place of parts, and nothing else changed."""
    kept = [re.escape(piece) for piece in _MARK.split(text)]
    return re.fullmatch(".+?".join(kept), words, re.DOTALL) is not None


def read_reviews(path: Path) -> Mapping[str, Review]:
    """Read decisions, by excerpt, from a CSV with the columns excerpt, words, decision, by, on and, to redact, text.

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
        cells["text"] = (record.get("text") or "").strip()
        if (cells["decision"] == "redact") != bool(cells["text"]):
            hint = "Write there what may be shown, with [name] or the like for what is left out; else leave it empty."
            faults.append(Fault("text_goes_with_redact", "a text goes with 'redact' and with no other decision", name,
                                row, "text", hint=hint))  # fmt: skip
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
