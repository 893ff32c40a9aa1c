"""Gather the tables of a workforce report, and assess them: everything that the report says is computed here, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.documents import load_model
from arwap_analysis.ethnicity import Classification, get_classification
from arwap_analysis.project import find_project
from arwap_analysis.review.workforce.cards import PayCard, PipelineCard, QuartersCard, RepresentationCard, TableCard
from arwap_analysis.review.workforce.pay_results import QUARTERS, assess_pay, assess_quarters, decompose
from arwap_analysis.review.workforce.request import TABLES, Workforce
from arwap_analysis.review.workforce.results import assess_pipeline, assess_representation, falling_stages
from arwap_analysis.review.workforce.tables import CountTable, read_benchmark, read_counts, read_numbers
from arwap_analysis.sources import file_digest

__all__ = ["Evidence", "Findings", "Given", "assess", "gather"]

Card = TypeVar("Card", bound=TableCard)


@dataclass(frozen=True)
class Given(Generic[Card]):
    """One table that was given: its card, its files with their digests, and what was read.

    `counts` is None for pay, `numbers` for counts, `population` for all but representation.
    """

    card: Card
    files: tuple[tuple[Path, str], ...]
    counts: CountTable | None = None
    numbers: pd.DataFrame | None = None
    population: pd.Series | None = None

    @property
    def classification(self) -> Classification:
        """The classification of the table's groups."""
        return get_classification(self.card.classification)


@dataclass(frozen=True)
class Evidence:
    """What a workforce report rests on: the request, and each table that was given."""

    request: Workforce
    representation: Given[RepresentationCard] | None
    pipeline: Given[PipelineCard] | None
    pay: Given[PayCard] | None
    pay_quarters: Given[QuartersCard] | None

    @property
    def given(self) -> dict[str, Given[TableCard]]:
        """The tables that were given, by name, in the order of the sections."""
        return {name: getattr(self, name) for name in TABLES if getattr(self, name) is not None}


@dataclass(frozen=True)
class Findings:
    """Every result of a workforce report as a table that may be shown; None for a table that was not given."""

    evidence: Evidence
    representation: ProtectedTable | None
    pipeline: ProtectedTable | None
    pay: ProtectedTable | None
    decomposition: ProtectedTable | None
    pay_quarters: ProtectedTable | None

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.evidence.request.language)


def gather(request: Workforce, *, project: Path | None = None) -> Evidence:
    """Read every table that was given.

    Raises ParameterError with every mistake of a card, and DataError with every fault of a file.
    """
    root = find_project() if project is None else project
    return Evidence(
        request,
        None if request.representation is None else _representation(root / request.representation),
        None if request.pipeline is None else _pipeline(root / request.pipeline),
        None if request.pay is None else _pay(root / request.pay),
        None if request.pay_quarters is None else _quarters(root / request.pay_quarters),
    )


def _files(*paths: Path) -> tuple[tuple[Path, str], ...]:
    return tuple((path, file_digest(path)) for path in paths)


def _representation(path: Path) -> Given[RepresentationCard]:
    card = load_model(path, RepresentationCard)
    file, benchmark = path.parent / card.file, path.parent / card.benchmark.file
    counts = read_counts(file, card, column="grade", levels=tuple(card.grades))
    return Given(card, _files(path, file, benchmark), counts, population=read_benchmark(benchmark, card))


def _pipeline(path: Path) -> Given[PipelineCard]:
    card = load_model(path, PipelineCard)
    file = path.parent / card.file
    counts = read_counts(file, card, column="stage", levels=tuple(card.stages))
    falling_stages(counts)
    return Given(card, _files(path, file), counts)


def _pay(path: Path) -> Given[PayCard]:
    card = load_model(path, PayCard)
    file = path.parent / card.file
    if card.kind == "averages":
        optional = ("people", "standard_deviation")
        numbers = read_numbers(file, card, words=("measure", "group"), numbers=("value",), optional=optional)
    else:
        numbers = read_numbers(file, card, words=("group", *card.covariates), numbers=("pay", "people"))
    return Given(card, _files(path, file), numbers=numbers)


def _quarters(path: Path) -> Given[QuartersCard]:
    card = load_model(path, QuartersCard)
    file = path.parent / card.file
    return Given(card, _files(path, file), read_counts(file, card, column="quarter", levels=QUARTERS))


def assess(evidence: Evidence) -> Findings:
    """Compute every result: representation, the pipeline, pay gaps and quarters."""
    confidence = evidence.request.confidence
    representation = pipeline = pay = decomposition = quarters = None
    if (given := evidence.representation) and given.counts is not None and given.population is not None:
        representation = assess_representation(given.card, given.counts, given.population, confidence=confidence)
    if (steps := evidence.pipeline) and steps.counts is not None:
        pipeline = assess_pipeline(steps.card, steps.counts, confidence=confidence)
    if (money := evidence.pay) and money.numbers is not None:
        file = money.files[1][0]
        pay = assess_pay(money.card, money.numbers, file, confidence=confidence)
        decomposition = decompose(money.card, money.numbers, file, confidence=confidence)
    if (fourths := evidence.pay_quarters) and fourths.counts is not None:
        quarters = assess_quarters(fourths.card, fourths.counts, confidence=confidence)
    return Findings(evidence, representation, pipeline, pay, decomposition, quarters)
