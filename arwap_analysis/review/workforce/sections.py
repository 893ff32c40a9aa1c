"""The sections on who works at which grade, and on who is appointed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.source_words import short_line
from arwap_analysis.review.workforce.protect import ALL
from arwap_analysis.review.workforce.results import unknown_group
from arwap_analysis.review.workforce.wording import TableWords, Wording, absent, in_each_language

__all__ = ["clear_in_words", "furthest_below", "show_pipeline", "show_representation", "widest_step"]


@in_each_language
def show_representation(words: Wording) -> Exhibit | Statements:
    """Return each group's share of each grade beside its share of the population."""
    given, table = words.findings.evidence.representation, words.findings.representation
    if given is None or table is None:
        return absent(words, "representation")
    about, frame = words.about(given), table.frame
    styles = about.styles(frame, without_reference=True)
    shown = table.derived(lambda rows: clear_in_words(words, about.shown(rows), "workforce_share"))
    levels = {level: about.level(level) for level in dict.fromkeys(frame["level"])}
    values = about.shares_in_words(frame)
    return Exhibit(
        language=words.language,
        id="representation",
        title=_representation_title(about, frame),
        subtitle=about.say(
            "workforce_representation_subtitle", benchmark=given.card.benchmark.people.within(words.language)
        ),
        alt=about.say("workforce_representation_alt", values=values),
        caption=words.say("workforce_caption_representation"),
        source=short_line(words, [given.card, given.card.benchmark]),
        table=shown,
        columns=(
            Column("level_label", words.say("workforce_column_level")),
            Column("group_label", words.say("workforce_column_group")),
            Column("count", words.say("workforce_column_count"), "count"),
            Column("estimate", words.say("workforce_column_share"), "percent"),
            Column("lower", words.say("workforce_column_interval"), "percent", interval_with="upper"),
            Column("benchmark", words.say("workforce_column_benchmark"), "percent"),
            Column("index", words.say("workforce_column_index"), "ratio"),
            Column("index_lower", words.say("workforce_column_index_interval"), "ratio", interval_with="index_upper"),
            Column("clear_label", words.say("workforce_column_finding")),
            Column("reason", words.say("workforce_column_note")),
        ),
        svg=charts.levels_by_group(
            table,
            styles=styles,
            levels=levels,
            axis=words.say("workforce_representation_axis"),
            absent=words.say("workforce_no_figure"),
            style="percent",
            line_label=words.say("workforce_line_population"),
            language=words.language,
        )
        if styles
        else None,
        caution=words.say("workforce_representation_caution"),
    )


def clear_in_words(words: Wording, frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Add the verdict of each row in words."""
    return frame.assign(clear_label=[words.say(f"{prefix}_{verdict}") for verdict in frame["clear"]])


def furthest_below(about: TableWords, frame: pd.DataFrame) -> pd.Series | None:
    """Return the group that is least represented at the highest grade, or anywhere where grades are no ladder."""
    rows = frame[(frame["group"] != about.card.reference_group) & frame["index"].notna() & (frame["level"] != ALL)]
    if getattr(about.card, "additive", False) and len(rows):
        rows = rows[rows["level"] == list(dict.fromkeys(rows["level"]))[-1]]
    if rows.empty:
        return None
    lowest: pd.Series = rows.loc[rows["index"].idxmin()]
    return lowest


def _representation_title(about: TableWords, frame: pd.DataFrame) -> str:
    row = furthest_below(about, frame)
    if row is None:
        return about.say("workforce_representation_title_none")
    return about.say(
        "workforce_representation_title",
        group=about.people(row["group"]),
        level=about.level(row["level"]),
        share=about.share(row["estimate"]),
        benchmark=about.share(row["benchmark"]),
    )


@in_each_language
def show_pipeline(words: Wording) -> Exhibit | Statements:
    """Return who passes each step of the selection, and how likely beside the reference group."""
    given, table = words.findings.evidence.pipeline, words.findings.pipeline
    if given is None or table is None:
        return absent(words, "pipeline")
    about, frame = words.about(given), table.frame
    compared = {given.card.reference_group, unknown_group(given.card)}
    styles = {c: s for c, s in about.styles(frame, without_reference=True).items() if c not in compared}
    shown = table.derived(lambda rows: clear_in_words(words, about.shown(rows), "workforce_step"))
    drawn = table.derived(
        lambda rows: rows.assign(estimate=rows["ratio"], lower=rows["ratio_lower"], upper=rows["ratio_upper"])
    )
    values = "; ".join(
        words.say("workforce_alt_ratio", level=about.level(row["level"]), group=about.label(row["group"]),
                  ratio=_ratio(words, row["ratio"]))
        for _, row in frame[frame["group"].isin(styles)].iterrows()
    )  # fmt: skip
    row = widest_step(about, frame)
    title = (
        about.say("workforce_pipeline_title_none")
        if row is None
        else about.say(
            "workforce_pipeline_title",
            ratio=words.number(row["ratio"], "ratio"),
            group=about.people(row["group"]),
            level=about.level(row["level"]),
        )
    )
    return Exhibit(
        language=words.language,
        id="pipeline",
        title=title,
        subtitle=about.say("workforce_pipeline_subtitle"),
        alt=about.say("workforce_pipeline_alt", values=values),
        caption=words.say("workforce_caption_pipeline"),
        source=about.source_line(),
        table=shown,
        columns=(
            Column("level_label", words.say("workforce_column_step")),
            Column("group_label", words.say("workforce_column_group")),
            Column("before", words.say("workforce_column_before"), "count"),
            Column("count", words.say("workforce_column_after"), "count"),
            Column("estimate", words.say("workforce_column_passing"), "percent"),
            Column("ratio", words.say("workforce_column_ratio"), "ratio"),
            Column("ratio_lower", words.say("workforce_column_interval"), "ratio", interval_with="ratio_upper"),
            Column("clear_label", words.say("workforce_column_finding")),
            Column("reason", words.say("workforce_column_note")),
        ),
        svg=charts.levels_by_group(
            drawn,
            styles=styles,
            levels={level: about.level(level) for level in reversed(list(dict.fromkeys(frame["level"])))},
            axis=about.say("workforce_pipeline_axis"),
            absent=words.say("workforce_no_figure"),
            style="ratio",
            log=True,
            language=words.language,
        )
        if styles
        else None,
        caution=words.say("workforce_pipeline_caution"),
    )


def _ratio(words: Wording, value: float) -> str:
    return words.say("workforce_no_figure") if np.isnan(value) else words.number(value, "ratio")


def widest_step(about: TableWords, frame: pd.DataFrame) -> pd.Series | None:
    """Return the step and group with the largest clear disadvantage, else with the largest at all."""
    rows = frame[frame["ratio"].notna() & (frame["level"] != ALL)]
    rows = rows[rows["group"] != about.card.reference_group]
    clear = rows[rows["clear"] == "above"]
    if len(clear):
        rows = clear
    if rows.empty or not np.isfinite(rows["ratio"]).any():
        return None
    widest: pd.Series = rows.loc[rows["ratio"].where(np.isfinite(rows["ratio"])).idxmax()]
    return widest
