"""The sentences of a profile, made from its results alone."""

from __future__ import annotations

from arwap_analysis.areas import area_codes
from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.profile.evidence import published_for
from arwap_analysis.review.profile.exhibits import most_frequent, standing_out
from arwap_analysis.review.profile.wording import ProfileWords, in_each_language
from arwap_analysis.review.source_words import full_lines
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["describe_limits", "list_sources", "main_points"]


@in_each_language
def main_points(words: ProfileWords) -> Statements:
    """Return who lives here, how that changed, what stands out, and what nobody can see of it."""
    points = [_total(words), _groups(words), _growth(words), _common(words), _spread(words), _voices(words)]
    points.append(_detectable(words))
    return Statements("profile_points", tuple(point for point in points if point), language=words.language)


def _total(words: ProfileWords) -> str:
    people = words.findings.people
    total, before = people["count"].sum(), people["count_before"].sum()
    return words.say(
        "profile_point_total",
        total=words.number(total, "count"),
        total_before=words.number(before, "count"),
        change=words.number(total / before - 1, "change"),
    )


def _groups(words: ProfileWords) -> str:
    rows = words.findings.people.sort_values("count", ascending=False)
    parts = [
        words.say(
            "profile_group_share",
            people=words.broad.group(row.group).people(words.language),
            share=words.number(row.share, "percent"),
            wales=words.number(row.share_wales, "percent"),
        )
        for row in rows.itertuples()
    ]
    return words.say("profile_point_groups", groups=words.join(parts))


def _growth(words: ProfileWords) -> str:
    people = words.findings.people
    row = people.loc[people["change"].idxmax()]
    if row["change"] <= 0:
        return words.say("profile_point_no_growth")
    return words.say(
        "profile_point_growth",
        people=words.broad.group(row["group"]).people(words.language),
        first=words.number(row["count_before"], "count"),
        last=words.number(row["count"], "count"),
    )


def _common(words: ProfileWords) -> str:
    found = standing_out(words)
    if found is None:
        return ""
    return words.say(
        "profile_point_common",
        all=len(words.findings.groups),
        people=words.detailed.group(found["group"]).people(words.language),
        ratio=words.number(found["quotient"], "ratio"),
        count=words.number(found["count"], "count"),
    )


def _spread(words: ProfileWords) -> str:
    people = words.findings.people
    row = people.loc[people["dissimilarity"].idxmax()]
    return words.say(
        "profile_point_spread",
        people=words.broad.group(row["group"]).people(words.language),
        share=words.number(row["dissimilarity"], "percent"),
    )


def _voices(words: ProfileWords) -> str:
    voices = words.findings.evidence.voices
    speaks = sum(voice.speaks for voice in voices)
    if speaks:
        return words.say("profile_point_speaks", all=len(voices), speaks=speaks)
    places = dict.fromkeys(published_for(voice).within(words.language) for voice in voices)
    return words.say("profile_point_silent", all=len(voices), places=words.join(places))


def _detectable(words: ProfileWords) -> str:
    found = most_frequent(words)
    if found is None:
        return words.say("profile_point_detectable_none")
    voice, rows = found
    row = rows.loc[rows["count"].idxmin()]
    return words.say(
        "profile_point_detectable",
        event=voice.evidence.card.numerator.counts.within(words.language),
        people=words.broad.group(row["group"]).people(words.language),
        count=words.number(row["count"], "count"),
        ratio=words.number(row["one_year"], "ratio"),
        pooled=words.number(row["pooled"], "ratio"),
        reference_people=voice.evidence.classification.group(voice.evidence.reference_group).people(words.language),
    )


@in_each_language
def describe_limits(words: ProfileWords) -> Statements:
    """Return what a reader must keep in mind of the counts, of the groups and of the area."""
    evidence, language = words.findings.evidence, words.language
    hidden = "; ".join(
        words.say(
            "profile_hidden_group",
            group=group.short(language),
            hides=group.hides if language == FIRST_LANGUAGE else group.hides_cy,
        )
        for group in words.broad.groups
        if group.kind == "group"
    )
    points = [
        words.say("profile_limit_counts"),
        words.say("profile_limit_age"),
        words.say("profile_limit_roma"),
        words.say("profile_limit_hidden", groups=hidden),
        words.say("profile_limit_area"),
        words.say("profile_limit_dissimilarity", areas=len(area_codes("local_authority"))),
    ]
    points += [c.within(language) for source in (evidence.broad, evidence.detailed) for c in source.card.caveats]
    return Statements("profile_limits", tuple(dict.fromkeys(points)), role="cautions", language=language)


@in_each_language
def list_sources(words: ProfileWords) -> Statements:
    """Return every source with publisher, licence and the digest of the file, and the disclosure policy."""
    lines = full_lines(words, words.findings.evidence.sources)
    return Statements(
        "profile_sources", (*lines, words.phrase(OPEN_DATA.statement)), role="sources", language=words.language
    )
