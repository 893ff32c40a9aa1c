"""What every report on a data file opens: card, outcome, reference group and policy; and how it sums rows of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from arwap_analysis.disclosure import DisclosurePolicy
from arwap_analysis.documents import Document, faults_of
from arwap_analysis.errors import DataError, Fault, ParameterError
from arwap_analysis.project import find_project
from arwap_analysis.review.dataset import AskedOfData, Dataset, chosen, load_dataset, reference_of
from arwap_analysis.review.rows import with_rows
from arwap_analysis.review.shield import policy_of
from arwap_analysis.sources import file_digest
from arwap_analysis.sources.microdata import Reduction, SufficientStatistics, reduce_microdata

__all__ = ["NOBODY", "OUTCOME", "DatasetEvidence", "open_dataset", "sum_people"]

OUTCOME = "arwap_outcome"
"""The name that the outcome has among the sums, whatever columns the file has."""
NOBODY = "arwap_missing"
"""The label of those who have none."""

Request = TypeVar("Request", bound=AskedOfData)
Card = TypeVar("Card", bound=Dataset[Any])


@dataclass(frozen=True)
class DatasetEvidence(Generic[Request, Card]):
    """What a report on a data file rests on; `path` is that of the card, `digest` that of the data file."""

    request: Request
    card: Card
    path: Path
    outcome_id: str
    reference_group: str
    policy: DisclosurePolicy | None
    digest: str

    @property
    def file(self) -> Path:
        """The data file."""
        return self.path.parent / self.card.file

    def refused(self, faults: Sequence[Fault]) -> DataError:
        """Return faults of the data file as an error, each with the first row that shows it."""
        return DataError(with_rows(faults, self.file, missing=[str(value) for value in self.card.missing_values]))


def open_dataset(model: type[Card], request: Request, *, project: Path | None) -> DatasetEvidence[Request, Card]:
    """Open the data that a request names, in the project folder (found from the working folder by default).

    Raises
    ------
    ParameterError
        For a card or a policy that cannot be used, and names that the card does not have.
    DataError
        For a data file that is missing, or another one than the card's digest says.
    """
    path = (find_project() if project is None else project) / request.data
    card = load_dataset(model, path)
    outcome_id = chosen(request.outcome, card.outcomes, column="outcome")
    reference = reference_of(request.reference_group, card.group)
    digest = file_digest(path.parent / card.file)
    return DatasetEvidence(request, card, path, outcome_id, reference, policy_of(card, path), digest)


def sum_people(opened: DatasetEvidence[Any, Any], **asked: Any) -> SufficientStatistics:
    """Reduce a file with a row for each person to the sums that are asked for in the words of a `Reduction`.

    Raises ParameterError for columns that cannot be asked for so, and DataError with every fault of the file.
    """
    card = opened.card
    try:
        reduction = Reduction(file=card.file, missing_values=card.missing_values, missing_label=NOBODY, **asked)
    except ValidationError as error:
        raise ParameterError(faults_of(error, Reduction, Document(f"card '{card.id}'", {}, {}))) from None
    try:
        return reduce_microdata(reduction, folder=opened.path.parent, threads=1)
    except DataError as error:
        raise opened.refused(error.faults) from None
