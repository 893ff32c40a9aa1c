"""Say what a column of labels is about: ethnic groups, areas of Wales, periods, or something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from arwap_analysis.areas import find_area
from arwap_analysis.errors import DataError
from arwap_analysis.ethnicity import get_classification, harmonise_labels
from arwap_analysis.indicators.periods import parse_period

__all__ = ["Recognised", "recognise_labels"]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What labels are about; `read` of `total` labels could be read, and `open` names the others.

    `detail` is the classification of ethnic groups, or the kinds of area.
    """

    kind: Literal["ethnic_groups", "areas", "periods", "other"]
    detail: str
    read: int
    total: int
    open: tuple[str, ...]


def recognise_labels(labels: Sequence[str]) -> Recognised:
    """Recognise the distinct labels of one column; what reads fewer than half of them is not what they are about."""
    distinct = list(dict.fromkeys(labels))
    if not distinct:
        return Recognised("other", "", 0, 0, ())
    found = {"periods": _periods(distinct), "areas": _areas(distinct), "ethnic_groups": _groups(distinct)}
    kind, (read, detail) = max(found.items(), key=lambda item: len(item[1][0]))
    if 2 * len(read) < len(distinct):
        return Recognised("other", "", 0, len(distinct), ())
    open_labels = tuple(label for label in distinct if label not in read)
    return Recognised(kind, detail, len(read), len(distinct), open_labels)  # type: ignore[arg-type]


def _periods(labels: list[str]) -> tuple[set[str], str]:
    read = set()
    for label in labels:
        try:
            parse_period(label)
        except DataError:
            continue
        read.add(label)
    return read, ""


def _areas(labels: list[str]) -> tuple[set[str], str]:
    found = {label: area for label in labels if (area := find_area(label)) is not None}
    kinds = Counter(area.kind.replace("_", " ") for area in found.values())
    return set(found), ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())


def _groups(labels: list[str]) -> tuple[set[str], str]:
    results = [h for h in harmonise_labels(labels) if h.code]
    mapped = Counter(h.classification for h in results if h.status == "mapped")
    if not mapped:
        return set(), ""  # a lone "Total" is no ethnic group
    return {h.label for h in results}, get_classification(mapped.most_common(1)[0][0]).title_en
