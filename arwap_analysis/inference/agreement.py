"""Agreement between coders: Cohen's kappa, Fleiss' kappa and Krippendorff's alpha, with their intervals.

Chance-corrected coefficients: 1 is full agreement, 0 what chance alone would give, below 0 less than that. Where all
coders used one category throughout there is nothing to agree about, and each coefficient is NaN.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts, as_floats, check_confidence, normal_quantile

__all__ = ["Level", "cohens_kappa", "fleiss_kappa", "krippendorffs_alpha", "percent_agreement"]

Level = Literal["nominal", "ordinal", "interval", "ratio"]
_LEVELS = ("nominal", "ordinal", "interval", "ratio")
_NUMBERS_AT_ONCE = 4_000_000
_FEWEST_DRAWS = 1000


def percent_agreement(ratings: ArrayLike) -> FloatArray:
    """Share of pairs of codings of the same unit that agree; not corrected for chance.

    Parameters
    ----------
    ratings : array_like, (..., coders, units)
        The category that each coder gave each unit, as a number; NaN where a coder did not code it.

    Returns
    -------
    array, (...)
        Every unit with two codings or more counts by its number of codings, as in Krippendorff's alpha. NaN where no
        unit has two.

    Raises
    ------
    MeasureError
        For fewer than two axes, or infinite values.

    Interpretation
    --------------
    "Two coders gave the same code to this share of the passages."

    Do not use when
    ---------------
    It would stand alone: two coders who rarely use a code agree often by chance.

    References
    ----------
    Krippendorff K (2019), Content Analysis, 4th edition, section 12.2.
    """
    coincidences, _ = _coincidences(_as_ratings(ratings))
    pairs = coincidences.sum(axis=-3)
    total = pairs.sum(axis=(-2, -1))
    return np.trace(pairs, axis1=-2, axis2=-1) / np.where(total > 0, total, np.nan)


def cohens_kappa(table: ArrayLike, *, weights: ArrayLike | str = "none", confidence: float = 0.95) -> Estimate:
    """Cohen's kappa of two coders: 1 less the observed over the expected (weighted) disagreement.

    Parameters
    ----------
    table : array_like, (..., K, K)
        Number of units by the category of the first coder (rows) and of the second (columns).
    weights : {"none", "linear", "quadratic"} or array_like, (K, K)
        How heavily each disagreement counts. "none": all alike; "linear" and "quadratic": by the distance of the
        categories, which then have an order; an array: disagreement weights, 0 on its diagonal.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        (...), with the large-sample standard error. NaN where a table has NaN, no units, or one category only.

    Raises
    ------
    MeasureError
        For negative counts, tables that are not square, or weights that are negative or not 0 on the diagonal.

    Interpretation
    --------------
    "The two coders agree this far of the way from chance to full agreement."

    Do not use when
    ---------------
    There are more than two coders, codings are missing, or a category is very rare: kappa then falls although the
    coders agree on nearly all units. The standard error needs some 30 units or more.

    References
    ----------
    Cohen J (1960), Educational and Psychological Measurement 20:37-46, doi:10.1177/001316446002000104; (1968),
    Psychological Bulletin 70:213-220, doi:10.1037/h0026256. Standard error: Fleiss JL, Cohen J, Everitt BS (1969),
    Psychological Bulletin 72:323-327, doi:10.1037/h0028106.
    """
    counts = as_counts("table", table)
    if counts.ndim < 2 or counts.shape[-1] != counts.shape[-2]:
        raise MeasureError("table needs the same categories in rows and columns, on its last two axes")
    disagreement = _weights(weights, counts.shape[-1])
    total = counts.sum(axis=(-2, -1))
    total = np.where(total > 0, total, np.nan)
    p = counts / total[..., None, None]
    rows, columns = p.sum(axis=-1), p.sum(axis=-2)
    observed = (disagreement * p).sum(axis=(-2, -1))
    expected = (disagreement * rows[..., :, None] * columns[..., None, :]).sum(axis=(-2, -1))
    expected = np.where(expected > 0, expected, np.nan)
    kappa = 1 - observed / expected
    error = _kappa_error(p, rows, columns, disagreement, observed, expected, total)
    z = normal_quantile(confidence)
    name = weights if isinstance(weights, str) else "given"
    method = "Cohen's kappa" if name == "none" else f"Cohen's kappa, {name} weights"
    # kappa cannot exceed 1, whatever a large-sample limit says
    return Estimate(kappa, kappa - z * error, np.minimum(kappa + z * error, 1.0), error, confidence, method)


def _weights(weights: ArrayLike | str, size: int) -> FloatArray:
    """Return disagreement weights (K, K): 0 on the diagonal."""
    if isinstance(weights, str):
        away = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
        known = {"none": (away > 0).astype(float), "linear": away, "quadratic": away**2}
        if weights not in known:
            raise MeasureError(f"weights must be none, linear, quadratic or an array; got '{weights}'")
        return known[weights]
    given = as_floats("weights", weights)
    if given.shape != (size, size) or not np.all(given >= 0) or np.any(np.diagonal(given) != 0):
        raise MeasureError(f"weights must be a {size} by {size} array, 0 or more, and 0 on the diagonal")
    return given


def _kappa_error(
    p: FloatArray,
    rows: FloatArray,
    columns: FloatArray,
    disagreement: FloatArray,
    observed: FloatArray,
    expected: FloatArray,
    total: FloatArray,
) -> FloatArray:
    """Large-sample standard error of weighted kappa: Fleiss, Cohen and Everitt (1969), equation 9, in agreements."""
    agreement = 1 - disagreement / max(float(disagreement.max()), 1.0)
    scale = max(float(disagreement.max()), 1.0)
    po, pe = 1 - observed / scale, 1 - expected / scale
    mean_rows = (agreement * columns[..., None, :]).sum(axis=-1)
    mean_columns = (agreement * rows[..., :, None]).sum(axis=-2)
    spread = (
        agreement * (1 - pe)[..., None, None]
        - (mean_rows[..., :, None] + mean_columns[..., None, :]) * (1 - po)[..., None, None]
    )
    inside = (p * spread**2).sum(axis=(-2, -1)) - (po * pe - 2 * pe + po) ** 2
    return np.sqrt(np.maximum(inside, 0.0) / total) / (1 - pe) ** 2


def fleiss_kappa(
    counts: ArrayLike,
    *,
    rng: np.random.Generator | None = None,
    draws: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Fleiss' kappa: agreement of a fixed number of codings of each unit, by any coders.

    Parameters
    ----------
    counts : array_like, (..., units, K)
        How many coders gave each unit each category. Every unit of a stratum has the same number of codings.
    rng : Generator, optional
        Source of randomness for the interval; without one there is no interval.
    draws : int
        Samples of units, drawn with replacement.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        (...). `standard_error` is the standard deviation of the draws. No interval where a draw has one category only,
        or where all draws are equal.

    Raises
    ------
    MeasureError
        For negative counts, units with different numbers of codings or fewer than two, or fewer than 1,000 draws.

    Interpretation
    --------------
    "The coders agree this far of the way from chance to full agreement."

    Do not use when
    ---------------
    Categories have an order, or codings are missing: use `krippendorffs_alpha`.

    References
    ----------
    Fleiss JL (1971), Psychological Bulletin 76:378-382, doi:10.1037/h0031619.
    """
    n = as_counts("counts", counts)
    if n.ndim < 2:
        raise MeasureError("counts needs units and categories on its last two axes")
    coders = n.sum(axis=-1)
    known = coders[~np.isnan(coders)]
    if known.size and (known.min() != known.max() or known.min() < 2):
        raise MeasureError("each unit needs the same number of codings, two at least; krippendorffs_alpha takes others")
    size = np.where(np.isnan(coders), np.nan, known.max(initial=2))
    agreeing = (n * (n - 1)).sum(axis=-1) / (size * (size - 1))
    shares = n / size[..., None]
    kappa = _fleiss(agreeing.mean(axis=-1), shares.mean(axis=-2))
    if rng is None:
        return _without_interval(kappa, confidence, "Fleiss' kappa")
    resampled = _resample(n.shape[-2], draws, rng) / n.shape[-2]
    drawn = _fleiss(agreeing @ resampled.T, np.einsum("bu,...uk->...bk", resampled, shares))
    return _with_draws(kappa, drawn, confidence, "Fleiss' kappa, bootstrap over units")


def _fleiss(agreeing: FloatArray, shares: FloatArray) -> FloatArray:
    chance = (shares**2).sum(axis=-1)
    room = np.where(1 - chance > 1e-12, 1 - chance, np.nan)
    return (agreeing - chance) / room


def krippendorffs_alpha(
    ratings: ArrayLike,
    *,
    level: Level = "nominal",
    rng: np.random.Generator | None = None,
    draws: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha: 1 less the observed over the expected disagreement, for any number of coders.

    Parameters
    ----------
    ratings : array_like, (..., coders, units)
        The value that each coder gave each unit; NaN where a coder did not code it. Units with fewer than two values
        do not count.
    level : {"nominal", "ordinal", "interval", "ratio"}
        What the values are: names, ranks, a scale with equal steps, or a scale with a true zero.
    rng : Generator, optional
        Source of randomness for the interval; without one there is no interval.
    draws : int
        Samples of units, drawn with replacement, the same for every stratum.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        (...). NaN where no unit has two values, or all values are equal. No interval where some draw has one value
        only (a code that is too rare), or where all draws are equal.

    Raises
    ------
    MeasureError
        For fewer than two axes, infinite values, negative values of a ratio scale, an unknown level, or fewer than
        1,000 draws.

    Interpretation
    --------------
    "The coders agree this far of the way from chance to full agreement"; Krippendorff asks for 0.8, and for 0.667 at
    least where conclusions are tentative.

    Do not use when
    ---------------
    Several codes can be true of one unit: ask of each code whether it was given (0 or 1), a stratum a code.

    References
    ----------
    Krippendorff K (2011), Computing Krippendorff's alpha-reliability, repository.upenn.edu/asc_papers/43; interval
    from resampled units: Zapf A and others (2016), BMC Medical Research Methodology 16:93,
    doi:10.1186/s12874-016-0200-9.

    Examples
    --------
    >>> data = [[1, 2, 3, 3, 2, 1, 4, 1, 2], [1, 2, 3, 3, 2, 2, 4, 1, 2]]
    >>> round(float(krippendorffs_alpha(data).estimate), 3)
    0.852
    """
    if level not in _LEVELS:
        raise MeasureError(f"level must be one of {', '.join(_LEVELS)}; got '{level}'")
    array = _as_ratings(ratings)
    if level == "ratio" and np.any(array < 0):
        raise MeasureError("values of a ratio scale are 0 or more")
    coincidences, values = _coincidences(array)
    alpha = _alpha(coincidences.sum(axis=-3), values, level)
    method = f"Krippendorff's alpha, {level}"
    if rng is None:
        return _without_interval(alpha, confidence, method)
    resampled = _resample(array.shape[-1], draws, rng)
    size = max(1, int(_NUMBERS_AT_ONCE / max(1, coincidences[..., 0, :, :].size)))
    drawn = [
        _alpha(np.einsum("bu,...ucd->...bcd", resampled[start : start + size], coincidences), values, level)
        for start in range(0, draws, size)
    ]
    return _with_draws(alpha, np.concatenate(drawn, axis=-1), confidence, f"{method}, bootstrap over units")


def _as_ratings(ratings: ArrayLike) -> FloatArray:
    array = as_floats("ratings", ratings)
    if array.ndim < 2 or np.any(np.isinf(array)):
        raise MeasureError("ratings need coders and units on their last two axes, and NaN where there is no value")
    return array


def _coincidences(ratings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the pairs of values within each unit (..., units, V, V), each unit weighted 1/(m - 1), and the values."""
    values = np.unique(ratings[~np.isnan(ratings)])
    given = (ratings[..., None] == values).sum(axis=-3).astype(float)
    number = given.sum(axis=-1)
    pairs = given[..., :, None] * given[..., None, :] - given[..., :, None] * np.eye(values.size)
    return pairs * np.where(number > 1, 1 / np.maximum(number - 1, 1), 0.0)[..., None, None], values


def _alpha(pairs: FloatArray, values: FloatArray, level: Level) -> FloatArray:
    """Return alpha (...) of coincidence matrices (..., V, V)."""
    margins = pairs.sum(axis=-1)
    total = margins.sum(axis=-1)
    distance = _distance(margins, values, level)
    observed = (pairs * distance).sum(axis=(-2, -1))
    expected = (margins[..., :, None] * margins[..., None, :] * distance).sum(axis=(-2, -1))
    return 1 - (total - 1) * observed / np.where(expected > 0, expected, np.nan)


def _distance(margins: FloatArray, values: FloatArray, level: Level) -> FloatArray:
    """Return squared differences (..., V, V): Krippendorff (2011), section F."""
    if level == "nominal":
        return 1 - np.eye(values.size)
    if level == "interval":
        return np.subtract.outer(values, values) ** 2
    if level == "ratio":
        sums = np.add.outer(values, values)
        return (np.subtract.outer(values, values) / np.where(sums > 0, sums, 1.0)) ** 2
    # Sums of the values between two ranks, half of both ends: the distance of their mid-ranks.
    ranks = np.cumsum(margins, axis=-1) - margins / 2
    return np.asarray((ranks[..., :, None] - ranks[..., None, :]) ** 2)


def _resample(units: int, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each unit is in each draw, (draws, units)."""
    if draws < _FEWEST_DRAWS:
        raise MeasureError(f"an interval needs {_FEWEST_DRAWS} draws at least; got {draws}")
    return rng.multinomial(units, np.full(units, 1 / units), size=draws).astype(float)


def _with_draws(estimate: FloatArray, drawn: FloatArray, confidence: float, method: str) -> Estimate:
    """Return the estimate with the percentiles of its draws (..., draws); a draw that is undefined leaves none."""
    tail = (1 - check_confidence(confidence)) / 2
    usable = ~np.isnan(drawn).any(axis=-1) & (np.ptp(drawn, axis=-1) > 0)
    lower, upper = (np.where(usable, np.quantile(drawn, q, axis=-1), np.nan) for q in (tail, 1 - tail))
    return Estimate(estimate, lower, upper, np.where(usable, drawn.std(axis=-1, ddof=1), np.nan), confidence, method)


def _without_interval(estimate: FloatArray, confidence: float, method: str) -> Estimate:
    none = np.full(np.shape(estimate), np.nan)
    return Estimate(estimate, none, none, none, check_confidence(confidence), method)
