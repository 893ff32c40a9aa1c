"""How far the answer could move: the ratio of each group under each choice that somebody could have made."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.review.statements import focus
from arwap_analysis.review.wording import Wording, in_each_language

__all__ = ["show_robustness"]


@in_each_language
def show_robustness(words: Wording) -> Exhibit:
    """Return how far the ratio of each group could move under each choice, in the focus period."""
    findings = words.findings
    choices = {choice: words.say(f"choice_{choice}") for choice in ("main", "rounding", "unknown", "population")}
    rows = focus(findings.choices, findings)
    frame = words.named(rows).assign(choice_label=rows["choice"].map(choices).to_numpy())
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
    table = words.show(frame)
    return Exhibit(
        language=words.language,
        id="robustness",
        title=title,
        subtitle=words.say("robust_subtitle"),
        alt=words.say("robust_alt", values=values),
        caption=words.say("caption_robust"),
        source=words.source_line(),
        table=words.show(words.shown(frame)),
        columns=(
            Column("group_label", words.column("group")),
            Column("choice_label", words.column("choice")),
            Column("estimate", words.column("ratio"), "ratio"),
            Column("lower", words.column("interval"), "ratio", interval_with="upper"),
            Column("reason", words.column("note")),
        ),
        svg=charts.ranges_by_group(
            table,
            styles=words.styles(),
            choices=choices,
            axis=words.column("ratio"),
            absent=words.say("no_ratio"),
            language=words.language,
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
