"""Whom the evidence speaks for: each area of the Plan by each ethnic group, and by sex, age and disability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from arwap_analysis.ethnicity import get_classification
from arwap_analysis.registers.evidence.register import EvidenceSource, PolicyArea

__all__ = ["COVERAGES", "CROSSINGS", "coverage_of", "crossings_map", "evidence_map"]

COVERAGES = ("named", "within", "unknown", "absent")
"""From the best: a group of its own; inside a larger group; not known; nowhere."""
CROSSINGS = ("sex", "age", "disability")


def coverage_of(source: EvidenceSource, group: str, *, classification: str) -> str:
    """Say how a source covers a group: named, within, unknown or absent.

    Parameters
    ----------
    source : EvidenceSource
        Its classification says which groups it names.
    group : str
        Code of a group of `classification`.
    classification : str
        Id of the classification in which groups are asked about.

    Returns
    -------
    str
        "named" where the source has a group of exactly these people, or its parts; "within" where they are inside a
        larger group; "absent" where no group holds them; "unknown" where its classification is not known.
    """
    if source.classification is None:
        return "unknown"
    wanted = get_classification(classification).group(group).detail
    theirs = [g.detail for g in get_classification(source.classification).groups if g.kind == "group" and g.detail]
    parts = [detail for detail in theirs if detail <= wanted]
    if parts and frozenset[str]().union(*parts) == wanted:
        return "named"
    return "within" if any(detail & wanted for detail in theirs) else "absent"


def evidence_map(
    sources: Sequence[EvidenceSource], areas: Sequence[PolicyArea], *, classification: str, as_of: int
) -> pd.DataFrame:
    """Return for each area and group the best coverage, and how old the latest figure with it is.

    Returns
    -------
    DataFrame
        area, group, coverage, sources (number with that coverage), latest (year, NaN where not known or absent) and
        age (years before `as_of`).
    """
    groups = get_classification(classification).comparable
    rows = []
    for area in areas:
        ours = [source for source in sources if area.id in source.areas]
        for group in groups:
            found = [(coverage_of(source, group, classification=classification), source) for source in ours]
            best = min((c for c, _ in found), key=COVERAGES.index, default="absent")
            with_best = [source for c, source in found if c == best and best != "absent"]
            years = [source.last for source in with_best if source.last is not None]
            latest = float(max(years)) if years else np.nan
            rows.append((area.id, group, best, len(with_best), latest, max(as_of - latest, 0.0)))
    return pd.DataFrame(rows, columns=["area", "group", "coverage", "sources", "latest", "age"])


def crossings_map(sources: Sequence[EvidenceSource], areas: Sequence[PolicyArea]) -> pd.DataFrame:
    """Return for each area whether some source has figures by ethnic group and sex, age or disability.

    Returns
    -------
    DataFrame
        area, crossing, available: "yes" where one source has it; "unknown" where none has it and not all are known;
        "no" where none has it, or there is no source.
    """
    rows = []
    for area in areas:
        ours = [source for source in sources if area.id in source.areas]
        for crossing in CROSSINGS:
            said = [getattr(source.crossings, crossing) for source in ours]
            available = "yes" if True in said else "unknown" if None in said else "no"
            rows.append((area.id, crossing, available))
    return pd.DataFrame(rows, columns=["area", "crossing", "available"])
