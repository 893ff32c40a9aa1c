"""How unevenly groups are spread over areas, schools or workplaces: units on the last axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts
from arwap_analysis.registry import measure

__all__ = ["dissimilarity_index", "exposure_index", "information_theory_index", "isolation_index"]

_INPUTS = ("group", "total")
_SOURCE = "Massey and Denton (1988)"
# Counts that are not whole may add up to a little more than their total.
_ROUNDING = 1 + 1e-9


def _described(index: FloatArray, name: str) -> Estimate:
    """Wrap a description of everyone counted: it has no sampling error, and so no interval."""
    nothing = np.full(index.shape, np.nan)
    return Estimate(index, nothing, nothing, nothing, np.nan, f"{name}, a description of all people counted")


def _units(group: ArrayLike, total: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Check the people of the group and all people of each unit; a unit with NaN is left out."""
    x, t = np.broadcast_arrays(as_counts("group", group), as_counts("total", total))
    if x.ndim == 0 or x.shape[-1] == 0:
        raise MeasureError("areas are needed on the last axis")
    if np.any(x > t * _ROUNDING):
        raise MeasureError("a group is larger than total in some area: total counts all people, every group included")
    known = ~np.isnan(x + t)
    return np.where(known, x, 0.0), np.where(known, t, 0.0)


def _share(count: FloatArray) -> FloatArray:
    """Share of each unit in the sum of all; NaN where the sum is 0."""
    total = count.sum(axis=-1, keepdims=True)
    return count / np.where(total > 0, total, np.nan)


@measure(
    "dissimilarity_index",
    scale="relative",
    label_en="Dissimilarity index",
    label_cy="Mynegai annhebygrwydd",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Duncan and Duncan (1955)",
)
def dissimilarity_index(group: ArrayLike, total: ArrayLike) -> Estimate:
    """Dissimilarity: half the sum of |x/X - y/Y| over areas, y being everyone outside the group.

    Parameters
    ----------
    group, total : array_like, (..., A)
        People of the group and all people in each area. NaN leaves an area out.

    Returns
    -------
    Estimate
        (...), 0 (spread alike) to 1 (no area shared), without an interval. NaN where nobody, or everybody, is
        in the group.

    Raises
    ------
    MeasureError
        For negative counts or a group larger than its total.

    Interpretation
    --------------
    "40% of the group would have to move for it to be spread over areas as everyone else is."

    Do not use when
    ---------------
    The group has fewer people than there are areas: chance alone then makes the index large.

    References
    ----------
    Duncan O, Duncan B (1955), American Sociological Review 20:210-217, doi:10.2307/2088328.
    """
    x, t = _units(group, total)
    return _described(np.abs(_share(x) - _share(t - x)).sum(axis=-1) / 2, "dissimilarity")


@measure(
    "isolation_index",
    scale="relative",
    label_en="Isolation index",
    label_cy="Mynegai arwahanrwydd",
    inputs=_INPUTS,
    reference=_SOURCE,
)
def isolation_index(group: ArrayLike, total: ArrayLike) -> Estimate:
    """Isolation: the share of the group in the area of its average member, the sum of (x/X)(x/t).

    Parameters, Returns and Raises are those of `dissimilarity_index`; NaN where nobody is in the group.

    Interpretation
    --------------
    "In the area of the average member of the group, 12% of people belong to the group."

    Do not use when
    ---------------
    Places or years in which the group has different shares are compared: isolation grows with the share.

    References
    ----------
    Massey D, Denton N (1988), Social Forces 67:281-315, doi:10.2307/2579183.
    """
    x, t = _units(group, total)
    return _described((_share(x) * x / np.where(t > 0, t, 1.0)).sum(axis=-1), "isolation")


@measure(
    "exposure_index",
    scale="relative",
    label_en="Exposure index",
    label_cy="Mynegai cyswllt",
    inputs=("group", "other", "total"),
    reference=_SOURCE,
)
def exposure_index(group: ArrayLike, other: ArrayLike, total: ArrayLike) -> Estimate:
    """Exposure: the share of another group in the area of the average member of this one, the sum of (x/X)(y/t).

    Parameters
    ----------
    group, other, total : array_like, (..., A)
        People of both groups and all people in each area. NaN leaves an area out.

    Returns
    -------
    Estimate
        (...), 0 to 1, without an interval. NaN where nobody is in the group.

    Raises
    ------
    MeasureError
        For negative counts or groups larger than the total.

    Interpretation
    --------------
    "In the area of the average Black person, 71% of people are White."

    Do not use when
    ---------------
    It would be read as contact: people of one area need not meet.

    References
    ----------
    Massey D, Denton N (1988), Social Forces 67:281-315, doi:10.2307/2579183.
    """
    both = as_counts("group", group) + as_counts("other", other)
    _, t = _units(both, total)  # an area must be known for both groups
    x, _ = _units(np.where(np.isnan(both), np.nan, group), total)
    y, _ = _units(np.where(np.isnan(both), np.nan, other), total)
    return _described((_share(x) * y / np.where(t > 0, t, 1.0)).sum(axis=-1), "exposure")


@measure(
    "information_theory_index",
    scale="relative",
    label_en="Information theory index",
    label_cy="Mynegai damcaniaeth gwybodaeth",
    inputs=("counts",),
    null_value=0.0,
    reference="Theil and Finizza (1971)",
)
def information_theory_index(counts: ArrayLike) -> Estimate:
    """Information theory index H: how much less mixed areas are than the whole, over all groups at once.

    Parameters
    ----------
    counts : array_like, (..., A, G)
        People of each group in each area. An area with NaN is left out.

    Returns
    -------
    Estimate
        (...), 0 (every area mixed as the whole) to 1 (every area of one group), without an interval. NaN where
        the whole has one group only.

    Raises
    ------
    MeasureError
        For negative counts or fewer than two axes.

    Interpretation
    --------------
    "Schools are 18% less mixed than all pupils together."

    Do not use when
    ---------------
    One group is in question: use dissimilarity, which a reader can picture.

    References
    ----------
    Theil H, Finizza A (1971), Journal of Mathematical Sociology 1:187-193,
    doi:10.1080/0022250X.1971.9989795.
    """
    people = as_counts("counts", counts)
    if people.ndim < 2:
        raise MeasureError("counts need areas and groups on the last two axes")
    if 0 in people.shape[-2:]:
        raise MeasureError("counts need areas and groups on the last two axes")
    people = np.where(np.isnan(people).any(axis=-1, keepdims=True), 0.0, people)
    area = people.sum(axis=-1)
    whole = _share(people.sum(axis=-2))
    mixed = special.entr(whole).sum(axis=-1)
    within = special.entr(people / np.where(area > 0, area, 1.0)[..., None]).sum(axis=-1)
    index = 1 - (_share(area) * within).sum(axis=-1) / np.where(mixed > 0, mixed, np.nan)
    return _described(index, "information theory index")
