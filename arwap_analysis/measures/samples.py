"""Means, medians and other quantiles of values measured on people, with their intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_floats, check_confidence
from arwap_analysis.registry import measure

__all__ = ["sample_mean", "sample_quantile"]


@measure(
    "sample_mean", scale="level", label_en="Mean", label_cy="Cymedr", inputs=("value",), reference="Student (1908)"
)
def sample_mean(value: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Mean of values along the last axis, with Student's t interval.

    Parameters
    ----------
    value : array_like, (..., N)
        NaN = not known, left out.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (...), in the unit of the values. NaN without values; no interval with one.

    Raises
    ------
    MeasureError
        For infinite values or a confidence outside 0 to 1.

    Interpretation
    --------------
    "The average was 51.1."

    Do not use when
    ---------------
    Values are few and skewed, such as pay: give the median too.

    References
    ----------
    Student (1908), Biometrika 6:1-25, doi:10.1093/biomet/6.1.1.
    """
    x = as_floats("value", value)
    if x.ndim == 0 or np.any(np.isinf(x)):
        raise MeasureError("value needs finite numbers along the last axis; use NaN where one is not known")
    known = ~np.isnan(x)
    n = known.sum(axis=-1).astype(float)
    values = x if known.all() else np.where(known, x, 0.0)
    mean = values.sum(axis=-1) / np.where(n > 0, n, np.nan)
    away = values - mean[..., None]
    if values is not x:
        away = np.where(known, away, 0.0)
    df = np.where(n > 1, n - 1, np.nan)
    error = np.sqrt(np.einsum("...i,...i->...", away, away) / df / n)
    # Rows share few sizes, and the quantile of t is slow.
    sizes, which = np.unique(df, return_inverse=True)
    t = special.stdtrit(sizes, (1 + check_confidence(confidence)) / 2)[which.reshape(df.shape)]
    return Estimate(mean, mean - t * error, mean + t * error, error, confidence, "Student's t")


@measure(
    "sample_quantile",
    scale="level",
    label_en="Median or other quantile",
    label_cy="Canolrif neu gwantel arall",
    inputs=("value",),
    reference="David and Nagaraja (2003), section 7.1",
)
def sample_quantile(value: ArrayLike, *, quantile: float = 0.5, confidence: float = 0.95) -> Estimate:
    """Median, or another quantile, of values along the last axis, with an interval that assumes no distribution.

    Parameters
    ----------
    value : array_like, (..., N)
        NaN = not known, left out.
    quantile : float
        Between 0 and 1; 0.5 is the median.
    confidence : float
        Least coverage of the interval.

    Returns
    -------
    Estimate
        (...), in the unit of the values: R's type 7, and two of the values as limits, chosen by the binomial
        distribution so that each tail holds at most half of what is left. A limit is NaN where so few values
        cannot give one (fewer than 6 for a 95% interval of the median). No standard error.

    Raises
    ------
    MeasureError
        For infinite values, or a quantile or confidence outside 0 to 1.

    Interpretation
    --------------
    "Half of them waited 42 days or more (95% interval 38 to 47)."

    Do not use when
    ---------------
    Values are rounded so much that many tie, or come from a weighted survey.

    References
    ----------
    David H, Nagaraja H (2003), Order statistics, 3rd ed., Wiley, section 7.1; Hyndman R, Fan Y (1996), The
    American Statistician 50:361-365, doi:10.1080/00031305.1996.10473566.
    """
    x = as_floats("value", value)
    if x.ndim == 0 or np.any(np.isinf(x)):
        raise MeasureError("value needs finite numbers along the last axis; use NaN where one is not known")
    if not 0 < quantile < 1:
        raise MeasureError(f"quantile must lie between 0 and 1, for example 0.5; got {quantile}")
    ranked = np.sort(x, axis=-1)  # NaN goes last
    n = (~np.isnan(x)).sum(axis=-1).astype(float)
    place = np.maximum(n - 1, 0) * quantile
    below, share = np.floor(place), place - np.floor(place)
    at, following = _order_statistic(ranked, below + 1, n), _order_statistic(ranked, np.ceil(place) + 1, n)
    tail = (1 - check_confidence(confidence)) / 2
    # Rows share few sizes, and the binomial quantile is slow.
    sizes, which = np.unique(n, return_inverse=True)
    which = which.reshape(n.shape)
    first, last = _outer_rank(tail, sizes, quantile)[which], n + 1 - _outer_rank(tail, sizes, 1 - quantile)[which]
    # The estimate lies between two values, which ranks far out can both pass.
    first, last = np.minimum(first, below + 1), np.maximum(last, np.ceil(place) + 1)
    nothing = np.full(n.shape, np.nan)
    return Estimate(
        at + share * (following - at),
        _order_statistic(ranked, first, n),
        _order_statistic(ranked, last, n),
        nothing,
        confidence,
        "order statistics, no distribution assumed",
    )


def _outer_rank(tail: float, n: FloatArray, quantile: float) -> FloatArray:
    """Largest rank r with P(X <= r - 1) <= `tail` for X binomial(n, `quantile`); 0 where there is none."""
    size = np.maximum(n, 1)
    below = np.floor(special.bdtrik(tail, size, quantile) + 1e-9)
    # P(X <= below), by the incomplete beta function.
    reached = special.betaincc(below + 1, np.maximum(size - below, 1e-300), quantile)
    return np.where(reached <= tail * (1 + 1e-12), below + 1, 0.0)


def _order_statistic(ranked: FloatArray, rank: FloatArray, n: FloatArray) -> FloatArray:
    """Return the value of a rank counted from 1, NaN where there is no such value."""
    there = (rank >= 1) & (rank <= n)
    position = np.where(there, rank - 1, 0).astype(int)
    if ranked.shape[-1] == 0:
        return np.full(n.shape, np.nan)
    return np.where(there, np.take_along_axis(ranked, position[..., None], axis=-1)[..., 0], np.nan)
