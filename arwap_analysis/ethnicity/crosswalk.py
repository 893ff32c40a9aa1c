"""From one classification to another: what maps exactly, what only upwards, and what cannot be mapped at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arwap_analysis.ethnicity.classifications import Classification, EthnicGroup, get_classification

__all__ = ["GroupMapping", "crosswalk", "map_group", "series_breaks"]

Relation = Literal["exact", "many_to_one", "not_possible"]


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """Where the people of one group are in another classification.

    `relation` is exact (the same people), many_to_one (all of them in a larger group: counts can be added up)
    or not_possible (they are spread over `candidates`, or nobody knows where they are). `code` is None where
    it is not possible; `note` says why, or what to mind.
    """

    source: str
    code: str | None
    relation: Relation
    candidates: tuple[str, ...] = ()
    note: str = ""


def map_group(code: str, *, source: str, target: str) -> GroupMapping:
    """Map one group of the classification `source` into the classification `target`.

    Raises
    ------
    ParameterError
        For an unknown classification or group.
    """
    return _map(get_classification(source).group(code), get_classification(source), get_classification(target))


def crosswalk(source: str, target: str) -> tuple[GroupMapping, ...]:
    """Map every group of one classification into another, in the order of the first.

    Raises
    ------
    ParameterError
        For an unknown classification.
    """
    first, second = get_classification(source), get_classification(target)
    return tuple(_map(group, first, second) for group in first.groups)


def _map(group: EthnicGroup, source: Classification, target: Classification) -> GroupMapping:
    if group.kind != "group":
        same = target.code_of_kind(group.kind)
        return GroupMapping(group.code, same, "exact" if same else "not_possible")
    if source.id == target.id:
        return GroupMapping(group.code, group.code, "exact")
    if not group.detail:
        return GroupMapping(group.code, None, "not_possible", note=group.note)
    holders = [other for other in target.groups if other.detail & group.detail]
    for other in holders:
        if other.detail == group.detail:
            return GroupMapping(group.code, other.code, "exact", note=group.note or other.note)
        if other.detail > group.detail:
            return GroupMapping(group.code, other.code, "many_to_one", note=group.note or other.note)
    why = "its people are in several groups there" if len(holders) > 1 else "no group there holds all its people"
    candidates = tuple(other.code for other in holders)
    return GroupMapping(group.code, None, "not_possible", candidates, group.note or why)


def series_breaks(source: str, target: str) -> tuple[GroupMapping, ...]:
    """Name the groups whose counts cannot be read as one series across two classifications.

    A group breaks the series when its people moved (Chinese from Other to Asian in 2011), when it is new, or
    when the group of the same code holds other people than before.

    Returns
    -------
    tuple of GroupMapping
        One for each group of `target` that does not continue exactly from `source`; `candidates` are the
        groups of `source` in which its people were.

    Raises
    ------
    ParameterError
        For an unknown classification.
    """
    earlier, later = get_classification(source), get_classification(target)
    breaks = []
    for group in later.groups:
        found = _map(group, later, earlier)
        if group.kind != "group" or found.relation == "exact":
            continue
        before = tuple(other.code for other in earlier.groups if other.detail & group.detail)
        breaks.append(GroupMapping(group.code, None, "not_possible", before, found.note or group.note))
    return tuple(breaks)
