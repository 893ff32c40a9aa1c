"""Totals, ratios, means and shares of a survey by group, with errors that follow the design."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats
from arwap_analysis.models.survey_design import SurveyDesign
from arwap_analysis.models.survey_domains import (
    Domains,
    ProportionInterval,
    finished,
    known_values,
    quotient,
    with_proportion_limits,
)
from arwap_analysis.models.survey_replicates import replicate_root
from arwap_analysis.models.survey_results import SurveyEstimate

__all__ = ["design_effect", "ratio_in_domains", "survey_mean", "survey_proportion", "survey_ratio", "survey_total"]

Statistic = Callable[..., FloatArray]


def survey_total(
    design: SurveyDesign, values: ArrayLike, *, by: ArrayLike | None = None, confidence: float = 0.95,
    quantity: str = "total",
) -> SurveyEstimate:  # fmt: skip
    """Total of a population, *T = sum w x*, in each group.

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    values : array_like, (N,)
        What is summed: 1 for people, 0 or 1 for people with an outcome. NaN rows count for nothing, so that a total
        with missing answers is too small.
    by : array_like, (N,), optional
        Label of the group of each row.
    confidence : float
        Nominal coverage of the interval (Student's t).
    quantity : str
        What to call it in sentences.

    Returns
    -------
    SurveyEstimate
        In the unit of the values. Groups stand in the order of their labels.

    Raises
    ------
    MeasureError
        For a wrong number of rows, rows without a group, or infinite values.

    Interpretation
    --------------
    "Some 38,000 people, give or take 4,000."

    Do not use when
    ---------------
    Weights do not add up to the population, as those scaled to the sample size do not.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 5.8 (domains); Lumley (2004), doi:10.18637/jss.v009.i08.
    """
    x, there = known_values("values", values, design.size)
    domains = Domains(by, design.size)
    sums = design.totals(x, domains.codes, domains.count)
    estimate, root = _with_root(design, (sums,), lambda total: total, lambda _full, part: part)
    effect = _effect_of_total(design, x, there, domains, root)
    return finished(design, estimate, root, there, domains, confidence, quantity, effect, least_units=1)


def survey_ratio(
    design: SurveyDesign, numerator: ArrayLike, denominator: ArrayLike, *, by: ArrayLike | None = None,
    confidence: float = 0.95, quantity: str = "ratio",
) -> SurveyEstimate:  # fmt: skip
    """Ratio of two totals, *R = sum w y / sum w x*, in each group.

    With a design of unweighted rows and the totals of clusters as `numerator` and `denominator`, this is the
    mean of millions of people from a few thousand rows: give *sum w y* and *sum w* of each cluster and group.

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    numerator, denominator : array_like, (N,)
        The two values of each row. A row where either is NaN is left out of both.
    by : array_like, (N,), optional
        Label of the group of each row.
    confidence : float
        Nominal coverage of the interval (Student's t).
    quantity : str
        What to call it in sentences.

    Returns
    -------
    SurveyEstimate
        NaN for groups without a denominator; no standard error for groups that lie in one first-stage unit.

    Raises
    ------
    MeasureError
        For a wrong number of rows, rows without a group, or infinite values.

    Interpretation
    --------------
    "For each 100 hours at school, pupils were absent for 6."

    Do not use when
    ---------------
    The denominator is near 0 in some groups.

    References
    ----------
    Woodruff RS (1971), JASA 66:411-414, doi:10.1080/01621459.1971.10482279 (linearisation); Lumley (2004).
    """
    return ratio_in_domains(
        design, numerator, denominator, Domains(by, design.size), confidence=confidence, quantity=quantity
    )


def ratio_in_domains(
    design: SurveyDesign,
    numerator: ArrayLike,
    denominator: ArrayLike,
    domains: Domains,
    *,
    confidence: float,
    quantity: str,
) -> SurveyEstimate:
    """Return `survey_ratio` in groups that have been read already."""
    y, known_y = known_values("numerator", numerator, design.size)
    x, known_x = known_values("denominator", denominator, design.size)
    there = known_y & known_x
    estimate, root = _ratio(design, np.where(there, y, 0.0), np.where(there, x, 0.0), domains)
    effect = np.full(domains.count, np.nan)
    return finished(design, estimate, root, there, domains, confidence, quantity, effect)


def survey_mean(
    design: SurveyDesign, values: ArrayLike, *, by: ArrayLike | None = None, confidence: float = 0.95,
    quantity: str = "mean",
) -> SurveyEstimate:  # fmt: skip
    """Weighted mean, *m = sum w x / sum w* over those with an answer, in each group.

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    values : array_like, (N,)
        NaN where there is no answer: such rows are left out, as a group of their own would be.
    by : array_like, (N,), optional
        Label of the group of each row.
    confidence : float
        Nominal coverage of the interval (Student's t with the group's degrees of freedom).
    quantity : str
        What to call it in sentences.

    Returns
    -------
    SurveyEstimate
        `design_effect` is against a simple random sample without replacement of as many rows; NaN when the weights
        do not add up to more than the number of rows.

    Raises
    ------
    MeasureError
        For a wrong number of rows, rows without a group, or infinite values.

    Examples
    --------
    >>> from arwap_analysis.models import survey_design
    >>> design = survey_design(weights=[2, 2, 3, 3], strata=["a", "a", "b", "b"])
    >>> print(survey_mean(design, [1, 3, 2, 6]).estimate)
    [3.2]

    Interpretation
    --------------
    "Adults in Wales gave 7.6 out of 10 on average."

    Do not use when
    ---------------
    Whether someone answered has to do with the answer: no error here knows of it.

    References
    ----------
    Woodruff (1971); Lumley (2004); Kish L (1965) Survey Sampling, Wiley, section 8.2 (design effect).
    """
    x, there = known_values("values", values, design.size)
    domains = Domains(by, design.size)
    estimate, root = _ratio(design, x, there.astype(float), domains)
    effect = _effect_of_mean(design, x, there, domains, estimate, root)
    return finished(design, estimate, root, there, domains, confidence, quantity, effect)


def survey_proportion(
    design: SurveyDesign, outcome: ArrayLike, *, by: ArrayLike | None = None, confidence: float = 0.95,
    method: ProportionInterval = "logit", quantity: str = "proportion",
) -> SurveyEstimate:  # fmt: skip
    """Weighted share of those with an outcome among those with an answer, in each group.

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    outcome : array_like, (N,)
        1 or True, 0 or False, NaN where it is not known.
    by : array_like, (N,), optional
        Label of the group of each row.
    confidence : float
        Nominal coverage of the interval.
    method : {"logit", "beta", "arcsine", "wald"}
        Symmetric on the logit scale; Korn and Graubard's with the effective sample size, which has limits also where
        nobody or everybody has the outcome; symmetric on the arcsine scale; or symmetric as it is.
    quantity : str
        What to call it in sentences.

    Returns
    -------
    SurveyEstimate
        Between 0 and 1.

    Raises
    ------
    MeasureError
        For values other than 0, 1 and NaN, and as `survey_mean`.

    Interpretation
    --------------
    "71% of schools, and with 95% confidence between 63% and 78%."

    Do not use when
    ---------------
    With "wald": shares near 0 or 1, or few clusters.

    References
    ----------
    Korn EL, Graubard BI (1998), Survey Methodology 24:193-201; Lumley (2010), section 2.5 (R's svyciprop).
    """
    x = as_floats("outcome", outcome)
    if not np.all(np.isnan(x) | (x == 0) | (x == 1)):
        raise MeasureError("an outcome is 1 (yes), 0 (no) or NaN (not known)")
    found = survey_mean(design, x, by=by, confidence=confidence, quantity=quantity)
    return with_proportion_limits(found, method)


def _with_root(
    design: SurveyDesign, sums: tuple[FloatArray, ...], statistic: Statistic, influence: Statistic
) -> tuple[FloatArray, FloatArray]:
    """Return a statistic of totals, and the root of its covariance by the design's method."""
    full = statistic(*(part.sum(axis=0) for part in sums))
    if design.replicates is None:
        return full, design.root(influence(full, *sums))
    repeated = statistic(*(design.replicates.factors.T @ part for part in sums))
    return full, replicate_root(design.replicates, full, repeated)


def _ratio(design: SurveyDesign, y: FloatArray, x: FloatArray, domains: Domains) -> tuple[FloatArray, FloatArray]:
    tops = design.totals(y, domains.codes, domains.count)
    bottoms = design.totals(x, domains.codes, domains.count)
    return _with_root(
        design,
        (tops, bottoms),
        quotient,
        lambda full, top, low: quotient(top - full * low, low.sum(axis=0) + 0 * top),
    )


def _effect_of_mean(
    design: SurveyDesign, x: FloatArray, there: np.ndarray, domains: Domains, mean: FloatArray, root: FloatArray
) -> FloatArray:
    """Variance over that of a simple random sample without replacement, by the weighted variance of the values."""
    weights = np.where(there, design.weights, 0.0)
    n, people = domains.sums((weights > 0).astype(float)), domains.sums(weights)
    squares = domains.sums(weights * (x - np.nan_to_num(mean)[domains.codes]) ** 2)
    return design_effect(root, squares, people, n)


def design_effect(root: FloatArray, squares: FloatArray, people: FloatArray, n: FloatArray) -> FloatArray:
    """Return a mean's variance over that of n people drawn without replacement, from weighted squares about it."""
    variance = quotient(squares * n, people * np.maximum(n - 1, 0))
    simple = np.where(people > n, variance * quotient(people - n, people * n), np.nan)
    return quotient(np.sum(root**2, axis=0), np.nan_to_num(simple))


def _effect_of_total(
    design: SurveyDesign, x: FloatArray, there: np.ndarray, domains: Domains, root: FloatArray
) -> FloatArray:
    people = domains.sums(np.where(there, design.weights, 0.0))
    mean = quotient(domains.sums(design.weights * x), people)
    return _effect_of_mean(design, x, there, domains, mean, quotient(root, np.broadcast_to(people, root.shape)))
