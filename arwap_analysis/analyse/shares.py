"""Shares against shares: representation among staff, and who passes each stage of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from arwap_analysis import measures
from arwap_analysis.analyse.families import Families
from arwap_analysis.analyse.results import comparable_codes, place_columns, result_frame, strata_of
from arwap_analysis.errors import Fault, ParameterError, did_you_mean

__all__ = ["compare_pipeline", "compare_representation"]


def compare_representation(staff: pd.DataFrame, population: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return each group's share among staff over its share of the population of the same area.

    Parameters
    ----------
    staff : DataFrame
        Indicator table whose `numerator` counts staff (or applicants, pupils) by group.
    population : DataFrame
        Indicator table whose `numerator` counts people; one period. People of unknown ethnicity are in neither.

    Returns
    -------
    DataFrame
        Disparity table; 1 = represented as in the population.

    Raises
    ------
    ParameterError
        When the population has more than one period, or another classification.
    """
    codes = comparable_codes(staff)
    if comparable_codes(population) != codes:
        raise ParameterError(
            Fault("other_classification", "staff and population are counted by different classifications",
                  hint="Bring both to one classification first.")
        )  # fmt: skip
    periods = population["period"].unique()
    if len(periods) != 1:
        raise ParameterError(
            Fault("many_periods", f"the population has {len(periods)} periods", hint="Keep the one to compare with.")
        )
    families = Families.of(staff, codes)
    people = Families.of(population, codes, by=["area"])
    place = pd.Index(people.places["area"]).get_indexer(families.places["area"])
    grid = np.where((place >= 0)[:, None], people.grid("numerator")[place], np.nan)
    count = families.grid("numerator")
    found = measures.representation_index(
        count,
        count.sum(axis=-1, keepdims=True),
        population=grid,
        total_population=grid.sum(axis=-1, keepdims=True),
        confidence=confidence,
    )
    estimate = families.spread(found.estimate)
    absent = np.isnan(estimate)
    reason = families.rows["reason"].to_numpy(object)
    why = "Counts of every group, among staff and in the population of the area, are needed"
    return result_frame(
        families.rows,
        strata=strata_of(staff),
        measure="representation_index",
        scale="relative",
        reference=f"population {periods[0]}",
        estimate=estimate,
        lower=families.spread(found.lower),
        upper=families.spread(found.upper),
        standard_error=families.spread(found.standard_error),
        p_value=families.spread(found.p_value),
        confidence=confidence,
        denominator=families.spread(np.broadcast_to(count.sum(axis=-1, keepdims=True), count.shape)),
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent & (reason == ""), why, reason),
        method=found.method,
    )


def compare_pipeline(
    table: pd.DataFrame,
    stages: Sequence[str],
    *,
    reference_group: str,
    favourable: bool = True,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the relative likelihood of passing each stage of a pipeline, and of passing them all.

    Parameters
    ----------
    table : DataFrame
        Indicator table whose `numerator` counts people; one indicator a stage.
    stages : sequence of str
        Ids of the indicators, first stage first.
    favourable : bool
        Whether passing is good (appointed) or bad (dismissed); above 1 is always a disadvantage of the group.

    Returns
    -------
    DataFrame
        Disparity table; `indicator` is the stage reached, and `choice` the step ("applied to shortlisted").

    Raises
    ------
    ParameterError
        For an indicator that is not in the table.
    """
    strangers = [stage for stage in stages if stage not in set(table["indicator"])]
    if strangers or len(stages) < 2:
        known = sorted(table["indicator"].unique())
        raise ParameterError(
            Fault("unknown_stage", f"the table has no indicator {', '.join(strangers) or 'for a second stage'}",
                  hint=did_you_mean(strangers[0] if strangers else "", known))
        )  # fmt: skip
    codes = [*comparable_codes(table, reference_group), reference_group]
    by = [c for c in place_columns(table) if c != "indicator"]
    wanted = table[table["indicator"].isin(stages)]
    # A stage and a group together are one column, so that all places stay rows of one array.
    columns = [f"{stage}\t{code}" for stage in stages for code in codes]
    flat = wanted.assign(group=wanted["indicator"] + "\t" + wanted["group"])
    families = Families.of(flat, columns, by=by)
    counts = families.grid("numerator").reshape(-1, len(stages), len(codes))
    found = measures.pipeline_likelihoods(
        counts, reference=len(codes) - 1, favourable=favourable, confidence=confidence
    )
    last = len(stages) - 1
    before, after = [*range(last), 0], [*range(1, last + 1), last]
    start, end = counts[:, before, :], counts[:, after, :]
    # One row for each place, step and group, in that order.
    shape = found.estimate[..., :-1].shape
    place, step, group = (index.ravel() for index in np.indices(shape))
    names = np.array(stages, dtype=object)
    estimate = found.estimate[..., :-1].ravel()
    absent = np.isnan(estimate)
    return result_frame(
        families.places.iloc[place].assign(indicator=names[after][step]),
        strata=strata_of(table),
        measure="relative_likelihood",
        scale="relative",
        choice=names[before][step] + " to " + names[after][step],
        group=np.array(codes, dtype=object)[group],
        reference=reference_group,
        estimate=estimate,
        lower=found.lower[..., :-1].ravel(),
        upper=found.upper[..., :-1].ravel(),
        standard_error=found.standard_error[..., :-1].ravel(),
        p_value=found.p_value[..., :-1].ravel(),
        confidence=confidence,
        numerator=end[..., :-1].ravel(),
        denominator=start[..., :-1].ravel(),
        reference_numerator=np.broadcast_to(end[..., -1:], shape).ravel(),
        reference_denominator=np.broadcast_to(start[..., -1:], shape).ravel(),
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, "Counts of both groups at both stages are needed, and somebody who passed", ""),
        method=found.method,
    )
