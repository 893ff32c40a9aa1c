"""Life expectancy from an abridged life table."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, as_counts, as_denominators, as_floats, normal_quantile
from arwap_analysis.registry import measure

__all__ = ["life_expectancy"]


@measure(
    "life_expectancy",
    scale="level",
    label_en="Life expectancy",
    label_cy="Disgwyliad oes",
    inputs=("deaths", "population", "age_start"),
    reference="Chiang (1984); Eayres and Williams (2004)",
)
def life_expectancy(
    deaths: ArrayLike, population: ArrayLike, *, age_start: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Life expectancy at the start of each age band, from an abridged life table.

    Parameters
    ----------
    deaths, population : array_like, (..., A)
        Of each age band, the last one open. NaN, or nobody, in a band makes every earlier age NaN too.
    age_start : array_like, (A,)
        First age of each band, rising.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Estimate
        (..., A), in years. Within a band deaths fall at its middle, in the first year of life at a tenth of it.
        Chiang's variance; NaN throughout where the open band has no deaths.

    Raises
    ------
    MeasureError
        For ages that do not rise, or negative counts.

    Interpretation
    --------------
    "At today's death rates a newborn would live 78.4 years on average."

    Do not use when
    ---------------
    Fewer than some 5,000 person-years stand behind the table, or deaths and people are counted by different
    definitions of ethnic group.

    References
    ----------
    Chiang C (1984), The life table and its applications, Krieger. Eayres D, Williams E (2004), J Epidemiol
    Community Health 58:243-249, doi:10.1136/jech.2003.009654. Silcocks P, Jenner D, Reza R (2001), J Epidemiol
    Community Health 55:38-43, doi:10.1136/jech.55.1.38 (the open band's variance).
    """
    ages = as_floats("age_start", age_start)
    if ages.ndim != 1 or len(ages) < 2 or np.any(np.diff(ages) <= 0):
        raise MeasureError("age_start must be ages that rise, one for each band")
    try:
        d, people = np.broadcast_arrays(as_counts("deaths", deaths), as_denominators("population", population))
    except ValueError:
        raise MeasureError("deaths and population must have the same age bands") from None
    if d.ndim == 0 or d.shape[-1] != len(ages):
        raise MeasureError(f"deaths and population need the {len(ages)} age bands on their last axis")
    width = np.append(np.diff(ages), np.nan)
    lived = np.where((ages == 0) & (width == 1), 0.1, 0.5)
    rate = d / people
    last = np.arange(len(ages)) == len(ages) - 1
    span = np.where(last, 1.0, width)
    dies = np.minimum(span * rate / (1 + span * (1 - lived) * rate), 1.0)
    unknown = np.isnan(rate) | (last & (rate == 0))
    # An age needs the bands from it on, none before it: fill what is not known, and take out what it touches.
    touched = np.logical_or.accumulate(unknown[..., ::-1], axis=-1)[..., ::-1]
    q = np.where(last, 1.0, np.where(unknown, 0.0, dies))
    survivors = np.concatenate([np.ones((*q.shape[:-1], 1)), np.cumprod(1 - q[..., :-1], axis=-1)], axis=-1)
    dying = survivors * q
    open_rate = np.where(unknown | (rate == 0), 1.0, rate)
    years = np.where(last, survivors / open_rate, span * (survivors - (1 - lived) * dying))
    remaining = np.cumsum(years[..., ::-1], axis=-1)[..., ::-1]
    expectancy = remaining / np.where(survivors > 0, survivors, np.nan)
    expectancy_after = np.where(np.isnan(expectancy), 0.0, expectancy)  # nobody is left to live on
    following = np.concatenate([expectancy_after[..., 1:], np.zeros((*q.shape[:-1], 1))], axis=-1)
    chance = np.where(d > 0, q**2 * (1 - q) / np.where(d > 0, d, 1), 0.0)
    weight = survivors**2 * ((1 - lived) * span + following) ** 2 * chance
    # Silcocks and others: the open band's expectancy is 1/rate, whose variance is 1/(d rate^2).
    end = survivors**2 / (np.where(d > 0, d, np.nan) * open_rate**2)
    variance = np.cumsum(np.where(last, end, weight)[..., ::-1], axis=-1)[..., ::-1]
    error = np.where(touched, np.nan, np.sqrt(variance) / np.where(survivors > 0, survivors, np.nan))
    expectancy = np.where(touched, np.nan, expectancy)
    z = normal_quantile(confidence)
    return Estimate(
        expectancy,
        expectancy - z * error,
        expectancy + z * error,
        error,
        confidence,
        "abridged life table (Chiang II), Silcocks's variance of the open band",
    )
