"""What an adjusted model means for risks: every group with everybody's covariates (standardisation)."""

from __future__ import annotations

import numpy as np
from scipy import special

from arwap_analysis.estimate import FloatArray, check_confidence
from arwap_analysis.models.adjusted import AdjustedModel, mean_at, slope_at
from arwap_analysis.models.finding import Finding, Interval, Rows, interval, listed, log_interval, stacked

__all__ = ["standardised_disparities"]

_RISKS = ("risk", "risk difference", "risk ratio")
_QUANTITIES = {
    "logistic": _RISKS,
    "poisson": _RISKS,
    "rate": ("rate", "rate difference", "rate ratio"),
    "linear": ("mean", "difference in means", "ratio of means"),
}
# How a sentence says a gap: times what, and in which words.
_UNITS = {"risk": (100, " percentage points"), "rate": (1000, " per 1,000"), "mean": (1, "")}


def standardised_disparities(fitted: AdjustedModel, *, confidence: float | None = None) -> Finding:
    """Risk of each group if it had everybody's covariates, and differences and ratios of these risks.

    *risk(g) = mean over all people of the model's risk with the group set to g* (g-computation). Errors by the delta
    method, given the observed covariates.

    Parameters
    ----------
    fitted : AdjustedModel
        From `fit_adjusted`.
    confidence : float, optional
        Nominal coverage; by default that of the model.

    Returns
    -------
    Finding
        Rows named by quantity ("risk", "risk difference", "risk ratio"; "rate" ...; for a linear model "mean",
        "difference in means", "ratio of means"), group and reference. Ratios have intervals on the log scale; those of
        a linear model are NaN unless both means are above 0.

    Raises
    ------
    MeasureError
        For confidence outside 0 to 1.

    Interpretation
    --------------
    "If both groups had the same ages and areas, 4 in 100 more would be homeless."

    Do not use when
    ---------------
    Groups hardly overlap in their covariates: the model then extrapolates. Read "if" as arithmetic, not as cause.

    References
    ----------
    Lane P, Nelder J (1982), Biometrics 38:613-621, doi:10.2307/2530043; Muller C, MacLehose R (2014), Int J
    Epidemiol 43:962-970, doi:10.1093/ije/dyu029.
    """
    level = check_confidence(fitted.confidence if confidence is None else confidence)
    design, model = fitted.design, fitted.model
    groups, weight = design.groups, design.cells.people / design.cells.people.sum()
    means, slopes = np.empty(len(groups)), np.empty((len(groups), fitted.estimate.size))
    for g in range(len(groups)):
        matrix = design.matrix(g)
        mean = mean_at(matrix @ fitted.estimate, model)
        means[g] = weight @ mean
        slopes[g] = (weight * slope_at(mean, model)) @ matrix
    error = np.sqrt(np.einsum("gi,ij,gj->g", slopes, fitted.covariance, slopes))
    gap, gap_error = means[1:] - means[0], _error(slopes[1:] - slopes[0], fitted.covariance)
    positive = np.where(means > 0, means, np.nan)  # no logarithm, no ratio
    logs = slopes / positive[:, None]
    ratio_error = _error(logs[1:] - logs[0], fitted.covariance)
    log_ratio = np.log(positive[1:] / positive[0])
    gaps = interval(gap, gap_error, level)
    numbers = stacked(interval(means, error, level), gaps, log_interval(log_ratio, ratio_error, level))
    z = np.concatenate([np.full(len(groups), np.nan), gap / gap_error, log_ratio / ratio_error])
    what = _QUANTITIES[model]
    rows, n = _standardised_rows(what, groups, fitted)
    return Finding(
        *numbers,
        level,
        f"standardisation over the observed covariates, {fitted.method}, delta method",
        n,
        2 * special.ndtr(-np.abs(z)),
        rows,
        _standardised_sentence(what, groups, design.cells.variables[1:], gaps),
        (*fitted.assumes, "groups overlap in their covariates, so that the model need not extrapolate"),
    )


def _error(slopes: FloatArray, covariance: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.einsum("gi,ij,gj->g", slopes, covariance, slopes)))


def _standardised_rows(
    what: tuple[str, ...], groups: tuple[str, ...], fitted: AdjustedModel
) -> tuple[Rows, FloatArray]:
    cells, others = fitted.design.cells, len(groups) - 1
    people = np.bincount(cells.codes[0].astype(int), weights=cells.people)
    quantity = (what[0],) * len(groups) + (what[1],) * others + (what[2],) * others
    reference = ("",) * len(groups) + (groups[0],) * (2 * others)
    rows = (("quantity", quantity), ("group", groups + groups[1:] * 2), ("reference", reference))
    return rows, np.concatenate([people, people[1:], people[1:]])


def _standardised_sentence(
    what: tuple[str, ...],
    groups: tuple[str, ...],
    covariates: tuple[str, ...],
    gap: Interval,
) -> str:
    place = int(np.argmax(np.abs(gap[0])))
    scale, unit = _UNITS[what[0]]
    size, lower, upper = (scale * gap[i][place] for i in range(3))
    return (
        f"If every group had the same {listed(covariates)}, the widest gap would be that of {groups[place + 1]} "
        f"against {groups[0]}: {size:+.1f}{unit} ({lower:+.1f} to {upper:+.1f})."
    )
