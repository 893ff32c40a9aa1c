"""Gather what is known of every measure of a framework, and put the results of those with figures side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import arwap_analysis.inference
import arwap_analysis.measures  # noqa: F401 (both fill the register of measures)
from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.indicators import indicator_ids, load_indicator
from arwap_analysis.project import find_project
from arwap_analysis.registers.framework import Entry, Framework, framework_file, read_framework
from arwap_analysis.registry import registered_measures
from arwap_analysis.review.evidence import Evidence, Findings, show_together
from arwap_analysis.review.evidence import assess as assess_indicator
from arwap_analysis.review.evidence import gather as gather_indicator
from arwap_analysis.review.monitor.closing import with_closing
from arwap_analysis.review.monitor.request import Monitor
from arwap_analysis.review.request import Review

__all__ = ["Followed", "Gathered", "Monitored", "assess", "gather"]

TREND_OF = {"rate_ratio": "rate_ratio_trend", "rate_difference": "rate_difference_trend"}
"""The measures of a gap whose change can be tested, and the test."""


@dataclass(frozen=True)
class Gathered:
    """A framework, and the evidence of each of its measures that has an indicator."""

    request: Monitor
    framework: Framework
    path: Path
    evidence: tuple[tuple[Entry, Evidence], ...]


@dataclass(frozen=True)
class Followed:
    """A measure with figures: what the framework says of it, and the results of a review of its indicator."""

    entry: Entry
    findings: Findings

    @property
    def evidence(self) -> Evidence:
        """What the results rest on."""
        return self.findings.evidence


@dataclass(frozen=True)
class Monitored:
    """Every result of the monitor; the frames are disparity tables with the id of the measure in `followed`.

    `levels`, `gaps` and `quality` hold every period, `gaps` in the disparity measure that the framework names;
    `trends` has one row a measure and group, with the columns of `with_closing`.
    """

    request: Monitor
    framework: Framework
    path: Path
    followed: tuple[Followed, ...]
    levels: pd.DataFrame
    gaps: pd.DataFrame
    trends: pd.DataFrame
    quality: pd.DataFrame

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.request.language)

    def show(self, frame: pd.DataFrame) -> ProtectedTable:
        """Return results of the monitor as a table that may be shown."""
        return show_together(frame, (one.evidence for one in self.followed))

    @property
    def without(self) -> tuple[Entry, ...]:
        """The measures that nobody has figures for here."""
        return tuple(entry for entry in self.framework.entries if entry.measure.indicator is None)


def gather(request: Monitor, *, project: Path | None = None) -> Gathered:
    """Read the framework, check its links, and gather the evidence of each measure that has an indicator.

    Raises
    ------
    ParameterError
        With every fault of the framework, and for a measure whose change over time cannot be followed.
    DataError
        For a file that is missing or cannot be trusted, with every fault.
    """
    root = find_project() if project is None else project
    path = framework_file() if request.framework is None else root / request.framework
    cards = {name: load_indicator(name, folder=root).better for name in indicator_ids()}
    framework = read_framework(path, indicators=cards, measures=tuple(registered_measures()))
    with_figures = [entry for entry in framework.entries if entry.measure.indicator is not None]
    if faults := [_cannot_follow(entry, path) for entry in with_figures if entry.measure.measure not in TREND_OF]:
        raise ParameterError(faults)
    # One indicator can stand for two measures, its ratio and its difference.
    once: dict[str, Evidence] = {}
    for entry in with_figures:
        indicator = str(entry.measure.indicator)
        if indicator not in once:
            once[indicator] = gather_indicator(_review_of(request, entry), project=root)
    return Gathered(request, framework, path, tuple((e, once[str(e.measure.indicator)]) for e in with_figures))


def _cannot_follow(entry: Entry, path: Path) -> Fault:
    return Fault("cannot_follow", f"the change of '{entry.measure.id}' over time cannot be tested in this measure",
                 str(path), column="measure", value=entry.measure.measure or "unknown",
                 hint=f"A measure with an indicator has one of: {', '.join(TREND_OF)}.")  # fmt: skip


def _review_of(request: Monitor, entry: Entry) -> Review:
    return Review(
        review_id=entry.measure.id,
        title=entry.measure.title,
        question=entry.outcome.text,
        indicator=str(entry.measure.indicator),
        data_folder=request.data_folder,
        confidence=request.confidence,
        correction=request.correction,
        language=request.language,
    )


def assess(gathered: Gathered) -> Monitored:
    """Compute every result of the monitor by the same analysis as a review, and lay the measures side by side."""
    results: dict[str, Findings] = {}
    for entry, evidence in gathered.evidence:
        results.setdefault(str(entry.measure.indicator), assess_indicator(evidence))
    followed = tuple(Followed(entry, results[str(entry.measure.indicator)]) for entry, _ in gathered.evidence)
    gaps = _side_by_side(followed, _main_gaps)
    return Monitored(
        gathered.request,
        gathered.framework,
        gathered.path,
        followed,
        levels=_side_by_side(followed, lambda f: f.findings.rates),
        gaps=gaps,
        trends=with_closing(_side_by_side(followed, _main_trends), gaps),
        quality=_side_by_side(followed, lambda f: f.findings.quality),
    )


def _main_gaps(followed: Followed) -> pd.DataFrame:
    gaps = followed.findings.gaps
    return gaps[gaps["measure"] == followed.entry.measure.measure]


def _main_trends(followed: Followed) -> pd.DataFrame:
    trends = followed.findings.trends
    return trends[trends["measure"] == TREND_OF[str(followed.entry.measure.measure)]]


def _side_by_side(followed: tuple[Followed, ...], part: Callable[[Followed], pd.DataFrame]) -> pd.DataFrame:
    """Return one frame of all measures, the id of each in `followed`; without rows where none has figures."""
    frames = [part(one).assign(followed=one.entry.measure.id) for one in followed]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["followed", "group", "direction"])
