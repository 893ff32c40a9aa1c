"""Two groups over many strata: a common odds or rate ratio, and whether it is common."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, as_counts, as_two_groups, normal_quantile
from arwap_analysis.inference.association import TestResult

__all__ = [
    "breslow_day_test",
    "cochran_mantel_haenszel_test",
    "common_rate_ratio",
    "homogeneity_of_rate_ratios",
    "mantel_haenszel_odds_ratio",
]

_ITERATIONS = 60


def _strata(tables: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the four cells and the total of (..., K, 2, 2) tables; strata with NaN, or empty, weigh nothing."""
    counts = as_counts("tables", tables)
    if counts.ndim < 3 or counts.shape[-2:] != (2, 2):
        raise MeasureError("tables must be (..., strata, 2, 2)")
    # A stratum that is not wholly known says nothing, like one without people.
    counts = np.where(np.isnan(counts).any(axis=(-2, -1), keepdims=True), 0.0, counts)
    a, b, c, d = counts[..., 0, 0], counts[..., 0, 1], counts[..., 1, 0], counts[..., 1, 1]
    return a, b, c, d, a + b + c + d


def cochran_mantel_haenszel_test(tables: ArrayLike, *, correction: bool = False) -> TestResult:
    """Cochran-Mantel-Haenszel test of no association within strata.

    Parameters
    ----------
    tables : array_like, (..., K, 2, 2)
        Counts of each stratum. NaN leaves a stratum out.
    correction : bool
        Yates's continuity correction as R's mantelhaen.test has it by default: one half is taken off, but nothing
        where the difference is below one half (so a difference of 0.4 can count for more than one of 0.6).

    Returns
    -------
    TestResult
        (...), one degree of freedom.

    Raises
    ------
    MeasureError
        For another shape or negative counts.

    Interpretation
    --------------
    "Within departments, admission did not differ between the groups."

    Do not use when
    ---------------
    The association differs in direction between strata: the effects cancel; see `breslow_day_test`.

    References
    ----------
    Mantel N, Haenszel W (1959), JNCI 22:719-748.
    """
    a, b, c, d, n = _strata(tables)
    safe = np.where(n > 1, n, 2.0)
    expected = (a + b) * (a + c) / safe
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (safe**2 * (safe - 1))
    used = n > 1
    away = np.abs(np.where(used, a - expected, 0.0).sum(axis=-1))
    if correction:
        away = np.where(away >= 0.5, away - 0.5, away)
    total = np.where(used, variance, 0.0).sum(axis=-1)
    statistic = away**2 / np.where(total > 0, total, np.nan)
    return TestResult(statistic, np.ones_like(statistic), special.chdtrc(1.0, statistic), "Cochran-Mantel-Haenszel")


def mantel_haenszel_odds_ratio(tables: ArrayLike, *, confidence: float = 0.95) -> Comparison:
    """Odds ratio common to all strata (Mantel-Haenszel), with the Robins-Breslow-Greenland variance.

    Parameters
    ----------
    tables : array_like, (..., K, 2, 2)
        Counts of each stratum. NaN leaves a stratum out.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        (...). `standard_error` is that of the log odds ratio; `p_value` is the Cochran-Mantel-Haenszel one.
        NaN where either sum of cross-products is 0.

    Raises
    ------
    MeasureError
        For another shape or negative counts.

    Interpretation
    --------------
    "Within strata, the odds were 0.90 times as high."

    Do not use when
    ---------------
    The odds ratio clearly differs between strata.

    References
    ----------
    Robins J, Breslow N, Greenland S (1986), Biometrics 42:311-323, doi:10.2307/2531052.
    """
    a, b, c, d, n = _strata(tables)
    weight = 1 / np.where(n > 0, n, np.inf)
    r, s = a * d * weight, b * c * weight
    p, q = (a + d) * weight, (b + c) * weight
    r_sum, s_sum = r.sum(axis=-1), s.sum(axis=-1)
    r_sum, s_sum = np.where(r_sum > 0, r_sum, np.nan), np.where(s_sum > 0, s_sum, np.nan)
    variance = (
        (p * r).sum(axis=-1) / (2 * r_sum**2)
        + (p * s + q * r).sum(axis=-1) / (2 * r_sum * s_sum)
        + (q * s).sum(axis=-1) / (2 * s_sum**2)
    )
    ratio, error = r_sum / s_sum, np.sqrt(variance)
    z = normal_quantile(confidence)
    return Comparison(
        ratio,
        ratio * np.exp(-z * error),
        ratio * np.exp(z * error),
        error,
        confidence,
        "Mantel-Haenszel, Robins-Breslow-Greenland variance",
        cochran_mantel_haenszel_test(tables).p_value,
    )


def breslow_day_test(tables: ArrayLike) -> TestResult:
    """Breslow-Day test, with Tarone's correction, that the odds ratio is the same in all strata.

    Parameters and Raises are those of `cochran_mantel_haenszel_test`.

    Returns
    -------
    TestResult
        (...), with one degree of freedom less than strata that have all four margins.

    Interpretation
    --------------
    "The gap differs between areas more than chance explains."

    Do not use when
    ---------------
    Strata are small (expected cells below some five).

    References
    ----------
    Breslow N, Day N (1980), Statistical methods in cancer research I, IARC, eq. 4.30; Tarone R (1985),
    Biometrika 72:91-95, doi:10.1093/biomet/72.1.91.
    """
    a, b, c, d, n = _strata(tables)
    ratio = mantel_haenszel_odds_ratio(tables).estimate[..., None]
    used = ((a + b) > 0) & ((c + d) > 0) & ((a + c) > 0) & ((b + d) > 0)
    rows, columns = a + b, a + c
    # The count that gives this stratum the common odds ratio solves a quadratic (linear when the ratio is 1).
    quadratic, linear = 1 - ratio, n - rows - columns + ratio * (rows + columns)
    constant = -ratio * rows * columns
    root = np.sqrt(np.maximum(linear**2 - 4 * quadratic * constant, 0))
    fitted = np.where(used, -2 * constant / np.where(linear + root == 0, np.nan, linear + root), np.nan)
    inverse = 1 / fitted + 1 / (rows - fitted) + 1 / (columns - fitted) + 1 / (n - rows - columns + fitted)
    variance = np.where(used, 1 / inverse, 0.0)
    away = np.where(used, a - fitted, 0.0)
    statistic = np.where(used, away**2 / np.where(used, variance, 1.0), 0.0).sum(axis=-1)
    spread = variance.sum(axis=-1)
    statistic = statistic - away.sum(axis=-1) ** 2 / np.where(spread > 0, spread, np.nan)
    df = used.sum(axis=-1) - 1.0
    df = np.where((df > 0) & ~np.isnan(ratio[..., 0]), df, np.nan)
    return TestResult(
        np.where(np.isnan(df), np.nan, statistic),
        df,
        special.chdtrc(df, statistic),
        "Breslow-Day with Tarone's correction",
    )


def _conditional(
    numerator: ArrayLike, denominator: ArrayLike, reference_numerator: ArrayLike, reference_denominator: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the group's events, all events, and the log odds of a split at equal rates, of each stratum.

    Strata with NaN, or without events, get no events: they say nothing of the ratio.
    """
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    if a.ndim == 0:
        raise MeasureError("strata are needed on the last axis")
    known = ~np.isnan(a + n + b + m)
    offset = np.log(np.where(known, n, 1.0)) - np.log(np.where(known, m, 1.0))
    return np.where(known, a, 0.0), np.where(known, a + b, 0.0), offset


def _common_log_ratio(events: FloatArray, total: FloatArray, offset: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Maximise the binomial likelihood of one log ratio for all strata; NaN where all events fall on one side."""
    all_events, everything = events.sum(axis=-1), total.sum(axis=-1)
    usable = (all_events > 0) & (all_events < everything)
    log_ratio = np.zeros(all_events.shape)
    for _ in range(_ITERATIONS):
        share = special.expit(offset + log_ratio[..., None])
        information = np.where(usable, (total * share * (1 - share)).sum(axis=-1), 1.0)
        away = np.where(usable, all_events - (total * share).sum(axis=-1), 0.0)
        step = away / np.where(information > 0, information, 1.0)
        log_ratio = log_ratio + np.clip(step, -1.0, 1.0)
        if np.all(np.abs(step) < 1e-12):
            break
    usable = usable & (np.abs(step) < 1e-6)
    return np.where(usable, log_ratio, np.nan), np.where(usable, information, np.nan)


def common_rate_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
) -> Comparison:
    """Rate ratio common to all strata: conditional maximum likelihood, given the events of each stratum.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (..., K)
        As in `measures.rate_ratio`, strata (areas, ages) on the last axis. NaN leaves a stratum out.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        (...); `standard_error` is that of the log ratio. NaN where all events are on one side.

    Raises
    ------
    MeasureError
        For negative counts.

    Interpretation
    --------------
    "Within areas, the rate was 1.8 times as high."

    Do not use when
    ---------------
    The ratio clearly differs between strata: see `homogeneity_of_rate_ratios`.

    References
    ----------
    Breslow N, Day N (1987), Statistical methods in cancer research II, IARC, section 3.4.
    """
    log_ratio, information = _common_log_ratio(
        *_conditional(numerator, denominator, reference_numerator, reference_denominator)
    )
    error = 1 / np.sqrt(information)
    z = normal_quantile(confidence)
    return Comparison(
        np.exp(log_ratio),
        np.exp(log_ratio - z * error),
        np.exp(log_ratio + z * error),
        error,
        confidence,
        "conditional maximum likelihood over strata, Wald on the log scale",
        2 * special.ndtr(-np.abs(log_ratio / error)),
    )


def homogeneity_of_rate_ratios(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
) -> TestResult:
    """Likelihood-ratio test that the rate ratio is the same in all strata (areas).

    Parameters and Raises are those of `common_rate_ratio`.

    Returns
    -------
    TestResult
        (...), with one degree of freedom less than strata with events. NaN with fewer than two.

    Interpretation
    --------------
    "The gap differs between areas by more than chance makes it."

    Do not use when
    ---------------
    Strata have few events (below some five expected on each side): the chi-squared law then fails.

    References
    ----------
    Breslow N, Day N (1987), Statistical methods in cancer research II, IARC, section 3.5.
    """
    events, total, offset = _conditional(numerator, denominator, reference_numerator, reference_denominator)
    log_ratio, _ = _common_log_ratio(events, total, offset)
    fitted = total * special.expit(offset + log_ratio[..., None])
    used = total > 0
    safe = np.where(used & ~np.isnan(fitted), fitted, 1.0)
    others = np.where(used & ~np.isnan(fitted), total - fitted, 1.0)
    statistic = 2 * (
        special.xlogy(events, events / safe) + special.xlogy(total - events, (total - events) / others)
    ).sum(axis=-1)
    df = used.sum(axis=-1) - 1.0
    df = np.where((df > 0) & ~np.isnan(log_ratio), df, np.nan)
    statistic = np.where(np.isnan(df), np.nan, np.maximum(statistic, 0.0))
    return TestResult(statistic, df, special.chdtrc(df, statistic), "likelihood ratio of one rate ratio against many")
