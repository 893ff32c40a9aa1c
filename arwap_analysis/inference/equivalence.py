"""Is a gap small enough to call equal? Two one-sided tests against margins set beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_floats, as_two_groups, check_confidence, freeze_arrays

__all__ = ["Equivalence", "equivalence_of_rates", "equivalence_test"]


@dataclass(frozen=True, eq=False)
class Equivalence:
    """Verdict of two one-sided tests: (...,) arrays, NaN where there is nothing to test.

    `p_value` is the larger of the two one-sided ones; `equivalent` is 1 where it is below 1 - confidence, else
    0, which means "not shown", never "different".
    """

    p_value: FloatArray = field(metadata={"array": True})
    equivalent: FloatArray = field(metadata={"array": True})
    confidence: float
    method: str

    def __post_init__(self) -> None:
        freeze_arrays(self)


def _verdict(p_low: FloatArray, p_high: FloatArray, confidence: float, method: str) -> Equivalence:
    p_value = np.maximum(p_low, p_high)
    below = np.where(np.isnan(p_value), np.nan, p_value < 1 - check_confidence(confidence))
    return Equivalence(p_value, below, confidence, method)


def equivalence_test(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    *,
    margin: tuple[float, float],
    confidence: float = 0.95,
) -> Equivalence:
    """Two one-sided normal tests that a difference (or a log ratio) lies within a margin.

    Parameters
    ----------
    estimate, standard_error : array_like, (...)
        Difference and its standard error, or those of a log ratio with the margin in logs. NaN = not known.
    margin : (float, float)
        Lowest and highest difference that would still be called equal; set before the data are seen.
    confidence : float
        One less the level of each one-sided test: at 0.95 the 90% interval must lie inside the margin.

    Returns
    -------
    Equivalence

    Raises
    ------
    MeasureError
        For a margin that is not rising, or negative standard errors.

    Interpretation
    --------------
    "The gap is within 2 percentage points either way."

    Do not use when
    ---------------
    The margin was chosen after seeing the result, or a test of difference came out "not significant" and
    equality is wanted instead: that is what this test is for, with its own, usually larger, need of data.

    References
    ----------
    Schuirmann D (1987), J Pharmacokinetics and Biopharmaceutics 15:657-680, doi:10.1007/BF01068419.
    """
    low, high = margin
    if not low < high:
        raise MeasureError(f"margin must rise, for example (-0.02, 0.02); got {margin}")
    value, error = as_floats("estimate", estimate), as_counts("standard_error", standard_error)
    scale = np.where(error > 0, error, np.nan)
    return _verdict(
        special.ndtr((low - value) / scale),
        special.ndtr((value - high) / scale),
        confidence,
        f"two one-sided normal tests, margin {low:g} to {high:g}",
    )


def equivalence_of_rates(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    ratio: float = 1.25,
    confidence: float = 0.95,
) -> Equivalence:
    """Two exact one-sided tests that a rate ratio lies between 1/`ratio` and `ratio`.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `measures.rate_ratio`.
    ratio : float
        Above 1; set before the data are seen.
    confidence : float
        One less the level of each one-sided test.

    Returns
    -------
    Equivalence

    Raises
    ------
    MeasureError
        For a ratio that is not above 1, or negative counts.

    Interpretation
    --------------
    "The rates are within a quarter of each other."

    Do not use when
    ---------------
    Events are few: nothing can be shown equal then, and that is the finding.

    References
    ----------
    Schuirmann D (1987), doi:10.1007/BF01068419; exact conditional tails as in Przyborowski J, Wilenski H (1940),
    doi:10.1093/biomet/31.3-4.313.
    """
    if not ratio > 1:
        raise MeasureError(f"ratio must be above 1, for example 1.25; got {ratio}")
    a, n, b, m = as_two_groups(numerator, denominator, reference_numerator, reference_denominator)
    known = ~np.isnan(a + n + b + m)
    a, b = np.where(known, a, 1.0), np.where(known, b, 1.0)
    odds = np.where(known, n / np.where(known, m, 1.0), 1.0)
    low, high = odds / ratio, odds * ratio
    above = np.where(a > 0, special.betainc(np.where(a > 0, a, 1), b + 1, low / (1 + low)), 1.0)
    below = np.where(b > 0, special.betaincc(a + 1, np.where(b > 0, b, 1), high / (1 + high)), 1.0)
    return _verdict(
        np.where(known, above, np.nan),
        np.where(known, below, np.nan),
        confidence,
        f"two one-sided exact conditional tests, ratio within {1 / ratio:.3g} to {ratio:g}",
    )
