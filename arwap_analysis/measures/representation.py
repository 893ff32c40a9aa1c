"""Representation, the four-fifths rule, and people too many or too few."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, FloatArray, as_counts, as_denominators, check_confidence, freeze_arrays
from arwap_analysis.measures.binomial import central_p_value
from arwap_analysis.measures.disparity import rate_difference
from arwap_analysis.measures.proportions import proportion_difference, proportion_ratio
from arwap_analysis.measures.rates import proportion_limits
from arwap_analysis.registry import measure

__all__ = [
    "FourFifths",
    "excess_count",
    "four_fifths_rule",
    "representation_index",
]

# Exactly four fifths is not below it; 0.04 / 0.05 is, in floating point.
_FOUR_FIFTHS = 0.8 * (1 - 1e-12)
_PAIR = ("numerator", "denominator", "reference_numerator", "reference_denominator")


@measure(
    "representation_index",
    scale="relative",
    label_en="Representation index",
    label_cy="Mynegai cynrychiolaeth",
    inputs=("numerator", "denominator", "population", "total_population"),
    null_value=1.0,
    reference="Wilson (1927) limits of a share over a known share",
)
def representation_index(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    population: ArrayLike,
    total_population: ArrayLike,
    confidence: float = 0.95,
    method: str = "wilson",
) -> Comparison:
    """Representation index: a group's share among staff (or any body of people) over its share of the population.

    Parameters
    ----------
    numerator, denominator : array_like, (...)
        Staff of the group and all staff whose ethnic group is known.
    population, total_population : array_like, broadcast with them
        People of the group and all people, of the same ages and area; taken as known without error.
    confidence : float
        Nominal coverage of the interval.
    method : str
        Interval of the share among staff; see `proportion`.

    Returns
    -------
    Comparison
        1 = represented as in the population. NaN where a count is not known, the group has nobody in the
        population, or there are no staff. `p_value` is the exact central binomial one; `standard_error` is
        that of the log index.

    Raises
    ------
    MeasureError
        For negative counts or a part larger than its whole.

    Interpretation
    --------------
    "Black people are 0.6 times as common among head teachers as in the working-age population."

    Do not use when
    ---------------
    The population at large could not have been recruited from: take the one with the age, area and
    qualifications in question.

    References
    ----------
    Wilson E (1927), JASA 22:209-212, doi:10.1080/01621459.1927.10502953.
    """
    x, n, group, everyone = np.broadcast_arrays(
        as_counts("numerator", numerator),
        as_denominators("denominator", denominator),
        as_counts("population", population),
        as_denominators("total_population", total_population),
    )
    if np.any(x > n) or np.any(group > everyone):
        raise MeasureError("a part is larger than its whole: check numerator with denominator, and the populations")
    known = ~np.isnan(x + n + group + everyone)
    x, n = np.where(known, x, np.nan), np.where(known, n, np.nan)
    expected = np.where(group > 0, group / everyone, np.nan)
    lower, upper = (limit / expected for limit in proportion_limits(x, n, confidence=confidence, method=method))
    error = np.sqrt(np.where(x > 0, 1 / np.where(x > 0, x, 1) - 1 / n, np.nan))
    return Comparison(
        x / n / expected,
        lower,
        upper,
        error,
        confidence,
        f"{method.replace('_', '-').title()} limits of the share among staff over the share of the population",
        central_p_value(x, n - x, expected),
    )


@dataclass(frozen=True, eq=False)
class FourFifths(Comparison):
    """Impact ratios with two verdicts: 1 = yes, 0 = no, NaN = cannot be said.

    `below`: the ratio is below four fifths. `clearly_below`: the whole interval is.
    """

    below: FloatArray = field(metadata={"array": True})
    clearly_below: FloatArray = field(metadata={"array": True})

    def __post_init__(self) -> None:
        freeze_arrays(self)


@measure(
    "four_fifths_rule",
    scale="relative",
    label_en="Impact ratio (four-fifths rule)",
    label_cy="Cymhareb effaith (rheol pedair rhan o bump)",
    inputs=("numerator", "denominator"),
    null_value=1.0,
    reference="Uniform Guidelines on Employee Selection Procedures (1978), section 4D",
)
def four_fifths_rule(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    minimum_share: float = 0.02,
    confidence: float = 0.95,
    method: str = "koopman",
) -> FourFifths:
    """Four-fifths rule: whether a group's selection rate is below four fifths of the highest group's.

    Parameters
    ----------
    numerator, denominator : array_like, (..., G)
        People selected, and people considered, of each group.
    minimum_share : float
        Groups below this share of all considered cannot set the highest rate (section 4D has 2%).
    confidence : float
        Nominal coverage of the interval.
    method : {"koopman", "katz"}
        See `proportion_ratio`.

    Returns
    -------
    FourFifths
        (..., G) ratios to the highest rate; the highest group itself is 1 without an interval. The interval
        does not know that the highest group was picked.

    Raises
    ------
    MeasureError
        For negative counts, a numerator over its denominator, or a share outside 0 to 1.

    Interpretation
    --------------
    "The selection rate of Asian applicants is 0.7 of the highest, below four fifths; with this few people the
    true ratio could be above it."

    Do not use when
    ---------------
    A court or regulator in Wales or England is addressed: the rule is of the United States, and the Equality
    Act 2010 knows no such threshold. Small numbers fall below it by chance.

    References
    ----------
    Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR 1607.4(D).
    """
    x, n = np.broadcast_arrays(as_counts("numerator", numerator), as_denominators("denominator", denominator))
    if x.ndim == 0 or x.shape[-1] == 0 or not 0 <= minimum_share < 1:
        raise MeasureError("groups are needed on the last axis, and minimum_share from 0 to below 1")
    known = ~np.isnan(x + n)
    people = np.where(known, n, 0.0)
    large = known & (people >= minimum_share * people.sum(axis=-1, keepdims=True))
    rate = np.where(large, np.where(known, x, 0.0) / np.where(known, n, 1.0), -np.inf)
    highest = np.argmax(rate, axis=-1)[..., None]
    found = proportion_ratio(
        x,
        n,
        reference_numerator=np.take_along_axis(x, highest, axis=-1),
        reference_denominator=np.take_along_axis(n, highest, axis=-1),
        confidence=confidence,
        method=method,
    )
    top = np.arange(x.shape[-1]) == highest
    lower, upper, p_value = (np.where(top, np.nan, part) for part in (found.lower, found.upper, found.p_value))
    ratio = found.estimate
    below = np.where(np.isnan(ratio), np.nan, ratio < _FOUR_FIFTHS)
    clearly = np.where(np.isnan(upper), np.where(top, below, np.nan), upper < _FOUR_FIFTHS)
    return FourFifths(
        ratio,
        lower,
        upper,
        np.where(top, np.nan, found.standard_error),
        confidence,
        f"{found.method}, against the highest rate",
        p_value,
        below,
        clearly,
    )


@measure(
    "excess_count",
    scale="absolute",
    label_en="People too many or too few",
    label_cy="Pobl yn ormod neu’n rhy ychydig",
    inputs=_PAIR,
    null_value=0.0,
    reference="Zou and Donner (2008); Newcombe (1998)",
)
def excess_count(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    kind: str = "rate",
    confidence: float = 0.95,
) -> Comparison:
    """Excess count: events of the group less those it would have at the reference group's rate, a - n b/m.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        As in `rate_ratio`.
    kind : {"rate", "proportion"}
        Whether the numerator is a count of events or of the people in the denominator.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        In events; below 0 = a shortfall. The difference in rates and its interval times the denominator.

    Raises
    ------
    MeasureError
        For negative counts or an unknown kind.

    Interpretation
    --------------
    "As many as 208 fewer Black households would have needed help if the rates were equal."

    Do not use when
    ---------------
    It would be read as a forecast, or groups differ in age and age drives the event.

    References
    ----------
    Zou G, Donner A (2008), doi:10.1002/sim.3095; Newcombe R (1998), Statistics in Medicine 17:873-890.
    """
    if kind not in ("rate", "proportion"):
        raise MeasureError(f"kind must be rate or proportion; got '{kind}'")
    found = (rate_difference if kind == "rate" else proportion_difference)(
        numerator,
        denominator,
        reference_numerator=reference_numerator,
        reference_denominator=reference_denominator,
        confidence=check_confidence(confidence),
    )
    people = as_denominators("denominator", denominator)
    return found.times(people, method=f"{found.method}, times the people of the group")
