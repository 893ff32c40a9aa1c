"""Read a survey: its rows are reduced to sums for each sampling unit and group, and never looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from arwap_analysis.errors import Fault, did_you_mean
from arwap_analysis.review.dataset_evidence import NOBODY, OUTCOME, DatasetEvidence, open_dataset, sum_people
from arwap_analysis.review.survey.card import SurveyCard, SurveyOutcome, SurveyReview
from arwap_analysis.sources.microdata import Outcome

__all__ = ["SurveyEvidence", "gather"]


@dataclass(frozen=True)
class SurveyEvidence(DatasetEvidence[SurveyReview, SurveyCard]):
    """What a survey review rests on.

    `cells` has a row for each sampling unit and group (with replicate weights: for each group and answer), with its
    sums; `group` holds the codes of the card.
    """

    cells: pd.DataFrame
    checks: tuple[str, ...]

    @property
    def outcome(self) -> SurveyOutcome:
        """What is asked."""
        return self.card.outcomes[self.outcome_id]


def gather(request: SurveyReview, *, project: Path | None = None) -> SurveyEvidence:
    """Read the survey that the request names.

    Raises as `open_dataset` does, and DataError with every fault of the file: column, first row, and how many rows.
    """
    opened = open_dataset(SurveyCard, request, project=project)
    card, column = opened.card, opened.card.group.column
    found = sum_people(opened, **_asked(card, card.outcomes[opened.outcome_id]))
    cells = found.frame if found.clusters is None else found.clusters
    if faults := [*_labels(card, cells, column), *_strata(card, cells), *_replicates(card, cells)]:
        raise opened.refused(faults)
    cells = cells.assign(group=cells[column].replace({NOBODY: card.group.unknown}))
    return SurveyEvidence(**vars(opened), cells=cells, checks=found.checks)


def _asked(card: SurveyCard, outcome: SurveyOutcome) -> dict[str, Any]:
    """Return what to sum: by sampling unit; with replicate weights by answer, for those who gave it weigh alike."""
    design, column = card.design, card.group.column
    by = [column, *(name for name in (design.strata, design.population) if name is not None)]
    counts = {} if outcome.values is None else {OUTCOME: Outcome(column=outcome.column, values=outcome.values)}
    values = [outcome.column] if outcome.values is None else []
    if design.replicate_weights:
        by, counts, values = [column, outcome.column], {}, design.replicate_weights
    return {"by": by, "values": values, "outcomes": counts, "weight": design.weight, "cluster": design.clusters}


def _labels(card: SurveyCard, cells: pd.DataFrame, column: str) -> list[Fault]:
    """Return what is wrong with the labels of groups: each one needs a category."""
    rows = cells.groupby(column)["n"].sum()
    known = tuple(card.group.categories)
    return [
        Fault("missing_label", f"{int(count):,} rows have no group", card.file, None, column, None,
              "Name the category of people whose group is not known as 'unknown' in the card.")
        if label == NOBODY
        else Fault("unknown_label", f"the card has no category of this name ({int(count):,} rows)", card.file, None,
                   column, str(label), did_you_mean(str(label), known))
        for label, count in rows.items()
        if label not in known and not (label == NOBODY and card.group.unknown is not None)
    ]  # fmt: skip


def _strata(card: SurveyCard, cells: pd.DataFrame) -> list[Fault]:
    """Return which columns of the design have no value in some rows."""
    names = [name for name in (card.design.strata, card.design.population) if name is not None]
    gone = {name: int(cells.loc[cells[name] == NOBODY, "n"].sum()) for name in names}
    return [
        Fault("missing_label", f"{count:,} rows have no value here", card.file, None, name, None,
              "Every row needs its place in the design.")
        for name, count in gone.items()
        if count
    ]  # fmt: skip


def _replicates(card: SurveyCard, cells: pd.DataFrame) -> list[Fault]:
    """Return which replicate weights are absent in some rows."""
    gone = {name: int((cells["n"] - cells[f"{name}.n_known"]).sum()) for name in card.design.replicate_weights}
    return [
        Fault("missing_weight", f"{count:,} rows have no replicate weight", card.file, None, name, None,
              "Every person needs every replicate weight.")
        for name, count in gone.items()
        if count
    ]  # fmt: skip
