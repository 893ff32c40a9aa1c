"""Disparities of proportions against a reference group: difference, ratio and odds ratio."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, TwoGroups, as_two_groups, check_confidence
from arwap_analysis.measures.rates import proportion_limits
from arwap_analysis.measures.score import difference_score, odds_ratio_limits, ratio_limits, score_limits
from arwap_analysis.registry import measure

__all__ = ["odds_ratio", "percentage_point_gap", "proportion_difference", "proportion_ratio"]

_INPUTS = ("numerator", "denominator", "reference_numerator", "reference_denominator")


def _counts(
    numerator: ArrayLike, denominator: ArrayLike, reference_numerator: ArrayLike, reference_denominator: ArrayLike
) -> TwoGroups:
    """Check the four arrays and bring them to one shape: a of n, b of m; NaN in one makes the pair NaN."""
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    if np.any(a > n) or np.any(b > m):
        raise MeasureError(
            "a numerator is larger than its denominator, so it is not a proportion; use rate_ratio and rate_difference"
        )
    known = ~np.isnan(a + n + b + m)
    a, n, b, m = (np.where(known, array, np.nan) for array in (a, n, b, m))
    return a, n, b, m


def _choose(method: str, methods: dict[str, str]) -> str:
    if method not in methods:
        raise MeasureError(f"method must be one of {', '.join(methods)}; got '{method}'")
    return methods[method]


def _two_sided(z: FloatArray) -> FloatArray:
    return np.asarray(2 * special.ndtr(-np.abs(z)))


def _score_p_value(
    a: FloatArray, n: FloatArray, b: FloatArray, m: FloatArray, *, corrected: bool = False
) -> FloatArray:
    """P-value of equal proportions by the pooled score; 1 where both are 0 or both 1.

    Pearson's chi-squared, or with Miettinen and Nurminen's factor N / (N - 1) in the variance.
    """
    total = n + m
    pooled = (a + b) / total
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if corrected:
        error = error * np.sqrt(total / np.where(total > 1, total - 1, np.nan))
    z = (a / n - b / m) / np.where(error > 0, error, np.nan)
    return np.where(error == 0, 1.0, _two_sided(z))


_DIFFERENCE_METHODS = {
    "newcombe": "Newcombe's hybrid of Wilson limits; score p-value",
    "miettinen_nurminen": "Miettinen-Nurminen score",
    "wald": "Wald",
}


@measure(
    "proportion_difference",
    scale="absolute",
    label_en="Difference in proportions",
    label_cy="Gwahaniaeth mewn cyfrannau",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Newcombe (1998); Miettinen and Nurminen (1985)",
)
def proportion_difference(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
    method: str = "newcombe",
) -> Comparison:
    """Difference in proportions: a/n of the group less b/m of the reference group.

    Parameters
    ----------
    numerator, denominator : array_like, (...)
        People with the outcome, and all people, of the group. NaN = not known.
    reference_numerator, reference_denominator : array_like, broadcast with the group's
        The same of the reference group.
    confidence : float
        Nominal coverage of the interval.
    method : {"newcombe", "miettinen_nurminen", "wald"}
        Interval and p-value.

    Returns
    -------
    Comparison
        Between -1 and 1. NaN where a count is not known or a denominator is 0. "miettinen_nurminen" has no limits
        for more than ten million people, where its formula loses its digits.

    Raises
    ------
    MeasureError
        For negative counts, a numerator over its denominator, or an unknown method.

    Interpretation
    --------------
    "Of every 100 applicants, 6 fewer Black than White applicants were appointed."

    Do not use when
    ---------------
    The same people are in both groups, or samples are clustered; "wald" below some 30 people a group.

    References
    ----------
    Newcombe R (1998), Statistics in Medicine 17:873-890, method 10; Miettinen O, Nurminen M (1985), Statistics
    in Medicine 4:213-226, doi:10.1002/sim.4780040211.

    Examples
    --------
    >>> found = proportion_difference(56, 70, reference_numerator=48, reference_denominator=80)
    >>> found.estimate.round(3), found.lower.round(4), found.upper.round(4)
    (np.float64(0.2), np.float64(0.0524), np.float64(0.3339))
    """
    a, n, b, m = _counts(numerator, denominator, reference_numerator, reference_denominator)
    name = _choose(method, _DIFFERENCE_METHODS)
    alpha = 1 - check_confidence(confidence)
    p, q = a / n, b / m
    difference = p - q
    error = np.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    if method == "newcombe":
        p_low, p_high = proportion_limits(a, n, confidence=confidence, method="wilson")
        q_low, q_high = proportion_limits(b, m, confidence=confidence, method="wilson")
        lower, upper = difference - np.hypot(p - p_low, q_high - q), difference + np.hypot(p_high - p, q - q_low)
        p_value = _score_p_value(a, n, b, m)
    elif method == "miettinen_nurminen":
        lower, upper = score_limits(difference_score, (a, n, b, m), (-1.0, 1.0), alpha)
        p_value = _score_p_value(a, n, b, m, corrected=True)
    else:
        z = special.ndtri(1 - alpha / 2)
        lower, upper = difference - z * error, difference + z * error
        p_value = _two_sided(difference / np.where(error > 0, error, np.nan))
    return Comparison(difference, lower, upper, error, confidence, name, p_value)


@measure(
    "percentage_point_gap",
    scale="absolute",
    label_en="Percentage-point gap",
    label_cy="Bwlch mewn pwyntiau canran",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Newcombe (1998)",
)
def percentage_point_gap(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
    method: str = "newcombe",
) -> Comparison:
    """Percentage-point gap: the difference in proportions times 100.

    Parameters, Returns and Raises are those of `proportion_difference`, in percentage points.

    Interpretation
    --------------
    "The share appointed was 6 percentage points lower" - never "6% lower", which is a percentage gap.

    Do not use when
    ---------------
    Shares are tiny: 0.2 points can be a doubling; give the ratio too.

    References
    ----------
    Newcombe R (1998), Statistics in Medicine 17:873-890.
    """
    found = proportion_difference(
        numerator,
        denominator,
        reference_numerator=reference_numerator,
        reference_denominator=reference_denominator,
        confidence=confidence,
        method=method,
    )
    return found.times(100, method=f"{found.method}, in percentage points")


def _from_log(ratio: FloatArray, error: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Wald limits and p-value on the log scale; NaN where the log or its error has no value."""
    log_ratio = np.log(np.where((ratio > 0) & np.isfinite(error), ratio, np.nan))
    half = special.ndtri(1 - alpha / 2) * error
    p_value = _two_sided(log_ratio / np.where(error > 0, error, np.nan))
    return np.exp(log_ratio - half), np.exp(log_ratio + half), p_value


def _inverse(count: FloatArray) -> FloatArray:
    return 1 / np.where(count > 0, count, np.nan)


_RATIO_METHODS = {"koopman": "Koopman's score", "katz": "Katz log"}
_ODDS_METHODS = {"miettinen_nurminen": "Miettinen-Nurminen score", "woolf": "Woolf log"}
_LOG_METHODS = ("katz", "woolf")


def _ratio(
    counts: TwoGroups,
    ratio: FloatArray,
    error: FloatArray,
    limits: Callable[[TwoGroups, float], tuple[FloatArray, FloatArray]],
    method: str,
    name: str,
    confidence: float,
    *,
    corrected: bool,
) -> Comparison:
    """Interval of a ratio or odds ratio, by the score or on the log scale."""
    alpha = 1 - check_confidence(confidence)
    if method in _LOG_METHODS:
        lower, upper, p_value = _from_log(ratio, error, alpha)
        return Comparison(ratio, lower, upper, error, confidence, name, p_value)
    lower, upper = limits(counts, alpha)
    lower = np.where(ratio == 0, 0.0, np.where(np.isnan(ratio), np.nan, lower))
    upper = np.where(np.isnan(ratio), np.nan, upper)
    p_value = _score_p_value(*counts, corrected=corrected)
    return Comparison(ratio, lower, upper, error, confidence, name, p_value)


@measure(
    "proportion_ratio",
    scale="relative",
    label_en="Ratio of proportions",
    label_cy="Cymhareb cyfrannau",
    inputs=_INPUTS,
    null_value=1.0,
    reference="Koopman (1984); Katz and others (1978)",
)
def proportion_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
    method: str = "koopman",
) -> Comparison:
    """Ratio of proportions (risk ratio): (a/n) / (b/m).

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `proportion_difference`.
    confidence : float
        Nominal coverage of the interval.
    method : {"koopman", "katz"}
        Score interval, good for small groups, or the log interval.

    Returns
    -------
    Comparison
        `standard_error` is that of the log ratio, NaN when a count is 0. With nobody in the group the ratio
        is 0 with a finite upper limit ("koopman"). NaN where the reference has nobody with the outcome. The
        p-value of "koopman" is that of Pearson's chi-squared.

    Raises
    ------
    MeasureError
        For negative counts, a numerator over its denominator, or an unknown method.

    Interpretation
    --------------
    "Shortlisted Black applicants were 0.8 times as likely to be appointed as White ones."

    Do not use when
    ---------------
    Proportions are near 1: the ratio of the complement tells another story; give the difference.

    References
    ----------
    Koopman P (1984), Biometrics 40:513-517, doi:10.2307/2531405; Katz D and others (1978), Biometrics
    34:469-474, doi:10.2307/2530610.
    """
    counts = a, n, b, m = _counts(numerator, denominator, reference_numerator, reference_denominator)
    name = _choose(method, _RATIO_METHODS)
    ratio = a / n / np.where(b > 0, b / m, np.nan)
    error = np.sqrt(np.maximum(_inverse(a) - 1 / n + _inverse(b) - 1 / m, 0))
    return _ratio(counts, ratio, error, ratio_limits, method, name, confidence, corrected=False)


@measure(
    "odds_ratio",
    scale="relative",
    label_en="Odds ratio",
    label_cy="Cymhareb ods",
    inputs=_INPUTS,
    null_value=1.0,
    reference="Miettinen and Nurminen (1985); Woolf (1955)",
)
def odds_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
    method: str = "miettinen_nurminen",
) -> Comparison:
    """Odds ratio: a (m - b) / (b (n - a)).

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `proportion_difference`.
    confidence : float
        Nominal coverage of the interval.
    method : {"miettinen_nurminen", "woolf"}
        Score interval, or the log interval. The exact conditional one of a single table is in
        `inference.fisher_exact_test`.

    Returns
    -------
    Comparison
        `standard_error` is that of the log odds ratio, NaN when a cell is 0. NaN where the odds of the
        reference are 0, or those of either group have no value (everybody has the outcome).

    Raises
    ------
    MeasureError
        For negative counts, a numerator over its denominator, or an unknown method.

    Interpretation
    --------------
    "The odds of being admitted were 0.9 times as high." Odds are not chances: an odds ratio of 2 is twice the
    odds, and much less than twice the chance when the outcome is common.

    Do not use when
    ---------------
    A ratio of proportions can be given: readers take odds for chances.

    References
    ----------
    Miettinen O, Nurminen M (1985), doi:10.1002/sim.4780040211; Woolf B (1955), Annals of Human Genetics
    19:251-253, doi:10.1111/j.1469-1809.1955.tb01348.x.
    """
    counts = a, n, b, m = _counts(numerator, denominator, reference_numerator, reference_denominator)
    name = _choose(method, _ODDS_METHODS)
    under = b * (n - a)
    ratio = np.where(n - a > 0, a * (m - b), np.nan) / np.where((under > 0) & (m - b > 0), under, np.nan)
    error = np.sqrt(_inverse(a) + _inverse(n - a) + _inverse(b) + _inverse(m - b))
    return _ratio(counts, ratio, error, odds_ratio_limits, method, name, confidence, corrected=True)
