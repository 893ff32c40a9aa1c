"""Disparities of values that come with standard errors: means, scores, pay, published rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, as_counts, as_floats, normal_quantile
from arwap_analysis.registry import measure

__all__ = ["percentage_gap", "value_difference", "value_ratio"]

_INPUTS = ("value", "reference_value", "standard_error", "reference_standard_error")
Values = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _values(
    value: ArrayLike,
    reference_value: ArrayLike,
    standard_error: ArrayLike | None,
    reference_standard_error: ArrayLike | None,
) -> Values:
    y, r = as_floats("value", value), as_floats("reference_value", reference_value)
    s = as_counts("standard_error", np.nan if standard_error is None else standard_error)
    t = as_counts("reference_standard_error", np.nan if reference_standard_error is None else reference_standard_error)
    if np.any(np.isinf(y)) or np.any(np.isinf(r)):
        raise MeasureError("values must be finite; use NaN where one is not known")
    y, r, s, t = np.broadcast_arrays(y, r, s, t)
    return y, r, s, t


def _normal_p_value(away: FloatArray, error: FloatArray) -> FloatArray:
    return np.asarray(2 * special.ndtr(-np.abs(away / np.where(error > 0, error, np.nan))))


@measure(
    "value_difference",
    scale="absolute",
    label_en="Difference",
    label_cy="Gwahaniaeth",
    inputs=_INPUTS,
    null_value=0.0,
    reference="normal theory",
)
def value_difference(
    value: ArrayLike,
    *,
    reference_value: ArrayLike,
    standard_error: ArrayLike | None = None,
    reference_standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Difference between two independent values: that of the group less that of the reference group.

    Parameters
    ----------
    value, reference_value : array_like, (...)
        In any unit. NaN = not known.
    standard_error, reference_standard_error : array_like, optional
        Without both there is a difference, and no interval.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        In the unit of the values, with normal limits.

    Raises
    ------
    MeasureError
        For text, or standard errors below 0.

    Interpretation
    --------------
    "Average pay was £1.90 an hour lower."

    Do not use when
    ---------------
    Both values come from the same survey with clusters: their errors are correlated.

    References
    ----------
    Altman D, Machin D, Bryant T, Gardner M (2000), Statistics with confidence, 2nd ed., BMJ Books, ch. 4.
    """
    y, r, s, t = _values(value, reference_value, standard_error, reference_standard_error)
    difference, error = y - r, np.hypot(s, t)
    z = normal_quantile(confidence)
    return Comparison(
        difference,
        difference - z * error,
        difference + z * error,
        error,
        confidence,
        "normal, values independent",
        _normal_p_value(difference, error),
    )


@measure(
    "value_ratio",
    scale="relative",
    label_en="Ratio",
    label_cy="Cymhareb",
    inputs=_INPUTS,
    null_value=1.0,
    reference="delta method",
)
def value_ratio(
    value: ArrayLike,
    *,
    reference_value: ArrayLike,
    standard_error: ArrayLike | None = None,
    reference_standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Ratio of two independent values, with an interval on the log scale.

    Parameters, Returns and Raises are those of `value_difference`; `standard_error` is that of the log ratio.
    NaN unless both values are above 0.

    Interpretation
    --------------
    "Average pay was 0.88 times that of the reference group."

    Do not use when
    ---------------
    Values can be 0 or below (scores, changes), or the scale has no true zero.

    References
    ----------
    Altman D, Machin D, Bryant T, Gardner M (2000), Statistics with confidence, 2nd ed., BMJ Books, ch. 7.
    """
    y, r, s, t = _values(value, reference_value, standard_error, reference_standard_error)
    usable = (y > 0) & (r > 0)
    y, r = np.where(usable, y, np.nan), np.where(usable, r, np.nan)
    log_ratio, error = np.log(y) - np.log(r), np.hypot(s / y, t / r)
    z = normal_quantile(confidence)
    with np.errstate(over="ignore"):  # a limit beyond all numbers is infinite
        lower, upper = np.exp(log_ratio - z * error), np.exp(log_ratio + z * error)
    return Comparison(
        y / r,
        lower,
        upper,
        error,
        confidence,
        "normal on the log scale, values independent",
        _normal_p_value(log_ratio, error),
    )


@measure(
    "percentage_gap",
    scale="relative",
    label_en="Percentage gap",
    label_cy="Bwlch canrannol",
    inputs=_INPUTS,
    null_value=0.0,
    reference="delta method",
)
def percentage_gap(
    value: ArrayLike,
    *,
    reference_value: ArrayLike,
    standard_error: ArrayLike | None = None,
    reference_standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Percentage gap: how much lower the group's value is than the reference group's, 100 (1 - value/reference).

    The sign is that of published pay gaps: above 0, the group has less.

    Parameters, Returns and Raises are those of `value_ratio`; in per cent. `standard_error` is that of the gap.

    Interpretation
    --------------
    "The pay gap was 12%: for every £1 the reference group earned, the group earned 88p."

    Do not use when
    ---------------
    The values are percentages themselves: say percentage points, or readers will not know which was meant.

    References
    ----------
    Office for National Statistics, Ethnicity pay gaps in the UK (definition of the gap).
    """
    found = value_ratio(
        value,
        reference_value=reference_value,
        standard_error=standard_error,
        reference_standard_error=reference_standard_error,
        confidence=confidence,
    )
    return Comparison(
        100 * (1 - found.estimate),
        100 * (1 - found.upper),
        100 * (1 - found.lower),
        100 * found.estimate * found.standard_error,
        confidence,
        f"{found.method}, as a percentage of the reference value",
        found.p_value,
    )
