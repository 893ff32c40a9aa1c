"""The exhibits of a report on what people said: themes by group, agreement, and numbers of the same topics."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.disclosure import ProtectedTable, release_open
from arwap_analysis.present import numbers
from arwap_analysis.present.charts import numbers_matrix
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.voices.findings import HIDDEN, ONE_CODER
from arwap_analysis.review.voices.statements import most_raised
from arwap_analysis.review.voices.wording import VoicesWords, in_each_language

__all__ = ["show_agreement", "show_beside", "show_codes", "show_themes"]

EVERYONE = "(everyone)"
"""Stands in the column of codes for all who spoke; no id of a code has a bracket."""


def _release(words: VoicesWords, frame: pd.DataFrame) -> ProtectedTable:
    """Return a table made of the protected counts, under their policy."""
    themes = words.findings.themes
    return ProtectedTable(frame, policy=themes.policy, actions=themes.actions, audit=themes.audit)


@in_each_language
def show_themes(words: VoicesWords) -> Exhibit:
    """Return how many spoke of each theme, by group, as a grid of numbers with its table."""
    frame = _theme_table(words)
    rows = dict(zip(frame["code"], frame["theme"], strict=True))
    columns = dict(zip(frame["group"], frame["group_label"], strict=True))
    table = _release(words, frame)
    codes, _ = most_raised(words)
    title = words.say("voices_themes_title", themes=words.themes(codes)) if codes else None
    return Exhibit(
        language=words.language,
        id="themes",
        title=title or words.say("voices_themes_title_none"),
        subtitle=words.of_kind("voices_themes_subtitle"),
        alt=words.say("voices_themes_alt", values=" ".join(_said(words, frame, code) for code in rows)),
        caption=words.say("voices_caption_themes"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("theme", words.column("theme")),
            Column("group_label", words.say("column_group")),
            Column("people", words.column(words.unit), "count"),
            Column("reason", words.say("column_note")),
        ),
        svg=numbers_matrix(table, row="code", column="group", value="people", rows=rows, columns=columns,
                           language=words.language),
        caution=words.of_kind("voices_themes_caution"),
    )  # fmt: skip


def _theme_table(words: VoicesWords) -> pd.DataFrame:
    """Return the rows of the grid: the themes that were raised, and everyone where their number may be shown."""
    themes = words.findings.themes
    raised = themes.totals.index[themes.totals.isna() | (themes.totals > 0)]
    frame = themes.frame[themes.frame["code"].isin(raised)]
    order = {code: n for n, code in enumerate(words.findings.material.frame.assignable)}
    frame = frame.sort_values("code", key=lambda codes: codes.map(order), kind="stable")
    frame = frame.assign(theme=frame["code"].map(words.theme))
    if themes.groups.notna().all():
        everyone = themes.groups.rename("people").rename_axis("group").reset_index()
        everyone = everyone.assign(code=EVERYONE, status="published", theme=words.of_kind("voices_everyone"))
        frame = pd.concat([everyone[frame.columns], frame], ignore_index=True)
    hidden = frame["people"].isna()
    reason = hidden.map({True: words.phrase(HIDDEN), False: ""})
    return frame.assign(group_label=frame["group"].map(words.named), reason=reason).reset_index(drop=True)


def _said(words: VoicesWords, frame: pd.DataFrame, code: str) -> str:
    """Say one row of the grid."""
    rows = frame[frame["code"] == code]
    parts = []
    for row in rows.itertuples():
        if pd.isna(row.people):
            parts.append(words.say("voices_alt_hidden", group=row.group_label))
        elif row.people:
            parts.append(words.say("voices_alt_value", group=row.group_label, count=words.number(row.people, "count")))
    values = "; ".join(parts) or words.say("voices_alt_zero")
    return words.say("voices_themes_alt_row", theme=rows["theme"].iloc[0], values=values)


@in_each_language
def show_agreement(words: VoicesWords) -> Exhibit:
    """Return how far coders agreed on each code, or why that cannot be said."""
    table = words.findings.agreement
    frame = table.assign(theme=table["code"].map(words.theme), reason=table["reason"].map(words.phrase))
    return Exhibit(
        language=words.language,
        id="agreement",
        title=_agreement_title(words),
        subtitle=words.say("voices_agreement_subtitle"),
        caption=words.say("voices_caption_agreement"),
        source=words.source_line(),
        table=_release(words, frame),
        columns=(
            Column("theme", words.column("theme")),
            Column("agreement", words.column("agreement"), "percent"),
            Column("estimate", words.column("alpha"), "ratio"),
            Column("lower", words.say("column_interval"), "ratio", interval_with="upper"),
            Column("kappa", words.column("kappa"), "ratio"),
            Column("reason", words.say("column_note")),
        ),
        caution=words.say("voices_agreement_caution"),
    )


def _agreement_title(words: VoicesWords) -> str:
    table = words.findings.agreement
    if (table["reason"] == ONE_CODER).all():
        return words.say("voices_agreement_title_one")
    known = table.dropna(subset=["estimate"])
    if known.empty:
        return words.say("voices_agreement_title_none")
    worst = known.loc[known["estimate"].idxmin()]
    alpha = words.number(worst["estimate"], "ratio")
    return words.say("voices_agreement_title", worst=words.themes([worst["code"]]), alpha=alpha)


@in_each_language
def show_beside(words: VoicesWords) -> Exhibit:
    """Return the joint display: each theme that was raised beside the numbers of the same topic."""
    table, card = words.findings.beside, words.findings.material.card
    notes = {(one.code, one.indicator): one.note.within(words.language) for one in card.beside if one.note}
    keys = list(zip(table["code"], table["indicator"], strict=True))
    frame = table.assign(
        theme=table["code"].map(words.theme),
        people_shown=[numbers.MARKS["suppressed"] if pd.isna(n) else words.number(n, "count") for n in table["people"]],
        indicator_label=table["indicator"].map(lambda id: _indicator_title(words, id)),
        group_label=[_group(words, id, group) for id, group in zip(table["indicator"], table["group"], strict=True)],
        period=[words.period(period) if period else "" for period in table["period"]],
        reason=[notes.get(key, words.phrase(reason)) for key, reason in zip(keys, table["reason"], strict=True)],
    )
    with_number = frame.loc[frame["estimate"].notna(), "code"].nunique()
    title = words.say("voices_beside_title_none")
    if with_number:
        title = words.say("voices_beside_title", with_number=with_number, themes=frame["code"].nunique())
    return Exhibit(
        language=words.language,
        id="beside",
        title=title,
        subtitle=words.say("voices_beside_subtitle"),
        caption=words.say("voices_caption_beside"),
        source=words.source_line(),
        table=_release(words, frame),
        columns=(
            Column("theme", words.column("theme")),
            Column("people_shown", words.column(words.unit)),
            Column("indicator_label", words.column("number")),
            Column("period", words.say("column_period")),
            Column("group_label", words.column("gap_group")),
            Column("estimate", words.say("column_ratio"), "ratio"),
            Column("lower", words.say("column_interval"), "ratio", interval_with="upper"),
            Column("reason", words.say("column_note")),
        ),
        caution=words.say("voices_beside_caution"),
    )


def _indicator_title(words: VoicesWords, indicator: str) -> str:
    found = words.findings.indicators.get(indicator)
    return found.evidence.card.title.within(words.language) if found else ""


def _group(words: VoicesWords, indicator: str, group: str) -> str:
    found = words.findings.indicators.get(indicator)
    return found.evidence.classification.group(group).short(words.language) if found and group else ""


@in_each_language
def show_codes(words: VoicesWords) -> Exhibit:
    """Return the coding frame: what each code means, and which is part of which."""
    coding = words.findings.material.frame
    frame = pd.DataFrame(
        {
            "code": [code.id for code in coding.codes],
            "theme": [code.name.within(words.language) for code in coding.codes],
            "part_of": [words.theme(code.parent) if code.parent else "" for code in coding.codes],
            "definition": [code.definition.within(words.language) for code in coding.codes],
        }
    )
    return Exhibit(
        language=words.language,
        id="codes",
        title=words.say("voices_codes_title"),
        subtitle=words.say("voices_codes_subtitle", frame=coding.title.within(words.language)),
        caption=words.say("voices_caption_codes"),
        source=words.source_line(),
        table=release_open(frame),
        columns=(
            Column("theme", words.column("theme")),
            Column("part_of", words.column("part_of")),
            Column("definition", words.column("definition")),
        ),
        folded=True,
    )
