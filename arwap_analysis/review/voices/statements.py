"""The sentences of a report on what people said, and the words that may be quoted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.present.quotations import Quoted
from arwap_analysis.registers.voices import Quotation
from arwap_analysis.review.source_words import digest_in_words, full_lines
from arwap_analysis.review.voices.findings import ONE_CODER
from arwap_analysis.review.voices.wording import VoicesWords, in_each_language
from arwap_analysis.sources import file_digest

__all__ = [
    "describe_collection",
    "describe_limits",
    "describe_methods",
    "describe_withheld",
    "list_sources",
    "main_points",
    "most_raised",
    "show_quotations",
]

# Below it Krippendorff would not have conclusions drawn, not even tentative ones.
_LEAST_ALPHA = 0.667


@in_each_language
def describe_collection(words: VoicesWords) -> Statements:
    """Return what was coded: how much, from when and where, by how many."""
    material, themes = words.findings.material, words.findings.themes
    dates = sorted(date[:4] for date in material.coded.frame["date"])
    years = dates[0] if dates[0] == dates[-1] else words.say("voices_years", first=dates[0], last=dates[-1])
    values = {
        "years": years,
        "codes": len(material.frame.assignable),
        "coders": len(material.coded.coders),
    }
    if pd.isna(themes.everyone):
        first = words.say(f"voices_collection_{words.unit}_no_base", **values)
    else:
        everyone = words.number(themes.everyone, "count")
        excerpts = words.number(material.coded.frame["excerpt"].nunique(), "count")
        first = words.of_kind("voices_collection", everyone=everyone, excerpts=excerpts, **values)
    sources = [words.say("voices_collection_source", source=words.named(source))
               for source in dict.fromkeys(material.coded.frame["source"])]  # fmt: skip
    return Statements("collection", (first, *sources), role="methods", language=words.language)


def most_raised(words: VoicesWords) -> tuple[list[str], float]:
    """Return the codes with the largest count that may be shown, and the count; none where there is no count."""
    totals = words.findings.themes.totals.dropna()
    totals = totals[totals > 0]
    return (list(totals.index[totals == totals.max()]), float(totals.max())) if len(totals) else ([], float("nan"))


@in_each_language
def main_points(words: VoicesWords) -> Statements:
    """Return in a few sentences what was raised, what is quoted, how firm the coding is, and what numbers there are."""
    points = [*_raised(words), _quoted(words), *_agreement(words), _beside(words)]
    return Statements("main_points", tuple(points), language=words.language)


def _raised(words: VoicesWords) -> Iterator[str]:
    themes = words.findings.themes
    codes, count = most_raised(words)
    if not codes:
        yield words.say("voices_top_none")
    else:
        values = {"themes": words.themes(codes), "count": words.number(count, "count")}
        if pd.isna(themes.everyone):
            yield words.say(f"voices_top_{words.unit}_no_base", **values)
        else:
            yield words.of_kind("voices_top", everyone=words.number(themes.everyone, "count"), **values)
    if never := [str(code) for code in themes.totals.index[themes.totals == 0]]:
        yield words.say("voices_never", themes=words.themes(never))


def _quoted(words: VoicesWords) -> str:
    released = words.findings.released
    quoted = words.number(len(_chosen(words)), "count")
    if not words.findings.material.of_people:
        return words.say("voices_quoted_passages", quoted=quoted)
    return words.say("voices_quoted", quoted=quoted, held=words.number(len(released.held_back), "count"))


def _agreement(words: VoicesWords) -> Iterator[str]:
    table = words.findings.agreement
    if (table["reason"] == ONE_CODER).all():
        yield words.say("voices_one_coder")
        return
    known = table.dropna(subset=["estimate"])
    if known.empty:
        yield words.say("voices_agreement_none")
        return
    best, worst = known.loc[known["estimate"].idxmax()], known.loc[known["estimate"].idxmin()]
    yield words.say(
        "voices_agreement_range",
        best=words.themes([best["code"]]),
        best_alpha=words.number(best["estimate"], "ratio"),
        worst=words.themes([worst["code"]]),
        worst_alpha=words.number(worst["estimate"], "ratio"),
    )
    if len(weak := known[known["estimate"] < _LEAST_ALPHA]):
        yield words.say("voices_agreement_weak", themes=words.themes(weak["code"]))


def _beside(words: VoicesWords) -> str:
    table = words.findings.beside
    with_number = table.loc[table["estimate"].notna(), "code"].nunique()
    if not with_number:
        return words.say("voices_beside_none")
    return words.say("voices_beside_some", with_number=with_number, themes=table["code"].nunique())


def _chosen(words: VoicesWords) -> list[tuple[str, Quotation]]:
    """Return the quotations of each theme, as many as asked for, none twice: under its first theme with room."""
    request = words.findings.material.request
    room = Counter[str]()
    chosen = []
    for quotation in words.findings.released.quotations:
        for code in words.findings.material.frame.assignable:
            if code in quotation.codes and room[code] < request.most_quotations:
                room[code] += 1
                chosen.append((code, quotation))
                break
    order = {code: number for number, code in enumerate(words.findings.material.frame.assignable)}
    return sorted(chosen, key=lambda pair: order[pair[0]])


@in_each_language
def show_quotations(words: VoicesWords) -> Statements:
    """Return the quotations that may be shown, theme by theme, in the exact words."""
    quoted = tuple(
        Quoted(quotation.text, quotation.language, _attribution(words, quotation), words.theme(code))
        for code, quotation in _chosen(words)
    )
    if not quoted:
        sentence = words.say("voices_no_quotation")
        return Statements("quotations", (sentence,), role="cautions", language=words.language)
    lines = tuple(words.say("voices_quotation_line", words=q.words, attribution=q.attribution) for q in quoted)
    return Statements("quotations", lines, role="quotations", language=words.language, quoted=quoted)


def _attribution(words: VoicesWords, quotation: Quotation) -> str:
    if quotation.why_no_group:
        return words.say(f"voices_attribution_{quotation.why_no_group}")
    return words.say("voices_attribution", group=words.named(quotation.group), source=words.named(quotation.source),
                     date=quotation.date[:4])  # fmt: skip


@in_each_language
def describe_withheld(words: VoicesWords) -> Statements:
    """Return what is not shown, how much of it, and why; and that a search finds much and never all."""
    if not words.findings.material.of_people:
        lines = [words.say("voices_documents_open")]
    else:
        lines = [*_consents(words), *_held(words), _hidden(words), words.say("voices_search_limits")]
    return Statements("withheld", tuple(lines), role="cautions", language=words.language)


def _consents(words: VoicesWords) -> Iterator[str]:
    findings = words.findings
    without = findings.material.coded.without_consent
    if not without:
        yield words.say("voices_consent_all")
    else:
        yield _at_least(words, "voices_without_consent", without)
    # Where the number of speakers is withheld, this would be a part of it.
    if findings.released.analysis_only and not pd.isna(findings.themes.everyone):
        yield _at_least(words, "voices_analysis_only", findings.released.analysis_only)


def _at_least(words: VoicesWords, id: str, number: int) -> str:
    if number < words.findings.material.card.threshold:
        return words.say(f"{id}_few")
    return words.say(id, number=words.number(number, "count"))


def _held(words: VoicesWords) -> Iterator[str]:
    for reason, id in (
        ("to_review", "voices_held"),
        ("review_lapsed", "voices_held_lapsed"),
        ("redaction_differs", "voices_held_redaction"),
        ("withheld", "voices_held_withheld"),
    ):
        held = [one for one in words.findings.released.held_back if one.reason == reason]
        if held:
            kinds = dict.fromkeys(kind for one in held for kind in one.kinds)
            found = words.join(words.say(f"voices_kind_{kind}") for kind in kinds)
            values = {"kinds": found} if reason == "to_review" else {}
            yield words.say(id, number=words.number(len(held), "count"), **values)


def _hidden(words: VoicesWords) -> str:
    themes = words.findings.themes
    if not themes.hidden:
        return words.say("voices_no_hidden_counts")
    hidden, cells = words.number(len(themes.hidden), "count"), words.number(len(themes.frame), "count")
    return words.say("voices_hidden_counts", hidden=hidden, cells=cells)


@in_each_language
def describe_limits(words: VoicesWords) -> Statements:
    """Return what a reader has to keep in mind, from the card and in general."""
    caveats = [caveat.within(words.language) for caveat in words.findings.material.card.caveats]
    lines = [*caveats, words.say("voices_limit_sample"), words.say("voices_limit_codes")]
    return Statements("limits", tuple(lines), role="cautions", language=words.language)


@in_each_language
def describe_methods(words: VoicesWords) -> Statements:
    """Return how themes were counted, agreement measured and quotations chosen."""
    request = words.findings.material.request
    lines = [
        words.say("voices_method_settled"),
        words.of_kind("voices_method_counted"),
        words.say("voices_method_agreement", draws=words.number(request.draws, "count"), seed=request.seed),
    ]
    if words.findings.material.of_people:
        lines += [words.say("voices_method_quotations"), words.say("voices_method_protection")]
    return Statements("methods", tuple(lines), role="methods", language=words.language)


@in_each_language
def list_sources(words: VoicesWords) -> Statements:
    """Return the file of excerpts and every source of a number beside it, and the rule of protection."""
    material = words.findings.material
    card, language = material.card, words.language
    values = {
        "title": card.title.within(language),
        "publisher": card.publisher.within(language),
        "licence": card.licence.within(language),
        "file": card.file,
        "digest": digest_in_words(words, card, file_digest(material.folder / card.file)),
    }
    if card.obtained is None:
        lines = [words.say("voices_source", **values)]
    else:
        lines = [words.say("voices_source_obtained", obtained=card.obtained.within(language), **values)]
    beside = words.findings.indicators.values()
    lines += full_lines(words, (source for findings in beside for source in findings.evidence.sources))
    rule = words.say("voices_rule") if material.of_people else words.phrase(OPEN_DATA.statement)
    return Statements("sources", (*dict.fromkeys(lines), rule), role="sources", language=language)
