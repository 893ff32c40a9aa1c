"""Read the ways in which publishers write a period, and place it on a time axis."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from arwap_analysis.errors import DataError, Fault

__all__ = ["Period", "parse_period"]

Kind = Literal["financial_year", "academic_year", "calendar_year", "year", "quarter", "month", "day", "range"]
_DAYS_IN_YEAR = 365.25
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr", "february feb chwefror", "march mar mawrth", "april apr ebrill", "may mai",
            "june jun mehefin", "july jul gorffennaf", "august aug awst", "september sept sep medi",
            "october oct hydref", "november nov tachwedd", "december dec rhagfyr",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_SPAN = r"(\d{4})\s*[-/–]\s*(\d{2}|\d{4})"


@dataclass(frozen=True, slots=True)
class Period:
    """A period of time: its canonical label (`2011-12`, `2011`, `2011-03-27`) and its first and last day."""

    label: str
    kind: Kind
    start: date
    end: date

    @property
    def midpoint(self) -> float:
        """The middle of the period as a decimal year, for trends and interpolation."""
        middle = self.start + (self.end - self.start + timedelta(days=1)) / 2
        return middle.year + (middle - date(middle.year, 1, 1)).days / _DAYS_IN_YEAR


def parse_period(text: str) -> Period:
    """Return the period that `text` names.

    Reads a year (`2011`); a financial year (`2011-12`, `2011/12`, `2011-2012`: April to March); an academic year
    (`AY 2011-12`, `academic year 2011/12`, `September 2011 to August 2012`); a year ending in a month (`year ending
    March 2023`); a quarter (`2023 Q1`); a month by its name in English or Welsh (`March 2023`); a day (`2011-03-27`,
    `31 March 2024`, `mid-year 2001`); and from one of these to another (`2019-20 to 2021-22`).

    Raises DataError for anything else, such as `2011-13`, which is not one year, and `2011-03`, which could be a
    month or a mistyped year.
    """
    written = " ".join(text.split()).casefold()
    for pattern, read in _WAYS:
        match = re.fullmatch(pattern, written)
        if match:
            try:
                found = read(match)
            except ValueError:
                found = None
            if found is not None:
                return found
    fault = Fault(
        "unreadable_period",
        "this is not a period that can be read",
        value=text,
        hint="Write a year (2011), a financial year (2011-12), a month (March 2011) or a day (2011-03-27).",
    )
    raise DataError(fault)


def _year(match: re.Match[str]) -> Period:
    year = int(match[1])
    return Period(f"{year:04d}", "calendar_year", date(year, 1, 1), date(year, 12, 31))


def _following(match: re.Match[str]) -> tuple[int, str] | None:
    """Return the first year of a span of two, and its label; None where they do not follow each other."""
    first, second = int(match[1]), int(match[2])
    if second not in ((first + 1) % 100, first + 1) or (len(match[2]) == 4 and second != first + 1):
        return None
    return first, f"{first:04d}-{(first + 1) % 100:02d}"


def _financial(match: re.Match[str]) -> Period | None:
    span = _following(match)
    if span is None:
        return None
    return Period(span[1], "financial_year", date(span[0], 4, 1), date(span[0] + 1, 3, 31))


def _academic(match: re.Match[str]) -> Period | None:
    span = _following(match)
    if span is None:
        return None
    return Period(f"AY {span[1]}", "academic_year", date(span[0], 9, 1), date(span[0] + 1, 8, 31))


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _between(start: date, end: date) -> Period:
    """Name a run of whole months: by its kind of year where it is one."""
    if (start.month, end) == (4, _last_day(start.year + 1, 3)):
        return Period(f"{start.year:04d}-{end.year % 100:02d}", "financial_year", start, end)
    if (start.month, end) == (9, _last_day(start.year + 1, 8)):
        return Period(f"AY {start.year:04d}-{end.year % 100:02d}", "academic_year", start, end)
    if (start.month, end) == (1, date(start.year, 12, 31)):
        return Period(f"{start.year:04d}", "calendar_year", start, end)
    if end == _last_day(start.year + (start.month > 1), (start.month - 2) % 12 + 1):
        label = f"year ending {calendar.month_name[end.month]} {end.year:04d}"
        return Period(label, "year", start, end)
    label = f"{calendar.month_name[start.month]} {start.year:04d} to {calendar.month_name[end.month]} {end.year:04d}"
    return Period(label, "range", start, end)


def _year_ending(match: re.Match[str]) -> Period | None:
    month, year = _MONTHS[match[2]], int(match[3])
    end = _last_day(year, month)
    if match[1] and int(match[1]) != end.day:
        return None
    return _between(date(year - (month < 12), month % 12 + 1, 1), end)


def _month(match: re.Match[str]) -> Period:
    month, year = _MONTHS[match[1]], int(match[2])
    return Period(f"{calendar.month_name[month]} {year:04d}", "month", date(year, month, 1), _last_day(year, month))


def _months(match: re.Match[str]) -> Period | None:
    first, last = _MONTHS[match[1]], _MONTHS[match[3]]
    year = int(match[4])
    start, end = date(int(match[2] or year), first, 1), _last_day(year, last)
    if end <= start:
        return None
    if (first, start.year) == (last, year):
        return None
    return _between(start, end)


def _quarter(year: int, quarter: int) -> Period:
    start = date(year, 3 * quarter - 2, 1)
    return Period(f"{year:04d}-Q{quarter}", "quarter", start, _last_day(year, 3 * quarter))


def _iso_day(match: re.Match[str]) -> Period:
    day = date.fromisoformat(match[1])
    return Period(match[1], "day", day, day)


def _day(match: re.Match[str]) -> Period:
    day = date(int(match[3]), _MONTHS[match[2]], int(match[1]))
    return Period(day.isoformat(), "day", day, day)


def _middle(match: re.Match[str]) -> Period:
    day = date(int(match[1]), 6, 30)
    return Period(day.isoformat(), "day", day, day)


def _run(match: re.Match[str]) -> Period | None:
    """Read "X to Y" for two periods of one kind."""
    try:
        first, last = parse_period(match[1]), parse_period(match[2])
    except DataError:
        return None
    if first.kind != last.kind or last.start <= first.start or first.kind == "range":
        return None
    return Period(f"{first.label} to {last.label}", "range", first.start, last.end)


_WAYS: tuple[tuple[str, Callable[[re.Match[str]], Period | None]], ...] = (
    (r"(\d{4})", _year),
    (rf"(?:financial year |fy ?)?{_SPAN}", _financial),
    (rf"(?:academic year|school year|ay|blwyddyn academaidd) ?{_SPAN}", _academic),
    (r"(\d{4}-\d{2}-\d{2})", _iso_day),
    (rf"(?:the )?(?:12 months|year) (?:ending|ended|to)(?: the)? ?(\d{{1,2}})? ?{_MONTH} (\d{{4}})", _year_ending),
    (rf"{_MONTH} (\d{{4}})", _month),
    (rf"{_MONTH} ?(\d{{4}})? ?(?:to|-|–) ?{_MONTH} (\d{{4}})", _months),
    (r"(\d{4})[- ]?q([1-4])", lambda m: _quarter(int(m[1]), int(m[2]))),
    (r"q([1-4])[- ]?(\d{4})", lambda m: _quarter(int(m[2]), int(m[1]))),
    (rf"(?:(?:as )?at |on )?(\d{{1,2}}) {_MONTH} (\d{{4}})", _day),
    (r"mid(?:-| )?(?:year )?(\d{4})", _middle),
    (r"(.+?) to (.+)", _run),
)
