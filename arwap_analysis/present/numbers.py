"""Write numbers as a reader expects them: the digits that the data can carry, and no more.

The separators of a language are those of the Unicode CLDR.
"""

from __future__ import annotations

import math
from functools import cache

from arwap_analysis.present.sentences import say
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = [
    "MARKS",
    "change",
    "count",
    "factor",
    "interval",
    "p_value",
    "per_cent",
    "percent",
    "points",
    "rate",
    "ratio",
    "signed",
    "write",
]

# The shorthand of the Government Analysis Function for a figure that is not there.
MARKS = {
    "suppressed": "[c]",
    "not_collected": "[x]",
    "not_applicable": "[z]",
    "low_reliability": "[u]",
    "published": "[x]",
}
_TWO_DECIMALS_BELOW = 1.995  # what rounds to 2.00
MINUS = "\N{MINUS SIGN}"


@cache
def _separators(language: str) -> dict[int, str] | None:
    """Return what turns the separators of English into those of a language, None where they are the same."""
    if language == FIRST_LANGUAGE:
        return None
    from babel.numbers import get_decimal_symbol, get_group_symbol

    theirs = {",": get_group_symbol(language), ".": get_decimal_symbol(language)}
    return None if all(ours == other for ours, other in theirs.items()) else str.maketrans(theirs)


def _decimals(value: float, decimals: int, language: str) -> str:
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and float(text.replace(",", "")) != 0
    separators = _separators(language)
    if separators is not None:
        text = text.translate(separators)
    return f"{MINUS}{text}" if negative else text


def count(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a count: `13,195`."""
    return _decimals(value, 0, language)


def rate(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a rate with one decimal, or two significant digits below 1: `15.9`, `0.42`."""
    if value == 0 or abs(value) >= 0.95:
        return _decimals(value, 1, language)
    return _decimals(value, min(1 - math.floor(math.log10(abs(value))), 6), language)


def ratio(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a ratio: one decimal from 2 upwards, two below, where the second decides which side of 1."""
    return _decimals(value, 1 if abs(value) >= _TWO_DECIMALS_BELOW else 2, language)


def factor(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a yearly change as a factor: `1.068`."""
    return _decimals(value, 3, language)


def percent(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a share as a percentage: `5.3%`."""
    return f"{_decimals(100 * value, 1, language)}%"


def per_cent(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a number of per cent: `7.2%`."""
    return f"{_decimals(value, 1, language)}%"


def signed(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a change with its sign: `+1.3`, `−0.2`."""
    text = rate(value, language=language)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


def change(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a relative change as a percentage with its sign: `+6.8%`."""
    text = percent(value, language=language)
    return text if text.startswith(MINUS) else f"+{text}"


def p_value(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a p-value: `< 0.001`, `0.013`, `0.42`."""
    if value < 0.001:
        return f"< {_decimals(0.001, 3, language)}"
    return _decimals(value, 3 if value < 0.0995 else 2, language)


def points(value: float, *, language: str = FIRST_LANGUAGE) -> str:
    """Write a difference in percentage points with its sign: `+13.8`, `−0.5`, `0.0`."""
    text = _decimals(value, 1, language)
    return text if text.startswith(MINUS) or round(value, 1) == 0 else f"+{text}"


_WRITERS = {
    "count": count,
    "rate": rate,
    "ratio": ratio,
    "factor": factor,
    "percent": percent,
    "per_cent": per_cent,
    "change": change,
    "signed": signed,
    "points": points,
    "p": p_value,
}


def write(value: float, style: str, *, language: str = FIRST_LANGUAGE) -> str:
    """Write `value` in one of the styles count, rate, ratio, factor, percent, per_cent, change, signed, points or p."""
    if math.isinf(value):
        return say("no_limit", language=language)
    return _WRITERS[style](value, language=language)


def interval(lower: float, upper: float, style: str, *, language: str = FIRST_LANGUAGE) -> str:
    """Write an interval: `3.1 to 4.0`; a ratio's limits share the decimals of the lower one."""
    if math.isinf(upper):
        return say("interval_without_limit", language=language, lower=write(lower, style, language=language))
    if style == "ratio":
        decimals = 1 if lower >= _TWO_DECIMALS_BELOW else 2
        low, high = (_decimals(limit, decimals, language) for limit in (lower, upper))
    else:
        low, high = (write(limit, style, language=language) for limit in (lower, upper))
    return say("interval", language=language, lower=low, upper=high)
