"""Whether a gap is closing, and when at this pace: a year where the data carry one, else the reason why not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis.indicators import parse_period

__all__ = ["CLOSING", "with_closing"]

CLOSING = ("year", "year_far", "widening", "reversed", "no_clear_change", "not_assessed")
"""What `closing` can say: a year; a year that lies further ahead than the series is long; or why there is none."""
_YEARS = {"closing_year": "closes", "closing_earliest": "closes_lower", "closing_latest": "closes_upper"}


def with_closing(trends: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Return trends with the year in which each gap would close at its pace, or the reason why none is given.

    A year is given only where the gap is clearly narrowing by the adjusted p-value: the direction of the others may be
    chance, and a year worked out from chance would be invented.

    Parameters
    ----------
    trends : DataFrame
        Rows of `analyse.trend_of_gap`, with the measure of each in `followed`.
    gaps : DataFrame
        The gaps of the same measures and groups in each period, which say how long each series is.

    Returns
    -------
    DataFrame
        With `closing` (one of `CLOSING`) and the calendar years `closing_year`, `closing_earliest` and
        `closing_latest`: NaN where no year is given; the latest infinite where never is not ruled out.
    """
    if trends.empty:
        return trends.assign(closing=None, **dict.fromkeys(_YEARS, np.nan))
    times = {period: parse_period(period).midpoint for period in gaps["period"].unique()}
    known = gaps[gaps["estimate"].notna()]
    ends = known.assign(time=known["period"].map(times)).groupby(["followed", "group"])["time"].agg(["min", "max"])
    series = trends[["followed", "group"]].join(ends, on=["followed", "group"])
    closes = trends["closes"].to_numpy(float)
    given = (trends["direction"] == "closing").to_numpy() & np.isfinite(closes)
    far = given & (closes - series["max"] > series["max"] - series["min"]).to_numpy()
    status = np.where(far, "year_far", np.where(given, "year", trends["direction"]))
    years = {name: np.where(given, np.floor(trends[column].to_numpy(float)), np.nan) for name, column in _YEARS.items()}
    return trends.assign(closing=status, **years)
