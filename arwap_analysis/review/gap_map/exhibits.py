"""The exhibits of an evidence gap map: the map, crossings, priorities, their sensitivity, groups and sources."""

from __future__ import annotations

import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.present.charts import numbers_matrix, signs_matrix
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.registers.evidence import CROSSINGS, PARTS
from arwap_analysis.review.gap_map.wording import GapWords, in_each_language

__all__ = ["show_crossings", "show_groups", "show_map", "show_priorities", "show_sensitivity", "show_sources"]

_SIGNS = {"named": "full", "within": "half", "unknown": "doubt", "absent": "empty"}
_CROSSED = {"yes": "full", "unknown": "doubt", "no": "empty"}


@in_each_language
def show_map(words: GapWords) -> Exhibit:
    """Return the map: the best evidence for each group in each area, and how old it is."""
    cells = words.findings.cells
    frame = cells.assign(
        area_label=cells["area"].map(words.area),
        group_label=cells["group"].map(words.group),
        coverage_label=[words.say(f"gaps_{coverage}") for coverage in cells["coverage"]],
        latest_label=["" if pd.isna(year) else str(int(year)) for year in cells["latest"]],
        sign=cells["coverage"].map(_SIGNS),
    )
    count = cells["coverage"].value_counts()
    areas = dict(zip(frame["area"], frame["area_label"], strict=True))
    table = release_open(frame)
    return Exhibit(
        language=words.language,
        id="map",
        title=words.say("gaps_map_title", groups=frame["group"].nunique(), areas=len(areas), cells=len(frame),
                        named=int(count.get("named", 0)), within=int(count.get("within", 0))),
        subtitle=words.say("gaps_map_subtitle", year=words.findings.material.as_of),
        alt=words.say("gaps_map_alt", values=" ".join(_said(words, frame, area) for area in areas)),
        caption=words.say("gaps_caption_map"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("area_label", words.column("area")),
            Column("group_label", words.say("column_group")),
            Column("coverage_label", words.column("coverage")),
            Column("sources", words.column("sources"), "count"),
            Column("latest_label", words.column("latest")),
        ),
        svg=signs_matrix(
            table, row="group", column="area", sign="sign", number="age",
            rows=dict(zip(frame["group"], frame["group_label"], strict=True)), columns=areas,
            key={_SIGNS[c]: words.say(f"gaps_{c}") for c in _SIGNS}, language=words.language,
        ),
        caution=words.say("gaps_map_caution"),
    )  # fmt: skip


def _said(words: GapWords, frame: pd.DataFrame, area: str) -> str:
    count = frame.loc[frame["area"] == area, "coverage"].value_counts()
    values = {coverage: int(count.get(coverage, 0)) for coverage in _SIGNS}
    return words.say("gaps_map_alt_area", area=words.area(area), **values)


@in_each_language
def show_crossings(words: GapWords) -> Exhibit:
    """Return whether any source has figures by ethnic group and sex, age or disability, for each area."""
    found = words.findings.crossings
    wide = found.pivot(index="area", columns="crossing", values="available").loc[found["area"].drop_duplicates()]
    labels = {"yes": words.say("gaps_yes"), "no": words.say("gaps_no"), "unknown": words.say("gaps_unknown")}
    frame = found.assign(
        area_label=found["area"].map(words.area),
        crossing_label=found["crossing"].map(words.column),
        available_label=found["available"].map(labels),
        sign=found["available"].map(_CROSSED),
        number=float("nan"),
    )
    have = {crossing: int((wide[crossing] == "yes").sum()) for crossing in CROSSINGS}
    values = [
        words.say("gaps_crossings_alt_area", area=words.area(str(area)), **{c: labels[row[c]] for c in CROSSINGS})
        for area, row in wide.iterrows()
    ]
    title = words.say("gaps_crossings_title", areas=len(wide), **have)
    if not any(have.values()):
        title = words.say("gaps_crossings_title_none")
    table = release_open(frame)
    return Exhibit(
        language=words.language,
        id="crossings",
        title=title,
        subtitle=words.say("gaps_crossings_subtitle"),
        alt=words.say("gaps_crossings_alt", values=" ".join(values)),
        caption=words.say("gaps_caption_crossings"),
        source=words.source_line(),
        table=table,
        columns=(
            Column("area_label", words.column("area")),
            Column("crossing_label", words.say("gaps_part_crossings")),
            Column("available_label", words.column("coverage")),
        ),
        svg=signs_matrix(
            table, row="area", column="crossing", sign="sign", number="number",
            rows=dict(zip(frame["area"], frame["area_label"], strict=True)),
            columns=dict(zip(frame["crossing"], frame["crossing_label"], strict=True)),
            key={_CROSSED[c]: labels[c] for c in _CROSSED}, language=words.language,
        ),
    )  # fmt: skip


@in_each_language
def show_priorities(words: GapWords) -> Exhibit:
    """Return the areas in order of their gap, with the parts of each score."""
    table = words.findings.priorities
    request = words.findings.material.request
    frame = table.assign(area_label=table["area"].map(words.area))
    names = {part: words.say(f"gaps_part_{part}") for part in PARTS} | {"score": words.column("score")}
    long = frame.melt(id_vars="area", value_vars=list(names), var_name="part", value_name="value")
    first = frame[frame["rank"] == 1]
    score = words.number(first["score"].iloc[0], "ratio")
    weights = {part: f"{weight:g}" for part, weight in zip(PARTS, request.weights, strict=True)}
    values = [words.say("gaps_priorities_alt_area", area=area, score=words.number(value, "ratio"))
              for area, value in zip(frame["area_label"], frame["score"], strict=True)]  # fmt: skip
    return Exhibit(
        language=words.language,
        id="priorities",
        title=words.say("gaps_priorities_title", areas=words.areas(first["area"]), score=score),
        subtitle=words.say("gaps_priorities_subtitle", **weights),
        alt=words.say("gaps_priorities_alt", values=" ".join(values)),
        caption=words.say("gaps_caption_priorities"),
        source=words.source_line(),
        table=release_open(frame.drop(columns=["median_cv", "finest", "latest"])),
        columns=(
            Column("area_label", words.column("area")),
            Column("rank", words.column("rank"), "count"),
            Column("score", words.column("score"), "ratio"),
            Column("score_low", words.column("score_low"), "ratio"),
            *(Column(part, names[part], "ratio") for part in PARTS),
            Column("sources", words.column("sources"), "count"),
        ),
        svg=numbers_matrix(
            release_open(long.assign(status="published")), row="area", column="part", value="value",
            rows=dict(zip(frame["area"], frame["area_label"], strict=True)), columns=names, style="ratio",
            language=words.language,
        ),
        caution=words.say("gaps_priorities_caution"),
    )  # fmt: skip


@in_each_language
def show_sensitivity(words: GapWords) -> Exhibit:
    """Return how often each area is among the first when the weights vary."""
    table = words.findings.priorities.sort_values(["among_first", "score", "area"], ascending=[False, False, True])
    frame = table[["area", "score", "among_first", "best_rank", "worst_rank"]]
    frame = frame.assign(area_label=frame["area"].map(words.area)).reset_index(drop=True)
    first = frame[frame["among_first"].round(3) == frame["among_first"].max().round(3)]
    share = words.number(first["among_first"].iloc[0], "percent")
    return Exhibit(
        language=words.language,
        id="sensitivity",
        title=words.say("gaps_sensitivity_title", areas=words.areas(first["area"]), share=share),
        subtitle=words.say("gaps_sensitivity_subtitle"),
        caption=words.say("gaps_caption_sensitivity"),
        source=words.source_line(),
        table=release_open(frame),
        columns=(
            Column("area_label", words.column("area")),
            Column("score", words.column("score"), "ratio"),
            Column("among_first", words.column("among_first"), "percent"),
            Column("best_rank", words.column("best"), "count"),
            Column("worst_rank", words.column("worst"), "count"),
        ),
    )


@in_each_language
def show_groups(words: GapWords) -> Exhibit:
    """Return in how many areas each group is named, and which are named by no source at all."""
    groups = words.findings.groups
    frame = groups.assign(group_label=groups["group"].map(words.group)).sort_values("named", kind="stable")
    total = len(words.findings.material.register.areas)
    never = int((groups["named"] == 0).sum())
    equal = groups["named"].nunique() == 1
    title = words.say(
        "gaps_groups_title_equal" if equal else "gaps_groups_title", areas=int(groups["named"].min()), total=total
    )
    if never:
        title = words.say("gaps_groups_title_never", number=never, total=len(groups))
    return Exhibit(
        language=words.language,
        id="groups",
        title=title,
        subtitle=words.say("gaps_groups_subtitle", total=total),
        caption=words.say("gaps_caption_groups"),
        source=words.source_line(),
        table=release_open(frame.reset_index(drop=True)),
        columns=(
            Column("group_label", words.say("column_group")),
            *(Column(coverage, words.column(coverage), "count") for coverage in _SIGNS),
        ),
    )


@in_each_language
def show_sources(words: GapWords) -> Exhibit:
    """Return the register: every source with what is known of it."""
    dash = words.say("gaps_dash")
    rows = [
        {
            "source": source.id,
            "title": source.title.within(words.language),
            "publisher": source.publisher.within(words.language),
            "areas": words.areas(source.areas),
            "years": words.years(source),
            "published": source.published or dash,
            "groups": str(len(get_classification(source.classification).comparable)) if source.classification else dash,
            "place": words.say(f"gaps_place_{source.place}") if source.place else dash,
            "cv": dash if source.median_cv is None else words.number(source.median_cv, "rate"),
            "access": words.say(f"gaps_access_{source.access}") if source.access else dash,
            "citation": source.citation,
        }
        for source in words.findings.material.sources
    ]
    named = ("title", "publisher", "areas", "years", "published", "groups_named", "place", "cv", "access", "citation")
    return Exhibit(
        language=words.language,
        id="sources",
        title=words.say("gaps_sources_title", sources=len(rows)),
        subtitle=words.say("gaps_sources_subtitle"),
        caption=words.say("gaps_caption_sources"),
        source=words.source_line(),
        table=release_open(pd.DataFrame(rows)),
        columns=tuple(Column(id.removesuffix("_named"), words.column(id)) for id in named),
        folded=True,
    )
