"""Two characteristics at once: each crossing of a group and a second characteristic against one of them."""

from __future__ import annotations

from arwap_analysis.present import charts
from arwap_analysis.present.charts import GroupStyle
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.review.adjusted.findings import AdjustedFindings
from arwap_analysis.review.adjusted.wording import AdjustedWords, in_each_language

__all__ = ["show_crossings"]


def show_crossings(findings: AdjustedFindings) -> Exhibit | Statements:
    """Return the crossings; a sentence where no second characteristic was asked for."""
    return _none(findings) if findings.request.second is None else _crossings(findings)


@in_each_language
def _none(words: AdjustedWords) -> Statements:
    return Statements("crossings", (words.say("adjusted_no_second"),), language=words.language)


@in_each_language
def _crossings(words: AdjustedWords) -> Exhibit:
    findings = words.findings
    second = str(findings.request.second)
    rows = words.named(findings.crossings)
    frame = rows.assign(
        second_label=[words.level(second, code) for code in rows["second"]],
        crossing=rows["group"] + " / " + rows["second"],
    )
    frame["label"] = [
        words.say("adjusted_crossing", group=group, level=level)
        for group, level in zip(frame["group_label"], frame["second_label"], strict=True)
    ]
    frame = frame.sort_values("estimate", ascending=False, na_position="last").reset_index(drop=True)
    own = words.styles()
    reference = frame["direction"] == "reference"
    styles = {
        row["crossing"]: GroupStyle(row["label"], own[row["group"]].colour, bool(row["direction"] == "reference"))
        for _, row in frame.iterrows()
    }
    known = frame[frame["estimate"].notna() & ~reference]
    level = words.level(second, str(frame["reference_second"].iloc[0]))
    against = words.say("adjusted_crossing", group=words.common["reference"], level=level)
    values = words.values(known, "points", name="label")
    title = words.say("adjusted_crossings_none")
    if len(known):
        far = known.loc[known["estimate"].abs().idxmax()]
        points = words.number(far["estimate"], "points")
        title = words.say("adjusted_crossings_title", crossing=far["label"], points=points, against=against)
    drawn = frame.assign(group=frame["crossing"])
    return Exhibit(
        language=words.language,
        id="crossings",
        title=title,
        subtitle=words.say("adjusted_crossings_subtitle", against=against),
        alt=words.say("adjusted_crossings_alt", against=against, values=values),
        caption=words.say("adjusted_caption_crossings"),
        source=words.source_line(),
        table=findings.shield.release(frame),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("second_label", words.covariate(second)),
            Column("people", words.say("adjusted_column_people"), "count"),
            Column("observed", words.say("adjusted_column_share"), "percent"),
            Column("estimate", words.say("adjusted_column_points"), "points"),
            Column("lower", words.say("column_interval"), "points", interval_with="upper"),
            Column("p_adjusted", words.say("column_p"), "p"),
            Column("finding", words.say("column_finding")),
            Column("reason", words.say("column_note")),
        ),
        svg=charts.comparisons_by_group(
            findings.shield.release(drawn[~reference]),
            styles=styles,
            axis=words.say("adjusted_column_points"),
            absent=words.say("survey_no_estimate"),
            same=against,
            style="points",
            language=words.language,
        ),
        caution=words.say("adjusted_crossings_caution"),
    )
