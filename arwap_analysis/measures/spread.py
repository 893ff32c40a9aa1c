"""How far all groups lie from their mean: variance, index of disparity, entropy measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.estimate import Estimate, normal_quantile
from arwap_analysis.measures.groups import Groups, as_groups, dot, spread_interval
from arwap_analysis.registry import measure

__all__ = [
    "between_group_standard_deviation",
    "between_group_variance",
    "coefficient_of_variation",
    "index_of_disparity",
    "mean_difference_from_mean",
    "mean_log_deviation",
    "theil_index",
]

_SOURCE = "Schlotheuber and Hosseinpoor (2022)"
_INPUTS = ("estimate", "population", "standard_error")


def _variance(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance between groups and its gradient."""
    away = groups.value - groups.mean
    return dot(groups.share, away**2), 2 * groups.share * away


@measure(
    "between_group_variance",
    scale="absolute",
    label_en="Between-group variance",
    label_cy="Amrywiant rhwng grwpiau",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def between_group_variance(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Between-group variance: the sum of p (y - mean)^2 over groups, p the population share.

    Parameters
    ----------
    estimate, population, standard_error : array_like, (..., G)
        Of each group. NaN in the first two leaves the group out; without errors there is no interval.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (...), in the squared unit of the estimates. The standard error has the second-order terms, which
        matter where groups differ little. NaN with fewer than two groups.

    Raises
    ------
    MeasureError
        For infinite estimates, negative populations or errors, or a confidence outside 0 to 1.

    Interpretation
    --------------
    "Larger means that groups lie further from the mean; 0 means that all are equal."

    Do not use when
    ---------------
    Groups are ordered (the order is not used), or a reader has to understand the unit.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), Int J Environ Res Public Health 19:3697, doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    variance, gradient = _variance(g)
    if not g.errors:
        return spread_interval(variance, gradient, g, confidence)
    share, square = g.share, g.error**2
    # Exact variance of the quadratic form under normal estimates, as WHO's healthequal has it.
    second = 2 * ((share * (1 - share)) ** 2 * square**2).sum(axis=-1)
    second += 2 * (share**2 * square).sum(axis=-1) ** 2 - 2 * (share**4 * square**2).sum(axis=-1)
    error = np.sqrt((gradient**2 * square).sum(axis=-1) + second)
    z = normal_quantile(confidence)
    return Estimate(
        variance,
        variance - z * error,
        variance + z * error,
        error,
        confidence,
        "normal approximation with second-order variance",
    )


@measure(
    "between_group_standard_deviation",
    scale="absolute",
    label_en="Between-group standard deviation",
    label_cy="Gwyriad safonol rhwng grwpiau",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def between_group_standard_deviation(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Between-group standard deviation: the square root of the between-group variance.

    Parameters, Returns and Raises are those of `between_group_variance`, in the unit of the estimates. The
    interval is by the delta method and is NaN where all groups are equal.

    Interpretation
    --------------
    "Groups lie typically 8.6 percentage points from the mean."

    Do not use when
    ---------------
    Groups hardly differ: the square root of a noisy variance is biased upwards.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    variance, gradient = _variance(g)
    deviation = np.sqrt(variance)
    slope = gradient / (2 * np.where(deviation > 0, deviation, np.nan))[..., None]
    return spread_interval(deviation, slope, g, confidence)


@measure(
    "coefficient_of_variation",
    scale="relative",
    label_en="Coefficient of variation between groups",
    label_cy="Cyfernod amrywiad rhwng grwpiau",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def coefficient_of_variation(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Coefficient of variation between groups: the between-group standard deviation as a percentage of the mean.

    Parameters, Returns and Raises are those of `between_group_variance`; in per cent. NaN where the mean is 0.

    Interpretation
    --------------
    "Groups lie typically 9% from the mean."

    Do not use when
    ---------------
    The mean is near 0 or the scale has no true zero.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    variance, gradient = _variance(g)
    mean = np.where(g.mean == 0, np.nan, g.mean)
    deviation = np.sqrt(variance)[..., None]
    slope = gradient / (2 * np.where(deviation > 0, deviation, np.nan) * mean) - deviation * g.share / mean**2
    return spread_interval(100 * (deviation / mean)[..., 0], 100 * slope, g, confidence)


def _from_mean(g: Groups, *, weighted: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean absolute distance from the weighted mean and its gradient."""
    weight = g.share if weighted else g.known / np.maximum(g.count, 1)
    away = np.where(g.known, g.value - g.mean, 0.0)
    sign = np.sign(away)
    distance = dot(weight, np.abs(away))
    return distance, weight * sign - g.share * dot(weight, sign)[..., None]


@measure(
    "mean_difference_from_mean",
    scale="absolute",
    label_en="Mean difference from the mean",
    label_cy="Gwahaniaeth cymedrig o’r cymedr",
    inputs=_INPUTS,
    null_value=0.0,
    reference=_SOURCE,
)
def mean_difference_from_mean(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    weighted: bool = True,
    confidence: float = 0.95,
) -> Estimate:
    """Mean difference from the mean: the mean of |y - mean| over groups, weighted by population or not.

    Parameters, Returns and Raises are those of `between_group_variance`, in the unit of the estimates. The
    mean itself is always weighted by population. `weighted=False` counts every group the same.

    Interpretation
    --------------
    "On average a group lies 6.8 percentage points from the mean."

    Do not use when
    ---------------
    Groups hardly differ: noise alone keeps absolute distances above 0.

    References
    ----------
    Schlotheuber A, Hosseinpoor A (2022), doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    distance, gradient = _from_mean(g, weighted=weighted)
    return spread_interval(np.where(np.isnan(g.mean[..., 0]), np.nan, distance), gradient, g, confidence)


@measure(
    "index_of_disparity",
    scale="relative",
    label_en="Index of disparity",
    label_cy="Mynegai gwahaniaeth",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Pearcy and Keppel (2002)",
)
def index_of_disparity(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    weighted: bool = True,
    confidence: float = 0.95,
) -> Estimate:
    """Index of disparity: the mean difference from the mean as a percentage of the mean.

    Parameters, Returns and Raises are those of `mean_difference_from_mean`; in per cent. NaN where the mean is 0.

    Interpretation
    --------------
    "On average a group lies 7% from the mean."

    Do not use when
    ---------------
    The mean is near 0, or groups hardly differ.

    References
    ----------
    Pearcy J, Keppel K (2002), Public Health Reports 117:273-280, doi:10.1093/phr/117.3.273.
    """
    g = as_groups(estimate, population, standard_error)
    distance, gradient = _from_mean(g, weighted=weighted)
    mean = np.where(g.mean == 0, np.nan, g.mean)
    index = 100 * distance / mean[..., 0]
    slope = 100 * (gradient / mean - distance[..., None] * g.share / mean**2)
    return spread_interval(index, slope, g, confidence)


def _relative(g: Groups) -> np.ndarray:
    """Each group's value over the mean; NaN for strata with a value below 0 or a mean that is not above 0."""
    usable = (g.mean > 0) & np.all(g.value >= 0, axis=-1, keepdims=True)
    return g.value / np.where(usable, g.mean, np.nan)


@measure(
    "theil_index",
    scale="relative",
    label_en="Theil index",
    label_cy="Mynegai Theil",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Theil (1967)",
)
def theil_index(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Theil index: the sum of p r ln(r) over groups, r the value over the mean; times 1,000.

    Parameters, Returns and Raises are those of `between_group_variance`. A group at 0 adds 0. NaN where a
    value is below 0 or the mean is 0. The standard error is on the same scale as the index, times 1,000.

    Interpretation
    --------------
    "0 means that all groups are equal; larger means more unequal, with most weight on groups above the mean."

    Do not use when
    ---------------
    A reader has to understand the unit, or values can be negative.

    References
    ----------
    Theil H (1967), Economics and information theory, North-Holland. Schlotheuber A, Hosseinpoor A (2022),
    doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    ratio = _relative(g)
    index = dot(g.share, special.xlogy(ratio, ratio))
    logs = np.log(np.where(ratio > 0, ratio, np.nan))
    # d/dy of sum p r ln r with r = y / mean: p (ln r + 1)/mean less p/mean times (index + 1).
    gradient = g.share / np.where(g.mean == 0, np.nan, g.mean) * (logs - index[..., None])
    return spread_interval(1000 * index, 1000 * np.where(g.known, gradient, 0.0), g, confidence)


@measure(
    "mean_log_deviation",
    scale="relative",
    label_en="Mean log deviation",
    label_cy="Gwyriad log cymedrig",
    inputs=_INPUTS,
    null_value=0.0,
    reference="Theil (1967)",
)
def mean_log_deviation(
    estimate: ArrayLike,
    population: ArrayLike | None = None,
    *,
    standard_error: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean log deviation: the sum of -p ln(r) over groups, r the value over the mean; times 1,000.

    Parameters, Returns and Raises are those of `between_group_variance`. NaN where a value is not above 0.
    The standard error is on the same scale as the measure, times 1,000.

    Interpretation
    --------------
    "0 means that all groups are equal; larger means more unequal, with most weight on groups below the mean."

    Do not use when
    ---------------
    A group has the value 0, where it is undefined.

    References
    ----------
    Theil H (1967), Economics and information theory, North-Holland. Schlotheuber A, Hosseinpoor A (2022),
    doi:10.3390/ijerph19063697.
    """
    g = as_groups(estimate, population, standard_error)
    ratio = np.where(g.known, _relative(g), 1.0)
    ratio = np.where(ratio > 0, ratio, np.nan)
    deviation = -dot(g.share, np.log(ratio))
    gradient = g.share / np.where(g.mean == 0, np.nan, g.mean) * (1 - 1 / ratio)
    return spread_interval(1000 * np.where(np.isnan(g.mean[..., 0]), np.nan, deviation), 1000 * gradient, g, confidence)
