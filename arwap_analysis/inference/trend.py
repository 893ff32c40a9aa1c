"""Is a gap changing over time? A trend of the rate ratio and of the rate difference, all strata at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_denominators, as_floats, check_confidence, freeze_arrays
from arwap_analysis.registry import measure

__all__ = ["Trend", "rate_difference_trend", "rate_ratio_trend"]

_ITERATIONS = 50
_TOLERANCE = 1e-12
_COUNTS = ("numerator", "denominator", "reference_numerator", "reference_denominator", "time")


@dataclass(frozen=True, eq=False)
class Trend:
    """A straight-line change of a gap, with its uncertainty: (...,) arrays, NaN where it cannot be fitted.

    Attributes
    ----------
    annual_change, lower, upper
        For a ratio, the factor by which it changes in a unit of time (1 = no change); for a difference, what
        is added in a unit of time (0 = no change).
    standard_error
        Of the log of `annual_change` for a ratio, of `annual_change` for a difference; dispersion included.
    p_value
        Two-sided, of no change, unadjusted.
    dispersion
        Variance over what chance alone makes, 1 or more: what multiplied the variance.
    df
        Degrees of freedom of the t-distribution, periods less 2.
    fitted_first, fitted_last
        The gap on the fitted line at the first and last period used.
    last_time
        Time of the last period used.
    centre, level, level_error
        The time at which the errors of level and slope are independent, the fitted gap there (its log for a
        ratio) and its standard error, dispersion included.
    """

    annual_change: FloatArray = field(metadata={"array": True})
    lower: FloatArray = field(metadata={"array": True})
    upper: FloatArray = field(metadata={"array": True})
    standard_error: FloatArray = field(metadata={"array": True})
    p_value: FloatArray = field(metadata={"array": True})
    dispersion: FloatArray = field(metadata={"array": True})
    df: FloatArray = field(metadata={"array": True})
    fitted_first: FloatArray = field(metadata={"array": True})
    fitted_last: FloatArray = field(metadata={"array": True})
    last_time: FloatArray = field(metadata={"array": True})
    centre: FloatArray = field(metadata={"array": True})
    level: FloatArray = field(metadata={"array": True})
    level_error: FloatArray = field(metadata={"array": True})
    confidence: float
    method: str

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, eq=False)
class _Series:
    """Checked inputs of one shape (..., T), the periods that count, and the first and last of them."""

    a: FloatArray
    n: FloatArray
    b: FloatArray
    m: FloatArray
    time: FloatArray
    used: np.ndarray
    df: FloatArray

    def ends(self) -> tuple[FloatArray, FloatArray]:
        """Times of the first and the last period used."""
        first = np.min(np.where(self.used, self.time, np.inf), axis=-1)
        last = np.max(np.where(self.used, self.time, -np.inf), axis=-1)
        return first, last


def _series(
    numerator: ArrayLike,
    denominator: ArrayLike,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    time: ArrayLike,
) -> _Series:
    a, n, b, m, t = np.broadcast_arrays(
        as_counts("numerator", numerator),
        as_denominators("denominator", denominator),
        as_counts("reference_numerator", reference_numerator),
        as_denominators("reference_denominator", reference_denominator),
        as_floats("time", time),
    )
    if a.ndim == 0 or a.shape[-1] == 0:
        raise MeasureError("a trend needs periods along the last axis")
    if not np.all(np.isfinite(t)):
        raise MeasureError("time must be finite numbers, for example decimal years")
    used = ~np.isnan(a + n + b + m)
    return _Series(a, n, b, m, t, used, used.sum(axis=-1) - 2.0)


def _finish(
    slope: FloatArray, error: FloatArray, chi_squared: FloatArray, df: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return slope limits, standard error, p-value and dispersion; under-dispersion never narrows an interval."""
    valid = np.where(df >= 1, df, np.nan)
    dispersion = np.maximum(chi_squared / valid, 1.0)
    error = error * np.sqrt(dispersion)
    t = special.stdtrit(valid, (1 + check_confidence(confidence)) / 2)
    statistic = np.abs(slope) / np.where(error > 0, error, np.nan)
    p_value = 2 * special.stdtr(valid, -statistic)
    return slope - t * error, slope + t * error, error, p_value, dispersion


@measure(
    "rate_ratio_trend",
    scale="test",
    label_en="Yearly change in the rate ratio",
    label_cy="Newid blynyddol yn y gymhareb cyfraddau",
    inputs=_COUNTS,
    null_value=1.0,
    reference="McCullagh and Nelder (1989), sections 4.5 and 6.4",
)
def rate_ratio_trend(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    time: ArrayLike,
    confidence: float = 0.95,
) -> Trend:
    """Trend of a rate ratio: the factor by which it changes in a unit of time, exp(beta).

    Given all events of a period, the group's events are binomial with odds (n/m) exp(alpha + beta t): a
    Poisson model with an effect for each period and an interaction of group and time. Variance beyond the
    binomial (dispersion) widens the interval, which comes from t with T - 2 degrees of freedom.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (..., T)
        Events and people of the group and of the reference group. A period with NaN, or without people, in
        either is left out.
    time : array_like, (T,) or (..., T)
        Times of the periods, for example decimal years.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Trend
        `annual_change` is a factor. NaN with fewer than 3 usable periods, or when either group has no events
        at all.

    Raises
    ------
    MeasureError
        For negative or infinite counts, times that are not finite, or a confidence outside 0 to 1.

    Interpretation
    --------------
    "The ratio grew by 7% a year."

    Do not use when
    ---------------
    The change is not steady (a policy took effect in mid-series), or populations are held fixed while one
    group grows: its growth then looks like a trend.

    References
    ----------
    McCullagh P, Nelder J (1989), Generalized linear models, 2nd ed., sections 4.5 (over-dispersion) and 6.4
    (Poisson and binomial likelihoods).
    """
    s = _series(numerator, denominator, reference_numerator, reference_denominator, time)
    total = np.where(s.used, s.a + s.b, 0.0)
    events = np.where(s.used, s.a, 0.0)
    offset = np.log(np.where(s.used, s.n / np.where(s.used, s.m, 1.0), 1.0))
    weight_sum = np.maximum(s.used.sum(axis=-1, keepdims=True), 1)
    centre = np.sum(np.where(s.used, s.time, 0.0), axis=-1, keepdims=True) / weight_sum
    t = np.where(s.used, s.time - centre, 0.0)
    all_events = events.sum(axis=-1)
    # Periods without any event in either group carry no information and no degree of freedom.
    df = s.df - np.sum(s.used & (total == 0), axis=-1)
    estimable = (df >= 1) & (all_events > 0) & (all_events < total.sum(axis=-1))
    alpha, beta, information = _fit_logistic(events, total, offset, t, estimable)
    probability = special.expit(offset + alpha[..., None] + beta[..., None] * t)
    variance = total * probability * (1 - probability)
    pearson = np.sum(
        np.where(variance > 0, (events - total * probability) ** 2 / np.where(variance > 0, variance, 1), 0),
        axis=-1,
    )
    estimable &= np.isfinite(beta) & (information > 0)
    slope = np.where(estimable, beta, np.nan)
    error = np.where(estimable, 1 / np.sqrt(np.where(estimable, information, 1.0)), np.nan)
    lower, upper, error, p_value, dispersion = _finish(slope, error, pearson, df, confidence)
    ends = s.ends()
    first, last = (np.exp(np.where(estimable, alpha + beta * (end - centre[..., 0]), np.nan)) for end in ends)
    weights = np.where(estimable, variance.sum(axis=-1), np.nan)
    balance = (variance * t).sum(axis=-1) / weights
    with np.errstate(over="ignore"):  # a limit beyond all numbers is infinite
        change = np.exp(slope), np.exp(lower), np.exp(upper)
    return Trend(
        *change,
        error,
        p_value,
        dispersion,
        df,
        first,
        last,
        np.where(estimable, ends[1], np.nan),
        centre[..., 0] + balance,
        np.where(estimable, alpha + beta * balance, np.nan),
        np.sqrt(dispersion / weights),
        confidence,
        "quasi-binomial trend of the log rate ratio, given the events of each period",
    )


def _fit_logistic(
    events: FloatArray, total: FloatArray, offset: FloatArray, t: FloatArray, estimable: np.ndarray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Maximise the binomial likelihood of intercept and slope for every stratum, by Newton's steps.

    Returns intercept, slope, and the information on the slope with the intercept profiled out. Strata that
    do not converge (all events in one part of the series) get NaN.
    """
    share = np.where(estimable, events.sum(axis=-1), 1.0) / np.where(estimable, total.sum(axis=-1), 2.0)
    mean_offset = np.sum(offset * total, axis=-1) / np.where(estimable, total.sum(axis=-1), 1.0)
    alpha = np.where(estimable, special.logit(np.clip(share, 1e-12, 1 - 1e-12)) - mean_offset, 0.0)
    beta = np.zeros_like(alpha)
    moving = estimable.copy()
    information = np.zeros_like(alpha)
    for _ in range(_ITERATIONS):
        probability = special.expit(offset + alpha[..., None] + beta[..., None] * t)
        weight = total * probability * (1 - probability)
        residual = events - total * probability
        i_aa, i_ab, i_bb = weight.sum(axis=-1), (weight * t).sum(axis=-1), (weight * t * t).sum(axis=-1)
        determinant = i_aa * i_bb - i_ab**2
        moving &= determinant > 0
        safe = np.where(moving, determinant, 1.0)
        u_a, u_b = residual.sum(axis=-1), (residual * t).sum(axis=-1)
        step_a = np.where(moving, (i_bb * u_a - i_ab * u_b) / safe, 0.0)
        step_b = np.where(moving, (i_aa * u_b - i_ab * u_a) / safe, 0.0)
        longest = np.maximum(np.abs(step_a), np.abs(step_b) * np.ptp(t, axis=-1))
        damping = 1 / np.maximum(longest, 1.0)  # no step moves a log odds by more than 1
        alpha, beta = alpha + step_a * damping, beta + step_b * damping
        information = np.where(moving, determinant / np.where(i_aa > 0, i_aa, 1.0), information)
        settled = longest <= _TOLERANCE
        if np.all(settled | ~moving):
            break
    converged = estimable & settled & (determinant > 0)
    return (
        np.where(converged, alpha, np.nan),
        np.where(converged, beta, np.nan),
        np.where(converged, information, 0.0),
    )


@measure(
    "rate_difference_trend",
    scale="test",
    label_en="Yearly change in the rate difference",
    label_cy="Newid blynyddol yn y gwahaniaeth cyfraddau",
    inputs=_COUNTS,
    null_value=0.0,
    reference="Draper and Smith (1998), section 9.2 (weighted least squares)",
)
def rate_difference_trend(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    time: ArrayLike,
    per: float = 1.0,
    confidence: float = 0.95,
) -> Trend:
    """Trend of a rate difference: what is added to a/n - b/m in a unit of time, times `per`.

    Weighted least squares on time, each period weighted by 1 / (a/n^2 + b/m^2). Variance beyond what chance
    makes widens the interval, which comes from t with T - 2 degrees of freedom.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (..., T)
        As in `rate_ratio_trend`. In a period with no events in either group half an event is put into each
        variance, so that it does not get infinite weight.
    time : array_like, (T,) or (..., T)
        Times of the periods.
    per : float
        Multiplier, for example 1000.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Trend
        `annual_change` is a difference per `per`. NaN with fewer than 3 usable periods.

    Raises
    ------
    MeasureError
        For negative or infinite counts, times that are not finite, or a confidence outside 0 to 1.

    Interpretation
    --------------
    "The gap grew by 1.7 households per 1,000 people a year."

    Do not use when
    ---------------
    Counts are below some ten a period: weights taken from the counts themselves then pull the line down.

    References
    ----------
    Draper N, Smith H (1998), Applied regression analysis, 3rd ed., section 9.2.
    """
    s = _series(numerator, denominator, reference_numerator, reference_denominator, time)
    n, m = np.where(s.used, s.n, 1.0), np.where(s.used, s.m, 1.0)
    a, b = np.where(s.used, s.a, 0.0), np.where(s.used, s.b, 0.0)
    half = np.where(a + b == 0, 0.5, 0.0)
    weight = np.where(s.used, 1 / ((a + half) / n**2 + (b + half) / m**2), 0.0)
    difference = a / n - b / m
    weights = np.where(s.df >= 1, weight.sum(axis=-1), np.nan)
    centre = (weight * s.time).sum(axis=-1) / weights
    level = (weight * difference).sum(axis=-1) / weights
    t = s.time - centre[..., None]
    spread = (weight * t * t).sum(axis=-1)
    first_time, last_time = s.ends()
    apart = last_time - first_time > 1e-9 * np.abs(last_time)  # else one time only, but for rounding
    spread = np.where((spread > 0) & apart, spread, np.nan)
    slope = (weight * t * (difference - level[..., None])).sum(axis=-1) / spread
    residual = difference - level[..., None] - slope[..., None] * t
    chi_squared = (weight * residual**2).sum(axis=-1)
    lower, upper, error, p_value, dispersion = _finish(slope, 1 / np.sqrt(spread), chi_squared, s.df, confidence)
    ends = [np.where(np.isfinite(slope), end, np.nan) for end in s.ends()]
    first, last = (level + slope * (end - centre) for end in ends)
    return Trend(
        slope * per,
        lower * per,
        upper * per,
        error * per,
        p_value,
        dispersion,
        s.df,
        first * per,
        last * per,
        ends[1],
        centre,
        level * per,
        np.sqrt(dispersion / weights) * per,
        confidence,
        f"weighted least squares of the rate difference on time, per {per:,.0f}",
    )
