"""The sections that ask what a synthesis depends on: subgroups, single sources, and small sources."""

from __future__ import annotations

import numpy as np

from arwap_analysis.disclosure import release_open
from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.synthesis.findings import ENOUGH_FOR_FUNNEL
from arwap_analysis.review.synthesis.wording import Wording, in_each_language, shown_effect

__all__ = ["show_leave_one_out", "show_small_sources", "show_subgroups"]


@in_each_language
def show_subgroups(words: Wording) -> Exhibit | Statements:
    """Return the pooled effect of each subgroup, and whether they differ; or why there are none."""
    found = words.findings.subgroups
    if found is None:
        return _absent(words, "subgroups", words.say("synthesis_no_subgroups"))
    by = words.card.subgroup_by
    frame = found.frame().assign(
        subgroup_label=[words.subgroup(label) for label in found.labels],
        subgroup_p_value=found.p_value,
        status="not_applicable",
    )
    values = {"p": words.number(found.p_value, "p"), "by": by.within(words.language) if by else ""}
    alone = [words.subgroup(label) for label, one in zip(found.labels, found.pooled, strict=True) if one.n == 1]
    differ = found.p_value < 1 - words.findings.evidence.request.confidence
    return Exhibit(
        language=words.language,
        id="subgroups",
        title=words.say("synthesis_subgroups_differ" if differ else "synthesis_subgroups_alike", **values),
        subtitle=words.say("synthesis_subgroups_subtitle"),
        caption=words.say("synthesis_caption_subgroups"),
        source=words.source_line(),
        table=release_open(frame),
        columns=(
            Column("subgroup_label", words.say("synthesis_column_subgroup")),
            Column("n", words.say("synthesis_column_n"), "count"),
            Column("estimate", words.say("synthesis_column_estimate"), words.style),
            Column("lower", words.say("synthesis_column_interval"), words.style, interval_with="upper"),
            Column("i_squared", words.say("synthesis_column_i"), "per_cent"),
        ),
        caution=" ".join(
            [words.say("synthesis_subgroups_caution")]
            + ([words.say("synthesis_subgroups_alone", subgroups=words.join(alone))] if alone else [])
        ),
    )


@in_each_language
def show_leave_one_out(words: Wording) -> Exhibit | Statements:
    """Return what the other sources say without each in turn; or why that cannot be asked."""
    frame = words.findings.left_out
    if frame is None or words.findings.random is None:
        return _absent(words, "leave_one_out", words.say("synthesis_no_leave_one_out"))
    whole = shown_effect(words.findings.random)
    steady = all(words.clear(row.lower, row.upper) for row in frame.itertuples()) and words.clear(
        whole["lower"], whole["upper"]
    )
    ends = {"low": words.effect(frame["estimate"].min()), "high": words.effect(frame["estimate"].max())}
    shown = frame.assign(label=[words.label(id) for id in frame["left_out"]], status="not_applicable")
    return Exhibit(
        language=words.language,
        id="leave_one_out",
        title=words.say("synthesis_leave_one_out_steady" if steady else "synthesis_leave_one_out_moves", **ends),
        subtitle=words.say("synthesis_leave_one_out_subtitle"),
        caption=words.say("synthesis_caption_leave_one_out"),
        source=words.source_line(),
        table=release_open(shown),
        columns=(
            Column("label", words.say("synthesis_column_left_out")),
            Column("estimate", words.say("synthesis_column_estimate"), words.style),
            Column("lower", words.say("synthesis_column_interval"), words.style, interval_with="upper"),
            Column("tau_squared", words.say("synthesis_column_tau"), "factor"),
            Column("i_squared", words.say("synthesis_column_i"), "per_cent"),
        ),
        folded=True,
    )


@in_each_language
def show_small_sources(words: Wording) -> Exhibit | Statements:
    """Return the funnel with Egger's test, from ten sources on; with fewer, why there is none."""
    egger, frame = words.findings.egger, words.findings.funnel
    if egger is None or frame is None:
        few = words.findings.pooled_count < ENOUGH_FOR_FUNNEL
        id = "synthesis_few_for_funnel" if few else "synthesis_alike_for_funnel"
        return _absent(words, "small_sources", words.say(id, enough=str(ENOUGH_FOR_FUNNEL)))
    shown = frame.assign(label=[words.label(id) for id in frame["source"]], status="not_collected")
    turn = np.exp if words.ratio else np.asarray
    shown = shown.assign(estimate=turn(shown["effect"]))
    table = release_open(shown)
    found = egger.p_value < 1 - words.findings.evidence.request.confidence
    outside = shown.loc[shown["outside"].fillna(value=False).astype(bool), "label"].tolist()
    return Exhibit(
        language=words.language,
        id="small_sources",
        title=words.say("synthesis_egger_found" if found else "synthesis_egger_not_found"),
        subtitle=words.say("synthesis_funnel_subtitle"),
        alt=words.say(
            "synthesis_funnel_alt",
            outside=words.join(outside) if outside else words.say("synthesis_none"),
        ),
        caption=words.say("synthesis_caption_funnel"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("label", words.say("synthesis_column_label")),
            Column("estimate", words.say("synthesis_column_estimate"), words.style),
            Column("standard_error", words.say("synthesis_column_error"), "factor"),
        ),
        svg=charts.funnel(
            table,
            axis=words.say("synthesis_forest_axis"),
            error_axis=words.say("synthesis_funnel_axis"),
            ratio=words.ratio,
            language=words.language,
        ),
        caution=words.say(
            "synthesis_egger",
            intercept=words.number(egger.estimate, "rate"),
            interval=words.limits(egger.lower, egger.upper, "rate"),
            p=words.number(egger.p_value, "p"),
        ),
    )


def _absent(words: Wording, id: str, reason: str) -> Statements:
    return Statements(id, (reason,), role="cautions", language=words.language)
