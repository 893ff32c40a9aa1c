"""Gather the sources of a synthesis, and assess them: everything that the report says is computed here, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.documents import load_model
from arwap_analysis.estimate import normal_quantile
from arwap_analysis.measures import proportion_difference, proportion_ratio, rate_difference, rate_ratio
from arwap_analysis.models import (
    EggerTest,
    EvidenceTable,
    PooledEffect,
    Subgroups,
    effects_from_intervals,
    egger_test,
    funnel_points,
    leave_one_out,
    pool_effects,
    subgroup_effects,
)
from arwap_analysis.project import find_project
from arwap_analysis.review.synthesis.card import EvidenceCard, Source
from arwap_analysis.review.synthesis.request import Synthesis
from arwap_analysis.sources import file_digest

__all__ = ["ENOUGH_FOR_FUNNEL", "Evidence", "Findings", "assess", "gather"]

ENOUGH_FOR_FUNNEL = 10
"""Sources below which neither a funnel nor Egger's test says anything (Sterne et al. 2011)."""
NOT_GIVEN = "The source gives no figure that can be pooled"
NO_EVENTS = "Nobody in one of the two groups had the event, so that a ratio has no standard error"


@dataclass(frozen=True)
class Evidence:
    """What a synthesis rests on: the request, the card, where it lies, and its digest."""

    request: Synthesis
    card: EvidenceCard
    path: Path
    sha256: str


@dataclass(frozen=True)
class Findings:
    """Every result of a synthesis; what cannot be computed is None, and `rows` says why for each source.

    `rows` has one row for each source: `source, label, effect, variance` on the scale of analysis, `estimate, lower,
    upper` as readers know them, `weight` and `common_weight` in per cent, `subgroup`, `reason`.
    """

    evidence: Evidence
    table: EvidenceTable
    rows: pd.DataFrame
    random: PooledEffect | None
    common: PooledEffect | None
    subgroups: Subgroups | None
    left_out: pd.DataFrame | None
    egger: EggerTest | None
    funnel: pd.DataFrame | None

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.evidence.request.language)

    @property
    def pooled_count(self) -> int:
        """How many sources have an effect."""
        return int(self.rows["effect"].notna().sum())


def gather(request: Synthesis, *, project: Path | None = None) -> Evidence:
    """Read the card of sources; raises ParameterError with every mistake in it and its line."""
    root = find_project() if project is None else project
    path = root / request.evidence
    return Evidence(request, load_model(path, EvidenceCard), path, file_digest(path))


def effect_of(source: Source, scale: str) -> tuple[float, float, str]:
    """Return a source's effect and variance on the scale of analysis, and why it has none (NaN then)."""
    if source.effect is not None and source.variance is not None:
        return source.effect, source.variance, ""
    if source.published_interval is not None:
        given = source.published_interval
        effect, variance = effects_from_intervals(
            [given.estimate], [given.lower], [given.upper], scale=scale, confidence=given.confidence  # type: ignore[arg-type]
        )  # fmt: skip
        return float(effect[0]), float(variance[0]), ""
    if source.counts is None:
        return np.nan, np.nan, NOT_GIVEN
    counts = source.counts
    if scale == "ratio":
        if counts.events == 0 or counts.reference_events == 0:
            return np.nan, np.nan, NO_EVENTS
        measure, method = (proportion_ratio, "katz") if counts.kind == "proportion" else (rate_ratio, "exact")
        found = measure(
            counts.events, counts.people, reference_numerator=counts.reference_events,
            reference_denominator=counts.reference_people, method=method,
        )  # fmt: skip
        return float(np.log(found.estimate)), float(found.standard_error) ** 2, ""
    contrast = proportion_difference if counts.kind == "proportion" else rate_difference
    found = contrast(
        counts.events, counts.people, reference_numerator=counts.reference_events,
        reference_denominator=counts.reference_people,
    )  # fmt: skip
    squared = float(found.standard_error) ** 2
    return (float(found.estimate), squared, "") if squared > 0 else (np.nan, np.nan, NO_EVENTS)


def assess(evidence: Evidence) -> Findings:
    """Compute every result of the synthesis: effects, pooled effects, and what they depend on."""
    request, card = evidence.request, evidence.card
    effects = [effect_of(source, card.scale) for source in card.sources]
    rows = pd.DataFrame(
        {
            "source": [source.id for source in card.sources],
            "label": [source.label for source in card.sources],
            "published": [str(getattr(source.published, "year", source.published)) for source in card.sources],
            "subgroup": [source.subgroup for source in card.sources],
            "effect": [effect for effect, _, _ in effects],
            "variance": [variance for _, variance, _ in effects],
            "reason": [reason for _, _, reason in effects],
        }
    )
    known = rows.dropna(subset=["effect"])
    options = {"scale": card.scale, "confidence": request.confidence}
    model = {"method": request.method, "interval": request.interval, **options}
    y, v = rows["effect"].to_numpy(float), rows["variance"].to_numpy(float)
    random = pool_effects(y, v, **model) if len(known) else None  # type: ignore[arg-type]
    common = pool_effects(y, v, method="FE", **options) if len(known) else None  # type: ignore[arg-type]
    enough = len(known) >= ENOUGH_FOR_FUNNEL and known["variance"].nunique() > 1
    return Findings(
        evidence=evidence,
        table=card.as_table(
            request.question.en or request.question.cy or "",
            {row.source: (float(row.effect), float(row.variance)) for row in known.itertuples()},
        ),
        rows=_with_intervals(rows, card.scale, request.confidence, random, common),
        random=random,
        common=common,
        subgroups=_by_subgroup(known, model),
        left_out=leave_one_out(y, v, sources=rows["source"], **model) if len(known) > 2 else None,  # type: ignore[arg-type]
        egger=egger_test(y, v, confidence=request.confidence) if enough else None,
        funnel=funnel_points(y, v, pooled=common, sources=rows["source"], confidence=request.confidence)
        if enough and common is not None
        else None,
    )


def _with_intervals(
    rows: pd.DataFrame, scale: str, confidence: float, random: PooledEffect | None, common: PooledEffect | None
) -> pd.DataFrame:
    """Add each source's estimate and interval as readers know them, and its weights."""
    half = normal_quantile(confidence) * np.sqrt(rows["variance"])
    turn = np.exp if scale == "ratio" else np.asarray
    ends = {"estimate": rows["effect"], "lower": rows["effect"] - half, "upper": rows["effect"] + half}
    nothing = np.full(len(rows), np.nan)
    return rows.assign(
        **{name: np.asarray(turn(values)) for name, values in ends.items()},
        weight=nothing if random is None else random.weights,
        common_weight=nothing if common is None else common.weights,
    )


def _by_subgroup(known: pd.DataFrame, model: Mapping[str, object]) -> Subgroups | None:
    """Pool each subgroup, where every pooled source is in one and there are two or more."""
    if known["subgroup"].isna().any() or known["subgroup"].nunique() < 2:
        return None
    return subgroup_effects(known["effect"], known["variance"], subgroup=known["subgroup"], **model)  # type: ignore[arg-type]
