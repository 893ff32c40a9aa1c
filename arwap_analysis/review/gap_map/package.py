"""What the package itself reads, as entries of the register of evidence: computed from its cards and figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from arwap_analysis.errors import DataError
from arwap_analysis.indicators import indicator_ids, load_indicator, parse_period
from arwap_analysis.registers.evidence import EvidenceRegister, EvidenceSource
from arwap_analysis.registers.evidence.register import Crossings
from arwap_analysis.sources import SourceTable, load_source, read_published

__all__ = ["package_sources"]


def package_sources(
    register: EvidenceRegister, *, folder: Path, project: Path
) -> tuple[tuple[EvidenceSource, ...], tuple[str, ...], tuple[Path, ...]]:
    """Return an entry for each indicator of the package whose policy area the register knows.

    Returns
    -------
    sources : tuple of EvidenceSource
        Periods, groups and place come from the card, the uncertainty of its counts from the figures of the latest
        period: the median over groups of 100 / root of the count. Cards have no strata, so that no crossing is there.
    left_out : tuple of str
        Indicators whose area the register does not have, or whose data file is not there.
    files : tuple of Path
        What was read.

    Raises
    ------
    DataError
        For a data file that is there and cannot be trusted.
    """
    entries: list[EvidenceSource] = []
    left_out: list[str] = []
    files: list[Path] = []
    for indicator in indicator_ids():
        card = load_indicator(indicator, folder=project)
        area = register.named(card.policy_area)
        if area is None:
            left_out.append(indicator)
            continue
        try:
            table = read_published(load_source(card.numerator.source), folder=folder)
        except DataError as error:
            if any(fault.code != "missing_file" for fault in error.faults):
                raise
            left_out.append(indicator)  # a project need not hold the data of every indicator; the report names it
            continue
        files.append(table.path)
        entries.append(_entry(indicator, area, table))
    return tuple(entries), tuple(left_out), tuple(dict.fromkeys(files))


def _entry(indicator: str, area: str, table: SourceTable) -> EvidenceSource:
    card = table.card
    years = {period: parse_period(period) for period in table.frame["period"].unique()}
    latest = max(years, key=lambda period: years[period].midpoint)
    counts = table.frame.loc[table.frame["period"] == latest, "value"].to_numpy(float)
    counts = counts[np.isfinite(counts) & (counts > 0)]
    return EvidenceSource(
        id=f"package_{indicator}",
        title=card.title,
        areas=[area],
        publisher=card.publisher,
        design="administrative",
        first=min(period.start.year for period in years.values()),
        last=years[latest].end.year,
        classification=card.classification,
        place="local_authority" if card.layout.area_column else "country",
        median_cv=float(np.median(100 / np.sqrt(counts))) if counts.size else None,
        crossings=Crossings(sex=False, age=False, disability=False),
        access="open",
        citation=card.file,
    )
