"""The exhibits of a survey review: each with a finding as its title, alt text, and the table behind it."""

from __future__ import annotations

import numpy as np

from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.survey.wording import SurveyWords, in_each_language

__all__ = ["show_estimates", "show_gaps", "show_quality", "show_survey"]


@in_each_language
def show_survey(words: SurveyWords) -> Exhibit:
    """Return how the survey was drawn, who is in it, and how much their answers are worth."""
    findings = words.findings
    frame = words.named(findings.estimates)
    told = findings.shield.policy is None
    return Exhibit(
        language=words.language,
        id="survey",
        title=_data_title(words),
        subtitle=words.say("survey_data_subtitle"),
        caption=words.say("survey_caption_data"),
        source=words.source_line(),
        table=findings.shield.release(frame.drop(columns=["estimate", "lower", "upper", "standard_error"])),
        columns=(
            Column("group_label", words.say("column_group")),
            *((Column("people", words.say("survey_column_people"), "count"),) if told else ()),
            Column("answered", words.say("survey_column_answered"), "count"),
            *((Column("missing", words.say("survey_column_missing"), "percent"),) if told else ()),
            Column("weighted_share", words.say("survey_column_weighted"), "percent"),
            Column("design_effect", words.say("survey_column_effect"), "rate"),
            Column("effective_sample_size", words.say("column_effective"), "count"),
            Column("reason", words.say("column_note")),
        ),
        caution=" ".join([_drawn(words), words.say("survey_effect"), *_fewest(words)]),
    )


def _data_title(words: SurveyWords) -> str:
    """Say how many people gave an answer, and of how many where that may be shown."""
    frame = words.findings.frame
    answered = words.number(frame.answered, "count")
    if np.isnan(frame.people):
        return words.say("survey_data_title_hidden", answered=answered)
    return words.say("survey_data_title", answered=answered, people=words.number(frame.people, "count"))


def _drawn(words: SurveyWords) -> str:
    """Say how the sample was drawn."""
    frame = words.findings.frame
    if frame.replicates:
        return words.say(
            "survey_drawn_replicates",
            replicates=words.number(frame.replicates, "count"),
            free=words.number(frame.degrees_of_freedom, "count"),
        )
    return words.say(
        "survey_drawn" if frame.strata > 1 else "survey_drawn_one_stratum",
        strata=words.number(frame.strata, "count"),
        clusters=words.number(frame.clusters, "count"),
        free=words.number(frame.degrees_of_freedom, "count"),
    )


def _fewest(words: SurveyWords) -> list[str]:
    """Say whose figure rests on the fewest people, after weighting and clustering."""
    sizes = words.findings.estimates.set_index("group")["effective_sample_size"].dropna()
    if sizes.empty:
        return []
    people = words.people(str(sizes.idxmin()))
    return [words.say("survey_fewest", people=people, count=words.number(sizes.min(), "count"))]


@in_each_language
def show_estimates(words: SurveyWords) -> Exhibit:
    """Return the outcome in each group, with design-based intervals."""
    findings = words.findings
    frame = words.named(findings.estimates)
    known = frame.dropna(subset=["estimate"]).sort_values("estimate", ascending=False)
    values = words.values(known, words.style)
    title = words.say("survey_nothing")
    if len(known):
        top = known.iloc[0]
        value = words.number(top["estimate"], words.style)
        title = words.of_kind("title", people=words.people(top["group"]), value=value)
    silent = words.without(frame, "survey_alt_absent")
    drawn = frame.assign(numerator=frame["answered"])
    share = words.kind == "share"
    if share:
        drawn[["estimate", "lower", "upper"]] *= 100
    return Exhibit(
        language=words.language,
        id="estimates",
        title=title,
        subtitle=words.of_kind("subtitle"),
        alt=words.of_kind("alt", values=values, absent=silent),
        caption=words.say("survey_caption_estimates"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("answered", words.say("survey_column_answered"), "count"),
            Column("estimate", words.of_kind("column"), words.style),
            Column("lower", words.say("column_interval"), words.style, interval_with="upper"),
            Column("band", words.say("column_band")),
            Column("reason", words.say("column_note")),
        ),
        svg=charts.intervals_by_group(
            findings.shield.release(drawn),
            styles=words.styles(),
            axis=words.of_kind("axis"),
            absent=words.say("survey_no_estimate"),
            style="per_cent" if share else "rate",
            language=words.language,
        ),
    )


@in_each_language
def show_gaps(words: SurveyWords) -> Exhibit:
    """Return each group's ratio to the reference group, with the difference beside it."""
    findings = words.findings
    frame = words.named(findings.gaps)
    drawn = frame.assign(estimate=frame["ratio"], lower=frame["ratio_lower"], upper=frame["ratio_upper"])
    values = words.values(drawn.dropna(subset=["estimate"]), "ratio")
    styles = words.styles()
    return Exhibit(
        language=words.language,
        id="gaps",
        title=_gap_title(words),
        subtitle=words.of_kind("gap_subtitle"),
        alt=words.of_kind("gap_alt", values=values),
        caption=words.say("survey_caption_gaps"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("ratio", words.say("column_ratio"), "ratio"),
            Column("ratio_lower", words.say("column_ratio_interval"), "ratio", interval_with="ratio_upper"),
            Column("difference", words.of_kind("column_difference"), words.gap_style),
            Column(
                "difference_lower",
                words.say("column_difference_interval"),
                words.gap_style,
                interval_with="difference_upper",
            ),
            Column("p_adjusted", words.say("column_p"), "p"),
            Column("finding", words.say("column_finding")),
            Column("reason", words.say("column_note")),
        ),
        svg=charts.comparisons_by_group(
            findings.shield.release(drawn.sort_values("estimate", ascending=False, na_position="last")),
            styles=styles,
            axis=words.say("column_ratio"),
            absent=words.say("no_ratio"),
            same=words.say("same_line"),
            language=words.language,
        ),
        caution=words.say("not_adjusted"),
    )


def _gap_title(words: SurveyWords) -> str:
    """Name the widest clear difference; say so where there is none."""
    gaps = words.findings.gaps
    clear = gaps[gaps["direction"].isin(["higher", "lower"]) & gaps["ratio"].notna()]
    if clear.empty:
        return words.of_kind("gap_title_none")
    widest = clear.loc[np.log(clear["ratio"]).abs().idxmax()]
    ratio = words.number(widest["ratio"], "ratio")
    return words.of_kind("gap_title", people=words.people(widest["group"]), ratio=ratio)


@in_each_language
def show_quality(words: SurveyWords) -> Exhibit:
    """Return the precision of each group's figure, in the bands of Welsh survey tables."""
    findings = words.findings
    frame = words.named(findings.estimates)
    title, values = words.precision(frame, column="precision", none=words.say("survey_quality_none"))
    silent = words.without(frame, "survey_alt_absent", column="precision")
    drawn = frame.assign(estimate=frame["precision"])
    return Exhibit(
        language=words.language,
        id="quality",
        title=title,
        subtitle=words.say("survey_quality_subtitle"),
        alt=words.say("survey_quality_alt", values=values, absent=silent),
        caption=words.say("survey_caption_quality"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("answered", words.say("survey_column_answered"), "count"),
            Column("effective_sample_size", words.say("column_effective"), "count"),
            Column("precision", words.say("survey_column_precision"), "rate"),
            Column("band", words.say("column_band")),
            Column("reason", words.say("column_note")),
        ),
        svg=charts.dots_by_group(
            findings.shield.release(drawn),
            styles=words.styles(),
            axis=words.say("survey_quality_axis"),
            absent=words.say("survey_no_estimate"),
            bands=words.bands(),
            language=words.language,
        ),
        caution=_paragraph(words),
    )


def _paragraph(words: SurveyWords) -> str:
    """Say whose figures are too imprecise, and of whom there is none."""
    weak = words.findings.estimates
    weak = weak[weak["band"] == "unreliable"]
    first = (
        words.say("survey_imprecise", groups=words.all_people(weak["group"]))
        if len(weak)
        else words.say("quality_speaks_for_all")
    )
    return " ".join([first, *words.by_reason(words.findings.estimates, "survey_absent")])
