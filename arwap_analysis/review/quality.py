"""The quality of the source: how precise each group's figure is, and for whom it cannot speak."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.statements import focus
from arwap_analysis.review.wording import Wording, in_each_language

__all__ = ["show_data_quality"]


@in_each_language
def show_data_quality(words: Wording) -> Exhibit:
    """Return the precision of each group's figure in the focus period, and what the source is silent about."""
    findings = words.findings
    frame = focus(findings.quality, findings)
    frame = frame.assign(group_label=frame["group"].map(lambda code: words.label(code))).reset_index(drop=True)
    title, values = words.precision(frame, none=words.say("quality_title_none"))
    table = words.show(frame)
    sizes = (Column("effective_sample_size", words.say("column_effective"), "count"),) if len(_sizes(frame)) else ()
    return Exhibit(
        language=words.language,
        id="quality",
        title=title,
        subtitle=words.say("quality_subtitle"),
        alt=words.say("quality_alt", values=values, absent=words.without(frame, "rates_alt_absent")),
        caption=words.say("caption_quality"),
        source=words.source_line(),
        table=words.show(_with_bands(words.shown(frame), words)),
        columns=(
            Column("group_label", words.say("column_group")),
            Column("numerator", words.say("column_count"), "count"),
            *sizes,
            Column("estimate", words.say("column_precision"), "rate"),
            Column("reliability", words.say("column_band")),
            Column("reason", words.say("column_note")),
        ),
        svg=charts.dots_by_group(
            table,
            styles=words.styles(),
            axis=words.say("quality_axis"),
            absent=words.say("no_rate"),
            bands=words.bands(),
            language=words.language,
        ),
        caution=_paragraph(words),
    )


def _with_bands(frame: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the table with the bands of reliability in the words of the page."""
    return frame.assign(reliability=frame["reliability"].map(lambda band: words.phrase(band)))


def _paragraph(words: Wording) -> str:
    """Say for whom the figures are too imprecise, whose ethnicity is not known, and who is missing."""
    frame = focus(words.findings.quality, words.findings)
    weak = frame.loc[frame["reliability"] == "unreliable", "group"]
    sentences = [
        words.say("quality_unreliable", groups=words.all_people(weak))
        if len(weak)
        else words.say("quality_speaks_for_all")
    ]
    sizes = _sizes(frame)
    if len(sizes):
        fewest = sizes.idxmin()
        people = words.people(frame.loc[fewest, "group"])
        sentences.append(words.say("quality_effective", people=people, count=words.number(sizes[fewest], "count")))
    share = frame["share_unknown"].dropna()
    if len(share):
        sentences.append(words.say("quality_unknown", share=words.number(share.iloc[0], "percent")))
    else:
        sentences.append(words.unknown_absent())
    silent = frame.loc[frame["estimate"].isna(), "group"]
    if len(silent):
        sentences.append(words.say("quality_silent", groups=words.all_people(silent)))
    return " ".join(sentences)


def _sizes(frame: pd.DataFrame) -> pd.Series:
    """Return the effective sample sizes that the source has: none for counts of everyone."""
    return frame.get("effective_sample_size", pd.Series(dtype=float)).dropna()
