"""Rates and proportions with their intervals: arrays in, arrays out, any shape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts, as_denominators, check_confidence
from arwap_analysis.registry import measure

__all__ = ["poisson_limits", "proportion", "proportion_limits", "rate"]

# Byar's approximation is within 0.2% of the exact 95% limits from here on; public health practice switches here.
_EXACT_BELOW = 10
_RATE_METHODS = {
    "byar": f"Byar's approximation, exact Poisson below {_EXACT_BELOW} events",
    "exact": "exact Poisson",
}
Limits = tuple[FloatArray, FloatArray]


def poisson_limits(count: ArrayLike, *, confidence: float = 0.95, method: str = "byar") -> Limits:
    """Lower and upper confidence limit of a Poisson count.

    Parameters
    ----------
    count : array_like, (...)
        Events, 0 or more; need not be whole (weighted counts). NaN = not known.
    confidence : float
        Nominal coverage, between 0 and 1.
    method : {"byar", "exact"}
        Byar's cube-root approximation with exact limits below 10 events, or exact limits throughout.

    Returns
    -------
    tuple of arrays, (...)
        Lower and upper limit, in events; NaN where the count is.

    Raises
    ------
    MeasureError
        For negative or infinite counts, an unknown method, or a confidence outside 0 to 1.

    References
    ----------
    Breslow N, Day N (1987), Statistical methods in cancer research II, IARC, eq. 2.13 (Byar); Garwood F
    (1936), Biometrika 28:437-442, doi:10.1093/biomet/28.3-4.437 (exact).
    """
    count = as_counts("count", count)
    alpha = 1 - check_confidence(confidence)
    if method not in _RATE_METHODS:
        raise MeasureError(f"method must be one of {', '.join(_RATE_METHODS)}; got '{method}'")
    if method == "exact":
        return _exact_limits(count, alpha)
    z = special.ndtri(1 - alpha / 2)
    large = np.maximum(count, _EXACT_BELOW)
    lower, upper = _byar(large, -z), _byar(large + 1, z)
    small = count < _EXACT_BELOW
    if np.any(small):
        # The exact limits cost fifty times Byar's: only for those that need them.
        lower, upper = np.array(lower), np.array(upper)
        lower[small], upper[small] = _exact_limits(count[small], alpha)
    return lower, upper


def _byar(count: FloatArray, z: float) -> FloatArray:
    """Byar's limit; the cube is multiplied out, which is ten times faster than a power."""
    root = 1 - 1 / (9 * count) + z / (3 * np.sqrt(count))
    return count * root * root * root


def _exact_limits(count: FloatArray, alpha: float) -> Limits:
    """Garwood's limits; 0 below when there are no events, NaN where the count is."""
    lower = np.where(count == 0, 0.0, special.gammaincinv(np.where(count > 0, count, np.nan), alpha / 2))
    return lower, special.gammainccinv(count + 1, alpha / 2)


@measure(
    "rate",
    scale="level",
    label_en="Rate",
    label_cy="Cyfradd",
    inputs=("numerator", "denominator"),
    reference="Breslow and Day (1987), eq. 2.13; Garwood (1936)",
)
def rate(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    per: float = 1.0,
    confidence: float = 0.95,
    method: str = "byar",
) -> Estimate:
    """Crude rate: events over the people, or person-time, in which they happened, times `per`.

    Parameters
    ----------
    numerator : array_like, (...)
        Events, 0 or more. NaN = not known.
    denominator : array_like, broadcast with numerator
        People or person-time. NaN = not known; 0 makes the rate undefined.
    per : float
        Multiplier, for example 1000.
    confidence : float
        Nominal coverage of the interval.
    method : {"byar", "exact"}
        See `poisson_limits`.

    Returns
    -------
    Estimate
        Per `per`; `standard_error` is sqrt(numerator)/denominator. NaN where the numerator is not known or
        the denominator is 0 or not known.

    Raises
    ------
    MeasureError
        For negative or infinite counts, an unknown method, or a confidence outside 0 to 1.

    Interpretation
    --------------
    "In 2011-12 there were 15.9 households for every 1,000 Black people."

    Do not use when
    ---------------
    Every event is one of the people counted and each can happen only once: that is a `proportion`. Do not
    compare crude rates of groups whose ages differ when age drives the event: standardise.

    References
    ----------
    Breslow N, Day N (1987), Statistical methods in cancer research II, IARC, eq. 2.13.

    Examples
    --------
    >>> found = rate([290, 13195], [18276, 2928253], per=1000)
    >>> found.estimate.round(3)
    array([15.868,  4.506])
    """
    events = as_counts("numerator", numerator)
    people = as_denominators("denominator", denominator)
    lower, upper = poisson_limits(events, confidence=confidence, method=method)
    scale = per / people
    return Estimate(
        events * scale,
        lower * scale,
        upper * scale,
        np.sqrt(events) * scale,
        confidence,
        _RATE_METHODS[method],
    )


def _wilson(x: FloatArray, n: FloatArray, alpha: float) -> Limits:
    z2 = special.ndtri(1 - alpha / 2) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(x * (n - x) / n + z2 / 4)
    # At 0 and n the limit is exactly 0 or 1; rounding in the last place must not step outside.
    return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def _clopper_pearson(x: FloatArray, n: FloatArray, alpha: float) -> Limits:
    inside = np.where(np.isnan(x + n), np.nan, x)
    lower = special.betaincinv(np.where(inside > 0, inside, 1), n - x + 1, alpha / 2)
    upper = special.betaincinv(x + 1, np.where(inside < n, n - x, 1), 1 - alpha / 2)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _jeffreys(x: FloatArray, n: FloatArray, alpha: float) -> Limits:
    lower = special.betaincinv(x + 0.5, n - x + 0.5, alpha / 2)
    upper = special.betaincinv(x + 0.5, n - x + 0.5, 1 - alpha / 2)
    # Brown, Cai and DasGupta (2001), section 4.1.2: the limits at 0 and n keep the coverage from collapsing.
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _agresti_coull(x: FloatArray, n: FloatArray, alpha: float) -> Limits:
    z = special.ndtri(1 - alpha / 2)
    total = n + z**2
    centre = (x + z**2 / 2) / total
    half = z * np.sqrt(centre * (1 - centre) / total)
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)


_PROPORTION_METHODS: dict[str, tuple[str, Callable[[FloatArray, FloatArray, float], Limits]]] = {
    "wilson": ("Wilson score", _wilson),
    "clopper_pearson": ("Clopper-Pearson exact", _clopper_pearson),
    "jeffreys": ("Jeffreys", _jeffreys),
    "agresti_coull": ("Agresti-Coull", _agresti_coull),
}


def proportion_limits(x: FloatArray, n: FloatArray, *, confidence: float, method: str) -> Limits:
    """Return the limits of a proportion for checked arrays; see `proportion`."""
    if method not in _PROPORTION_METHODS:
        raise MeasureError(f"method must be one of {', '.join(_PROPORTION_METHODS)}; got '{method}'")
    x, n = np.broadcast_arrays(x, n)
    limits = _PROPORTION_METHODS[method][1]
    lower, upper = limits(x, n, 1 - check_confidence(confidence))
    missing = np.isnan(x) | np.isnan(n)
    if not missing.any():
        return lower, upper
    return np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)


@measure(
    "proportion",
    scale="level",
    label_en="Proportion",
    label_cy="Cyfran",
    inputs=("numerator", "denominator"),
    reference="Wilson (1927); Brown, Cai and DasGupta (2001)",
)
def proportion(
    numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = 0.95, method: str = "wilson"
) -> Estimate:
    """Proportion: people with the outcome over all people who could have had it.

    Parameters
    ----------
    numerator : array_like, (...)
        People with the outcome, 0 to denominator. NaN = not known.
    denominator : array_like, broadcast with numerator
        People. NaN = not known; 0 makes the proportion undefined.
    confidence : float
        Nominal coverage of the interval.
    method : {"wilson", "clopper_pearson", "jeffreys", "agresti_coull"}
        Interval; Wilson's covers near its nominal level at every size.

    Returns
    -------
    Estimate
        Between 0 and 1; `standard_error` is sqrt(p(1-p)/n), which is 0 at 0 and 1 though the interval is not.
        NaN where either count is not known or the denominator is 0.

    Raises
    ------
    MeasureError
        For negative or infinite counts, a numerator over its denominator, an unknown method, or a
        confidence outside 0 to 1.

    Interpretation
    --------------
    "Of every 100 applicants, 12 were shortlisted."

    Do not use when
    ---------------
    The numerator is not part of the denominator (households over people): that is a `rate`.

    References
    ----------
    Wilson E (1927), JASA 22:209-212, doi:10.1080/01621459.1927.10502953. Brown L, Cai T, DasGupta A (2001),
    Statistical Science 16:101-133, doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> found = proportion(9, 20)
    >>> [round(float(x), 4) for x in (found.estimate, found.lower, found.upper)]
    [0.45, 0.2582, 0.6579]
    """
    x = as_counts("numerator", numerator)
    n = as_denominators("denominator", denominator)
    if np.any(x > n):
        raise MeasureError("numerator must not be larger than denominator; check that they are not swapped")
    lower, upper = proportion_limits(x, n, confidence=confidence, method=method)
    share = x / n
    error = np.sqrt(share * (1 - share) / n)
    return Estimate(share, lower, upper, error, confidence, _PROPORTION_METHODS[method][0])
