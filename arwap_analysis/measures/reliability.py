"""How precise an estimate is, in the bands that Welsh survey tables use."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_floats

__all__ = ["RELIABILITY_BANDS", "relative_standard_error", "reliability_band"]

# Upper end of each band, in per cent, and its name; the bands of Welsh Government labour market statistics from
# the Annual Population Survey.
RELIABILITY_BANDS = (
    (5.0, "precise"),
    (10.0, "reasonably precise"),
    (20.0, "acceptable"),
    (np.inf, "unreliable"),
)


def relative_standard_error(estimate: ArrayLike, standard_error: ArrayLike) -> FloatArray:
    """Coefficient of variation of an estimate: its standard error as a percentage of it.

    Parameters
    ----------
    estimate, standard_error : array_like, (...)
        NaN = not known.

    Returns
    -------
    array, (...)
        In per cent. NaN where the estimate is 0 or either is not known.

    Raises
    ------
    MeasureError
        For text or a standard error below 0.

    Do not use when
    ---------------
    The estimate is a share near 1: its complement has another coefficient of variation.
    """
    value, error = as_floats("estimate", estimate), as_counts("standard_error", standard_error)
    if np.any(np.isinf(value)):
        raise MeasureError("estimate must be finite; use NaN where it is not known")
    # Ten per cent is ten per cent, whatever the last digit of the division.
    return np.round(100 * error / np.where(value == 0, np.nan, np.abs(value)), 10)


def reliability_band(estimate: ArrayLike, standard_error: ArrayLike) -> FloatArray:
    """Band of the coefficient of variation: 0 precise (to 5%), 1 reasonably precise (10%), 2 acceptable (20%), 3 not.

    Parameters and Raises are those of `relative_standard_error`; `RELIABILITY_BANDS` names the bands.

    Returns
    -------
    array, (...)
        NaN where there is no coefficient of variation; an estimate of 0 is not thereby precise.
    """
    percent = relative_standard_error(estimate, standard_error)
    ends = [end for end, _ in RELIABILITY_BANDS[:-1]]
    return np.where(np.isnan(percent), np.nan, np.searchsorted(ends, percent, side="left"))
