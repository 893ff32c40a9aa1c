"""Groups of a survey's rows, and what every estimate of them shares: checks, counts, intervals and reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats, check_confidence
from arwap_analysis.models.survey_design import SurveyDesign
from arwap_analysis.models.survey_results import (
    ALIKE,
    ASSUMES,
    NO_ERROR,
    NO_REPLICATE,
    NOBODY,
    SurveyEstimate,
    t_quantile,
)

__all__ = [
    "Domains",
    "ProportionInterval",
    "finished",
    "known_values",
    "proportion_limits",
    "quotient",
    "with_proportion_limits",
]

_EDGE = "Nobody or everybody has the outcome, so that this interval does not exist"
_NO_SPREAD = 1e-12
ProportionInterval = Literal["logit", "beta", "arcsine", "wald"]


class Domains:
    """Groups of rows: a code for each row, and the label of each code in the order of the labels."""

    def __init__(self, by: ArrayLike | None, size: int) -> None:
        self.labels: tuple[str, ...] = ("all",)
        self.codes = np.zeros(size, dtype=np.intp)
        self.everyone = by is None
        if by is None:
            return
        given = by if isinstance(by, pd.Series) else pd.Series(np.asarray(by))
        if len(given) != size:
            raise MeasureError(f"there are {size:,} rows in the design, but {len(given):,} in 'by'")
        codes, labels = pd.factorize(given, sort=True)
        if np.any(codes < 0):
            raise MeasureError(f"{int(np.sum(codes < 0)):,} rows have no group; give them a label, such as 'not known'")
        self.codes, self.labels = np.asarray(codes, dtype=np.intp), tuple(str(label) for label in labels)

    @property
    def count(self) -> int:
        """Number of groups."""
        return len(self.labels)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of each group."""
        return np.asarray(np.bincount(self.codes, values, self.count), dtype=float)


def finished(
    design: SurveyDesign,
    estimate: FloatArray,
    root: FloatArray,
    there: np.ndarray,
    domains: Domains,
    confidence: float,
    quantity: str,
    effect: FloatArray,
    least_units: int = 2,
) -> SurveyEstimate:
    """Return the result with its interval, counts and reasons, without an error where there are too few units."""
    answered = there & (design.weights > 0)
    n = np.bincount(domains.codes[answered], minlength=domains.count).astype(float)
    if design.stages:
        met = design.presence(answered, domains.codes, domains.count)
        free = design.domain_degrees_of_freedom(met)
        if domains.everyone:  # answers were sought in every unit, also where none came
            free = np.full(1, design.degrees_of_freedom)
        units = met.sum(axis=0) if len(design.stages) == 1 else _units(design, answered, domains)
    else:
        free, units = np.full(domains.count, design.degrees_of_freedom), n
    several = units >= least_units
    root = np.where(several, root, np.nan)
    error = np.sqrt(np.sum(root**2, axis=0))
    # A mean that does not vary where units were left out says nothing of those; a total may be known by design.
    alike = (error <= _NO_SPREAD * np.abs(estimate)) & (least_units > 1) & design.leaves_some_out
    error = np.where(alike, np.nan, error)
    margin = t_quantile(confidence, free) * error
    failed = np.isnan(error) & ~np.isnan(estimate)
    reasons = np.select([n == 0, alike, ~several, failed], [NOBODY, ALIKE, NO_ERROR, NO_REPLICATE], default="").tolist()
    return SurveyEstimate(
        estimate, estimate - margin, estimate + margin, error, check_confidence(confidence), design.method, n, free,
        np.where(several, effect, np.nan), domains.labels, quantity, root, tuple(reasons), ASSUMES,
    )  # fmt: skip


def _units(design: SurveyDesign, answered: np.ndarray, domains: Domains) -> np.ndarray:
    """Return how many last-stage units each group has answers in."""
    seen = np.zeros(design.units * domains.count, dtype=bool)
    seen[design.unit[answered] * domains.count + domains.codes[answered]] = True
    return np.asarray(seen.reshape(design.units, domains.count).sum(axis=0))


def known_values(name: str, values: ArrayLike, size: int) -> tuple[FloatArray, np.ndarray]:
    """Return values with 0 for NaN, and where there is one."""
    x = as_floats(name, values)
    if x.shape != (size,):
        raise MeasureError(f"there are {size:,} rows in the design, but {name} has the shape {x.shape}")
    if np.any(np.isinf(x)):
        raise MeasureError(f"{name} must be finite; use NaN where it is not known")
    there = ~np.isnan(x)
    return np.where(there, x, 0.0), there


def quotient(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide, and leave NaN where there is nothing to divide by."""
    return np.asarray(np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=np.asarray(bottom) != 0))


def with_proportion_limits(found: SurveyEstimate, method: ProportionInterval) -> SurveyEstimate:
    """Return shares with the limits of a method for shares, and the reason where it has none."""
    if method not in get_args(ProportionInterval):
        raise MeasureError(f"method must be one of {', '.join(get_args(ProportionInterval))}; got '{method}'")
    lower, upper = proportion_limits(found.estimate, found.standard_error, found.n, found.degrees_of_freedom,
                                     confidence=found.confidence, method=method)  # fmt: skip
    edge = (found.estimate <= 0) | (found.estimate >= 1)
    reasons = tuple(
        ("" if known else _EDGE) if at else reason
        for at, known, reason in zip(edge, ~np.isnan(lower), found.reasons, strict=True)
    )
    return replace(found, lower=lower, upper=upper, method=f"{found.method}, {method} interval", reasons=reasons)


def proportion_limits(
    share: FloatArray, error: FloatArray, n: FloatArray, free: FloatArray, *, confidence: float, method: str
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of shares, NaN where the method has none."""
    t = t_quantile(confidence, free)
    inside = (share > 0) & (share < 1)
    p = np.where(inside, share, 0.5)
    if method == "wald":
        return share - t * error, share + t * error
    if method == "logit":
        margin = t * error / (p * (1 - p))
        limits = [special.expit(special.logit(p) + side * margin) for side in (-1, 1)]
    elif method == "arcsine":
        margin = t * error / (2 * np.sqrt(p * (1 - p)))
        limits = [np.sin(np.clip(np.arcsin(np.sqrt(p)) + side * margin, 0, np.pi / 2)) ** 2 for side in (-1, 1)]
    else:
        return _beta_limits(share, error, n, free, confidence)
    return tuple(np.where(inside, limit, np.nan) for limit in limits)  # type: ignore[return-value]


def _beta_limits(
    share: FloatArray, error: FloatArray, n: FloatArray, free: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Return Clopper and Pearson's limits at Korn and Graubard's effective sample size."""
    spread = share * (1 - share)
    size = np.divide(spread, error**2, out=np.asarray(n, dtype=float).copy(), where=(error > 0) & (spread > 0))
    size = size * (t_quantile(confidence, n - 1) / t_quantile(confidence, free)) ** 2
    tail = (1 - check_confidence(confidence)) / 2
    yes, no = size * share, size * (1 - share)
    known = ~np.isnan(size)
    lower = np.where(yes > 0, special.betaincinv(np.where(yes > 0, yes, 1.0), np.where(known, no + 1, 1.0), tail), 0.0)
    upper = np.where(
        no > 0, special.betaincinv(np.where(known, yes + 1, 1.0), np.where(no > 0, no, 1.0), 1 - tail), 1.0
    )
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)
