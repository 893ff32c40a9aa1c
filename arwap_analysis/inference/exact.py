"""Exact tests of two groups: Fisher's, Barnard's and Boschloo's, and of two Poisson rates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, as_counts, as_two_groups, check_confidence
from arwap_analysis.inference.association import TestResult

__all__ = ["barnard_exact_test", "boschloo_exact_test", "fisher_exact_test", "poisson_rate_test"]

_MOST = 10**9


def fisher_exact_test(table: ArrayLike, *, confidence: float = 0.95) -> Comparison:
    """Fisher's exact test of a two-by-two table, with the conditional odds ratio and its exact interval.

    Parameters
    ----------
    table : array_like, (2, 2)
        Whole counts: rows are groups, columns outcome and not. One table, because the conditional odds ratio
        has to be searched for.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        The conditional maximum-likelihood odds ratio (not the sample one); `p_value` sums all tables that
        are as likely or less likely. No standard error.

    Raises
    ------
    MeasureError
        For another shape, or counts that are not whole.

    References
    ----------
    Fisher R (1935), JRSS 98:39-82, doi:10.2307/2342435.
    """
    from scipy import stats

    whole = _two_by_two(table)
    found = stats.contingency.odds_ratio(whole, kind="conditional")
    limits = found.confidence_interval(check_confidence(confidence))
    p_value = stats.fisher_exact(whole)[1]
    estimate = found.statistic if np.isfinite(found.statistic) else np.nan
    value, low, high, none = np.asarray([estimate, limits.low, limits.high, np.nan])
    return Comparison(value, low, high, none, confidence, "Fisher's exact, conditional odds ratio", p_value)


def barnard_exact_test(table: ArrayLike) -> TestResult:
    """Barnard's unconditional exact test of equal proportions in two groups.

    Only the size of each group is fixed, so it finds differences in small tables that Fisher's test misses.

    Parameters
    ----------
    table : array_like, (2, 2)
        Whole counts: rows are groups, columns outcome and not. One table: the p-value is a maximum over the
        unknown common proportion, which has to be searched for.

    Returns
    -------
    TestResult
        The pooled score statistic (signed, row one less row two) and the two-sided p-value. NaN when a group
        has nobody in it, or when everybody or nobody has the outcome.

    Raises
    ------
    MeasureError
        For another shape, or counts that are not whole.

    Interpretation
    --------------
    "Even in groups this small, a gap as wide would be rare if the groups did not differ."

    Do not use when
    ---------------
    Both margins were fixed by design, or counts are in the thousands (slow; use `chi_squared_test`).

    References
    ----------
    Barnard G (1945), Nature 156:177, doi:10.1038/156177a0; computed by scipy.stats.barnard_exact.
    """
    from scipy import stats

    whole = _two_by_two(table)
    # scipy takes the groups as columns.
    found = stats.barnard_exact(whole.T) if _varies(whole) else None
    return _result(found, "Barnard's unconditional exact test, pooled score")


def boschloo_exact_test(table: ArrayLike) -> TestResult:
    """Boschloo's unconditional exact test: Fisher's p-value as the statistic, so never less powerful than Fisher's.

    Parameters, Returns and Raises are those of `barnard_exact_test`; the statistic is Fisher's p-value.

    References
    ----------
    Boschloo R (1970), Statistica Neerlandica 24:1-9, doi:10.1111/j.1467-9574.1970.tb00104.x; computed by
    scipy.stats.boschloo_exact.
    """
    from scipy import stats

    whole = _two_by_two(table)
    found = stats.boschloo_exact(whole.T) if _varies(whole) else None
    return _result(found, "Boschloo's unconditional exact test")


def _two_by_two(table: ArrayLike) -> np.ndarray:
    """Check one table of whole counts."""
    counts = as_counts("table", table)
    if counts.shape != (2, 2) or np.any(np.isnan(counts)) or np.any(counts != np.round(counts)):
        raise MeasureError("table must be two by two with whole counts")
    if counts.sum() > _MOST:
        raise MeasureError(f"an exact test of more than {_MOST:,} people is out of reach; use chi_squared_test")
    return counts.astype(int)


def _varies(whole: np.ndarray) -> bool:
    """Whether both groups hold people and both outcomes occur."""
    return bool(np.all(whole.sum(axis=0) > 0) and np.all(whole.sum(axis=1) > 0))


def _result(found: Any, method: str) -> TestResult:
    """Bring scipy's result to ours; NaN where there was nothing to test."""
    statistic, p_value = (np.nan, np.nan) if found is None else (found.statistic, found.pvalue)
    return TestResult(np.asarray(statistic), np.asarray(np.nan), np.asarray(p_value), method)


def poisson_rate_test(
    numerator: ArrayLike, denominator: ArrayLike, *, reference_numerator: ArrayLike, reference_denominator: ArrayLike
) -> FloatArray:
    """P-value of equal rates by the minimum-likelihood rule, as R's poisson.test gives it.

    Given all events, those of the group are binomial; the p-value sums all splits that are as likely as the
    one seen, or less. `measures.rate_ratio` gives the central p-value instead, which never disagrees with its
    interval as this one can.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `measures.rate_ratio`; whole counts.

    Returns
    -------
    array, (...)
        NaN where a count is not known or a denominator is 0.

    Raises
    ------
    MeasureError
        For negative counts or counts that are not whole.

    References
    ----------
    Fay M (2010), Biostatistics 11:373-374, doi:10.1093/biostatistics/kxp050.
    """
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    known = ~np.isnan(a + n + b + m)
    if np.any((a != np.round(a)) & ~np.isnan(a)) or np.any((b != np.round(b)) & ~np.isnan(b)):
        raise MeasureError("an exact test needs whole counts")
    x, total = np.where(known, a, 0.0), np.where(known, a + b, 0.0)
    share = np.where(known, n / np.where(known, n + m, 1.0), 0.5)
    return np.where(known, _minimum_likelihood(x, total, share), np.nan)


def _minimum_likelihood(x: FloatArray, total: FloatArray, share: FloatArray) -> FloatArray:
    """Sum of the binomial probabilities that are not above that of x, by bisection for the other end."""

    def log_pmf(k: FloatArray) -> FloatArray:
        log_choose = special.gammaln(total + 1) - special.gammaln(k + 1) - special.gammaln(total - k + 1)
        return np.asarray(log_choose + special.xlogy(k, share) + special.xlog1py(total - k, -share))

    level = log_pmf(x) + 1e-7  # R's relative tolerance for "as likely"
    mode = np.minimum(np.floor((total + 1) * share), total)
    below = x < mode
    # Beyond the mode probabilities fall, so the first one at or below the level can be bisected for.
    near, far = mode.copy(), np.where(below, total + 1, -1.0)
    for _ in range(64):
        middle = np.where(below, np.floor((near + far) / 2), np.ceil((near + far) / 2))
        unlikely = log_pmf(np.clip(middle, 0, total)) <= level
        inside = np.abs(far - near) > 1
        far = np.where(inside & unlikely, middle, far)
        near = np.where(inside & ~unlikely, middle, near)
    lower_end = np.where(below, x, far)
    upper_end = np.where(below, far, x)
    # P(X <= lower_end) and P(X >= upper_end), by the incomplete beta function.
    low_end, high_end = np.maximum(lower_end, 0), np.clip(upper_end, 1, np.maximum(total, 1))
    lower = special.betaincc(low_end + 1, np.maximum(total - low_end, 1e-300), share)
    lower = np.where(lower_end < 0, 0.0, np.where(lower_end >= total, 1.0, lower))
    upper = special.betainc(high_end, total - high_end + 1, share)
    upper = np.where(upper_end > total, 0.0, np.where(upper_end <= 0, 1.0, upper))
    p_value = np.where((x == mode) | (log_pmf(mode) <= level), 1.0, np.minimum(lower + upper, 1.0))
    return np.where(total == 0, 1.0, p_value)
