"""When a gap would close if it went on changing as it has."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from arwap_analysis.estimate import FloatArray, freeze_arrays
from arwap_analysis.inference.trend import Trend

__all__ = ["ClosingTime", "gap_closing_time"]


@dataclass(frozen=True, eq=False)
class ClosingTime:
    """The time at which a fitted gap reaches zero (a ratio of 1): (...,) arrays.

    Attributes
    ----------
    estimate
        In the unit of the trend's time (decimal years). NaN where the gap is not narrowing, or is not known.
    lower, upper
        Limits; `lower` is never before the last period seen, `upper` is infinite where the data do not rule
        out that the gap never closes. NaN where the estimate is.
    narrowing
        1 where the fitted gap has been narrowing, 0 where it has not, NaN where it is not known.
    """

    estimate: FloatArray = field(metadata={"array": True})
    lower: FloatArray = field(metadata={"array": True})
    upper: FloatArray = field(metadata={"array": True})
    narrowing: FloatArray = field(metadata={"array": True})
    confidence: float
    method: str

    def __post_init__(self) -> None:
        freeze_arrays(self)


def gap_closing_time(trend: Trend) -> ClosingTime:
    """Time at which a gap closes if its trend goes on, with Fieller's limits.

    Parameters
    ----------
    trend : Trend
        Of `rate_ratio_trend` or `rate_difference_trend`.

    Returns
    -------
    ClosingTime
        At the trend's own confidence.

    Interpretation
    --------------
    "At this pace the gap would close in 2041 (2034 at the earliest); the data do not rule out never."

    Do not use when
    ---------------
    The time lies further ahead than the series is long: nothing supports that the pace will last. It is a way
    of saying how fast the gap moves, not a forecast.

    References
    ----------
    Fieller E (1954), JRSS B 16:175-185, doi:10.1111/j.2517-6161.1954.tb00159.x.
    """
    ratio = trend.method.startswith("quasi-binomial")
    slope = np.log(trend.annual_change) if ratio else trend.annual_change
    last = np.log(trend.fitted_last) if ratio else trend.fitted_last
    ahead = trend.last_time - trend.centre
    narrowing = np.where(np.isnan(slope + last) | ~(trend.df >= 1), np.nan, slope * last < 0)
    closes = np.where(narrowing == 1, trend.level / np.where(slope == 0, np.nan, -slope), np.nan)
    q = special.stdtrit(np.where(trend.df >= 1, trend.df, np.nan), (1 + trend.confidence) / 2)
    # (level + slope x)^2 <= q^2 (level_error^2 + slope_error^2 x^2): the times x at which no gap is not ruled out.
    a = slope**2 - (q * trend.standard_error) ** 2
    b, c = trend.level * slope, trend.level**2 - (q * trend.level_error) ** 2
    root = np.sqrt(np.maximum(b**2 - a * c, 0))
    sure = a > 0
    safe = np.where(a == 0, np.nan, a)
    roots = np.sort(np.stack([(-b - root) / safe, (-b + root) / safe]), axis=0)
    # A clear slope gives an interval; else the set is all but the part between the roots, or everything.
    everything = ~sure & (c <= 0)
    lower = np.where(sure, roots[0], np.where(everything, ahead, roots[1]))
    upper = np.where(sure, roots[1], np.inf)
    known = ~np.isnan(closes)
    return ClosingTime(
        np.where(known, trend.centre + closes, np.nan),
        np.where(known, trend.centre + np.maximum(lower, ahead), np.nan),
        np.where(known, trend.centre + upper, np.nan),
        narrowing,
        trend.confidence,
        f"{trend.method}, carried on; Fieller's limits",
    )
