"""Decisions over many comparisons at once: p-values adjusted for their number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats

__all__ = ["ADJUSTMENTS", "adjust_p_values"]

ADJUSTMENTS = ("none", "holm", "bh", "by", "hommel")


def adjust_p_values(p_values: ArrayLike, *, method: str = "holm") -> FloatArray:
    """Adjusted p-values of families of tests: one family along the last axis.

    Parameters
    ----------
    p_values : array_like, (..., M)
        Two-sided p-values, 0 to 1. NaN = no test: it stays NaN and does not count in its family.
    method : {"holm", "bh", "by", "hommel", "none"}
        Holm and Hommel hold the chance of any false alarm in the family; BH (independent or positively
        dependent tests) and BY (any dependence) hold the expected share of false alarms among the findings.

    Returns
    -------
    array, (..., M)
        Compare each with the family's level; never below the p-value given.

    Raises
    ------
    MeasureError
        For values outside 0 to 1 or an unknown method.

    Interpretation
    --------------
    "With four groups compared, a gap counts as clear only if it would be rare even as the largest of four."

    Do not use when
    ---------------
    One comparison was planned beforehand and stands alone.

    References
    ----------
    Holm S (1979), Scand J Stat 6:65-70; Hommel G (1988), Biometrika 75:383-386, doi:10.1093/biomet/75.2.383;
    Benjamini Y, Hochberg Y (1995), JRSS B 57:289-300, doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini Y,
    Yekutieli D (2001), Annals of Statistics 29:1165-1188, doi:10.1214/aos/1013699998.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03]).round(2)
    array([0.03, 0.06, 0.06])
    """
    p = as_floats("p_values", p_values)
    if p.ndim == 0:
        raise MeasureError("p_values need a family along the last axis; one value alone needs no adjustment")
    if np.any((p < 0) | (p > 1)):
        raise MeasureError("p-values must lie between 0 and 1")
    if method not in ADJUSTMENTS:
        raise MeasureError(f"method must be one of {', '.join(ADJUSTMENTS)}; got '{method}'")
    if method == "none" or p.size == 0:
        return p.copy()
    order = np.argsort(p, axis=-1, kind="stable")  # NaN sorts last
    ranked = np.take_along_axis(p, order, axis=-1)
    tests = np.sum(~np.isnan(p), axis=-1, keepdims=True).astype(float)
    rank = np.arange(1, p.shape[-1] + 1, dtype=float)
    if method == "holm":
        adjusted = np.maximum.accumulate(ranked * np.maximum(tests - rank + 1, 1), axis=-1)
    elif method == "hommel":
        adjusted = _hommel(ranked, tests)
    else:
        # BY pays for any dependence with the harmonic sum over the tests of the family.
        harmonic = np.concatenate([[0.0], np.cumsum(1 / rank)])[tests.astype(int)] if method == "by" else 1.0
        filled = np.where(np.isnan(ranked), np.inf, ranked * tests * harmonic / rank)
        adjusted = np.minimum.accumulate(filled[..., ::-1], axis=-1)[..., ::-1]
    adjusted = np.where(np.isnan(ranked), np.nan, np.minimum(adjusted, 1.0))
    result = np.empty_like(adjusted)
    np.put_along_axis(result, order, adjusted, axis=-1)
    return result


def _hommel(ranked: FloatArray, tests: FloatArray) -> FloatArray:
    """Hommel's adjustment of sorted p-values, all families at once; the loop is over the size of subsets."""
    width = ranked.shape[-1]
    rank = np.arange(1, width + 1, dtype=float)
    p = np.where(np.isnan(ranked), np.inf, ranked)
    tests = np.maximum(tests, 1.0)  # a family without a test has nothing but NaN to return
    simes = np.min(p * tests / rank, axis=-1, keepdims=True)
    adjusted = np.broadcast_to(simes, p.shape).copy()
    for size in range(width - 1, 1, -1):
        # Of a family of `tests`, the `size` largest stand at the ranks above tests - size; the first of them
        # takes part through its own Simes term, the others through the least of theirs.
        place = rank - (tests - size)
        others = (place >= 2) & (rank <= tests)
        least = np.min(np.where(others, size * p / np.where(others, place, 1.0), np.inf), axis=-1, keepdims=True)
        local = np.minimum(size * p, least)
        first = np.min(np.where(place == 1, local, np.inf), axis=-1, keepdims=True)
        adjusted = np.where(size < tests, np.maximum(adjusted, np.where(others, first, local)), adjusted)
    return np.maximum(adjusted, p)
