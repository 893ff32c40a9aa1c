"""Flags of Nomis: a mark beside a figure or in its place, and the legend below the table that says what it means.

What a mark means differs from one data set of Nomis to another: `-` is "These figures are missing." in one and a
figure rounded to zero elsewhere. The legend in the same file therefore decides. The wordings were taken from
programs that read such downloads and quote their legends: the Business Register and Employment Survey, with
columns of flags that have no name, and the Annual Population Survey, with its marks in place of figures. No whole
file with flags was at hand, so whatever departs from that layout is refused and not read around.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.marks import (
    PIVOT_MARKS,
    Mark,
    Reading,
    mark_key,
    missing,
    normal_text,
    read_value,
    with_mark,
)

__all__ = [
    "FlaggedCell",
    "flag_columns",
    "is_flag_name",
    "is_mark",
    "pair",
    "read_flagged",
    "read_legend",
    "said_by",
    "unpaired_flags",
]

_NAMES = ("", "flag", "flags")
_LONGEST = 40
_SYMBOLS = re.compile(r"[^\w\s]{1,3}")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?%?")
_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_LINE = re.compile(rf"^(?P<open>[{_QUOTES}]?)(?P<mark>\S{{1,5}}?)[{_QUOTES}]?\s*(?P<sign>[:=])?\s+(?P<words>\S.+)$")
# Read from the top: an estimate that is "not available since it is disclosive" was suppressed.
_MEANINGS = (
    (r"(?<!not )(?<!non-)\b(disclos|confidential|suppress|withheld)", "suppressed", "suppressed"),
    (r"\b(less|fewer) than\b", "suppressed", "published"),
    (r"\b(unreliable|not (statistically )?reliable|low reliability)\b", "low_reliability", "low_reliability"),
    (r"\bnot applicable\b", "not_applicable", "absent"),
    (r"\b(missing|not available|unavailable|not collected)\b", "not_collected", "absent"),
)


class FlaggedCell(str):
    """A cell of figures, with the flag that stands in the column beside it."""

    flag: str = ""


def flag_columns(header: Sequence[str], path: str, row: int) -> tuple[int, ...]:
    """Return where the columns of flags stand: each right of one column of figures, to the end of the row.

    A column of flags is headed `Flags` or has no name. Names that are missing in any other way are none of its
    kind, and are refused with the header.

    Raises
    ------
    DataError
        `unpaired_flags` when columns headed `Flags` do not follow the figures one by one.
    """
    found = tuple(i for i, name in enumerate(header) if i and is_flag_name(name))
    named = [i for i in found if header[i].strip()]
    if found and found[0] > 1 and found == tuple(range(found[0], len(header), 2)) and found[-1] == len(header) - 1:
        return found
    if named:
        raise DataError(unpaired_flags(path, row, header[named[0]]))
    return ()


def unpaired_flags(path: str, row: int | None, column: str) -> Fault:
    """Return the fault of flags of which it is not certain what they stand beside."""
    hint = "Each column of figures has its flags right of it, to the end of the table."
    message = "the columns of flags do not follow the columns of figures one by one"
    return Fault("unpaired_flags", message, path, row, column, hint=hint)


def pair(fields: Sequence[str], flags: Sequence[int]) -> list[str]:
    """Return a row without its columns of flags; each figure then carries its own."""
    kept: list[str] = []
    for index, field in enumerate(fields):
        if index in flags:
            cell = FlaggedCell(kept[-1])
            cell.flag = field
            kept[-1] = cell
        else:
            kept.append(field)
    return kept


def is_flag_name(name: str) -> bool:
    """Whether a column is headed as Nomis heads flags: by that word, or not at all."""
    return normal_text(name).casefold() in _NAMES


def is_mark(cell: str) -> bool:
    """Whether a cell holds one to three signs and neither letters nor digits."""
    return _SYMBOLS.fullmatch(normal_text(cell)) is not None


def read_legend(lines: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return what each mark means, in the publisher's words, from the lines below a table.

    A line explains a mark in a cell of its own, in quotation marks, before a colon or an equals sign, or, where it
    is a sign and not a letter, before a space: `A person is counted once.` explains nothing.
    """
    found: dict[str, str] = {}
    for line in lines:
        texts = [normal_text(text) for text in line if text.strip()]
        if len(texts) == 2 and len(texts[0].strip(_QUOTES)) <= 5:
            found.setdefault(mark_key(texts[0].strip(_QUOTES).rstrip(":=") or texts[0]), texts[1])
        elif len(texts) == 1 and (match := _LINE.match(texts[0])):
            sure = match["open"] or match["sign"] or is_mark(match["mark"])
            if sure:
                found.setdefault(mark_key(match["mark"]), match["words"])
    return found


def said_by(words: str) -> Mark:
    """Return the meaning of a mark from the publisher's words for it; words that settle nothing are a note."""
    for pattern, alone, beside in _MEANINGS:
        if re.search(pattern, words, re.IGNORECASE):
            return Mark(alone, beside, words)
    return Mark(None, "published", words)


def read_flagged(cell: str, legend: Mapping[str, str]) -> Reading | str:
    """Return what a figure and its flag say together, or in words why they cannot be read.

    A mark without a legend is kept as it stands: beside a number as a note, in place of one as the reason.
    """
    flag = normal_text(cell.flag) if isinstance(cell, FlaggedCell) else ""
    if _NUMBER.fullmatch(flag):
        return f"the flag beside it is a number ({flag}): columns are shifted"
    if len(flag) > _LONGEST:
        return "the flag beside it is a text: columns are shifted"
    text = normal_text(cell)
    if not text and flag:
        return _in_place(flag, legend)
    if is_mark(text):
        reading = _in_place(text, legend)
        return reading if isinstance(reading, str) or not flag else _beside(reading, flag, legend)
    reading = read_value(cell, PIVOT_MARKS)
    return reading if isinstance(reading, str) or not flag else _beside(reading, flag, legend)


def _in_place(name: str, legend: Mapping[str, str]) -> Reading | str:
    words = legend.get(mark_key(name))
    if words is None:
        return missing(Mark("not_collected", "", "the file does not say why"), name, [])
    mark = said_by(words)
    if mark.alone is None:
        return f"there is no number, and the mark {name} ('{words[:60]}') does not say why"
    return missing(mark, name, [])


def _beside(reading: Reading, flag: str, legend: Mapping[str, str]) -> Reading | str:
    words = legend.get(mark_key(flag))
    if words is None:
        return with_mark(reading, Mark(None, "published", ""), flag, f"marked {flag}, which the file does not explain")
    mark = said_by(words)
    if mark.beside == "absent" and reading.value == reading.value:
        return f"there is a number, and the flag beside it ({flag}: '{words[:60]}') says that there is none"
    return with_mark(reading, mark, flag, words)
