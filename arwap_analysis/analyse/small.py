"""What can be said of small groups: pooled years, shrunken areas, and what the data could have shown at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from arwap_analysis import inference, models
from arwap_analysis.analyse.disparities import with_reference
from arwap_analysis.analyse.families import Families
from arwap_analysis.analyse.levels import level_values
from arwap_analysis.analyse.results import place_columns, result_frame, strata_of
from arwap_analysis.errors import Fault, ParameterError

__all__ = ["detectable_ratios", "pool_periods", "shrink_over_areas"]

_NOT_FITTED = "Shrinkage needs three areas or more with counts, and some events"


def pool_periods(table: pd.DataFrame, periods: Sequence[str], *, label: str | None = None) -> pd.DataFrame:
    """Return an indicator table with `periods` added up into one, for groups too small for a single year.

    Events and people (person-years) are added. A group that lacks a count in any of the periods stays without
    one, with the reason: a sum of fewer years would look like fewer events.

    Parameters
    ----------
    table : DataFrame
        Indicator table of counts.
    periods : sequence of str
        Periods to add up, as they stand in the table.
    label : str, optional
        Name of the pooled period; "first to last" by default.

    Raises
    ------
    ParameterError
        For a period that is not in the table, or a table of values, which do not add up.
    """
    strangers = [period for period in periods if period not in set(table["period"])]
    if strangers or not periods:
        raise ParameterError(
            Fault("unknown_period", f"the table has no period {', '.join(strangers) or '(none was named)'}",
                  hint=f"Its periods: {', '.join(sorted(table['period'].unique()))}.")
        )  # fmt: skip
    if table["numerator"].isna().all():
        raise ParameterError(Fault("no_counts", "the table has no counts, and values do not add up over years"))
    keys = [c for c in [*place_columns(table), "group"] if c != "period"]
    wanted = table[table["period"].isin(periods)]
    groups = wanted.groupby(keys, sort=False, dropna=False)
    pooled = groups.agg(
        numerator=("numerator", lambda counts: counts.sum(skipna=False)),
        denominator=("denominator", lambda counts: counts.sum(skipna=False)),
        rows=("period", "nunique"),
        **{c: (c, "first") for c in ("classification", "unit", "source", "status", "reason")},
    ).reset_index()
    lacking = (pooled["rows"] < len(set(periods))) | pooled["numerator"].isna()
    pooled.loc[lacking, ["numerator", "denominator"]] = np.nan
    pooled["status"] = np.where(lacking, "not_applicable", "published")
    pooled["reason"] = np.where(lacking, "A count is missing in at least one of the pooled periods", "")
    pooled["period"] = label or (periods[0] if len(periods) == 1 else f"{min(periods)} to {max(periods)}")
    return pooled.reindex(columns=table.columns)


def shrink_over_areas(
    table: pd.DataFrame, *, level: str = "rate", per: float = 1000.0, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the level of each group in each area, shrunk towards that group's mean over all areas.

    Areas borrow from each other within one group and period: no group is shrunk towards another.

    Parameters
    ----------
    table : DataFrame
        Indicator table with counts.
    level : {"rate", "proportion"}
        Gamma-Poisson or beta-binomial.

    Returns
    -------
    DataFrame
        Disparity table with the measure `shrunken_rate` or `shrunken_proportion`; `prior_mean` and `own_weight`
        say towards what, and how far, each figure was moved.
    """
    families = Families.over_areas(table)
    counts = families.grid("numerator"), families.grid("denominator")
    if level == "rate":
        found = models.gamma_poisson_shrinkage(*counts, per=per, confidence=confidence)
    elif level == "proportion":
        found = models.beta_binomial_shrinkage(*counts, confidence=confidence)
    else:
        raise ParameterError(Fault("unknown_level", f"'{level}' cannot be shrunk", hint="Use rate or proportion."))
    rows = families.rows.assign(group=families.rows["code"])
    estimate = families.spread(found.estimate)
    absent = np.isnan(estimate)
    frame = result_frame(
        rows,
        strata=strata_of(table),
        measure=f"shrunken_{level}",
        scale="level",
        estimate=estimate,
        lower=families.spread(found.lower),
        upper=families.spread(found.upper),
        standard_error=families.spread(found.standard_error),
        confidence=confidence,
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent & (rows["reason"] == ""), _NOT_FITTED, rows["reason"]),
        method=found.method,
    )
    return frame.assign(prior_mean=families.spread(found.mean), own_weight=families.spread(found.weight))


def detectable_ratios(
    table: pd.DataFrame, *, reference_group: str, level: str = "rate", power: float = 0.8, confidence: float = 0.95
) -> pd.DataFrame:
    """Return, for each group, the ratios that its data could have told from no difference.

    Returns
    -------
    DataFrame
        Disparity table with the measure `minimum_detectable_ratio`: `lower` is the highest ratio below 1 that
        would have been found with the given power, `upper` the lowest above 1. NaN where none would.

    Raises
    ------
    ParameterError
        For a group that cannot be the reference.
    """
    paired = with_reference(table, reference_group)
    reference = paired.assign(numerator=paired["reference_numerator"], denominator=paired["reference_denominator"])
    base, _ = level_values(reference, "proportion" if level == "proportion" else "rate", 1.0)
    low, high = inference.minimum_detectable_ratio(
        base,
        denominator=paired["denominator"].to_numpy(float),
        reference_denominator=paired["reference_denominator"].to_numpy(float),
        power=power,
        kind=level,
        confidence=confidence,
    )
    absent = np.isnan(low) & np.isnan(high)
    return result_frame(
        paired,
        strata=strata_of(table),
        measure="minimum_detectable_ratio",
        scale="test",
        lower=low,
        upper=high,
        confidence=confidence,
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, "Populations and a rate of the reference group are needed", ""),
        method=f"ratios found with a chance of {100 * power:g}% by a two-sided test, variance-stabilised",
    )
