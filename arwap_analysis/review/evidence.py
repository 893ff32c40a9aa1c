"""Gather the evidence for a review, and assess it: everything that the report says is computed here, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from arwap_analysis import analyse
from arwap_analysis.disclosure import ProtectedTable, release_open
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import Classification, get_classification
from arwap_analysis.indicators import (
    Denominator,
    IndicatorCard,
    assemble_indicator,
    load_indicator,
    parse_period,
)
from arwap_analysis.project import find_project
from arwap_analysis.review.protection import (
    policy_of,
    protect_source,
    refuse_protected_population,
    rounding_base_of,
    without_figures,
)
from arwap_analysis.review.request import Review
from arwap_analysis.sources import SourceTable, load_source, read_published

if TYPE_CHECKING:
    from arwap_analysis.disclosure import ProtectedIndicator

__all__ = ["Evidence", "Findings", "assess", "gather", "show_together"]


@dataclass(frozen=True)
class Evidence:
    """What a review rests on: the request, the card, the source tables and the indicator table.

    `alternative` is the same indicator over the card's alternative population, None where it has none. `protected` is
    None for open data; otherwise every count here is protected already, and it says how.
    """

    request: Review
    card: IndicatorCard
    numerator: SourceTable
    denominators: tuple[SourceTable, ...]
    table: pd.DataFrame
    alternative: pd.DataFrame | None
    focus_period: str
    reference_group: str
    protected: ProtectedIndicator | None = None

    def show(self, frame: pd.DataFrame) -> ProtectedTable:
        """Return results that were computed from this evidence as a table that may be shown."""
        return release_open(frame) if self.protected is None else self.protected.computed(frame)

    @property
    def rounding_base(self) -> int | None:
        """The multiple to which the counts are rounded, None where they are not."""
        return rounding_base_of(self.numerator.card, self.protected.policy if self.protected else None)

    @property
    def classification(self) -> Classification:
        """The classification in which the groups are compared."""
        return get_classification(self.numerator.card.classification)

    @property
    def sources(self) -> tuple[SourceTable, ...]:
        """Every source table, the numerator first, none twice."""
        return (self.numerator, *self.denominators)


@dataclass(frozen=True)
class Findings:
    """Every result of a review, as disparity tables."""

    evidence: Evidence
    rates: pd.DataFrame
    gaps: pd.DataFrame
    trends: pd.DataFrame
    choices: pd.DataFrame
    completeness: pd.DataFrame
    detectable: pd.DataFrame
    quality: pd.DataFrame

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.evidence.request.language)


def show_together(frame: pd.DataFrame, evidence: Iterable[Evidence]) -> ProtectedTable:
    """Return results of several indicators in one table that may be shown.

    Where any of them is not open data, the strictest of their rules is the table's, and the audit holds all rows to it.
    """
    rules = [one.protected for one in evidence if one.protected is not None]
    if not rules:
        return release_open(frame)
    return max(rules, key=lambda rule: rule.policy.threshold or 0).computed(frame)


def gather(request: Review, *, project: Path | None = None) -> Evidence:
    """Read the sources of the requested indicator, protect counts that are not open data, and assemble its table.

    Parameters
    ----------
    request : Review
        The question, the indicator, the periods.
    project : Path, optional
        The project folder from which relative paths count; found from the working folder by default.

    Raises
    ------
    ParameterError
        For an unknown indicator, group or period.
    DataError
        For a file that is missing or cannot be trusted, with every fault.
    """
    root = find_project() if project is None else project
    card = load_indicator(request.indicator, folder=root)
    folder = root / request.data_folder
    source = load_source(card.numerator.source)
    with without_figures(source):
        numerator = read_published(source, folder=folder)
    area = numerator.card.area
    denominator = read_published(load_source(card.denominator.source), folder=folder, area=area)
    _same_classification(numerator, denominator)
    refuse_protected_population(denominator)
    chosen = _chosen_periods(numerator.frame, request)
    protected = None
    if (policy := policy_of(numerator.card, project=root)) is not None:
        with without_figures(numerator.card):
            every = _assemble(card, numerator, denominator, card.denominator, list(numerator.frame["period"].unique()))
            numerator, protected = protect_source(numerator, every, policy)
    table = _assemble(card, numerator, denominator, card.denominator, chosen)
    denominators: tuple[SourceTable, ...] = (denominator,)
    alternative = None
    if card.alternative_denominator is not None:
        other = denominator
        if card.alternative_denominator.source != card.denominator.source:
            other = read_published(load_source(card.alternative_denominator.source), folder=folder, area=area)
            _same_classification(numerator, other)
            refuse_protected_population(other)
            denominators = (denominator, other)
        alternative = _assemble(card, numerator, other, card.alternative_denominator, chosen)
    reference = _reference_group(card, request, numerator)
    focus = _focus_period(table, request, reference)
    return Evidence(request, card, numerator, denominators, table, alternative, focus, reference, protected)


def _assemble(
    card: IndicatorCard,
    numerator: SourceTable,
    denominator: SourceTable,
    rule: Denominator,
    periods: list[str],
) -> pd.DataFrame:
    kept = numerator.frame[numerator.frame["period"].isin(periods)]
    return assemble_indicator(
        kept,
        denominator.frame,
        rule=rule,
        indicator=card.id,
        area=numerator.card.area.code,
        area_name=numerator.card.area.name,
        classification=numerator.card.classification,
        source=numerator.card.id,
        reference_days=denominator.card.reference_days,
    )


def _same_classification(numerator: SourceTable, denominator: SourceTable) -> None:
    """Refuse counts and populations of different places or in different ethnic groups."""
    ours, theirs = numerator.card, denominator.card
    if ours.classification != theirs.classification:
        raise ParameterError(
            Fault(
                "mixed_classifications",
                f"'{ours.id}' is in {ours.classification}, '{theirs.id}' in {theirs.classification}",
                hint="Choose sources in the same classification.",
            )
        )
    if ours.area.code != theirs.area.code:
        raise ParameterError(
            Fault(
                "mixed_areas",
                f"'{ours.id}' is about {ours.area.name} ({ours.area.code}), '{theirs.id}' about "
                f"{theirs.area.name} ({theirs.area.code})",
                hint="Choose sources about the same area; census_population_areas has every local authority.",
            )
        )


def _chosen_periods(frame: pd.DataFrame, request: Review) -> list[str]:
    """Return the periods asked for, all when none is named; every one must be in the data."""
    have = sorted(frame["period"].unique(), key=lambda period: parse_period(period).midpoint)
    if not request.periods:
        return have
    wanted = [parse_period(period).label for period in request.periods]
    faults = [
        Fault(
            "no_such_period",
            "the data have no such period",
            column="periods",
            value=period,
            hint=f"Available: {', '.join(have)}.",
        )
        for period in wanted
        if period not in have
    ]
    if faults:
        raise ParameterError(faults)
    return [period for period in have if period in wanted]


def _reference_group(card: IndicatorCard, request: Review, numerator: SourceTable) -> str:
    """Return the reference group; unknown ethnicity and totals can never be one."""
    wanted = request.reference_group or card.reference_group
    allowed = get_classification(numerator.card.classification).comparable
    if wanted not in allowed:
        raise ParameterError(
            Fault(
                "unknown_group",
                "this cannot be the reference group",
                column="reference_group",
                value=wanted,
                hint=did_you_mean(wanted, allowed),
            )
        )
    return wanted


def _focus_period(table: pd.DataFrame, request: Review, reference: str) -> str:
    """Return the period that the main findings are about: the one asked for, or the latest with figures."""
    usable = table[table["numerator"].notna() & table["denominator"].notna()]
    periods = sorted(usable["period"].unique(), key=lambda period: parse_period(period).midpoint)
    if not periods:
        raise DataError(
            Fault(
                "no_rates",
                "no group has both a count and a population in any period",
                table["indicator"].iloc[0],
                hint="Check the denominator's periods and the group labels of both files.",
            )
        )
    if request.focus_period is not None:
        wanted = parse_period(request.focus_period).label
        if wanted not in periods:
            raise ParameterError(
                Fault(
                    "no_such_period",
                    "there are no figures for this period",
                    column="focus_period",
                    value=wanted,
                    hint=f"Available: {', '.join(periods)}.",
                )
            )
        return wanted
    with_reference = sorted(
        usable.loc[usable["group"] == reference, "period"].unique(), key=lambda p: parse_period(p).midpoint
    )
    return str((with_reference or periods)[-1])


def assess(evidence: Evidence) -> Findings:
    """Compute every result of the review: rates, gaps, trends, and how far the answer could move."""
    request, card = evidence.request, evidence.card
    reference, confidence = evidence.reference_group, request.confidence
    return Findings(
        evidence=evidence,
        rates=analyse.estimate_levels(evidence.table, per=card.per, confidence=confidence),
        gaps=analyse.compare_with_reference(
            evidence.table,
            reference_group=reference,
            per=card.per,
            confidence=confidence,
            correction=request.correction,
            better=card.better,
        ),
        trends=analyse.trend_of_gap(
            evidence.table,
            reference_group=reference,
            per=card.per,
            confidence=confidence,
            correction=request.correction,
        ),
        choices=analyse.ratio_under_other_choices(
            evidence.table,
            reference_group=reference,
            confidence=confidence,
            rounding_base=evidence.rounding_base,
            alternative=evidence.alternative,
        ),
        completeness=analyse.recording_completeness(evidence.table),
        quality=analyse.describe_quality(evidence.table),
        detectable=analyse.detectable_ratios(evidence.table, reference_group=reference, confidence=confidence),
    )
