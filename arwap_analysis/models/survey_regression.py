"""Linear, logistic and Poisson models of a survey, with errors that follow the design."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats, check_confidence
from arwap_analysis.models.survey_design import SurveyDesign
from arwap_analysis.models.survey_replicates import replicate_root
from arwap_analysis.models.survey_results import ASSUMES, SurveyComparison, t_p_value, t_quantile

__all__ = ["Family", "survey_regression"]

Family = Literal["linear", "logistic", "poisson"]
_ITERATIONS = 100
_SETTLED = 1e-13
_SCALE = {"linear": "coefficient", "logistic": "log odds ratio", "poisson": "log rate ratio"}


def survey_regression(
    design: SurveyDesign, outcome: ArrayLike, covariates: ArrayLike, *, terms: Sequence[str], family: Family,
    exposure: ArrayLike | None = None, intercept: bool = True, confidence: float = 0.95,
) -> SurveyComparison:  # fmt: skip
    """Fit a generalised linear model by weighted likelihood, with errors between clusters within strata.

    The score is linear in the outcome. So rows may be cells (a cluster, and one combination of covariates) with the
    sum of their weights as weight and their weighted mean as outcome: estimates and errors are those of the people.

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    outcome : array_like, (N,)
        For "logistic" between 0 and 1, for "poisson" 0 or more.
    covariates : array_like, (N, P)
        Columns of numbers; write categories as columns of 0 and 1 without the reference. Rows with a NaN anywhere
        are left out.
    terms : sequence of str
        Name of each column.
    family : {"linear", "logistic", "poisson"}
        Identity, logit or log link.
    exposure : array_like, (N,), optional
        Person-time, for "poisson".
    intercept : bool
        Whether to put a constant first, named "(Intercept)".
    confidence : float
        Nominal coverage of the intervals (Student's t).

    Returns
    -------
    SurveyComparison
        A number for each term, on the scale of the link: take `numpy.exp` of estimate and limits for odds ratios and
        rate ratios. Degrees of freedom are those of the design less the terms but the intercept.

    Raises
    ------
    MeasureError
        For an outcome that the family does not allow, terms that say the same, or a fit that does not settle (as
        when a term separates those with and without the outcome).

    Interpretation
    --------------
    "Of pupils alike in age and free meals, Black pupils had 1.3 times the odds."

    Do not use when
    ---------------
    What is adjusted for is itself a consequence of ethnicity-based treatment: say what the adjustment takes away.

    References
    ----------
    Binder DA (1983), International Statistical Review 51:279-292, doi:10.2307/1402588; Lumley T, Scott A (2017),
    Statistical Science 32:265-278, doi:10.1214/16-STS605 (R's svyglm).
    """
    if family not in get_args(Family):
        raise MeasureError(f"family must be one of {', '.join(get_args(Family))}; got '{family}'")
    y, x, exposed, names = _inputs(design, outcome, covariates, terms, exposure, intercept)
    there = ~(np.isnan(y) | np.isnan(x).any(axis=1) | np.isnan(exposed)) & (design.weights > 0)
    _check(family, y[there], exposed[there], x[there])
    fitted = _fit(family, y[there], x[there], exposed[there], design.weights[there])
    root = _root(design, family, y, x, exposed, there, fitted)
    error = np.sqrt(np.sum(root**2, axis=0))
    free = np.full(len(names), design.degrees_of_freedom + 1 - len(names))
    margin = t_quantile(confidence, free) * error
    p = t_p_value(fitted / np.where(error > 0, error, np.nan), free)
    reason = "" if free[0] > 0 else "The model has as many terms as the design has degrees of freedom"
    return SurveyComparison(
        fitted, fitted - margin, fitted + margin, error, check_confidence(confidence),
        f"{family} model, {design.method}", np.full(len(names), float(there.sum())), free,
        np.full(len(names), np.nan), tuple(names), _SCALE[family], root, (reason,) * len(names),
        (*ASSUMES, "The link and the terms describe how the outcome depends on the covariates."), p,
    )  # fmt: skip


def _inputs(
    design: SurveyDesign,
    outcome: ArrayLike,
    covariates: ArrayLike,
    terms: Sequence[str],
    exposure: ArrayLike | None,
    intercept: bool,
) -> tuple[FloatArray, FloatArray, FloatArray, list[str]]:
    y, x = as_floats("outcome", outcome), as_floats("covariates", covariates)
    exposed = np.ones(design.size) if exposure is None else as_floats("exposure", exposure)
    names = list(terms)
    if y.shape != (design.size,) or x.shape != (design.size, len(names)) or exposed.shape != y.shape:
        raise MeasureError(
            f"the design has {design.size:,} rows and {len(names)} terms are named, but outcome, covariates and "
            f"exposure have the shapes {y.shape}, {x.shape} and {exposed.shape}"
        )
    if intercept:
        x, names = np.column_stack([np.ones(design.size), x]), ["(Intercept)", *names]
    return y, x, exposed, names


def _check(family: Family, y: FloatArray, exposed: FloatArray, x: FloatArray) -> None:
    if family == "logistic" and np.any((y < 0) | (y > 1)):
        raise MeasureError("the outcome of a logistic model lies between 0 and 1")
    if family == "poisson" and (np.any(y < 0) or np.any(exposed <= 0)):
        raise MeasureError("the outcome of a Poisson model is 0 or more, and its exposure above 0")
    if not np.all(np.isfinite(x)) or not np.all(np.isfinite(y)):
        raise MeasureError("outcome and covariates must be finite; use NaN where they are not known")
    if len(y) <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise MeasureError("the terms cannot be told apart: some are sums of others, or there are too few rows")


def _fit(family: Family, y: FloatArray, x: FloatArray, exposed: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the coefficients that statsmodels finds."""
    import statsmodels.api as sm

    families = {"linear": sm.families.Gaussian, "logistic": sm.families.Binomial, "poisson": sm.families.Poisson}
    offset = np.log(exposed) if family == "poisson" else None
    model = sm.GLM(y, x, family=families[family](), offset=offset, var_weights=weights / weights.mean())
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what they warn of is raised as an error below
        found = model.fit(maxiter=_ITERATIONS, tol=_SETTLED, tol_criterion="params")
    params = np.asarray(found.params)
    tail = 0.0 if family == "linear" else float(np.max(np.abs(x @ params)))
    if not found.converged or not np.all(np.isfinite(params)) or tail > 30 + np.max(np.abs(np.log(exposed))):
        raise MeasureError("the model does not settle: a term may separate those with and without the outcome")
    return params


def _slope(family: Family, eta: FloatArray, exposed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean and its derivative along the linear predictor."""
    if family == "linear":
        return eta, np.ones_like(eta)
    if family == "poisson":
        return exposed * np.exp(eta), exposed * np.exp(eta)
    mean = 1 / (1 + np.exp(-eta))
    return mean, mean * (1 - mean)


def _root(
    design: SurveyDesign,
    family: Family,
    y: FloatArray,
    x: FloatArray,
    exposed: FloatArray,
    there: np.ndarray,
    fitted: FloatArray,
) -> FloatArray:
    """Return the root of the covariance of the coefficients."""
    if design.replicates is not None:
        factors = design.replicates.factors[design.unit[there]] * design.weights[there, None]
        repeated = []
        for weights in factors.T:
            used = weights > 0
            repeated.append(_fit(family, y[there][used], x[there][used], exposed[there][used], weights[used]))
        return replicate_root(design.replicates, fitted, np.array(repeated))
    known_x = np.where(there[:, None], x, 0.0)
    mean, slope = _slope(family, known_x @ fitted, np.where(there, exposed, 1.0))
    information = (known_x * (design.weights * slope * there)[:, None]).T @ known_x
    scores = known_x * np.where(there, y - mean, 0.0)[:, None]
    return design.root(np.linalg.solve(information, design.totals(scores).T).T)
