"""Is the gap changing over the years? Indicator table in, one row a group and scale out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis import inference
from arwap_analysis.analyse.disparities import with_reference
from arwap_analysis.analyse.families import adjust_within
from arwap_analysis.analyse.results import comparable_codes, result_frame, strata_of
from arwap_analysis.estimate import FloatArray
from arwap_analysis.indicators.periods import parse_period

__all__ = ["MINIMUM_PERIODS", "trend_of_gap"]

# Two points always lie on a line, so a trend needs a third to leave anything for its uncertainty.
MINIMUM_PERIODS = 3
_PLACE = ["indicator", "area", "area_name", "classification", "source", "group"]
_TOO_SHORT = f"A trend needs counts for at least {MINIMUM_PERIODS} periods in both groups"


def trend_of_gap(
    table: pd.DataFrame,
    *,
    reference_group: str,
    per: float = 1000.0,
    confidence: float = 0.95,
    correction: str = "holm",
) -> pd.DataFrame:
    """Test whether the gap between each group and the reference group changes over the periods.

    Both scales are reported because they can disagree: `rate_ratio_trend` is the ratio by which the rate
    ratio changes in a year (1 = no change), `rate_difference_trend` the change of the rate difference in a
    year, in events per `per` people (0 = no change).

    Returns
    -------
    DataFrame
        Disparity table with one row for each area, group and scale. `direction` is widening, closing,
        reversed (the gap changed sides) or no_clear_change by the adjusted p-value, or not_assessed;
        `period` names the first and last period used; the fitted gaps at both ends stand in
        `fitted_first` and `fitted_last`, the extra-sampling dispersion in `dispersion`. Where the fitted gap
        has been narrowing, `closes` is the time (decimal year) at which it would be gone at this pace, with
        `closes_lower` and `closes_upper` (infinite where never is not ruled out).
    """
    groups = comparable_codes(table, reference_group)
    paired = with_reference(table, reference_group)
    place = [*_PLACE, *strata_of(table)]
    time = {period: parse_period(period).midpoint for period in paired["period"].unique()}
    periods = sorted(time, key=time.__getitem__)
    wide = paired.pivot(
        index=place,
        columns="period",
        values=["numerator", "denominator", "reference_numerator", "reference_denominator"],
    )
    order = {group: position for position, group in enumerate(groups)}
    wide = wide.sort_index(level="group", key=lambda codes: codes.map(order), sort_remaining=False)
    counts = {name: wide[name][periods].to_numpy(float) for name in wide.columns.levels[0]}
    years = np.array([time[period] for period in periods])
    span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    where = wide.index.to_frame(index=False).assign(period=span)
    numerator, denominator = counts.pop("numerator"), counts.pop("denominator")
    relative = inference.rate_ratio_trend(numerator, denominator, **counts, time=years, confidence=confidence)
    absolute = inference.rate_difference_trend(
        numerator, denominator, **counts, time=years, per=per, confidence=confidence
    )
    return pd.concat(
        [
            _rows(where, found, name, scale, null_value, reference_group, correction, strata_of(table))
            for found, name, scale, null_value in (
                (relative, "rate_ratio_trend", "relative", 1.0),
                (absolute, "rate_difference_trend", "absolute", 0.0),
            )
        ],
        ignore_index=True,
    )


def _rows(
    where: pd.DataFrame,
    trend: inference.Trend,
    name: str,
    scale: str,
    null_value: float,
    reference_group: str,
    correction: str,
    strata: list[str],
) -> pd.DataFrame:
    """One scale of the trend as a disparity table."""
    p_adjusted = adjust_within(where, ["indicator", "area", *strata], trend.p_value, correction)
    absent = np.isnan(trend.annual_change)
    closing = inference.gap_closing_time(trend)
    frame = result_frame(
        where,
        strata=strata,
        measure=name,
        scale=scale,
        reference=reference_group,
        estimate=trend.annual_change,
        lower=trend.lower,
        upper=trend.upper,
        standard_error=trend.standard_error,
        confidence=trend.confidence,
        p_value=trend.p_value,
        p_adjusted=p_adjusted,
        direction=_direction(trend, p_adjusted, null_value),
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, _TOO_SHORT, ""),
        method=f"{trend.method}; p-values adjusted by {correction} over the groups of one area",
    )
    return frame.assign(
        fitted_first=trend.fitted_first,
        fitted_last=trend.fitted_last,
        dispersion=trend.dispersion,
        closes=closing.estimate,
        closes_lower=closing.lower,
        closes_upper=closing.upper,
    )


def _direction(trend: inference.Trend, p_adjusted: FloatArray, null_value: float) -> np.ndarray:
    """Name the change by the size of the fitted gap at both ends of the series."""
    if null_value == 1.0:
        with np.errstate(divide="ignore", invalid="ignore"):
            first, last = np.log(trend.fitted_first), np.log(trend.fitted_last)
    else:
        first, last = trend.fitted_first, trend.fitted_last
    change = np.where(np.abs(last) > np.abs(first), "widening", "closing")
    change = np.where(first * last < 0, "reversed", change)
    verdict = np.where(p_adjusted < 1 - trend.confidence, change, "no_clear_change")
    return np.where(np.isnan(trend.annual_change) | np.isnan(p_adjusted), "not_assessed", verdict).astype(object)
