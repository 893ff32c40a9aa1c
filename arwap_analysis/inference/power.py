"""What a comparison can show: its power, and the smallest ratio it could tell from chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_denominators, check_confidence, normal_quantile

__all__ = ["minimum_detectable_ratio", "power_of_ratio"]


def _roots(level: FloatArray, kind: str) -> FloatArray:
    """Bring rates or proportions to the scale on which their variance is 1 / (4 n)."""
    if kind == "rate":
        return np.sqrt(level)
    if kind == "proportion":
        if np.any(level > 1):
            raise MeasureError("a proportion is at most 1; use kind='rate' for events")
        return np.arcsin(np.sqrt(level))
    raise MeasureError(f"kind must be rate or proportion; got '{kind}'")


def _spread(denominator: ArrayLike, reference_denominator: ArrayLike) -> FloatArray:
    n = as_denominators("denominator", denominator)
    m = as_denominators("reference_denominator", reference_denominator)
    return np.sqrt(1 / n + 1 / m) / 2


def power_of_ratio(
    ratio: ArrayLike,
    *,
    reference_level: ArrayLike,
    denominator: ArrayLike,
    reference_denominator: ArrayLike,
    kind: str = "rate",
    confidence: float = 0.95,
) -> FloatArray:
    """Chance that a two-sided test finds a ratio, were it the true one.

    Parameters
    ----------
    ratio : array_like, (...)
        True ratio of the group's level to the reference level.
    reference_level : array_like
        Rate or proportion of the reference group.
    denominator, reference_denominator : array_like
        People, or person-time, of both.
    kind : {"rate", "proportion"}
        Poisson (square-root scale) or binomial (arcsine scale).
    confidence : float
        One less the level of the test.

    Returns
    -------
    array, (...)
        Between 1 - confidence and 1. NaN where a proportion would be above 1 or a number is not known.

    Raises
    ------
    MeasureError
        For negative numbers, an unknown kind, or a reference proportion above 1.

    Interpretation
    --------------
    "With 300 people, a true ratio of 1.5 would be found in 4 of 10 studies."

    Do not use when
    ---------------
    Results are in: the power at the observed ratio only restates the p-value. Give the interval, and the
    `minimum_detectable_ratio` if nothing was found.

    References
    ----------
    Cohen J (1988), Statistical power analysis for the behavioral sciences, 2nd ed., ch. 6 (arcsine); Huffman M
    (1984), Biometrics 40:224-226, doi:10.2307/2530762 (square root).
    """
    base = as_counts("reference_level", reference_level)
    level = as_counts("ratio", ratio) * base
    _roots(base, kind)
    possible = (level <= 1) | (kind == "rate")
    away = np.abs(_roots(np.where(possible, level, np.nan), kind) - _roots(base, kind))
    away = away / _spread(denominator, reference_denominator)
    z = normal_quantile(confidence)
    return np.asarray(special.ndtr(away - z) + special.ndtr(-away - z))


def minimum_detectable_ratio(
    reference_level: ArrayLike,
    *,
    denominator: ArrayLike,
    reference_denominator: ArrayLike,
    power: float = 0.8,
    kind: str = "rate",
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """Ratios nearest to 1, below and above, that a two-sided test would find with the given power.

    Parameters
    ----------
    reference_level, denominator, reference_denominator, kind, confidence
        As in `power_of_ratio`.
    power : float
        Chance of finding it, for example 0.8.

    Returns
    -------
    tuple of arrays, (...)
        (below 1, above 1). NaN where no ratio on that side could be found, however extreme: a group so small
        that even no event at all would be no surprise.

    Raises
    ------
    MeasureError
        For negative numbers, an unknown kind, or a power not between half the level and 1.

    Interpretation
    --------------
    "The data cannot tell a ratio between 0.4 and 1.8 from no difference."

    Do not use when
    ---------------
    A clear difference was found: it was detectable.

    References
    ----------
    As for `power_of_ratio`, solved for the ratio with the far tail left out.
    """
    level = 1 - check_confidence(confidence)
    if not level / 2 < power < 1:
        raise MeasureError(f"power must lie between {level / 2:g} and 1, for example 0.8; got {power}")
    base = as_counts("reference_level", reference_level)
    needed = (special.ndtri(1 - level / 2) + special.ndtri(power)) * _spread(denominator, reference_denominator)
    root = _roots(base, kind)
    top = np.inf if kind == "rate" else np.pi / 2
    ends = [np.where((end >= 0) & (end <= top), end, np.nan) for end in (root - needed, root + needed)]
    levels = [end**2 if kind == "rate" else np.sin(end) ** 2 for end in ends]
    usable = np.where(base > 0, base, np.nan)
    return levels[0] / usable, levels[1] / usable
