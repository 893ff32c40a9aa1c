"""What a group is compared with: one group, all others, the best group, or the average of all."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, as_counts, as_denominators, check_confidence
from arwap_analysis.measures.binomial import central_p_value
from arwap_analysis.measures.rates import poisson_limits, proportion_limits
from arwap_analysis.registry import measure

__all__ = ["Reference", "difference_from_average", "ratio_to_average", "reference_counts"]

Reference = Literal["group", "others", "best"]


def reference_counts(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    kind: Reference,
    position: int | None = None,
    favourable: bool | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Counts of what each group is compared with, ready for `rate_ratio`, `proportion_difference` and the like.

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        Of each group; NaN = not known, left out of sums.
    kind : {"group", "others", "best"}
        One group by `position`; all groups but the one compared; or the group with the best rate, which is
        the highest where `favourable`. The average of all groups holds the group itself, so it has measures
        of its own: `ratio_to_average`, `difference_from_average`.
    position : int, optional
        Position of the reference group, for "group".
    favourable : bool, optional
        Whether higher is better, for "best".

    Returns
    -------
    tuple of arrays, (..., G)
        Reference numerator and denominator for each group; NaN for the reference group itself, which is not
        compared with itself.

    Raises
    ------
    MeasureError
        For an unknown kind, or when what it needs is not given.
    """
    x, n = np.broadcast_arrays(as_counts("numerator", numerator), as_denominators("denominator", denominator))
    if x.ndim == 0 or x.shape[-1] == 0:
        raise MeasureError("groups are needed on the last axis")
    known = ~np.isnan(x + n)
    events, people = np.where(known, x, 0.0), np.where(known, n, 0.0)
    if kind == "others":
        rest = people.sum(axis=-1, keepdims=True) - people
        return np.where(rest > 0, events.sum(axis=-1, keepdims=True) - events, np.nan), np.where(rest > 0, rest, np.nan)
    if kind == "group":
        if position is None or not 0 <= position < x.shape[-1]:
            raise MeasureError(f"position must be that of the reference group, from 0 to {x.shape[-1] - 1}")
        chosen = np.full((*x.shape[:-1], 1), position)
    elif kind == "best":
        if favourable is None:
            raise MeasureError("favourable must say whether higher is better, to find the best group")
        rate = events / np.where(known, people, 1.0)
        worst = -np.inf if favourable else np.inf
        rate = np.where(known, rate, worst)
        chosen = (np.argmax(rate, axis=-1) if favourable else np.argmin(rate, axis=-1))[..., None]
    else:
        raise MeasureError(f"kind must be group, others or best; got '{kind}'")
    itself = np.arange(x.shape[-1]) == chosen
    reference = (np.take_along_axis(array, chosen, axis=-1) for array in (x, n))
    over, under = (np.where(itself, np.nan, array) for array in reference)
    return over, under


def _with_total(numerator: ArrayLike, denominator: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the counts of each group and of all groups together; NaN groups are left out of the total."""
    x, n = np.broadcast_arrays(as_counts("numerator", numerator), as_denominators("denominator", denominator))
    if x.ndim == 0:
        raise MeasureError("groups are needed on the last axis")
    known = ~np.isnan(x + n)
    total = np.where(known, x, 0.0).sum(axis=-1, keepdims=True)
    people = np.where(known, n, 0.0).sum(axis=-1, keepdims=True)
    enough = known.sum(axis=-1, keepdims=True) >= 2
    x, n = np.where(known & enough, x, np.nan), np.where(known & enough, n, np.nan)
    return x, n, total, np.where(people > 0, people, np.nan)


@measure(
    "ratio_to_average",
    scale="relative",
    label_en="Ratio to the average",
    label_cy="Cymhareb â’r cyfartaledd",
    inputs=("numerator", "denominator"),
    null_value=1.0,
    reference="Clopper and Pearson (1934)",
)
def ratio_to_average(numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = 0.95) -> Comparison:
    """Ratio of a group's rate to the rate of all groups together, the group included.

    Given all events, the group's share of them is binomial with its share of the people as the expected value,
    so the ratio is a share over a share and its interval is exact.

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        Events and people of each group. NaN leaves a group out.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        (..., G). NaN without events, or with fewer than two groups known. `standard_error` is that of the log.

    Raises
    ------
    MeasureError
        For negative counts.

    Interpretation
    --------------
    "The rate for Black people was 3.4 times the average of all groups."

    Do not use when
    ---------------
    One group is most of the population: the average is then that group, and the ratio for it is near 1
    whatever happens to the others. Compare with all others.

    References
    ----------
    Clopper C, Pearson E (1934), Biometrika 26:404-413, doi:10.1093/biomet/26.4.404.
    """
    x, n, total, people = _with_total(numerator, denominator)
    total = np.where(total > 0, total, np.nan)
    share = n / people
    lower, upper = proportion_limits(x, total, confidence=confidence, method="clopper_pearson")
    error = np.sqrt(np.where(x > 0, 1 / np.where(x > 0, x, 1) - 1 / total, np.nan))
    return Comparison(
        x / total / share,
        lower / share,
        upper / share,
        error,
        confidence,
        "exact binomial: share of events over share of people",
        central_p_value(x, total - x, share),
    )


@measure(
    "difference_from_average",
    scale="absolute",
    label_en="Difference from the average",
    label_cy="Gwahaniaeth o’r cyfartaledd",
    inputs=("numerator", "denominator"),
    null_value=0.0,
    reference="Zou and Donner (2008)",
)
def difference_from_average(
    numerator: ArrayLike, denominator: ArrayLike, *, per: float = 1.0, confidence: float = 0.95
) -> Comparison:
    """Difference between a group's rate and the rate of all groups together, the group included; times `per`.

    The difference is (1/n - 1/N) a - o/N, with o the events of the others: two independent counts, whose
    limits are joined by MOVER, so that the group's own part in the average is not counted twice.

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        Events and people of each group. NaN leaves a group out.
    per : float
        Multiplier.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        (..., G), per `per`. The p-value is that of `ratio_to_average`.

    Raises
    ------
    MeasureError
        For negative counts.

    Interpretation
    --------------
    "There were 11.2 more households for every 1,000 Black people than for all people."

    Do not use when
    ---------------
    One group is most of the population; see `ratio_to_average`.

    References
    ----------
    Zou G, Donner A (2008), Statistics in Medicine 27:1693-1702, doi:10.1002/sim.3095.
    """
    x, n, total, people = _with_total(numerator, denominator)
    own, other = 1 / n - 1 / people, 1 / people
    events, rest = x, np.where(np.isnan(x), np.nan, total - x)
    level = check_confidence(confidence)
    low, high = poisson_limits(events, confidence=level)
    rest_low, rest_high = poisson_limits(rest, confidence=level)
    difference = own * events - other * rest
    return Comparison(
        per * difference,
        per * (difference - np.hypot(own * (events - low), other * (rest_high - rest))),
        per * (difference + np.hypot(own * (high - events), other * (rest - rest_low))),
        per * np.sqrt(own**2 * events + other**2 * rest),
        confidence,
        f"MOVER from Byar's limits of the group and of the others, per {per:,.0f}",
        ratio_to_average(numerator, denominator, confidence=level).p_value,
    )
