"""The exhibits of a review: each a chart with a finding as its title, alt text, and the table behind it."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.present import charts, numbers
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.evidence import Findings
from arwap_analysis.review.statements import focus, ratios
from arwap_analysis.review.wording import Wording

__all__ = [
    "show_data",
    "show_gap",
    "show_gap_over_time",
    "show_rates",
    "show_rates_over_time",
    "show_robustness",
    "show_trend",
]


def _named(frame: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Add the group's label, in front, and the verdict in words: what the tables show."""
    labels = frame["group"].map(lambda code: words.label(code))
    found = frame["direction"].map(lambda direction: words.finding(direction))
    return frame.assign(group_label=labels, finding=found).reset_index(drop=True)


def _column(words: Wording, id: str) -> str:
    return words.say(f"column_{id}")


def show_data(findings: Findings) -> Exhibit:
    """Return the counts that the report is made from, and what the readers checked."""
    words = Wording(findings)
    evidence = findings.evidence
    frame = _named(findings.rates, words)
    checks = " ".join(evidence.numerator.checks)
    periods = sorted(evidence.numerator.frame["period"].unique())
    span = words.say(
        "data_span",
        source=evidence.numerator.card.title.en,
        first=periods[0],
        last=periods[-1],
        used=frame["period"].nunique(),
    )
    return Exhibit(
        id="data",
        title=words.say("data_title"),
        subtitle=words.say("data_subtitle"),
        caption=words.say("caption_data"),
        source=words.source_line(),
        table=release_open(frame),
        columns=(
            Column("group_label", _column(words, "group")),
            Column("period", _column(words, "period")),
            Column("numerator", _column(words, "count"), "count"),
            Column("denominator", _column(words, "population"), "count"),
            Column("reason", _column(words, "note")),
        ),
        caution=f"{span} {checks} {_unknown_by_period(words)}",
        folded=True,
    )


def _unknown_by_period(words: Wording) -> str:
    """Say for how many the ethnicity was not known, in each period that the source can say it for."""
    shares = words.findings.completeness.dropna(subset=["estimate"])
    if shares.empty:
        return words.say("unknown_none")
    lowest, highest = numbers.percent(shares["estimate"].min()), numbers.percent(shares["estimate"].max())
    each = "; ".join(
        words.say("data_unknown_period", period_of=row["period"], share=numbers.percent(row["estimate"]))
        for _, row in shares.iterrows()
    )
    return words.say("data_unknown_range", lowest=lowest, highest=highest, each=each)


def _rate_columns(words: Wording, *, with_period: bool) -> tuple[Column, ...]:
    period = (Column("period", _column(words, "period")),) if with_period else ()
    return (
        Column("group_label", _column(words, "group")),
        *period,
        Column("numerator", _column(words, "count"), "count"),
        Column("denominator", _column(words, "population"), "count"),
        Column("estimate", _column(words, "rate"), "rate"),
        Column("lower", _column(words, "interval"), "rate", interval_with="upper"),
        Column("reason", _column(words, "note")),
    )


def show_rates(findings: Findings) -> Exhibit:
    """Return the rate of each group in the focus period."""
    words = Wording(findings)
    frame = _named(focus(findings.rates, findings), words)
    known = frame.dropna(subset=["estimate"]).sort_values("estimate", ascending=False)
    absent = frame[frame["estimate"].isna()]
    values = "; ".join(
        words.say(
            "rates_alt_value",
            group=row["group_label"],
            rate=numbers.rate(row["estimate"]),
            interval=words.interval(row, "rate"),
        )
        for _, row in known.iterrows()
    )
    gone = words.say("rates_alt_absent", groups=words.join(absent["group_label"])) if len(absent) else ""
    title = _rates_title(words, known)
    table = release_open(frame)
    return Exhibit(
        id="rates",
        title=title,
        subtitle=words.say("rates_subtitle"),
        alt=words.say("rates_alt", values=values, absent=gone),
        caption=words.say("caption_rates"),
        source=words.source_line(),
        table=table,
        columns=_rate_columns(words, with_period=False),
        svg=charts.intervals_by_group(
            table, styles=words.styles(), axis=words.say("rates_axis"), absent=words.say("no_rate")
        ),
        caution=(findings.evidence.card.caveats or [""])[0],
    )


def _rates_title(words: Wording, known: pd.DataFrame) -> str:
    if known.empty:
        return words.say("rates_title_none")
    top = known.iloc[0]
    people = words.people(top["group"])
    gaps = ratios(words.findings)
    if top["group"] in gaps.index and pd.notna(gaps.loc[top["group"], "estimate"]):
        ratio = numbers.ratio(gaps.loc[top["group"], "estimate"])
        return words.say("rates_title_ratio", people=people, ratio=ratio)
    return words.say("rates_title", people=people, rate=numbers.rate(top["estimate"]))


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
                first_value=numbers.write(first["estimate"], style),
                last_value=numbers.write(last["estimate"], style),
            )
        )
    return "; ".join(parts)


def show_rates_over_time(findings: Findings) -> Exhibit:
    """Return the rate of each group over the periods, the reference group in every panel."""
    words = Wording(findings)
    frame = _named(findings.rates[findings.rates["group"].isin(findings.evidence.classification.comparable)], words)
    known = frame.dropna(subset=["estimate"])
    title = words.say("rates_title_none")
    if len(known):
        latest = known[known["period"] == known["period"].max()]
        top = latest.loc[latest["estimate"].idxmax(), "group"]
        first, last = _ends(known[known["group"] == top])
        title = words.say(
            "rates_over_time_title",
            people=words.people(top),
            first=first["period"],
            last=last["period"],
            first_rate=numbers.rate(first["estimate"]),
            last_rate=numbers.rate(last["estimate"]),
        )
    table = release_open(frame)
    return Exhibit(
        id="rates_over_time",
        title=title,
        subtitle=words.say("rates_over_time_subtitle"),
        alt=words.say("rates_over_time_alt", values=_values_over_time(words, frame, "rate")),
        caption=words.say("caption_rates_over_time"),
        source=words.source_line(),
        table=table,
        columns=_rate_columns(words, with_period=True),
        svg=charts.lines_by_group(
            table, styles=words.styles(), axis=words.say("rates_axis"), context=findings.evidence.reference_group
        ),
    )


def show_gap(findings: Findings) -> Exhibit:
    """Return the ratio and the difference of each group against the reference, side by side, in a table."""
    words = Wording(findings)
    relative = _named(ratios(findings).reset_index(drop=True), words)
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
        title = words.say("gap_table_title", ratio=numbers.ratio(top["estimate"]), people=words.people(top["group"]))
    return Exhibit(
        id="gap",
        title=title,
        subtitle=words.say("gap_table_subtitle"),
        caption=words.say("caption_gap"),
        source=words.source_line(),
        table=release_open(frame),
        columns=(
            Column("group_label", _column(words, "group")),
            Column("estimate", _column(words, "ratio"), "ratio"),
            Column("lower", _column(words, "ratio_interval"), "ratio", interval_with="upper"),
            Column("difference", _column(words, "difference"), "signed"),
            Column(
                "difference_lower",
                _column(words, "difference_interval"),
                "signed",
                interval_with="difference_upper",
            ),
            Column("p_adjusted", _column(words, "p"), "p"),
            Column("finding", _column(words, "finding")),
            Column("reason", _column(words, "note")),
        ),
        caution=words.say("not_adjusted"),
    )


def show_gap_over_time(findings: Findings) -> Exhibit:
    """Return the rate ratio of each group over the periods."""
    words = Wording(findings)
    frame = _named(findings.gaps[findings.gaps["measure"] == "rate_ratio"], words)
    title = _gap_title(words)
    table = release_open(frame)
    styles = {code: look for code, look in words.styles().items() if code in set(frame["group"])}
    return Exhibit(
        id="gap_over_time",
        title=title,
        subtitle=words.say("gap_subtitle"),
        alt=words.say("gap_over_time_alt", values=_values_over_time(words, frame, "ratio")),
        caption=words.say("caption_gap_over_time"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("group_label", _column(words, "group")),
            Column("period", _column(words, "period")),
            Column("estimate", _column(words, "ratio"), "ratio"),
            Column("lower", _column(words, "ratio_interval"), "ratio", interval_with="upper"),
            Column("p_adjusted", _column(words, "p"), "p"),
            Column("finding", _column(words, "finding")),
            Column("reason", _column(words, "note")),
        ),
        svg=charts.lines_by_group(
            table,
            styles=styles,
            axis=_column(words, "ratio"),
            style="ratio",
            reference_line=1.0,
            reference_label=words.say("same_line"),
            log=True,
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


def show_trend(findings: Findings) -> Exhibit:
    """Return the yearly change of the gap on both scales, with the test of no change."""
    words = Wording(findings)
    trends = _named(findings.trends, words)
    relative = trends[trends["scale"] == "relative"].reset_index(drop=True)
    absolute = trends[trends["scale"] == "absolute"].set_index("group")
    frame = relative.assign(
        **{
            f"difference_{name}": relative["group"].map(absolute[name])
            for name in ("estimate", "lower", "upper", "p_adjusted", "finding")
        }
    )
    return Exhibit(
        id="trend",
        title=words.say("trend_title"),
        subtitle=words.say("trend_subtitle"),
        caption=words.say("caption_trend"),
        source=words.source_line(),
        table=release_open(frame),
        columns=(
            Column("group_label", _column(words, "group")),
            Column("estimate", _column(words, "change_ratio"), "factor"),
            Column("lower", _column(words, "interval"), "factor", interval_with="upper"),
            Column("p_adjusted", _column(words, "p"), "p"),
            Column("finding", _column(words, "finding")),
            Column("difference_estimate", _column(words, "change_difference"), "signed"),
            Column("difference_lower", _column(words, "interval"), "signed", interval_with="difference_upper"),
            Column("difference_p_adjusted", _column(words, "p"), "p"),
            Column("difference_finding", _column(words, "finding")),
        ),
        caution=words.say("not_adjusted"),
    )


def show_robustness(findings: Findings) -> Exhibit:
    """Return how far the ratio of each group could move under each choice, in the focus period."""
    words = Wording(findings)
    choices = {choice: words.say(f"choice_{choice}") for choice in ("main", "rounding", "unknown", "population")}
    rows = focus(findings.choices, findings)
    frame = _named(rows, words).assign(choice_label=rows["choice"].map(choices).to_numpy())
    title = _robust_title(words, frame)
    values = "; ".join(
        words.say(
            "robust_alt_value",
            group=row["group_label"],
            choice=row["choice_label"],
            interval=words.interval(row, "ratio"),
        )
        for _, row in frame.dropna(subset=["lower", "upper"]).iterrows()
    )
    table = release_open(frame)
    return Exhibit(
        id="robustness",
        title=title,
        subtitle=words.say("robust_subtitle"),
        alt=words.say("robust_alt", values=values),
        caption=words.say("caption_robust"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("group_label", _column(words, "group")),
            Column("choice_label", _column(words, "choice")),
            Column("estimate", _column(words, "ratio"), "ratio"),
            Column("lower", _column(words, "interval"), "ratio", interval_with="upper"),
            Column("reason", _column(words, "note")),
        ),
        svg=charts.ranges_by_group(
            table,
            styles=words.styles(),
            choices=choices,
            axis=_column(words, "ratio"),
            absent=words.say("no_ratio"),
        ),
        caution=words.say("method_choices"),
    )


def _robust_title(words: Wording, frame: pd.DataFrame) -> str:
    """Name the groups whose ratio stays on one side of 1 under every choice."""
    known = frame.dropna(subset=["lower", "upper"])
    if known.empty:
        return words.say("robust_title_none")
    low = known.groupby("group", sort=False)["lower"].min()
    high = known.groupby("group", sort=False)["upper"].max()
    firm = [group for group in low.index if low[group] > 1 or high[group] < 1]
    loose = [group for group in low.index if group not in firm]
    if not firm:
        return words.say("robust_title_fragile")
    if not loose:
        return words.say("robust_title_all", groups=words.all_people(firm))
    return words.say("robust_title_some", groups=words.all_people(firm), others=words.all_people(loose))
