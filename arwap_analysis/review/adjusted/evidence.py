"""Read counted people: a file of cells, or a file of people that is reduced to cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.review.adjusted.card import AdjustedCard, AdjustedOutcome, AdjustedReview, Covariate
from arwap_analysis.review.dataset import chosen
from arwap_analysis.review.dataset_evidence import NOBODY, OUTCOME, DatasetEvidence, open_dataset, sum_people
from arwap_analysis.sources.microdata import Outcome

__all__ = ["AdjustedEvidence", "gather"]


@dataclass(frozen=True)
class AdjustedEvidence(DatasetEvidence[AdjustedReview, AdjustedCard]):
    """What an adjusted disparity rests on.

    `cells` has the columns `group` and one for each covariate (codes of the card), `numerator` and `denominator`;
    people for whom the outcome is not known are not in it, and `no_outcome` counts them (0 for files of cells).
    """

    cells: pd.DataFrame
    no_outcome: int

    @property
    def outcome(self) -> AdjustedOutcome:
        """What is asked."""
        return self.card.outcomes[self.outcome_id]

    @property
    def covariates(self) -> Mapping[str, Covariate]:
        """The covariates that were asked for, in the order of the request."""
        return {id: self.card.covariates[id] for id in self.request.covariates or self.card.covariates}


def gather(request: AdjustedReview, *, project: Path | None = None) -> AdjustedEvidence:
    """Read the data that the request names.

    Raises as `open_dataset` does, and DataError with every fault of the file: row, column and value.
    """
    opened = open_dataset(AdjustedCard, request, project=project)
    card, file, outcome = opened.card, opened.file, opened.card.outcomes[opened.outcome_id]
    for id in request.covariates or ():
        chosen(id, card.covariates, column="covariates")
    if request.second is not None:
        chosen(request.second, card.covariates, column="second")
    cells, unknown = _cells(card, outcome, file) if card.cells is not None else _people(opened, outcome)
    return AdjustedEvidence(**vars(opened), cells=cells, no_outcome=unknown)


def _columns(card: AdjustedCard) -> dict[str, tuple[str, dict[str, object], str | None]]:
    """Return for the group and each covariate its column, its labels, and the one of those who have none."""
    columns: dict[str, tuple[str, dict[str, object], str | None]] = {
        "group": (card.group.column, dict(card.group.categories), card.group.unknown)
    }
    for id, covariate in card.covariates.items():
        columns[id] = (covariate.column, dict(covariate.levels), covariate.unknown)
    return columns


def _cells(card: AdjustedCard, outcome: AdjustedOutcome, file: Path) -> tuple[pd.DataFrame, int]:
    """Read a file of cells, each with its counts."""
    assert card.cells is not None
    columns = _columns(card)
    needed = [*(column for column, _, _ in columns.values()), card.cells.people, outcome.column]
    frame = _read(file, card, needed)
    faults = [fault for name in columns for fault in _labels(frame, file, *columns[name])]
    counts = {}
    for name, column in (("denominator", card.cells.people), ("numerator", outcome.column)):
        counts[name] = pd.to_numeric(frame[column], errors="coerce")
        faults += _counts(frame, counts[name], file, column)
    if not faults:
        more = counts["numerator"] > counts["denominator"]
        faults += [
            Fault("more_than_all", f"more people have the outcome than there are in '{card.cells.people}'", str(file),
                  int(row) + 2, outcome.column, str(frame.loc[row, outcome.column]), "Correct the counts.")
            for row in frame.index[more]
        ]  # fmt: skip
    if faults:
        raise DataError(faults)
    labels = {name: frame[column].mask(frame[column] == "", none) for name, (column, _, none) in columns.items()}
    cells = pd.DataFrame(labels).assign(**counts)
    return cells.groupby(list(columns), sort=False)[["numerator", "denominator"]].sum().reset_index(), 0


def _read(file: Path, card: AdjustedCard, needed: list[str]) -> pd.DataFrame:
    if file.suffix.lower() != ".csv":
        raise DataError(Fault("not_csv", "a file of cells has to be a CSV", str(file), hint="Save it as CSV, UTF-8."))
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        fault = Fault("unreadable_file", f"cannot be read: {error}", str(file), hint="Save it as CSV, UTF-8.")
        raise DataError(fault) from None
    lacking = [column for column in dict.fromkeys(needed) if column not in frame.columns]
    if lacking:
        raise DataError(
            [
                Fault("missing_column", "the file lacks a column", str(file), 1, column, None,
                      did_you_mean(column, tuple(frame.columns)))
                for column in lacking
            ]
        )  # fmt: skip
    if frame.empty:
        raise DataError(Fault("empty_file", "there are no rows", str(file), hint="Export the data again."))
    frame = frame.apply(lambda column: column.str.strip())
    return frame.replace({str(value): "" for value in card.missing_values})


def _labels(
    frame: pd.DataFrame, file: Path, column: str, known: dict[str, object], none: str | None
) -> Iterator[Fault]:
    """Yield a fault for each row whose label the card does not have."""
    for row, label in frame[column].items():
        if label in known or (label == "" and none is not None):
            continue
        message = "the row has no label" if label == "" else "the card has no such label"
        hint = (
            "Name the level of those who have none as 'unknown'." if label == "" else did_you_mean(label, tuple(known))
        )
        yield Fault("missing_label" if label == "" else "unknown_label", message, str(file), int(str(row)) + 2, column,
                    label or None, hint)  # fmt: skip


def _counts(frame: pd.DataFrame, counts: pd.Series, file: Path, column: str) -> Iterator[Fault]:
    """Yield a fault for each count that is none: no number, negative, or not whole."""
    wrong = counts.isna() | (counts < 0) | (counts % 1 != 0)
    for row in frame.index[wrong]:
        yield Fault("not_a_count", "this is not a count of people", str(file), int(row) + 2, column,
                    str(frame.loc[row, column]), "Write a whole number of 0 or more, without separators.")  # fmt: skip


def _people(
    opened: DatasetEvidence[AdjustedReview, AdjustedCard], outcome: AdjustedOutcome
) -> tuple[pd.DataFrame, int]:
    """Reduce a file of people to cells."""
    columns = _columns(opened.card)
    counted = {OUTCOME: Outcome(column=outcome.column, values=outcome.values or [])}
    found = sum_people(opened, by=[column for column, _, _ in columns.values()], outcomes=counted).frame
    if faults := [fault for name in columns for fault in _unknown_labels(found, *columns[name])]:
        raise opened.refused(faults)
    labels = {name: found[column].replace({NOBODY: none}) for name, (column, _, none) in columns.items()}
    cells = pd.DataFrame(labels).assign(
        numerator=found[f"{OUTCOME}.count"].astype(float), denominator=found[f"{OUTCOME}.n_known"].astype(float)
    )
    return cells[cells["denominator"] > 0].reset_index(drop=True), int((found["n"] - found[f"{OUTCOME}.n_known"]).sum())


def _unknown_labels(found: pd.DataFrame, column: str, known: dict[str, object], none: str | None) -> Iterator[Fault]:
    """Yield a fault for each label that the card does not have, with how many people have it."""
    for label, people in found.groupby(column)["n"].sum().items():
        if label == NOBODY and none is None:
            yield Fault("missing_label", f"{int(people):,} rows have no label", column=column,
                        hint="Name the level of those who have none as 'unknown' in the card.")  # fmt: skip
        elif label != NOBODY and label not in known:
            yield Fault("unknown_label", f"the card has no such label ({int(people):,} rows)", column=column,
                        value=str(label), hint=did_you_mean(str(label), tuple(known)))  # fmt: skip
