"""What every report on a data file opens before it reads the data: card, outcome, reference group and policy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from arwap_analysis.disclosure import DisclosurePolicy
from arwap_analysis.project import find_project
from arwap_analysis.review.dataset import AskedOfData, Dataset, chosen, load_dataset, reference_of
from arwap_analysis.review.shield import policy_of
from arwap_analysis.sources import file_digest

__all__ = ["DatasetEvidence", "open_dataset"]

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
