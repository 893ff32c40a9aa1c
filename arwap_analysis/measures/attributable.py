"""How much of an average is owed to the gaps between groups: attributable risk and fraction."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts, normal_quantile
from arwap_analysis.measures.groups import Groups, as_groups, as_order, at, delta_interval, extreme, pick
from arwap_analysis.registry import measure

__all__ = ["population_attributable_fraction", "population_attributable_risk"]

_INPUTS = ("estimate", "population", "standard_error")


def _attributable(g: Groups, *, favourable: bool, order: ArrayLike | None) -> tuple[FloatArray, np.ndarray]:
    """Gap from the mean to the reference point, 0 where the mean is already beyond it, and the position."""
    if order is None:
        position = extreme(g, largest=favourable)
    else:
        position = np.argmax(np.where(g.known, as_order(g, order), -np.inf), axis=-1)
    gap = pick(g.value, position) - g.mean[..., 0]
    gap = np.where(np.abs(gap) <= 1e-12 * np.abs(g.mean[..., 0]), 0.0, gap)  # rounding
    return np.where(np.isnan(gap), np.nan, np.maximum(gap, 0) if favourable else np.minimum(gap, 0)), position


def _walter(g: Groups, position: np.ndarray, population: ArrayLike | None, scale: float) -> FloatArray:
    """Walter's standard error of the attributable fraction, from the two-by-two table of counts (1978, eq. 4)."""
    people = np.where(g.known, as_counts("population", 1.0 if population is None else population), 0.0)
    total, exposed = people.sum(axis=-1), pick(people, position)
    c = pick(g.value, position) / scale * exposed
    d = exposed - c
    a = g.mean[..., 0] / scale * total - c
    b = total - a - exposed
    under = (a + c) ** 3 * exposed**3
    square = c * total * (a * d * (total - c) + b * c**2) / np.where(under > 0, under, np.nan)
    return np.sqrt(np.where(square >= 0, square, np.nan))


@measure(
    "population_attributable_risk",
    scale="absolute",
    label_en="Population attributable risk",
    label_cy="Risg briodoladwy yn y boblogaeth",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Walter (1978)",
)
def population_attributable_risk(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    favourable: bool,
    order: ArrayLike | None = None,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
    method: Literal["delta", "walter"] = "delta",
    scale: float = 1.0,
) -> Estimate:
    """Population attributable risk: how much the average would change if all groups were at the reference point.

    The reference point is the most advantaged of ordered groups, else the best group. Where the mean is
    already beyond it the risk is 0.

    Parameters
    ----------
    estimate, population, standard_error : array_like, (..., G)
        Of each group. NaN in the first two leaves the group out.
    favourable : bool
        Whether higher is better; the risk is then positive, for an adverse indicator negative.
    order : array_like, optional
        Rank of each group, 1 = most disadvantaged.
    confidence : float
        Nominal coverage of the interval.
    method : {"delta", "walter"}
        From the groups' standard errors, or Walter's formula from counts, for which `population` are the
        people counted and `scale` is what the estimates are out of (100 for percentages).

    Returns
    -------
    Estimate
        (...), in the unit of the estimates.

    Raises
    ------
    MeasureError
        For an unknown method or bad numbers.

    Interpretation
    --------------
    "If all groups did as well as the best, the average would be 7.6 percentage points higher."

    Do not use when
    ---------------
    It would be read as cause: closing the gap of a group need not follow from changing its circumstances.

    References
    ----------
    Walter S (1978), Int J Epidemiol 7:175-182, doi:10.1093/ije/7.2.175.
    """
    return _attributable_estimate(
        estimate,
        population,
        favourable=favourable,
        order=order,
        confidence=confidence,
        standard_error=standard_error,
        method=method,
        scale=scale,
        fraction=False,
    )


@measure(
    "population_attributable_fraction",
    scale="relative",
    label_en="Population attributable fraction",
    label_cy="Ffracsiwn priodoladwy yn y boblogaeth",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Walter (1978)",
)
def population_attributable_fraction(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    favourable: bool,
    order: ArrayLike | None = None,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
    method: Literal["delta", "walter"] = "delta",
    scale: float = 1.0,
) -> Estimate:
    """Population attributable fraction: the population attributable risk as a percentage of the mean.

    Parameters, Returns and Raises are those of `population_attributable_risk`; estimate and standard error
    are both in per cent. NaN where the mean is 0.

    Interpretation
    --------------
    "If all groups did as well as the best, the average would be 8% higher."

    Do not use when
    ---------------
    It would be read as cause, or the mean is near 0.

    References
    ----------
    Walter S (1978), Int J Epidemiol 7:175-182, doi:10.1093/ije/7.2.175.
    """
    return _attributable_estimate(
        estimate,
        population,
        favourable=favourable,
        order=order,
        confidence=confidence,
        standard_error=standard_error,
        method=method,
        scale=scale,
        fraction=True,
    )


def _attributable_estimate(
    estimate: ArrayLike,
    population: ArrayLike | None,
    *,
    favourable: bool,
    order: ArrayLike | None,
    standard_error: ArrayLike | None,
    confidence: float,
    method: str,
    scale: float,
    fraction: bool,
) -> Estimate:
    """Attributable risk, or the fraction in per cent, with its interval by either method."""
    if method not in ("delta", "walter"):
        raise MeasureError(f"method must be delta or walter; got '{method}'")
    g = as_groups(estimate, population, standard_error)
    risk, position = _attributable(g, favourable=favourable, order=order)
    mean = np.where(g.mean == 0, np.nan, g.mean)
    gradient = np.where((risk != 0)[..., None], at(g, position) - g.share, 0.0)
    value = 100 * risk / mean[..., 0] if fraction else risk
    if method == "delta":
        slope = 100 * (gradient / mean - risk[..., None] * g.share / mean**2) if fraction else gradient
        # Where the average is at or beyond the reference point the risk is cut off at 0: no slope, no interval.
        found = delta_interval(value, slope, g, confidence)
        cut = risk == 0
        parts = (np.where(cut, np.nan, part) for part in (found.lower, found.upper, found.standard_error))
        lower, upper, error = parts
        return Estimate(value, lower, upper, error, confidence, found.method)
    error = _walter(g, position, population, scale) * (100 if fraction else np.abs(g.mean[..., 0]))
    z = normal_quantile(confidence)
    return Estimate(value, value - z * error, value + z * error, error, confidence, "Walter's formula from counts")
