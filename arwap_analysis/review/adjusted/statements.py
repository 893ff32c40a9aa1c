"""The sentences of an adjusted disparity: main points, limits, methods and sources, all made from the results."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.adjusted.wording import AdjustedWords, in_each_language

__all__ = ["describe_limits", "describe_methods", "list_sources", "main_points", "show_question"]


@in_each_language
def show_question(words: AdjustedWords) -> Statements:
    """Return the question that the report was asked."""
    return words.question()


@in_each_language
def main_points(words: AdjustedWords) -> Statements:
    """Return the answer in a few sentences: the gap before and after, what is left, and what it does not say."""
    points = [
        *_widest(words),
        *_comparisons(words),
        words.say("adjusted_not_causal"),
        *_carriers(words),
        *_unmeasured(words),
        *dropped(words),
        *absent(words),
        *_unknown(words),
    ]
    return Statements("main_points", tuple(points), language=words.language)


def widest(gaps: pd.DataFrame) -> pd.Series | None:
    """Return the group whose adjusted ratio is farthest from 1; None where there is none."""
    known = gaps.dropna(subset=["adjusted_ratio"])
    if known.empty:
        return None
    return known.loc[np.log(known["adjusted_ratio"]).abs().idxmax()]


def _widest(words: AdjustedWords) -> list[str]:
    row = widest(words.findings.gaps)
    if row is None:
        return [words.say("adjusted_none")]
    return [
        words.say(
            "adjusted_headline" if words.findings.fitted.covariates else "adjusted_headline_alone",
            people=words.people(row["group"]),
            unadjusted=words.number(row["unadjusted_ratio"], "ratio"),
            adjusted=words.number(row["adjusted_ratio"], "ratio"),
            interval=words.limits(row["adjusted_ratio_lower"], row["adjusted_ratio_upper"], "ratio"),
        )
    ]


def _comparisons(words: AdjustedWords) -> list[str]:
    """Say for which groups a difference is left, by the adjusted p-values, and for which none is clear."""
    gaps = words.findings.gaps
    return [
        words.say(
            f"adjusted_found_{direction}", groups=words.join(_with_ratios(words, row) for _, row in rows.iterrows())
        )
        for direction in ("higher", "lower", "no_clear_difference")
        if len(rows := gaps[gaps["direction"] == direction])
    ]


def _with_ratios(words: AdjustedWords, row: pd.Series) -> str:
    return words.say(
        "adjusted_with_ratios",
        people=words.people(row["group"]),
        unadjusted=words.number(row["unadjusted_ratio"], "ratio"),
        adjusted=words.number(row["adjusted_ratio"], "ratio"),
    )


def _carriers(words: AdjustedWords) -> list[str]:
    """Say which covariates can themselves be ways in which the disparity comes about."""
    known = words.findings.evidence.covariates
    carriers = {id: known[id].may_carry for id in words.findings.fitted.covariates}
    return [
        words.say("adjusted_may_carry", covariate=words.covariate(id), reason=reason.within(words.language))
        for id, reason in carriers.items()
        if reason is not None
    ]


def _unmeasured(words: AdjustedWords) -> list[str]:
    """Say what something unmeasured would have to be like to explain the widest clear ratio away."""
    gaps = words.findings.gaps
    row = widest(gaps[gaps["direction"].isin(["higher", "lower"])])
    if row is None:
        return []
    return [
        words.say(
            "adjusted_unmeasured",
            people=words.people(row["group"]),
            e_value=words.number(row["e_value"], "ratio"),
            limit=words.number(row["e_value_limit"], "ratio"),
        )
    ]


def dropped(words: AdjustedWords) -> list[str]:
    """Say which covariates could not be taken into account, and why."""
    return [
        words.say(
            "adjusted_dropped",
            covariate=words.covariate(gone.name),
            reason=words.why(gone.name, gone.code, gone.level),
        )
        for gone in words.findings.fitted.dropped
    ]


def absent(words: AdjustedWords) -> list[str]:
    """Say which groups are not compared, and why; people whose group is not known have a sentence of their own."""
    groups = words.findings.groups
    return words.by_reason(groups[groups["group"] != words.card.group.unknown], "adjusted_absent")


def _unknown(words: AdjustedWords) -> list[str]:
    """Say of how many the group is not known, and how often they have the outcome."""
    groups, code = words.findings.groups.set_index("group"), words.card.group.unknown
    if code is None or not groups.loc[code, "people"] > 0:
        return []
    row, total = groups.loc[code], groups["people"].sum()
    return [
        words.say(
            "adjusted_unknown",
            share=words.number(row["people"] / total, "percent"),
            outcome_share=words.number(row["share"], "percent"),
        )
    ]


@in_each_language
def describe_limits(words: AdjustedWords) -> Statements:
    """Return how sure one can be: no cause is shown, what may carry the disparity, and the caveats of the card."""
    points = [
        words.say("adjusted_not_causal"),
        *_carriers(words),
        *(caveat.within(words.language) for caveat in words.card.caveats),
        *_no_outcome(words),
        *dropped(words),
        *absent(words),
        words.say("adjusted_assumes"),
        words.say("adjusted_overlap"),
    ]
    return Statements("limits", tuple(dict.fromkeys(points)), role="cautions", language=words.language)


def _no_outcome(words: AdjustedWords) -> list[str]:
    """Say how many were left out because their outcome is not known."""
    count, policy = words.findings.evidence.no_outcome, words.findings.evidence.policy
    if not count:
        return []
    if policy is not None and count < (policy.threshold or 0):
        return [words.say("adjusted_no_outcome_few", threshold=int(policy.threshold or 0))]
    return [words.say("adjusted_no_outcome", people=words.number(count, "count"))]


@in_each_language
def describe_methods(words: AdjustedWords) -> Statements:
    """Return the methods of the figures."""
    request = words.findings.request
    lines = [
        words.say(f"adjusted_model_{request.model}"),
        words.say("adjusted_method_standard"),
        words.say(f"dataset_correction_{request.correction}", alpha=f"{1 - request.confidence:.2g}"),
        words.say("adjusted_method_e_value"),
        *([words.say("adjusted_method_crossings")] if request.second is not None else []),
        words.say("adjusted_method_small", least=request.fewest_people),
        words.say("adjusted_method_dropped"),
    ]
    return Statements("methods", tuple(lines), role="methods", language=words.language)


@in_each_language
def list_sources(words: AdjustedWords) -> Statements:
    """Return the data with publisher, licence and the digest of the file, and the disclosure policy."""
    return words.sources()
