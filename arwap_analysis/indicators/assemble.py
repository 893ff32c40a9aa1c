"""Bring a numerator and a denominator together into one indicator table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.indicators.catalogue import Denominator
from arwap_analysis.indicators.periods import parse_period
from arwap_analysis.indicators.schema import validate

__all__ = ["assemble_indicator"]

_OUTSIDE = "No population: the period lies outside the years between the two counts"
_NO_DENOMINATOR = "No population is counted for this group"


def assemble_indicator(
    numerator: pd.DataFrame,
    denominator: pd.DataFrame,
    *,
    rule: Denominator,
    indicator: str,
    area: str,
    area_name: str,
    classification: str,
    source: str,
    reference_days: Mapping[str, date] | None = None,
    unit: str = "rate",
) -> pd.DataFrame:
    """Return the indicator table of events over people.

    Parameters
    ----------
    numerator, denominator : DataFrame
        Source tables with `group, period, value, status, reason`.
    rule : Denominator
        How the denominator's period meets the numerator's; see `Denominator`.
    reference_days : mapping of period to date, optional
        The day to which each denominator refers, needed by `interpolate`.

    Returns
    -------
    DataFrame
        A validated indicator table. Groups of the classification that the numerator lacks get rows with
        the status "not_collected", so that nobody disappears from a report. Where there is no denominator
        (people of unknown ethnicity) the count is kept and the denominator is NaN with a reason.

    Raises
    ------
    DataError
        When the denominator has no such period, or the table breaks a rule of `indicators.schema`.
    """
    table = _every_group(numerator, classification)
    if rule.method == "interpolate":
        population = _interpolated(denominator, sorted(set(table["period"])), reference_days or {})
    elif rule.method == "fixed":
        chosen = _fixed(denominator, str(rule.period))
        population = table[["period"]].drop_duplicates().merge(chosen, how="cross")
    else:
        population = denominator[["period", "group", "value"]].rename(columns={"value": "denominator"})
    table = table.rename(columns={"value": "numerator"}).merge(population, on=["period", "group"], how="left")
    outside = table.groupby("period")["denominator"].transform(lambda column: column.isna().all())
    reason = table["reason"].where(table["reason"] != "", np.where(outside, _OUTSIDE, _NO_DENOMINATOR))
    constants = {
        "indicator": indicator,
        "area": area,
        "area_name": area_name,
        "classification": classification,
        "value": np.nan,
        "unit": unit,
        "standard_error": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "confidence": np.nan,
        "source": source,
    }
    complete = table["denominator"].notna() & (table["status"] == "published")
    return validate(table.assign(**constants, reason=reason.where(~complete, "")), file=indicator)


def _every_group(numerator: pd.DataFrame, classification: str) -> pd.DataFrame:
    """Add a row for each period and comparable group that the source does not have."""
    groups = list(get_classification(classification).comparable)
    unknown = get_classification(classification).code_of_kind("unknown")
    if unknown is not None and unknown in set(numerator["group"]):
        groups.append(unknown)
    columns = ["group", "period", "value", "status", "reason"]
    index = pd.MultiIndex.from_product([sorted(set(numerator["period"])), groups], names=["period", "group"])
    full = numerator[columns].set_index(["period", "group"]).reindex(index).reset_index()
    absent = full["status"].isna()
    full["status"] = full["status"].mask(absent, "not_collected")
    full["reason"] = full["reason"].mask(absent, "The source has no figure for this group")
    return full


def _fixed(denominator: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return the population of the one period that every year is divided by."""
    chosen = denominator.loc[denominator["period"] == period, ["group", "value"]]
    if chosen.empty:
        have = sorted(set(denominator["period"]))
        raise DataError(
            Fault(
                "no_such_period",
                "the denominator has no such period",
                column="period",
                value=period,
                hint=did_you_mean(period, have),
            )
        )
    return chosen.rename(columns={"value": "denominator"})


def _interpolated(denominator: pd.DataFrame, periods: list[str], days: Mapping[str, date]) -> pd.DataFrame:
    """Draw a straight line between the counts, group by group; NaN outside them."""
    wide = denominator.pivot(index="period", columns="group", values="value").sort_index()
    at = np.array([parse_period(days.get(p, p).isoformat() if p in days else p).midpoint for p in wide.index])
    wanted = np.array([parse_period(period).midpoint for period in periods])
    right = np.clip(np.searchsorted(at, wanted), 1, max(len(at) - 1, 1))
    if len(at) < 2:
        values = np.full((len(periods), wide.shape[1]), np.nan)
    else:
        share = ((wanted - at[right - 1]) / (at[right] - at[right - 1]))[:, None]
        counts = wide.to_numpy(dtype=float)
        values = counts[right - 1] * (1 - share) + counts[right] * share
        values = np.where(((share < 0) | (share > 1)), np.nan, values)
    line = pd.DataFrame(values, index=pd.Index(periods, name="period"), columns=wide.columns)
    return line.stack(future_stack=True).rename("denominator").reset_index()
