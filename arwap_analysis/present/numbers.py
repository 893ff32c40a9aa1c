"""Write numbers as a reader expects them: the digits that the data can carry, and no more."""

from __future__ import annotations

import math

__all__ = [
    "MARKS",
    "change",
    "count",
    "factor",
    "interval",
    "p_value",
    "percent",
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


def _decimals(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and float(text.replace(",", "")) != 0
    return f"{MINUS}{text}" if negative else text


def count(value: float) -> str:
    """Write a count: `13,195`."""
    return _decimals(value, 0)


def rate(value: float) -> str:
    """Write a rate with one decimal, or two significant digits below 1: `15.9`, `0.42`."""
    if value == 0 or abs(value) >= 0.95:
        return _decimals(value, 1)
    return _decimals(value, min(1 - math.floor(math.log10(abs(value))), 6))


def ratio(value: float) -> str:
    """Write a ratio: one decimal from 2 upwards, two below, where the second decides which side of 1."""
    return _decimals(value, 1 if abs(value) >= _TWO_DECIMALS_BELOW else 2)


def factor(value: float) -> str:
    """Write a yearly change as a factor: `1.068`."""
    return _decimals(value, 3)


def percent(value: float) -> str:
    """Write a share as a percentage: `5.3%`."""
    return f"{_decimals(100 * value, 1)}%"


def signed(value: float) -> str:
    """Write a change with its sign: `+1.3`, `−0.2`."""
    text = rate(value)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


def change(value: float) -> str:
    """Write a relative change as a percentage with its sign: `+6.8%`."""
    text = percent(value)
    return text if text.startswith(MINUS) else f"+{text}"


def p_value(value: float) -> str:
    """Write a p-value: `< 0.001`, `0.013`, `0.42`."""
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.0995 else f"{value:.2f}"


_WRITERS = {
    "count": count,
    "rate": rate,
    "ratio": ratio,
    "factor": factor,
    "percent": percent,
    "change": change,
    "signed": signed,
    "p": p_value,
}


def write(value: float, style: str) -> str:
    """Write `value` in one of the styles count, rate, ratio, factor, percent, signed or p."""
    if math.isinf(value):
        return "no limit"
    return _WRITERS[style](value)


def interval(lower: float, upper: float, style: str) -> str:
    """Write an interval: `3.1 to 4.0`; a ratio's limits share the decimals of the lower one."""
    if style == "ratio" and math.isfinite(upper):
        decimals = 1 if lower >= _TWO_DECIMALS_BELOW else 2
        return f"{_decimals(lower, decimals)} to {_decimals(upper, decimals)}"
    return f"{write(lower, style)} to {write(upper, style)}"
