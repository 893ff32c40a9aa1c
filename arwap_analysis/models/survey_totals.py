"""Means and shares of a survey from the totals of its clusters, so that no row of a person is needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_floats
from arwap_analysis.models.survey_design import SurveyDesign
from arwap_analysis.models.survey_domains import Domains, ProportionInterval, quotient, with_proportion_limits
from arwap_analysis.models.survey_estimates import design_effect, ratio_in_domains
from arwap_analysis.models.survey_results import SurveyEstimate

__all__ = ["survey_mean_from_totals", "survey_proportion_from_totals", "survey_with_people"]


def survey_mean_from_totals(
    design: SurveyDesign, *, weighted_sum: ArrayLike, weight: ArrayLike, people: ArrayLike,
    squared_deviations: ArrayLike | None = None, by: ArrayLike | None = None, confidence: float = 0.95,
    quantity: str = "mean",
) -> SurveyEstimate:  # fmt: skip
    """Weighted mean in each group from a row for each cluster and group, equal to `survey_mean` of the people.

    Parameters
    ----------
    design : SurveyDesign
        Of the N rows of totals, without weights: `survey_design(strata=..., clusters=...)`. A cluster without anyone
        of a group may have no row there, but every cluster that was drawn needs a row somewhere.
    weighted_sum, weight, people : array_like, (N,)
        *sum w x*, *sum w* and the number of those with an answer: `x.sum_wx`, `x.known_w` and `x.n_known` of
        `reduce_microdata`.
    squared_deviations : array_like, (N,), optional
        *sum w (x - m)^2* about each row's own mean (`x.sum_w_sq_dev`), for the design effect.
    by, confidence, quantity
        As for `survey_mean`.

    Returns
    -------
    SurveyEstimate
        As `survey_mean`; `design_effect` is NaN without `squared_deviations`. With multiplied weights in the sums,
        finite populations belong to the design as ever; stages below the clusters are not seen.

    Raises
    ------
    MeasureError
        For negative counts, weights without people, or a design whose rows have weights.

    Interpretation
    --------------
    As for `survey_mean`.

    Do not use when
    ---------------
    Clusters without an answer were dropped from the table: errors then take the sample for smaller than it was.

    References
    ----------
    Woodruff RS (1971), JASA 66:411-414, doi:10.1080/01621459.1971.10482279; Kish L (1965) Survey Sampling, Wiley.
    """
    w, n = as_counts("weight", weight), as_counts("people", people)
    if np.any(design.weights != 1):
        raise MeasureError("totals are weighted already; make their design without weights")
    if np.any(n[w > 0] < 1):
        raise MeasureError("a row has a weight, but no people")
    there = w > 0
    domains = Domains(by, design.size)
    found = ratio_in_domains(
        design, np.where(there, weighted_sum, np.nan), np.where(there, w, np.nan), domains, confidence=confidence,
        quantity=quantity,
    )  # fmt: skip
    everyone = domains.sums(np.where(there, n, 0.0))
    effect = np.full(domains.count, np.nan)
    if squared_deviations is not None:
        own = quotient(np.where(there, weighted_sum, 0.0), w)
        away = np.where(there, w * (own - found.estimate[domains.codes]) ** 2, 0.0)
        squares = domains.sums(np.where(there, as_counts("squared_deviations", squared_deviations), 0.0) + away)
        effect = design_effect(found.root, squares, domains.sums(np.where(there, w, 0.0)), everyone)
    return replace(found, n=everyone, design_effect=np.where(np.isnan(found.standard_error), np.nan, effect))


def survey_proportion_from_totals(
    design: SurveyDesign, *, weighted_count: ArrayLike, weight: ArrayLike, people: ArrayLike,
    by: ArrayLike | None = None, confidence: float = 0.95, method: ProportionInterval = "logit",
    quantity: str = "proportion",
) -> SurveyEstimate:  # fmt: skip
    """Weighted share in each group from a row for each cluster and group, equal to `survey_proportion` of the people.

    Parameters
    ----------
    design : SurveyDesign
        As for `survey_mean_from_totals`.
    weighted_count, weight, people : array_like, (N,)
        Weights of those who have the outcome, weights and number of those in whom it is known: `o.sum_w`, `o.known_w`
        and `o.n_known` of `reduce_microdata`.
    by, confidence, method, quantity
        As for `survey_proportion`.

    Returns
    -------
    SurveyEstimate
        Between 0 and 1, with the design effect.

    Raises
    ------
    MeasureError
        As `survey_mean_from_totals`, and for a count over its weight.

    Interpretation and Do not use when: as for `survey_proportion` and `survey_mean_from_totals`.

    References
    ----------
    Korn EL, Graubard BI (1998), Survey Methodology 24:193-201.
    """
    count, w = as_counts("weighted_count", weighted_count), as_counts("weight", weight)
    if np.any(count > w * (1 + 1e-9)):
        raise MeasureError("the weights of those who have the outcome cannot be above those of all")
    share: FloatArray = quotient(count, w)
    spread = np.where(w > 0, np.maximum(count * (1 - np.nan_to_num(share)), 0.0), 0.0)
    found = survey_mean_from_totals(
        design, weighted_sum=count, weight=w, people=people, squared_deviations=spread, by=by, confidence=confidence,
        quantity=quantity,
    )  # fmt: skip
    return with_proportion_limits(found, method)


def survey_with_people(
    found: SurveyEstimate, design: SurveyDesign, values: ArrayLike, *, people: ArrayLike, by: ArrayLike | None = None
) -> SurveyEstimate:
    """Means or shares of cells, with the people behind them counted instead of the cells.

    A cell is all people of one sampling unit and group (with replicate weights: of one group) who gave the same answer;
    its weight, and each replicate weight, is the sum of theirs. Estimates and errors are then those of the people.

    Parameters
    ----------
    found : SurveyEstimate
        From `survey_mean` or `survey_proportion` of these cells.
    design : SurveyDesign
        Of the N cells.
    values : array_like, (N,)
        The answer of each cell; NaN where there is none.
    people : array_like, (N,)
        How many people each cell stands for.
    by : array_like, (N,), optional
        The groups that `found` has.

    Returns
    -------
    SurveyEstimate
        With `n` and `design_effect` of the people.

    Raises
    ------
    MeasureError
        For other groups than those found, or numbers that are missing or negative.

    Interpretation
    --------------
    As for `survey_mean`.

    Do not use when
    ---------------
    People of one cell gave different answers.

    References
    ----------
    Kish L (1965) Survey Sampling, Wiley, section 8.2.
    """
    count, x = as_counts("people", people), as_floats("values", values)
    domains = Domains(by, design.size)
    if domains.labels != found.groups:
        raise MeasureError("the estimates are of other groups than 'by'")
    there = ~np.isnan(x) & (design.weights > 0)
    if np.any(np.isnan(count)) or np.any(count[there] < 1):
        raise MeasureError("every cell with an answer and a weight needs its number of people")
    weight = np.where(there, design.weights, 0.0)
    n = domains.sums(np.where(there, count, 0.0))
    away = np.where(there, weight * (x - found.estimate[domains.codes]) ** 2, 0.0)
    effect = design_effect(found.root, domains.sums(away), domains.sums(weight), n)
    return replace(found, n=n, design_effect=np.where(np.isnan(found.standard_error), np.nan, effect))
