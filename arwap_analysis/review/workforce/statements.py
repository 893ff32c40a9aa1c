"""The sentences of a workforce report: the question, the main points, limits, methods and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.source_words import digest_in_words
from arwap_analysis.review.workforce.cards import Benchmark, TableCard
from arwap_analysis.review.workforce.pay import covariates_in_words, gap_in_words
from arwap_analysis.review.workforce.protect import ALL
from arwap_analysis.review.workforce.request import TABLES
from arwap_analysis.review.workforce.results import unknown_group
from arwap_analysis.review.workforce.wording import TableWords, Wording, in_each_language
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["describe_limits", "describe_methods", "list_sources", "main_points", "show_question"]


@in_each_language
def show_question(words: Wording) -> Statements:
    """Return the question as it was asked."""
    question = words.findings.evidence.request.question.within(words.language).strip()
    return Statements("question", (question,), role="question", language=words.language)


@in_each_language
def main_points(words: Wording) -> Statements:
    """Return what each table says, and which tables were not given."""
    points = [*_representation(words), *_pipeline(words), *_pay(words), *_quarters(words)]
    points += [
        words.say(f"workforce_absent_{name}") for name in TABLES if getattr(words.findings.evidence, name) is None
    ]
    return Statements("main_points", tuple(points), language=words.language)


def _representation(words: Wording) -> list[str]:
    """Say who is fewer or more than in the population: in all, and at the highest grade."""
    given, table = words.findings.evidence.representation, words.findings.representation
    if given is None or table is None:
        return []
    about, frame = words.about(given), table.frame
    levels = list(dict.fromkeys(frame["level"]))
    asked = [ALL, [level for level in levels if level != ALL][-1]] if ALL in levels else levels
    return [point for level in asked for point in _level_points(words, about, frame[frame["level"] == level], level)]


def _level_points(words: Wording, about: TableWords, frame: pd.DataFrame, level: str) -> list[str]:
    """Say who is fewer or more at one level, who cannot be shown, and how many are of unknown ethnicity."""
    unknown = unknown_group(about.card)
    rows = frame[~frame["group"].isin([about.card.reference_group, unknown])]
    said = _verdicts(about, rows, "workforce_point", ("below", "above", "none"), _share_of)
    known = frame[(frame["group"] == unknown) & frame["estimate"].notna()]
    if len(known):
        said.append(words.say("workforce_point_unknown", share=about.share(known["estimate"].iloc[0])))
    said = said or [words.say("workforce_no_figure")]
    return [about.say("workforce_point", level=about.level(level), verdict=verdict) for verdict in said]


def _verdicts(
    about: TableWords, rows: pd.DataFrame, id: str, order: Sequence[str], one: Callable[[TableWords, pd.Series], str]
) -> list[str]:
    """Return a sentence for each verdict that groups have, and one for those who cannot be shown."""
    said = []
    for verdict in order:
        found = rows[rows["clear"] == verdict]
        if len(found):
            groups = about.words.join(one(about, row) for _, row in found.iterrows())
            said.append(about.say(f"{id}_{verdict}", groups=groups))
    if len(silent := rows[rows["clear"] == "not_assessed"]):
        said.append(about.say(f"{id}_silent", groups=about.all_people(silent["group"])))
    return said


def _share_of(about: TableWords, row: pd.Series) -> str:
    return about.words.say(
        "workforce_share_of",
        group=about.people(row["group"]),
        share=about.share(row["estimate"]),
        benchmark=about.share(row["benchmark"]),
    )


def _pipeline(words: Wording) -> list[str]:
    """Say at which steps the reference group is more likely to go on."""
    given, table = words.findings.evidence.pipeline, words.findings.pipeline
    if given is None or table is None:
        return []
    about, frame = words.about(given), table.frame
    compared = frame[~frame["group"].isin([given.card.reference_group, unknown_group(given.card)])]
    steps = compared.groupby("level", sort=False)
    return [point for level, rows in steps for point in _step_points(about, rows, str(level))]


def _step_points(about: TableWords, rows: pd.DataFrame, level: str) -> list[str]:
    said = _verdicts(about, rows, "workforce_step_point", ("above", "below", "none"), _likelihood)
    return [about.say("workforce_step_point", step=about.level(level), verdict=verdict) for verdict in said]


def _likelihood(about: TableWords, row: pd.Series) -> str:
    words = about.words
    return words.say(
        "workforce_times",
        group=about.people(row["group"]),
        ratio=words.number(row["ratio"], "ratio"),
        interval=words.limits(row["ratio_lower"], row["ratio_upper"], "ratio"),
    )


def _pay(words: Wording) -> list[str]:
    """Say each gap: at the mean, at the median, and of people alike."""
    given, table = words.findings.evidence.pay, words.findings.pay
    if given is None or table is None:
        return []
    about, frame = words.about(given), table.frame
    points = []
    for quantity, rows in frame.groupby("quantity", sort=False):
        gaps = "; ".join(gap_in_words(words, about, row) for _, row in rows.iterrows())
        values = {"covariates": covariates_in_words(words)} if quantity == "adjusted" else {}
        points.append(about.say(f"workforce_pay_point_{quantity}", gaps=gaps, **values))
    return points


def _quarters(words: Wording) -> list[str]:
    given, table = words.findings.evidence.pay_quarters, words.findings.pay_quarters
    if given is None or table is None:
        return []
    about, frame = words.about(given), table.frame
    wide = frame.pivot(index="group", columns="level", values="estimate")
    order = [code for code in dict.fromkeys(frame["group"]) if code != given.card.reference_group]
    shares = "; ".join(
        words.say("workforce_quarters_of", group=about.people(code), low=about.share(wide.loc[code, "lower"]),
                  high=about.share(wide.loc[code, "upper"]))
        for code in order
    )  # fmt: skip
    return [about.say("workforce_quarters_point", shares=shares)]


@in_each_language
def describe_limits(words: Wording) -> Statements:
    """Return what a reader must not conclude: caveats of every card, whom broad groups hide, and causes."""
    points: list[str] = []
    for given in words.findings.evidence.given.values():
        points += [caveat.within(words.language) for caveat in given.card.caveats]
        for code in given.classification.comparable:
            group = given.classification.group(code)
            if len(given.classification.comparable) == 2 and code != given.card.reference_group:
                hides = group.hides if words.language == FIRST_LANGUAGE else group.hides_cy
                points.append(words.say("workforce_hidden", group=group.short(words.language), hides=hides))
    benchmark = words.findings.evidence.representation
    if benchmark is not None:
        points += [caveat.within(words.language) for caveat in benchmark.card.benchmark.caveats]
    points += [words.say("workforce_not_causes"), words.say("workforce_few_people")]
    once = tuple(dict.fromkeys(point.strip() for point in points))
    return Statements("limits", once, role="cautions", language=words.language)


@in_each_language
def describe_methods(words: Wording) -> Statements:
    """Return how the numbers of the tables that were given were made, and how verdicts are reached."""
    findings = words.findings
    lines = [words.say(f"workforce_method_{name}") for name in findings.evidence.given]
    if findings.decomposition is not None:
        lines.append(words.say("workforce_method_decomposition"))
    alpha = f"{1 - findings.evidence.request.confidence:.2g}"
    lines.append(words.say("workforce_method_verdict", alpha=alpha))
    return Statements("methods", tuple(lines), role="methods", language=words.language)


@in_each_language
def list_sources(words: Wording) -> Statements:
    """Return every table with publisher, licence and digest, and under which rule it may be shown."""
    lines = []
    for name, given in words.findings.evidence.given.items():
        card, language = given.card, words.language
        tables: list[tuple[TableCard | Benchmark, tuple[Path, str]]] = [(card, given.files[1])]
        if name == "representation" and words.findings.evidence.representation is not None:
            benchmark = words.findings.evidence.representation.card.benchmark
            tables.append((benchmark, given.files[2]))
        for of, (path, digest) in tables:
            lines.append(
                words.say(
                    "workforce_source", title=of.title.within(language), publisher=of.publisher.within(language),
                    licence=of.licence.within(language), file=path.name, digest=digest_in_words(words, of, digest),
                )
            )  # fmt: skip
        if card.obtained is not None:
            lines.append(words.say("workforce_obtained", title=card.title.within(language),
                                   obtained=card.obtained.within(language)))  # fmt: skip
    return Statements("sources", (*dict.fromkeys(lines), *_policies(words)), role="sources", language=words.language)


def _policies(words: Wording) -> list[str]:
    """Say under which rule the tables are shown, and how many figures are hidden."""
    findings, said = words.findings, []
    for name, given in findings.evidence.given.items():
        table = getattr(findings, name)
        if table.audit is None:
            said.append(words.phrase(table.policy.statement))
            continue
        rule = given.card.policy
        said.append(
            words.say(
                "workforce_protected", title=given.card.title.within(words.language),
                threshold=str(rule.threshold if rule is not None and rule.threshold is not None else np.nan),
                hidden=str(table.audit.hidden),
            )
        )  # fmt: skip
    return list(dict.fromkeys(said))
