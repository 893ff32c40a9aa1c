"""What every measure over all groups at once shares: shares of population, the mean, and the delta method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts, as_floats, check_confidence, normal_quantile

__all__ = [
    "DELTA",
    "Groups",
    "as_groups",
    "as_order",
    "as_position",
    "at",
    "delta_interval",
    "dot",
    "extreme",
    "pick",
    "spread_interval",
]

DELTA = "delta method, groups independent, populations known"
# Differences this small against the mean are rounding.
_EQUAL = 1e-12
_SUSPECT = 1e-6


@dataclass(frozen=True, eq=False)
class Groups:
    """Checked groups along the last axis.

    Attributes
    ----------
    value, error : (..., G)
        Estimate of each group and its standard error (NaN where none was given); 0 where not `known`.
    share : (..., G)
        Share of the population of the known groups; sums to 1.
    known : (..., G) bool
        Groups with an estimate, and people: nobody can be neither best nor unequal.
    count : (..., 1)
        Number of known groups.
    mean : (..., 1)
        Mean weighted by population; NaN with fewer than two known groups, so that every measure is.
    errors : bool
        Whether standard errors were given.
    """

    value: FloatArray
    share: FloatArray
    error: FloatArray
    known: np.ndarray
    count: FloatArray
    mean: FloatArray
    errors: bool


def as_groups(estimate: ArrayLike, population: ArrayLike | None, standard_error: ArrayLike | None) -> Groups:
    """Check and complete the inputs of a measure over groups; without a population all groups weigh the same."""
    y = as_floats("estimate", estimate)
    n = np.ones_like(y) if population is None else as_counts("population", population)
    error = np.full_like(y, np.nan) if standard_error is None else as_counts("standard_error", standard_error)
    given = n
    y, n, error = np.broadcast_arrays(y, n, error)
    if y.ndim == 0:
        raise MeasureError("estimate needs groups along the last axis")
    if y.shape[-1] == 0:
        raise MeasureError("there are no groups: the last axis is empty")
    if np.any(np.isinf(y)):
        raise MeasureError("estimate must be finite; use NaN where it is not known")
    known = ~np.isnan(y) & (n > 0)
    if known.all():
        # One population for many draws or strata is divided once, before it is spread over them.
        whole = given if given.shape[-1:] == y.shape[-1:] else n
        share = np.broadcast_to(whole / whole.sum(axis=-1, keepdims=True), y.shape)
        value, count = y, np.full((*y.shape[:-1], 1), float(y.shape[-1]))
    else:
        people, value, error = (np.where(known, array, 0.0) for array in (n, y, error))
        count = known.sum(axis=-1, keepdims=True).astype(float)
        total = people.sum(axis=-1, keepdims=True)
        share = people / np.where(total > 0, total, np.nan)
    mean = np.where(count >= 2, dot(share, value)[..., None], np.nan)
    return Groups(value, share, error, known, count, mean, standard_error is not None)


def as_order(g: Groups, order: ArrayLike) -> FloatArray:
    """Check the ranks of the groups and give every stratum its own; a known group must have one."""
    try:
        rank = np.broadcast_to(as_floats("order", order), g.value.shape)
    except ValueError:
        raise MeasureError(f"order must give a rank to each of the {g.value.shape[-1]} groups") from None
    if np.any(np.isnan(rank) & g.known):
        raise MeasureError("order must give a rank to every group that has a value; NaN is none")
    return rank


def dot(first: FloatArray, second: FloatArray) -> FloatArray:
    """Sum of products over the groups: twice as fast as multiplying and summing, and without their array."""
    return np.asarray(np.einsum("...g,...g->...", first, second))


def pick(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Return the value at one position of the last axis, for every stratum."""
    return np.take_along_axis(values, position[..., None], axis=-1)[..., 0]


def delta_interval(
    estimate: FloatArray,
    gradient: FloatArray,
    groups: Groups,
    confidence: float,
    *,
    log: bool = False,
    method: str = DELTA,
) -> Estimate:
    """Interval of a smooth function of independent group estimates, by its gradient.

    With `log` the gradient is that of the log of the estimate, the interval is built there, and
    `standard_error` is that of the log.
    """
    if log:
        method = f"{method}, on the log scale"
    if not groups.errors:
        nothing = np.full(estimate.shape, np.nan)
        return Estimate(estimate, nothing, nothing, nothing, check_confidence(confidence), method)
    pull = gradient * groups.error
    if np.isnan(pull).any():
        # A group that does not count for the estimate need not have an error.
        pull = np.where(groups.known & (gradient != 0), pull, 0.0)
    error = np.where(np.isnan(estimate), np.nan, np.sqrt(dot(pull, pull)))
    z = normal_quantile(confidence)
    if log:
        positive = np.where(estimate > 0, estimate, np.nan)
        with np.errstate(over="ignore"):  # a limit beyond all numbers is infinite
            factor = np.exp(z * error)
            upper = positive * factor
        return Estimate(estimate, positive / factor, upper, error, confidence, method)
    return Estimate(estimate, estimate - z * error, estimate + z * error, error, confidence, method)


def extreme(g: Groups, *, largest: bool, without: np.ndarray | None = None) -> np.ndarray:
    """Position of the largest or smallest known group, optionally of those other than `without`."""
    allowed = g.known
    if without is not None:
        allowed = allowed & (np.arange(g.value.shape[-1]) != without[..., None])
    filled = np.where(allowed, g.value, -np.inf if largest else np.inf)
    return np.argmax(filled, axis=-1) if largest else np.argmin(filled, axis=-1)


def as_position(g: Groups, reference: int | ArrayLike) -> np.ndarray:
    """Check the position of the reference group and give every stratum its own."""
    position = np.broadcast_to(np.asarray(reference, dtype=int), g.value.shape[:-1])
    if np.any((position < 0) | (position >= g.value.shape[-1])):
        raise MeasureError(f"reference must be a position from 0 to {g.value.shape[-1] - 1}")
    return position


def at(g: Groups, position: np.ndarray) -> FloatArray:
    """1 at the position of one group in each stratum, 0 elsewhere."""
    return (np.arange(g.value.shape[-1]) == position[..., None]).astype(float)


def spread_interval(estimate: FloatArray, gradient: FloatArray, groups: Groups, confidence: float) -> Estimate:
    """Interval of a measure that is 0 where all groups are equal, and has no gradient there.

    Equal groups get 0 and no interval: the delta method would claim certainty, and rounding any width at all.
    """
    found = delta_interval(estimate, gradient, groups, confidence)
    mean = np.abs(groups.mean[..., 0])
    if not np.any(np.abs(estimate) <= _SUSPECT * np.maximum(mean, 1.0)):
        return found
    farthest = np.abs(np.where(groups.known, groups.value - groups.mean, 0.0)).max(axis=-1)
    equal = farthest <= _EQUAL * mean
    if not equal.any():
        return found
    lower, upper, error = (np.where(equal, np.nan, part) for part in (found.lower, found.upper, found.standard_error))
    estimate = np.where(equal & ~np.isnan(found.estimate), 0.0, found.estimate)
    return Estimate(estimate, lower, upper, error, confidence, found.method)
