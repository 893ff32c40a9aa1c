"""Read what the Plan says of when: each date with the rule that read it, and all that could not be read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from arwap_analysis.registers.plan import calendar as cal
from arwap_analysis.registers.plan.deadline import PLAN_PUBLISHED, Deadline
from arwap_analysis.registers.plan.patterns import PATTERNS, count_on

__all__ = ["find_dates", "plain", "read_deadlines"]

_BULLET = re.compile("(?:^|\n|(?<=\\s))\\s*[\u2022\u25cf\u25aa\u25e6\u2023\u00b7\uf0b7]\\s*")
_SPACES = re.compile(r"\s+")
_STARTS = re.compile(
    r"(?:\b(?:from|since|after|not before|no earlier than|starting|starts?(?: in| on)?|to start(?: in)?"
    r"|commenc(?:e|es|ing)(?: in| on)?|beginning(?: in| on)?|begins?(?: in| on)?))(?: the)?$"
)
_BEFORE = re.compile(r"\b(?<!not )(?:before|prior to|ahead of)(?: the)?$")
_COUNTED = re.compile(
    r"(?:within )?(?P<count>\d{1,3}|\w+(?:-four)?) (?P<unit>day|week|month|year)s? (?:of|from|after|following)"
    r"(?: the)?$"
)
_JOINS = re.compile(r"(?:-|to|until|up to|through)(?: the)?")
_FILLERS = re.compile(
    r"by|in|on|the|of|at|to|be|is|are|and|or|then|thereafter|place|no|later|than|latest|due|date|deadline|during|for|with"
    r"|an?|from|until|before|not|between|up|complet(?:e|ed|ion)|deliver(?:ed)?|end|will|it|this|within"
)
_TIMES = re.compile(
    r"\d|\b(?:term|quarter|half|months?|weeks?|years?|days?|spring|summer|autumn|winter|january|february|march|april|june"
    r"|july|august|september|october|november|december)\b"
)
_DONE = re.compile(r"(?:already )?(?:complete[d]?|done|delivered|achieved|in place)(?: already)?")
_WAS_DONE = re.compile(r"^(?:already )?(?:completed|delivered|achieved|done)(?: in| on)?$")
_NONE = re.compile(r"(?:n/?a|not applicable|none|-+)?")


def plain(text: str) -> str:
    """Return a text on one line: usual spaces, hyphens and apostrophes, no invisible characters."""
    for odd, usual in (
        ("\u00a0", " "),
        ("\u2007", " "),
        ("\u202f", " "),
        ("\u200b", ""),
        ("\ufeff", ""),
        ("\u00ad", ""),
    ):
        text = text.replace(odd, usual)
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    return _SPACES.sub(" ", text).strip()


def read_deadlines(text: str, *, published: date = PLAN_PUBLISHED) -> tuple[Deadline, ...]:
    """Read the deadlines of one cell of the Plan.

    Parameters
    ----------
    text : str
        The cell as it stands; several deadlines may stand in it.
    published : date
        When the Plan was published: "within 12 months of publication" counts from it.

    Returns
    -------
    tuple of Deadline
        In the order of the text; empty for a cell that says nothing. Words that were not read are a deadline with the
        rule "unread", so that nothing is dropped. The rules are stated in `RULES` and in docs/plan.md.

    Notes
    -----
    The last day of a period counts as the deadline. A deadline before the Plan was published is read, and doubted.
    """
    words = plain(_BULLET.sub("; ", text)).casefold()
    bare = words.strip(" .;:,")
    if _NONE.fullmatch(bare):
        return ()
    if _DONE.fullmatch(bare):
        return (Deadline(bare, "said_done"),)
    found = _joined(_scan(words, published), words)
    if not found:
        return (Deadline(plain(text), "unread"),)
    shown = plain(_BULLET.sub("; ", text))
    return tuple(_doubted(_as_written(deadline, words, shown), published) for deadline in _with_labels(found, words))


def _as_written(deadline: Deadline, words: str, shown: str) -> Deadline:
    """Give a deadline the capital letters of the Plan back."""

    def written(text: str) -> str:
        place = words.find(text)
        return shown[place : place + len(text)] if place >= 0 and len(shown) == len(words) else text

    return replace(deadline, text=written(deadline.text), label=written(deadline.label))


def find_dates(text: str, *, published: date = PLAN_PUBLISHED) -> tuple[Deadline, ...]:
    """Return the dates that a sentence names ("by June 2022"); a year alone counts only after by, in, until, before."""
    shown = plain(text)
    words = shown.casefold()
    dates = []
    for start, _, deadlines in _joined(_scan(words, published), words):
        led = re.search(r"\b(?:by|in|until|during|before)(?: the)?$", words[:start].rstrip())
        dates += [_as_written(d, words, shown) for d in deadlines if d.is_dated and (d.rule != "year" or led)]
    return tuple(dates)


_Found = tuple[int, int, list[Deadline]]


def _scan(words: str, published: date) -> list[_Found]:
    """Return where the words name times, and what they mean, from left to right."""
    found: list[_Found] = []
    place = 0
    while True:
        best = None
        for pattern, maker in PATTERNS:
            match = pattern.search(words, place)
            if match and (best is None or match.start() < best[0].start()):
                best = (match, maker)
        if best is None:
            return found
        match, maker = best
        try:
            deadlines = maker(match, published)
        except (ValueError, OverflowError) as error:
            deadlines = [Deadline(match[0], "unread", doubt=str(error))]
        found.append((match.start(), match.end(), deadlines))
        place = match.end()


def _joined(found: list[_Found], words: str) -> list[_Found]:
    """Put "from one date to another" together, and turn what comes before a date into what it makes of it."""
    result: list[_Found] = []
    for start, end, deadlines in found:
        before = result[-1] if result else None
        gap = words[before[1] if before else 0 : start].strip()
        if before and _JOINS.fullmatch(gap) and before[2][-1].earliest and deadlines[0].is_dated:
            result[-1] = (before[0], end, [_span(before[2][-1], deadlines[0], words[before[0] : end])])
            continue
        if before and gap == "and" and words[: before[0]].rstrip().endswith("between") and deadlines[0].is_dated:
            result[-1] = (before[0], end, [_span(before[2][-1], deadlines[0], words[before[0] : end])])
            continue
        if before and gap in ("(", ",") and (term := _same_term(before[2][-1], deadlines[0])):
            result[-1] = (before[0], end, [term])
            continue
        onwards = re.match(r" (?:onwards?|and beyond)", words[end:])
        changed = _changed(deadlines[0], gap, onwards=onwards is not None)
        result.append((start, end + (onwards.end() if onwards else 0), [changed, *deadlines[1:]]))
    return result


def _same_term(one: Deadline, other: Deadline) -> Deadline | None:
    """Return the end of a Senedd's term that the year or month beside it only says again: "(2026)"."""
    if (one.rule == "senedd_term") == (other.rule == "senedd_term") or not (one.is_dated and other.is_dated):
        return None
    term, said = (one, other) if one.rule == "senedd_term" else (other, one)
    inside = said.rule in ("month", "year") and said.earliest <= term.latest <= said.latest  # type: ignore[operator]
    return term if inside else None


def _span(one: Deadline, other: Deadline, text: str) -> Deadline:
    if one.earliest is None or other.latest is None or one.earliest > other.latest:
        return Deadline(text, "unread", doubt="the first date comes after the second")
    return Deadline(text, "span", one.earliest, other.latest, doubt=other.doubt)


def _changed(deadline: Deadline, gap: str, *, onwards: bool) -> Deadline:
    """Return what a date means after the words that lead to it."""
    if not deadline.is_dated or deadline.earliest is None or deadline.latest is None:
        return deadline
    if counted := _COUNTED.search(gap):
        try:
            last = count_on(deadline.latest, cal.number(counted["count"]), counted["unit"])
        except (ValueError, OverflowError) as error:
            return Deadline(f"{counted[0]} {deadline.text}", "unread", doubt=str(error))
        return replace(deadline, text=f"{counted[0]} {deadline.text}", rule="within", earliest=last, latest=last)
    if onwards or (_STARTS.search(gap) and not re.search(r" (?:to|until) ", deadline.text)):
        return Deadline(deadline.text, "start", deadline.earliest)
    if _BEFORE.search(gap) and deadline.rule != "end_of_period":  # before the end of a year is in it
        last = deadline.earliest - timedelta(days=1)
        return replace(deadline, rule="before", earliest=last, latest=last)
    if _WAS_DONE.search(gap):
        return replace(deadline, doubt="the words say that it was done then, which is a claim")
    return deadline


def _with_labels(found: list[_Found], words: str) -> list[Deadline]:
    """Give each deadline the words beside it, and list what still names a time and was not read."""
    read: list[Deadline] = []
    place = 0
    for start, end, deadlines in found:
        gap = _COUNTED.sub("", words[place:start].strip())
        if read and (bracket := re.match(r"\(([^()]*)\)", gap)):
            read[-1] = replace(read[-1], label=bracket[1])
            gap = gap[bracket.end() :]
        label, rest = _rest(gap)
        read += [Deadline(rest, "unread")] if rest else []
        read += [_after_word(replace(deadline, label=label), gap) for deadline in deadlines]
        place = end
    label, rest = _rest(words[place:])
    if rest:
        read.append(Deadline(rest, "unread"))
    elif label and read:
        read[-1] = replace(read[-1], label="; ".join(filter(None, (read[-1].label, label))))
    return read


def _after_word(deadline: Deadline, gap: str) -> Deadline:
    """Doubt a bare year after a word that may have been the name of a time in it."""
    word = re.search(r"([^\W\d_]+)$", gap.rstrip())
    if deadline.rule == "year" and word and not _FILLERS.fullmatch(word[1]):
        return replace(deadline, doubt=f"the word '{word[1]}' before the year was not read")
    return deadline


def _rest(gap: str) -> tuple[str, str]:
    """Return the words between two dates as a label, or as something that was not read, or neither."""
    gap = gap.strip(" .;:,()[]-/")
    if all(_FILLERS.fullmatch(word) for word in re.findall(r"[^\W_]+", gap)):
        return "", ""
    numbered = re.sub(r"\b(?:phase|stage|year|wave|part|step|action|objective|goal|tranche|cohort) \d+\b", "", gap)
    return ("", gap) if _TIMES.search(numbered) else (gap, "")


def _doubted(deadline: Deadline, published: date) -> Deadline:
    if deadline.latest is not None and deadline.latest < published:
        return replace(deadline, doubt=deadline.doubt or f"it lies before the Plan was published ({published})")
    return deadline
