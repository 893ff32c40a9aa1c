"""The tables of the monitor: one row a measure, one a measure and group, and one for whatever cannot be followed."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.registers.framework import Chapter, Measure
from arwap_analysis.review.monitor.wording import (
    CHANGE_OF,
    STYLE_OF,
    MonitorWords,
    codes_of,
    in_each_language,
    latest,
    widest,
)
from arwap_analysis.texts import Text

__all__ = ["show_closing", "show_missing", "show_summary"]


@in_each_language
def show_summary(words: MonitorWords) -> Exhibit:
    """Return one row a measure: latest rates, the largest gap, whether gaps are closing, and when."""
    findings = words.findings
    rows = [_summary_row(words, one.entry.measure.id) for one in findings.followed]
    codes = [code for code in codes_of(findings) if any(f"rate_{code}" in row for row in rows)]
    fixed = ["followed", "measure_label", "gap_text", "trend_text", "closing_text"]
    frame = pd.DataFrame(rows, columns=[*fixed, *(f"rate_{code}" for code in codes), "status"])
    return Exhibit(
        language=words.language,
        id="monitor_summary",
        title=_summary_title(words),
        subtitle=words.say("monitor_summary_subtitle"),
        caption=words.say("monitor_caption_summary"),
        source=words.source_line(),
        table=words.findings.show(frame),
        columns=(
            _column(words, "measure", "measure_label"),
            *(Column(f"rate_{code}", words.styles()[code].label, "rate") for code in codes),
            _column(words, "gap", "gap_text"),
            _column(words, "trend", "closing_text"),
        ),
        caution=words.say("monitor_summary_caution"),
    )


def _column(words: MonitorWords, id: str, name: str, style: str = "text", interval_with: str | None = None) -> Column:
    return Column(name, words.say(f"monitor_column_{id}"), style, interval_with)


def _summary_title(words: MonitorWords) -> str:
    findings = words.findings
    if not findings.followed:
        return words.say("monitor_summary_title_empty")
    closing = findings.trends.loc[findings.trends["direction"] == "closing", "followed"].nunique()
    id = "monitor_summary_title_closing" if closing else "monitor_summary_title"
    return words.say(id, closing=closing, followed=len(findings.followed))


def _summary_row(words: MonitorWords, id: str) -> dict[str, object]:
    """Return the row of one measure: its words, and its rate for each group that has one."""
    findings, one = words.findings, words.by_id[id]
    card = one.evidence.card
    rates = latest(findings.levels[findings.levels["followed"] == id], findings).set_index("group")["estimate"]
    trends = findings.trends[findings.trends["followed"] == id]
    return {
        "followed": id,
        "measure_label": words.say(
            "monitor_measure_row",
            measure=words.measure(id),
            period=words.period(one.evidence.focus_period),
            per=words.number(card.per, "count"),
            population=card.denominator.counts.within(words.language),
        ),
        "gap_text": _gap_text(words, id),
        "trend_text": _trend_text(words, trends),
        "closing_text": _closing_text(words, trends),
        "status": "not_collected",
        **{f"rate_{code}": rates[code] for code in one.evidence.classification.comparable if code in rates.index},
    }


def _gap_text(words: MonitorWords, id: str) -> str:
    gaps = words.findings.gaps
    found = widest(latest(gaps[gaps["followed"] == id], words.findings))
    if found.empty:
        return words.say("monitor_no_gap_text")
    row = found.iloc[0]
    said = {"group": words.label(id, row["group"]), "gap": words.gap(row), "interval": words.gap_interval(row)}
    if row["direction"] == "not_assessed":
        return words.say("monitor_gap_text", **said)
    return words.say("monitor_gap_judged", finding=words.say(f"finding_{row['direction']}"), **said)


def _trend_text(words: MonitorWords, trends: pd.DataFrame) -> str:
    """Say for which groups the gap narrows, widens, turned round, or does nothing clear."""
    parts = []
    for direction in ("closing", "widening", "reversed", "no_clear_change", "not_assessed"):
        rows = trends[trends["direction"] == direction]
        if len(rows):
            groups = words.join(words.label(row.followed, row.group) for row in rows.itertuples())
            parts.append(words.say("monitor_verdict_groups", verdict=words.say(f"finding_{direction}"), groups=groups))
    return "; ".join(parts)


def _closing_text(words: MonitorWords, trends: pd.DataFrame) -> str:
    """Say which gaps close, and when; where none does, which clearly widen or turned round."""
    given = trends[trends["closing"].isin(("year", "year_far"))]
    years = [
        words.say("monitor_closing_summary", group=words.label(row["followed"], row["group"]), when=words.closing(row))
        for _, row in given.iterrows()
    ]
    clear = trends[trends["direction"].isin(("widening", "reversed"))]
    return "; ".join(
        [*(years or [words.say("monitor_closing_summary_none")]), *filter(None, [_trend_text(words, clear)])]
    )


@in_each_language
def show_closing(words: MonitorWords) -> Exhibit:
    """Return one row a measure and group: the gap now, its yearly change, the verdict, and the year of closing."""
    findings = words.findings
    place = ["followed", "group"]
    now = latest(findings.gaps, findings).set_index(place) if findings.followed else findings.gaps
    band = latest(findings.quality, findings).set_index(place)["reliability"] if findings.followed else None
    rows = []
    for _, trend in findings.trends.iterrows():
        key = (trend["followed"], trend["group"])
        gap, measure = now.loc[key], str(words.by_id[key[0]].entry.measure.measure)
        change = trend.notna()["estimate"]
        rows.append(
            {
                **{name: trend[name] for name in (*place, "estimate", "lower", "upper", "p_adjusted", "direction")},
                **{name: trend[name] for name in ("closing", "closing_year", "closing_earliest", "closing_latest")},
                "gap": gap["estimate"],
                "gap_lower": gap["lower"],
                "gap_upper": gap["upper"],
                "period": trend["period"],
                "reason": trend["reason"] or gap["reason"],
                "gap_text": words.with_interval(gap, STYLE_OF[measure]),
                "change_text": words.with_interval(trend, CHANGE_OF[measure]) if change else "",
                "verdict": words.say(f"finding_{trend['direction']}"),
                "closing_text": words.closing(trend),
                "reliability": words.phrase(band.loc[key]) if band is not None else "",
                "note": _other_scale(words, *key, trend["direction"]),
            }
        )
    frame = words.named(
        pd.DataFrame(rows, columns=list(rows[0]) if rows else ["followed", "group", "period", "reason"])
    )
    clear = findings.trends[findings.trends["direction"] == "closing"]
    title = "monitor_trend_title_closing" if len(clear) else "monitor_trend_title"
    return Exhibit(
        language=words.language,
        id="monitor_closing",
        title=words.say(title, groups=words.people_and_measures(clear)),
        subtitle=words.say("monitor_trend_subtitle"),
        caption=words.say("monitor_caption_trend"),
        source=words.source_line(),
        table=words.findings.show(frame),
        columns=tuple(
            _column(words, id, name)
            for id, name in (
                ("measure", "measure_label"), ("group", "group_label"), ("now", "gap_text"), ("change", "change_text"),
                ("closing", "closing_text"), ("reliability", "reliability"), ("note", "note"),
            )
            if name in frame
        ),
        caution=words.say("monitor_trend_caution"),
    )  # fmt: skip


def _other_scale(words: MonitorWords, id: str, group: str, direction: str) -> str:
    """Say the verdict on the other scale where it is another one."""
    one = words.by_id[id]
    trends = one.findings.trends
    scale = "absolute" if STYLE_OF[str(one.entry.measure.measure)] == "ratio" else "relative"
    other = trends.loc[(trends["scale"] == scale) & (trends["group"] == group), "direction"].iloc[0]
    if other == direction:
        return ""
    id = "monitor_difference_verdict" if scale == "absolute" else "monitor_ratio_verdict"
    return words.say(id, verdict=words.say(f"finding_{other}"))


@in_each_language
def show_missing(words: MonitorWords) -> Exhibit:
    """Return every measure without figures with what else it lacks, and outcomes and chapters without any measure."""
    framework = words.findings.framework
    rows = []
    for chapter in framework.chapters:
        if not chapter.outcomes:
            rows.append(_missing_row(words, chapter, None, "published", "any_outcome", chapter.citation))
        for outcome in chapter.outcomes:
            if not outcome.measures:
                standing, citation = outcome.standing, outcome.citation
                rows.append(_missing_row(words, chapter, outcome.text, standing, "any_measure", citation))
            rows += [_missing_measure(words, chapter, m) for m in outcome.measures if m.indicator is None]
    shown = ["measure", "lacks", "better", "target", "citation"]
    without = len(words.findings.without)
    return Exhibit(
        language=words.language,
        id="monitor_missing",
        title=words.say("monitor_missing_title" if without else "monitor_missing_title_none", without=without),
        subtitle=words.say("monitor_missing_subtitle"),
        caption=words.say("monitor_caption_missing"),
        source=framework.title.within(words.language),
        table=words.findings.show(pd.DataFrame(rows, columns=["chapter", "standing", *shown])),
        columns=tuple(_column(words, name, name) for name in shown),
        caution=words.say("monitor_missing_caution"),
    )


def _missing_row(
    words: MonitorWords, chapter: Chapter, what: Text | None, standing: str, lacks: str, citation: str
) -> dict[str, str]:
    """Return the row of a chapter, an outcome or a measure; `lacks` is the name of what is missing."""
    title = chapter.title.within(words.language)
    text = what.within(words.language) if what else ""
    cited = words.findings.framework.citations[citation]
    named = {"citation": cited.title.within(words.language), "publisher": cited.publisher.within(words.language)}
    return {
        "chapter": chapter.id,
        "standing": standing,
        "measure": words.say("monitor_measure_of", chapter=title, measure=text) if what else title,
        "lacks": words.say(f"monitor_lacks_{lacks}"),
        "better": "",
        "target": "",
        "citation": words.say(f"monitor_named_{standing}", **named),
    }


def _missing_measure(words: MonitorWords, chapter: Chapter, measure: Measure) -> dict[str, str]:
    """Return the row of a measure without figures: it lacks those, and whatever else is not known."""
    others = [name for name in measure.lacks if name != "figures"]
    row = _missing_row(words, chapter, measure.title, measure.standing, "figures", measure.citation)
    unknown = words.say("monitor_unknown")
    return {
        **row,
        "lacks": words.join(words.say(f"monitor_lacks_{name}") for name in others) or row["lacks"],
        "better": words.say(f"monitor_better_{measure.better}") if measure.better else unknown,
        "target": measure.target.says.within(words.language) if measure.target else unknown,
    }
