"""What was computed for a claim: the estimate, and every defensible error, interval and p-value that goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from arwap_analysis.estimate import Comparison, Estimate

__all__ = ["Computed", "Extras", "of_comparison"]

Interval = tuple[float, float]


@dataclass(frozen=True)
class Extras:
    """Errors, intervals and p-values by the method that makes each; claims rarely say which was used."""

    errors: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    p_values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """An estimate with how it was made; `extras` are computed when a claim prints more than the estimate."""

    estimate: float
    method: str
    basis: str
    rows: int
    extras: Callable[[], Extras] = Extras
    notes: tuple[str, ...] = ()
    reason: str = ""


def of_comparison(found: Estimate, *, error: str = "", interval: str = "") -> Extras:
    """Return one library result as extras, named by its method; numbers that are NaN are left out."""
    name = interval or found.method
    numbers = [float(np.ravel(part)[0]) for part in (found.lower, found.upper, found.standard_error)]
    errors = {error or name: numbers[2]} if np.isfinite(numbers[2]) else {}
    intervals = {name: (numbers[0], numbers[1])} if np.all(np.isfinite(numbers[:2])) else {}
    p_values = {}
    if isinstance(found, Comparison):
        p = float(np.ravel(found.p_value)[0])
        p_values = {name: p} if np.isfinite(p) else {}
    return Extras(errors, intervals, p_values)


def merge(*parts: Extras) -> Extras:
    """Return several extras as one; of two of one name the first stays."""
    errors: dict[str, float] = {}
    intervals: dict[str, Interval] = {}
    p_values: dict[str, float] = {}
    for part in parts:
        errors = {**errors, **{k: v for k, v in part.errors.items() if k not in errors}}
        intervals = {**intervals, **{k: v for k, v in part.intervals.items() if k not in intervals}}
        p_values = {**p_values, **{k: v for k, v in part.p_values.items() if k not in p_values}}
    return Extras(errors, intervals, p_values)
