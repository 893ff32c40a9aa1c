"""Ask the survey models: the outcome in each group, and the test of no association, from the reduced sums."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis.errors import MeasureError
from arwap_analysis.models import (
    RaoScottTest,
    SurveyDesign,
    SurveyEstimate,
    rao_scott_test,
    replicate_design,
    survey_design,
    survey_mean,
    survey_mean_from_totals,
    survey_proportion,
    survey_proportion_from_totals,
    survey_with_people,
)
from arwap_analysis.review.dataset_evidence import NOBODY, OUTCOME
from arwap_analysis.review.survey.evidence import SurveyEvidence

__all__ = ["Answers", "answers", "association_test", "estimate"]


@dataclass(frozen=True, eq=False)
class Answers:
    """The survey in the form that the models take: a row for each cell.

    `people` and `answered` count rows of people; `weight` is that of all of them. `value` is the answer of a cell in
    which all gave the same one (replicate weights), NaN where they gave none, and None where cells hold sums.
    """

    design: SurveyDesign
    group: np.ndarray
    people: np.ndarray
    answered: np.ndarray
    weight: np.ndarray
    value: np.ndarray | None


def answers(evidence: SurveyEvidence) -> Answers:
    """Return the survey's cells with their design; raises MeasureError for a design that cannot be."""
    cells, card = evidence.cells, evidence.card.design
    group, people = cells["group"].to_numpy(str), cells["n"].to_numpy(float)
    weight = cells["sum_w"].to_numpy(float)
    if card.replicate_weights:
        value = _values(evidence)
        design = replicate_design(
            weights=weight,
            replicate_weights=np.column_stack(
                [cells[f"{name}.sum"].to_numpy(float) for name in card.replicate_weights]
            ),
            kind=card.replicate_kind or "other",
            scale=card.replicate_scale,
            fay=card.fay,
            degrees_of_freedom=card.degrees_of_freedom,
        )
        return Answers(design, group, people, np.where(np.isnan(value), 0.0, people), weight, value)
    clusters = cells[str(card.clusters)].astype(str)
    strata = cells[card.strata].astype(str) if card.strata is not None else None
    if card.clusters_numbered_within_strata and strata is not None:
        clusters = strata + " / " + clusters
    population = pd.to_numeric(cells[card.population]) if card.population is not None else None
    design = survey_design(strata=strata, clusters=clusters, population=population, lonely=card.lonely)
    name = OUTCOME if evidence.outcome.kind == "share" else evidence.outcome.column
    return Answers(design, group, people, cells[f"{name}.n_known"].to_numpy(float), weight, None)


def _values(evidence: SurveyEvidence) -> np.ndarray:
    """Return the answer of each cell as a number: itself, or 1 where it is one of those that the outcome counts."""
    labels = evidence.cells[evidence.outcome.column]
    numbers = pd.to_numeric(labels, errors="coerce").to_numpy(float)
    none = (labels == NOBODY).to_numpy()
    if evidence.outcome.values is None:
        if np.any(np.isnan(numbers) & ~none):
            raise MeasureError(f"'{evidence.outcome.column}' holds words, which have no mean; name 'values' to count")
        return numbers
    counted = np.zeros(len(labels), dtype=bool)
    for wanted in evidence.outcome.values:
        number = math.nan if isinstance(wanted, str) and not _is_number(wanted) else float(wanted)
        counted |= (labels == str(wanted)).to_numpy() | (numbers == number)
    return np.where(none, np.nan, counted.astype(float))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def estimate(evidence: SurveyEvidence, found: Answers) -> SurveyEstimate:
    """Return the outcome in each group that the file has, with its design-based interval."""
    confidence, share = evidence.request.confidence, evidence.outcome.kind == "share"
    if found.value is not None:
        ask = survey_proportion if share else survey_mean
        of_cells = ask(found.design, found.value, by=found.group, confidence=confidence)
        return survey_with_people(of_cells, found.design, found.value, people=found.people, by=found.group)
    cells = evidence.cells
    if share:
        return survey_proportion_from_totals(
            found.design, weighted_count=cells[f"{OUTCOME}.sum_w"], weight=cells[f"{OUTCOME}.known_w"],
            people=found.answered, by=found.group, confidence=confidence,
        )  # fmt: skip
    name = evidence.outcome.column
    return survey_mean_from_totals(
        found.design, weighted_sum=cells[f"{name}.sum_wx"], weight=cells[f"{name}.known_w"], people=found.answered,
        squared_deviations=cells[f"{name}.sum_w_sq_dev"], by=found.group, confidence=confidence,
    )  # fmt: skip


def association_test(evidence: SurveyEvidence, found: Answers, groups: frozenset[str]) -> RaoScottTest | None:
    """Return the test that the share is the same in all `groups`; None for means, and where nothing can be tested."""
    if evidence.outcome.kind == "mean":
        return None
    if found.value is not None:
        told = np.isin(found.group, list(groups)) & ~np.isnan(found.value)
        rows = _where(told, found.group)
        columns = _where(told, np.where(found.value == 1, "yes", "no"))
        design, people = found.design, found.people
    else:
        rows, columns, people, design = _halves(evidence, found, groups)
    try:
        return rao_scott_test(design, rows, columns, people=people)
    except MeasureError:
        return None


def _halves(
    evidence: SurveyEvidence, found: Answers, groups: frozenset[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, SurveyDesign]:
    """Split each cell of sums into those who have the outcome and those who have not, with their weights."""
    cells, card = evidence.cells, evidence.card.design
    yes, known = cells[f"{OUTCOME}.sum_w"].to_numpy(float), cells[f"{OUTCOME}.known_w"].to_numpy(float)
    count = cells[f"{OUTCOME}.count"].to_numpy(float)
    weights = np.concatenate([yes, np.maximum(known - yes, 0.0)])
    people = np.concatenate([count, found.answered - count])
    told = np.tile(np.isin(found.group, list(groups)), 2) & (people > 0)
    rows = _where(told, np.tile(found.group, 2))
    columns = _where(told, np.repeat(["yes", "no"], len(yes)))
    clusters = np.tile(found.design.cluster, 2)
    strata = np.tile(found.design.cluster_stratum[found.design.cluster], 2)
    population = np.tile(pd.to_numeric(cells[card.population]), 2) if card.population is not None else None
    design = survey_design(weights=weights, strata=strata, clusters=clusters, population=population, lonely=card.lonely)
    return rows, columns, people, design


def _where(told: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the labels, None where they are not to count."""
    kept = labels.astype(object)
    kept[~told] = None
    return kept
