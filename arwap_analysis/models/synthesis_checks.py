"""What a synthesis depends on: subgroups, each source left out, and whether small sources say something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats, check_confidence, normal_quantile
from arwap_analysis.models.survey_results import t_p_value, t_quantile
from arwap_analysis.models.synthesis import Interval, PooledEffect, Scale, pool_effects
from arwap_analysis.models.synthesis_heterogeneity import Method, fit_at

__all__ = ["EggerTest", "Subgroups", "egger_test", "funnel_points", "leave_one_out", "subgroup_effects"]

_FEWEST = 3
_ENOUGH = 10


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Pooled effects of subgroups of sources, and a test of whether they differ.

    Attributes
    ----------
    labels : tuple of str
    pooled : tuple of PooledEffect
        One for each label, each with its own tau squared.
    q, q_df, p_value : float
        Squares between subgroups, by their errors without Hartung and Knapp's factor, and their p-value (chi-squared).
    method : str
    assumes : tuple of str
    """

    labels: tuple[str, ...]
    pooled: tuple[PooledEffect, ...]
    q: float
    q_df: int
    p_value: float
    method: str
    assumes: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Return a row for each subgroup."""
        parts = [one.frame().assign(subgroup=label) for label, one in zip(self.labels, self.pooled, strict=True)]
        return pd.concat(parts, ignore_index=True).drop(columns="term")

    def sentence(self) -> str:
        """Return the test in words."""
        return (
            f"Between {len(self.labels)} subgroups of sources, Q = {self.q:.3g} on {self.q_df} degrees of freedom, "
            f"p = {self.p_value:.2g} ({self.method})."
        )


def subgroup_effects(
    effect: ArrayLike, variance: ArrayLike, *, subgroup: ArrayLike, method: Method = "REML",
    interval: Interval = "hartung_knapp", scale: Scale = "difference", confidence: float = 0.95,
) -> Subgroups:  # fmt: skip
    """Pool each subgroup of sources on its own, and test whether the pooled effects differ.

    Parameters
    ----------
    effect, variance : array_like, (k,)
        As for `pool_effects`.
    subgroup : array_like, (k,)
        Label of each source; sources without one are refused.
    method, interval, scale, confidence
        As for `pool_effects`.

    Returns
    -------
    Subgroups
        Each with its own tau squared. For one tau squared in all, use `meta_regression` with the labels as terms.

    Raises
    ------
    MeasureError
        For fewer than two subgroups, or sources without a label.

    Interpretation
    --------------
    "Whether the gap in surveys differs from the gap in administrative data."

    Do not use when
    ---------------
    Subgroups were chosen after looking at the effects.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009) Introduction to Meta-Analysis, Wiley, ch. 19.
    """
    y, v = as_floats("effect", effect), as_floats("variance", variance)
    codes, labels = pd.factorize(np.asarray(subgroup, dtype=object), sort=True)
    if codes.shape != y.shape or np.any(codes < 0):
        raise MeasureError("every source needs the label of its subgroup")
    if len(labels) < 2:
        raise MeasureError("two or more subgroups are needed")
    options = {"method": method, "interval": interval, "scale": scale, "confidence": confidence}
    parts = [(y[codes == at], v[codes == at]) for at in range(len(labels))]
    pooled = tuple(pool_effects(*part, **options) for part in parts)  # type: ignore[arg-type]
    plain = [pool_effects(*part, method=method, interval="normal") for part in parts]
    means = np.array([one.estimate[0] for one in plain])
    squares = np.array([one.standard_error[0] ** 2 for one in plain])
    q = fit_at(means, squares, np.ones((len(means), 1)), 0.0).q
    free = len(labels) - 1
    return Subgroups(
        tuple(str(label) for label in labels), pooled, q, free, float(special.chdtrc(free, q)),
        f"{pooled[0].method} within subgroups", pooled[0].assumes,
    )  # fmt: skip


def leave_one_out(
    effect: ArrayLike, variance: ArrayLike, *, sources: ArrayLike, method: Method = "REML",
    interval: Interval = "hartung_knapp", scale: Scale = "difference", confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Pool again without each source in turn.

    Parameters
    ----------
    effect, variance : array_like, (k,)
        As for `pool_effects`; two known sources or more.
    sources : array_like, (k,)
        Name of each source.
    method, interval, scale, confidence
        As for `pool_effects`.

    Returns
    -------
    DataFrame
        A row for each known source that is left out: `left_out` and the columns of `PooledEffect.frame`.

    Raises
    ------
    MeasureError
        With fewer than two known sources.

    Interpretation
    --------------
    "The finding stands whichever source is left out."

    Do not use when
    ---------------
    A source shall be taken out for good because it disagrees.

    References
    ----------
    Viechtbauer W, Cheung MW-L (2010), Research Synthesis Methods 1:112-125, doi:10.1002/jrsm.11.
    """
    y, v, names = as_floats("effect", effect), as_floats("variance", variance), np.asarray(sources, dtype=object)
    if y.ndim != 1 or names.shape != y.shape or v.shape != y.shape:
        raise MeasureError("effect, variance and sources need one entry for each source")
    known = np.flatnonzero(~np.isnan(y + v))
    if len(known) < 2:
        raise MeasureError("two or more known sources are needed to leave one out")
    options = {"method": method, "interval": interval, "scale": scale, "confidence": confidence}
    rows = []
    for at in known:
        rest = known[known != at]
        found = pool_effects(y[rest], v[rest], **options)  # type: ignore[arg-type]
        rows.append(found.frame().assign(left_out=str(names[at])))
    return pd.concat(rows, ignore_index=True).drop(columns="term")


@dataclass(frozen=True)
class EggerTest:
    """Egger's regression test of whether small sources say something else.

    Attributes
    ----------
    estimate, se, lower, upper : float
        Intercept of the effect over its error on precision: 0 without such a pattern.
    p_value : float
    limit_effect : float
        Slope: the effect that a source without error would show.
    n : int
    method : str
    assumes : tuple of str
    """

    estimate: float
    se: float
    lower: float
    upper: float
    p_value: float
    limit_effect: float
    confidence: float
    n: int
    method: str
    assumes: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Return the test as one row."""
        names = ("estimate", "se", "lower", "upper", "confidence", "p_value", "limit_effect", "n", "method")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def sentence(self) -> str:
        """Return the test in words."""
        few = f" With {self.n} sources it can hardly find anything." if self.n < _ENOUGH else ""
        return (
            f"Egger's intercept is {self.estimate:.3g} ({self.confidence:.0%} interval {self.lower:.3g} to "
            f"{self.upper:.3g}; p = {self.p_value:.2g}; {self.n} sources).{few}"
        )


def egger_test(effect: ArrayLike, variance: ArrayLike, *, confidence: float = 0.95) -> EggerTest:
    """Test whether sources with large errors show other effects than precise ones (Egger).

    Parameters
    ----------
    effect, variance : array_like, (k,)
        As for `pool_effects`; three known sources or more.
    confidence : float
        Nominal coverage of the interval (Student's t, k - 2 degrees of freedom).

    Returns
    -------
    EggerTest

    Raises
    ------
    MeasureError
        With fewer than three known sources, or when all have one error.

    Interpretation
    --------------
    "Small studies show larger gaps, as they would if small studies without a gap had not been published."

    Do not use when
    ---------------
    There are fewer than ten sources, or as proof of missing studies: small studies can differ for good reasons.

    References
    ----------
    Egger M, Davey Smith G, Schneider M, Minder C (1997), BMJ 315:629-634, doi:10.1136/bmj.315.7109.629; Sterne JAC et
    al. (2011), BMJ 343:d4002, doi:10.1136/bmj.d4002.
    """
    y, v = as_floats("effect", effect), as_floats("variance", variance)
    if y.shape != v.shape or y.ndim != 1:
        raise MeasureError("effect and variance need one number for each source")
    known = ~np.isnan(y + v)
    y, v = y[known], v[known]
    if len(y) < _FEWEST or np.any(v <= 0) or np.ptp(v) == 0:
        raise MeasureError("Egger's test needs three sources with errors above 0 that are not all alike")
    error = np.sqrt(v)
    # Regressing y/se on 1/se is weighting y on se by 1/v: the slope on se is the intercept of the original.
    fit = fit_at(y, v, np.column_stack([np.ones(len(y)), error]), 0.0)
    free = float(len(y) - 2)
    spread = float(np.sqrt(fit.covariance[1, 1] * fit.q / free))
    bias = float(fit.coefficients[1])
    reach = float(t_quantile(check_confidence(confidence), np.array(free))) * spread
    p = float(t_p_value(np.array(bias / spread if spread > 0 else np.nan), np.array(free)))
    return EggerTest(
        bias, spread, bias - reach, bias + reach, p, float(fit.coefficients[0]), confidence, len(y),
        "Egger's regression, weighted by precision",
        ("Without such a pattern, effects do not depend on errors.", "Sources are independent."),
    )  # fmt: skip


def funnel_points(
    effect: ArrayLike, variance: ArrayLike, *, pooled: PooledEffect, sources: ArrayLike, confidence: float = 0.95
) -> pd.DataFrame:
    """Return what a funnel plot shows: each source's effect and error, and where it would lie by chance alone.

    Parameters
    ----------
    effect, variance : array_like, (k,)
        As for `pool_effects`.
    pooled : PooledEffect
        Whose estimate is the middle line.
    sources : array_like, (k,)
        Name of each source.
    confidence : float
        Share of sources that chance alone leaves within the limits.

    Returns
    -------
    DataFrame
        `source, effect, standard_error, middle, lower, upper, outside, weight`, on the scale of analysis; NaN where
        a source is not known.

    Raises
    ------
    MeasureError
        When the names are not one for each source.

    Interpretation
    --------------
    "A precise source lies near the middle; a lopsided funnel asks for a reason."

    Do not use when
    ---------------
    There are fewer than ten sources.

    References
    ----------
    Sterne JAC, Egger M (2001), Journal of Clinical Epidemiology 54:1046-1055, doi:10.1016/S0895-4356(01)00377-8.
    """
    y, v, names = as_floats("effect", effect), as_floats("variance", variance), np.asarray(sources, dtype=object)
    if names.shape != y.shape or v.shape != y.shape or pooled.weights.shape != y.shape:
        raise MeasureError("effect, variance and sources need one entry for each source that was pooled")
    error: FloatArray = np.sqrt(v)
    middle, reach = float(pooled.estimate[0]), normal_quantile(confidence) * error
    outside = pd.array(np.abs(y - middle) > reach, dtype="boolean")
    outside[np.isnan(y + v)] = pd.NA
    return pd.DataFrame(
        {
            "source": [str(name) for name in names],
            "effect": y,
            "standard_error": error,
            "middle": middle,
            "lower": middle - reach,
            "upper": middle + reach,
            "outside": outside,
            "weight": pooled.weights,
        }
    )
