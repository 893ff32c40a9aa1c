"""The gap between two chosen groups, and the gap of all groups to the best or to a reference."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray
from arwap_analysis.measures.groups import (
    Groups,
    as_groups,
    as_order,
    as_position,
    at,
    delta_interval,
    dot,
    extreme,
    pick,
    spread_interval,
)
from arwap_analysis.registry import measure

__all__ = [
    "group_difference",
    "group_ratio",
    "mean_difference_from_best",
    "mean_difference_from_reference",
]

_SOURCE = "Schlotheuber and Hosseinpoor (2022)"
_INPUTS = ("estimate", "population", "standard_error")


def _pair(
    g: Groups, *, favourable: bool, order: ArrayLike | None, reference: int | ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the two groups compared, better first for a favourable indicator, worse first for an adverse one.

    Ordered groups: most against least advantaged. A reference: it against the worst of the others. Else:
    largest against smallest.
    """
    if order is not None and reference is not None:
        raise MeasureError("give an order of the groups or a reference, not both")
    if order is not None:
        rank = as_order(g, order)
        top = np.argmax(np.where(g.known, rank, -np.inf), axis=-1)
        low = np.argmin(np.where(g.known, rank, np.inf), axis=-1)
        return (top, low) if favourable else (low, top)
    if reference is None:
        return extreme(g, largest=True), extreme(g, largest=False)
    position = as_position(g, reference)
    if favourable:
        return position, extreme(g, largest=False, without=position)
    return extreme(g, largest=True, without=position), position


def _two(g: Groups, first: np.ndarray, second: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Values of the two groups, NaN where either is not known or fewer than two are."""
    usable = (g.count[..., 0] >= 2) & pick(g.known, first) & pick(g.known, second)
    return np.where(usable, pick(g.value, first), np.nan), np.where(usable, pick(g.value, second), np.nan)


@measure(
    "group_difference",
    scale="absolute",
    label_en="Difference between two groups",
    label_cy="Gwahaniaeth rhwng dau grŵp",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def group_difference(
    estimate: ArrayLike,
    *,
    favourable: bool,
    order: ArrayLike | None = None,
    reference: int | ArrayLike | None = None,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Difference between the most and the least advantaged group, or a reference and the worst, or the extremes.

    Parameters
    ----------
    estimate, standard_error : array_like, (..., G)
        Of each group. NaN = not known.
    favourable : bool
        Whether higher is better. A positive difference then means that the advantaged do better; for an
        adverse indicator, that the disadvantaged have more of it.
    order : array_like, (G,) or (..., G), optional
        Rank of each group, 1 = most disadvantaged.
    reference : int, optional
        Position of the reference group. Without order and reference: largest less smallest.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (...), in the unit of the estimates. NaN when one of the two groups is not known.

    Raises
    ------
    MeasureError
        For both an order and a reference, or a position outside the groups.

    Interpretation
    --------------
    "The richest fifth is 23.6 percentage points ahead of the poorest."

    Do not use when
    ---------------
    Two extremes are picked out of many small groups: chance alone makes the largest and smallest lie far
    apart, and the interval does not know that they were picked.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, None, standard_error)
    first, second = _pair(g, favourable=favourable, order=order, reference=reference)
    a, b = _two(g, first, second)
    return delta_interval(a - b, at(g, first) - at(g, second), g, confidence)


@measure(
    "group_ratio",
    scale="relative",
    label_en="Ratio of two groups",
    label_cy="Cymhareb dau grŵp",
    inputs=_INPUTS,
    null_value=1.0,
    reference=_SOURCE,
)
def group_ratio(
    estimate: ArrayLike,
    *,
    favourable: bool,
    order: ArrayLike | None = None,
    reference: int | ArrayLike | None = None,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Ratio of the same two groups as `group_difference`, with an interval on the log scale.

    Parameters and Raises are those of `group_difference`.

    Returns
    -------
    Estimate
        (...). `standard_error` is that of the log ratio. NaN where the second group is 0.

    Interpretation
    --------------
    "The richest fifth has 1.3 times the coverage of the poorest."

    Do not use when
    ---------------
    Values can be 0 or below, or extremes are picked out of many small groups.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, None, standard_error)
    first, second = _pair(g, favourable=favourable, order=order, reference=reference)
    a, b = _two(g, first, second)
    ratio = a / np.where(b == 0, np.nan, b)
    gradient = (
        at(g, first) / np.where(a == 0, np.nan, a)[..., None] - at(g, second) / np.where(b == 0, np.nan, b)[..., None]
    )
    return delta_interval(ratio, gradient, g, confidence, log=True)


def _from(g: Groups, position: np.ndarray, *, weighted: bool, confidence: float) -> Estimate:
    """Mean absolute distance of all groups from the one at `position`."""
    weight = g.share if weighted else g.known / np.maximum(g.count, 1)
    usable = pick(g.known, position) & (g.count[..., 0] >= 2)
    away = np.where(g.known, g.value - pick(g.value, position)[..., None], 0.0)
    distance = np.where(usable, dot(weight, np.abs(away)), np.nan)
    pull = weight * np.sign(away)
    gradient = pull - at(g, position) * pull.sum(axis=-1, keepdims=True)
    return spread_interval(distance, gradient, g, confidence)


@measure(
    "mean_difference_from_best",
    scale="absolute",
    label_en="Mean difference from the best group",
    label_cy="Gwahaniaeth cymedrig o’r grŵp gorau",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def mean_difference_from_best(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    favourable: bool,
    standard_error: ArrayLike | None = None,
    weighted: bool = True,
    confidence: float = 0.95,
) -> Estimate:
    """Mean absolute distance of all groups from the best one, weighted by population or not.

    Parameters, Returns and Raises are those of `mean_difference_from_reference`; the best group is the
    largest where higher is better (`favourable`), else the smallest.

    Interpretation
    --------------
    "If every group did as well as the best, the average would rise by 7.6 percentage points."

    Do not use when
    ---------------
    The best group is small: it may be best by chance, and the interval does not know that it was picked.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    return _from(g, extreme(g, largest=favourable), weighted=weighted, confidence=confidence)


@measure(
    "mean_difference_from_reference",
    scale="absolute",
    label_en="Mean difference from the reference group",
    label_cy="Gwahaniaeth cymedrig o’r grŵp cyfeirio",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def mean_difference_from_reference(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    reference: int | ArrayLike,
    standard_error: ArrayLike | None = None,
    weighted: bool = True,
    confidence: float = 0.95,
) -> Estimate:
    """Mean absolute distance of all groups from a reference group, weighted by population or not.

    Parameters
    ----------
    estimate, population, standard_error : array_like, (..., G)
        Of each group. NaN in the first two leaves the group out.
    reference : int
        Position of the reference group.
    weighted : bool
        Whether groups count by population or all the same; the reference counts, with distance 0.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (...), in the unit of the estimates. NaN when the reference is not known.

    Raises
    ------
    MeasureError
        For a position outside the groups, or bad numbers.

    Interpretation
    --------------
    "On average a group lies 4 percentage points from the reference group."

    Do not use when
    ---------------
    Groups lie on both sides of the reference and the direction matters: distances add up without sign.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    return _from(g, as_position(g, reference), weighted=weighted, confidence=confidence)
