"""The one shape in which a number with its uncertainty travels through the library.

Numerics return these; frames, charts and sentences are made from them. Arrays of one result share
one shape, are read-only, and hold NaN where the quantity is undefined.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from arwap_analysis.errors import MeasureError

__all__ = [
    "Comparison",
    "Estimate",
    "FloatArray",
    "TwoGroups",
    "as_counts",
    "as_denominators",
    "as_floats",
    "as_two_groups",
    "check_confidence",
    "freeze_arrays",
    "normal_quantile",
]

FloatArray = NDArray[np.float64]


def freeze_arrays(result: Any) -> None:
    """Give every array field of a frozen result one shape and make it read-only."""
    names = [f.name for f in fields(result) if f.metadata.get("array")]
    given = [np.asarray(getattr(result, name), dtype=np.float64) for name in names]
    shape = np.broadcast_shapes(*(array.shape for array in given))
    for name, array in zip(names, given, strict=True):
        # A view of what was computed costs nothing; only what has to be spread out is copied.
        kept = array.view() if array.shape == shape else np.broadcast_to(array, shape).copy()
        kept.flags.writeable = False
        object.__setattr__(result, name, kept)


@dataclass(frozen=True, eq=False)
class Estimate:
    """A quantity with its interval.

    Attributes
    ----------
    estimate, lower, upper, standard_error : (...,) float arrays of one shape
        In the unit of the quantity. NaN where undefined; `standard_error` is NaN throughout where the
        method has none (exact intervals).
    confidence : float
        Nominal coverage of the interval, for example 0.95.
    method : str
        Name of the method, complete enough to be printed beside the number.
    """

    estimate: FloatArray = field(metadata={"array": True})
    lower: FloatArray = field(metadata={"array": True})
    upper: FloatArray = field(metadata={"array": True})
    standard_error: FloatArray = field(metadata={"array": True})
    confidence: float
    method: str

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def times(self, factor: ArrayLike, *, method: str) -> Self:
        """Return the same in another unit: the estimate, its limits and its error times a factor above 0."""
        scale = as_floats("factor", factor)
        numbers = {name: getattr(self, name) * scale for name in ("estimate", "lower", "upper", "standard_error")}
        return replace(self, **numbers, method=method)

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of the arrays."""
        return self.estimate.shape


@dataclass(frozen=True, eq=False)
class Comparison(Estimate):
    """An estimate that compares a group with a reference, with the p-value of no difference.

    `p_value` is two-sided and unadjusted; adjust a family with `inference.decisions`.
    """

    p_value: FloatArray = field(metadata={"array": True})


def as_floats(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as a float array; `name` is used in the error when they are not numbers."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MeasureError(f"{name} must be numbers (NaN where not known): {error}") from error


def as_counts(name: str, values: ArrayLike) -> FloatArray:
    """Return counts as floats: finite or NaN, never negative (a negative count is a fault, not a number)."""
    array = as_floats(name, values)
    if array.size and array.min() >= 0 and array.max() < np.inf:
        return array  # one look at the ends; a NaN fails it and takes the longer way
    if np.any(array < 0) or np.any(np.isinf(array)):
        raise MeasureError(f"{name} must be 0 or more and finite; use NaN where it is not known")
    return array


def as_denominators(name: str, values: ArrayLike) -> FloatArray:
    """Return denominators as counts with 0 turned to NaN: nothing per nobody is undefined."""
    array = as_counts(name, values)
    return np.where(array == 0, np.nan, array) if np.any(array == 0) else array


def check_confidence(confidence: float) -> float:
    """Return the confidence level, refusing 95 where 0.95 is meant."""
    level = float(confidence)
    if not 0 < level < 1:
        raise MeasureError(f"confidence must lie between 0 and 1, for example 0.95; got {confidence}")
    return level


def normal_quantile(confidence: float) -> float:
    """Return the standard normal quantile that bounds the middle `confidence`: 1.96 for 0.95."""
    return float(special.ndtri((1 + check_confidence(confidence)) / 2))


TwoGroups = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def as_two_groups(
    numerator: ArrayLike, denominator: ArrayLike, reference_numerator: ArrayLike, reference_denominator: ArrayLike
) -> TwoGroups:
    """Check the counts of a group and of its reference and bring them to one shape: a of n, b of m."""
    a, n, b, m = np.broadcast_arrays(
        as_counts("numerator", numerator),
        as_denominators("denominator", denominator),
        as_counts("reference_numerator", reference_numerator),
        as_denominators("reference_denominator", reference_denominator),
    )
    return a, n, b, m
