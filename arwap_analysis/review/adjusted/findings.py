"""Assess an adjusted disparity: what the report says is computed here, once, and small counts are emptied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.errors import DataError, Fault
from arwap_analysis.inference import adjust_p_values
from arwap_analysis.models import Finding, crossing_disparities, e_value, standardised_disparities
from arwap_analysis.review.adjusted.card import AdjustedReview
from arwap_analysis.review.adjusted.evidence import AdjustedEvidence
from arwap_analysis.review.adjusted.models import Fitted, fit
from arwap_analysis.review.shield import Shield, make_shield

__all__ = ["ABSENT", "EVERYBODY_OR_NOBODY", "AdjustedFindings", "assess", "too_few"]

ABSENT = "No one of this group is in the file"
EVERYBODY_OR_NOBODY = "Nobody, or everybody, of this group has the outcome, so that it has no finite ratio"
_NOT_COMPARED = "People whose group is not known are not compared"
_SCALES = ("difference", "ratio")


def too_few(least: int) -> str:
    """Return the reason why nothing is estimated of few people."""
    return f"Fewer than {least} people"


@dataclass(frozen=True)
class AdjustedFindings:
    """Every result of an adjusted disparity.

    `groups` has a row for each group of the card: `group, people, cases, estimate` (the share with the outcome) and
    `adjusted` (the share if it had everybody's covariates) with their limits, `status, reason`. `gaps` has one for each
    compared group: for `unadjusted_ratio, adjusted_ratio, odds_ratio` and for `unadjusted_difference,
    adjusted_difference` (percentage points) the figure and its limits, `p_value` and `p_adjusted` of the adjusted
    difference, `e_value, e_value_limit`, `direction, status, reason`. `covariates`: `covariate, levels, unknown_share,
    used, code, level`. `crossings` is empty unless a second characteristic was asked for.
    """

    evidence: AdjustedEvidence
    shield: Shield
    fitted: Fitted
    groups: pd.DataFrame
    gaps: pd.DataFrame
    covariates: pd.DataFrame
    crossings: pd.DataFrame

    @property
    def request(self) -> AdjustedReview:
        """What was asked for."""
        return self.evidence.request

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.request.language)


def assess(evidence: AdjustedEvidence) -> AdjustedFindings:
    """Fit the models without and with the covariates, compare, and empty what may not be shown.

    Raises
    ------
    DataError
        When no two groups can be compared, or the counts cannot be protected under the policy of the data.
    ParameterError
        When the model does not converge.
    """
    request = evidence.request
    by = ["group", *([request.second] if request.second else [])]
    shield = make_shield(_counts(evidence.cells, by), policy=evidence.policy, by=by)
    sums = evidence.cells.groupby("group")[["denominator", "numerator"]].sum()
    sums = sums.reindex(list(evidence.card.group.categories), fill_value=0.0)
    reasons = _left_out(evidence, sums, shield)
    compared = [code for code in sums.index if not reasons[code]]
    _can_compare(evidence, compared, reasons)
    fitted = fit(
        evidence.cells[evidence.cells["group"].isin(compared)], reference=evidence.reference_group,
        covariates=list(evidence.covariates), model=request.model, confidence=request.confidence,
    )  # fmt: skip
    reasons |= {gone.name: EVERYBODY_OR_NOBODY for gone in fitted.dropped_groups}
    plain, adjusted = standardised_disparities(fitted.unadjusted), standardised_disparities(fitted.adjusted)
    return AdjustedFindings(
        evidence,
        shield,
        fitted,
        shield.cover(_groups(evidence, sums, reasons, plain, adjusted)),
        shield.cover(_gaps(evidence, reasons, fitted, plain, adjusted)),
        _covariates(evidence, fitted),
        _crossings(evidence, shield, compared),
    )


def _counts(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the people with and without the outcome, as the disclosure policy looks at them."""
    sums = cells.groupby(by)[["numerator", "denominator"]].sum().reset_index()
    return pd.concat(
        [
            sums[by].assign(answer="yes", people=sums["numerator"]),
            sums[by].assign(answer="no", people=sums["denominator"] - sums["numerator"]),
        ],
        ignore_index=True,
    )


def _left_out(evidence: AdjustedEvidence, sums: pd.DataFrame, shield: Shield) -> dict[str, str]:
    """Return why each group is not compared; empty for those that are."""
    least, unknown = evidence.request.fewest_people, evidence.card.group.unknown
    reasons = {}
    for code, people in sums["denominator"].items():
        hidden = REASON if code in shield.groups else ""
        small = too_few(least) if people < least else ""
        reasons[str(code)] = ABSENT if people == 0 else hidden or (_NOT_COMPARED if code == unknown else small)
    return reasons


def _can_compare(evidence: AdjustedEvidence, compared: list[str], reasons: dict[str, str]) -> None:
    reference = evidence.reference_group
    if reference in compared and len(compared) > 1:
        return
    message = (
        "no group is left to compare with the reference" if reference in compared else
        f"the reference group cannot be compared with: {reasons[reference]}"
    )  # fmt: skip
    raise DataError(
        Fault("nothing_to_compare", message, evidence.card.file, None, evidence.card.group.column, reference,
              "Choose another reference group, or a lower 'fewest_people'.")
    )  # fmt: skip


def _rows(found: Finding, quantity: str, codes: list[str]) -> pd.DataFrame:
    """Return one quantity of a finding by group: estimate, lower, upper, p_value; NaN for groups that are not in it."""
    frame = found.frame()
    named = frame[frame["quantity"] == quantity].set_index("group")
    return named[["estimate", "lower", "upper", "p_value"]].reindex(codes)


def _groups(
    evidence: AdjustedEvidence, sums: pd.DataFrame, reasons: dict[str, str], plain: Finding, adjusted: Finding
) -> pd.DataFrame:
    codes = list(sums.index)
    own, standard = _rows(plain, "risk", codes), _rows(adjusted, "risk", codes)
    rows = pd.DataFrame(
        {
            "group": codes,
            "people": sums["denominator"].to_numpy(),
            "cases": sums["numerator"].to_numpy(),
            "share": (sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)).to_numpy(),
            "estimate": own["estimate"].to_numpy(),
            "lower": own["lower"].to_numpy(),
            "upper": own["upper"].to_numpy(),
            "adjusted": standard["estimate"].to_numpy(),
            "adjusted_lower": standard["lower"].to_numpy(),
            "adjusted_upper": standard["upper"].to_numpy(),
            "confidence": evidence.request.confidence,
        }
    )
    rows["reason"] = [reasons[code] for code in codes]
    rows["status"] = np.where(rows["reason"] == "", "published", "low_reliability")
    rows.loc[rows["reason"] == ABSENT, "status"] = "not_collected"
    rows.loc[rows["reason"] == REASON, "status"] = "suppressed"
    rows.loc[rows["reason"] == _NOT_COMPARED, "status"] = "not_applicable"
    return rows


def _gaps(
    evidence: AdjustedEvidence, reasons: dict[str, str], fitted: Fitted, plain: Finding, adjusted: Finding
) -> pd.DataFrame:
    request, reference = evidence.request, evidence.reference_group
    codes = [code for code in evidence.card.group.comparable if code != reference]
    parts: dict[str, np.ndarray] = {}
    for name, found in (("unadjusted", plain), ("adjusted", adjusted)):
        for scale, factor in zip(_SCALES, (100.0, 1.0), strict=True):
            rows = _rows(found, f"risk {scale}", codes)
            parts |= _named(f"{name}_{scale}", factor * rows[["estimate", "lower", "upper"]])
    if request.model == "logistic":
        parts |= _named("odds_ratio", _rows(fitted.adjusted.ratios(), "odds ratio", codes))
    frame = pd.DataFrame({"group": codes, "reference": reference} | parts)
    p = _rows(adjusted, "risk difference", codes)["p_value"].to_numpy()
    frame["p_value"], frame["p_adjusted"] = p, adjust_p_values(p, method=request.correction)
    values = e_value(frame["adjusted_ratio"], frame["adjusted_ratio_lower"], frame["adjusted_ratio_upper"],
                     confidence=request.confidence).estimate  # fmt: skip
    frame["e_value"], frame["e_value_limit"] = values[0::2], values[1::2]
    clear, more = frame["p_adjusted"] < 1 - request.confidence, frame["adjusted_difference"] > 0
    frame["direction"] = np.select(
        [frame["p_adjusted"].isna(), clear & more, clear], ["not_assessed", "higher", "lower"], "no_clear_difference"
    )
    frame["reason"] = [reasons[code] for code in codes]
    frame["status"] = np.where(frame["reason"] == "", "published", "low_reliability")
    return frame.assign(confidence=request.confidence, method=adjusted.method)


def _named(name: str, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    return {
        name: rows["estimate"].to_numpy(),
        f"{name}_lower": rows["lower"].to_numpy(),
        f"{name}_upper": rows["upper"].to_numpy(),
    }


def _covariates(evidence: AdjustedEvidence, fitted: Fitted) -> pd.DataFrame:
    """Return what was asked to be taken into account, and whether it was."""
    lost = {dropped.name: dropped for dropped in fitted.dropped}
    people = evidence.cells["denominator"].sum()
    rows = []
    for id, covariate in evidence.covariates.items():
        unknown = float(evidence.cells.loc[evidence.cells[id] == covariate.unknown, "denominator"].sum())
        told = covariate.unknown is not None and not _is_small(unknown, evidence)
        gone = lost.get(id)
        rows.append(
            {
                "covariate": id,
                "levels": float(evidence.cells.loc[evidence.cells["denominator"] > 0, id].nunique()),
                "unknown_share": unknown / people if told else np.nan,
                "used": id in fitted.covariates,
                "code": gone.code if gone else "",
                "level": gone.level if gone else "",
            }
        )
    return pd.DataFrame(rows)


def _is_small(count: float, evidence: AdjustedEvidence) -> bool:
    """Return whether a count is too small to be shown under the policy of the data."""
    return evidence.policy is not None and count < (evidence.policy.threshold or 0)


def _crossings(evidence: AdjustedEvidence, shield: Shield, compared: list[str]) -> pd.DataFrame:
    """Return each crossing of group and second characteristic against that of the reference group at its reference."""
    second, request = evidence.request.second, evidence.request
    if second is None:
        return pd.DataFrame()
    covariate = evidence.card.covariates[second]
    cells = evidence.cells[evidence.cells["group"].isin(compared) & (evidence.cells[second] != covariate.unknown)]
    sums = cells.groupby(["group", second])[["numerator", "denominator"]].sum().reset_index()
    sums = sums[sums["denominator"] > 0]
    own = sums[sums["group"] == evidence.reference_group].sort_values("denominator", ascending=False)
    level = covariate.reference or str(own[second].iloc[0])
    large = sums[sums["denominator"] >= request.fewest_people]
    if not ((large["group"] == evidence.reference_group) & (large[second] == level)).any():
        raise DataError(
            Fault("nothing_to_compare", "too few people of the reference group have this characteristic",
                  evidence.card.file, None, covariate.column, level, "Name another 'reference' in the card.")
        )  # fmt: skip
    found = crossing_disparities(
        large["numerator"], large["denominator"], dimensions={"group": large["group"], "second": large[second]},
        favourable=evidence.outcome.favourable, reference={"group": evidence.reference_group, "second": level},
        minimum=request.fewest_people, confidence=request.confidence,
    ).frame()  # fmt: skip
    rows = sums.rename(columns={second: "second", "numerator": "cases", "denominator": "people"})
    rows = rows.merge(found[["group", "second", "observed", "estimate", "lower", "upper", "p_value", "p_adjusted"]],
                      on=["group", "second"], how="left")  # fmt: skip
    rows[["estimate", "lower", "upper"]] *= 100.0
    rows["reference_second"], rows["confidence"] = level, request.confidence
    is_reference = (rows["group"] == evidence.reference_group) & (rows["second"] == level)
    clear = (rows["p_adjusted"] < 1 - request.confidence) & ~is_reference
    rows["direction"] = np.select(
        [is_reference, rows["p_adjusted"].isna(), clear & (rows["estimate"] > 0), clear],
        ["reference", "not_assessed", "higher", "lower"], default="no_clear_difference",
    )  # fmt: skip
    small = rows["people"] < request.fewest_people
    rows["reason"] = np.where(small, too_few(request.fewest_people), "")
    rows["status"] = np.where(small, "low_reliability", "published")
    return shield.cover(rows, by=("group", "second"))
