"""One adaptor for each measure of the reference files: their inputs to our call, our result to their names.

An adaptor returns what it computed under the names that the file expects. `TOLERANCE` follows the files' own
README: 1e-6 for closed forms, 1e-4 for iterative fits (`ITERATIVE`), 1e-3 for funnel limits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from arwap_analysis import inference, measures
from tests.peers.surveys import survey_case
from tests.peers.syntheses import synthesis_case

__all__ = ["ADAPTORS", "ADAPTORS_OF_CASES", "CLOSED", "FITTED", "ITERATIVE", "ROOT_FINDER", "SOUGHT", "TOLERANCE"]

Values = dict[str, Any]
Adaptor = Callable[[Values, Values], Values]
CLOSED, FITTED, FUNNEL = 1e-6, 1e-4, 1e-3
TOLERANCE = {"funnel_limits": FUNNEL, "funnel_significance": FUNNEL}
# Statistics and methods that the peer fits by iteration.
ITERATIVE = {"logistic", "poisson", "REML", "PM", "ML"}
# A fault of the peer: R's fisher.test seeks these with uniroot, which stops at .Machine$double.eps^0.25.
SOUGHT = {"fisher_conditional_or", "fisher_lower", "fisher_upper"}
ROOT_FINDER = 1.3e-4


def _values(found: Any) -> Values:
    return {"estimate": found.estimate, "se": found.standard_error, "lower": found.lower, "upper": found.upper}


def _groups(inputs: Values, params: Values, *, population: bool = True) -> Values:
    """Arguments that all measures over groups share."""
    arguments = {"estimate": inputs["estimate"], "confidence": params.get("level", 0.95)}
    if population:
        arguments["population"] = inputs.get("population")
    if inputs.get("standard_error") is not None:
        arguments["standard_error"] = inputs["standard_error"]
    return arguments


def _plain(function: Callable[..., Any], **fixed: Any) -> Adaptor:
    return lambda inputs, params: _values(function(**_groups(inputs, params), **fixed))


def _pair(function: Callable[..., Any]) -> Adaptor:
    """The two groups compared: by order, against the reference, or the extremes."""

    def adapt(inputs: Values, params: Values) -> Values:
        chosen = {"order": inputs["order"]} if inputs["ordered"] else {"reference": inputs.get("reference")}
        arguments = _groups(inputs, params, population=False)
        return _values(function(**arguments, favourable=inputs["favourable"], **chosen))

    return adapt


def _ordered(function: Callable[..., Any]) -> Adaptor:
    return lambda inputs, params: _values(
        function(**_groups(inputs, params), order=inputs["order"], method="regression")
    )


def _best(*, weighted: bool) -> Adaptor:
    return lambda inputs, params: _values(
        measures.mean_difference_from_best(
            **_groups(inputs, params), favourable=inputs["favourable"], weighted=weighted
        )
    )


def _reference(*, weighted: bool) -> Adaptor:
    def adapt(inputs: Values, params: Values) -> Values:
        if "reference" not in inputs:
            return _best(weighted=weighted)(inputs, params)
        return _values(
            measures.mean_difference_from_reference(
                **_groups(inputs, params), reference=inputs["reference"], weighted=weighted
            )
        )

    return adapt


def _attributable(function: Callable[..., Any]) -> Adaptor:
    def adapt(inputs: Values, params: Values) -> Values:
        order = inputs.get("order") if inputs["ordered"] else None
        return _values(
            function(
                **_groups(inputs, params),
                favourable=inputs["favourable"],
                order=order,
                method="walter",
                scale=inputs.get("scale", 1),
            )
        )

    return adapt


def _rate(inputs: Values, params: Values) -> Values:
    return _values(
        measures.rate(inputs["numerator"], inputs["denominator"], per=params["per"], confidence=params["level"])
    )


def _proportion(inputs: Values, params: Values) -> Values:
    return _values(measures.proportion(inputs["numerator"], inputs["denominator"], confidence=params["level"]))


def _standardised(inputs: Values, params: Values) -> Values:
    return _values(measures.directly_standardised_rate(**inputs, per=params["per"], confidence=params["level"]))


def _indirect(function: Callable[..., Any]) -> Adaptor:
    def adapt(inputs: Values, params: Values) -> Values:
        found = function(**inputs, per=params["per"], confidence=params["level"])
        rates = np.asarray(inputs["reference_numerator"]) / np.asarray(inputs["reference_denominator"])
        return {**_values(found), "expected": np.sum(rates * np.asarray(inputs["denominator"]))}

    return adapt


def _life(inputs: Values, params: Values) -> Values:
    found = measures.life_expectancy(
        inputs["deaths"], inputs["population"], age_start=inputs["age_start"], confidence=params["level"]
    )
    return _values(found)


def _mean(inputs: Values, params: Values) -> Values:
    return _values(measures.sample_mean(inputs["value"], confidence=params["level"]))


def _funnel(inputs: Values, params: Values) -> Values:
    axis = measures.funnel_axis(inputs["denominator"])
    found = measures.funnel_limits(
        inputs["numerator"], inputs["denominator"], at=axis, statistic=params["statistic"], per=params["per"]
    )
    return {
        "Population": axis,
        "lower_2s_limit": found.lower_95,
        "upper_2s_limit": found.upper_95,
        "lower_3s_limit": found.lower_998,
        "upper_3s_limit": found.upper_998,
        "baseline": found.baseline,
    }


def _significance(inputs: Values, params: Values) -> Values:
    names = {-2: "Low (0.001)", -1: "Low (0.025)", 0: "Not significant", 1: "High (0.025)", 2: "High (0.001)"}
    found = measures.funnel_position(inputs["numerator"], inputs["denominator"], statistic=params["statistic"])
    return {"significance": [names[int(position)] for position in found]}


def _multiplicity(inputs: Values, params: Values) -> Values:
    return {name: inference.adjust_p_values(inputs["p"], method=name) for name in ("holm", "bh", "by", "hommel")}


def _trend(inputs: Values, params: Values) -> Values:
    found = inference.trend_in_proportions(inputs["count"], inputs["nobs"], score=inputs["score"])
    return {"chi2": found.statistic, "p": found.p_value}


def _two_groups(inputs: Values, params: Values) -> Values:
    (a, b), (n, m) = inputs["count"], inputs["nobs"]
    table = [[a, n - a], [b, m - b]]
    fisher, score = inference.fisher_exact_test(table), inference.chi_squared_test(table)
    wald = measures.proportion_difference(a, n, reference_numerator=b, reference_denominator=m, method="wald")
    rates = {"reference_numerator": b, "reference_denominator": 10 * m}
    ratio = measures.rate_ratio(a, 10 * n, **rates)
    return {
        "fisher_p": fisher.p_value,
        "fisher_conditional_or": fisher.estimate,
        "fisher_lower": fisher.lower,
        "fisher_upper": fisher.upper,
        "score_chi2": score.statistic,
        "score_p": score.p_value,
        "wald_diff_lower": wald.lower,
        "wald_diff_upper": wald.upper,
        "rate_ratio": ratio.estimate,
        "rate_ratio_lower": ratio.lower,
        "rate_ratio_upper": ratio.upper,
        "rate_ratio_p": inference.poisson_rate_test(a, 10 * n, **rates),
    }


def _stratified(inputs: Values, params: Values) -> Values:
    tables = inputs["tables"]
    ratio = inference.mantel_haenszel_odds_ratio(tables, confidence=params.get("level", 0.95))
    plain = inference.cochran_mantel_haenszel_test(tables)
    corrected = inference.cochran_mantel_haenszel_test(tables, correction=True)
    return {
        "mh_odds_ratio": ratio.estimate,
        "lower": ratio.lower,
        "upper": ratio.upper,
        "cmh_chi2": plain.statistic,
        "cmh_p": plain.p_value,
        "cmh_chi2_corrected": corrected.statistic,
    }


ADAPTORS: dict[str, Adaptor] = {
    "absolute_concentration_index": _ordered(measures.absolute_concentration_index),
    "between_group_standard_deviation": _plain(measures.between_group_standard_deviation),
    "between_group_variance": _plain(measures.between_group_variance),
    "coefficient_of_variation": _plain(measures.coefficient_of_variation),
    "crude_rate_byar": _rate,
    "difference": _pair(measures.group_difference),
    "directly_standardised_rate": _standardised,
    "funnel_limits": _funnel,
    "funnel_significance": _significance,
    "index_of_disparity_unweighted": _plain(measures.index_of_disparity, weighted=False),
    "index_of_disparity_weighted": _plain(measures.index_of_disparity),
    "indirectly_standardised_rate": _indirect(measures.indirectly_standardised_rate),
    "indirectly_standardised_ratio": _indirect(measures.indirectly_standardised_ratio),
    "life_expectancy": _life,
    "mean_difference_from_best_unweighted": _best(weighted=False),
    "mean_difference_from_best_weighted": _best(weighted=True),
    "mean_difference_from_mean_unweighted": _plain(measures.mean_difference_from_mean, weighted=False),
    "mean_difference_from_mean_weighted": _plain(measures.mean_difference_from_mean),
    "mean_difference_from_reference_unweighted": _reference(weighted=False),
    "mean_difference_from_reference_weighted": _reference(weighted=True),
    "mean_log_deviation": _plain(measures.mean_log_deviation),
    "mean_t": _mean,
    "multiplicity": _multiplicity,
    "population_attributable_fraction": _attributable(measures.population_attributable_fraction),
    "population_attributable_risk": _attributable(measures.population_attributable_risk),
    "proportion_wilson": _proportion,
    "ratio": _pair(measures.group_ratio),
    "relative_concentration_index": _ordered(measures.relative_concentration_index),
    "stratified_2x2": _stratified,
    "theil_index": _plain(measures.theil_index),
    "trend_in_proportions": _trend,
    "two_groups": _two_groups,
}

# Cases that are more than inputs and parameters: they name columns of a file beside them, or a peer's stop counts.
ADAPTORS_OF_CASES: dict[str, Callable[[Values, Values, Path], Values]] = {
    "meta_analysis": synthesis_case,
    "survey_taylor": survey_case,
}
