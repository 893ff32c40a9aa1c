"""Write dates as the readers of a language do: months by their names, from the Unicode CLDR."""

from __future__ import annotations

from datetime import date

__all__ = ["write_date", "write_month"]


def write_date(day: date, *, language: str) -> str:
    """Write a day: `24 November 2026`, `24 Tachwedd 2026`."""
    from babel.dates import format_date

    return str(format_date(day, "d MMMM y", locale=language))


def write_month(day: date, *, language: str) -> str:
    """Write the month of a day: `March 2023`, `Mawrth 2023`."""
    from babel.dates import format_date

    return str(format_date(day, "LLLL y", locale=language))
