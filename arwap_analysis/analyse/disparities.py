"""Indicator table in, rates and their disparities against a reference group out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from arwap_analysis import inference, measures
from arwap_analysis.analyse.results import FEW_EVENTS, WHERE, comparable_codes, result_frame
from arwap_analysis.estimate import Comparison, FloatArray
from arwap_analysis.registry import get_measure

__all__ = ["Better", "compare_with_reference", "estimate_rates", "with_reference"]

Better = Literal["lower", "higher", "neither"]
_FEW = f"Fewer than {FEW_EVENTS} events: one more or less would move this figure visibly"
_NO_REFERENCE_EVENTS = "No events in the reference group, so the ratio is undefined"
_NO_POPULATION = "No population is known for this group"
_NO_REFERENCE = "The reference group has no figure to compare with"


def estimate_rates(
    table: pd.DataFrame, *, per: float = 1000.0, confidence: float = 0.95, method: str = "byar"
) -> pd.DataFrame:
    """Return the rate of every row of an indicator table with its interval.

    Rows without a denominator keep their count, with a NaN rate and the reason. A row can be read alone:
    the method, the confidence and the reason for an absence stand in it.
    """
    found = measures.rate(
        table["numerator"].to_numpy(float),
        table["denominator"].to_numpy(float),
        per=per,
        confidence=confidence,
        method=method,
    )
    status, reason = _status(table, found.estimate)
    return result_frame(
        table.assign(status=status, reason=reason),
        measure="rate",
        scale="level",
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        confidence=confidence,
        method=f"{found.method}, per {per:,.0f}",
    )


def compare_with_reference(
    table: pd.DataFrame,
    *,
    reference_group: str,
    measures_wanted: Sequence[str] = ("rate_ratio", "rate_difference"),
    per: float = 1000.0,
    confidence: float = 0.95,
    correction: str = "holm",
    better: Better = "lower",
) -> pd.DataFrame:
    """Compare every group with the reference group, in each area and period.

    Parameters
    ----------
    table : DataFrame
        Indicator table.
    reference_group : str
        Code of a group of the classification; people of unknown ethnicity can never be the reference.
    measures_wanted : sequence of str
        Of `rate_ratio` and `rate_difference` (in events per `per` people).
    correction : str
        Adjustment of the p-values; the family is the groups compared in one area and period.
    better : {"lower", "higher", "neither"}
        Which way the indicator should go; decides what `direction` says.

    Returns
    -------
    DataFrame
        Disparity table. `direction` is worse, better or no_clear_difference by the adjusted p-value at
        the level 1 - `confidence`, or not_assessed.
    """
    groups = comparable_codes(table, reference_group)
    paired = with_reference(table, reference_group)
    paired = paired[paired["group"].isin(groups)].reset_index(drop=True)
    tables = [_compare(paired, name, reference_group, per, confidence, correction, better) for name in measures_wanted]
    return pd.concat(tables, ignore_index=True)


def with_reference(table: pd.DataFrame, reference_group: str) -> pd.DataFrame:
    """Put the counts of the reference group beside every row of the same indicator, area and period."""
    counts = ["numerator", "denominator", "status"]
    reference = table.loc[table["group"] == reference_group, [*WHERE, *counts]]
    return table.merge(reference.rename(columns={c: f"reference_{c}" for c in counts}), on=WHERE, how="left")


def _compare(
    paired: pd.DataFrame,
    name: str,
    reference_group: str,
    per: float,
    confidence: float,
    correction: str,
    better: Better,
) -> pd.DataFrame:
    """One measure for all rows at once."""
    arguments = {
        "reference_numerator": paired["reference_numerator"].to_numpy(float),
        "reference_denominator": paired["reference_denominator"].to_numpy(float),
        "confidence": confidence,
    }
    if name == "rate_difference":
        arguments["per"] = per
    spec = get_measure(name)
    found: Comparison = spec.function(
        paired["numerator"].to_numpy(float), paired["denominator"].to_numpy(float), **arguments
    )
    p_value = np.where(np.isnan(found.estimate), np.nan, found.p_value)
    p_adjusted = _adjust_within(paired, p_value, correction)
    status, reason = _status(paired, found.estimate, compared=True)
    unit = f", per {per:,.0f}" if name == "rate_difference" else ""
    return result_frame(
        paired.assign(status=status, reason=reason),
        measure=name,
        scale=spec.scale,
        reference=reference_group,
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        confidence=confidence,
        p_value=p_value,
        p_adjusted=p_adjusted,
        direction=_direction(found.estimate, p_adjusted, spec.null_value or 0.0, 1 - confidence, better),
        method=f"{found.method}{unit}; p-values adjusted by {correction} over the groups of one area and period",
    )


def _adjust_within(paired: pd.DataFrame, p_value: FloatArray, correction: str) -> FloatArray:
    """Adjust p-values over the groups of one area and period: one row a family, all families at once."""
    family = paired.groupby(WHERE, sort=False).ngroup().to_numpy()
    member = paired.groupby(WHERE, sort=False).cumcount().to_numpy()
    if not len(paired):
        return p_value
    grid = np.full((family.max() + 1, member.max() + 1), np.nan)
    grid[family, member] = p_value
    return inference.adjust_p_values(grid, method=correction)[family, member]


def _direction(
    estimate: FloatArray, p_adjusted: FloatArray, null_value: float, alpha: float, better: Better
) -> np.ndarray:
    """Say whether a group is worse or better off than the reference, or that nothing clear can be said."""
    if better == "neither":
        return np.full(estimate.shape, "not_assessed", dtype=object)
    worse = (estimate > null_value) if better == "lower" else (estimate < null_value)
    clear = p_adjusted < alpha
    verdict = np.where(clear, np.where(worse, "worse", "better"), "no_clear_difference")
    return np.where(np.isnan(estimate) | np.isnan(p_adjusted), "not_assessed", verdict).astype(object)


def _status(rows: pd.DataFrame, estimate: FloatArray, *, compared: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the status and the reason of each result: why it is absent, or why to doubt it."""
    status = rows["status"].to_numpy(object).copy()
    reason = rows["reason"].to_numpy(object).copy()
    few = rows["numerator"].to_numpy(float) < FEW_EVENTS
    absent = np.isnan(estimate)
    if compared:
        no_events = absent & (rows["reference_numerator"].to_numpy(float) == 0)
        no_figure = absent & rows["reference_numerator"].isna().to_numpy()
        few |= rows["reference_numerator"].to_numpy(float) < FEW_EVENTS
        reason = np.where(no_events & (reason == ""), _NO_REFERENCE_EVENTS, reason)
        reason = np.where(no_figure & (reason == ""), _NO_REFERENCE, reason)
    no_people = absent & ~(rows["denominator"].to_numpy(float) > 0)
    reason = np.where(no_people & (reason == ""), _NO_POPULATION, reason)
    status = np.where(absent & (status == "published"), "not_applicable", status)
    doubtful = few & (status == "published")
    return np.where(doubtful, "low_reliability", status), np.where(doubtful & (reason == ""), _FEW, reason)
