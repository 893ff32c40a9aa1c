"""The names of periods in the language of a page; English keeps the labels that the data have."""

from __future__ import annotations

from functools import lru_cache

from arwap_analysis.indicators import parse_period
from arwap_analysis.present.dates import write_date, write_month
from arwap_analysis.present.sentences import say
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["period_name"]

_YEARS = ("financial_year", "calendar_year")


@lru_cache(maxsize=4096)
def period_name(label: str, language: str) -> str:
    """Return the name of a period; years and financial years are written alike in every language.

    Parameters
    ----------
    label : str
        The label of a `Period`, such as `2011-12` or `year ending March 2023`.
    """
    if language == FIRST_LANGUAGE:
        return label
    period = parse_period(label)
    if period.kind in _YEARS:
        return period.label
    if period.kind == "day":
        return write_date(period.start, language=language)
    if period.kind == "month":
        return write_month(period.start, language=language)
    if period.kind == "academic_year":
        return say("academic_year", language=language, years=period.label.removeprefix("AY "))
    if period.kind == "quarter":
        return say("quarter", language=language, year=period.start.year, quarter=(period.start.month + 2) // 3)
    if period.kind == "year":
        return say("year_ending", language=language, day=write_date(period.end, language=language))
    first, _, last = label.partition(" to ")
    return say("period_span", language=language, first=_end(first, language, period.start.year),
               last=_end(last, language, period.end.year))  # fmt: skip


def _end(label: str, language: str, year: int) -> str:
    """Return the name of one end of a span; a month without its year is in the year of that end."""
    return period_name(label if any(c.isdigit() for c in label) else f"{label} {year}", language)
