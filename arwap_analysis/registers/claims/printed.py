"""A figure exactly as it was printed: its value, and how far the truth may lie from it.

All arithmetic on the printed text is decimal: "1.50" claims more than "1.5", and neither is a binary fraction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

__all__ = ["Printed", "read_printed"]

_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "\u2009": " ", "\u202f": " ", "\xa0": " "})
_BOUNDS = {"<": "<", "<=": "<=", "≤": "<=", "=<": "<=", ">": ">", ">=": ">=", "≥": ">=", "=>": ">=", "=": "", "": ""}
_NUMBER = re.compile(
    r"""(?P<sign>[+-]?)\s*[£$€]?\s*(?P<second>[+-]?)
    (?P<digits>\d{1,3}(?:[, ]\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)
    (?:\s*[eE]\s*(?P<exponent>[+-]?\d{1,3})|\s*[×x*]\s*10\s*\^?\s*(?P<power>[+-]?\d{1,3}))?
    \s*(?:%|per\ cent|percent|pp|percentage\ points?|points?|times|[x×])?\s*[*†‡]*""",
    re.VERBOSE,
)
_BOUND = re.compile(r"(?:[pP]\s*)?(?P<bound>[<>]=?|[≤≥]|=[<>]?)\s*")
# Allowed for the last bits of a floating-point result: nothing that a reader could see.
_SLACK_OF_UNIT = Decimal("1e-9")
_SLACK_OF_VALUE = Decimal("4e-15")
_LONGEST = 60
_ONE_DECIMAL = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed figure.

    Attributes
    ----------
    text : str
        As it was printed.
    value : Decimal
    unit : Decimal
        One unit of the last printed place: 0.01 for "1.50".
    bound : str
        "<", "<=", ">" or ">=" for a figure printed as a bound ("<0.001"), else "".
    """

    text: str
    value: Decimal
    unit: Decimal
    bound: str = ""

    @property
    def limits(self) -> tuple[float, float]:
        """The least and greatest number that rounds to what was printed; a bound reaches to infinity."""
        if self.bound:
            value = float(self.value)
            return (float("-inf"), value) if self.bound.startswith("<") else (value, float("inf"))
        return float(self.value - self.unit / 2), float(self.value + self.unit / 2)

    def agrees(self, computed: float) -> bool:
        """Whether a computed number rounds to what was printed: it lies within half a unit of the last place.

        A number that lies exactly half-way rounds to either side, as printers differ in which they take.
        """
        if computed != computed or computed in (float("inf"), float("-inf")):
            return False
        with localcontext() as context:
            context.prec = 60
            found = Decimal(computed)
            slack = _SLACK_OF_VALUE * abs(found)
            if self.bound:
                return _within_bound(found, self.value, self.bound, slack)
            return abs(found - self.value) <= self.unit / 2 + self.unit * _SLACK_OF_UNIT + slack

    def agrees_rounded_twice(self, computed: float) -> bool:
        """Whether a number gives what was printed when it is rounded to two decimals first: 44.847, 44.85, 44.9.

        Tables of two decimals become articles of one so: only figures of one decimal are looked at. The second rounding
        is half up, away from 0.
        """
        if self.unit != _ONE_DECIMAL or self.bound or computed != computed or computed in (float("inf"), float("-inf")):
            return False
        with localcontext() as context:
            context.prec = 60
            try:
                first = Decimal(computed).quantize(self.unit / 10, ROUND_HALF_UP)
                return first.quantize(self.unit, ROUND_HALF_UP) == self.value
            except InvalidOperation:  # more digits than any printed figure has
                return False

    def distance(self, computed: float) -> float:
        """How far a computed number lies from the printed one, in units of the last printed place, with its sign.

        0 where a bound holds. NaN for what is not a finite number.
        """
        if computed != computed or computed in (float("inf"), float("-inf")):
            return float("nan")
        if self.bound and self.agrees(computed):
            return 0.0
        with localcontext() as context:
            context.prec = 60
            return float((Decimal(computed) - self.value) / self.unit)


def _within_bound(found: Decimal, value: Decimal, bound: str, slack: Decimal) -> bool:
    if bound == "<":
        return found < value - slack
    if bound == "<=":
        return found <= value + slack
    if bound == ">":
        return found > value + slack
    return found >= value - slack


def read_printed(text: str) -> Printed:
    """Read a figure as it was printed: "1.50", "1,234", "9.65%", "−3.2", "1.2e-5", "<0.001", "(0.025)", "0.18***".

    Parameters
    ----------
    text : str
        Brackets around it, a currency or per cent sign, "times", "p =", and stars of significance are not part of the
        number.

    Returns
    -------
    Printed

    Raises
    ------
    ValueError
        When it is not one number, or its thousands are not set apart in threes ("0,49": write the decimal point).
    """
    plain = text.strip().translate(_MINUS)
    if len(plain) > _LONGEST:
        raise ValueError(f"'{plain[:20]}...' is too long for a figure")
    if len(plain) > 1 and (plain[0], plain[-1]) in {("(", ")"), ("[", "]")}:
        plain = plain[1:-1].strip()
    bound = ""
    if found := _BOUND.match(plain):
        bound, plain = _BOUNDS[found["bound"]], plain[found.end() :]
    match = _NUMBER.fullmatch(plain)
    if match is None or (match["sign"] and match["second"]):
        raise ValueError(f"'{text.strip()}' is not a figure such as 1.50, 1,234, -3.2, 9.65% or <0.001")
    digits = match["digits"].replace(",", "").replace(" ", "")
    exponent = match["exponent"] or match["power"] or "0"
    sign = match["sign"] or match["second"]
    value = Decimal(f"{sign}{digits}e{exponent}")
    places = len(digits.partition(".")[2])
    return Printed(text.strip(), value, Decimal(f"1e{int(exponent) - places}"), bound)
