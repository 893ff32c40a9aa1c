"""Who passes each stage: relative rates and likelihoods along a pipeline."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Comparison, as_counts
from arwap_analysis.measures.disparity import rate_ratio
from arwap_analysis.measures.proportions import proportion_ratio
from arwap_analysis.registry import measure

__all__ = ["pipeline_likelihoods", "relative_likelihood", "relative_rate_index"]

_PAIR = ("numerator", "denominator", "reference_numerator", "reference_denominator")


@measure(
    "relative_rate_index",
    scale="relative",
    label_en="Relative rate index",
    label_cy="Mynegai cyfradd gymharol",
    inputs=_PAIR,
    null_value=1.0,
    reference="Feyerherm, Snyder and Villarruel (2009)",
)
def relative_rate_index(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    confidence: float = 0.95,
) -> Comparison:
    """Relative rate index: the rate at which a group passes a decision point over that of the reference group.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        Events at this point (charged), and at the point before it (arrested). One person may count more than
        once, so events may outnumber the point before.
    confidence : float
        Nominal coverage of the interval.

    Returns
    -------
    Comparison
        The ratio, interval and p-value of `rate_ratio`, exact.

    Raises
    ------
    MeasureError
        For negative counts.

    Interpretation
    --------------
    "Once arrested, young Black people were charged 1.4 times as often as young White people."

    Do not use when
    ---------------
    The point before was itself unequal and the whole path is in question: an index of 1 late on hides an
    earlier one of 3. Give all points.

    References
    ----------
    Feyerherm W, Snyder H, Villarruel F (2009), Identification and monitoring, in Disproportionate Minority
    Contact Technical Assistance Manual, 4th ed., OJJDP, ch. 1.
    """
    return rate_ratio(
        numerator,
        denominator,
        reference_numerator=reference_numerator,
        reference_denominator=reference_denominator,
        confidence=confidence,
    )


@measure(
    "relative_likelihood",
    scale="relative",
    label_en="Relative likelihood",
    label_cy="Tebygolrwydd cymharol",
    inputs=_PAIR,
    null_value=1.0,
    reference="Workforce Race Equality Standard (NHS England), indicators 2 and 3",
)
def relative_likelihood(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    reference_numerator: ArrayLike,
    reference_denominator: ArrayLike,
    favourable: bool,
    confidence: float = 0.95,
    method: str = "koopman",
) -> Comparison:
    """Relative likelihood as the Workforce Race Equality Standard gives it: above 1 is a disadvantage of the group.

    Parameters
    ----------
    numerator, denominator, reference_numerator, reference_denominator : array_like, (...)
        People who went through (appointed, disciplined) and who could have (shortlisted, staff).
    favourable : bool
        True for appointment, where the reference group's likelihood is divided by the group's; False for
        disciplinary action, the other way round.
    confidence : float
        Nominal coverage of the interval.
    method : {"koopman", "katz"}
        See `proportion_ratio`.

    Returns
    -------
    Comparison
        NaN where the likelihood divided by is 0 or not known.

    Raises
    ------
    MeasureError
        For negative counts or a numerator over its denominator.

    Interpretation
    --------------
    "White applicants were 1.5 times as likely to be appointed from shortlisting as Black applicants."

    Do not use when
    ---------------
    People count more than once at a stage: use `relative_rate_index`.

    References
    ----------
    NHS England, Workforce Race Equality Standard: technical guidance, indicators 2 and 3.
    """
    group, other = (numerator, denominator), (reference_numerator, reference_denominator)
    (a, n), (b, m) = (other, group) if favourable else (group, other)
    return proportion_ratio(a, n, reference_numerator=b, reference_denominator=m, confidence=confidence, method=method)


@measure(
    "pipeline_likelihoods",
    scale="relative",
    label_en="Relative likelihood at each stage",
    label_cy="Tebygolrwydd cymharol ar bob cam",
    inputs=("counts", "reference"),
    null_value=1.0,
    reference="Workforce Race Equality Standard (NHS England), indicator 2",
)
def pipeline_likelihoods(
    counts: ArrayLike,
    *,
    reference: int,
    favourable: bool = True,
    confidence: float = 0.95,
    method: str = "koopman",
) -> Comparison:
    """Relative likelihood of passing each stage of a pipeline, and of passing them all.

    Parameters
    ----------
    counts : array_like, (..., S, G)
        People of each group at each of S stages, the first being all who entered (applied, shortlisted,
        appointed).
    reference : int
        Position of the reference group.
    favourable, confidence, method
        See `relative_likelihood`.

    Returns
    -------
    Comparison
        (..., S, G): row s is the step from stage s to s + 1, the last row from the first stage to the last.
        The reference group is NaN: it is not compared with itself.

    Raises
    ------
    MeasureError
        For fewer than two stages, a position outside the groups, or more people at a stage than before it.

    Interpretation
    --------------
    "The gap arises at shortlisting (1.6), not at appointment (1.0)."

    Do not use when
    ---------------
    Stages hold different people (this year's applicants, last year's appointments).

    References
    ----------
    NHS England, Workforce Race Equality Standard: technical guidance, indicator 2.
    """
    people = as_counts("counts", counts)
    if people.ndim < 2 or people.shape[-2] < 2:
        raise MeasureError("counts need two or more stages and the groups on the last two axes")
    if not 0 <= reference < people.shape[-1]:
        raise MeasureError(f"reference must be a position from 0 to {people.shape[-1] - 1}")
    before = np.concatenate([people[..., :-1, :], people[..., :1, :]], axis=-2)
    after = np.concatenate([people[..., 1:, :], people[..., -1:, :]], axis=-2)
    group = np.where(np.arange(people.shape[-1]) == reference, np.nan, after)
    return relative_likelihood(
        group,
        before,
        reference_numerator=after[..., reference, None],
        reference_denominator=before[..., reference, None],
        favourable=favourable,
        confidence=confidence,
        method=method,
    )
