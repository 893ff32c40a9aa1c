"""Gather the register of evidence, and assess it: everything that the report says is computed here, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.inference import WeightedRanking, rank_under_weights, weighted_scores
from arwap_analysis.project import find_project
from arwap_analysis.registers.evidence import (
    PARTS,
    EvidenceRegister,
    EvidenceSource,
    crossings_map,
    evidence_map,
    gap_parts,
    load_register,
)
from arwap_analysis.registers.evidence.register import PLACES
from arwap_analysis.review.gap_map.package import package_sources
from arwap_analysis.review.gap_map.request import GapRequest

__all__ = ["CLASSIFICATION", "GapFindings", "GapMaterial", "assess", "gather"]

CLASSIFICATION = "census_2021"
"""The groups that are asked about: the finest that the census knows."""


@dataclass(frozen=True)
class GapMaterial:
    """What the map rests on: the request, the register, and every source, those of the package among them."""

    request: GapRequest
    register: EvidenceRegister
    sources: tuple[EvidenceSource, ...]
    left_out: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def as_of(self) -> int:
        """The year to which ages are counted."""
        return self.request.as_of or self.register.as_of


@dataclass(frozen=True)
class GapFindings:
    """Every result of the map.

    `cells`: area, group, coverage, sources, latest, age. `crossings`: area, crossing, available. `priorities`: a row
    for each area, the largest gap first: its parts, score, the scores if unknown facts hid no gap and the largest one,
    rank, how it ranks under other weights, and the facts behind the parts. `groups`: for each group the number of
    areas by coverage.
    """

    material: GapMaterial
    cells: pd.DataFrame
    crossings: pd.DataFrame
    priorities: pd.DataFrame
    ranking: WeightedRanking
    groups: pd.DataFrame

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.material.request.language)


def gather(request: GapRequest, *, project: Path | None = None) -> GapMaterial:
    """Read the register, and add what the package itself reads.

    Raises ParameterError with every fault of the register and its line.
    """
    root = find_project() if project is None else project
    register = load_register(root / request.evidence)
    added: tuple[EvidenceSource, ...] = ()
    left_out: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    if request.with_package:
        added, left_out, files = package_sources(register, folder=root / request.data_folder, project=root)
    return GapMaterial(request, register, (*register.sources, *added), left_out, files)


def assess(material: GapMaterial) -> GapFindings:
    """Work out coverage, crossings, the parts of each area's gap, its rank, and how far the rank hangs on weights."""
    sources, areas = material.sources, material.register.areas
    cells = evidence_map(sources, areas, classification=CLASSIFICATION, as_of=material.as_of)
    parts = gap_parts(sources, areas, classification=CLASSIFICATION, as_of=material.as_of)
    priorities, ranking = _priorities(material, parts)
    return GapFindings(material, cells, crossings_map(sources, areas), priorities, ranking, _groups(cells))


def _priorities(material: GapMaterial, parts: pd.DataFrame) -> tuple[pd.DataFrame, WeightedRanking]:
    request = material.request
    order = [area.id for area in material.register.areas]
    low, high = (
        parts.pivot(index="area", columns="part", values=end).loc[order, list(PARTS)] for end in ("low", "high")
    )
    counted = high if request.unknown == "gap" else low
    top = min(request.top, len(order))
    rng = np.random.default_rng(request.seed)
    ranking = rank_under_weights(counted.to_numpy(), weights=request.weights, rng=rng, top=top, draws=request.draws)
    score = weighted_scores(counted.to_numpy(), weights=request.weights)
    numbers = {
        "score": score,
        "score_low": weighted_scores(low.to_numpy(), weights=request.weights),
        "score_high": weighted_scores(high.to_numpy(), weights=request.weights),
        "among_first": ranking.among_first,
        "best_rank": ranking.best,
        "worst_rank": ranking.worst,
        "undecided": (low != high).sum(axis=1).to_numpy(),
        **_facts(material, order),
    }
    table = counted.assign(**numbers).reset_index(names="area")
    # Equal scores share a rank; rounding keeps the last bits from deciding.
    table["rank"] = table["score"].round(12).rank(ascending=False, method="min")
    return table.sort_values(["rank", "area"], kind="stable").reset_index(drop=True), ranking


def _facts(material: GapMaterial, order: list[str]) -> dict[str, list[object]]:
    """Return the facts behind the parts of each area: the best that any of its sources has, None where not known."""
    ours = [[source for source in material.sources if area in source.areas] for area in order]
    return {
        "sources": [len(sources) for sources in ours],
        "latest": [max((s.last for s in sources if s.last is not None), default=None) for sources in ours],
        "median_cv": [min((s.median_cv for s in sources if s.median_cv is not None), default=None) for sources in ours],
        "finest": [min((s.place for s in sources if s.place), key=PLACES.index, default=None) for sources in ours],
    }


def _groups(cells: pd.DataFrame) -> pd.DataFrame:
    """Return for each group in how many areas it is named, within a larger group, in doubt or absent."""
    table = cells.groupby(["group", "coverage"], sort=False).size().unstack(fill_value=0)
    table = table.reindex(columns=["named", "within", "unknown", "absent"], fill_value=0)
    return table.loc[cells["group"].drop_duplicates()].reset_index()
