"""Ranking by several criteria: the weighted score of each candidate, and how far its rank hangs on the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats

__all__ = ["WeightedRanking", "rank_under_weights", "weighted_scores"]

_FEWEST_DRAWS = 1000


@dataclass(frozen=True, eq=False)
class WeightedRanking:
    """How candidates rank as the weights vary.

    Attributes
    ----------
    among_first : (C,) array
        Share of the weightings under which the candidate is among the first `top`; candidates that tie for the last
        places share them.
    best, worst : (C,) arrays
        Best and worst rank over all weightings, 1 the first; ties take the better rank.
    top, draws : int
        Places that count as the first ones, and number of weightings.
    """

    among_first: FloatArray
    best: FloatArray
    worst: FloatArray
    top: int
    draws: int


def weighted_scores(parts: ArrayLike, *, weights: ArrayLike) -> FloatArray:
    """Weighted average of the parts of each candidate.

    Parameters
    ----------
    parts : array_like, (..., C, P)
        Each part between 0 and 1. NaN makes the score NaN.
    weights : array_like, (..., P)
        0 or more, not all 0; they are scaled to add up to 1.

    Returns
    -------
    array, (..., C)

    Raises
    ------
    MeasureError
        For parts outside 0 to 1, or weights that are negative or all 0.

    Interpretation
    --------------
    "0 is no gap in any part, 1 the largest possible gap in every part."

    Do not use when
    ---------------
    One part may not be bought off by another: look at the parts.

    References
    ----------
    Keeney RL, Raiffa H (1993), Decisions with Multiple Objectives, chapter 3.
    """
    values = as_floats("parts", parts)
    if np.any(values < 0) or np.any(values > 1):
        raise MeasureError("parts must lie between 0 and 1")
    return np.asarray((values @ _as_weights(weights)[..., None])[..., 0])


def _as_weights(weights: ArrayLike) -> FloatArray:
    given = as_floats("weights", weights)
    if not np.all(given >= 0) or np.any(given.sum(axis=-1) == 0) or np.any(np.isinf(given)):
        raise MeasureError("weights must be 0 or more, and not all of them 0")
    return given / given.sum(axis=-1, keepdims=True)


def rank_under_weights(
    parts: ArrayLike, *, weights: ArrayLike, rng: np.random.Generator, top: int = 3, draws: int = 10_000
) -> WeightedRanking:
    """How often each candidate is among the first when the weights are drawn at random.

    Parameters
    ----------
    parts : array_like, (C, P)
        Each between 0 and 1, larger first; no NaN.
    weights : array_like, (P,)
        A part whose weight is 0 stays out; the others are drawn evenly from all weightings that add up to 1.
    rng : Generator
        Source of randomness.
    top : int
        How many places count as the first.
    draws : int
        Number of weightings.

    Returns
    -------
    WeightedRanking

    Raises
    ------
    MeasureError
        For parts that are NaN or outside 0 to 1, wrong weights, or fewer than 1,000 draws.

    Interpretation
    --------------
    "Whatever weights one prefers, this candidate is nearly always among the first three."

    Do not use when
    ---------------
    The weights are agreed: then only the ranking under them counts.

    References
    ----------
    Lahdelma R, Hokkanen J, Salminen P (1998), SMAA - Stochastic multiobjective acceptability analysis, European
    Journal of Operational Research 106:137-143, doi:10.1016/S0377-2217(97)00163-X.
    """
    values = as_floats("parts", parts)
    if values.ndim != 2 or np.any(np.isnan(values)):
        raise MeasureError("parts need candidates and parts as axes, and a number in each place")
    if draws < _FEWEST_DRAWS:
        raise MeasureError(f"the ranking needs {_FEWEST_DRAWS} draws at least; got {draws}")
    used = _as_weights(weights) > 0
    drawn = np.zeros((draws, values.shape[1]))
    drawn[:, used] = rng.dirichlet(np.ones(int(used.sum())), size=draws)
    scores = weighted_scores(values[None], weights=drawn)
    # Equal scores may differ in their last bits after a product with other weights.
    scores = np.round(scores, 12)
    ahead = (scores[:, None, :] > scores[:, :, None]).sum(axis=-1)
    level = (scores[:, None, :] == scores[:, :, None]).sum(axis=-1)
    share = np.clip((top - ahead) / level, 0, 1).mean(axis=0)
    return WeightedRanking(share, ahead.min(axis=0) + 1.0, ahead.max(axis=0) + 1.0, top, draws)
