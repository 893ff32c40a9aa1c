"""The sentences of a survey review: main points, limits, methods and sources, all made from the results."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.survey.wording import SurveyWords, in_each_language

__all__ = ["describe_limits", "describe_methods", "list_sources", "main_points", "show_question"]

# A share above it has a small standard error for its size, whatever the sample.
_NEAR_ALL = 0.8


@in_each_language
def show_question(words: SurveyWords) -> Statements:
    """Return the question that the review was asked."""
    return words.question()


@in_each_language
def main_points(words: SurveyWords) -> Statements:
    """Return the answer in a few sentences: who, how much, how firm it is, and for whom there is none."""
    points = [*_highest(words), *_comparisons(words), *_test(words), *_imprecise(words), *absent(words), missing(words)]
    return Statements("main_points", tuple(points), language=words.language)


def _highest(words: SurveyWords) -> list[str]:
    known = words.findings.estimates.dropna(subset=["estimate"]).set_index("group", drop=False)
    known = known[known["group"].isin(words.card.group.comparable)]
    if known.empty:
        return [words.say("survey_nothing")]
    top, low = known.loc[known["estimate"].idxmax()], known.loc[known["estimate"].idxmin()]
    reference = words.findings.evidence.reference_group
    other = low if top["group"] == reference or reference not in known.index else known.loc[reference]
    return [
        words.of_kind(
            "highest",
            people=words.people(top["group"]),
            value=words.number(top["estimate"], words.style),
            interval=words.interval(top, words.style),
            other_people=words.people(other["group"]),
            other_value=words.number(other["estimate"], words.style),
        )
    ]


def _comparisons(words: SurveyWords) -> list[str]:
    """Say which groups differ clearly from the reference, by the adjusted p-values, and which do not."""
    gaps = words.findings.gaps
    return [
        words.say(f"survey_found_{direction}", groups=words.join(_with_gap(words, row) for _, row in rows.iterrows()))
        for direction in ("higher", "lower", "no_clear_difference")
        if len(rows := gaps[gaps["direction"] == direction])
    ]


def _with_gap(words: SurveyWords, row: pd.Series) -> str:
    return words.of_kind(
        "with_gap",
        people=words.people(row["group"]),
        difference=words.number(row["difference"], words.gap_style),
        interval=words.limits(row["difference_lower"], row["difference_upper"], words.gap_style),
    )


def _test(words: SurveyWords) -> list[str]:
    """Say what the test of all groups together found."""
    test = words.findings.test
    if test is None:
        return []
    clear = test.p_value < 1 - words.findings.request.confidence
    single = words.findings.gaps["direction"].isin(["higher", "lower"]).any()
    id = "survey_test_clear" if clear else "survey_test_but" if single else "survey_test_unclear"
    return [words.say(id, p=words.number(test.p_value, "p"))]


def _imprecise(words: SurveyWords) -> list[str]:
    weak = words.findings.estimates
    weak = weak[weak["band"] == "unreliable"]
    return [words.say("survey_imprecise", groups=words.all_people(weak["group"]))] if len(weak) else []


def absent(words: SurveyWords) -> list[str]:
    """Say of whom there is no estimate, and why."""
    return words.by_reason(words.findings.estimates, "survey_absent")


def missing(words: SurveyWords) -> str:
    """Say how many did not answer, and where most did not."""
    frame, rows = words.findings.frame, words.findings.estimates
    if np.isnan(frame.people):
        return words.say("survey_missing_hidden")
    share = words.number(1 - frame.answered / frame.people, "percent")
    known = rows[rows["missing"].notna()].set_index("group")["missing"]
    if known.empty:
        return words.say("survey_missing", share=share)
    return words.say(
        "survey_missing_most",
        share=share,
        people=words.people(str(known.idxmax())),
        highest=words.number(known.max(), "percent"),
    )


@in_each_language
def describe_limits(words: SurveyWords) -> Statements:
    """Return how sure one can be: the caveats of the card, who is missing, and what weights cannot mend."""
    shares = words.findings.estimates["estimate"]
    near_all = words.kind == "share" and bool((shares > _NEAR_ALL).any())
    points = [
        *(caveat.within(words.language) for caveat in words.card.caveats),
        *(words.phrase(check) for check in words.findings.evidence.checks),
        *absent(words),
        *([words.say("survey_near_all")] if near_all else []),
        words.say("survey_answering"),
        words.say("survey_recorded"),
        words.say("not_causes"),
    ]
    return Statements("limits", tuple(dict.fromkeys(points)), role="cautions", language=words.language)


@in_each_language
def describe_methods(words: SurveyWords) -> Statements:
    """Return the methods as the results themselves name them."""
    findings = words.findings
    method = words.phrase(str(findings.estimates["method"].iloc[0]))
    lines = [words.of_kind("method", method=method), words.say("survey_method_gaps"), _method_test(words)]
    correction = findings.request.correction
    lines.append(words.say(f"dataset_correction_{correction}", alpha=f"{1 - findings.request.confidence:.2g}"))
    lines.append(words.say("survey_method_quality"))
    lines.append(words.say("survey_method_small", least=findings.request.fewest_people))
    return Statements("methods", tuple(line for line in lines if line), role="methods", language=words.language)


def _method_test(words: SurveyWords) -> str:
    test = words.findings.test
    if test is None:
        return words.of_kind("method_no_test")
    free = words.number(np.round(test.denominator_df, 1), "rate")
    return words.say(
        "survey_method_test",
        statistic=words.number(test.statistic, "rate"),
        first=words.number(test.numerator_df, "rate"),
        second=free,
        p=words.number(test.p_value, "p"),
    )


@in_each_language
def list_sources(words: SurveyWords) -> Statements:
    """Return the survey with publisher, licence and the digest of the file, and the disclosure policy."""
    return words.sources()
