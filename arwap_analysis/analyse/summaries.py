"""Indicator table in, one number for all groups at once out: inequality, segregation, homogeneity over areas."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from arwap_analysis import inference, measures
from arwap_analysis.analyse.disparities import Better, with_reference
from arwap_analysis.analyse.families import Families
from arwap_analysis.analyse.levels import Level, level_values
from arwap_analysis.analyse.results import comparable_codes, result_frame, strata_of
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.estimate import Comparison, Estimate
from arwap_analysis.registry import MeasureSpec, get_measure, registered_measures

__all__ = ["compare_over_areas", "measure_segregation", "summarise_inequality"]

_GROUPS = ("estimate", "population", "standard_error")
_ORDERED = ("estimate", "population", "order", "standard_error")
_TOO_FEW = "Fewer than two groups have a figure"
_UNDEFINED = "The measure is undefined here (see its section in the methods)"


def summarise_inequality(
    table: pd.DataFrame,
    *,
    measures_wanted: Sequence[str] = ("between_group_standard_deviation", "index_of_disparity", "theil_index"),
    level: Level = "rate",
    better: Better = "lower",
    reference_group: str | None = None,
    order: Mapping[str, float] | None = None,
    weights: Literal["population", "equal"] = "population",
    interval: Literal["analytic", "simulated"] = "analytic",
    seed: int | None = None,
    per: float = 1000.0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return one number for the inequality over all groups, in each area, period and stratum.

    Parameters
    ----------
    table : DataFrame
        Indicator table.
    measures_wanted : sequence of str
        Ids of measures over groups; see docs/methods.md, "Inequality over all groups at once".
    level : {"rate", "proportion", "value"}
        What is compared: see `estimate_levels`.
    better : {"lower", "higher", "neither"}
        Which way the indicator should go, for measures against the best group.
    reference_group : str, optional
        For `mean_difference_from_reference`, `group_difference` and `group_ratio`.
    order : mapping of code to rank, optional
        For measures along an order, 1 = most disadvantaged. Ethnic groups have none.
    weights : {"population", "equal"}
        Whether groups count by their denominators or all the same.
    interval : {"analytic", "simulated"}
        Delta method, or 10,000 draws with `seed`.

    Returns
    -------
    DataFrame
        Disparity table with no group. People of unknown ethnicity are left out; groups left out for want of a
        figure are named in the reason.

    Raises
    ------
    ParameterError
        For a measure that does not take groups, or that lacks what it needs (order, reference, direction, seed).
    """
    families = Families.of(table, comparable_codes(table))
    values, error = (families.arrange(part) for part in level_values(families.rows, level, per))
    population = families.grid("denominator") if weights == "population" else None
    known = ~np.isnan(values)
    tables = []
    for name in measures_wanted:
        spec = _over_groups(name)
        options = _options(spec, families.codes, better, reference_group, order)
        if "population" in inspect.signature(spec.function).parameters and population is not None:
            options["population"] = population
            known = known & (population > 0)
        found = _interval(spec, values, error, options, interval, seed, confidence)
        tables.append(_rows(table, families, spec, found, known, confidence))
    return pd.concat(tables, ignore_index=True)


def _over_groups(name: str) -> MeasureSpec:
    spec = get_measure(name)
    if spec.inputs not in (_GROUPS, _ORDERED):
        known = [id for id, other in registered_measures().items() if other.inputs in (_GROUPS, _ORDERED)]
        raise ParameterError(
            Fault("not_over_groups", f"'{name}' is not a measure over all groups", hint=did_you_mean(name, known))
        )
    return spec


def _options(
    spec: MeasureSpec,
    codes: tuple[str, ...],
    better: Better,
    reference_group: str | None,
    order: Mapping[str, float] | None,
) -> dict[str, Any]:
    """Give a measure the order, reference and direction that it asks for, or say that they are missing."""
    asked = inspect.signature(spec.function).parameters
    options: dict[str, Any] = {}
    if "favourable" in asked:
        if better == "neither":
            raise ParameterError(
                Fault("no_direction", f"{spec.id} needs to know which way is better", hint="Set better.")
            )
        options["favourable"] = better == "higher"
    if "order" in asked and order is not None:
        missing = [code for code in codes if code not in order]
        if missing:
            raise ParameterError(Fault("no_rank", f"the order has no rank for {', '.join(missing)}"))
        options["order"] = [order[code] for code in codes]
    elif "order" in asked and asked["order"].default is inspect.Parameter.empty:
        raise ParameterError(
            Fault("no_order", f"{spec.id} needs an order of the groups, which ethnic groups do not have",
                  hint="Use a measure without an order, or pass order= for groups that have one.")
        )  # fmt: skip
    if "reference" in asked and "order" not in options:
        if reference_group is not None:
            if reference_group not in codes:
                raise ParameterError(
                    Fault("unusable_reference", f"'{reference_group}' cannot be the reference group",
                          hint=did_you_mean(reference_group, list(codes)))
                )  # fmt: skip
            options["reference"] = codes.index(reference_group)
        elif asked["reference"].default is inspect.Parameter.empty:
            raise ParameterError(Fault("no_reference", f"{spec.id} needs a reference group"))
    return options


def _interval(
    spec: MeasureSpec, values: np.ndarray, error: np.ndarray, options: dict[str, Any], interval: str,
    seed: int | None, confidence: float,
) -> Estimate:  # fmt: skip
    if interval == "analytic":
        found: Estimate = spec.function(values, standard_error=error, confidence=confidence, **options)
        return found
    if seed is None:
        raise ParameterError(
            Fault("no_seed", "a simulated interval needs a seed", hint="Pass seed=, any whole number.")
        )
    return measures.simulated_interval(
        spec.function, values, standard_error=error, seed=seed, confidence=confidence, **options
    )


def _rows(
    table: pd.DataFrame, families: Families, spec: MeasureSpec, found: Estimate, known: np.ndarray, confidence: float
) -> pd.DataFrame:
    absent = np.isnan(found.estimate)
    codes = np.array(families.codes, dtype=object)
    missing = [", ".join(codes[~row]) for row in known]
    left_out = [f"Left out, for want of a figure: {names}" if names else "" for names in missing]
    why = np.where(known.sum(axis=-1) < 2, _TOO_FEW, _UNDEFINED)
    return result_frame(
        families.places,
        strata=strata_of(table),
        measure=spec.id,
        scale=spec.scale,
        group=None,
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        confidence=confidence,
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, why, np.array(left_out, dtype=object)),
        method=found.method,
    )


def compare_over_areas(table: pd.DataFrame, *, reference_group: str, confidence: float = 0.95) -> pd.DataFrame:
    """Return the rate ratio common to all areas, and whether it is common: one row of each a group and period.

    Returns
    -------
    DataFrame
        Disparity table; `area` is empty. `common_rate_ratio` has an interval and a p-value;
        `homogeneity_of_rate_ratios` has its chi-squared statistic as the estimate and its p-value.
    """
    paired = with_reference(table, reference_group)
    families = Families.over_areas(table, paired)
    columns = ("numerator", "denominator", "reference_numerator", "reference_denominator")
    counts = {name: families.grid(name) for name in columns}
    ratio = inference.common_rate_ratio(**counts, confidence=confidence)
    same = inference.homogeneity_of_rate_ratios(**counts)
    places = families.places.rename(columns={"code": "group"}).assign(
        area=None, area_name=None, reference=reference_group, confidence=confidence
    )
    intervals = {"lower": ratio.lower, "upper": ratio.upper, "standard_error": ratio.standard_error}
    return pd.concat(
        [
            _test_rows(places, table, "common_rate_ratio", "relative", ratio, estimate=ratio.estimate, **intervals),
            _test_rows(places, table, "homogeneity_of_rate_ratios", "test", same, estimate=same.statistic),
        ],
        ignore_index=True,
    )


def _test_rows(
    places: pd.DataFrame,
    table: pd.DataFrame,
    measure: str,
    scale: str,
    found: Comparison | inference.TestResult,
    **numbers: Any,
) -> pd.DataFrame:
    absent = np.isnan(numbers["estimate"])
    return result_frame(
        places,
        strata=strata_of(table),
        measure=measure,
        scale=scale,
        p_value=found.p_value,
        method=found.method,
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, "Too few areas have counts and events of both groups", ""),
        **numbers,
    )


def measure_segregation(table: pd.DataFrame) -> pd.DataFrame:
    """Return how unevenly each group is spread over the areas of an indicator table of people (`numerator`).

    Returns
    -------
    DataFrame
        Disparity table with `dissimilarity_index` and `isolation_index` of each group, and
        `information_theory_index` of all groups, in each period and stratum; `area` is empty.
    """
    codes = [code for code in comparable_codes(table) if code in set(table["group"])]
    families = Families.over_areas(table)
    people, places = families.grid("numerator"), families.places
    by = [c for c in places.columns if c not in ("code", "classification", "source")]
    whole = places.drop_duplicates(by)[[*by, "classification", "source"]].reset_index(drop=True)
    cube = np.full((len(whole), len(families.codes), len(codes)), np.nan)
    position = whole.assign(position=range(len(whole))).set_index(by)["position"]
    known = places["code"].isin(codes).to_numpy()
    row = position.loc[pd.MultiIndex.from_frame(places.loc[known, by]) if len(by) > 1 else places.loc[known, by[0]]]
    cube[row.to_numpy(), :, pd.Index(codes).get_indexer(places.loc[known, "code"])] = people[known]
    total = cube.sum(axis=-1)
    frames = []
    for index, code in enumerate(codes):
        for name in ("dissimilarity_index", "isolation_index"):
            found = get_measure(name).function(cube[..., index], total)
            frames.append(_described(whole, table, name, found, code))
    frames.append(_described(whole, table, "information_theory_index", measures.information_theory_index(cube), None))
    return pd.concat(frames, ignore_index=True)


def _described(
    places: pd.DataFrame, table: pd.DataFrame, name: str, found: Estimate, group: str | None
) -> pd.DataFrame:
    absent = np.isnan(found.estimate)
    return result_frame(
        places.assign(area=None, area_name=None),
        strata=strata_of(table),
        measure=name,
        scale=get_measure(name).scale,
        group=group,
        estimate=found.estimate,
        status=np.where(absent, "not_applicable", "published"),
        reason=np.where(absent, "Areas with figures for every group hold nobody of this group, or only this group", ""),
        method=found.method,
    )
