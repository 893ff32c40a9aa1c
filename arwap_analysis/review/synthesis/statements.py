"""The sentences of a synthesis: the question, the main points, certainty, limits, methods and sources."""

from __future__ import annotations

import numpy as np

from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.present.dates import write_date
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.synthesis.wording import Wording, in_each_language, shown_effect

__all__ = [
    "describe_limits",
    "describe_methods",
    "list_sources",
    "main_points",
    "show_question",
    "state_certainty",
]


@in_each_language
def show_question(words: Wording) -> Statements:
    """Return the question as it was asked."""
    question = words.findings.evidence.request.question.within(words.language).strip()
    return Statements("question", (question,), role="question", language=words.language)


@in_each_language
def main_points(words: Wording) -> Statements:
    """Return what the sources say together, how far they differ, and of whom they speak."""
    points = [*_answer(words), *_spread(words), _wales(words), _certainty(words)]
    return Statements("main_points", tuple(points), language=words.language)


def _answer(words: Wording) -> list[str]:
    """Say the pooled effect, and whether it is clear."""
    random = words.findings.random
    if random is None:
        return [words.say("synthesis_nothing_pooled")]
    effect = shown_effect(random)
    said = words.say(
        "synthesis_main_one" if random.n == 1 else "synthesis_main_pooled",
        estimate=words.effect(effect["estimate"]),
        interval=words.between(effect["lower"], effect["upper"]),
    )
    if np.isnan(effect["lower"]):
        return [said]
    if words.clear(effect["lower"], effect["upper"]):
        return [f"{said} {words.say('synthesis_main_clear', side=words.side(effect['estimate']))}"]
    return [f"{said} {words.say('synthesis_main_unclear')}"]


def _spread(words: Wording) -> list[str]:
    """Say how far sources differ beyond chance, and what another one would show."""
    random = words.findings.random
    if random is None or np.isnan(random.heterogeneity.i_squared):
        return []
    effect = shown_effect(random)
    points = [words.say("synthesis_main_spread", i_squared=words.per_cent(random.heterogeneity.i_squared))]
    if not np.isnan(effect["prediction_lower"]):
        same = words.clear(effect["prediction_lower"], effect["prediction_upper"])
        points.append(
            words.say(
                "synthesis_main_prediction_same" if same else "synthesis_main_prediction_either",
                interval=words.between(effect["prediction_lower"], effect["prediction_upper"]),
            )
        )
    return [" ".join(points)]


def _wales(words: Wording) -> str:
    wales = sum(source.coverage == "wales" or source.wales_separate for source in words.card.sources)
    detailed = sum(source.ethnic_detail == "detailed" for source in words.card.sources)
    return words.say("synthesis_main_wales", wales=str(wales), detailed=str(detailed))


def _certainty(words: Wording) -> str:
    judged = words.card.certainty
    if judged is None:
        return words.say("synthesis_certainty_none")
    return words.say(
        "synthesis_certainty",
        level=words.say(f"synthesis_level_{judged.level}"),
        judged_by=judged.judged_by.within(words.language),
        date=write_date(judged.judged_on, language=words.language),
    )


@in_each_language
def state_certainty(words: Wording) -> Statements:
    """Return how certain the sources are together, as people judged it; nobody's judgement is not replaced."""
    judged = words.card.certainty
    if judged is None:
        points = [words.say("synthesis_certainty_none"), words.say("synthesis_certainty_how")]
    else:
        points = [_certainty(words), judged.reason.within(words.language)]
        points += [
            words.say(
                "synthesis_concern",
                domain=words.say(f"synthesis_domain_{domain}"),
                step=words.say(f"synthesis_step_{step}"),
            )
            for domain, step in judged.concerns.items()
        ]
    return Statements("certainty", tuple(points), role="cautions", language=words.language)


@in_each_language
def describe_limits(words: Wording) -> Statements:
    """Return what a reader must not conclude: the caveats of the card, who is missing, and what pooling assumes."""
    rows = words.findings.rows
    gone = rows[rows["effect"].isna()]
    points = [caveat.within(words.language) for caveat in words.card.caveats]
    if len(gone):
        listed = "; ".join(
            words.say("synthesis_left_out", source=row["label"], reason=words.phrase(row["reason"]))
            for _, row in gone.iterrows()
        )
        points.append(words.say("synthesis_not_in_pool", sources=listed))
    points += [words.say("synthesis_assumes_independent"), words.say("synthesis_assumes_draw")]
    return Statements("limits", tuple(point.strip() for point in points), role="cautions", language=words.language)


@in_each_language
def describe_methods(words: Wording) -> Statements:
    """Return how effects were made, pooled and tested."""
    request = words.findings.evidence.request
    lines = [
        words.say(f"synthesis_method_effects_{words.card.scale}"),
        words.say(
            "synthesis_method_random",
            method=words.say(f"synthesis_estimator_{request.method}"),
            interval=words.say(f"synthesis_interval_{request.interval}"),
        ),
        words.say("synthesis_method_common"),
        words.say("synthesis_method_spread"),
        words.say("synthesis_method_checks"),
    ]
    return Statements("methods", tuple(lines), role="methods", language=words.language)


@in_each_language
def list_sources(words: Wording) -> Statements:
    """Return every source, where its figures come from, and the digest of the card."""
    evidence = words.findings.evidence
    lines = [
        words.say("synthesis_source", title=source.title, publisher=source.publisher) for source in words.card.sources
    ]
    lines.append(
        words.say(
            "synthesis_card",
            title=words.card.title.within(words.language),
            origin=words.card.origin.within(words.language).strip(),
            licence=words.card.licence.within(words.language),
            compiled=write_date(words.card.compiled, language=words.language),
            digest=evidence.sha256,
        )
    )
    return Statements("sources", (*lines, words.phrase(OPEN_DATA.statement)), role="sources", language=words.language)
