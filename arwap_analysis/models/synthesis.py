"""Evidence of several sources put together: pooled effects, subgroups, terms, and what depends on one source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import (
    Estimate,
    FloatArray,
    as_floats,
    check_confidence,
    freeze_arrays,
    normal_quantile,
)  # fmt: skip
from arwap_analysis.models.survey_results import t_p_value, t_quantile
from arwap_analysis.models.synthesis_heterogeneity import (
    Heterogeneity,
    Method,
    describe_heterogeneity,
    estimate_tau_squared,
    fit_at,
)  # fmt: skip

__all__ = ["PooledEffect", "Scale", "effects_from_intervals", "meta_regression", "pool_effects"]

Scale = Literal["difference", "ratio"]
Interval = Literal["normal", "hartung_knapp", "modified_hartung_knapp"]
_INTERVALS = {
    "normal": "normal", "hartung_knapp": "Hartung-Knapp", "modified_hartung_knapp": "modified Hartung-Knapp",
}  # fmt: skip
_NO_SPREAD = 1e-20
_ASSUMES = {
    "FE": "All sources estimate one and the same effect; their differences are chance.",
    "random": "The sources are a fair draw from those that could have been, with true effects that are roughly normal.",
    "all": "Sources are independent (no person counts in two), and their variances are known.",
}


@dataclass(frozen=True, eq=False)
class PooledEffect(Estimate):
    """Coefficients of a synthesis: one pooled effect, or one number for each term.

    `estimate`, limits and prediction are on the scale of analysis: logarithms, when `scale` is "ratio"; see
    `back_transformed`.

    Attributes
    ----------
    p_value : (P,)
        Two-sided, of no effect.
    prediction_lower, prediction_upper : (P,)
        Where the true effect of another source like these would lie; NaN for a common-effect model or with terms.
    degrees_of_freedom : (P,)
        Of Student's t; infinite for the normal interval.
    n : int
        Number of sources.
    terms : tuple of str
        What each number is of; ("pooled",) without terms.
    covariance : (P, P)
    weights : (k,)
        Per cent that each source counts.
    heterogeneity : Heterogeneity
    model : str
        Tau squared's estimator, or "FE" for a common effect.
    scale : str
        "difference", or "ratio" where effects are logarithms of ratios.
    assumes : tuple of str
    """

    p_value: FloatArray = field(metadata={"array": True})
    prediction_lower: FloatArray = field(metadata={"array": True})
    prediction_upper: FloatArray = field(metadata={"array": True})
    degrees_of_freedom: FloatArray = field(metadata={"array": True})
    n: int
    terms: tuple[str, ...]
    covariance: FloatArray
    weights: FloatArray
    heterogeneity: Heterogeneity
    model: Method
    scale: Scale
    assumes: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def se(self) -> FloatArray:
        """The standard error, on the scale of analysis."""
        return self.standard_error

    def back_transformed(self) -> dict[str, FloatArray]:
        """Return estimate, interval and prediction as the ratios that a reader knows (as they are for differences)."""
        names = ("estimate", "lower", "upper", "prediction_lower", "prediction_upper")
        turn = np.exp if self.scale == "ratio" else np.asarray
        return {name: np.asarray(turn(getattr(self, name))) for name in names}

    def frame(self) -> pd.DataFrame:
        """Return a row for each term, in ratios where effects are ratios, with what the sources differ by."""
        spread = self.heterogeneity
        return pd.DataFrame(
            {
                "term": list(self.terms),
                **self.back_transformed(),
                "standard_error": self.standard_error,
                "p_value": self.p_value,
                "confidence": self.confidence,
                "scale": self.scale,
                "n": self.n,
                "tau_squared": spread.tau_squared,
                "tau_squared_lower": spread.tau_squared_lower,
                "tau_squared_upper": spread.tau_squared_upper,
                "i_squared": spread.i_squared,
                "q": spread.q,
                "q_p_value": spread.q_p_value,
                "method": self.method,
            }
        )

    def sentence(self) -> str:
        """Return the first term in words."""
        shown = {name: float(values[0]) for name, values in self.back_transformed().items()}
        said = (
            f"Across {self.n} sources the {self.scale} is {shown['estimate']:.3g} "
            f"({self.confidence:.0%} interval {shown['lower']:.3g} to {shown['upper']:.3g}; {self.method})"
        )
        if np.isnan(shown["prediction_lower"]):
            return f"{said}."
        return (
            f"{said}. In another source like these it would lie between {shown['prediction_lower']:.3g} and "
            f"{shown['prediction_upper']:.3g}; {self.heterogeneity.i_squared:.0f}% of the variation is not chance."
        )


def effects_from_intervals(
    estimate: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, scale: Scale, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Turn published estimates with intervals into effects and variances: logarithms for ratios.

    Parameters
    ----------
    estimate, lower, upper : array_like, (k,)
        As published. NaN stays NaN.
    scale : {"difference", "ratio"}
        What was published.
    confidence : float
        Nominal coverage of the published intervals, taken as symmetric on the scale of analysis.

    Returns
    -------
    effect, variance : (k,)

    Raises
    ------
    MeasureError
        For limits that are not on either side of their estimate, or ratios of 0 or less.

    Examples
    --------
    >>> effect, variance = effects_from_intervals([0.5], [0.25], [1.0], scale="ratio")
    >>> print(variance.round(4))
    [0.1251]

    Interpretation
    --------------
    "What each source published, made comparable."

    Do not use when
    ---------------
    Intervals are far from symmetric on that scale (exact intervals of few events): go back to the counts.

    References
    ----------
    Higgins JPT et al. (ed.) Cochrane Handbook for Systematic Reviews of Interventions, version 6, section 6.3.
    """
    _check_scale(scale)
    middle, low, high = (as_floats(n, v) for n, v in (("estimate", estimate), ("lower", lower), ("upper", upper)))
    if np.any(low > middle) or np.any(middle > high) or np.any(low >= high):
        raise MeasureError("every estimate must lie between its limits, and the limits must differ")
    if scale == "ratio":
        if np.any(low <= 0):
            raise MeasureError("ratios and their limits must be above 0")
        middle, low, high = np.log(middle), np.log(low), np.log(high)
    return middle, ((high - low) / (2 * normal_quantile(confidence))) ** 2


def pool_effects(
    effect: ArrayLike, variance: ArrayLike, *, method: Method = "REML", interval: Interval = "hartung_knapp",
    scale: Scale = "difference", confidence: float = 0.95, tau_squared: float | None = None,
) -> PooledEffect:  # fmt: skip
    """Put the effects of several sources together, weighting each by its precision.

    Parameters
    ----------
    effect, variance : array_like, (k,)
        Differences, or logarithms of ratios, and their squared standard errors. Sources where either is NaN are left
        out.
    method : {"REML", "PM", "DL", "FE"}
        Random effects by restricted likelihood, Paule and Mandel, or DerSimonian and Laird; or one common effect.
    interval : {"hartung_knapp", "modified_hartung_knapp", "normal"}
        Student's t with the variance that the sources show (for "FE" always normal); the same, but never with a
        smaller variance than the model has; or the normal distribution, which is too narrow with few sources.
    scale : {"difference", "ratio"}
        "ratio" says that effects are logarithms.
    confidence : float
        Nominal coverage.
    tau_squared : float, optional
        Taken as known instead of estimated, to see what depends on it.

    Returns
    -------
    PooledEffect
        With one source, its own estimate and normal interval. With "hartung_knapp", no interval where all sources
        say exactly the same, because their spread is its only measure of error. The prediction interval is
        *mu +- q sqrt(se^2 + tau^2)*, *q* of the same distribution as the interval's.

    Raises
    ------
    MeasureError
        Without a source, or for variances of 0 or less.

    Interpretation
    --------------
    "Taking all studies together, risk was halved, though in another setting it could be anything from 0.15 to 1.5."

    Do not use when
    ---------------
    The sources ask different questions, or share people (waves of one survey, an authority within its nation).

    Notes
    -----
    Hartung and Knapp's interval can be narrower than that of a common effect when the sources agree by chance; then,
    and with sources of very different size, take the modified one (Röver, Knapp and Friede 2015).

    References
    ----------
    DerSimonian R, Laird N (1986), doi:10.1016/0197-2456(86)90046-2; Paule RC, Mandel J (1982); Viechtbauer W (2005),
    Journal of Educational and Behavioral Statistics 30:261-293; Knapp G, Hartung J (2003), doi:10.1002/sim.1482;
    IntHout J, Ioannidis JPA, Borm GF (2014), doi:10.1186/1471-2288-14-25; Röver C, Knapp G,
    Friede T (2015), doi:10.1186/s12874-015-0091-1; Viechtbauer W (2010),
    doi:10.18637/jss.v036.i03.
    """
    y, v = as_floats("effect", effect), as_floats("variance", variance)
    return _synthesis(y, v, np.ones((y.size, 1)), ("pooled",), method, interval, scale, confidence, tau_squared)


def meta_regression(
    effect: ArrayLike, variance: ArrayLike, covariates: ArrayLike, *, terms: Sequence[str], method: Method = "REML",
    interval: Interval = "hartung_knapp", scale: Scale = "difference", confidence: float = 0.95,
) -> PooledEffect:  # fmt: skip
    """Say how the effects of sources depend on what is known of the sources.

    Parameters
    ----------
    effect, variance : array_like, (k,)
        As for `pool_effects`.
    covariates : array_like, (k, P)
        Columns of numbers; write categories as columns of 0 and 1 without the reference. A constant, "(Intercept)", is
        put first. Sources with a NaN are left out.
    terms : sequence of str
        Name of each column.
    method, interval, scale, confidence
        As for `pool_effects`.

    Returns
    -------
    PooledEffect
        A number for each term: the change in effect for a change of one. Heterogeneity is what the terms leave.

    Raises
    ------
    MeasureError
        For fewer sources than terms plus one, or terms that say the same.

    Interpretation
    --------------
    "The further from the equator, the more the vaccine protected."

    Do not use when
    ---------------
    There are fewer than some ten sources for each term, or the term is an average of people: what holds between
    sources need not hold between people.

    References
    ----------
    Thompson SG, Higgins JPT (2002), doi:10.1002/sim.1187; Knapp and Hartung (2003); Viechtbauer (2010).
    """
    y, v, x = as_floats("effect", effect), as_floats("variance", variance), as_floats("covariates", covariates)
    if x.shape != (y.size, len(terms)):
        raise MeasureError(f"there are {y.size} sources and {len(terms)} terms, but covariates has the shape {x.shape}")
    design = np.column_stack([np.ones(y.size), x])
    return _synthesis(y, v, design, ("(Intercept)", *terms), method, interval, scale, confidence)


def _check_scale(scale: str) -> None:
    if scale not in get_args(Scale):
        raise MeasureError(f"scale must be one of {', '.join(get_args(Scale))}; got '{scale}'")


def _inflation(spread: float, interval: Interval) -> float:
    """Return what the covariance is multiplied by: the squares of the sources over what the model expects."""
    if interval == "modified_hartung_knapp":
        return max(1.0, spread)
    return spread if spread > _NO_SPREAD else np.nan


def _synthesis(
    effect: FloatArray,
    variance: FloatArray,
    design: FloatArray,
    terms: tuple[str, ...],
    method: Method,
    interval: Interval,
    scale: Scale,
    confidence: float,
    given: float | None = None,
) -> PooledEffect:
    _check_scale(scale)
    if method not in get_args(Method) or interval not in get_args(Interval):
        raise MeasureError(f"method must be one of {get_args(Method)} and interval one of {get_args(Interval)}")
    if effect.ndim != 1 or variance.shape != effect.shape:
        raise MeasureError(f"effect and variance need one number for each source; got {effect.shape}, {variance.shape}")
    known = ~(np.isnan(effect) | np.isnan(variance) | np.isnan(design).any(axis=1))
    y, v, x = effect[known], variance[known], design[known]
    k, p = x.shape
    if k < p or (k == p and p > 1) or np.linalg.matrix_rank(x) < p:
        raise MeasureError(f"{k} sources are too few for {p} numbers, or the terms say the same")
    if np.any(v <= 0) or not (np.all(np.isfinite(v)) and np.all(np.isfinite(y)) and np.all(np.isfinite(x))):
        raise MeasureError("variances must be above 0, and all numbers finite; use NaN where a source has none")
    if given is not None and not (method != "FE" and 0 <= given < np.inf):
        raise MeasureError(f"a given tau squared is 0 or more and for random effects; got {given} with {method}")
    tau_squared = estimate_tau_squared(y, v, x, method) if given is None else float(given)
    fit = fit_at(y, v, x, tau_squared)
    by_t = interval != "normal" and method != "FE" and k > p
    covariance = fit.covariance * _inflation(fit.q / (k - p), interval) if by_t else fit.covariance
    error = np.sqrt(np.diag(covariance))
    free = np.full(p, float(k - p) if by_t else np.inf)
    reach = t_quantile(confidence, free) if by_t else np.full(p, normal_quantile(confidence))
    statistic = np.abs(np.divide(fit.coefficients, error, out=np.full(p, np.nan), where=error > 0))
    p_value = t_p_value(statistic, free) if by_t else 2 * special.ndtr(-statistic)
    beyond = reach * np.sqrt(error**2 + tau_squared) if method != "FE" and p == 1 and k > 1 else np.full(p, np.nan)
    found = describe_heterogeneity(y, v, x, tau_squared=tau_squared, method=method, confidence=confidence)
    weights = np.full(effect.shape, np.nan)
    weights[known] = 100 * fit.weights / fit.weights.sum()
    name = "common effect" if method == "FE" else f"random effects ({method if given is None else 'given tau squared'})"
    return PooledEffect(
        fit.coefficients, fit.coefficients - reach * error, fit.coefficients + reach * error, error,
        check_confidence(confidence), f"{name}, {_INTERVALS[interval if by_t else 'normal']} interval", p_value,
        fit.coefficients - beyond, fit.coefficients + beyond, free, k, terms, covariance, weights, found, method, scale,
        (_ASSUMES["FE" if method == "FE" else "random"], _ASSUMES["all"]),
    )  # fmt: skip
