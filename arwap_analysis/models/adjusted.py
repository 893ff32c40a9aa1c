"""Adjusted disparities: regression on sums over cells of people."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, check_confidence
from arwap_analysis.models.design import Cells, Column, Design, as_cells, check_collinear, make_design
from arwap_analysis.models.finding import Finding, Rows, interval, listed, log_interval
from arwap_analysis.models.separation import check_levels_vary, name_separation

__all__ = ["MODELS", "AdjustedModel", "fit_adjusted", "fit_coefficients", "mean_at", "slope_at"]

MODELS = ("logistic", "poisson", "rate", "linear")
_NAMES = {
    "logistic": "logistic regression",
    "poisson": "Poisson regression of a yes or no",
    "rate": "Poisson regression of a rate",
    "linear": "linear regression",
}
# A fitted risk this near to none (or all) is where a fit that runs off to infinity ends.
_EDGE = 1e-7
_ASSUMES = (
    "what differs between groups and matters is among the covariates and measured without error",
    "the effects of the covariates have the form of the model (no interaction that is not in it)",
    "people's outcomes are independent",
)


@dataclass(frozen=True, eq=False)
class AdjustedModel(Finding):
    """A fitted model: the coefficients, on the scale of the model (log odds, log risk, or the outcome's unit).

    Attributes
    ----------
    model : str
        logistic, poisson, rate or linear.
    design : Design
        The cells that it was fitted on, and their matrix.
    covariance : (K, K)
        Of the coefficients.
    """

    model: str
    design: Design
    covariance: FloatArray = field(repr=False)

    def ratios(self) -> Finding:
        """Return the groups' ratios at equal covariates: of odds (logistic), risks (poisson) or rates (rate)."""
        if self.model == "linear":
            raise MeasureError("a linear model has differences, not ratios; see standardised_disparities")
        count = len(self.design.groups)
        what = {"logistic": "odds ratio", "poisson": "risk ratio", "rate": "rate ratio"}[self.model]
        numbers = log_interval(self.estimate[1:count], self.standard_error[1:count], self.confidence)
        groups, reference = self.design.groups[1:], self.design.groups[0]
        first = f"At equal {listed(self.design.cells.variables[1:])}, the {what} of {groups[0]} is {numbers[0][0]:.2f}"
        return Finding(
            *numbers,
            self.confidence,
            self.method,
            self.n[1:count],
            self.p_value[1:count],
            (("quantity", (what,) * (count - 1)), ("group", groups), ("reference", (reference,) * (count - 1))),
            f"{first} ({numbers[1][0]:.2f} to {numbers[2][0]:.2f}) against {reference}.",
            self.assumes,
        )


def fit_adjusted(
    numerator: ArrayLike,
    denominator: ArrayLike = 1.0,
    *,
    group: ArrayLike,
    reference: str,
    covariates: Mapping[str, ArrayLike],
    model: str = "logistic",
    squares: ArrayLike | None = None,
    references: Mapping[str, str] | None = None,
    interactions: Sequence[str] = (),
    errors: str | None = None,
    confidence: float = 0.95,
) -> AdjustedModel:
    """Regression of an outcome on group and covariates, fitted on sums: *g(mean) = intercept + group + covariates*.

    Cells with equal labels are summed first. The likelihood is that of the people one by one, so that the
    coefficients are the same, and the work grows with the number of distinct cells, not with people.

    Parameters
    ----------
    numerator, denominator : array_like, (C,)
        People with the outcome (linear: sum of the outcome; rate: events) and all people of each cell (rate:
        person-time). Ones for rows of people.
        A cell without a number is refused: leaving it out would bias the fit.
    group : array_like, (C,)
        Label of each cell's group.
    reference : str
        The group that the others are compared with.
    covariates : mapping of name to array_like, (C,)
        Labels (words) are categories; numbers are numbers, with a straight effect on the scale of the model.
    model : {"logistic", "poisson", "rate", "linear"}
        logistic: odds ratios. poisson: risk ratios of a yes or no, with robust errors (Zou 2004). rate: rate ratios of
        events that can happen more than once, over person-time. linear: differences.
    squares : array_like, (C,), optional
        Linear: sum of the squared outcome in each cell. Needed unless each cell is one person.
    references : mapping, optional
        Reference level of covariates; by default the level with most people.
    interactions : sequence of str
        Covariates whose effect may differ between groups.
    errors : {"model", "robust"}, optional
        model: those of the likelihood (linear: one variance). robust: the sandwich of the people one by one (linear:
        HC1; rate: of the cells). By default model for logistic and rate, robust for poisson and linear. Those of a rate
        allow for variance beyond Poisson (Pearson's chi-squared over its degrees of freedom, never below 1).
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    AdjustedModel
        One estimate for each coefficient, reference level first left out. `ratios()` gives the groups' ratios;
        `standardised_disparities` what they mean for risks.

    Raises
    ------
    DataError
        For missing numbers or labels; for levels in which nobody or everybody has the outcome and other separation;
        for collinear columns: each with the variable, the level and what to do.
    MeasureError
        For shapes, unknown names, or a fit that does not converge.

    Interpretation
    --------------
    "Among people of the same age and area, the odds were 1.4 times as high."

    Do not use when
    ---------------
    A covariate is itself a result of being in the group (grade at work, when recruitment is in question): adjusting
    hides part of the disparity. Nothing here separates direct from indirect effects: mediation is not claimed.

    References
    ----------
    McCullagh P, Nelder J (1989), Generalized linear models, ch. 4 to 6; Zou G (2004), Am J Epidemiol 159:702-706,
    doi:10.1093/aje/kwh090.
    """
    if model not in MODELS:
        raise MeasureError(f"model must be one of {', '.join(MODELS)}; got '{model}'")
    kind = errors or ("model" if model in ("logistic", "rate") else "robust")
    if kind not in ("model", "robust") or (model == "poisson" and kind == "model"):
        raise MeasureError("errors must be 'model' or 'robust', and 'robust' for a Poisson model of a yes or no")
    cells = as_cells(
        numerator,
        denominator,
        squares,
        group=group,
        covariates=covariates,
        reference=reference,
        references=references,
        counts=model != "linear",
        repeats=model == "rate",
    )
    if model != "linear":
        check_levels_vary(cells, all_too=model == "logistic")
    design = make_design(cells, interactions=interactions)
    matrix = design.matrix()
    check_collinear(matrix, design.columns)
    coefficients = fit_coefficients(cells, matrix, design.columns, model)
    covariance = _covariance(cells, matrix, coefficients, model, kind)
    return _as_model(design, coefficients, covariance, model, kind, check_confidence(confidence))


def fit_coefficients(cells: Cells, matrix: FloatArray, columns: Sequence[Column], model: str) -> FloatArray:
    """Return the coefficients by statsmodels; a fit that runs off is explained."""
    import statsmodels.api as sm  # takes a second to load

    share = cells.total / cells.people
    if model == "linear":
        return np.asarray(sm.WLS(share, matrix, weights=cells.people).fit().params)
    logistic = model == "logistic"
    family = sm.families.Binomial() if logistic else sm.families.Poisson()
    outcome = np.column_stack([cells.total, cells.people - cells.total]) if logistic else share
    weights = None if logistic else cells.people
    with warnings.catch_warnings():
        # A fit that runs off is looked into below, and named in the analyst's terms.
        warnings.simplefilter("ignore")
        fitted = sm.GLM(outcome, matrix, family=family, freq_weights=weights).fit(tol=1e-12, maxiter=100)
        mean = np.nan_to_num(np.asarray(fitted.fittedvalues), nan=0.0)
    if not fitted.converged or mean.min() < _EDGE or (logistic and mean.max() > 1 - _EDGE):
        name_separation(cells, matrix, columns, all_too=logistic)
    if not fitted.converged:
        raise MeasureError(f"the {_NAMES[model]} did not converge; try fewer covariates or a logistic model")
    return np.asarray(fitted.params)


def mean_at(linear: FloatArray, model: str) -> FloatArray:
    """Return the mean of the outcome at the linear predictor."""
    if model == "logistic":
        return np.asarray(special.expit(linear))
    return np.exp(linear) if model in ("poisson", "rate") else linear


def slope_at(mean: FloatArray, model: str) -> FloatArray:
    """Return how the mean grows with the linear predictor."""
    if model == "logistic":
        return mean * (1 - mean)
    return mean if model in ("poisson", "rate") else np.ones_like(mean)


def _covariance(cells: Cells, matrix: FloatArray, beta: FloatArray, model: str, kind: str) -> FloatArray:
    mean = mean_at(matrix @ beta, model)
    bread = np.asarray(np.linalg.inv((matrix * (cells.people * slope_at(mean, model))[:, None]).T @ matrix))
    if model == "rate":
        return _rate_covariance(cells, matrix, mean, bread, kind)
    # Sum over a cell's people of (outcome - mean)^2, from its sums alone.
    away = cells.squares - 2 * mean * cells.total + cells.people * mean**2
    spare = cells.people.sum() - matrix.shape[1]
    if model == "linear" and spare <= 0:
        raise MeasureError("a linear model needs more people than coefficients")
    if kind == "model":
        return np.asarray(bread * (away.sum() / spare) if model == "linear" else bread)
    meat = (matrix * away[:, None]).T @ matrix
    robust = bread @ meat @ bread
    return np.asarray(robust * (cells.people.sum() / spare) if model == "linear" else robust)


def _rate_covariance(cells: Cells, matrix: FloatArray, mean: FloatArray, bread: FloatArray, kind: str) -> FloatArray:
    """Events have no people one by one: what they scatter beyond Poisson shows between cells."""
    away = (cells.total - cells.people * mean) ** 2
    if kind == "robust":
        return np.asarray(bread @ ((matrix * away[:, None]).T @ matrix) @ bread)
    spare = matrix.shape[0] - matrix.shape[1]
    beyond = float(np.sum(away / (cells.people * mean)) / spare) if spare > 0 else 1.0
    return np.asarray(bread * max(beyond, 1.0))


def _as_model(
    design: Design, beta: FloatArray, covariance: FloatArray, model: str, kind: str, confidence: float
) -> AdjustedModel:
    error = np.sqrt(np.diag(covariance))
    cells, groups = design.cells, design.groups
    of_group = np.bincount(cells.codes[0].astype(int), weights=cells.people)
    n = np.full(beta.size, cells.people.sum())
    n[1 : len(groups)] = of_group[1:]
    rows: Rows = (
        ("variable", tuple(c.variable for c in design.columns)),
        ("level", tuple(c.level for c in design.columns)),
        ("reference", tuple(c.reference for c in design.columns)),
        ("crossed_with", tuple(c.crossed_with for c in design.columns)),
    )
    number = f"{cells.people.sum():,.0f} people in {cells.people.size:,} cells"
    return AdjustedModel(
        *interval(beta, error, confidence),
        confidence,
        f"{_NAMES[model]}, {kind} standard errors",
        n,
        2 * special.ndtr(-np.abs(beta / error)),
        rows,
        f"A {_NAMES[model]} on group and {listed(cells.variables[1:])} was fitted to {number}.",
        _ASSUMES,
        model,
        design,
        covariance,
    )
