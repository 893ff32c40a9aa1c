"""How far could the answer move? Unknown ethnicity, rounding and another population, beside sampling."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis import measures
from arwap_analysis.analyse.disparities import compare_with_reference, with_reference
from arwap_analysis.analyse.results import WHERE, place_columns, result_frame, strata_of, table_classification
from arwap_analysis.ethnicity import get_classification

__all__ = ["ratio_under_other_choices", "recording_completeness"]

_NO_UNKNOWN = "The source has no row for people whose ethnicity is not known"
_WITHHELD = "A count was withheld, so that the number of all events is not known"


def recording_completeness(table: pd.DataFrame) -> pd.DataFrame:
    """Return, for each area and period, the share of events whose ethnicity is not known.

    The disparity table's `numerator` holds the events of unknown ethnicity and its `denominator` all
    events. Where an area and period has no events at all (weighted surveys, means), people are counted
    instead, by the table's denominators; `method` says which. NaN with a reason where the source has no row
    for unknown ethnicity (absence of the row is not evidence that ethnicity was always known), and where a count
    was withheld, because the sum of the others is not all events.
    """
    code = get_classification(table_classification(table)).code_of_kind("unknown")
    place = place_columns(table)
    eventless = table["numerator"].isna().groupby([table[c] for c in place], dropna=False).transform("all")
    counts = table["numerator"].where(~eventless, table["denominator"])
    withheld = counts.isna() & table["status"].isin(["suppressed", "low_reliability"])
    known = table.assign(
        counts=counts, unknown=counts.where(table["group"] == code), eventless=eventless, withheld=withheld
    )
    sums = known.groupby(place, sort=False, dropna=False).agg(
        numerator=("unknown", lambda counts: counts.sum(min_count=1)),
        denominator=("counts", "sum"),
        eventless=("eventless", "first"),
        withheld=("withheld", "any"),
        source=("source", "first"),
        classification=("classification", "first"),
    )
    rows = sums.reset_index()
    rows["denominator"] = rows["denominator"].mask(rows["withheld"])
    share = (rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0)).to_numpy(float)
    absent = np.isnan(share)
    return result_frame(
        rows,
        strata=strata_of(table),
        measure="share_unknown",
        scale="level",
        group=code,
        estimate=share,
        status=np.where(absent, np.where(rows["withheld"], "suppressed", "not_collected"), "published"),
        reason=np.where(absent, np.where(rows["withheld"], _WITHHELD, _NO_UNKNOWN), ""),
        method=np.where(
            rows["eventless"],
            "people of unknown ethnicity over all people",
            "events of unknown ethnicity over all events",
        ),
    )


def ratio_under_other_choices(
    table: pd.DataFrame,
    *,
    reference_group: str,
    confidence: float = 0.95,
    rounding_base: int | None = None,
    alternative: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the rate ratio of each group and period under the choices that a critic would try.

    `choice` is `main` (the ratio with its interval), `rounding` (every count anywhere within the
    publisher's rounding), `unknown` (all events of unknown ethnicity given to the reference group, then
    all to the group: the widest bounds there are), or `population` (the alternative population, with its
    interval). Bounds are not confidence intervals: their `confidence` is NaN and their `estimate` is the
    published one.
    """
    counts = _unknown_counts(table)
    paired = with_reference(table, reference_group).merge(counts, on=WHERE, how="left")
    main = compare_with_reference(
        table, reference_group=reference_group, measures_wanted=("rate_ratio",), confidence=confidence
    )
    tables = [main]
    if rounding_base:
        found = measures.rounding_bounds(**_arguments(paired), base=rounding_base)
        tables.append(
            _bounds(paired, found, "rounding", f"each count within its rounding to {rounding_base}", reference_group)
        )
    if counts["unknown"].notna().any():
        found = measures.unknown_bounds(**_arguments(paired), unknown=paired["unknown"].to_numpy(float))
        tables.append(
            _bounds(
                paired,
                found,
                "unknown",
                "all events of unknown ethnicity in the reference group, then all in the group",
                reference_group,
            )
        )
    if alternative is not None:
        other = compare_with_reference(
            alternative,
            reference_group=reference_group,
            measures_wanted=("rate_ratio",),
            confidence=confidence,
        )
        tables.append(other.assign(choice="population"))
    return pd.concat(tables, ignore_index=True)


def _unknown_counts(table: pd.DataFrame) -> pd.DataFrame:
    code = get_classification(table_classification(table)).code_of_kind("unknown")
    unknown = table.loc[table["group"] == code, [*WHERE, "numerator"]].rename(columns={"numerator": "unknown"})
    return table[WHERE].drop_duplicates().merge(unknown, on=WHERE, how="left")


def _arguments(paired: pd.DataFrame) -> dict[str, np.ndarray]:
    columns = ("numerator", "denominator", "reference_numerator", "reference_denominator")
    return {column: paired[column].to_numpy(float) for column in columns}


def _bounds(
    paired: pd.DataFrame, found: measures.RatioBounds, choice: str, method: str, reference_group: str
) -> pd.DataFrame:
    absent = np.isnan(found.lower) & np.isnan(found.upper)
    return result_frame(
        paired,
        measure="rate_ratio",
        scale="relative",
        choice=choice,
        reference=reference_group,
        estimate=found.observed,
        lower=found.lower,
        upper=found.upper,
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, "The bounds need counts and populations of both groups", ""),
        confidence=np.nan,
        standard_error=np.nan,
        method=method,
    )
