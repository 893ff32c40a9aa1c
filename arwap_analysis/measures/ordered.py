"""Inequality along an order of groups: concentration indices, slope and relative index of inequality."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, normal_quantile
from arwap_analysis.measures.groups import DELTA, Groups, as_groups, as_order, delta_interval, dot
from arwap_analysis.registry import measure

__all__ = [
    "absolute_concentration_index",
    "relative_concentration_index",
    "relative_index_of_inequality",
    "slope_index_of_inequality",
]

_INPUTS = ("estimate", "population", "order", "standard_error")
_ITERATIONS = 60
# Ranks lie between 0 and 1: a variance this small is rounding, and all groups share one rank.
_NO_SPREAD = 1e-12
Interval = Literal["delta", "regression"]


def _ranks(g: Groups, order: ArrayLike) -> FloatArray:
    """Middle rank of each group in the population, 0 = most disadvantaged to 1; groups that tie share theirs."""
    rank = as_order(g, order)
    by_rank = np.argsort(rank, axis=-1, kind="stable")
    ranked = np.take_along_axis(rank, by_rank, axis=-1)
    upto = np.cumsum(np.take_along_axis(g.share, by_rank, axis=-1), axis=-1)
    before = np.concatenate([np.zeros_like(upto[..., :1]), upto[..., :-1]], axis=-1)
    # Sums only grow along the order, so a running maximum carries the start of a tie to all its members.
    changes = ranked[..., 1:] != ranked[..., :-1]
    edge = np.ones((*rank.shape[:-1], 1), dtype=bool)
    start = np.maximum.accumulate(np.where(np.concatenate([edge, changes], axis=-1), before, 0.0), axis=-1)
    ends = np.where(np.concatenate([changes, edge], axis=-1), upto, np.inf)
    end = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    result = np.empty_like(upto)
    np.put_along_axis(result, by_rank, (start + end) / 2, axis=-1)
    return result


def _concentration(
    estimate: ArrayLike,
    population: ArrayLike | None,
    order: ArrayLike,
    standard_error: ArrayLike | None,
    confidence: float,
    method: str,
    *,
    relative: bool,
) -> Estimate:
    """Absolute or relative concentration index with either interval."""
    if method not in ("delta", "regression"):
        raise MeasureError(f"method must be delta or regression; got '{method}'")
    g = as_groups(estimate, population, standard_error)
    weight = g.share * (2 * _ranks(g, order) - 1)
    mean = np.where(g.mean == 0, np.nan, g.mean)
    index = np.where(np.isnan(g.mean[..., 0]), np.nan, dot(weight, g.value))
    if method == "delta":
        if relative:
            return delta_interval(
                index / mean[..., 0], weight / mean - index[..., None] * g.share / mean**2, g, confidence
            )
        return delta_interval(index, weight, g, confidence)
    error = _convenient_regression(g, _ranks(g, order))
    if relative:
        index, error = index / mean[..., 0], error / np.abs(mean[..., 0])
    z = normal_quantile(confidence)
    return Estimate(
        index,
        index - z * error,
        index + z * error,
        error,
        confidence,
        "convenient regression on rank, scatter of groups about the line",
    )


def _convenient_regression(g: Groups, rank: FloatArray) -> FloatArray:
    """Standard error of the slope of 2 var(rank) y on rank, weighted by population (Kakwani and others 1997)."""
    x = rank - 0.5
    spread = dot(g.share, x**2)[..., None]
    y = 2 * spread * g.value
    centre = dot(g.share, y)[..., None]
    spread = np.where(spread > _NO_SPREAD, spread, np.nan)
    slope = dot(g.share, x * (y - centre))[..., None] / spread
    residual = np.where(g.known, y - centre - slope * x, 0.0)
    df = g.count[..., 0] - 2
    scatter = dot(g.share, residual**2) / np.where(df > 0, df, np.nan)
    return np.sqrt(scatter / spread[..., 0])


@measure(
    "absolute_concentration_index",
    scale="absolute",
    label_en="Absolute concentration index",
    label_cy="Mynegai crynodiad absoliwt",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Kakwani and others (1997)",
)
def absolute_concentration_index(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    order: ArrayLike,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
    method: Interval = "delta",
) -> Estimate:
    """Absolute concentration index: the sum of p (2R - 1) y over groups, R the middle rank in the population.

    Parameters
    ----------
    estimate, population, standard_error : array_like, (..., G)
        Of each group. NaN in the first two leaves the group out.
    order : array_like, (G,) or (..., G)
        Rank of each group, lowest = most disadvantaged.
    confidence : float
        Nominal coverage of the interval.
    method : {"delta", "regression"}
        From the groups' standard errors, or from their scatter about a line on rank (which takes scatter
        for error and needs no standard errors).

    Returns
    -------
    Estimate
        (...), in the unit of the estimates. NaN with fewer than two groups; the regression interval needs three.

    Raises
    ------
    MeasureError
        For an unknown method or bad numbers.

    Interpretation
    --------------
    "Above 0: concentrated among the advantaged; below 0: among the disadvantaged."

    Do not use when
    ---------------
    Groups have no natural order, as ethnic groups have not.

    References
    ----------
    Kakwani N, Wagstaff A, van Doorslaer E (1997), Journal of Econometrics 77:87-103,
    doi:10.1016/S0304-4076(96)01807-6.
    """
    return _concentration(estimate, population, order, standard_error, confidence, method, relative=False)


@measure(
    "relative_concentration_index",
    scale="relative",
    label_en="Relative concentration index",
    label_cy="Mynegai crynodiad cymharol",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Kakwani and others (1997)",
)
def relative_concentration_index(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    order: ArrayLike,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
    method: Interval = "delta",
) -> Estimate:
    """Relative concentration index: the absolute concentration index over the mean; between -1 and 1.

    Parameters, Returns and Raises are those of `absolute_concentration_index`. NaN where the mean is 0.

    Interpretation
    --------------
    "0 means no inequality along the order; 1 that the most advantaged have everything."

    Do not use when
    ---------------
    Groups have no natural order, or the mean is near 0.

    References
    ----------
    Kakwani N, Wagstaff A, van Doorslaer E (1997), doi:10.1016/S0304-4076(96)01807-6.
    """
    return _concentration(estimate, population, order, standard_error, confidence, method, relative=True)


def _line(g: Groups, rank: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Weighted least-squares values at rank 0 and 1, with their gradients."""
    middle = dot(g.share, rank)[..., None]
    x = rank - middle
    spread = dot(g.share, x**2)[..., None]
    slope_gradient = g.share * x / np.where(spread > _NO_SPREAD, spread, np.nan)
    ends = [g.share + slope_gradient * (end - middle) for end in (0.0, 1.0)]
    low, high = (dot(gradient, g.value) for gradient in ends)
    return low, high, ends[0], ends[1]


def _logistic_line(g: Groups, rank: FloatArray, scale: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Values at rank 0 and 1 of a logistic curve weighted by population, with their gradients."""
    share = np.where(g.known, g.value / scale, 0.5)
    usable = np.all((share >= 0) & (share <= 1), axis=-1) & (g.count[..., 0] >= 2)
    centre = dot(g.share, rank)[..., None]
    x = rank - centre
    level = np.clip(dot(g.share, share), 1e-9, 1 - 1e-9)
    alpha, beta = special.logit(np.where(usable, level, 0.5)), np.zeros(level.shape)
    for _ in range(_ITERATIONS):
        fitted = special.expit(alpha[..., None] + beta[..., None] * x)
        weight = g.share * fitted * (1 - fitted)
        residual = g.share * (share - fitted)
        i_aa, i_ab, i_bb = weight.sum(-1), dot(weight, x), dot(weight, x * x)
        determinant = i_aa * i_bb - i_ab**2
        usable = usable & (determinant > 1e-280) & (dot(g.share, x**2) > _NO_SPREAD)
        safe = np.where(usable, determinant, 1.0)
        u_a, u_b = residual.sum(-1), dot(residual, x)
        step_a = np.where(usable, (i_bb * u_a - i_ab * u_b) / safe, 0.0)
        step_b = np.where(usable, (i_aa * u_b - i_ab * u_a) / safe, 0.0)
        damping = 1 / np.maximum(np.maximum(np.abs(step_a), np.abs(step_b)), 1.0)
        alpha, beta = alpha + step_a * damping, beta + step_b * damping
        settled = np.maximum(np.abs(step_a), np.abs(step_b)) < 1e-12
        if np.all(settled | ~usable):
            break
    found = usable & settled
    ends, gradients = [], []
    for end in (0.0, 1.0):
        at = end - centre[..., 0]
        value = special.expit(alpha + beta * at)
        # Implicit function theorem: the coefficients move by inverse information times share times the column.
        d_alpha = (i_bb[..., None] - i_ab[..., None] * x) * g.share / safe[..., None]
        d_beta = (i_aa[..., None] * x - i_ab[..., None]) * g.share / safe[..., None]
        ends.append(np.where(found, value * scale, np.nan))
        gradients.append((value * (1 - value))[..., None] * (d_alpha + d_beta * at[..., None]))
    return ends[0], ends[1], gradients[0], gradients[1]


def _ends(
    g: Groups, order: ArrayLike, model: str, scale: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    if model not in ("linear", "logistic"):
        raise MeasureError(f"model must be linear or logistic; got '{model}'")
    rank = _ranks(g, order)
    low, high, at_low, at_high = _line(g, rank) if model == "linear" else _logistic_line(g, rank, scale)
    enough = g.count[..., 0] >= 2
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan), at_low, at_high


@measure(
    "slope_index_of_inequality",
    scale="absolute",
    label_en="Slope index of inequality",
    label_cy="Mynegai goledd anghydraddoldeb",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Wagstaff and others (1991)",
)
def slope_index_of_inequality(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    order: ArrayLike,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
    model: Literal["linear", "logistic"] = "linear",
    scale: float = 1.0,
) -> Estimate:
    """Slope index of inequality: fitted value at rank 1 (most advantaged) less that at rank 0.

    Parameters
    ----------
    estimate, population, standard_error : array_like, (..., G)
        Of each group. NaN in the first two leaves the group out.
    order : array_like
        Rank of each group, lowest = most disadvantaged.
    confidence : float
        Nominal coverage of the interval.
    model : {"linear", "logistic"}
        Line, or logistic curve for proportions, weighted by population.
    scale : float
        For "logistic", what the estimates are out of (1, or 100 for percentages).

    Returns
    -------
    Estimate
        (...), in the unit of the estimates, with the delta-method interval from the groups' errors.

    Raises
    ------
    MeasureError
        For an unknown model or bad numbers.

    Interpretation
    --------------
    "From the bottom to the top of the order, coverage rises by 26 percentage points."

    Do not use when
    ---------------
    Groups have no natural order, as ethnic groups have not, or the relation is far from the model.

    References
    ----------
    Wagstaff A, Paci P, van Doorslaer E (1991), Social Science and Medicine 33:545-557,
    doi:10.1016/0277-9536(91)90212-U.
    """
    g = as_groups(estimate, population, standard_error)
    low, high, at_low, at_high = _ends(g, order, model, scale)
    return delta_interval(high - low, at_high - at_low, g, confidence, method=f"{model} on rank, {DELTA}")


@measure(
    "relative_index_of_inequality",
    scale="relative",
    label_en="Relative index of inequality",
    label_cy="Mynegai cymharol anghydraddoldeb",
    inputs=_INPUTS,
    null_value=1.0,
    reference="Mackenbach and Kunst (1997)",
)
def relative_index_of_inequality(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    order: ArrayLike,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
    model: Literal["linear", "logistic"] = "linear",
    scale: float = 1.0,
) -> Estimate:
    """Relative index of inequality: fitted value at rank 1 (most advantaged) over that at rank 0.

    Parameters, Returns and Raises are those of `slope_index_of_inequality`; the interval is on the log scale.
    NaN where a fitted end is not above 0.

    Interpretation
    --------------
    "The top of the order has 1.3 times the coverage of the bottom."

    Do not use when
    ---------------
    Groups have no natural order, or a fitted end is near 0.

    References
    ----------
    Mackenbach J, Kunst A (1997), Social Science and Medicine 44:757-771, doi:10.1016/S0277-9536(96)00073-1.
    """
    g = as_groups(estimate, population, standard_error)
    low, high, at_low, at_high = _ends(g, order, model, scale)
    low, high = np.where(low > 0, low, np.nan), np.where(high > 0, high, np.nan)
    gradient = at_high / high[..., None] - at_low / low[..., None]
    return delta_interval(high / low, gradient, g, confidence, log=True, method=f"{model} on rank, {DELTA}")
