"""Empirical-Bayes shrinkage of small groups or areas towards what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts, as_denominators, check_confidence, freeze_arrays

__all__ = ["Shrinkage", "beta_binomial_shrinkage", "gamma_poisson_shrinkage"]

_ITERATIONS = 200
_SETTLED = 1e-9
# Beyond this precision the groups differ by no more than chance makes them: the likelihood is flat and rising.
_MOST = 1e7
_FEWEST = 3
_LEAST = 1e-3
# Log-likelihoods this close are the same: nothing speaks for a difference between groups.
_NO_BETTER = 1e-7


@dataclass(frozen=True, eq=False)
class Shrinkage(Estimate):
    """Shrunken estimates of each group, and what they were shrunk towards.

    Attributes
    ----------
    mean : (..., G)
        Fitted mean of the distribution of the groups' true levels, the same for all groups of a family.
    precision : (..., G)
        Its prior size: people (or, for rates, events over the mean) that the prior is worth. Infinite where
        groups differ by no more than chance.
    weight : (..., G)
        Share of the group's own data in its estimate, 0 to 1.
    """

    mean: FloatArray = field(metadata={"array": True})
    precision: FloatArray = field(metadata={"array": True})
    weight: FloatArray = field(metadata={"array": True})

    def __post_init__(self) -> None:
        freeze_arrays(self)


Pair = tuple[FloatArray, FloatArray]
Derivatives = Callable[[FloatArray, FloatArray], tuple[FloatArray, ...]]


@dataclass(frozen=True, eq=False)
class _Peak:
    """The two fitted parameters, their information matrix on the log scale, the height, and whether all is well."""

    a: FloatArray
    b: FloatArray
    information: tuple[FloatArray, FloatArray, FloatArray]
    height: FloatArray
    settled: np.ndarray


def _climb(
    log_likelihood: Callable[[FloatArray, FloatArray], FloatArray],
    derivatives: Derivatives,
    start: Pair,
    usable: np.ndarray,
) -> _Peak:
    """Climb the likelihood of two log parameters for every family at once (Levenberg-Marquardt)."""
    a, b = (np.log(np.where(usable, value, 1.0)) for value in start)
    damping = np.full(a.shape, 1e-3)
    height = log_likelihood(a, b)
    settled = ~usable
    for _ in range(_ITERATIONS):
        u_a, u_b, i_aa, i_ab, i_bb = derivatives(a, b)
        d_aa, d_bb = i_aa + damping * (np.abs(i_aa) + 1e-6), i_bb + damping * (np.abs(i_bb) + 1e-6)
        determinant = d_aa * d_bb - i_ab**2
        uncertain = (determinant <= 0) | (d_aa <= 0)  # no peak nearby: go up by the slope alone
        safe = np.where(uncertain, 1.0, determinant)
        slope = np.abs(u_a) + np.abs(u_b) + 1e-12
        step_a = np.where(uncertain, u_a / slope, (d_bb * u_a - i_ab * u_b) / safe)
        step_b = np.where(uncertain, u_b / slope, (d_aa * u_b - i_ab * u_a) / safe)
        longest = np.maximum(np.abs(step_a), np.abs(step_b))
        shrink = np.where(settled, 0.0, 1 / np.maximum(longest, 1.0))
        new_a, new_b = np.clip(a + step_a * shrink, -40, 40), np.clip(b + step_b * shrink, -40, 40)
        new_height = log_likelihood(new_a, new_b)
        better = new_height >= height
        settled |= (better & (longest < _SETTLED)) | (damping > 1e12)
        a, b = np.where(better, new_a, a), np.where(better, new_b, b)
        height = np.where(better, new_height, height)
        damping = np.where(better, np.maximum(damping / 10, 1e-12), damping * 10)
        if np.all(settled):
            break
    _, _, i_aa, i_ab, i_bb = derivatives(a, b)
    return _Peak(np.exp(a), np.exp(b), (i_aa, i_ab, i_bb), height, settled)


def _highest(
    log_likelihood: Callable[[FloatArray, FloatArray], FloatArray],
    derivatives: Derivatives,
    starts: list[Pair],
    usable: np.ndarray,
) -> _Peak:
    """Climb from several starts, because a likelihood can have a peak beside the ridge of no difference."""
    best = _climb(log_likelihood, derivatives, starts[0], usable)
    for start in starts[1:]:
        other = _climb(log_likelihood, derivatives, start, usable)
        higher = other.height > best.height
        i_aa, i_ab, i_bb = (np.where(higher, o, b) for o, b in zip(other.information, best.information, strict=True))
        best = _Peak(
            np.where(higher, other.a, best.a),
            np.where(higher, other.b, best.b),
            (i_aa, i_ab, i_bb),
            np.where(higher, other.height, best.height),
            np.where(higher, other.settled, best.settled),
        )
    return best


def _counts(numerator: ArrayLike, denominator: ArrayLike) -> tuple[FloatArray, FloatArray, np.ndarray]:
    x, n = np.broadcast_arrays(as_counts("numerator", numerator), as_denominators("denominator", denominator))
    if x.ndim == 0:
        raise MeasureError("groups are needed on the last axis")
    known = ~np.isnan(x + n)
    return np.where(known, x, 0.0), np.where(known, n, 0.0), known


def gamma_poisson_shrinkage(
    numerator: ArrayLike, denominator: ArrayLike, *, per: float = 1.0, confidence: float = 0.95
) -> Shrinkage:
    """Shrink rates of small groups or areas towards their common mean: Poisson events, gamma true rates.

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        Events and people (or person-time) of each group; one family along the last axis. NaN leaves a group out.
    per : float
        Multiplier.
    confidence : float
        Nominal coverage of the intervals, averaged over the groups of a family.

    Returns
    -------
    Shrinkage
        Per `per`. The interval allows for the uncertainty of the fitted mean and spread (delta method,
        matched to a gamma). NaN with fewer than three groups, or without events.

    Raises
    ------
    MeasureError
        For negative counts.

    Interpretation
    --------------
    "Taking all areas together, the rate here is likely to be nearer 5 than the 12 that three events suggest."

    Do not use when
    ---------------
    The question is about one group and its own data: shrinkage trades bias of the extreme groups for less error
    on average. Never shrink an ethnic group towards a majority and report it as that group's own rate; shrink
    areas within a group, or say what was done beside the figure.

    References
    ----------
    Clayton D, Kaldor J (1987), Biometrics 43:671-681, doi:10.2307/2532003; Kass R, Steffey D (1989), JASA
    84:717-726, doi:10.1080/01621459.1989.10478825 (allowance for fitted parameters).
    """
    x, n, known = _counts(numerator, denominator)
    events, people = x.sum(axis=-1), n.sum(axis=-1)
    usable = (known.sum(axis=-1) >= _FEWEST) & (events > 0)
    mean = np.where(usable, events / np.where(people > 0, people, 1.0), 1.0)

    # Logs of shape a and prior exposure b: true rates are gamma with mean a/b.
    def log_likelihood(log_a: FloatArray, log_b: FloatArray) -> FloatArray:
        a, b = np.exp(log_a)[..., None], np.exp(log_b)[..., None]
        # Differences of log gammas and logs written so that a large prior does not cancel them away.
        terms = special.gammaln(a + x) - special.gammaln(a) - x * np.log(b + n) - a * np.log1p(n / b)
        return np.asarray(np.where(known, terms, 0.0).sum(axis=-1))

    def derivatives(log_a: FloatArray, log_b: FloatArray) -> tuple[FloatArray, ...]:
        a, b = np.exp(log_a)[..., None], np.exp(log_b)[..., None]
        g_a = special.digamma(a + x) - special.digamma(a) - np.log1p(n / b)
        g_b = a / b - (a + x) / (b + n)
        h_aa = special.polygamma(1, a + x) - special.polygamma(1, a)
        h_ab = n / (b * (b + n))
        h_bb = -a / b**2 + (a + x) / (b + n) ** 2
        return _on_log_scale(known, a, b, (g_a, g_b, h_aa, h_ab, h_bb))

    # Priors worth 3, 0.3 and 30 events.
    starts = [(np.full_like(mean, size), size / mean) for size in (3.0, 0.3, 30.0)]
    peak = _highest(log_likelihood, derivatives, starts, usable)
    pooled_height = np.where(usable, events * np.log(mean) - events, 0.0)
    a, b = peak.a[..., None], peak.b[..., None]
    alike = (a > _MOST) | (peak.height <= pooled_height + _NO_BETTER)[..., None]
    information = peak.information
    posterior_a, posterior_b = a + x, b + n
    level = posterior_a / posterior_b
    own = posterior_a / posterior_b**2
    variance = own + _of_parameters(information, a / posterior_b, -b * posterior_a / posterior_b**2)
    tail = (1 - check_confidence(confidence)) / 2
    matched = np.where(alike, 1.0, level**2 / variance)
    lower = special.gammaincinv(matched, tail) * level / matched
    upper = special.gammainccinv(matched, tail) * level / matched
    # Groups that differ by no more than chance have one rate, known from all events.
    total = np.where(usable, events, 1.0)[..., None]
    pooled = mean[..., None]
    lower = np.where(alike, special.gammaincinv(total, tail) * pooled / total, lower)
    upper = np.where(alike, special.gammainccinv(total + 1, tail) * pooled / total, upper)
    variance = np.where(alike, pooled**2 / total, variance)
    level = np.where(alike, pooled, level)
    weight = np.where(alike, 0.0, n / posterior_b)
    there = known & (usable & peak.settled)[..., None]
    level, lower, upper, error = (np.where(there, v, np.nan) * per for v in (level, lower, upper, np.sqrt(variance)))
    prior = np.where(alike, pooled, a / b)
    return Shrinkage(
        level,
        lower,
        upper,
        error,
        confidence,
        f"empirical-Bayes gamma-Poisson, per {per:,.0f}",
        np.where(there, prior * per, np.nan),
        np.where(there, np.where(alike, np.inf, np.broadcast_to(b, x.shape)), np.nan),
        np.where(there, weight, np.nan),
    )


def _on_log_scale(
    known: np.ndarray, a: FloatArray, b: FloatArray, terms: tuple[FloatArray, ...]
) -> tuple[FloatArray, ...]:
    """Sum each group's derivatives by a, b, aa, ab, bb; return the score and the information by their logs."""
    g_a, g_b, h_aa, h_ab, h_bb = (np.where(known, term, 0.0).sum(axis=-1) for term in terms)
    a, b = a[..., 0], b[..., 0]
    u_a, u_b = g_a * a, g_b * b
    return u_a, u_b, -(h_aa * a**2 + u_a), -h_ab * a * b, -(h_bb * b**2 + u_b)


def _of_parameters(
    information: tuple[FloatArray, FloatArray, FloatArray], d_a: FloatArray, d_b: FloatArray
) -> FloatArray:
    """Variance that the two fitted log parameters bring to a group's level, by its slopes along them."""
    aa, ab, bb = (value[..., None] for value in information)
    determinant = aa * bb - ab**2
    safe = np.where(determinant > 0, determinant, np.inf)
    return np.asarray(np.maximum((d_a**2 * bb - 2 * d_a * d_b * ab + d_b**2 * aa) / safe, 0.0))


def beta_binomial_shrinkage(numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = 0.95) -> Shrinkage:
    """Shrink proportions of small groups or areas towards their common mean: binomial people, beta true proportions.

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        People with the outcome, and all people, of each group. NaN leaves a group out.
    confidence : float
        Nominal coverage of the intervals, averaged over the groups of a family.

    Returns
    -------
    Shrinkage
        Between 0 and 1. The interval allows for the uncertainty of the fitted parameters (delta method,
        matched to a beta). NaN with fewer than three groups, when nobody or everybody has the outcome, when every
        share is 0 or 1, or when all groups but one are single people.

    Raises
    ------
    MeasureError
        For negative counts or a numerator over its denominator.

    Interpretation and Do not use when: as for `gamma_poisson_shrinkage`.

    References
    ----------
    Casella G (1985), The American Statistician 39:83-87, doi:10.1080/00031305.1985.10479400; Kass R, Steffey D
    (1989), JASA 84:717-726, doi:10.1080/01621459.1989.10478825.
    """
    x, n, known = _counts(numerator, denominator)
    if np.any(x > n):
        raise MeasureError("numerator must not be larger than denominator; use gamma_poisson_shrinkage for events")
    cases, people = x.sum(axis=-1), n.sum(axis=-1)
    several = (n > 1).sum(axis=-1) >= 2  # of single people, chance and spread cannot be told apart
    usable = (known.sum(axis=-1) >= _FEWEST) & (cases > 0) & (cases < people) & several
    mean = np.where(usable, cases / np.where(people > 0, people, 1.0), 0.5)
    p = mean[..., None]

    def log_likelihood(log_a: FloatArray, log_b: FloatArray) -> FloatArray:
        a, b = np.exp(log_a)[..., None], np.exp(log_b)[..., None]
        terms = special.betaln(a + x, b + n - x) - special.betaln(a, b)
        return np.asarray(np.where(known, terms, 0.0).sum(axis=-1))

    def derivatives(log_a: FloatArray, log_b: FloatArray) -> tuple[FloatArray, ...]:
        a, b = np.exp(log_a)[..., None], np.exp(log_b)[..., None]
        both = special.digamma(a + b) - special.digamma(a + b + n)
        both2 = special.polygamma(1, a + b) - special.polygamma(1, a + b + n)
        g_a = special.digamma(a + x) - special.digamma(a) + both
        g_b = special.digamma(b + n - x) - special.digamma(b) + both
        h_aa = special.polygamma(1, a + x) - special.polygamma(1, a) + both2
        h_bb = special.polygamma(1, b + n - x) - special.polygamma(1, b) + both2
        return _on_log_scale(known, a, b, (g_a, g_b, h_aa, both2, h_bb))

    # Priors worth 10 people, 1 and 100.
    starts = [(mean * size, (1 - mean) * size) for size in (10.0, 1.0, 100.0)]
    peak = _highest(log_likelihood, derivatives, starts, usable)
    pooled_height = np.where(usable, cases * np.log(mean) + (people - cases) * np.log1p(-mean), 0.0)
    a, b = peak.a[..., None], peak.b[..., None]
    alike = (a + b > _MOST) | (peak.height <= pooled_height + _NO_BETTER)[..., None]
    # Shares of nought and everything only: the prior is worth nobody, and no interval can be made from it.
    fitted = peak.settled & ((peak.a + peak.b > _LEAST) | alike[..., 0])
    information = peak.information
    posterior_a, posterior_size = a + x, a + b + n
    level = posterior_a / posterior_size
    own = level * (1 - level) / (posterior_size + 1)
    d_a = a * (posterior_size - posterior_a) / posterior_size**2
    d_b = -b * posterior_a / posterior_size**2
    variance = own + _of_parameters(information, d_a, d_b)
    variance = np.where(alike, p * (1 - p) / (np.where(usable, people, 2.0)[..., None] + 1), variance)
    level = np.where(alike, p, level)
    tail = (1 - check_confidence(confidence)) / 2
    matched = np.maximum(level * (1 - level) / variance - 1, 1e-6)
    lower = special.betaincinv(level * matched, (1 - level) * matched, tail)
    upper = special.betaincinv(level * matched, (1 - level) * matched, 1 - tail)
    there = known & (usable & fitted)[..., None]
    level, lower, upper, error = (np.where(there, v, np.nan) for v in (level, lower, upper, np.sqrt(variance)))
    return Shrinkage(
        level,
        lower,
        upper,
        error,
        confidence,
        "empirical-Bayes beta-binomial",
        np.where(there, np.where(alike, p, a / (a + b)), np.nan),
        np.where(there, np.where(alike, np.inf, a + b), np.nan),
        np.where(there, np.where(alike, 0.0, n / posterior_size), np.nan),
    )
