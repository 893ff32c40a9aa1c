"""Published findings recomputed: claims, verdicts, checks without data, and how far the answer could move."""

from arwap_analysis.review.reproduce.compute import Outcome, Reproduction, judge_claim, reproduce_claims

__all__ = ["Outcome", "Reproduction", "judge_claim", "reproduce_claims"]
