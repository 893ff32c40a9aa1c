"""The exhibits of a profile: who lives here, in broad and in detail, what figures could show, and which there are."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.present.charts.marks import Mark, bars_by_group, marks_by_group
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.profile.evidence import Voice, published_for
from arwap_analysis.review.profile.wording import ProfileWords, in_each_language
from arwap_analysis.review.source_words import short_line

__all__ = ["ENOUGH_PEOPLE", "show_detectable", "show_groups", "show_indicators", "show_people"]

ENOUGH_PEOPLE = 100
"""From this many residents on it is said of a group that it is more or less common here than in Wales."""


def _columns(words: ProfileWords, *columns: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, words.say(f"profile_column_{id}"), style) for id, name, style in columns)


@in_each_language
def show_people(words: ProfileWords) -> Exhibit:
    """Return the high-level groups at both censuses, with Wales beside them."""
    largest = words.largest
    frame = words.findings.people.assign(
        group_label=[words.broad.group(code).short(words.language) for code in words.findings.people["group"]]
    )
    second = frame[frame["group"] != largest].sort_values("count").iloc[-1]
    people = words.broad.group(largest).people(words.language)
    values = "; ".join(
        words.say(
            "profile_people_value",
            group=row.group_label,
            first=words.number(row.share_before, "percent"),
            last=words.number(row.share, "percent"),
            wales=words.number(row.share_wales, "percent"),
        )
        for row in frame.itertuples()
    )
    table = release_open(frame)
    return Exhibit(
        language=words.language,
        id="people",
        title=words.say(
            "profile_people_title",
            largest=people,
            people=words.broad.group(second["group"]).people(words.language),
            share=words.number(second["share"], "percent"),
            wales=words.number(second["share_wales"], "percent"),
        ),
        subtitle=words.say("profile_people_subtitle", largest=people),
        alt=words.say("profile_people_alt", values=values),
        caption=words.say("profile_caption_people"),
        source=words.census_line(detailed=False),
        table=table,
        columns=_columns(
            words,
            ("group", "group_label", "text"),
            ("before", "count_before", "count"),
            ("now", "count", "count"),
            ("change", "relative_change", "change"),
            ("share_before", "share_before", "percent"),
            ("share", "share", "percent"),
            ("wales", "share_wales", "percent"),
            ("of_wales", "share_of_wales", "percent"),
        ),
        svg=marks_by_group(
            table,
            styles=words.styles(largest),
            marks=(
                Mark("share_before", words.say("profile_mark_before"), "o", hollow=True),
                Mark("share", words.say("profile_mark_now"), "o", side="above"),
                Mark("share_wales", words.say("profile_mark_wales"), "D", hollow=True),
            ),
            axis=words.say("profile_axis_share"),
            style="percent",
            absent="",
            language=words.language,
        ),
        caution=words.say("profile_people_caution"),
    )


def standing_out(words: ProfileWords) -> pd.Series | None:
    """Return the detailed group that is most over-represented here, of those with enough residents, if there is one."""
    groups = words.findings.groups
    there = groups[(groups["count"] >= ENOUGH_PEOPLE) & (groups["count"] < groups["count"].max())]
    return there.loc[there["quotient"].idxmax()] if len(there) else None


@in_each_language
def show_groups(words: ProfileWords) -> Exhibit:
    """Return the detailed groups of the latest census, with how common each is in Wales."""
    groups = words.findings.groups
    labels = {code: words.detailed.group(code).short(words.language) for code in groups["group"]}
    few = words.say("profile_few_note")
    frame = groups.assign(group_label=groups["group"].map(labels), note=groups["few"].map({True: few, False: ""}))
    frame = frame.sort_values("count", ascending=False, kind="stable").reset_index(drop=True)
    biggest = str(frame["group"].iloc[0])
    people = words.detailed.group(biggest).people(words.language)
    drawn = {code: label for code, label in labels.items() if code != biggest}
    values = "; ".join(
        words.say(
            "profile_group_value",
            group=row.group_label,
            count=words.number(row.count_, "count"),
            expected=words.number(row.expected, "count"),
        )
        for row in frame.rename(columns={"count": "count_"}).iloc[1:].itertuples()
    )
    found = standing_out(words)
    if found is None:
        title = words.say("profile_groups_title_none", enough=ENOUGH_PEOPLE, largest=people)
    else:
        title = words.say(
            "profile_groups_title",
            people=words.detailed.group(found["group"]).people(words.language),
            ratio=words.number(found["quotient"], "ratio"),
        )
    table = release_open(frame)
    return Exhibit(
        language=words.language,
        id="groups",
        title=title,
        subtitle=words.say("profile_groups_subtitle", largest=people),
        alt=words.say("profile_groups_alt", values=values),
        caption=words.say("profile_caption_groups"),
        source=words.census_line(detailed=True),
        table=table,
        columns=_columns(
            words,
            ("group", "group_label", "text"),
            ("residents", "count", "count"),
            ("per_thousand", "per_thousand", "rate"),
            ("wales_per_thousand", "wales_per_thousand", "rate"),
            ("quotient", "quotient", "ratio"),
            ("of_wales", "share_of_wales", "percent"),
            ("note", "note", "text"),
        ),
        svg=bars_by_group(
            table,
            labels=drawn,
            notes={row.group: words.say("profile_few") for row in frame.itertuples() if row.few},
            compared=words.say("profile_mark_expected"),
            axis=words.say("profile_axis_count"),
            language=words.language,
        ),
        caution=words.say("profile_groups_caution"),
    )


def most_frequent(words: ProfileWords) -> tuple[Voice, pd.DataFrame] | None:
    """Return the indicator whose events are most frequent, the best case for small numbers, and its rows."""
    known = words.findings.detectable.dropna(subset=["one_year"])
    if known.empty:
        return None
    id = str(known.loc[known["reference_rate"].idxmax(), "indicator"])
    (voice,) = (v for v in words.findings.evidence.voices if v.evidence.card.id == id)
    return voice, known[known["indicator"] == id]


def _indicator_titles(words: ProfileWords) -> dict[str, str]:
    return {v.evidence.card.id: v.evidence.card.title.within(words.language) for v in words.findings.evidence.voices}


@in_each_language
def show_detectable(words: ProfileWords) -> Exhibit:
    """Return the smallest ratio that figures for the area could tell from no difference, were they published."""
    found = most_frequent(words)
    detectable = words.findings.detectable
    frame = detectable.assign(
        indicator_label=detectable["indicator"].map(_indicator_titles(words)),
        group_label=[words.broad.group(code).short(words.language) for code in detectable["group"]],
    )
    voice = found[0] if found else words.findings.evidence.voices[0]
    reference = voice.evidence.reference_group
    shared = {
        "reference_people": voice.evidence.classification.group(reference).people(words.language),
        "event": voice.evidence.card.numerator.counts.within(words.language),
        "place": published_for(voice).within(words.language),
        "period": words.period(voice.evidence.focus_period),
    }
    title, svg, values = words.say("profile_detectable_title_none"), None, ""
    if found:
        rows = found[1]
        smallest = rows.loc[rows["count"].idxmin()]
        title = words.say(
            "profile_detectable_title",
            people=words.broad.group(smallest["group"]).people(words.language),
            ratio=words.number(smallest["one_year"], "ratio"),
        )
        values = "; ".join(
            words.say(
                "profile_detectable_value",
                group=words.broad.group(row.group).short(words.language),
                one_year=words.number(row.one_year, "ratio"),
                pooled=words.number(row.pooled, "ratio"),
            )
            for row in rows.itertuples()
        )
        svg = marks_by_group(
            words.findings.show(rows),
            styles=words.styles(reference),
            marks=(
                Mark("pooled", words.say("profile_mark_pooled"), "o", hollow=True, side="left"),
                Mark("one_year", words.say("profile_mark_one_year"), "o", side="right"),
            ),
            axis=words.say("profile_axis_ratio", **shared),
            style="ratio",
            absent=words.say("profile_no_ratio"),
            log=True,
            language=words.language,
        )
    return Exhibit(
        language=words.language,
        id="detectable",
        title=title,
        subtitle=words.say("profile_detectable_subtitle", **shared),
        alt=words.say("profile_detectable_alt", values=values),
        caption=words.say("profile_caption_detectable"),
        source=short_line(words, (s.card for s in (words.findings.evidence.broad, *voice.evidence.sources))),
        table=words.findings.show(frame),
        columns=_columns(
            words,
            ("indicator", "indicator_label", "text"),
            ("group", "group_label", "text"),
            ("residents", "count", "count"),
            ("expected", "expected", "rate"),
            ("one_year", "one_year", "ratio"),
            ("pooled", "pooled", "ratio"),
        ),
        svg=svg,
        caution=words.say("profile_detectable_caution", **shared),
    )


@in_each_language
def show_indicators(words: ProfileWords) -> Exhibit:
    """Return every indicator of the catalogue with whether it has figures for the area."""
    voices = words.findings.evidence.voices
    rows = []
    for voice in voices:
        place = published_for(voice).within(words.language)
        speaks = words.say("profile_speaks_yes") if voice.speaks else words.say("profile_speaks_no", place=place)
        title = voice.evidence.card.title.within(words.language)
        rows.append({"indicator": voice.evidence.card.id, "indicator_label": title, "speaks": speaks, "place": place})
    number = sum(voice.speaks for voice in voices)
    id = "profile_voices_title" if number else "profile_voices_title_silent"
    return Exhibit(
        language=words.language,
        id="indicators",
        title=words.say(id, all=len(voices), speaks=number),
        subtitle=words.say("profile_voices_subtitle"),
        caption=words.say("profile_caption_voices"),
        source=short_line(words, (voice.evidence.numerator.card for voice in voices)),
        table=words.findings.show(pd.DataFrame(rows, columns=["indicator", "indicator_label", "speaks", "place"])),
        columns=_columns(words, ("indicator", "indicator_label", "text"), ("speaks", "speaks", "text")),
        caution=words.say("profile_voices_caution"),
    )
