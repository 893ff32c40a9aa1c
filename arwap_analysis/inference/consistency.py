"""Whether printed figures can be true together, given how they were rounded: no data are needed.

Every printed figure stands for a range, half a unit of its last place to either side (`half`). Figures agree when some
numbers in their ranges fit together exactly; so a disagreement is never the rounding's fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats, freeze_arrays, normal_quantile

__all__ = [
    "Agreement",
    "error_agrees_with_interval",
    "interval_is_symmetric",
    "mean_is_possible",
    "p_value_agrees_with_error",
    "parts_agree_with_total",
    "ratio_agrees_with_rates",
]

# Rounding errors of the arithmetic itself, far below any printed place.
_SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Agreement:
    """Whether a printed figure is possible: (...,) arrays.

    Attributes
    ----------
    agrees : 1 where the printed range and the one that follows overlap, 0 where not, NaN where something is not known.
    lower, upper : the range that follows from the other figures.
    """

    agrees: FloatArray = field(metadata={"array": True})
    lower: FloatArray = field(metadata={"array": True})
    upper: FloatArray = field(metadata={"array": True})

    def __post_init__(self) -> None:
        freeze_arrays(self)


def _agreement(printed: FloatArray, half: FloatArray, lower: FloatArray, upper: FloatArray) -> Agreement:
    slack = _SLACK * np.maximum(np.maximum(np.abs(printed), half), 1e-12)
    fits = (printed + half >= lower - slack) & (printed - half <= upper + slack)
    known = ~np.isnan(printed + half + lower + upper)
    return Agreement(np.where(known, fits.astype(float), np.nan), lower, upper)


def _halves(name: str, half: ArrayLike) -> FloatArray:
    found = as_floats(name, half)
    if np.any(found < 0):
        raise MeasureError(f"{name} must be 0 or more: half a unit of the last printed place, such as 0.005 for 1.50")
    return found


def _scale(scale: str) -> bool:
    """Return whether the scale is that of logarithms."""
    if scale not in ("difference", "ratio"):
        raise MeasureError(f"scale must be difference or ratio; got '{scale}'")
    return scale == "ratio"


def _logs(values: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(np.where(values > 0, values, np.nan))


def ratio_agrees_with_rates(
    ratio: ArrayLike, rate: ArrayLike, reference_rate: ArrayLike, *, ratio_half: ArrayLike = 0.0,
    rate_half: ArrayLike = 0.0, reference_half: ArrayLike = 0.0,
) -> Agreement:  # fmt: skip
    """Whether a printed ratio follows from two printed rates.

    The ratio of the true rates lies between (rate - half) / (reference + half) and (rate + half) / (reference - half).

    Parameters
    ----------
    ratio, rate, reference_rate : array_like, (...)
        As printed, rates of 0 or more. NaN = not known.
    ratio_half, rate_half, reference_half : array_like
        Half a unit of the last printed place of each; 0 for unrounded figures.

    Returns
    -------
    Agreement
        `upper` is infinite where the reference rate may be 0.

    Raises
    ------
    MeasureError
        For rates or halves below 0.

    Interpretation
    --------------
    "A ratio of 1.8 does not follow from 9.65 and 6.45 per cent."

    Do not use when
    ---------------
    The ratio was adjusted or standardised and the rates were not.

    References
    ----------
    Moore RE, Kearfott RB, Cloud MJ (2009), Introduction to interval analysis, SIAM, ch. 2.
    """
    r, a, b = (as_floats(n, v) for n, v in (("ratio", ratio), ("rate", rate), ("reference_rate", reference_rate)))
    h, i, j = (_halves(f"{n}_half", v) for n, v in (("ratio", ratio_half), ("rate", rate_half),
                                                    ("reference", reference_half)))  # fmt: skip
    if np.any(a < 0) or np.any(b < 0):
        raise MeasureError("rates must be 0 or more")
    r, a, b, h, i, j = np.broadcast_arrays(r, a, b, h, i, j)
    least, most = np.maximum(b - j, 0), b + j
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(most > 0, np.maximum(a - i, 0) / most, np.nan)
        upper = np.where(least > 0, (a + i) / least, np.where(np.isnan(b + a), np.nan, np.inf))
    return _agreement(r, h, lower, upper)


def interval_is_symmetric(
    estimate: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, scale: str = "difference",
    estimate_half: ArrayLike = 0.0, limit_half: ArrayLike = 0.0,
) -> Agreement:  # fmt: skip
    """Whether an estimate lies in the middle of its interval: of the logarithms, for a ratio.

    Parameters
    ----------
    estimate, lower, upper : array_like, (...)
        As printed. NaN = not known.
    scale : {"difference", "ratio"}
        "ratio" takes the geometric middle, the square root of lower times upper.
    estimate_half, limit_half : array_like
        Half a unit of the last printed place of the estimate, and of both limits.

    Returns
    -------
    Agreement
        The range of the middle.

    Raises
    ------
    MeasureError
        For an unknown scale or a half below 0.

    Interpretation
    --------------
    "The middle of 0.34 to 0.70 is 0.49, as printed."

    Do not use when
    ---------------
    The interval is exact, a score interval, a bootstrap or a likelihood one: those need not be symmetric.

    References
    ----------
    Altman D, Bland M (2011), BMJ 343:d2090, doi:10.1136/bmj.d2090.
    """
    is_ratio = _scale(scale)
    e, low, high = (as_floats(n, v) for n, v in (("estimate", estimate), ("lower", lower), ("upper", upper)))
    h, i = _halves("estimate_half", estimate_half), _halves("limit_half", limit_half)
    e, low, high, h, i = np.broadcast_arrays(e, low, high, h, i)
    if not is_ratio:
        return _agreement(e, h, (low + high) / 2 - i, (low + high) / 2 + i)
    with np.errstate(invalid="ignore"):
        first = np.sqrt(np.maximum(low - i, 0) * np.maximum(high - i, 0))
        last = np.sqrt((low + i) * (high + i))
    return _agreement(e, h, first, last)


def error_agrees_with_interval(
    standard_error: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, scale: str = "difference",
    error_half: ArrayLike = 0.0, limit_half: ArrayLike = 0.0, confidence: float = 0.95, quantile: float | None = None,
) -> Agreement:  # fmt: skip
    """Whether a printed standard error follows from a printed interval: (upper - lower) / (2 z).

    Parameters
    ----------
    standard_error, lower, upper : array_like, (...)
        As printed; for a ratio the standard error of its logarithm. NaN = not known.
    scale : {"difference", "ratio"}
    error_half, limit_half : array_like
        Half a unit of the last printed place of the error, and of both limits.
    confidence : float
        Nominal coverage of the interval.
    quantile : float, optional
        In place of the normal one, such as Student's t.

    Returns
    -------
    Agreement
        The range of the standard error.

    Raises
    ------
    MeasureError
        For an unknown scale, a half below 0 or a confidence outside 0 to 1.

    Interpretation
    --------------
    "An interval of 0.10 to 0.20 has a standard error of about 0.026; 0.05 was printed."

    Do not use when
    ---------------
    The interval is not made from a standard error (exact, score, bootstrap).

    References
    ----------
    Altman D, Bland M (2011), BMJ 343:d2090, doi:10.1136/bmj.d2090.
    """
    is_ratio = _scale(scale)
    s, low, high = (as_floats(n, v) for n, v in (("standard_error", standard_error), ("lower", lower),
                                                 ("upper", upper)))  # fmt: skip
    h, i = _halves("error_half", error_half), _halves("limit_half", limit_half)
    s, low, high, h, i = np.broadcast_arrays(s, low, high, h, i)
    z = normal_quantile(confidence) if quantile is None else float(quantile)
    if is_ratio:
        narrow, wide = _logs(high - i) - _logs(low + i), _logs(high + i) - _logs(np.maximum(low - i, 1e-300))
    else:
        narrow, wide = high - low - 2 * i, high - low + 2 * i
    return _agreement(s, h, np.maximum(narrow, 0) / (2 * z), wide / (2 * z))


def p_value_agrees_with_error(
    p_value: ArrayLike, estimate: ArrayLike, standard_error: ArrayLike, *, scale: str = "difference",
    p_half: ArrayLike = 0.0, estimate_half: ArrayLike = 0.0, error_half: ArrayLike = 0.0,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Agreement:  # fmt: skip
    """Whether a printed two-sided p-value follows from a printed estimate and its standard error.

    Parameters
    ----------
    p_value, estimate, standard_error : array_like, (...)
        As printed; for a ratio the standard error of its logarithm. NaN = not known.
    scale : {"difference", "ratio"}
        What no effect is: 0, or a ratio of 1.
    p_half, estimate_half, error_half : array_like
        Half a unit of the last printed place of each.
    degrees_of_freedom : array_like
        Of Student's t; infinite for the normal distribution.

    Returns
    -------
    Agreement
        The range of the p-value.

    Raises
    ------
    MeasureError
        For an unknown scale or a half below 0.

    Interpretation
    --------------
    "A coefficient of 0.10 with a standard error of 0.05 has p = 0.046, not 0.01."

    Do not use when
    ---------------
    The test was another one than of this estimate, one-sided, or adjusted for many comparisons.

    References
    ----------
    Nuijten MB, Hartgerink CHJ, van Assen MALM, Epskamp S, Wicherts JM (2016), Behavior Research Methods 48:1205-1226,
    doi:10.3758/s13428-015-0664-2 (statcheck).
    """
    is_ratio = _scale(scale)
    p, e, s, df = (as_floats(n, v) for n, v in (("p_value", p_value), ("estimate", estimate),
                                                ("standard_error", standard_error),
                                                ("degrees_of_freedom", degrees_of_freedom)))  # fmt: skip
    g, h, i = (_halves(f"{n}_half", v) for n, v in (("p", p_half), ("estimate", estimate_half), ("error", error_half)))
    p, e, s, df, g, h, i = np.broadcast_arrays(p, e, s, df, g, h, i)
    low, high = (_logs(e - h), _logs(e + h)) if is_ratio else (e - h, e + h)
    nearest = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    furthest = np.maximum(np.abs(low), np.abs(high))
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.where(s - i > 0, furthest / np.maximum(s - i, 1e-300), np.inf)
        least = nearest / (s + i)
        return _agreement(p, g, np.where(np.isnan(e + s), np.nan, _two_sided(most, df)), _two_sided(least, df))


def _two_sided(away: FloatArray, degrees: FloatArray) -> FloatArray:
    finite = np.isfinite(degrees)
    normal = 2 * special.ndtr(-away)
    if not np.any(finite):
        return np.asarray(normal)
    bounded = np.where(np.isfinite(away), away, 1e300)
    return np.asarray(np.where(finite, 2 * special.stdtr(np.where(finite, degrees, 1.0), -bounded), normal))


def mean_is_possible(
    mean: ArrayLike, n: ArrayLike, *, half: ArrayLike = 0.0, items: ArrayLike = 1, unit: float = 1.0
) -> Agreement:
    """Whether whole numbers of n people can have a printed mean or percentage (the GRIM test).

    The mean of n whole numbers is a multiple of 1/n; the printed mean has to be within its rounding of one.

    Parameters
    ----------
    mean, n : array_like, (...)
        As printed. NaN = not known.
    half : array_like
        Half a unit of the last printed place of the mean.
    items : array_like
        How many whole numbers were averaged for each person.
    unit : float
        100 for percentages.

    Returns
    -------
    Agreement
        `lower` and `upper` are the nearest possible means below and above the printed one.

    Raises
    ------
    MeasureError
        For people or items below 1, or a half below 0.

    Interpretation
    --------------
    "No 28 whole numbers have a mean of 5.19: 5.18 and 5.21 are the nearest."

    Do not use when
    ---------------
    Values are not whole numbers, are weighted, or n is so large that every mean is possible.

    References
    ----------
    Brown NJL, Heathers JAJ (2017), Social Psychological and Personality Science 8:363-369,
    doi:10.1177/1948550616673876.

    Examples
    --------
    >>> mean_is_possible([5.19, 5.18], 28, half=0.005).agrees.tolist()
    [0.0, 1.0]
    """
    m, count, k, h = (as_floats(name, v) for name, v in (("mean", mean), ("n", n), ("items", items), ("half", half)))
    h = _halves("half", h)
    if np.any(count < 1) or np.any(k < 1):
        raise MeasureError("n and items must be 1 or more")
    m, count, k, h = np.broadcast_arrays(m, count, k, h)
    step = unit / (count * k)
    below, above = np.floor(m / step + _SLACK) * step, np.ceil(m / step - _SLACK) * step
    slack = _SLACK * np.maximum(np.abs(m), h)
    fits = (m - below <= h + slack) | (above - m <= h + slack)
    return Agreement(np.where(np.isnan(m + step + h), np.nan, fits.astype(float)), below, above)


def parts_agree_with_total(
    parts: ArrayLike, total: ArrayLike, *, part_half: ArrayLike = 0.0, total_half: ArrayLike = 0.0
) -> Agreement:
    """Whether printed parts sum to a printed total within the rounding of all of them.

    Parameters
    ----------
    parts : array_like, (..., K)
        As printed. NaN in one makes the sum unknown.
    total : array_like, (...)
        As printed: 100 for shares in per cent, with no half of its own.
    part_half : array_like, broadcast with parts
        Half a unit of the last printed place.
    total_half : array_like, (...)

    Returns
    -------
    Agreement
        The range of the sum.

    Raises
    ------
    MeasureError
        For parts without an axis, or a half below 0.

    Interpretation
    --------------
    "The groups add up to 3,107,494, as the total says."

    Do not use when
    ---------------
    People can be in several parts, or a part was left out on purpose.
    """
    p, whole = as_floats("parts", parts), as_floats("total", total)
    if p.ndim == 0:
        raise MeasureError("parts are needed along the last axis")
    h, i = np.broadcast_to(_halves("part_half", part_half), p.shape), _halves("total_half", total_half)
    middle, spread = p.sum(axis=-1), h.sum(axis=-1)
    whole, i, middle, spread = np.broadcast_arrays(whole, i, middle, spread)
    return _agreement(whole, i, middle - spread, middle + spread)
