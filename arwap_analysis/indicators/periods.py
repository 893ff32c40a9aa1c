"""Read the ways in which publishers write a period, and place it on a time axis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from arwap_analysis.errors import DataError, Fault

__all__ = ["Period", "parse_period"]

_SPAN = re.compile(r"^(\d{4})\s*[-/–]\s*(\d{2}|\d{4})$")
_YEAR = re.compile(r"^\d{4}$")
_DAYS_IN_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Period:
    """A period of time: its canonical label (`2011-12`, `2011`, `2011-03-27`) and its first and last day."""

    label: str
    kind: Literal["financial_year", "calendar_year", "day"]
    start: date
    end: date

    @property
    def midpoint(self) -> float:
        """The middle of the period as a decimal year, for trends and interpolation."""
        middle = self.start + (self.end - self.start + timedelta(days=1)) / 2
        return middle.year + (middle - date(middle.year, 1, 1)).days / _DAYS_IN_YEAR


def parse_period(text: str) -> Period:
    """Return the period that `text` names.

    Reads `2011`, an ISO day, and a financial year as `2011-12`, `2011/12` or `2011-2012` (April to March).
    Raises DataError for anything else, such as `2011-13`, which is not one year.
    """
    written = text.strip()
    if _YEAR.match(written):
        year = int(written)
        return Period(written, "calendar_year", date(year, 1, 1), date(year, 12, 31))
    span = _SPAN.match(written)
    if span:
        first = int(span[1])
        if int(span[2]) % 100 == (first + 1) % 100 and int(span[2]) in ((first + 1) % 100, first + 1):
            label = f"{first}-{(first + 1) % 100:02d}"
            return Period(label, "financial_year", date(first, 4, 1), date(first + 1, 3, 31))
    try:
        day = date.fromisoformat(written)
        return Period(written, "day", day, day)
    except ValueError:
        fault = Fault(
            "unreadable_period",
            "this is not a period that can be read",
            value=text,
            hint="Write a year (2011), a financial year (2011-12) or a day (2011-03-27).",
        )
        raise DataError(fault) from None
