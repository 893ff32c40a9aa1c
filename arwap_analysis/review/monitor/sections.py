"""The sentences and the chart of the monitor."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.indicators import parse_period
from arwap_analysis.present.charts.multiples import gaps_by_measure
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.monitor.wording import STYLE_OF, MonitorWords, in_each_language, latest, widest
from arwap_analysis.review.source_words import full_lines
from arwap_analysis.sources import file_digest

__all__ = ["describe_limits", "list_sources", "main_points", "show_gaps"]


@in_each_language
def main_points(words: MonitorWords) -> Statements:
    """Return what can be followed, where gaps stand, whether they close, and what the figures cannot say."""
    findings = words.findings
    every = len(findings.framework.entries)
    if not findings.followed:
        return Statements("monitor_points", (words.say("monitor_point_none", all=every),), language=words.language)
    points = [
        words.say("monitor_point_coverage", all=every, followed=len(findings.followed), without=len(findings.without)),
        *(_gap_point(words, one.entry.measure.id) for one in findings.followed),
        *_change_points(words),
        *_ended(words),
        _targets(words),
    ]
    return Statements("monitor_points", tuple(points), language=words.language)


def _gap_point(words: MonitorWords, id: str) -> str:
    one = words.by_id[id]
    gaps = words.findings.gaps
    found = widest(latest(gaps[gaps["followed"] == id], words.findings))
    period = words.period(one.evidence.focus_period)
    if found.empty:
        return words.say("monitor_point_no_gap", measure=words.measure(id), period=period)
    row = found.iloc[0]
    shared = {
        "measure": words.measure(id),
        "period": period,
        "people": words.people(id, row["group"]),
        "reference_people": words.people(id, one.evidence.reference_group),
        "interval": words.gap_interval(row),
    }
    if row["measure"] == "rate_ratio":
        return words.say("monitor_point_gap", ratio=words.gap(row), **shared)
    card = one.evidence.card
    population = card.denominator.counts.within(words.language)
    per = words.number(card.per, "count")
    return words.say("monitor_point_difference", difference=words.gap(row), per=per, population=population, **shared)


def _change_points(words: MonitorWords) -> list[str]:
    """Say which gaps clearly narrow, widen or turned round, and that no year can be named where none narrows."""
    trends = words.findings.trends
    points = []
    for direction in ("closing", "widening", "reversed"):
        for id, rows in trends[trends["direction"] == direction].groupby("followed", sort=False):
            groups = words.people_of(rows)
            points.append(words.say(f"monitor_point_{direction}", measure=words.measure(str(id)), groups=groups))
    if not (trends["direction"] == "closing").any():
        points.append(words.say("monitor_point_no_closing"))
    return points


def _ended(words: MonitorWords) -> list[str]:
    """Say which series end before the day from which the Plan could have had an effect."""
    began = words.findings.framework.began
    followed = words.findings.followed
    old = [one for one in followed if parse_period(one.evidence.focus_period).end < began]
    if not old:
        return []
    day = words.day(began)
    if len(old) == len(followed):
        periods = words.join(dict.fromkeys(words.period(one.evidence.focus_period) for one in old))
        return [words.say("monitor_point_ended", periods=periods, began=day)]
    measures = words.titles(one.entry.measure.id for one in old)
    return [words.say("monitor_point_ended_some", measures=measures, began=day)]


def _targets(words: MonitorWords) -> str:
    entries = words.findings.framework.entries
    with_target = [entry.measure for entry in entries if entry.measure.target is not None]
    return words.say(
        "monitor_point_targets",
        targets=len(with_target),
        all=len(entries),
        with_figures=sum(measure.indicator is not None for measure in with_target),
    )


@in_each_language
def show_gaps(words: MonitorWords) -> Exhibit:
    """Return the gap of each group in each measure over time: small charts, one row a measure."""
    findings = words.findings
    frame = words.named(findings.gaps) if findings.followed else findings.gaps
    axes = {}
    for id, one in words.by_id.items():
        per = words.number(one.evidence.card.per, "count")
        axes[id] = words.say(f"monitor_axis_{one.entry.measure.measure}", per=per)
    table = words.findings.show(frame)
    chart = None
    if findings.followed:
        chart = gaps_by_measure(
            table,
            rows={id: words.measure(id) for id in words.by_id},
            styles=words.styles(),
            axes=axes,
            number_styles={id: STYLE_OF[str(one.entry.measure.measure)] for id, one in words.by_id.items()},
            absent=words.say("monitor_no_gap_text"),
            language=words.language,
        )
    return Exhibit(
        language=words.language,
        id="monitor_gaps",
        title=_chart_title(words),
        subtitle=words.say("monitor_chart_subtitle"),
        alt=words.say("monitor_chart_alt", values=_in_words(words, frame)),
        caption=words.say("monitor_caption_chart"),
        source=words.source_line(),
        table=table,
        columns=_gap_columns(words) if findings.followed else (),
        svg=chart,
    )


def _gap_columns(words: MonitorWords) -> tuple[Column, ...]:
    """Return the columns behind the chart; ratios and differences are written alike."""
    return (
        Column("measure_label", words.say("monitor_column_measure")),
        Column("group_label", words.say("monitor_column_group")),
        Column("period", words.column("period")),
        Column("estimate", words.say("monitor_column_now"), "ratio"),
        Column("lower", words.say("column_interval"), "ratio", interval_with="upper"),
        Column("reason", words.say("monitor_column_note")),
    )


def _chart_title(words: MonitorWords) -> str:
    trends = words.findings.trends
    wider, closer = (trends[trends["direction"] == direction] for direction in ("widening", "closing"))
    kind = {(True, True): "both", (True, False): "widening", (False, True): "closing"}.get(
        (bool(len(wider)), bool(len(closer))), "unclear"
    )
    groups = words.people_and_measures(wider if len(wider) else closer)
    return words.say(f"monitor_chart_title_{kind}", groups=groups, others=words.people_and_measures(closer))


def _in_words(words: MonitorWords, frame: pd.DataFrame) -> str:
    """Say where each line begins and ends, for the alt text."""
    parts = []
    for _, rows in frame.groupby(["followed", "group"], sort=False):
        known = rows.dropna(subset=["estimate"])
        names = {"measure": rows["measure_label"].iloc[0], "group": rows["group_label"].iloc[0]}
        if known.empty:
            parts.append(words.say("monitor_alt_absent", **names))
            continue
        first, last = known.iloc[0], known.iloc[-1]
        parts.append(
            words.say(
                "monitor_alt_value",
                first=first["period"], last=last["period"], first_value=words.gap(first), last_value=words.gap(last),
                **names,
            )
        )  # fmt: skip
    return "; ".join(parts)


@in_each_language
def describe_limits(words: MonitorWords) -> Statements:
    """Return what a reader must keep in mind of the framework, of each measure and of its figures."""
    findings, language = words.findings, words.language
    entries = findings.framework.entries
    proposed = [entry.measure.id for entry in entries if entry.measure.standing == "proposed"]
    bare = [one.entry.measure.id for one in findings.followed if one.entry.measure.baseline is None]
    points = [text.within(language) for text in findings.framework.about]
    if proposed:
        points.append(words.say("monitor_limit_proposed", measures=words.titles(proposed)))
    if bare:
        points.append(words.say("monitor_limit_no_baseline", measures=words.titles(bare)))
    points += [point for one in findings.followed for point in _precision(words, one.entry.measure.id)]
    points += [
        words.say("monitor_limit_note", measure=e.measure.title.within(language), note=e.measure.note.within(language))
        for e in entries
        if e.measure.note is not None
    ]
    for one in findings.followed:
        caveats = [*one.evidence.card.caveats, *(c for source in one.evidence.sources for c in source.card.caveats)]
        points += [caveat.within(language) for caveat in caveats]
    if findings.followed:
        points.append(words.say("monitor_limit_reviews"))
    points.append(words.say("not_causes"))
    return Statements("monitor_limits", tuple(dict.fromkeys(points)), role="cautions", language=language)


def _precision(words: MonitorWords, id: str) -> list[str]:
    """Say of one measure for whom its latest figure is too imprecise, and whose ethnicity was not recorded."""
    quality = words.findings.quality
    rows = latest(quality[quality["followed"] == id], words.findings)
    shared = {"measure": words.measure(id), "period": words.period(words.by_id[id].evidence.focus_period)}
    weak = rows[rows["reliability"] == "unreliable"]
    points = []
    if len(weak):
        points.append(words.say("monitor_limit_imprecise", groups=words.people_of(weak), **shared))
    share = rows["share_unknown"].dropna()
    if len(share):
        points.append(words.say("monitor_limit_unknown", share=words.number(share.iloc[0], "percent"), **shared))
    else:
        points.append(words.say("monitor_limit_unknown_none", **shared))
    return points


@in_each_language
def list_sources(words: MonitorWords) -> Statements:
    """Return the sources of the figures with their digests, and every publication that the framework names."""
    findings, language = words.findings, words.language
    lines = full_lines(words, (source for one in findings.followed for source in one.evidence.sources))
    title = findings.framework.title.within(language)
    lines.append(words.say("monitor_source_framework", title=title, digest=file_digest(findings.path)))
    lines += [
        words.say(
            "monitor_source_citation_address" if cited.address else "monitor_source_citation",
            title=cited.title.within(language),
            publisher=cited.publisher.within(language),
            day=words.day(cited.published),
            address=cited.address or "",
        )
        for cited in findings.framework.citations.values()
    ]
    lines.append(words.phrase(OPEN_DATA.statement))
    return Statements("monitor_sources", tuple(dict.fromkeys(lines)), role="sources", language=language)
