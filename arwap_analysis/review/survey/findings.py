"""Assess a survey: everything that the report says is computed here, once, and what may not be shown is emptied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis.errors import Fault, MeasureError, ParameterError
from arwap_analysis.inference import adjust_p_values
from arwap_analysis.measures import RELIABILITY_BANDS, relative_standard_error, reliability_band
from arwap_analysis.models import RaoScottTest, SurveyEstimate, survey_group_difference, survey_group_ratio
from arwap_analysis.review.dataset_evidence import OUTCOME
from arwap_analysis.review.shield import Shield, make_shield
from arwap_analysis.review.survey.card import SurveyReview
from arwap_analysis.review.survey.estimates import Answers, answers, association_test, estimate
from arwap_analysis.review.survey.evidence import SurveyEvidence

__all__ = ["ABSENT", "SurveyFindings", "SurveyFrame", "assess", "too_few"]

ABSENT = "No one of this group is in the file"
_REFERENCE_ABSENT = "The reference group has no figure to compare with"


def too_few(least: int) -> str:
    """Return the reason why a small group has no estimate."""
    return f"Fewer than {least} people of this group answered"


@dataclass(frozen=True)
class SurveyFrame:
    """How the survey was drawn, in numbers; NaN where replicate weights leave it open.

    `people` is NaN too where too few gave no answer for their number to be shown.
    """

    people: float
    answered: float
    strata: float
    clusters: float
    degrees_of_freedom: float
    replicates: int


@dataclass(frozen=True)
class SurveyFindings:
    """Every result of a survey review.

    `estimates` has a row for each group of the card: `group, people, answered, missing, weighted_share, estimate,
    lower, upper, confidence, standard_error, degrees_of_freedom, design_effect, effective_sample_size, precision,
    band, status, reason, method`. `gaps` has one for each compared group: `group, reference, difference,
    difference_lower, difference_upper, ratio, ratio_lower, ratio_upper, p_value, p_adjusted, direction, status,
    reason, method`; differences of shares are in percentage points. `test` is None where none can be made, and for
    means.
    """

    evidence: SurveyEvidence
    shield: Shield
    frame: SurveyFrame
    estimates: pd.DataFrame
    gaps: pd.DataFrame
    test: RaoScottTest | None

    @property
    def request(self) -> SurveyReview:
        """What was asked for."""
        return self.evidence.request

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.request.language)


def assess(evidence: SurveyEvidence) -> SurveyFindings:
    """Estimate the outcome in each group, compare the groups, and empty what may not be shown.

    Raises
    ------
    ParameterError
        When the design of the card does not fit the file.
    DataError
        When the counts cannot be protected under the policy of the data.
    """
    try:
        found = answers(evidence)
        estimated = estimate(evidence, found)
    except MeasureError as error:
        hint = f"See 'design' in '{evidence.path.name}'."
        raise ParameterError(Fault("wrong_design", str(error), str(evidence.path), hint=hint)) from None
    shield = make_shield(_counts(evidence, found), policy=evidence.policy)
    estimates = _estimates(evidence, found, estimated, shield)
    shown = frozenset(estimates.loc[estimates["estimate"].notna(), "group"])
    compared = shown & set(evidence.card.group.comparable)
    test = association_test(evidence, found, compared) if len(compared) > 1 else None
    return SurveyFindings(
        evidence, shield, _survey_frame(evidence, found), estimates, _gaps(evidence, estimated, estimates, shield), test
    )


def _counts(evidence: SurveyEvidence, found: Answers) -> pd.DataFrame:
    """Return the people with an answer in each group by answer, as the disclosure policy looks at them."""
    if evidence.outcome.kind == "mean":
        parts = {"answered": found.answered}
    else:
        yes = (
            np.where(found.value == 1, found.people, 0.0)
            if found.value is not None
            else evidence.cells[f"{OUTCOME}.count"].to_numpy(float)
        )
        parts = {"yes": yes, "no": found.answered - yes}
    rows = [pd.DataFrame({"group": found.group, "answer": name, "people": count}) for name, count in parts.items()]
    return pd.concat(rows, ignore_index=True)


def _survey_frame(evidence: SurveyEvidence, found: Answers) -> SurveyFrame:
    design, policy = found.design, evidence.policy
    replicated = design.replicates is not None
    drawn = np.nan if replicated else float(len(design.cluster_stratum))
    strata = np.nan if replicated else float(design.cluster_stratum.max() + 1)
    replicates = design.replicates.factors.shape[1] if design.replicates is not None else 0
    people, answered = float(found.people.sum()), float(found.answered.sum())
    if policy is not None and people - answered < (policy.threshold or 0):
        people = np.nan
    return SurveyFrame(people, answered, strata, drawn, design.degrees_of_freedom, replicates)


def _estimates(evidence: SurveyEvidence, found: Answers, estimated: SurveyEstimate, shield: Shield) -> pd.DataFrame:
    request, codes = evidence.request, list(evidence.card.group.categories)
    sums = pd.DataFrame({"group": found.group, "people": found.people, "weight": found.weight}).groupby("group").sum()
    sums = sums.reindex(codes, fill_value=0.0)
    rows = estimated.frame().set_index("group").reindex(codes)
    rows = rows.assign(
        people=sums["people"],
        answered=rows["n"].fillna(0.0),
        weighted_share=sums["weight"] / sums["weight"].sum(),
        confidence=request.confidence,
        reason=rows["reason"].fillna(ABSENT),
        status="published",
        method=estimated.method,
    ).drop(columns=["n", "quantity"])
    rows["missing"] = 1 - rows["answered"] / rows["people"].where(rows["people"] > 0)
    if evidence.policy is not None:
        # Those without an answer are few in most groups, and could be worked out from one another.
        rows["missing"] = np.nan
    small = rows["answered"] < request.fewest_people
    rows.loc[small & (rows["reason"] != ABSENT), "reason"] = too_few(request.fewest_people)
    rows.loc[small, "status"] = "low_reliability"
    rows.loc[rows["people"] == 0, "status"] = "not_collected"
    rows.loc[small, ["estimate", "lower", "upper", "standard_error", "design_effect"]] = np.nan
    rows["effective_sample_size"] = rows["answered"] / rows["design_effect"]
    precision = relative_standard_error(rows["estimate"].to_numpy(float), rows["standard_error"].to_numpy(float))
    bands = reliability_band(rows["estimate"].to_numpy(float), rows["standard_error"].to_numpy(float))
    rows["precision"] = precision
    rows["band"] = ["" if np.isnan(band) else RELIABILITY_BANDS[int(band)][1] for band in bands]
    if evidence.policy is not None:
        rows["people"] = np.nan
    return shield.cover(rows.reset_index())


def _gaps(evidence: SurveyEvidence, estimated: SurveyEstimate, estimates: pd.DataFrame, shield: Shield) -> pd.DataFrame:
    reference, request = evidence.reference_group, evidence.request
    codes = [code for code in evidence.card.group.comparable if code != reference]
    own = estimates.set_index("group")
    scale = 100.0 if evidence.outcome.kind == "share" else 1.0
    rows = pd.DataFrame({"group": codes, "reference": reference}).set_index("group")
    named = {"difference": scale, "ratio": 1.0}
    for name in named:
        rows[[name, f"{name}_lower", f"{name}_upper"]] = np.nan
    rows["p_value"] = np.nan
    if reference in estimated.groups:
        difference = survey_group_difference(estimated, reference=reference)
        ratio = survey_group_ratio(estimated, reference=reference)
        for name, found in (("difference", difference), ("ratio", ratio)):
            result = found.frame().set_index("group").reindex(codes)
            for column, part in ((name, "estimate"), (f"{name}_lower", "lower"), (f"{name}_upper", "upper")):
                rows[column] = named[name] * result[part]
        rows["p_value"] = difference.frame().set_index("group")["p_value"].reindex(codes)
    rows["status"], rows["reason"] = own["status"].reindex(codes), own["reason"].reindex(codes)
    if pd.isna(own.loc[reference, "estimate"]):
        rows["status"], rows["reason"] = "not_applicable", _REFERENCE_ABSENT
    gone = own["estimate"].reindex(codes).isna() | pd.isna(own.loc[reference, "estimate"])
    numbers = [column for column in rows.columns if column not in ("reference", "status", "reason")]
    rows.loc[gone, numbers] = np.nan
    rows["p_adjusted"] = adjust_p_values(rows["p_value"].to_numpy(float), method=request.correction)
    clear = rows["p_adjusted"] < 1 - request.confidence
    rows["direction"] = np.select(
        [rows["p_adjusted"].isna(), clear & (rows["difference"] > 0), clear & (rows["difference"] < 0)],
        ["not_assessed", "higher", "lower"],
        default="no_clear_difference",
    )
    rows["confidence"], rows["method"] = request.confidence, estimated.method
    return shield.cover(rows.reset_index())
