"""Published findings recomputed: claims, verdicts, checks without data, and how far the answer could move."""

from arwap_analysis.review.reproduce.compute import Outcome, Reproduction, judge_claim, reproduce_claims
from arwap_analysis.review.reproduce.consistency import Check, check_claims
from arwap_analysis.review.reproduce.one_claim import (
    claim_points,
    show_claim,
    show_computation,
    show_figures,
    show_inputs,
)
from arwap_analysis.review.reproduce.request import (
    ClaimsRequest,
    ReproductionFindings,
    recompute,
    recompute_claim,
)
from arwap_analysis.review.reproduce.sections import (
    describe_verdicts,
    list_claims,
    show_agreement,
    show_contradictions,
    show_specifications,
    verdict_points,
)
from arwap_analysis.review.reproduce.sensitivity import SpecificationCurve, specification_curve

__all__ = [
    "Check",
    "ClaimsRequest",
    "Outcome",
    "Reproduction",
    "ReproductionFindings",
    "SpecificationCurve",
    "check_claims",
    "claim_points",
    "describe_verdicts",
    "judge_claim",
    "list_claims",
    "recompute",
    "recompute_claim",
    "reproduce_claims",
    "show_agreement",
    "show_claim",
    "show_computation",
    "show_contradictions",
    "show_figures",
    "show_inputs",
    "show_specifications",
    "specification_curve",
    "verdict_points",
]
