"""How strong an unmeasured confounder would have to be to explain a ratio away: the E-value."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats
from arwap_analysis.models.finding import Finding

__all__ = ["SCALES", "e_value"]

SCALES = ("risk_ratio", "odds_ratio", "hazard_ratio")


def _on_risk_scale(ratio: FloatArray, scale: str, common: bool) -> FloatArray:
    """Return the approximate risk ratio: the ratio itself when the outcome is rare (VanderWeele 2017, Table 2)."""
    if not common or scale == "risk_ratio":
        return ratio
    if scale == "odds_ratio":
        return np.sqrt(ratio)
    root = np.sqrt(ratio)
    return np.asarray((1 - 0.5**root) / (1 - 0.5 ** np.sqrt(1 / ratio)))


def _e(ratio: FloatArray) -> FloatArray:
    above = np.where(ratio < 1, 1 / ratio, ratio)
    return np.asarray(above + np.sqrt(above * (above - 1)))


def e_value(
    ratio: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    scale: str = "risk_ratio",
    common: bool | None = None,
    confidence: float = 0.95,
) -> Finding:
    """E-value of a ratio and of its interval: *RR + sqrt(RR (RR - 1))*, for ratios below 1 of *1/RR*.

    The least risk ratio that something unmeasured would need with both the group and the outcome, beyond the
    covariates, to explain the ratio away (or to move the interval to 1).

    Parameters
    ----------
    ratio, lower, upper : array_like, (K,) or one number
        Ratio and the limits of its interval; above 0. NaN where not known.
    scale : {"risk_ratio", "odds_ratio", "hazard_ratio"}
        What the ratio is. Rate ratios count as risk ratios.
    common : bool
        Odds and hazard ratios: whether the outcome is common (more than about 15 in 100). Has to be said.
    confidence : float
        Nominal coverage of the interval given.

    Returns
    -------
    Finding
        Two rows for each ratio: "ratio", and "interval", the E-value of the limit nearer to 1 (1 where the interval
        holds 1). An E-value is a property of a ratio: it has no interval of its own.

    Raises
    ------
    MeasureError
        For ratios at or below 0, limits that do not hold the ratio, or `common` not said.

    Interpretation
    --------------
    "Only something that doubles the risk, and is twice as common in the group, could explain the gap away."

    Do not use when
    ---------------
    The question is measurement error or selection, which it does not speak of; or as proof that there is no
    confounding: a large E-value is only as reassuring as what is known of likely confounders.

    References
    ----------
    VanderWeele T, Ding P (2017), Annals of Internal Medicine 167:268-274, doi:10.7326/M16-2607.

    Examples
    --------
    >>> e_value(3.9, 1.8, 8.7).estimate.round(2)
    array([7.26, 3.  ])
    """
    if scale not in SCALES:
        raise MeasureError(f"scale must be one of {', '.join(SCALES)}; got '{scale}'")
    if scale != "risk_ratio" and common is None:
        raise MeasureError(f"say whether the outcome is common (more than 15 in 100): it changes the {scale}")
    given = [np.atleast_1d(as_floats(name, v)) for name, v in (("ratio", ratio), ("lower", lower), ("upper", upper))]
    value, low, high = np.broadcast_arrays(*given)
    if value.ndim != 1 or any(np.any(v <= 0) for v in (value, low, high)):
        raise MeasureError("ratios and limits must be above 0, along one axis")
    if np.any((low > value) | (value > high)):
        raise MeasureError("each ratio must lie within its limits")
    nearer = np.where(low > 1, low, np.where(high < 1, high, 1.0))
    nearer = np.where(np.isnan(low + high), np.nan, nearer)
    found = np.concatenate([_e(_on_risk_scale(v, scale, bool(common))) for v in (value, nearer)])
    order = np.arange(found.size).reshape(2, -1).T.ravel()  # the ratio and its interval side by side
    names = tuple(str(i + 1) for i in range(value.size) for _ in range(2))
    none = np.full(found.size, np.nan)
    return Finding(
        found[order],
        none,
        none,
        none,
        confidence,
        f"E-value of a {scale.replace('_', ' ')}" + (", common outcome" if common else ""),
        none,
        none,
        (("ratio_number", names), ("of", ("ratio", "interval") * value.size)),
        f"To explain the first ratio away, something unmeasured would need a risk ratio of {found[0]:.2f} with both "
        f"the group and the outcome; to move its interval to 1, {found[value.size]:.2f}.",
        ("the ratio is free of other bias (selection, measurement error)",),
    )
