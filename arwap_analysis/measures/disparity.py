"""Disparities of rates against a reference group: ratio, difference, and how far doubt could move them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, as_counts, as_two_groups, check_confidence, freeze_arrays
from arwap_analysis.measures.binomial import central_p_value
from arwap_analysis.measures.rates import poisson_limits
from arwap_analysis.registry import measure

__all__ = ["RatioBounds", "rate_difference", "rate_ratio", "rounding_bounds", "unknown_bounds"]


def _divide(over: FloatArray, under: FloatArray) -> FloatArray:
    """Return over/under, NaN where `under` is 0: a ratio to nothing is undefined, not infinite."""
    return over / np.where(under == 0, np.nan, under)


def _exact_ratio_limits(
    a: FloatArray, n: FloatArray, b: FloatArray, m: FloatArray, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Clopper-Pearson limits of the group's share of all events, turned into limits of the ratio."""
    defined = (b > 0) & ~np.isnan(a + n + m)
    scale = np.where(defined, m / n, np.nan)
    events, others = np.where(defined, a, 1.0), np.where(defined, b, 1.0)
    return _odds(events, others + 1, alpha / 2) * scale, _odds(events + 1, others, 1 - alpha / 2) * scale


def _odds(first: FloatArray, second: FloatArray, probability: float) -> FloatArray:
    """Return x / (1 - x) at a quantile of the beta distribution; 0 for no events.

    Of x and 1 - x the smaller is sought, so that no digits cancel when one group has almost all events.
    """
    flip = first > second
    alpha, beta = np.where(flip, second, first), np.where(flip, first, second)
    found = special.betaincinv(np.where(alpha > 0, alpha, 1.0), beta, np.where(flip, 1 - probability, probability))
    odds = found / (1 - found)
    return np.where(first == 0, 0.0, np.where(flip, 1 / np.where(odds > 0, odds, np.nan), odds))


_RATIO_METHODS = {
    "exact": "exact conditional (Clopper-Pearson on the split of events), central p-value",
    "log": "Wald on the log scale",
}


@measure(
    "rate_ratio",
    scale="relative",
    label_en="Rate ratio",
    label_cy="Cymhareb cyfraddau",
    inputs=("numerator", "denominator", "reference_numerator", "reference_denominator"),
    null_value=1.0,
    reference="Fay (2010); Przyborowski and Wilenski (1940)",
)
def rate_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
    method: str = "exact",
) -> Comparison:
    """Rate ratio: the rate of a group over the rate of the reference group, (a/n) / (b/m).

    Parameters
    ----------
    numerator, denominator : array_like, (...)
        Events and people (or person-time) of the group. NaN = not known.
    reference_numerator, reference_denominator : array_like, broadcast with the group's
        The same of the reference group.
    confidence : float
        Nominal coverage of the interval.
    method : {"exact", "log"}
        Exact conditional interval with the central two-sided p-value, or Wald on the log scale.

    Returns
    -------
    Comparison
        `standard_error` is that of the log ratio, sqrt(1/a + 1/b), NaN when either count is 0. A group with
        no events has the ratio 0 with a finite upper limit under "exact". NaN where the reference group has
        no events (nothing can be said how many times as high), or where a count is not known. `p_value` of
        "exact" tests equal rates and stays defined when the ratio is not.

    Raises
    ------
    MeasureError
        For negative or infinite counts, an unknown method, or a confidence outside 0 to 1.

    Interpretation
    --------------
    "The rate for Black people was 3.5 times the rate for White people."

    Do not use when
    ---------------
    Outcomes are proportions near 1, or people are the same in both groups; for a share of people with an
    outcome use a ratio of proportions. "log" needs some ten events in both groups.

    References
    ----------
    Fay M (2010), Biostatistics 11:373-374, doi:10.1093/biostatistics/kxp050 (central p-values and intervals
    that agree); Przyborowski J, Wilenski H (1940), Biometrika 31:313-323, doi:10.1093/biomet/31.3-4.313.

    Examples
    --------
    >>> found = rate_ratio(290, 18276, reference_numerator=13195, reference_denominator=2928253)
    >>> round(float(found.estimate), 3)
    3.521
    """
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    alpha = 1 - check_confidence(confidence)
    if method not in _RATIO_METHODS:
        raise MeasureError(f"method must be one of {', '.join(_RATIO_METHODS)}; got '{method}'")
    ratio = _divide(a / n, b / m)
    both = (a > 0) & (b > 0)
    error = np.sqrt(
        _divide(np.ones_like(a), np.where(both, a, np.nan)) + _divide(np.ones_like(b), np.where(both, b, np.nan))
    )
    if method == "exact":
        lower, upper = _exact_ratio_limits(a, n, b, m, alpha)
        p_value = central_p_value(a, b, n / (n + m))
    else:
        log_ratio = np.log(np.where(both, ratio, np.nan))
        z = special.ndtri(1 - alpha / 2)
        lower, upper = np.exp(log_ratio - z * error), np.exp(log_ratio + z * error)
        p_value = 2 * special.ndtr(-np.abs(log_ratio / error))
    return Comparison(ratio, lower, upper, error, confidence, _RATIO_METHODS[method], p_value)


_DIFFERENCE_METHODS = {
    "mover": "MOVER from Byar's limits of each rate; exact conditional p-value of equal rates",
    "wald": "Wald",
}


@measure(
    "rate_difference",
    scale="absolute",
    label_en="Rate difference",
    label_cy="Gwahaniaeth cyfraddau",
    inputs=("numerator", "denominator", "reference_numerator", "reference_denominator"),
    null_value=0.0,
    reference="Zou and Donner (2008); Li, Tang and Wong (2014)",
)
def rate_difference(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    per: float = 1.0,
    confidence: float = 0.95,
    method: str = "mover",
) -> Comparison:
    """Rate difference: the rate of a group less the rate of the reference group, a/n - b/m, times `per`.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `rate_ratio`.
    per : float
        Multiplier, for example 1000.
    confidence : float
        Nominal coverage of the interval.
    method : {"mover", "wald"}
        Limits recovered from those of the two rates (never crossing what each rate allows), or Wald.

    Returns
    -------
    Comparison
        Per `per`. NaN where a count is not known or a denominator is 0. The p-value of "mover" is the exact
        one of `rate_ratio`, the same hypothesis; in rare cases it and the interval disagree at the edge.

    Raises
    ------
    MeasureError
        For negative or infinite counts, an unknown method, or a confidence outside 0 to 1.

    Interpretation
    --------------
    "For every 1,000 people there were 11.4 more households among Black than among White people."

    Do not use when
    ---------------
    "wald" with few events: its interval is too narrow and has no width when both counts are 0.

    References
    ----------
    Zou G, Donner A (2008), Statistics in Medicine 27:1693-1702, doi:10.1002/sim.3095.

    Examples
    --------
    >>> found = rate_difference(290, 18276, reference_numerator=13195, reference_denominator=2928253, per=1000)
    >>> round(float(found.estimate), 2)
    11.36
    """
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    alpha = 1 - check_confidence(confidence)
    if method not in _DIFFERENCE_METHODS:
        raise MeasureError(f"method must be one of {', '.join(_DIFFERENCE_METHODS)}; got '{method}'")
    difference = a / n - b / m
    error = np.sqrt(a / n**2 + b / m**2)
    if method == "mover":
        a_low, a_high = (limit / n for limit in poisson_limits(a, confidence=confidence))
        b_low, b_high = (limit / m for limit in poisson_limits(b, confidence=confidence))
        lower = difference - np.hypot(a / n - a_low, b_high - b / m)
        upper = difference + np.hypot(a_high - a / n, b / m - b_low)
        p_value = central_p_value(a, b, n / (n + m))
    else:
        z = special.ndtri(1 - alpha / 2)
        lower, upper = difference - z * error, difference + z * error
        p_value = 2 * special.ndtr(-np.abs(_divide(difference, error)))
    return Comparison(
        difference * per,
        lower * per,
        upper * per,
        error * per,
        confidence,
        _DIFFERENCE_METHODS[method],
        p_value,
    )


@dataclass(frozen=True, eq=False)
class RatioBounds:
    """The furthest values that a rate ratio could take, and the one observed: (...,) arrays, NaN where undefined.

    Bounds are not a confidence interval: they say nothing of chance.
    """

    observed: FloatArray = field(metadata={"array": True})
    lower: FloatArray = field(metadata={"array": True})
    upper: FloatArray = field(metadata={"array": True})

    def __post_init__(self) -> None:
        freeze_arrays(self)


def unknown_bounds(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    unknown: ArrayLike,
) -> RatioBounds:
    """Bounds of a rate ratio when the group of some events is not known.

    Lower: all unknown events belong to the reference group, (a/n) / ((b+u)/m). Upper: all belong to the
    group, ((a+u)/n) / (b/m). The populations stay as they are, because they were counted elsewhere.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `rate_ratio`.
    unknown : array_like, broadcast with the others
        Events whose group is not known, 0 or more. NaN makes the bounds NaN.

    Returns
    -------
    RatioBounds

    Raises
    ------
    MeasureError
        For negative or infinite counts.

    Interpretation
    --------------
    "Even if everyone whose ethnicity is not known were White, the rate would still be 6.6 times as high."

    Do not use when
    ---------------
    A likely answer is wanted: the bounds are the worst cases, which imputation narrows by assuming more.

    References
    ----------
    Manski C (2003), Partial identification of probability distributions, Springer, ch. 1.
    """
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    u = as_counts("unknown", unknown)
    return RatioBounds(_divide(a / n, b / m), _divide(a / n, (b + u) / m), _divide((a + u) / n, b / m))


def rounding_bounds(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    base: float,
) -> RatioBounds:
    """Bounds of a rate ratio whose counts were rounded to the nearest multiple of `base`.

    Each true count lies within base/2 of the printed one, and never below 0; the bounds take both counts to
    opposite ends.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `rate_ratio`; the counts are rounded, the denominators are not.
    base : float
        What the counts were rounded to, more than 0.

    Returns
    -------
    RatioBounds
        `upper` is NaN where the reference count could be 0.

    Raises
    ------
    MeasureError
        For negative or infinite counts, or a base that is not above 0.

    Interpretation
    --------------
    "Rounding alone could put the ratio anywhere between 1.48 and 1.52."

    Do not use when
    ---------------
    Counts were rounded at random up or down to a multiple (as censuses do): the error then reaches a whole base.
    """
    if not base > 0:
        raise MeasureError(f"base must be more than 0, for example 5; got {base}")
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    half = base / 2
    lower = _divide(np.maximum(a - half, 0) / n, (b + half) / m)
    upper = _divide((a + half) / n, np.maximum(b - half, 0) / m)
    return RatioBounds(_divide(a / n, b / m), lower, upper)
