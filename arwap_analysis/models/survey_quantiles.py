"""Quantiles of a survey, with Woodruff's interval."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats, check_confidence
from arwap_analysis.models.survey_design import SurveyDesign
from arwap_analysis.models.survey_domains import Domains, ProportionInterval, proportion_limits
from arwap_analysis.models.survey_estimates import survey_mean
from arwap_analysis.models.survey_results import ASSUMES, NOBODY, SurveyEstimate, t_quantile

__all__ = ["survey_quantile"]

_BEYOND = "The interval reaches beyond the sample's smallest or largest value"


def survey_quantile(
    design: SurveyDesign, values: ArrayLike, *, probability: float = 0.5, by: ArrayLike | None = None,
    confidence: float = 0.95, method: ProportionInterval = "wald", ties: Literal["lower", "middle"] = "lower",
    quantity: str | None = None,
) -> SurveyEstimate:  # fmt: skip
    """Quantile of a population in each group: the smallest value that at least this share of weights lies at or below.

    The interval is Woodruff's: limits for the share at or below the estimate are turned back into values.

    Parameters
    ----------
    design : SurveyDesign
        How the N rows were drawn.
    values : array_like, (N,)
        NaN rows are left out.
    probability : float
        Between 0 and 1; 0.5 for the median.
    by : array_like, (N,), optional
        Label of the group of each row.
    confidence : float
        Nominal coverage of the interval.
    method : {"wald", "logit", "beta", "arcsine"}
        Interval of the share: see `survey_proportion`. "wald" is R's "mean".
    ties : {"lower", "middle"}
        Where the share is met exactly: that value (R's qrule "math"), or the middle to the next ("school").
    quantity : str, optional
        What to call it in sentences.

    Returns
    -------
    SurveyEstimate
        `standard_error` is the width of the interval over twice the quantile of t, as in R. A limit is NaN where
        the share's limit lies below 0, or at 1 and above. There is no covariance between groups: `root` is diagonal.

    Raises
    ------
    MeasureError
        For a probability outside 0 to 1, and as `survey_mean`.

    Interpretation
    --------------
    "Half of households have less than £24,000."

    Do not use when
    ---------------
    There are few distinct values, as on a scale of 1 to 5: give shares.

    References
    ----------
    Woodruff RS (1952), JASA 47:635-646, doi:10.1080/01621459.1952.10483443; Francisco CA, Fuller WA (1991), Annals of
    Statistics 19:454-469.
    """
    if not 0 < probability < 1:
        raise MeasureError(f"probability must lie between 0 and 1; got {probability}")
    x = as_floats("values", values)
    domains = Domains(by, design.size)
    if x.shape != (design.size,):
        raise MeasureError(f"there are {design.size:,} rows in the design, but values has the shape {x.shape}")
    check_confidence(confidence)
    rows = [_one(design, x, domains, group, probability, confidence, method, ties) for group in range(domains.count)]
    estimate, lower, upper, error, n, free = (np.array(column) for column in zip(*rows, strict=True))
    reasons = tuple(
        NOBODY if not m else (_BEYOND if np.isnan(low + high) else "")
        for m, low, high in zip(n, lower, upper, strict=True)
    )
    name = quantity or ("median" if probability == 0.5 else f"{100 * probability:g}th percentile")
    return SurveyEstimate(
        estimate, lower, upper, error, confidence, f"{design.method}, Woodruff interval ({method})", n, free,
        np.full(len(n), np.nan), domains.labels, name, np.diag(error), reasons, ASSUMES,
    )  # fmt: skip


def _one(
    design: SurveyDesign,
    x: FloatArray,
    domains: Domains,
    group: int,
    probability: float,
    confidence: float,
    method: ProportionInterval,
    ties: str,
) -> tuple[float, ...]:
    """Return estimate, limits, error, n and degrees of freedom of one group."""
    inside = (domains.codes == group) & ~np.isnan(x) & (design.weights > 0)
    if not np.any(inside):
        return (np.nan,) * 4 + (0.0, np.nan)
    order = np.argsort(x[inside], kind="stable")
    ordered = x[inside][order]
    shares = np.cumsum(design.weights[inside][order])
    shares = shares / shares[-1]
    middle = _value_at(ordered, shares, probability, ties)
    below = np.where(inside, (x <= middle).astype(float), np.nan)
    at = survey_mean(design, below, confidence=confidence)
    free = at.degrees_of_freedom if domains.everyone else np.array([design.degrees_of_freedom_of(inside)])
    limits = proportion_limits(at.estimate, at.standard_error, at.n, free, confidence=confidence, method=method)
    low, high = (float(limit[0]) for limit in limits)
    lower = _value_at(ordered, shares, low, ties) if low >= 0 else np.nan
    # At a share of 1 the population may lie anywhere above the sample.
    upper = _value_at(ordered, shares, high, ties) if high < 1 else np.nan
    error = (upper - lower) / (2 * float(t_quantile(confidence, free)[0]))
    return middle, lower, upper, error, float(at.n[0]), float(free[0])


def _value_at(ordered: FloatArray, shares: FloatArray, share: float, ties: str) -> float:
    """Return the value at a share of the weights; sums of weights that should meet it may miss it by rounding."""
    at = int(np.searchsorted(shares, share - 1e-12, side="left"))
    at = min(at, len(ordered) - 1)
    if ties == "middle" and abs(shares[at] - share) <= 1e-12 and at + 1 < len(ordered):
        return float((ordered[at] + ordered[at + 1]) / 2)
    return float(ordered[at])
