"""The sentences of an evidence gap map: priorities with their reasons, what is firm, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from arwap_analysis.present.exhibit import Statements
from arwap_analysis.registers.evidence import CROSSINGS
from arwap_analysis.review.gap_map.wording import GapWords, in_each_language

__all__ = ["describe_limits", "describe_methods", "list_priorities", "main_points"]

# Under this share of the weightings an area counts as one of the first whatever one prefers.
_NEARLY_ALL = 0.95


@in_each_language
def main_points(words: GapWords) -> Statements:
    """Return the largest gaps, whether the order is firm, whom no source names, and how much is not known."""
    return Statements("main_points", tuple(_points(words)), language=words.language)


def _points(words: GapWords) -> Iterator[str]:
    table, groups = words.findings.priorities, words.findings.groups
    first = table[table["rank"] <= words.findings.ranking.top]
    yield words.say("gaps_top", areas=words.areas(first["area"]))
    if len(without := table[table["sources"] == 0]):
        yield words.say("gaps_no_source", areas=words.areas(without["area"]))
    firm = table[table["among_first"] >= _NEARLY_ALL]
    yield words.say("gaps_firm", areas=words.areas(firm["area"])) if len(firm) else words.say("gaps_not_firm")
    if len(never := groups[groups["named"] == 0]):
        yield words.say("gaps_groups_never", groups=words.groups(never["group"]))
    elif groups["named"].nunique() == 1:
        yield words.say("gaps_groups_equal", areas=int(groups["named"].iloc[0]), total=len(table))
    else:
        fewest = groups[groups["named"] == groups["named"].min()]
        yield words.say("gaps_groups_least", areas=int(fewest["named"].iloc[0]), total=len(table),
                        groups=words.groups(fewest["group"]))  # fmt: skip
    touched = int((table["undecided"] > 0).sum())
    yield words.say(f"gaps_unknown_{words.findings.material.request.unknown}", areas=touched, total=len(table))


@in_each_language
def list_priorities(words: GapWords) -> Statements:
    """Return every area in order, each with the reasons for its score."""
    lines = [
        words.say(
            "gaps_priority",
            area=words.area(row["area"]),
            score=words.number(row["score"], "ratio"),
            reasons="; ".join(_reasons(words, row)),
        )
        for _, row in words.findings.priorities.iterrows()
    ]
    # An ordered list: the rank of equal scores is in the table.
    return Statements("priorities", tuple(lines), role="sources", language=words.language)


def _reasons(words: GapWords, row: pd.Series) -> Iterator[str]:
    if not row["sources"]:
        yield words.say("gaps_reason_no_source")
        return
    cells = words.findings.cells[words.findings.cells["area"] == row["area"]]
    named = int((cells["coverage"] == "named").sum())
    if (cells["coverage"] == "unknown").all():
        yield words.say("gaps_reason_groups_unknown")
    else:
        yield words.say("gaps_reason_groups", named=named, groups=len(cells))
    if pd.isna(row["latest"]):
        yield words.say("gaps_reason_latest_unknown")
    else:
        yield words.say("gaps_reason_latest", latest=str(int(row["latest"])))
    if pd.isna(row["median_cv"]):
        yield words.say("gaps_reason_cv_unknown")
    elif row["median_cv"] == 0:
        yield words.say("gaps_reason_counted")
    else:
        yield words.say("gaps_reason_cv", cv=words.number(row["median_cv"], "per_cent"))
    if pd.isna(row["finest"]):
        yield words.say("gaps_reason_place_unknown")
    else:
        yield words.say("gaps_reason_place", place=words.say(f"gaps_place_{row['finest']}"))
    yield _crossings(words, row["area"])


def _crossings(words: GapWords, area: str) -> str:
    table = words.findings.crossings
    said = table[table["area"] == area].set_index("crossing")["available"]
    there = [crossing for crossing in CROSSINGS if said[crossing] == "yes"]
    if there:
        names = words.join(words.column(crossing).lower() for crossing in there)
        return words.say("gaps_reason_crossings", crossings=names)
    return words.say("gaps_reason_crossings_unknown" if "unknown" in set(said) else "gaps_reason_crossings_none")


@in_each_language
def describe_limits(words: GapWords) -> Statements:
    """Return what the map cannot say, and which indicators of the package are not on it."""
    material = words.findings.material
    lines = [material.register.note.within(words.language), words.say("gaps_limit_register"),
             words.say("gaps_limit_quality")]  # fmt: skip
    if material.left_out:
        lines.append(words.say("gaps_limit_left_out", indicators=", ".join(material.left_out)))
    return Statements("limits", tuple(lines), role="cautions", language=words.language)


@in_each_language
def describe_methods(words: GapWords) -> Statements:
    """Return how coverage, parts, scores and ranks are made, and where the register comes from."""
    material = words.findings.material
    lines = [words.say("gaps_method_coverage"), words.say("gaps_method_parts")]
    if material.request.with_package:
        lines.append(words.say("gaps_method_package"))
    lines.append(words.say("gaps_method_ranking", seed=material.request.seed))
    lines.append(words.say("gaps_source_register", sources=len(material.sources),
                           **{"from": material.register.areas_from.within(words.language)}))  # fmt: skip
    return Statements("methods", tuple(lines), role="methods", language=words.language)
