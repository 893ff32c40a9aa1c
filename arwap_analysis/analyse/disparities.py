"""Indicator table in, disparities against a reference out."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from arwap_analysis import measures
from arwap_analysis.analyse.families import Families, adjust_within
from arwap_analysis.analyse.levels import status_of
from arwap_analysis.analyse.results import comparable_codes, place_columns, result_frame, strata_of
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.estimate import Comparison, FloatArray
from arwap_analysis.registry import get_measure, registered_measures

__all__ = ["Better", "Reference", "compare_with_reference", "with_reference"]

Better = Literal["lower", "higher", "neither"]
Reference = Literal["group", "others", "best", "average"]
_PAIR = ("numerator", "denominator", "reference_numerator", "reference_denominator")
_VALUES = ("value", "reference_value", "standard_error", "reference_standard_error")
_ALL = ("numerator", "denominator")
_DEFAULTS = {"average": ("ratio_to_average", "difference_from_average")}


def compare_with_reference(
    table: pd.DataFrame,
    *,
    reference_group: str | None = None,
    reference: Reference = "group",
    measures_wanted: Sequence[str] | None = None,
    per: float = 1000.0,
    confidence: float = 0.95,
    correction: str = "holm",
    better: Better = "lower",
) -> pd.DataFrame:
    """Compare every group with a reference, in each area, period and stratum.

    Parameters
    ----------
    table : DataFrame
        Indicator table.
    reference_group : str, optional
        Code of a group of the classification, for reference "group"; people of unknown ethnicity can never be
        the reference.
    reference : {"group", "others", "best", "average"}
        One group; all other groups together; the group that does best (by `better`); or the average of all
        groups. People of unknown ethnicity are in none of them.
    measures_wanted : sequence of str
        Ids of measures of two groups: `rate_ratio` and `rate_difference` by default; of shares
        `proportion_ratio`, `proportion_difference`, `percentage_point_gap`, `odds_ratio`; `excess_count`; of
        values with standard errors `value_difference`, `value_ratio`, `percentage_gap`. For the average
        `ratio_to_average` and `difference_from_average`.
    per : float
        Multiplier of differences in rates.
    correction : str
        Adjustment of the p-values; the family is the groups compared in one area, period and stratum.
    better : {"lower", "higher", "neither"}
        Which way the indicator should go; decides what `direction` says.

    Returns
    -------
    DataFrame
        Disparity table. `direction` is worse, better or no_clear_difference by the adjusted p-value at
        the level 1 - `confidence`, or not_assessed.

    Raises
    ------
    ParameterError
        For a group that cannot be the reference, or a measure that does not compare two groups.
    """
    paired = with_reference(table, reference_group, reference=reference, better=better)
    wanted = measures_wanted or _DEFAULTS.get(reference, ("rate_ratio", "rate_difference"))
    tables = [_compare(paired, table, name, per, confidence, correction, better) for name in wanted]
    return pd.concat(tables, ignore_index=True)


def with_reference(
    table: pd.DataFrame, reference_group: str | None, *, reference: Reference = "group", better: Better = "lower"
) -> pd.DataFrame:
    """Put the counts and values of the reference beside every row to be compared, and its name in `reference`."""
    if reference == "group":
        if reference_group is None:
            raise ParameterError(
                Fault(
                    "no_reference", "no reference group is named", hint=f"One of: {', '.join(comparable_codes(table))}."
                )
            )
        codes = comparable_codes(table, reference_group)
        columns = ["numerator", "denominator", "value", "standard_error"]
        place = place_columns(table)
        other = table.loc[table["group"] == reference_group, [*place, *columns]]
        paired = table.merge(other.rename(columns={c: f"reference_{c}" for c in columns}), on=place, how="left")
        return paired[paired["group"].isin(codes)].assign(reference=reference_group).reset_index(drop=True)
    families = Families.of(table, comparable_codes(table))
    counts = families.grid("numerator"), families.grid("denominator")
    names: Any = reference
    if reference == "average":
        over, under = (np.where(np.isnan(c), 0.0, c).sum(axis=-1, keepdims=True) + 0 * c for c in counts)
    elif reference == "best":
        if better == "neither":
            raise ParameterError(
                Fault("no_best_group", "an indicator without a better direction has no best group", hint="Set better.")
            )
        over, under = measures.reference_counts(*counts, kind="best", favourable=better == "higher")
        best = np.argmax(np.isnan(over) & ~np.isnan(counts[0]), axis=-1)
        names = np.array(families.codes, dtype=object)[best][families.row]
    else:
        over, under = measures.reference_counts(*counts, kind="others")
    paired = families.rows.assign(
        reference_numerator=families.spread(over),
        reference_denominator=families.spread(under),
        reference_value=np.nan,
        reference_standard_error=np.nan,
        reference=names,
    )
    return paired[paired["group"] != paired["reference"]].reset_index(drop=True)


def _compare(
    paired: pd.DataFrame,
    table: pd.DataFrame,
    name: str,
    per: float,
    confidence: float,
    correction: str,
    better: Better,
) -> pd.DataFrame:
    """One measure for all rows at once."""
    spec = get_measure(name)
    found = _measured(paired, table, name, per, confidence)
    p_value = np.where(np.isnan(found.estimate), np.nan, found.p_value)
    p_adjusted = adjust_within(paired, place_columns(table), p_value, correction)
    status, reason = status_of(paired, found.estimate, compared=True)
    unit = f", per {per:,.0f}" if name == "rate_difference" else ""
    return result_frame(
        paired.assign(status=status, reason=reason),
        strata=strata_of(table),
        measure=name,
        scale=spec.scale,
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        confidence=confidence,
        p_value=p_value,
        p_adjusted=p_adjusted,
        direction=_direction(found.estimate, p_adjusted, spec, 1 - confidence, better),
        method=f"{found.method}{unit}; p-values adjusted by {correction} over the groups of one area and period",
    )


def _measured(paired: pd.DataFrame, table: pd.DataFrame, name: str, per: float, confidence: float) -> Comparison:
    """Call a measure with the columns that it names as its inputs."""
    spec = get_measure(name)
    options: dict[str, Any] = {"per": per, "confidence": confidence}
    accepted = inspect.signature(spec.function).parameters
    options = {key: value for key, value in options.items() if key in accepted}
    if name == "excess_count":
        options["kind"] = "proportion" if (table["unit"] == "proportion").all() else "rate"
    if spec.inputs in (_PAIR, _VALUES) and spec.null_value is not None and "favourable" not in accepted:
        arguments = {column: paired[column].to_numpy(float) for column in spec.inputs}
        return spec.function(**arguments, **options)
    if spec.inputs == _ALL and name in _DEFAULTS["average"]:
        families = Families.of(table, comparable_codes(table))
        found = spec.function(families.grid("numerator"), families.grid("denominator"), **options)
        parts = (found.estimate, found.lower, found.upper, found.standard_error, found.p_value)
        estimate, lower, upper, error, p_value = (families.spread(part) for part in parts)
        return Comparison(estimate, lower, upper, error, found.confidence, found.method, p_value)
    known = [
        id
        for id, other in registered_measures().items()
        if other.inputs in (_PAIR, _VALUES) and "favourable" not in inspect.signature(other.function).parameters
    ]
    raise ParameterError(
        Fault("not_a_comparison", f"'{name}' does not compare a group with a reference", hint=did_you_mean(name, known))
    )


def _direction(estimate: FloatArray, p_adjusted: FloatArray, spec: Any, alpha: float, better: Better) -> np.ndarray:
    """Say whether a group is worse or better off than the reference, or that nothing clear can be said."""
    if better == "neither":
        return np.full(estimate.shape, "not_assessed", dtype=object)
    higher = estimate > (spec.null_value or 0.0)
    if spec.id == "percentage_gap":  # above 0 the group has less
        higher = ~higher
    worse = higher if better == "lower" else ~higher
    clear = p_adjusted < alpha
    verdict = np.where(clear, np.where(worse, "worse", "better"), "no_clear_difference")
    return np.where(np.isnan(estimate) | np.isnan(p_adjusted), "not_assessed", verdict).astype(object)
