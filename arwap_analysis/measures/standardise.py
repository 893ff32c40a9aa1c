"""Standardised rates, means, and life expectancy: arrays with the strata (ages) on the last axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, as_counts, as_denominators
from arwap_analysis.measures.rates import poisson_limits
from arwap_analysis.registry import measure

__all__ = [
    "EUROPEAN_STANDARD_POPULATION_2013",
    "directly_standardised_rate",
    "indirectly_standardised_rate",
    "indirectly_standardised_ratio",
]

# Five-year bands 0-4 to 90 and over. Eurostat (2013), Revision of the European Standard Population, p. 121,
# doi:10.2785/11470 (facts; reuse authorised with the source named).
EUROPEAN_STANDARD_POPULATION_2013 = (
    5000,
    5500,
    5500,
    5500,
    6000,
    6000,
    6500,
    7000,
    7000,
    7000,
    7000,
    6500,
    6000,
    5500,
    5000,
    4000,
    2500,
    1500,
    1000,
)


@measure(
    "directly_standardised_rate",
    scale="level",
    label_en="Directly standardised rate",
    label_cy="Cyfradd wedi’i safoni’n uniongyrchol",
    inputs=("numerator", "denominator", "standard_population"),
    reference="Dobson and others (1991)",
)
def directly_standardised_rate(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    standard_population: ArrayLike,
    per: float = 1.0,
    confidence: float = 0.95,
) -> Estimate:
    """Directly standardised rate: stratum rates weighted by a standard population, sum(w a/n) / sum(w).

    Parameters
    ----------
    numerator, denominator : array_like, (..., S)
        Events and people of each stratum (age band). NaN, or nobody, in a stratum makes the rate NaN: a
        standard cannot be applied to a stratum without a rate.
    standard_population : array_like, (S,)
        Weights, for example `EUROPEAN_STANDARD_POPULATION_2013`.
    per : float
        Multiplier.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (...), per `per`, with Dobson's interval from Byar's limits of all events (exact below 10).

    Raises
    ------
    MeasureError
        For negative counts, or weights that are all 0.

    Interpretation
    --------------
    "If the group had the ages of the standard population, its rate would be 13.4 per 1,000."

    Do not use when
    ---------------
    Strata have few events (below some ten in all): use the indirectly standardised ratio.

    References
    ----------
    Dobson A, Kuulasmaa K, Eberle E, Scherer J (1991), Statistics in Medicine 10:457-462,
    doi:10.1002/sim.4780100317.
    """
    events, people = as_counts("numerator", numerator), as_denominators("denominator", denominator)
    weight = as_counts("standard_population", standard_population)
    events, people, weight = _strata(events, people, weight)
    if not np.all(weight.sum(axis=-1) > 0):
        raise MeasureError("standard_population must hold some people")
    share = weight / weight.sum(axis=-1, keepdims=True)
    total = np.where((share > 0) | np.isnan(events), events, 0.0).sum(axis=-1)  # events that the standard counts
    rate = (share * events / people).sum(axis=-1)
    error = np.sqrt((share**2 * events / people**2).sum(axis=-1))
    low, high = poisson_limits(total, confidence=confidence)
    # With no event at all the ratio of variances has no value; the upper limit then takes the mean weight.
    spread = np.where(total > 0, error / np.sqrt(np.where(total > 0, total, 1)), (share / people).mean(axis=-1))
    return Estimate(
        rate * per,
        (rate - spread * (total - low)) * per,
        (rate + spread * (high - total)) * per,
        error * per,
        confidence,
        "Dobson's interval with Byar's limits",
    )


def _strata(*arrays: FloatArray) -> tuple[FloatArray, ...]:
    """Spread arrays over each other before anything is summed; each must have the strata on its last axis."""
    sizes = {array.shape[-1] if array.ndim else 0 for array in arrays}
    if len(sizes) > 1 or sizes == {0}:
        raise MeasureError(f"all arrays need the same strata on their last axis; their sizes are {sorted(sizes)}")
    return np.broadcast_arrays(*arrays)


def _expected(
    numerator: ArrayLike, denominator: ArrayLike, reference_numerator: ArrayLike, reference_denominator: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return observed events, expected events and the crude rate of the reference population."""
    counts = as_counts("numerator", numerator)
    people, events, others = _strata(
        as_counts("denominator", denominator),
        as_counts("reference_numerator", reference_numerator),
        as_denominators("reference_denominator", reference_denominator),
    )
    if counts.ndim == 0 or counts.shape[-1] not in (1, people.shape[-1]):
        raise MeasureError("numerator needs the strata on its last axis, or one number for all of them")
    observed = counts.sum(axis=-1)
    expected = (people * events / others).sum(axis=-1)
    return observed, np.where(expected > 0, expected, np.nan), events.sum(axis=-1) / others.sum(axis=-1)


@measure(
    "indirectly_standardised_ratio",
    scale="relative",
    label_en="Indirectly standardised ratio",
    label_cy="Cymhareb wedi’i safoni’n anuniongyrchol",
    inputs=("numerator", "denominator", "reference_numerator", "reference_denominator"),
    null_value=1.0,
    reference="Breslow and Day (1987)",
)
def indirectly_standardised_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    per: float = 1.0,
    confidence: float = 0.95,
) -> Estimate:
    """Indirectly standardised ratio: observed events over those expected at the reference population's rates.

    Parameters
    ----------
    numerator, denominator : array_like, (..., S)
        Events and people of each stratum. Only the sum of the events is used, so that
        one number for all strata, shape (..., 1), will do.
    reference_numerator, reference_denominator : array_like, broadcast with them
        Events and people of the reference population; taken as known without error.
    per : float
        Multiplier, for example 100.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (...). NaN where nothing is expected or a count is not known. Byar's interval, exact below 10 events.

    Raises
    ------
    MeasureError
        For negative counts.

    Interpretation
    --------------
    "There were 1.3 times as many events as at the reference population's rates."

    Do not use when
    ---------------
    Two such ratios are to be compared: each has weights of its own, so only the reference is comparable.

    References
    ----------
    Breslow N, Day N (1987), Statistical methods in cancer research II, IARC, section 2.3.
    """
    observed, expected, _ = _expected(numerator, denominator, reference_numerator, reference_denominator)
    low, high = poisson_limits(observed, confidence=confidence)
    scale = per / expected
    return Estimate(
        observed * scale,
        low * scale,
        high * scale,
        np.sqrt(observed) * scale,
        confidence,
        "Byar's approximation, exact Poisson below 10 events",
    )


@measure(
    "indirectly_standardised_rate",
    scale="level",
    label_en="Indirectly standardised rate",
    label_cy="Cyfradd wedi’i safoni’n anuniongyrchol",
    inputs=("numerator", "denominator", "reference_numerator", "reference_denominator"),
    reference="Breslow and Day (1987)",
)
def indirectly_standardised_rate(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    per: float = 1.0,
    confidence: float = 0.95,
) -> Estimate:
    """Indirectly standardised rate: the indirectly standardised ratio times the reference population's crude rate.

    Parameters, Returns and Raises are those of `indirectly_standardised_ratio`; per `per`.

    Interpretation
    --------------
    "With the reference population's ages, the rate would be about 14.4 per 1,000."

    Do not use when
    ---------------
    Two such rates are to be compared: see `indirectly_standardised_ratio`.

    References
    ----------
    Breslow N, Day N (1987), Statistical methods in cancer research II, IARC, section 2.3.
    """
    observed, expected, crude = _expected(numerator, denominator, reference_numerator, reference_denominator)
    low, high = poisson_limits(observed, confidence=confidence)
    scale = per * crude / expected
    return Estimate(
        observed * scale,
        low * scale,
        high * scale,
        np.sqrt(observed) * scale,
        confidence,
        "Byar's approximation, exact Poisson below 10 events",
    )
