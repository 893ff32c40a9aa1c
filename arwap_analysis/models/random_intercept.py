"""Strata whose levels vary: logistic and linear models with a random intercept, fitted on sums.

The logistic likelihood of a stratum is an integral over its intercept; adaptive Gauss-Hermite quadrature places the
points where the integrand is (Pinheiro and Bates 1995, J Comput Graph Stat 4:12-35). One point is Laplace's
approximation, which lme4's glmer takes by default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.polynomial.hermite import hermgauss
from scipy import optimize, special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray

__all__ = ["RandomIntercept", "fit_linear_intercepts", "fit_logistic_intercepts"]

_NEWTON = 100
# Below this standard deviation of log odds the strata are alike: the likelihood is flat there.
_ALIKE = 1e-4
# From so many points on, the quadrature is exact for all practical purposes, and so are the slopes.
_FINE = 15


@dataclass(frozen=True, eq=False)
class RandomIntercept:
    """A fitted model.

    Attributes
    ----------
    beta : (P,), covariance : (P, P)
        Fixed effects, allowing for the estimated spread.
    spread : float
        Standard deviation of the intercepts; 0 where strata differ by no more than chance.
    residual : float
        Standard deviation within strata (linear), NaN for logistic.
    log_likelihood : float
        At the maximum (linear: restricted).
    effects, effect_errors : (S,)
        Mean and standard deviation of each stratum's intercept, given its data and the fitted parameters.
    slopes : (S, P + 1)
        How the effects move with the fixed effects and the spread.
    joint : (P + 1, P + 1)
        Covariance of fixed effects and spread (linear: the spread is taken as known).
    share_error : float
        Standard error of the logit of the share of variance between strata; NaN where that share is 0.
    """

    beta: FloatArray
    covariance: FloatArray = field(repr=False)
    spread: float
    residual: float
    log_likelihood: float
    effects: FloatArray = field(repr=False)
    effect_errors: FloatArray = field(repr=False)
    slopes: FloatArray = field(repr=False)
    joint: FloatArray = field(repr=False)
    share_error: float


@dataclass(frozen=True, eq=False)
class _Data:
    cases: FloatArray
    people: FloatArray
    matrix: FloatArray
    stratum: np.ndarray
    strata: int

    def by_stratum(self, values: FloatArray) -> FloatArray:
        """Sum rows (last axis) within strata."""
        if values.ndim == 1:
            return np.bincount(self.stratum, weights=values, minlength=self.strata).astype(np.float64)
        return np.stack([self.by_stratum(row) for row in values])


def _modes(data: _Data, linear: FloatArray, spread: float) -> tuple[FloatArray, FloatArray]:
    """Return each stratum's most likely standardised intercept and the curvature there (Newton, all at once)."""
    z = np.zeros(data.strata)
    for _ in range(_NEWTON):
        risk = special.expit(linear + spread * z[data.stratum])
        slope = data.by_stratum(data.cases - data.people * risk) * spread - z
        curvature = data.by_stratum(data.people * risk * (1 - risk)) * spread**2 + 1
        step = np.clip(slope / curvature, -2, 2)
        z = z + step
        if np.max(np.abs(step)) < 1e-11:
            break
    risk = special.expit(linear + spread * z[data.stratum])
    return z, data.by_stratum(data.people * risk * (1 - risk)) * spread**2 + 1


@dataclass(frozen=True, eq=False)
class _Integrals:
    """Each stratum's log likelihood with its slopes, and mean and variance of its standardised intercept."""

    log_likelihood: FloatArray
    slopes: FloatArray
    mean: FloatArray
    variance: FloatArray


def _integrals(data: _Data, parameters: FloatArray, points: int) -> _Integrals:
    """Integrate over each stratum's intercept.

    Slopes are expectations given the data of those of a known intercept (Fisher's identity), exact with many points.
    """
    spread = abs(float(parameters[-1]))
    linear = data.matrix @ parameters[:-1]
    mode, curvature = _modes(data, linear, spread)
    node, weight = hermgauss(points)
    scale = 1 / np.sqrt(curvature)
    z = mode + np.sqrt(2) * node[:, None] * scale  # (points, strata)
    eta = linear + spread * z[:, data.stratum]
    terms = data.cases * eta - data.people * np.logaddexp(0, eta)
    height = data.by_stratum(terms) - z**2 / 2 + node[:, None] ** 2 + np.log(weight)[:, None]
    whole = special.logsumexp(height, axis=0)
    share = np.exp(height - whole)
    mean = (share * z).sum(axis=0)
    rest = share[:, data.stratum] * (data.cases - data.people * special.expit(eta))
    by_beta = (rest.sum(axis=0)[:, None] * data.matrix).T
    by_spread = (rest * z[:, data.stratum]).sum(axis=0) * (1 if parameters[-1] >= 0 else -1)
    slopes = data.by_stratum(np.vstack([by_beta, by_spread]))
    return _Integrals(whole + np.log(scale) - np.log(np.pi) / 2, slopes, mean, (share * (z - mean) ** 2).sum(axis=0))


def _differences(function: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Return slopes of a vector by central differences, one column a parameter."""
    steps = 1e-4 * np.maximum(np.abs(at), 0.1)
    moves = np.diag(steps)
    columns = [(function(at + m) - function(at - m)) / (2 * h) for m, h in zip(moves, steps, strict=True)]
    return np.column_stack(columns)


def fit_logistic_intercepts(
    cases: FloatArray, people: FloatArray, matrix: FloatArray, stratum: np.ndarray, *, points: int = 25
) -> RandomIntercept:
    """Maximum likelihood of *logit(risk) = x'b + u*, *u* normal with mean 0, one *u* a stratum.

    `cases`, `people`: (R,) counts of rows; `matrix`: (R, P); `stratum`: (R,) positions from 0. Few points are for
    comparison with other software: they give the maximum of their own approximation.
    """
    # The binomial coefficients change no estimate, but are part of a log likelihood as others print it.
    ways = special.gammaln(people + 1) - special.gammaln(cases + 1) - special.gammaln(people - cases + 1)
    data = _Data(cases, people, matrix, stratum, int(stratum.max()) + 1)
    parameters = _climb(data, points)
    alike = abs(parameters[-1]) < _ALIKE
    parameters[-1] = 0.0 if alike else abs(parameters[-1])
    fine = max(points, _FINE)

    def score(at: FloatArray) -> FloatArray:
        return np.asarray(_integrals(data, at, fine).slopes.sum(axis=1))

    def effects(at: FloatArray) -> FloatArray:
        return np.asarray(abs(at[-1]) * _integrals(data, at, fine).mean)

    k = parameters.size - 1
    joint, slopes = np.zeros((k + 1, k + 1)), np.zeros((data.strata, k + 1))
    if alike:  # the spread lies on its border: fixed effects are those of a model without strata
        risk = special.expit(matrix @ parameters[:-1])
        joint[:k, :k] = np.linalg.inv((matrix * (people * risk * (1 - risk))[:, None]).T @ matrix)
    else:
        information = -_differences(score, parameters)
        joint[:] = np.linalg.inv((information + information.T) / 2)
        slopes = _differences(effects, parameters)
    found, sigma = _integrals(data, parameters, points), float(parameters[-1])
    posterior = found if points == fine else _integrals(data, parameters, fine)
    return RandomIntercept(
        parameters[:-1],
        joint[:k, :k],
        sigma,
        np.nan,
        float(found.log_likelihood.sum() + ways.sum()),
        sigma * posterior.mean,
        sigma * np.sqrt(posterior.variance),
        slopes,
        joint,
        np.nan if alike else 2 * float(np.sqrt(joint[k, k])) / sigma,
    )


def _climb(data: _Data, points: int) -> FloatArray:
    """Return the fixed effects and the spread of the highest likelihood."""

    def unlikely(parameters: FloatArray) -> tuple[float, FloatArray]:
        found = _integrals(data, parameters, points)
        return -float(found.log_likelihood.sum()), -found.slopes.sum(axis=1)

    start = np.append(_start(data), 0.5)
    if points >= _FINE:
        found = optimize.minimize(unlikely, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500})
        # A line search that can gain nothing more ends without success at the very top.
        well = np.max(np.abs(unlikely(found.x)[1])) < 1e-4 * max(1.0, float(np.sqrt(data.people.sum())))
    else:
        options = {"xatol": 1e-8, "fatol": 1e-11, "maxiter": 10_000, "maxfev": 10_000}
        found = optimize.minimize(lambda p: unlikely(p)[0], start, method="Nelder-Mead", options=options)
        well = found.success
    if not well or not np.all(np.isfinite(found.x)):
        raise MeasureError("the random-intercept model did not converge; try fewer main effects")
    return np.array(found.x)


def _start(data: _Data) -> FloatArray:
    """Return the coefficients of a logistic regression without strata, by a few Newton steps kept short."""
    beta = np.zeros(data.matrix.shape[1])
    for _ in range(_NEWTON):
        risk = special.expit(data.matrix @ beta)
        slope = data.matrix.T @ (data.cases - data.people * risk)
        information = (data.matrix * (data.people * risk * (1 - risk) + 1e-9)[:, None]).T @ data.matrix
        step = np.clip(np.linalg.solve(information, slope), -1, 1)
        beta = beta + step
        if np.max(np.abs(step)) < 1e-8:
            break
    return np.clip(beta, -15, 15)


def fit_linear_intercepts(
    total: FloatArray, people: FloatArray, squares: FloatArray, matrix: FloatArray
) -> RandomIntercept:
    """Restricted maximum likelihood of *y = x'b + u + e*, from sum, people and sum of squares of each stratum.

    One row a stratum. Given the ratio of both variances everything else has a closed form, so that one number is
    searched for (Bates and others 2015, J Stat Softw 67:1, eq. 41 for one grouping).
    """
    mean = total / people
    within = float(np.sum(squares - total**2 / people))
    number, p = float(people.sum()), matrix.shape[1]
    if number - len(people) <= 0 or within <= 0:
        raise MeasureError("a linear model with strata needs several people who differ in at least one stratum")

    def solve(ratio: float) -> tuple[FloatArray, FloatArray, float, float]:
        weight = people / (1 + people * ratio)
        inverse = np.asarray(np.linalg.inv((matrix * weight[:, None]).T @ matrix), dtype=np.float64)
        beta = inverse @ (matrix.T @ (weight * mean))
        rest = within + float(np.sum(weight * (mean - matrix @ beta) ** 2))
        residual = rest / (number - p)
        unlikely = (number - p) * (np.log(2 * np.pi * residual) + 1) + np.sum(np.log1p(people * ratio))
        return beta, inverse, residual, float(unlikely - np.linalg.slogdet(inverse)[1]) / 2

    search = optimize.minimize_scalar(
        lambda log_ratio: solve(np.exp(log_ratio))[3], bounds=(-25, 15), method="bounded", options={"xatol": 1e-10}
    )
    ratio = float(np.exp(search.x))
    if solve(0.0)[3] <= search.fun + 1e-9:
        ratio = 0.0
    beta, inverse, residual, unlikely = solve(ratio)
    shrink = people * ratio / (1 + people * ratio)
    effects = shrink * (mean - matrix @ beta)
    joint = np.zeros((p + 1, p + 1))
    joint[:p, :p] = inverse * residual
    bend = np.nan
    if ratio > 0:
        around = [solve(np.exp(search.x + step))[3] for step in (-0.01, 0.0, 0.01)]
        bend = (around[0] - 2 * around[1] + around[2]) / 0.01**2
    return RandomIntercept(
        beta,
        joint[:p, :p],
        float(np.sqrt(ratio * residual)),
        float(np.sqrt(residual)),
        -unlikely,
        effects,
        np.sqrt(residual * ratio / (1 + people * ratio)),
        np.column_stack([-shrink[:, None] * matrix, np.zeros(len(people))]),
        joint,
        float(1 / np.sqrt(bend)) if bend > 0 else np.nan,
    )
