"""The sentences of a review: main points, how sure we are, methods and sources, all made from the results."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.analyse import FEW_EVENTS
from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.registry import get_measure
from arwap_analysis.review.evidence import Findings
from arwap_analysis.review.source_words import full_lines
from arwap_analysis.review.wording import Wording, in_each_language
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["describe_limits", "describe_methods", "list_sources", "main_points", "show_question"]

# Where a group would need more than this ratio to be noticed, the data cannot answer the question for it.
_BLIND_ABOVE = 2.0


@in_each_language
def show_question(words: Wording) -> Statements:
    """Return the question that the review was asked."""
    question = words.findings.evidence.request.question.within(words.language)
    return Statements("question", (question,), role="question", language=words.language)


@in_each_language
def main_points(words: Wording) -> Statements:
    """Return the answer in a few sentences: who, how much, whether it changes, and how firm it is."""
    points = [
        _highest(words),
        *_comparisons(words),
        *_changes(words),
        _population_effect(words),
        *_unknown(words),
    ]
    return Statements("main_points", tuple(point for point in points if point), language=words.language)


def focus(frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Return the rows of the period that the review is about, one a group."""
    return frame[frame["period"] == findings.evidence.focus_period]


def ratios(findings: Findings) -> pd.DataFrame:
    """Return the rate ratios of the focus period, by group."""
    rows = focus(findings.gaps, findings)
    return rows[rows["measure"] == "rate_ratio"].set_index("group", drop=False)


def _highest(words: Wording) -> str:
    findings = words.findings
    rates = focus(findings.rates, findings).dropna(subset=["estimate"]).set_index("group", drop=False)
    if rates.empty:
        return words.say("no_rates")
    top = rates.loc[rates["estimate"].idxmax()]
    values = {
        "people": words.people(top["group"]),
        "rate": words.number(top["estimate"], "rate"),
        "interval": words.interval(top, "rate"),
    }
    reference = findings.evidence.reference_group
    if top["group"] == reference:
        return words.say("highest_rate_is_reference", **values)
    gap = ratios(findings).loc[top["group"]]
    if pd.isna(gap["estimate"]):
        return words.say("highest_rate_no_ratio", reason=words.lower_first(words.phrase(gap["reason"])), **values)
    return words.say(
        "highest_rate",
        ratio=words.number(gap["estimate"], "ratio"),
        reference_rate=words.number(rates.loc[reference, "estimate"], "rate"),
        **values,
    )


def _comparisons(words: Wording) -> list[str]:
    """Say which groups differ clearly, by the adjusted p-values, and which do not."""
    rows = ratios(words.findings)
    if rows.empty:
        return []
    clear = rows["p_adjusted"] < 1 - words.findings.evidence.request.confidence
    known = rows["estimate"].notna()
    kinds = {
        "clearly_higher": rows[clear & (rows["estimate"] > 1)].sort_values("estimate", ascending=False),
        "clearly_lower": rows[clear & (rows["estimate"] < 1)].sort_values("estimate"),
        "no_clear_difference": rows[known & ~(clear & (rows["estimate"] != 1))],
        "not_comparable": rows[~known],
    }
    sentences = {id: words.say(id, groups=_with_ratios(words, found)) for id, found in kinds.items() if len(found)}
    if "no_clear_difference" in sentences:
        undecided = kinds["no_clear_difference"]["group"].tolist()
        sentences["no_clear_difference"] = " ".join([sentences["no_clear_difference"], *_detectable(words, undecided)])
    return list(sentences.values())


def _detectable(words: Wording, groups: list[str]) -> list[str]:
    """Say what the data could have shown of groups without a clear difference, and for whom they show nothing."""
    rows = focus(words.findings.detectable, words.findings).set_index("group").loc[groups]
    rows = rows[rows["upper"].notna()]
    blind = rows["upper"] > _BLIND_ABOVE
    sentences = []
    ranges = [
        words.say(
            "detectable" if pd.notna(row["lower"]) else "detectable_above",
            people=words.people(str(code)),
            low=words.number(row["lower"], "ratio") if pd.notna(row["lower"]) else "",
            high=words.number(row["upper"], "ratio"),
        )
        for code, row in rows[~blind].iterrows()
    ]
    if ranges:
        sentences.append(words.say("not_shown_equal", ranges="; ".join(ranges)))
    if blind.any():
        sentences.append(words.say("cannot_answer", groups=words.all_people(rows.index[blind])))
    return sentences


def _with_ratios(words: Wording, rows: pd.DataFrame) -> str:
    return words.join(
        words.people(row["group"])
        if pd.isna(row["estimate"])
        else words.say(
            "group_with_ratio",
            people=words.people(row["group"]),
            ratio=words.number(row["estimate"], "ratio"),
            interval=words.interval(row, "ratio"),
        )
        for _, row in rows.iterrows()
    )


def _changes(words: Wording) -> list[str]:
    """Say for which groups the gap widened, narrowed, or did not clearly change."""
    trends = words.findings.trends
    relative = trends[trends["scale"] == "relative"]
    sentences = []
    for direction in ("widening", "closing", "reversed", "no_clear_change"):
        rows = relative[relative["direction"] == direction]
        if len(rows):
            groups = words.join(_with_trend(words, row) for _, row in rows.iterrows())
            sentences.append(words.say(f"gap_{direction}", groups=groups))
    untested = relative[relative["direction"] == "not_assessed"]
    if len(untested):
        sentences.append(
            words.say(
                "gap_not_assessed",
                groups=words.all_people(untested["group"]),
                reason=words.lower_first(words.phrase(untested["reason"].iloc[0])),
            )
        )
    absolute = trends[trends["scale"] == "absolute"].set_index("group")["direction"]
    other = relative["group"].map(absolute).where(lambda verdict: verdict != relative["direction"].to_numpy())
    for direction in ("widening", "closing", "reversed", "no_clear_change"):
        groups_there = relative.loc[other == direction, "group"]
        if len(groups_there):
            sentences.append(words.say(f"difference_{direction}", groups=words.all_people(groups_there)))
    return sentences


def _with_trend(words: Wording, row: pd.Series) -> str:
    return words.say(
        "group_with_trend",
        people=words.people(row["group"]),
        fitted_first=words.number(row["fitted_first"], "ratio"),
        fitted_last=words.number(row["fitted_last"], "ratio"),
        annual=words.number(row["estimate"] - 1, "change"),
        interval=words.limits(row["lower"] - 1, row["upper"] - 1, "percent"),
    )


def _population_effect(words: Wording) -> str:
    """Say what another population does to the largest ratio, where the card has another one."""
    rows = focus(words.findings.choices, words.findings)
    main = rows[rows["choice"] == "main"].set_index("group")["estimate"].dropna()
    other = rows[rows["choice"] == "population"].set_index("group")["estimate"].dropna()
    shared = main.index.intersection(other.index)
    if shared.empty:
        return ""
    group = main.loc[shared].idxmax()
    return words.say(
        "trend_population",
        people=words.people(group),
        ratio=words.number(main[group], "ratio"),
        other_ratio=words.number(other[group], "ratio"),
    )


def _unknown(words: Wording) -> list[str]:
    """Say how many are of unknown ethnicity, and for whom they could change the answer."""
    findings = words.findings
    share = focus(findings.completeness, findings)
    if share.empty or pd.isna(share["estimate"].iloc[0]):
        return [words.unknown_absent()]
    first = share.iloc[0]
    sentences = [
        words.say(
            "unknown_share",
            unknown=words.number(first["numerator"], "count"),
            total=words.number(first["denominator"], "count"),
            share=words.number(first["estimate"], "percent"),
        )
    ]
    clear = ratios(findings)
    clear = clear[clear["p_adjusted"] < 1 - findings.evidence.request.confidence]
    rows = focus(findings.choices, findings)
    bounds = rows[rows["choice"] == "unknown"].set_index("group", drop=False)
    higher = [g for g in clear.index[clear["estimate"] > 1] if bounds.loc[g, "lower"] > 1]
    fragile = [g for g in bounds.index if bounds.loc[g, "lower"] <= 1 <= bounds.loc[g, "upper"]]
    if higher:
        sentences.append(words.say("unknown_robust", groups=words.all_people(higher)))
    if fragile:
        sentences.append(words.say("unknown_fragile", groups=words.all_people(fragile)))
    return [" ".join(sentences)]


@in_each_language
def describe_limits(words: Wording) -> Statements:
    """Return how sure one can be: small numbers, absent groups, rounding, and the caveats of every card."""
    evidence = words.findings.evidence
    points = [
        *(caveat.within(words.language) for caveat in evidence.card.caveats),
        _small_numbers(words),
        _absent(words),
        _rounding(words),
        _dispersion(words),
    ]
    points += [caveat.within(words.language) for source in evidence.sources for caveat in source.card.caveats]
    points += [_hidden(words), words.say("not_causes")]
    once = tuple(dict.fromkeys(p.strip() for p in points if p))
    return Statements("limits", once, role="cautions", language=words.language)


def _small_numbers(words: Wording) -> str:
    rows = focus(words.findings.rates, words.findings)
    few = rows.loc[(rows["status"] == "low_reliability") & rows["estimate"].notna(), "group"]
    if few.empty:
        return words.say("small_numbers_none", few=FEW_EVENTS)
    return words.say("small_numbers", few=FEW_EVENTS, groups=words.all_people(few))


def _absent(words: Wording) -> str:
    rows = words.findings.evidence.table
    gone = rows.groupby("group", sort=False)["numerator"].apply(lambda counts: counts.isna().all())
    return words.say("absent_groups", groups=words.all_people(gone.index[gone])) if gone.any() else ""


def _rounding(words: Wording) -> str:
    rows = focus(words.findings.choices, words.findings)
    bounds = rows[(rows["choice"] == "rounding") & rows["lower"].gt(0) & rows["upper"].notna()]
    if bounds.empty:
        return ""
    widest = bounds.loc[(bounds["upper"] / bounds["lower"]).idxmax()]
    return words.say(
        "rounding_effect",
        people=words.people(widest["group"]),
        lower=words.number(widest["lower"], "ratio"),
        upper=words.number(widest["upper"], "ratio"),
    )


def _dispersion(words: Wording) -> str:
    trends = words.findings.trends
    largest = trends.loc[trends["scale"] == "relative", "dispersion"].max()
    return words.say("dispersion", dispersion=words.number(largest, "rate")) if largest > 1 else ""


def _hidden(words: Wording) -> str:
    group = words.findings.evidence.classification.group(words.findings.evidence.reference_group)
    hides = group.hides if words.language == FIRST_LANGUAGE else group.hides_cy
    return words.say("hidden", group=group.short(words.language), hides=hides)


@in_each_language
def describe_methods(words: Wording) -> Statements:
    """Return the methods as the results themselves name them."""
    findings = words.findings
    confidence = words.common["confidence"]
    rates = words.phrase(findings.rates["method"].iloc[0])
    lines = [words.say("method_rates", method=rates, confidence=confidence)]
    for frame, id in ((findings.gaps, "method_gaps"), (findings.trends, "method_trend")):
        for name, rows in frame.groupby("measure", sort=False):
            measure = get_measure(str(name))
            label = measure.label_en if words.language == FIRST_LANGUAGE else measure.label_cy
            lines.append(words.say(id, label=label, method=words.phrase(rows["method"].iloc[0])))
    alpha = f"{1 - findings.evidence.request.confidence:.2g}"
    lines += [words.say("method_verdict", alpha=alpha), words.say("method_choices")]
    return Statements("methods", tuple(lines), role="methods", language=words.language)


@in_each_language
def list_sources(words: Wording) -> Statements:
    """Return every source with publisher, licence and the digest of the file, and the disclosure policy."""
    lines = full_lines(words, words.findings.evidence.sources)
    return Statements("sources", (*lines, *_protection(words)), role="sources", language=words.language)


def _protection(words: Wording) -> list[str]:
    """Say how the figures were protected, what it cost, and what the attack on them found."""
    protected = words.findings.evidence.protected
    if protected is None:
        return [words.phrase(OPEN_DATA.statement)]
    said = (*protected.policy.sentences, *protected.actions, protected.audit.statement)
    return [" ".join(words.phrase(sentence) for sentence in said)]
