"""What a source can and cannot speak for: how precise each figure is, and whose ethnicity was not recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis import measures
from arwap_analysis.analyse.levels import Level, estimate_levels, level_values, reliability
from arwap_analysis.analyse.results import comparable_codes, place_columns
from arwap_analysis.analyse.robustness import recording_completeness
from arwap_analysis.indicators.schema import OPTIONAL

__all__ = ["describe_quality"]


def describe_quality(table: pd.DataFrame, *, level: Level = "rate") -> pd.DataFrame:
    """Return how precise the figure of each group is, and the share whose ethnicity is not known beside it.

    Parameters
    ----------
    table : DataFrame
        Indicator table.
    level : {"rate", "proportion", "value"}
        What is judged; see `estimate_levels`.

    Returns
    -------
    DataFrame
        Disparity table with the measure `relative_standard_error`: `estimate` is the standard error as a
        percentage of the level. Further columns: `reliability` (precise to 5%, reasonably precise to 10%,
        acceptable to 20%, unreliable above; empty where there is no figure), `share_unknown`, NaN where the
        source has no row for people whose ethnicity is not known, and, where the table has it (surveys),
        `effective_sample_size`, the people of a simple random sample that would say as much. Every group of the
        classification has a row in every place and period: one that the source does not have is `not_collected`.
    """
    codes = comparable_codes(table)
    rows = estimate_levels(table, measure=level)
    _, error = level_values(table, level, 1000.0)
    percent = measures.relative_standard_error(rows["estimate"].to_numpy(float), error)
    band = reliability(rows.assign(standard_error=error))
    place = place_columns(table)
    shares = recording_completeness(table)[[*place, "estimate"]].rename(columns={"estimate": "share_unknown"})
    unknown = table[place].merge(shares, on=place, how="left")["share_unknown"].to_numpy(float)
    found = rows.assign(
        measure="relative_standard_error",
        estimate=percent,
        lower=np.nan,
        upper=np.nan,
        standard_error=np.nan,
        confidence=np.nan,
        method=f"standard error as a percentage of the figure, {'as given' if level == 'value' else 'from the counts'}",
        reliability=band,
        share_unknown=unknown,
    )
    for column in OPTIONAL:
        if column in table.columns:
            found[column] = table[column].to_numpy(float)
    found = found[found["group"].isin(codes)]
    return pd.concat([found, _absent(table, found, codes)], ignore_index=True)


def _absent(table: pd.DataFrame, found: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Return a row for every group that a place lacks: the silence of a source is a finding too."""
    place = place_columns(table)
    places = table.drop_duplicates(place)[[*place, "classification", "source"]]
    every = places.merge(pd.DataFrame({"group": codes}), how="cross")
    there = found[[*place, "group"]].drop_duplicates()
    missing = every.merge(there, on=[*place, "group"], how="left", indicator=True)
    missing = missing[missing["_merge"] == "left_only"].drop(columns="_merge")
    return missing.assign(
        measure="relative_standard_error",
        scale="level",
        status="not_collected",
        reason="The source has no figure for this group",
        reliability="",
    ).reindex(columns=found.columns)
