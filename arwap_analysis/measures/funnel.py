"""Funnel plots: how far from the average of all areas one area may lie by chance alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_denominators, freeze_arrays
from arwap_analysis.registry import measure

__all__ = ["FunnelLimits", "funnel_axis", "funnel_limits", "funnel_position"]

# One-sided tails of the inner (95%) and outer (99.8%) limits, as public health practice draws them.
_INNER, _OUTER = 0.025, 0.001
_NORMAL_FROM = 1e8
Statistic = Literal["proportion", "rate"]


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """Control limits: (..., K) arrays, at K denominators, in the unit of the statistic.

    `baseline` is that of all areas together; `lower_95, upper_95` leave 2.5% of areas outside on each side by
    chance, `lower_998, upper_998` 0.1%.
    """

    denominator: FloatArray = field(metadata={"array": True})
    baseline: FloatArray = field(metadata={"array": True})
    lower_95: FloatArray = field(metadata={"array": True})
    upper_95: FloatArray = field(metadata={"array": True})
    lower_998: FloatArray = field(metadata={"array": True})
    upper_998: FloatArray = field(metadata={"array": True})
    method: str = ""

    def __post_init__(self) -> None:
        freeze_arrays(self)


_METHODS = {
    "proportion": "score limits about the proportion of all areas",
    "rate": "exact Poisson limits about the rate of all areas",
}


def _pooled(numerator: ArrayLike, denominator: ArrayLike, statistic: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Check the counts of the areas and return them with the baseline; areas with NaN are left out of it."""
    if statistic not in _METHODS:
        raise MeasureError(f"statistic must be one of {', '.join(_METHODS)}; got '{statistic}'")
    x, n = np.broadcast_arrays(as_counts("numerator", numerator), as_denominators("denominator", denominator))
    if x.ndim == 0:
        raise MeasureError("a funnel needs areas along the last axis")
    if statistic == "proportion" and np.any(x > n):
        raise MeasureError("numerator must not be larger than denominator; use statistic='rate' for events")
    known = ~np.isnan(x + n)
    people = np.where(known, n, 0.0).sum(axis=-1, keepdims=True)
    return x, n, np.where(known, x, 0.0).sum(axis=-1, keepdims=True) / np.where(people > 0, people, np.nan)


def _limits(baseline: FloatArray, n: FloatArray, tail: float, statistic: str) -> tuple[FloatArray, FloatArray]:
    """Return what an area of denominator `n` may show by chance, with `tail` on each side."""
    if statistic == "proportion":
        half = special.ndtri(1 - tail) * np.sqrt(baseline * (1 - baseline) / n)
        return np.maximum(baseline - half, 0.0), np.minimum(baseline + half, 1.0)
    expected = np.asarray(baseline * n)
    large = expected > _NORMAL_FROM  # scipy's inverse fails there, and a normal law is exact to the last digit shown
    half = special.ndtri(1 - tail) * np.sqrt(np.where(large, expected, 0.0))
    searched = np.where(large, 1.0, expected)
    # Continuous in the count, so that the curves of a chart are smooth; no count is low enough below -ln(tail).
    low = special.pdtrik(tail, np.where(searched > -np.log(tail), searched, np.nan))
    low = np.where(searched > -np.log(tail), low, np.where(np.isnan(searched), np.nan, 0.0))
    high = special.pdtrik(1 - tail, searched) + 1
    # Where almost every area has no event, even one event is beyond the limit, which lies just below one.
    high = np.where(searched <= -np.log1p(-tail), 1.0 - 1e-9, high)
    return np.where(large, expected - half, low) / n, np.where(large, expected + half, high) / n


def funnel_axis(denominator: ArrayLike, *, points: int = 100) -> FloatArray:
    """Denominators at which to draw the limits: whole numbers, evenly apart on a log scale, over all areas.

    Parameters
    ----------
    denominator : array_like
        Of all areas. NaN is left out.
    points : int
        How many, 2 or more.

    Returns
    -------
    array, (points,)
        From 1 (or just below the smallest area, when none is more than twice another) to just above the
        largest, at least 1 apart: further up where there are more points than whole numbers between.

    Raises
    ------
    MeasureError
        For fewer than two points, or no area with people.
    """
    n = as_denominators("denominator", denominator)
    n = n[~np.isnan(n)]
    if points != int(points) or points < 2 or n.size == 0:
        raise MeasureError("a funnel needs a whole number of points, two or more, and an area with people")
    low, high = float(n.min()) * 0.95, float(n.max()) * 1.05
    low_step, high_step = 10 ** (len(str(int(low))) - 1), 10.0 ** (len(str(int(np.ceil(high)))) - 2)
    first = 0.0 if n.max() > 2 * n.min() else np.floor(low / low_step) * low_step
    last = np.ceil(high / high_step) * high_step
    axis = np.empty(points)
    axis[0] = max(1.0, first)
    for j in range(1, points):
        step = (last / axis[j - 1]) ** (1 / (points - j))
        axis[j] = max(np.round(step * axis[j - 1]), axis[j - 1] + 1)
    return axis


@measure(
    "funnel_limits",
    scale="level",
    label_en="Funnel limits",
    label_cy="Terfynau twndis",
    inputs=("numerator", "denominator"),
    reference="Spiegelhalter (2005)",
)
def funnel_limits(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    at: ArrayLike | None = None,
    statistic: Statistic = "proportion",
    per: float = 1.0,
) -> FunnelLimits:
    """Control limits of a funnel plot, about the proportion or rate of all areas together.

    Parameters
    ----------
    numerator, denominator : array_like, (..., A)
        Of each area. NaN leaves an area out.
    at : array_like, (K,), optional
        Denominators at which to give the limits; by default those of the areas.
    statistic : {"proportion", "rate"}
        Binomial or Poisson.
    per : float
        Multiplier, for example 100.

    Returns
    -------
    FunnelLimits
        NaN where no area has people.

    Raises
    ------
    MeasureError
        For negative counts, a proportion above 1, or an unknown statistic.

    Interpretation
    --------------
    "All areas lie within the limits: their differences are no larger than chance makes them."

    Do not use when
    ---------------
    Areas differ for known reasons (over-dispersion): most then lie outside, which says nothing about any one.

    References
    ----------
    Spiegelhalter D (2005), Statistics in Medicine 24:1185-1202, doi:10.1002/sim.1970.
    """
    _, n, baseline = _pooled(numerator, denominator, statistic)
    people = np.array(n if at is None else as_denominators("at", at))
    inner, outer = (_limits(baseline, people, tail, statistic) for tail in (_INNER, _OUTER))
    limits = [limit * per for limit in (*inner, *outer)]
    return FunnelLimits(people, baseline * per, limits[0], limits[1], limits[2], limits[3], _METHODS[statistic])


def funnel_position(numerator: ArrayLike, denominator: ArrayLike, *, statistic: Statistic = "proportion") -> FloatArray:
    """Where each area lies in the funnel: -2 below the 99.8% limit, -1 below the 95% limit, 0 within, 1 and 2 above.

    Parameters and Raises are those of `funnel_limits`.

    Returns
    -------
    array, (..., A)
        NaN where an area has no figure.

    References
    ----------
    Spiegelhalter D (2005), Statistics in Medicine 24:1185-1202, doi:10.1002/sim.1970.
    """
    x, n, baseline = _pooled(numerator, denominator, statistic)
    value = x / n
    position = np.zeros(value.shape)
    for tail in (_INNER, _OUTER):
        low, high = _limits(baseline, n, tail, statistic)
        position = position + (value > high) - (value < low)
    return np.where(np.isnan(value), np.nan, position)
