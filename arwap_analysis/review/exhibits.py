"""The exhibits of a review: each a chart with a finding as its title, alt text, and the table behind it."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.statements import focus, ratios
from arwap_analysis.review.wording import Wording, in_each_language

__all__ = [
    "show_data",
    "show_gap",
    "show_gap_over_time",
    "show_rates",
    "show_rates_over_time",
    "show_trend",
]


@in_each_language
def show_data(words: Wording) -> Exhibit:
    """Return the counts that the report is made from, and what the readers checked."""
    findings = words.findings
    evidence = findings.evidence
    frame = words.named(findings.rates)
    checks = " ".join(words.phrase(check) for check in evidence.numerator.checks)
    periods = sorted(evidence.numerator.frame["period"].unique())
    span = words.say(
        "data_span",
        source=evidence.numerator.card.title.within(words.language),
        first=words.period(periods[0]),
        last=words.period(periods[-1]),
        used=frame["period"].nunique(),
    )
    return Exhibit(
        language=words.language,
        id="data",
        title=words.say("data_title"),
        subtitle=words.say("data_subtitle"),
        caption=words.say("caption_data"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=(
            Column("group_label", words.column("group")),
            Column("period", words.column("period")),
            Column("numerator", words.column("count"), "count"),
            Column("denominator", words.column("population"), "count"),
            Column("reason", words.column("note")),
        ),
        caution=f"{span} {checks} {_unknown_by_period(words)}",
        folded=True,
    )


def _unknown_by_period(words: Wording) -> str:
    """Say for how many the ethnicity was not known, in each period that the source can say it for."""
    shares = words.findings.completeness.dropna(subset=["estimate"])
    if shares.empty:
        return words.unknown_absent()
    lowest, highest = (words.number(share, "percent") for share in (shares["estimate"].min(), shares["estimate"].max()))
    each = "; ".join(
        words.say(
            "data_unknown_period",
            period_of=words.period(row["period"]),
            share=words.number(row["estimate"], "percent"),
        )
        for _, row in shares.iterrows()
    )
    return words.say("data_unknown_range", lowest=lowest, highest=highest, each=each)


def _rate_columns(words: Wording, *, with_period: bool) -> tuple[Column, ...]:
    period = (Column("period", words.column("period")),) if with_period else ()
    return (
        Column("group_label", words.column("group")),
        *period,
        Column("numerator", words.column("count"), "count"),
        Column("denominator", words.column("population"), "count"),
        Column("estimate", words.column("rate"), "rate"),
        Column("lower", words.column("interval"), "rate", interval_with="upper"),
        Column("reason", words.column("note")),
    )


@in_each_language
def show_rates(words: Wording) -> Exhibit:
    """Return the rate of each group in the focus period."""
    findings = words.findings
    frame = words.named(focus(findings.rates, findings))
    known = frame.dropna(subset=["estimate"]).sort_values("estimate", ascending=False)
    values, gone = words.values(known, "rate"), words.without(frame, "rates_alt_absent")
    title = _rates_title(words, known)
    table = words.show(frame)
    return Exhibit(
        language=words.language,
        id="rates",
        title=title,
        subtitle=words.say("rates_subtitle"),
        alt=words.say("rates_alt", values=values, absent=gone),
        caption=words.say("caption_rates"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=_rate_columns(words, with_period=False),
        svg=charts.intervals_by_group(
            table,
            styles=words.styles(),
            axis=words.say("rates_axis"),
            absent=words.say("no_rate"),
            language=words.language,
        ),
        caution=caveats[0].within(words.language) if (caveats := findings.evidence.card.caveats) else "",
    )


def _rates_title(words: Wording, known: pd.DataFrame) -> str:
    if known.empty:
        return words.say("rates_title_none")
    top = known.iloc[0]
    people = words.people(top["group"])
    gaps = ratios(words.findings)
    if top["group"] in gaps.index and pd.notna(gaps.loc[top["group"], "estimate"]):
        ratio = words.number(gaps.loc[top["group"], "estimate"], "ratio")
        return words.say("rates_title_ratio", people=people, ratio=ratio)
    return words.say("rates_title", people=people, rate=words.number(top["estimate"], "rate"))


def _ends(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    known = rows.dropna(subset=["estimate"]).sort_values("period")
    return known.iloc[0], known.iloc[-1]


def _values_over_time(words: Wording, frame: pd.DataFrame, style: str) -> str:
    """Say where each group's line begins and ends, for the alt text."""
    parts = []
    for _, rows in frame.dropna(subset=["estimate"]).groupby("group", sort=False):
        first, last = _ends(rows)
        parts.append(
            words.say(
                "over_time_alt_value",
                group=first["group_label"],
                first_value=words.number(first["estimate"], style),
                last_value=words.number(last["estimate"], style),
            )
        )
    return "; ".join(parts)


@in_each_language
def show_rates_over_time(words: Wording) -> Exhibit:
    """Return the rate of each group over the periods, the reference group in every panel."""
    findings = words.findings
    frame = words.named(findings.rates[findings.rates["group"].isin(findings.evidence.classification.comparable)])
    known = frame.dropna(subset=["estimate"])
    title = words.say("rates_title_none")
    if len(known):
        latest = known[known["period"] == known["period"].max()]
        top = latest.loc[latest["estimate"].idxmax(), "group"]
        first, last = _ends(known[known["group"] == top])
        title = words.say(
            "rates_over_time_title",
            people=words.people(top),
            first=words.period(first["period"]),
            last=words.period(last["period"]),
            first_rate=words.number(first["estimate"], "rate"),
            last_rate=words.number(last["estimate"], "rate"),
        )
    table = words.show(frame)
    return Exhibit(
        language=words.language,
        id="rates_over_time",
        title=title,
        subtitle=words.say("rates_over_time_subtitle"),
        alt=words.say("rates_over_time_alt", values=_values_over_time(words, frame, "rate")),
        caption=words.say("caption_rates_over_time"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=_rate_columns(words, with_period=True),
        svg=charts.lines_by_group(
            table,
            styles=words.styles(),
            axis=words.say("rates_axis"),
            context=findings.evidence.reference_group,
            periods=words.period_names(frame),
            language=words.language,
        ),
    )


@in_each_language
def show_gap(words: Wording) -> Exhibit:
    """Return the ratio and the difference of each group against the reference, side by side, in a table."""
    findings = words.findings
    relative = words.named(ratios(findings).reset_index(drop=True))
    rows = focus(findings.gaps, findings)
    absolute = rows[rows["measure"] == "rate_difference"].set_index("group")
    frame = relative.assign(
        difference=relative["group"].map(absolute["estimate"]),
        difference_lower=relative["group"].map(absolute["lower"]),
        difference_upper=relative["group"].map(absolute["upper"]),
    )
    known = frame.dropna(subset=["estimate"])
    title = words.say("gap_table_title_none")
    if len(known):
        top = known.loc[known["estimate"].idxmax()]
        ratio = words.number(top["estimate"], "ratio")
        title = words.say("gap_table_title", ratio=ratio, people=words.people(top["group"]))
    return Exhibit(
        language=words.language,
        id="gap",
        title=title,
        subtitle=words.say("gap_table_subtitle"),
        caption=words.say("caption_gap"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=(
            Column("group_label", words.column("group")),
            Column("estimate", words.column("ratio"), "ratio"),
            Column("lower", words.column("ratio_interval"), "ratio", interval_with="upper"),
            Column("difference", words.column("difference"), "signed"),
            Column(
                "difference_lower",
                words.column("difference_interval"),
                "signed",
                interval_with="difference_upper",
            ),
            Column("p_adjusted", words.column("p"), "p"),
            Column("finding", words.column("finding")),
            Column("reason", words.column("note")),
        ),
        caution=words.say("not_adjusted"),
    )


@in_each_language
def show_gap_over_time(words: Wording) -> Exhibit:
    """Return the rate ratio of each group over the periods."""
    findings = words.findings
    frame = words.named(findings.gaps[findings.gaps["measure"] == "rate_ratio"])
    title = _gap_title(words)
    table = words.show(frame)
    styles = {code: look for code, look in words.styles().items() if code in set(frame["group"])}
    return Exhibit(
        language=words.language,
        id="gap_over_time",
        title=title,
        subtitle=words.say("gap_subtitle"),
        alt=words.say("gap_over_time_alt", values=_values_over_time(words, frame, "ratio")),
        caption=words.say("caption_gap_over_time"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=(
            Column("group_label", words.column("group")),
            Column("period", words.column("period")),
            Column("estimate", words.column("ratio"), "ratio"),
            Column("lower", words.column("ratio_interval"), "ratio", interval_with="upper"),
            Column("p_adjusted", words.column("p"), "p"),
            Column("finding", words.column("finding")),
            Column("reason", words.column("note")),
        ),
        svg=charts.lines_by_group(
            table,
            styles=styles,
            axis=words.column("ratio"),
            style="ratio",
            reference_line=1.0,
            reference_label=words.say("same_line"),
            log=True,
            periods=words.period_names(frame),
            language=words.language,
        ),
    )


def _gap_title(words: Wording) -> str:
    trends = words.findings.trends
    relative = trends[trends["scale"] == "relative"]
    wider = relative.loc[relative["direction"] == "widening", "group"]
    closer = relative.loc[relative["direction"] == "closing", "group"]
    if len(wider) and len(closer):
        return words.say("gap_over_time_title_both", groups=words.all_people(wider), others=words.all_people(closer))
    if len(wider):
        return words.say("gap_over_time_title_widening", groups=words.all_people(wider))
    if len(closer):
        return words.say("gap_over_time_title_closing", groups=words.all_people(closer))
    return words.say("gap_over_time_title_unclear")


@in_each_language
def show_trend(words: Wording) -> Exhibit:
    """Return the yearly change of the gap on both scales, with the test of no change."""
    trends = words.named(words.findings.trends)
    relative = trends[trends["scale"] == "relative"].reset_index(drop=True)
    absolute = trends[trends["scale"] == "absolute"].set_index("group")
    frame = relative.assign(
        **{
            f"difference_{name}": relative["group"].map(absolute[name])
            for name in ("estimate", "lower", "upper", "p_adjusted", "finding")
        }
    )
    return Exhibit(
        language=words.language,
        id="trend",
        title=words.say("trend_title"),
        subtitle=words.say("trend_subtitle"),
        caption=words.say("caption_trend"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=(
            Column("group_label", words.column("group")),
            Column("estimate", words.column("change_ratio"), "factor"),
            Column("lower", words.column("interval"), "factor", interval_with="upper"),
            Column("p_adjusted", words.column("p"), "p"),
            Column("finding", words.column("finding")),
            Column("difference_estimate", words.column("change_difference"), "signed"),
            Column("difference_lower", words.column("interval"), "signed", interval_with="difference_upper"),
            Column("difference_p_adjusted", words.column("p"), "p"),
            Column("difference_finding", words.column("finding")),
        ),
        caution=words.say("not_adjusted"),
    )
