"""What a survey estimate is handed out as: numbers by group with their covariance, a tidy frame and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from arwap_analysis.errors import MeasureError, did_you_mean
from arwap_analysis.estimate import Estimate, FloatArray, check_confidence, freeze_arrays

__all__ = ["SurveyComparison", "SurveyEstimate", "survey_group_difference", "survey_group_ratio", "t_quantile"]

ASSUMES = (
    "The weights are right: everyone of the population had a known chance to be drawn, or weighting mended it.",
    "First-stage units were drawn independently of each other within strata.",
    "Enough first-stage units were drawn for the t distribution to hold.",
)
NO_ERROR = "All answers are from one sampling unit, so there is no standard error"
ALIKE = "The answers do not vary within strata, so that they show no error"
NO_REPLICATE = (
    "The design shows no standard error here: a replicate leaves nobody of the group, or no stratum has two units"
)
NOBODY = "No row of this group has an answer"


def t_quantile(confidence: float, degrees_of_freedom: FloatArray) -> FloatArray:
    """Return the quantile of Student's t that bounds the middle `confidence`; NaN without degrees of freedom."""
    free = np.asarray(degrees_of_freedom, dtype=float)
    known = free > 0
    level = (1 + check_confidence(confidence)) / 2
    return np.asarray(np.where(known, special.stdtrit(np.where(known, free, 1.0), level), np.nan))


def t_p_value(statistic: FloatArray, degrees_of_freedom: FloatArray) -> FloatArray:
    """Return the two-sided p-value of a t statistic; NaN without degrees of freedom."""
    free = np.asarray(degrees_of_freedom, dtype=float)
    known = free > 0
    return np.asarray(np.where(known, 2 * special.stdtr(np.where(known, free, 1.0), -np.abs(statistic)), np.nan))


@dataclass(frozen=True, eq=False)
class SurveyEstimate(Estimate):
    """Estimates of K groups (or terms) from one design.

    Attributes
    ----------
    n : (K,)
        Rows with an answer and a weight above 0.
    degrees_of_freedom : (K,)
        First-stage units less strata, among those that the group has answers in; without groups, of the design.
    design_effect : (K,)
        Variance over that of a simple random sample of as many rows; NaN where it was not worked out.
    groups : tuple of str
        What each number is of; ("all",) without groups.
    quantity : str
        What was estimated, for sentences.
    root : (M, K)
        Matrix whose product with itself is the covariance of the estimates.
    reasons : tuple of str
        Why a number or its interval is absent; empty where it is there.
    assumes : tuple of str
        What has to hold for the intervals to mean what they say.
    """

    n: FloatArray = field(metadata={"array": True})
    degrees_of_freedom: FloatArray = field(metadata={"array": True})
    design_effect: FloatArray = field(metadata={"array": True})
    groups: tuple[str, ...]
    quantity: str
    root: FloatArray
    reasons: tuple[str, ...]
    assumes: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def se(self) -> FloatArray:
        """The standard error."""
        return self.standard_error

    @property
    def covariance(self) -> FloatArray:
        """Covariance (K, K) of the estimates."""
        return np.asarray(self.root.T @ self.root)

    def frame(self) -> pd.DataFrame:
        """Return one row for each group, which can be read alone."""
        return pd.DataFrame(
            {
                "quantity": self.quantity,
                "group": list(self.groups),
                "estimate": self.estimate,
                "standard_error": self.standard_error,
                "lower": self.lower,
                "upper": self.upper,
                "confidence": self.confidence,
                "n": self.n,
                "degrees_of_freedom": self.degrees_of_freedom,
                "design_effect": self.design_effect,
                "method": self.method,
                "reason": list(self.reasons),
                **self._more(),
            }
        )

    def _more(self) -> dict[str, object]:
        return {}

    def sentence(self, group: str | None = None) -> str:
        """Return one group's number in words; the only one's without a name."""
        at = self.position(group)
        who = "" if self.groups == ("all",) else f" ({self.groups[at]})"
        if np.isnan(self.estimate[at]):
            return f"The {self.quantity}{who} cannot be estimated: {self.reasons[at]}."
        said = f"The {self.quantity}{who} is {self.estimate[at]:,.4g}"
        if np.isnan(self.lower[at]):
            return f"{said}; its interval cannot be given: {self.reasons[at] or 'there are no degrees of freedom'}."
        interval = f"{self.confidence:.0%} interval {self.lower[at]:,.4g} to {self.upper[at]:,.4g}"
        return f"{said} ({interval}; {self.n[at]:,.0f} answers; {self.method})."

    def position(self, group: str | None) -> int:
        """Return where a group stands, refusing a name that is not there."""
        if group is None and len(self.groups) == 1:
            return 0
        if group not in self.groups:
            raise MeasureError(f"there is no group '{group}'. {did_you_mean(str(group), self.groups)}")
        return self.groups.index(group)


@dataclass(frozen=True, eq=False)
class SurveyComparison(SurveyEstimate):
    """Survey estimates each with the two-sided, unadjusted p-value of its null value."""

    p_value: FloatArray = field(metadata={"array": True})

    def _more(self) -> dict[str, object]:
        return {"p_value": self.p_value}


def survey_group_difference(found: SurveyEstimate, *, reference: str) -> SurveyComparison:
    """Difference of each group from a reference, with the covariance that common clusters bring.

    Parameters
    ----------
    found : SurveyEstimate
        Estimates by group from one design.
    reference : str
        Which group the others are compared with.

    Returns
    -------
    SurveyComparison
        A number for each group, *d = m_g - m_r*; 0 with no error for the reference itself. Degrees of freedom are
        the smaller of the two groups'. NaN where either is.

    Raises
    ------
    MeasureError
        When there is no such group.

    Interpretation
    --------------
    "Black respondents' share is 4 points higher than White respondents', give or take 3."

    Do not use when
    ---------------
    The estimates are of different surveys: their errors are then independent (`measures.group_difference`).

    References
    ----------
    Lumley T (2010) Complex Surveys, Wiley, section 2.3 (R survey's svycontrast).
    """
    at = found.position(reference)
    difference = found.estimate - found.estimate[at]
    root = found.root - found.root[:, [at]]
    error, free = _error(found, at, root), np.minimum(found.degrees_of_freedom, found.degrees_of_freedom[at])
    margin = t_quantile(found.confidence, free) * error
    p = t_p_value(np.divide(difference, error, out=np.full(error.shape, np.nan), where=error > 0), free)
    return SurveyComparison(
        difference, difference - margin, difference + margin, error, found.confidence, found.method,
        found.n, free, np.full(error.shape, np.nan), found.groups, f"difference from {reference} in {found.quantity}",
        root, _joined(found, at), found.assumes, p,
    )  # fmt: skip


def survey_group_ratio(found: SurveyEstimate, *, reference: str) -> SurveyComparison:
    """Ratio of each group to a reference, with the covariance that common clusters bring; interval on the log scale.

    Parameters
    ----------
    found : SurveyEstimate
        Estimates above 0 by group from one design.
    reference : str
        Which group the others are compared with.

    Returns
    -------
    SurveyComparison
        A number for each group, *m_g / m_r*; 1 with no error for the reference itself. `standard_error` is of the
        ratio (delta method), the interval is symmetric in its logarithm. NaN where either estimate is not above 0.

    Raises
    ------
    MeasureError
        When there is no such group.

    Interpretation
    --------------
    "Black respondents are 1.4 times as likely to say so as White respondents."

    Do not use when
    ---------------
    Estimates can be negative or near 0: use `survey_group_difference`.

    References
    ----------
    Lumley T (2010) Complex Surveys, Wiley, section 2.3 (R survey's svycontrast of logarithms).
    """
    at = found.position(reference)
    above = (found.estimate > 0) & (found.estimate[at] > 0)
    level = np.where(above, found.estimate, np.nan)
    ratio = level / level[at]
    relative = found.root / level - (found.root / level)[:, [at]]
    log_error, free = _error(found, at, relative), np.minimum(found.degrees_of_freedom, found.degrees_of_freedom[at])
    margin = t_quantile(found.confidence, free) * log_error
    logs = np.log(ratio)
    p = t_p_value(np.divide(logs, log_error, out=np.full(logs.shape, np.nan), where=log_error > 0), free)
    return SurveyComparison(
        ratio, ratio * np.exp(-margin), ratio * np.exp(margin), ratio * log_error, found.confidence,
        f"{found.method}, log scale", found.n, free, np.full(ratio.shape, np.nan), found.groups,
        f"ratio to {reference} in {found.quantity}", relative * ratio, _joined(found, at), found.assumes, p,
    )  # fmt: skip


def _error(found: SurveyEstimate, at: int, root: FloatArray) -> FloatArray:
    """Return the errors of a comparison, absent where either side has none."""
    known = ~np.isnan(found.standard_error + found.standard_error[at])
    return np.asarray(np.where(known, np.sqrt(np.sum(root**2, axis=0)), np.nan))


def _joined(found: SurveyEstimate, at: int) -> tuple[str, ...]:
    """Return each group's reason, or the reference's where that is what is missing."""
    return tuple(own or found.reasons[at] for own in found.reasons)
