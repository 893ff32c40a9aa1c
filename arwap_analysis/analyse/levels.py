"""Indicator table in, the level of every group out: rates, proportions, published values, standardised rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from arwap_analysis import measures
from arwap_analysis.analyse.results import FEW_EVENTS, place_columns, result_frame, strata_of
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.estimate import Estimate, FloatArray, normal_quantile

__all__ = ["Level", "estimate_levels", "level_values", "reliability", "standardise_levels", "status_of"]

Level = Literal["rate", "proportion", "value"]
_FEW = f"Fewer than {FEW_EVENTS} events: one more or less would move this figure visibly"
_NO_REFERENCE_EVENTS = "No events in the reference group, so the ratio is undefined"
_NO_POPULATION = "No population is known for this group"
_NO_REFERENCE = "The reference group has no figure to compare with"
_NO_STRATUM = "A stratum has no rate, or the standard population has people in a stratum that is not in the table"


def estimate_levels(
    table: pd.DataFrame,
    *,
    measure: Level = "rate",
    per: float = 1000.0,
    confidence: float = 0.95,
    method: str | None = None,
) -> pd.DataFrame:
    """Return the level of every row of an indicator table with its interval.

    Parameters
    ----------
    table : DataFrame
        Indicator table.
    measure : {"rate", "proportion", "value"}
        Events per `per` people; people with the outcome of all people (0 to 1); or the published `value` with
        normal limits from its `standard_error`.
    per : float
        Multiplier of rates.
    confidence : float
        Nominal coverage of the intervals.
    method : str, optional
        Interval of the measure; its own default where not given.

    Returns
    -------
    DataFrame
        Disparity table. Rows without a denominator keep their count, with a NaN level and the reason. A row
        can be read alone: the method, the confidence and the reason for an absence stand in it.

    Raises
    ------
    ParameterError
        For an unknown measure.
    MeasureError
        For impossible counts, such as a proportion above 1.
    """
    found = _level(table, measure, per, confidence, method)
    status, reason = status_of(table, found.estimate)
    return result_frame(
        table.assign(status=status, reason=reason),
        strata=strata_of(table),
        measure=measure,
        scale="level",
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        confidence=confidence,
        method=found.method,
    )


def _level(table: pd.DataFrame, measure: str, per: float, confidence: float, method: str | None) -> Estimate:
    options = {} if method is None else {"method": method}
    if measure == "value":
        value, error = table["value"].to_numpy(float), table["standard_error"].to_numpy(float)
        half = normal_quantile(confidence) * error
        return Estimate(value, value - half, value + half, error, confidence, "published value, normal limits")
    counts = table["numerator"].to_numpy(float), table["denominator"].to_numpy(float)
    if measure == "proportion":
        return measures.proportion(*counts, confidence=confidence, **options)
    if measure != "rate":
        raise ParameterError(
            Fault(
                "unknown_level",
                f"'{measure}' is not a level",
                hint=did_you_mean(measure, ["rate", "proportion", "value"]),
            )
        )
    found = measures.rate(*counts, per=per, confidence=confidence, **options)
    return replace(found, method=f"{found.method}, per {per:,.0f}")


def level_values(table: pd.DataFrame, measure: Level, per: float) -> tuple[FloatArray, FloatArray]:
    """Return the level of each row and its standard error, for measures that take these."""
    found = _level(table, measure, per, 0.95, None)
    if measure != "proportion":
        return found.estimate, found.standard_error
    # Half a person is added, so that a share of 0 or 1 in a small group does not count as certain.
    count, people = table["numerator"].to_numpy(float), table["denominator"].to_numpy(float)
    smoothed = (count + 0.5) / (people + 1)
    return found.estimate, np.sqrt(smoothed * (1 - smoothed) / np.where(people > 0, people, np.nan))


def standardise_levels(
    table: pd.DataFrame,
    *,
    stratum: str,
    standard_population: Mapping[str, float],
    per: float = 1000.0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return directly standardised rates: the column `stratum` (age_band) is weighted away.

    Parameters
    ----------
    table : DataFrame
        Indicator table with counts for each value of `stratum`.
    stratum : str
        Column whose values are the keys of `standard_population`.
    standard_population : mapping
        People of the standard in each stratum.

    Returns
    -------
    DataFrame
        Disparity table with one row for each place, period, group and remaining stratum; NaN with the reason
        where a stratum of the standard has no rate.

    Raises
    ------
    ParameterError
        When the table has no such column, or a stratum that the standard does not know.
    """
    if stratum not in strata_of(table):
        raise ParameterError(
            Fault(
                "unknown_stratum", f"the table has no stratum '{stratum}'", hint=did_you_mean(stratum, strata_of(table))
            )
        )
    strangers = sorted(set(table[stratum]) - set(standard_population))
    if strangers:
        raise ParameterError(
            Fault(
                "stratum_without_weight",
                f"the standard population has no people in {', '.join(map(str, strangers))}",
                hint=f"It knows: {', '.join(map(str, standard_population))}.",
            )
        )
    keys = [*(c for c in place_columns(table) if c != stratum), "group"]
    counts = {
        name: table.pivot(index=keys, columns=stratum, values=name).reindex(columns=list(standard_population))
        for name in ("numerator", "denominator")
    }
    found = measures.directly_standardised_rate(
        counts["numerator"].to_numpy(float),
        counts["denominator"].to_numpy(float),
        standard_population=list(standard_population.values()),
        per=per,
        confidence=confidence,
    )
    rows = counts["numerator"].index.to_frame(index=False)
    first = table.drop_duplicates(keys)[[*keys, "classification", "source"]]
    rows = rows.merge(first, on=keys, how="left", validate="one_to_one")
    absent = np.isnan(found.estimate)
    return result_frame(
        rows,
        strata=[c for c in strata_of(table) if c != stratum],
        measure="directly_standardised_rate",
        scale="level",
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        confidence=confidence,
        numerator=counts["numerator"].sum(axis=1, skipna=False).to_numpy(float),
        denominator=counts["denominator"].sum(axis=1, skipna=False).to_numpy(float),
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, _NO_STRATUM, ""),
        method=f"{found.method}, weighted over {stratum}, per {per:,.0f}",
    )


def reliability(results: pd.DataFrame) -> pd.Series:
    """Return the band of each level's coefficient of variation: precise, reasonably precise, acceptable, unreliable.

    Empty where a row is not a level or has no standard error.
    """
    band = measures.reliability_band(results["estimate"].to_numpy(float), results["standard_error"].to_numpy(float))
    names = np.array([name for _, name in measures.RELIABILITY_BANDS], dtype=object)
    known = ~np.isnan(band) & (results["scale"] == "level").to_numpy()
    found = np.full(len(results), "", dtype=object)
    found[known] = names[band[known].astype(int)]
    return pd.Series(found, index=results.index, name="reliability")


def status_of(rows: pd.DataFrame, estimate: FloatArray, *, compared: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the status and the reason of each result: why it is absent, or why to doubt it."""
    status = rows["status"].to_numpy(object).copy()
    reason = rows["reason"].to_numpy(object).copy()
    few = rows["numerator"].to_numpy(float) < FEW_EVENTS
    absent = np.isnan(estimate)
    if compared:
        no_events = absent & (rows["reference_numerator"].to_numpy(float) == 0)
        no_figure = absent & rows["reference_numerator"].isna().to_numpy() & rows["reference_value"].isna().to_numpy()
        few |= rows["reference_numerator"].to_numpy(float) < FEW_EVENTS
        reason = np.where(no_events & (reason == ""), _NO_REFERENCE_EVENTS, reason)
        reason = np.where(no_figure & (reason == ""), _NO_REFERENCE, reason)
    no_people = absent & ~(rows["denominator"].to_numpy(float) > 0)
    reason = np.where(no_people & (reason == ""), _NO_POPULATION, reason)
    status = np.where(absent & (status == "published"), "not_applicable", status)
    doubtful = few & (status == "published")
    return np.where(doubtful, "low_reliability", status), np.where(doubtful & (reason == ""), _FEW, reason)
