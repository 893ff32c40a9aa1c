"""What one cell says: a number, a mark in place of a number, or both.

Meanings follow the shorthand of the Government Analysis Function, the list of shorthand of StatsWales, the
key of the old StatsWales, the missing-data symbols of Ethnicity facts and figures, and the SDMX code list
of observation statuses.

`[low]` (`[k]` on StatsWales, `-` on the old StatsWales) marks a number that rounds to 0 and is not 0. It is
read as missing, with the status `low_reliability`: zero would be a plausible wrong number, and `published`
promises one.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

__all__ = [
    "EFF_MARKS",
    "PIVOT_MARKS",
    "Mark",
    "Reading",
    "from_codes",
    "join",
    "mark_key",
    "missing",
    "normal_text",
    "qualify",
    "read_code",
    "read_value",
    "with_mark",
]

NAN = float("nan")


class Reading(NamedTuple):
    """One figure as it was read: NaN when the publisher gave no number, and then a reason."""

    value: float
    status: str
    reason: str
    note: str


class Mark(NamedTuple):
    """What a mark means. `alone` is the status when it stands for the number, None when it never does."""

    alone: str | None
    beside: str
    words: str


_LOW = Mark("low_reliability", "low", "rounds to 0 but is not 0")
SHORTHAND: dict[str, Mark] = {
    "c": Mark("suppressed", "suppressed", "confidential"),
    "low": _LOW,
    "k": _LOW,
    "u": Mark("low_reliability", "low_reliability", "low reliability"),
    "x": Mark("not_collected", "published", "not available"),
    "z": Mark("not_applicable", "published", "not applicable"),
    "w": Mark("not_collected", "published", "none recorded in the survey"),
    "a": Mark(None, "published", "average"),
    "b": Mark(None, "published", "break in the series"),
    "d": Mark(None, "published", "definition differs"),
    "e": Mark(None, "published", "estimated"),
    "er": Mark(None, "published", "error corrected"),
    "f": Mark(None, "published", "forecast"),
    "p": Mark(None, "published", "provisional"),
    "r": Mark(None, "published", "revised"),
    "t": Mark(None, "published", "total"),
    "ns": Mark(None, "published", "not statistically significant"),
    "s": Mark(None, "published", "statistically significant at 5%"),
    "ss": Mark(None, "published", "statistically significant at 1%"),
    "sss": Mark(None, "published", "statistically significant at 0.1%"),
}
# Old StatsWales: marks without brackets stand for the number, marks in round brackets before it.
PIVOT_MARKS: dict[str, Mark] = {
    "*": Mark("suppressed", "suppressed", "disclosive or not robust enough to publish"),
    ".": Mark("not_applicable", "published", "not applicable"),
    "..": Mark("not_collected", "published", "not available"),
    "-": Mark("low_reliability", "low", "zero, or less than half the final digit shown"),
    "!": Mark(None, "low_reliability", "limited quality: coefficient of variation 5% to 10%"),
    "!!": Mark(None, "low_reliability", "low quality: coefficient of variation 10% to 20%"),
    "r": SHORTHAND["r"],
    "p": SHORTHAND["p"],
    "e": SHORTHAND["e"],
}
EFF_MARKS: dict[str, Mark] = {
    "!": Mark("suppressed", "suppressed", "withheld to protect confidentiality"),
    "?": Mark("low_reliability", "low_reliability", "withheld because a small sample makes it unreliable"),
    "-": Mark("not_collected", "published", "not collected"),
    "n/a": Mark("not_applicable", "published", "not applicable"),
    "n/a*": Mark("not_applicable", "published", "not applicable"),
    "*": Mark("suppressed", "suppressed", "withheld to protect confidentiality"),
}
SDMX_CODES: dict[str, Mark] = {
    "": Mark(None, "published", ""),
    "A": Mark(None, "published", ""),
    "B": Mark(None, "published", "break in the series"),
    "C": Mark("suppressed", "suppressed", "confidential"),
    "D": Mark(None, "published", "definition differs"),
    "E": Mark(None, "published", "estimated"),
    "F": Mark(None, "published", "forecast"),
    "G": Mark(None, "published", "experimental"),
    "H": Mark("not_collected", "published", "missing: holiday or weekend"),
    "I": Mark(None, "published", "imputed"),
    "J": Mark("not_collected", "published", "missing: derogation"),
    "K": Mark("not_applicable", "published", "included in another category"),
    "L": Mark("not_collected", "published", "missing: not collected"),
    "M": Mark("not_applicable", "published", "missing: cannot exist"),
    "N": Mark(None, "published", "not significant"),
    "O": Mark("not_collected", "published", "missing"),
    "P": Mark(None, "published", "provisional"),
    "Q": Mark("suppressed", "suppressed", "missing: suppressed"),
    "R": Mark(None, "published", "revised"),
    "S": Mark("not_collected", "published", "missing: strike or other special event"),
    "U": Mark("low_reliability", "low_reliability", "low reliability"),
    "V": Mark(None, "published", "not validated"),
    "W": Mark(None, "published", "includes another category"),
}
# StatsWales can write the meaning of its shorthand in place of the letter.
_IN_WORDS = {
    "confidential information": "c",
    "confidential": "c",
    "low figure": "low",
    "low reliability": "u",
    "not available": "x",
    "not applicable": "z",
    "none recorded in survey": "w",
    "provisional": "p",
    "revised": "r",
    "estimated": "e",
    "forecast": "f",
    "average": "a",
    "total": "t",
    "break in time series": "b",
}
_CODES_LONG = 40
_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f\s]+")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\ufe63": "-", "\uff0d": "-"})
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_EXPONENT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_BEFORE = re.compile(r"^\(\s*([a-z]{1,3}|!{1,3})\s*\)\s*", re.IGNORECASE)
_AFTER = re.compile(r"\s*\[\s*([a-z]{1,4}|note\s*[0-9a-z.]{1,8})\s*\]$", re.IGNORECASE)
_BELOW = re.compile(r"^([<>≤≥])\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*(%?)$")
_LONGEST = 200


def normal_text(text: str) -> str:
    """Fold every kind of space into one."""
    return _SPACES.sub(" ", text).strip()


def mark_key(mark: str) -> str:
    """Return a mark of a publisher as cells are compared with it."""
    return normal_text(mark).translate(_MINUS).casefold()


def read_value(text: str, marks: dict[str, Mark] | None = None, *, exponent: bool = False) -> Reading | str:
    """Return what a cell says, or in words why it cannot be read.

    Parameters
    ----------
    text
        The cell as it stands in the file.
    marks
        Marks of the publisher beyond the bracketed shorthand: those that stand bare or in round brackets.
    exponent
        Whether `1.2E-05` is a number; true for what software wrote, false for what is written for people.
    """
    if len(text) > _LONGEST:
        return "this is a text, not a figure"
    rest = normal_text(text).translate(_MINUS)
    if not rest:
        return "the cell is empty"
    bare = (marks or {}).get(rest.casefold())
    if bare is not None and bare.alone is not None:
        return missing(bare, rest, [])
    found: list[tuple[str, Mark | None]] = []
    while match := _BEFORE.match(rest):
        mark = (marks or {}).get(match[1].casefold())
        if mark is None:
            return f"the mark ({match[1]}) is not known"
        found.append((f"({match[1]})", mark))
        rest = rest[match.end() :]
    while match := _AFTER.search(rest):
        word = match[1].casefold()
        mark = SHORTHAND.get(word)
        if mark is None and not word.startswith("note"):
            return f"the mark [{match[1]}] is not known"
        found.append((f"[{word}]", mark))
        rest = rest[: match.start()]
    return _read_rest(rest.strip(), found, exponent=exponent)


def read_code(number: str, code: str, words: str = "", *, exponent: bool = True) -> Reading | str:
    """Return what a number and an SDMX observation status say together, or why they cannot be read.

    `words` are the publisher's own for the status; where they speak of disclosure, the number was suppressed
    whatever its code.
    """
    mark = SDMX_CODES.get(code.strip().upper())
    if mark is None:
        mark = Mark("not_collected", "published", f"status {code.strip()}")
    if any(word in words.casefold() for word in ("disclos", "confidential", "suppress")):
        mark = Mark("suppressed", "suppressed", "withheld")
    said = words.strip() if words.strip() and mark.words else mark.words
    if normal_text(number).casefold() in ("", "nan"):
        if mark.alone is None:
            return "the cell is empty and its status does not say why"
        return Reading(NAN, mark.alone, f"{said} (status {code.strip()})", "")
    reading = read_value(number, exponent=exponent)
    if isinstance(reading, str) or not mark.words:
        return reading
    return with_mark(reading, mark, f"status {code.strip()}", said)


def join(first: str, second: str) -> str:
    """Join two notes, either of which may be empty."""
    return "; ".join(dict.fromkeys(part for part in (first, second) if part))


def _shorthand(text: str) -> list[str] | None:
    """Return the shorthand that a notes column holds (`c`, `[p]`, `p,r`, `Confidential information`), or None."""
    words = normal_text(text).casefold()
    if words in _IN_WORDS:
        return [_IN_WORDS[words]]
    found = [word.strip("[]") for word in re.split(r"[,;\s]+", words) if word] if len(words) <= _CODES_LONG else []
    return found if all(word in SHORTHAND for word in found) and (found or not words) else None


def qualify(reading: Reading, text: str) -> Reading:
    """Add what a notes column says to a figure: shorthand changes its status, other words become a note."""
    codes = _shorthand(text)
    if codes is None:
        return reading._replace(note=join(reading.note, normal_text(text)))
    for code in codes:
        reading = with_mark(reading, SHORTHAND[code], f"[{code}]", SHORTHAND[code].words)
    return reading


def from_codes(text: str) -> Reading | str:
    """Return what the notes column says of an empty cell, or why it says too little."""
    for code in _shorthand(text) or ():
        mark = SHORTHAND[code]
        if mark.alone is not None:
            return missing(mark, f"[{code}]", [])
    return "the cell is empty and no mark says why"


def _read_rest(rest: str, found: list[tuple[str, Mark | None]], *, exponent: bool) -> Reading | str:
    """Read what is left of a cell when its marks are taken off."""
    limit = _BELOW.match(rest)
    if limit:
        side = "below" if limit[1] in "<≤" else "above"
        note = "; ".join(mark.words if mark else name for name, mark in found)
        return Reading(NAN, "suppressed", f"published only as {side} {limit[2]}{limit[3]}", note)
    if not rest:
        standing = [(name, mark) for name, mark in found if mark is not None and mark.alone is not None]
        if not standing:
            return "there is a mark and no number"
        others = [(name, mark) for name, mark in found if (name, mark) != standing[0]]
        return missing(standing[0][1], standing[0][0], others)
    note = ""
    if rest.endswith("%"):
        rest, note = rest[:-1].rstrip(), "written with a percent sign"
    pattern = _EXPONENT if exponent else _PLAIN
    if not pattern.fullmatch(rest) and not _PLAIN.fullmatch(rest):
        return "this is neither a number nor a mark that is known"
    number = float(rest.replace(",", ""))
    if not math.isfinite(number):
        return "this number is too large"
    reading: Reading | str = Reading(number, "published", "", note)
    for name, mark in found:
        assert isinstance(reading, Reading)
        if mark is None:
            reading = reading._replace(note=join(reading.note, name.strip("[]")))
        else:
            reading = with_mark(reading, mark, name, mark.words)
    return reading


def with_mark(reading: Reading, mark: Mark, name: str, words: str) -> Reading:
    """Add a mark to a figure that has a number."""
    if math.isnan(reading.value):
        return reading._replace(note=join(reading.note, words))
    if mark.beside == "suppressed" or (mark.beside == "low" and reading.value == 0):
        # A number beside "confidential" is a placeholder or a leak; neither may go into a measure.
        status = "suppressed" if mark.beside == "suppressed" else "low_reliability"
        return Reading(NAN, status, f"{words} (marked {name})", reading.note)
    if mark.beside == "low_reliability":
        return reading._replace(
            status="low_reliability",
            reason=join(reading.reason, f"{words} (marked {name})"),
            note=join(reading.note, words),
        )
    return reading._replace(note=join(reading.note, words))


def missing(mark: Mark, name: str, others: list[tuple[str, Mark | None]]) -> Reading:
    """Return the figure that a mark stands in place of."""
    note = "; ".join(other.words if other else text.strip("[]") for text, other in others)
    return Reading(NAN, str(mark.alone), f"{mark.words} (marked {name})", note)
