"""Tests of association: two groups, many strata, and a trend in proportions; all tables at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_denominators, as_floats, freeze_arrays

__all__ = [
    "TestResult",
    "chi_squared_test",
    "g_test",
    "trend_in_proportions",
]


@dataclass(frozen=True, eq=False)
class TestResult:
    """A test: statistic, degrees of freedom and p-value, (...,) arrays, NaN where the test is not defined."""

    __test__ = False  # not a test of pytest's

    statistic: FloatArray = field(metadata={"array": True})
    df: FloatArray = field(metadata={"array": True})
    p_value: FloatArray = field(metadata={"array": True})
    method: str = ""

    def __post_init__(self) -> None:
        freeze_arrays(self)


def _expected(table: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the counts, those expected without association, and the degrees of freedom of non-empty margins."""
    counts = as_counts("table", table)
    if counts.ndim < 2:
        raise MeasureError("table needs rows and columns on its last two axes")
    rows, columns = counts.sum(axis=-1, keepdims=True), counts.sum(axis=-2, keepdims=True)
    total = counts.sum(axis=(-2, -1), keepdims=True)
    expected = rows * columns / np.where(total > 0, total, np.nan)
    filled = (rows > 0).sum(axis=(-2, -1)), (columns > 0).sum(axis=(-2, -1))
    df = (np.maximum(filled[0], 1) - 1.0) * (np.maximum(filled[1], 1) - 1.0)
    return counts, expected, np.where((df > 0) & ~np.isnan(total[..., 0, 0]), df, np.nan)


def chi_squared_test(table: ArrayLike) -> TestResult:
    """Pearson's chi-squared test of no association, without continuity correction.

    Parameters
    ----------
    table : array_like, (..., R, C)
        Counts. NaN anywhere makes the test NaN; empty rows and columns are left out.

    Returns
    -------
    TestResult
        For a two-by-two table the statistic is the squared score statistic of equal proportions.

    Raises
    ------
    MeasureError
        For negative counts or fewer than two axes.

    Interpretation
    --------------
    "Differences as large as these would be rare if the groups did not differ."

    Do not use when
    ---------------
    Expected counts are below some five: use `fisher_exact_test`.

    References
    ----------
    Pearson K (1900), Philosophical Magazine 50:157-175, doi:10.1080/14786440009463897.
    """
    counts, expected, df = _expected(table)
    safe = np.where(expected > 0, expected, 1.0)
    statistic = np.where(
        np.isnan(df), np.nan, ((counts - np.where(expected > 0, expected, 0)) ** 2 / safe).sum(axis=(-2, -1))
    )
    return TestResult(statistic, df, special.chdtrc(df, statistic), "Pearson's chi-squared")


def g_test(table: ArrayLike) -> TestResult:
    """Likelihood-ratio (G) test of no association: 2 times the sum of O ln(O/E).

    Parameters, Returns and Raises are those of `chi_squared_test`.

    References
    ----------
    Wilks S (1935), Annals of Mathematical Statistics 6:190-196, doi:10.1214/aoms/1177732564.
    """
    counts, expected, df = _expected(table)
    ratio = counts / np.where(expected > 0, expected, 1.0)
    statistic = np.where(np.isnan(df), np.nan, 2 * special.xlogy(counts, ratio).sum(axis=(-2, -1)))
    return TestResult(statistic, df, special.chdtrc(df, np.maximum(statistic, 0)), "likelihood ratio (G)")


def trend_in_proportions(numerator: ArrayLike, denominator: ArrayLike, *, score: ArrayLike) -> TestResult:
    """Chi-squared test of a linear trend in proportions along the last axis (Cochran-Armitage).

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        People with the outcome, and all people, in ordered groups. NaN leaves a group out.
    score : array_like, (G,)
        Score of each group.

    Returns
    -------
    TestResult
        (...), one degree of freedom, as R's prop.trend.test.

    Raises
    ------
    MeasureError
        For counts that are negative, or numerators over their denominators.

    Interpretation
    --------------
    "The share rises along the scale more steadily than chance would make it."

    Do not use when
    ---------------
    Groups have no order.

    References
    ----------
    Armitage P (1955), Biometrics 11:375-386, doi:10.2307/3001775.
    """
    x, n = np.broadcast_arrays(as_counts("numerator", numerator), as_denominators("denominator", denominator))
    if np.any(x > n):
        raise MeasureError("numerator must not be larger than denominator")
    known = ~np.isnan(x + n)
    x, n = np.where(known, x, 0.0), np.where(known, n, 0.0)
    t = np.broadcast_to(as_floats("score", score), x.shape)
    total = n.sum(axis=-1)
    total = np.where(total > 0, total, np.nan)
    share = x.sum(axis=-1) / total
    centre = (n * t).sum(axis=-1) / total
    spread = (n * (t - centre[..., None]) ** 2).sum(axis=-1)
    away = ((x - n * share[..., None]) * t).sum(axis=-1)
    reach = np.max(np.abs(np.where(n > 0, t, 0.0)), axis=-1, initial=0.0)
    spread = np.where(spread > 1e-12 * total * reach**2, spread, np.nan)  # one score only, but for rounding
    variance = share * (1 - share) * spread
    statistic = away**2 / np.where(variance > 0, variance, np.nan)
    return TestResult(
        statistic,
        np.ones_like(statistic),
        special.chdtrc(1.0, statistic),
        "chi-squared for linear trend in proportions",
    )
