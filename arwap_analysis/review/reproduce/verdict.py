"""Verdicts: printed figures held against computed ones, by the precision that was printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arwap_analysis.registers.claims import Claim, Printed
from arwap_analysis.review.reproduce.computed import Computed, Extras

__all__ = ["CANNOT", "Figure", "Verdict", "judge"]

Verdict = Literal["reproduced", "partly", "not reproduced", "cannot be computed"]
CANNOT: Verdict = "cannot be computed"
_NAN = float("nan")


@dataclass(frozen=True)
class Figure:
    """One printed figure of a claim beside what was computed for it.

    `name`: estimate, se, lower, upper or p. `distance`: computed less printed, in units of the last printed place.
    `method`: which of the defensible methods made it; the one that comes nearest where none agrees. `twice`: it agrees
    only because it was rounded to two decimals first (44.847, 44.85, 44.9).
    """

    name: str
    published: str
    computed: float
    distance: float
    agrees: bool
    method: str
    twice: bool = False


def judge(claim: Claim, computed: Computed) -> tuple[Verdict, tuple[Figure, ...]]:
    """Return the verdict on a claim and each of its printed figures."""
    printed = claim.printed("estimate")
    if printed is None:
        raise ValueError("a claim always has a published figure")
    estimate = _figure("estimate", printed, computed.estimate, computed.method)
    others = {name: figure for name in ("se", "lower", "upper", "p") if (figure := claim.printed(name)) is not None}
    if not others:
        return ("reproduced" if estimate.agrees else "not reproduced"), (estimate,)
    extras = computed.extras()
    figures = (estimate, *_companions(others, extras))
    if not estimate.agrees:
        return "not reproduced", figures
    return ("reproduced" if all(figure.agrees for figure in figures) else "partly"), figures


def _figure(name: str, printed: Printed, computed: float, method: str) -> Figure:
    once = printed.agrees(computed)
    twice = not once and printed.agrees_rounded_twice(computed)
    return Figure(name, printed.text, computed, printed.distance(computed), once or twice, method, twice)


def _companions(printed: Mapping[str, Printed], extras: Extras) -> list[Figure]:
    """Return the error, the limits (which one method has to give both) and the p-value, each by the nearest method."""
    figures = []
    if "se" in printed:
        figures.append(_nearest("se", printed["se"], extras.errors))
    limits = {name: printed[name] for name in ("lower", "upper") if name in printed}
    if limits:
        figures += _nearest_interval(limits, extras)
    if "p" in printed:
        figures.append(_nearest("p", printed["p"], extras.p_values))
    return figures


def _nearest(name: str, printed: Printed, candidates: Mapping[str, float]) -> Figure:
    made = [_figure(name, printed, value, method) for method, value in candidates.items()]
    if not made:
        return Figure(name, printed.text, _NAN, _NAN, False, "the library has no method for it here")
    return next((figure for figure in made if figure.agrees), min(made, key=_away))


def _away(figure: Figure) -> float:
    return abs(figure.distance) if figure.distance == figure.distance else float("inf")


def _nearest_interval(printed: Mapping[str, Printed], extras: Extras) -> list[Figure]:
    made = [
        [_figure(name, p, limits[0 if name == "lower" else 1], method) for name, p in printed.items()]
        for method, limits in extras.intervals.items()
    ]
    if not made:
        why = "the library has no interval for it here"
        return [Figure(name, p.text, _NAN, _NAN, False, why) for name, p in printed.items()]
    agreeing = (figures for figures in made if all(figure.agrees for figure in figures))
    return next(agreeing, min(made, key=lambda figures: sum(_away(figure) for figure in figures)))
