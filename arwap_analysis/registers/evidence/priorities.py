"""How large the gap of each area is, part by part: groups, age, precision, place and crossings.

Each part lies between 0 (no gap) and 1 (the largest). Where a fact is not known the part has a lowest and a highest
value, and the report says which it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from arwap_analysis.registers.evidence.coverage import crossings_map, evidence_map
from arwap_analysis.registers.evidence.register import EvidenceSource, PolicyArea

__all__ = ["PARTS", "gap_parts"]

PARTS = ("groups", "age", "precision", "place", "crossings")
# Figures ten years old or older are as good as none; a coefficient of variation above 20% is too uncertain to print
# (the rule of the survey tables of the Welsh Government).
_OLD = 10.0
_UNRELIABLE = 20.0
_PLACE: Mapping[str, float] = {
    "local_authority": 0.0, "health_board": 0.5, "police_force": 0.5, "region": 0.5, "country": 1.0,
}  # fmt: skip
_COVERAGE: Mapping[str, tuple[float, float]] = {
    "named": (0.0, 0.0), "within": (0.5, 0.5), "absent": (1.0, 1.0), "unknown": (0.0, 1.0),
}  # fmt: skip
_CROSSING: Mapping[str, tuple[float, float]] = {"yes": (0.0, 0.0), "no": (1.0, 1.0), "unknown": (0.0, 1.0)}

Range = tuple[float, float]


def gap_parts(
    sources: Sequence[EvidenceSource], areas: Sequence[PolicyArea], *, classification: str, as_of: int
) -> pd.DataFrame:
    """Return each part of the gap of each area.

    Returns
    -------
    DataFrame
        A row for each area and part: area, part, low, high. Both are equal where the facts are known.

        groups: over all groups alike, 0 named, 0.5 within a larger group, 1 nowhere. age: of the latest figure, 10
        years and more are 1. precision: the best median coefficient of variation, 20% and more are 1. place: 0 for
        local authorities, 0.5 for health boards, police forces and regions, 1 for Wales. crossings: the share of sex,
        age and disability for which no source has figures. An area without a source has 1 throughout.
    """
    cells = evidence_map(sources, areas, classification=classification, as_of=as_of)
    crossed = crossings_map(sources, areas)
    rows = []
    for area in areas:
        ours = [source for source in sources if area.id in source.areas]
        ranges: dict[str, Range] = {
            "groups": _average([_COVERAGE[c] for c in cells.loc[cells["area"] == area.id, "coverage"]]),
            "age": _best([None if s.last is None else min(max(as_of - s.last, 0) / _OLD, 1.0) for s in ours]),
            "precision": _best([None if s.median_cv is None else min(s.median_cv / _UNRELIABLE, 1.0) for s in ours]),
            "place": _best([None if s.place is None else _PLACE[s.place] for s in ours]),
            "crossings": _average([_CROSSING[c] for c in crossed.loc[crossed["area"] == area.id, "available"]]),
        }
        rows += [(area.id, part, *ranges[part]) for part in PARTS]
    return pd.DataFrame(rows, columns=["area", "part", "low", "high"])


def _average(ranges: Sequence[Range]) -> Range:
    low, high = np.mean(ranges, axis=0)
    return float(low), float(high)


def _best(values: Sequence[float | None]) -> Range:
    """Return the smallest gap of the sources; those of which it is not known could have none."""
    known = [value for value in values if value is not None]
    if not values:
        return 1.0, 1.0
    return (0.0 if None in values else min(known)), (min(known) if known else 1.0)
