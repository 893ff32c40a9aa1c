"""The sections on pay: gaps, what goes with them, and who is in each quarter of the pay scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.workforce.results import unknown_group
from arwap_analysis.review.workforce.wording import TableWords, Wording, absent, in_each_language

__all__ = ["covariates_in_words", "gap_in_words", "show_decomposition", "show_pay_gap", "show_pay_quarters"]


@in_each_language
def show_pay_gap(words: Wording) -> Exhibit | Statements:
    """Return the gap in mean and median pay of each group, and of people alike where rates of pay are given."""
    given, table = words.findings.evidence.pay, words.findings.pay
    if given is None or table is None:
        return absent(words, "pay")
    about, frame = words.about(given), table.frame

    def named(rows: pd.DataFrame) -> pd.DataFrame:
        labels = [words.say(f"workforce_quantity_{quantity}") for quantity in rows["quantity"]]
        return about.shown(rows).assign(quantity_label=labels)

    return Exhibit(
        language=words.language,
        id="pay_gap",
        title=_gap_title(words, about, frame),
        subtitle=about.say("workforce_pay_subtitle", unit=given.card.unit.within(words.language)),
        caption=words.say("workforce_caption_pay"),
        source=about.source_line(),
        table=table.derived(named),
        columns=(
            Column("group_label", words.say("workforce_column_group")),
            Column("quantity_label", words.say("workforce_column_quantity")),
            *_given_columns(words, frame),
            Column("estimate", words.say("workforce_column_gap"), "per_cent"),
            Column("lower", words.say("workforce_column_interval"), "per_cent", interval_with="upper"),
            Column("reason", words.say("workforce_column_note")),
        ),
        caution=words.say("workforce_pay_caution"),
    )


def _given_columns(words: Wording, frame: pd.DataFrame) -> tuple[Column, ...]:
    """Return the columns that this form of the table has: published averages, numbers of people."""
    columns = (
        Column("pay", words.say("workforce_column_pay"), "rate"),
        Column("reference_pay", words.say("workforce_column_reference_pay"), "rate"),
        Column("people", words.say("workforce_column_people"), "count"),
    )
    return tuple(column for column in columns if frame[column.name].notna().any())


def _gap_title(words: Wording, about: TableWords, frame: pd.DataFrame) -> str:
    """Name the widest gap in medians, else in means."""
    for quantity in ("median", "mean"):
        rows = frame[(frame["quantity"] == quantity) & frame["estimate"].notna()]
        rows = rows[rows["group"] != unknown_group(about.card)]
        if len(rows):
            row = rows.loc[rows["estimate"].abs().idxmax()]
            less = row["estimate"] >= 0
            return about.say(
                f"workforce_pay_title_{quantity}_{'less' if less else 'more'}",
                group=about.people(row["group"]),
                gap=words.number(abs(row["estimate"]), "per_cent"),
            )
    return about.say("workforce_pay_title_none")


def gap_in_words(words: Wording, about: TableWords, row: Mapping[str, float]) -> str:
    """Return one gap in words: less or more, with its interval where it has one."""
    group = about.people(str(row["group"]))
    if np.isnan(row["estimate"]):
        return words.say("workforce_gap_absent", group=group)
    side = "less" if row["estimate"] >= 0 else "more"
    gap = words.number(abs(row["estimate"]), "per_cent")
    if np.isnan(row["lower"]):
        return words.say(f"workforce_gap_{side}_only", group=group, gap=gap)
    interval = words.limits(row["lower"], row["upper"], "per_cent")
    return words.say(f"workforce_gap_{side}", group=group, gap=gap, interval=interval)


def covariates_in_words(words: Wording) -> str:
    """Return the names of what pay was adjusted for."""
    given = words.findings.evidence.pay
    return "" if given is None else words.join(name.within(words.language) for name in given.card.covariates.values())


@in_each_language
def show_decomposition(words: Wording) -> Exhibit | Statements:
    """Return how much of each gap goes with the characteristics that were given."""
    given, table = words.findings.evidence.pay, words.findings.decomposition
    if given is None or table is None:
        return absent(words, "decomposition")
    about = words.about(given)

    def named(rows: pd.DataFrame) -> pd.DataFrame:
        return about.shown(rows).assign(part_label=[words.say(f"workforce_part_{part}") for part in rows["part"]])

    return Exhibit(
        language=words.language,
        id="decomposition",
        title=about.say("workforce_decomposition_title", covariates=covariates_in_words(words)),
        subtitle=about.say("workforce_decomposition_subtitle"),
        caption=words.say("workforce_caption_decomposition"),
        source=about.source_line(),
        table=table.derived(named),
        columns=(
            Column("group_label", words.say("workforce_column_group")),
            Column("part_label", words.say("workforce_column_part")),
            Column("estimate", words.say("workforce_column_log_gap"), "per_cent"),
            Column("lower", words.say("workforce_column_interval"), "per_cent", interval_with="upper"),
            Column("reason", words.say("workforce_column_note")),
        ),
        caution=words.say("workforce_decomposition_caution"),
    )


@in_each_language
def show_pay_quarters(words: Wording) -> Exhibit | Statements:
    """Return each group's share of each quarter of staff, ranked by hourly pay."""
    given, table = words.findings.evidence.pay_quarters, words.findings.pay_quarters
    if given is None or table is None:
        return absent(words, "pay_quarters")
    about, frame = words.about(given), table.frame
    styles = about.styles(frame, without_reference=True)
    levels = list(dict.fromkeys(frame["level"]))
    values = about.shares_in_words(frame)
    return Exhibit(
        language=words.language,
        id="pay_quarters",
        title=_quarters_title(about, table),
        subtitle=about.say("workforce_quarters_subtitle"),
        alt=about.say("workforce_quarters_alt", values=values),
        caption=words.say("workforce_caption_quarters"),
        source=about.source_line(),
        table=table.derived(about.shown),
        columns=(
            Column("level_label", words.say("workforce_column_quarter")),
            Column("group_label", words.say("workforce_column_group")),
            Column("count", words.say("workforce_column_count"), "count"),
            Column("estimate", words.say("workforce_column_share"), "percent"),
            Column("lower", words.say("workforce_column_interval"), "percent", interval_with="upper"),
            Column("benchmark", words.say("workforce_column_all_staff"), "percent"),
            Column("reason", words.say("workforce_column_note")),
        ),
        svg=charts.levels_by_group(
            table,
            styles=styles,
            levels={level: about.level(level) for level in levels},
            axis=words.say("workforce_quarters_axis"),
            absent=words.say("workforce_no_figure"),
            style="percent",
            line_label=words.say("workforce_line_staff"),
            language=words.language,
        )
        if styles
        else None,
        caution=words.say("workforce_quarters_caution"),
    )


def _quarters_title(about: TableWords, table: ProtectedTable) -> str:
    """Name the group whose share changes most from the lowest-paid quarter to the highest-paid."""
    frame = table.frame
    rows = frame[~frame["group"].isin([about.card.reference_group, unknown_group(about.card)])]
    wide = rows.pivot(index="group", columns="level", values="estimate")
    change = (wide["upper"] - wide["lower"]).abs()
    if change.notna().sum() == 0:
        return about.say("workforce_quarters_title_none")
    group = str(change.idxmax())
    return about.say(
        "workforce_quarters_title",
        group=about.people(group),
        low=about.share(wide.loc[group, "lower"]),
        high=about.share(wide.loc[group, "upper"]),
    )
