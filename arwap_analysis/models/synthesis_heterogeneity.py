"""How much the true effects of several sources differ: estimators of tau squared, its interval, and Q."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, check_confidence

__all__ = ["Heterogeneity", "Method", "describe_heterogeneity", "estimate_tau_squared", "fit_at"]

Method = Literal["FE", "DL", "PM", "REML"]
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Fit:
    """Weighted least squares at one tau squared: coefficients, their covariance, weights and residual Q."""

    coefficients: FloatArray
    covariance: FloatArray
    weights: FloatArray
    q: float


@dataclass(frozen=True)
class Heterogeneity:
    """How much the sources differ beyond chance.

    Attributes
    ----------
    tau_squared, tau_squared_lower, tau_squared_upper : float
        Variance of the true effects, with the interval by the Q-profile method; NaN for a common-effect model.
    i_squared, i_squared_lower, i_squared_upper : float
        Per cent of the variation that is not chance, by the typical variance of the sources.
    q, q_df, q_p_value : float
        Cochran's Q (with terms, the residual one), its degrees of freedom and p-value.
    """

    tau_squared: float
    tau_squared_lower: float
    tau_squared_upper: float
    i_squared: float
    i_squared_lower: float
    i_squared_upper: float
    q: float
    q_df: int
    q_p_value: float


def fit_at(effect: FloatArray, variance: FloatArray, terms: FloatArray, tau_squared: float) -> Fit:
    """Return the weighted least-squares fit (k, p) at a value of tau squared."""
    weights = 1 / (variance + tau_squared)
    covariance = np.asarray(np.linalg.inv(terms.T @ (terms * weights[:, None])), dtype=np.float64)
    coefficients = np.asarray(covariance @ (terms.T @ (weights * effect)), dtype=np.float64)
    residual = effect - terms @ coefficients
    return Fit(coefficients, covariance, weights, float(weights @ residual**2))


def _projection(terms: FloatArray, fit: Fit) -> FloatArray:
    """Return P = W - W X (X'WX)^-1 X'W."""
    weighted = terms * fit.weights[:, None]
    return np.asarray(np.diag(fit.weights) - weighted @ fit.covariance @ weighted.T)


def estimate_tau_squared(effect: FloatArray, variance: FloatArray, terms: FloatArray, method: Method) -> float:
    """Return tau squared, never below 0.

    statsmodels has DL and PM without terms only; its DL is not cut at 0, and its PM stops within 1e-5.
    """
    k, p = terms.shape
    if method == "FE" or k == p:
        return 0.0
    plain = fit_at(effect, variance, terms, 0.0)
    if method == "DL":
        return max(0.0, (plain.q - (k - p)) / float(np.trace(_projection(terms, plain))))
    if method == "PM":
        return _where(lambda tau: fit_at(effect, variance, terms, tau).q - (k - p), variance)
    return _restricted_likelihood(effect, variance, terms)


def _where(falling: Callable[[float], float], variance: FloatArray) -> float:
    """Return where a falling function of tau squared crosses 0; 0 when it starts below."""
    if falling(0.0) <= 0:
        return 0.0
    high = float(np.max(variance)) + _TINY
    while falling(high) > 0:
        high *= 4
    return float(optimize.brentq(falling, 0.0, high, xtol=1e-300, rtol=1e-14, maxiter=500))


def _restricted_likelihood(effect: FloatArray, variance: FloatArray, terms: FloatArray) -> float:
    """Return the highest point of the restricted likelihood: best of a grid, then the root of its slope beside it."""

    def height(tau: float) -> float:
        fit = fit_at(effect, variance, terms, tau)
        return float(np.sum(np.log(fit.weights)) + np.linalg.slogdet(fit.covariance)[1] - fit.q) / 2

    def slope(tau: float) -> float:
        fit = fit_at(effect, variance, terms, tau)
        residual = effect - terms @ fit.coefficients
        return float(np.sum((fit.weights * residual) ** 2) - np.trace(_projection(terms, fit)))

    spread = float(np.var(effect)) + float(np.max(variance))
    grid = np.concatenate([[0.0], spread * np.geomspace(1e-8, 1e2, 121)])
    best = int(np.argmax([height(tau) for tau in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) <= 0:
        return float(low)
    if slope(high) >= 0:
        raise MeasureError("tau squared is larger than a hundred times all that the sources show; check the effects")
    return float(optimize.brentq(slope, low, high, xtol=1e-300, rtol=1e-14, maxiter=500))


def describe_heterogeneity(
    effect: FloatArray,
    variance: FloatArray,
    terms: FloatArray,
    *,
    tau_squared: float,
    method: Method,
    confidence: float,
) -> Heterogeneity:
    """Return Q, I squared and tau squared with intervals by the Q-profile method (Viechtbauer 2007)."""
    k, p = terms.shape
    plain = fit_at(effect, variance, terms, 0.0)
    free = k - p
    if free == 0:
        return Heterogeneity(*(np.nan,) * 6, plain.q, 0, np.nan)
    typical = free / float(np.trace(_projection(terms, plain)))
    tail = (1 - check_confidence(confidence)) / 2

    def limit(quantile: float) -> float:
        return _where(lambda tau: fit_at(effect, variance, terms, tau).q - quantile, variance)

    lower, upper = limit(float(special.chdtri(free, tail))), limit(float(special.chdtri(free, 1 - tail)))

    def share(tau: float) -> float:
        return 100 * tau / (typical + tau)

    if method == "FE":
        i_squared = 100 * max(0.0, (plain.q - free) / plain.q) if plain.q > 0 else 0.0
        taus = (0.0, np.nan, np.nan)
    else:
        i_squared, taus = share(tau_squared), (tau_squared, lower, upper)
    return Heterogeneity(
        *taus, i_squared, share(lower), share(upper), plain.q, free, float(special.chdtrc(free, plain.q))
    )
