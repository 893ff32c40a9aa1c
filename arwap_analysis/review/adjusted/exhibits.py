"""The exhibits of an adjusted disparity: each with a finding as its title, alt text, and the table behind it."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.adjusted.statements import widest
from arwap_analysis.review.adjusted.wording import AdjustedWords, in_each_language

__all__ = ["show_confounding", "show_covariates", "show_differences", "show_groups", "show_ratios"]

_SERIES = ("unadjusted", "adjusted")


@in_each_language
def show_groups(words: AdjustedWords) -> Exhibit:
    """Return how many people each group has, and how many of them have the outcome."""
    findings = words.findings
    frame = words.named(findings.groups)
    total = words.number(frame["people"].sum(), "count")
    return Exhibit(
        language=words.language,
        id="groups",
        title=words.say("adjusted_groups_title", total=total),
        subtitle=words.say("adjusted_groups_subtitle"),
        caption=words.say("adjusted_caption_groups"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("people", words.say("adjusted_column_people"), "count"),
            Column("cases", words.say("adjusted_column_cases"), "count"),
            Column("share", words.say("adjusted_column_share"), "percent"),
            Column("reason", words.say("column_note")),
        ),
    )


@in_each_language
def show_covariates(words: AdjustedWords) -> Exhibit:
    """Return what was to be taken into account, whether it could be, and what may carry the disparity."""
    findings = words.findings
    known = findings.evidence.covariates
    rows = findings.covariates
    notes = []
    for row in rows.itertuples(index=False):
        carries = known[row.covariate].may_carry
        why = words.why(row.covariate, row.code, row.level) if row.code else ""
        notes.append(" ".join(text for text in (why, carries.within(words.language) if carries else "") if text))
    frame = rows.assign(
        label=[words.covariate(id) for id in rows["covariate"]],
        used_words=[words.say("adjusted_yes" if used else "adjusted_no") for used in rows["used"]],
        note=notes,
        status="not_applicable",
    )
    return Exhibit(
        language=words.language,
        id="covariates",
        title=words.say("adjusted_covariates_title"),
        subtitle=words.say("adjusted_covariates_subtitle"),
        caption=words.say("adjusted_caption_covariates"),
        source=words.source_line(),
        table=findings.shield.release(frame.drop(columns=["code", "level"])),
        columns=(
            Column("label", words.say("adjusted_column_covariate")),
            Column("levels", words.say("adjusted_column_levels"), "count"),
            Column("unknown_share", words.say("adjusted_column_unknown"), "percent"),
            Column("used_words", words.say("adjusted_column_used")),
            Column("note", words.say("column_note")),
        ),
    )


def _long(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each group and series: the ratio before and after, widest first."""
    order = gaps.sort_values("adjusted_ratio", ascending=False, na_position="last")["group"]
    rows = gaps.set_index("group").loc[order].reset_index()
    parts = [
        rows[["group"]].assign(
            series=name,
            estimate=rows[f"{name}_ratio"],
            lower=rows[f"{name}_ratio_lower"],
            upper=rows[f"{name}_ratio_upper"],
        )
        for name in _SERIES
    ]
    return pd.concat(parts, ignore_index=True)


@in_each_language
def show_ratios(words: AdjustedWords) -> Exhibit:
    """Return each group's ratio to the reference group before and after adjustment, side by side."""
    findings = words.findings
    frame = words.named(findings.gaps)
    values = "; ".join(
        words.say(
            "adjusted_alt_value",
            group=row["group_label"],
            unadjusted=words.number(row["unadjusted_ratio"], "ratio"),
            adjusted=words.number(row["adjusted_ratio"], "ratio"),
            interval=words.limits(row["adjusted_ratio_lower"], row["adjusted_ratio_upper"], "ratio"),
        )
        for _, row in frame.dropna(subset=["adjusted_ratio"]).iterrows()
    )
    odds = (
        (
            Column("odds_ratio", words.say("adjusted_column_odds"), "ratio"),
            Column("odds_ratio_lower", words.say("column_interval"), "ratio", interval_with="odds_ratio_upper"),
        )
        if "odds_ratio" in frame.columns
        else ()
    )
    return Exhibit(
        language=words.language,
        id="ratios",
        title=_ratio_title(words),
        subtitle=words.say("adjusted_ratios_subtitle"),
        alt=words.say("adjusted_ratios_alt", values=values),
        caption=words.say("adjusted_caption_ratios"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("unadjusted_ratio", words.say("adjusted_column_unadjusted"), "ratio"),
            Column(
                "unadjusted_ratio_lower", words.say("column_interval"), "ratio", interval_with="unadjusted_ratio_upper"
            ),
            Column("adjusted_ratio", words.say("adjusted_column_adjusted"), "ratio"),
            Column("adjusted_ratio_lower", words.say("column_interval"), "ratio", interval_with="adjusted_ratio_upper"),
            *odds,
            Column("p_adjusted", words.say("column_p"), "p"),
            Column("finding", words.say("column_finding")),
            Column("reason", words.say("column_note")),
        ),
        svg=charts.comparisons_by_group(
            findings.shield.release(_long(findings.gaps)),
            styles=words.styles(),
            series={name: words.say(f"adjusted_series_{name}") for name in _SERIES},
            axis=words.say("adjusted_axis"),
            absent=words.say("no_ratio"),
            same=words.say("same_line"),
            language=words.language,
        ),
        caution=words.say("not_adjusted"),
    )


def _ratio_title(words: AdjustedWords) -> str:
    """Say how the widest gap changed."""
    row = widest(words.findings.gaps)
    if row is None:
        return words.say("adjusted_none")
    return words.say(
        "adjusted_ratios_title",
        people=words.people(row["group"]),
        unadjusted=words.number(row["unadjusted_ratio"], "ratio"),
        adjusted=words.number(row["adjusted_ratio"], "ratio"),
    )


@in_each_language
def show_differences(words: AdjustedWords) -> Exhibit:
    """Return the share of each group, and its difference from the reference group, before and after adjustment."""
    findings = words.findings
    shares = findings.groups.set_index("group")
    frame = words.named(findings.gaps)
    frame = frame.assign(
        unadjusted_share=frame["group"].map(shares["estimate"]), adjusted_share=frame["group"].map(shares["adjusted"])
    )
    row = widest(findings.gaps)
    title = words.say("adjusted_none")
    if row is not None:
        title = words.say(
            "adjusted_differences_title",
            people=words.people(row["group"]),
            unadjusted=words.number(row["unadjusted_difference"], "points"),
            adjusted=words.number(row["adjusted_difference"], "points"),
        )
    differences = [
        column
        for name in _SERIES
        for column in (
            Column(f"{name}_difference", words.say(f"adjusted_difference_{name}"), "points"),
            Column(
                f"{name}_difference_lower",
                words.say("column_interval"),
                "points",
                interval_with=f"{name}_difference_upper",
            ),
        )
    ]
    return Exhibit(
        language=words.language,
        id="differences",
        title=title,
        subtitle=words.say("adjusted_differences_subtitle"),
        caption=words.say("adjusted_caption_differences"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            *differences,
            Column("reason", words.say("column_note")),
        ),
        caution=words.say(
            "adjusted_reference_shares",
            unadjusted=words.number(shares.loc[findings.evidence.reference_group, "estimate"], "percent"),
            adjusted=words.number(shares.loc[findings.evidence.reference_group, "adjusted"], "percent"),
        ),
    )


@in_each_language
def show_confounding(words: AdjustedWords) -> Exhibit:
    """Return how strong something unmeasured would have to be to explain each adjusted ratio away: E-values."""
    findings = words.findings
    frame = words.named(findings.gaps)
    row = widest(findings.gaps)
    title = words.say("adjusted_none")
    if row is not None:
        e_value = words.number(row["e_value"], "ratio")
        title = words.say("adjusted_confounding_title", people=words.people(row["group"]), e_value=e_value)
    return Exhibit(
        language=words.language,
        id="confounding",
        title=title,
        subtitle=words.say("adjusted_confounding_subtitle"),
        caption=words.say("adjusted_caption_confounding"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("adjusted_ratio", words.say("adjusted_column_adjusted"), "ratio"),
            Column("e_value", words.say("adjusted_column_e_value"), "ratio"),
            Column("e_value_limit", words.say("adjusted_column_e_value_limit"), "ratio"),
            Column("reason", words.say("column_note")),
        ),
        caution=words.say("adjusted_confounding_caution"),
    )
