"""The days that words for times mean: months, seasons, quarters, financial years.

Each function returns the first and the last day. What no day can be given for raises ValueError with the reason.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

__all__ = [
    "MONTHS", "SEASONS", "Span", "add_months", "financial_year", "month", "number", "part_of_month", "part_of_year",
    "quarter", "season", "year",
]  # fmt: skip

Span = tuple[date, date]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
"""The month in which each season begins: Met Office, seasons of three whole months."""
_NUMBERS = {
    word: n
    for n, words in enumerate(
        ("one first 1st", "two second 2nd", "three third 3rd", "four fourth 4th", "five", "six", "seven", "eight",
         "nine", "ten", "eleven", "twelve"),
        start=1,
    )
    for word in words.split()
} | {"eighteen": 18, "twenty-four": 24, "last": 4, "a": 1, "an": 1}  # fmt: skip


def number(word: str) -> int:
    """Return a number written in figures or words; ValueError for any other word."""
    if word.isdecimal():
        return int(word)
    if word not in _NUMBERS:
        raise ValueError(f"'{word}' is not read as a number")
    return _NUMBERS[word]


def month(name: str, of_year: int) -> Span:
    """Return the first and the last day of a month."""
    place = MONTHS.index(name[:3]) + 1
    return date(of_year, place, 1), date(of_year, place, calendar.monthrange(of_year, place)[1])


def part_of_month(part: str, name: str, of_year: int) -> Span:
    """Return the days of early, mid or late in a month."""
    first, last = month(name, of_year)
    if part.startswith(("early", "start", "begin")):
        return first, first.replace(day=10)
    if part.startswith("mid"):
        return first.replace(day=11), first.replace(day=20)
    return first.replace(day=21), last


def season(name: str, of_year: int) -> Span:
    """Return the days of a season; winter begins in December of its year."""
    begins = date(of_year, SEASONS[name], 1)
    return begins, add_months(begins, 3) - timedelta(days=1)


def quarter(place: int, of_year: int, *, financial: bool) -> Span:
    """Return the days of a quarter of a calendar year, or of the financial year that begins in it."""
    if not 1 <= place <= 4:
        raise ValueError(f"a year has no quarter {place}")
    begins = add_months(date(of_year, 4 if financial else 1, 1), 3 * (place - 1))
    return begins, add_months(begins, 3) - timedelta(days=1)


def year(of_year: int) -> Span:
    """Return the days of a calendar year."""
    return date(of_year, 1, 1), date(of_year, 12, 31)


def part_of_year(part: str, of_year: int) -> Span:
    """Return the days of early, mid or late in a year."""
    if part.startswith(("early", "start", "begin")):
        return date(of_year, 1, 1), date(of_year, 3, 31)
    if part.startswith("mid"):
        return date(of_year, 6, 30), date(of_year, 6, 30)
    return date(of_year, 10, 1), date(of_year, 12, 31)


def financial_year(begins: int, *, first_month: int = 4) -> Span:
    """Return the days of twelve months from April, or from another month."""
    first = date(begins, first_month, 1)
    return first, add_months(first, 12) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month where it has no such day."""
    years, place = divmod(day.month - 1 + months, 12)
    then = day.year + years
    return date(then, place + 1, min(day.day, calendar.monthrange(then, place + 1)[1]))
