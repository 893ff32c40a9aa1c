"""What a data file is, as its card says: where it comes from, whom it is about, its groups, and what may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel, load_model
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.review.input_files import InputFile, input_file, origin_of
from arwap_analysis.review.request import Asked
from arwap_analysis.sources import file_digest
from arwap_analysis.texts import Text

__all__ = [
    "Asked",
    "AskedOfData",
    "Category",
    "Dataset",
    "Grouping",
    "chosen",
    "listed_files",
    "load_dataset",
    "reference_of",
]

D = TypeVar("D", bound="Dataset[Any]")
Outcome = TypeVar("Outcome")


class AskedOfData(Asked):
    """A request to a data file: `data` is the path of its card, `outcome` one of the card's, the first unless named."""

    data: str = Field(min_length=1)
    outcome: str | None = None


class Category(StrictModel):
    """One group: its name in charts and tables, and how sentences name its people (by the same name unless given)."""

    label: Text
    people: Text | None = None


class Grouping(StrictModel):
    """The column of ethnic groups; `unknown` is the category of people whose group is not known."""

    column: str = Field(min_length=1)
    categories: dict[str, Category] = Field(min_length=2)
    reference: str
    unknown: str | None = None

    @model_validator(mode="after")
    def _named_ones_are_there(self) -> Grouping:
        for name, code in (("reference", self.reference), ("unknown", self.unknown)):
            if code is not None and code not in self.categories:
                raise ValueError(f"'{name}' names '{code}', which is no category")
        if self.reference == self.unknown:
            raise ValueError("people whose group is not known cannot be the reference")
        return self

    @property
    def comparable(self) -> tuple[str, ...]:
        """The groups that are compared: all but people whose group is not known."""
        return tuple(code for code in self.categories if code != self.unknown)


class Dataset(StrictModel, Generic[Outcome]):
    """The card of a data file of people.

    `disclosure` is "open" for data that their publisher has protected, else the path (from this card) of a disclosure
    policy, under which small counts are not shown.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Text
    publisher: Text
    collection: Text | None = None
    licence: Text
    obtained: Text | None = None
    file: str = Field(min_length=1)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    disclosure: str = Field(min_length=1)
    population: Text
    place: Text
    period: Text
    missing_values: list[str | int | float] = []
    group: Grouping
    outcomes: dict[str, Outcome] = Field(min_length=1)
    caveats: list[Text] = []


def load_dataset(model: type[D], path: Path) -> D:
    """Return the card at a path, its data file being what the card says.

    Raises
    ------
    ParameterError
        For a card that is missing or wrong, with every line.
    DataError
        For a data file that is missing, or another one than the card's digest says.
    """
    card = load_model(path, model)
    file = path.parent / card.file
    if not file.is_file():
        raise DataError(
            Fault("missing_file", "there is no such file", str(file), hint=f"'{path.name}' names it under 'file'.")
        )
    if card.sha256 is not None and (found := file_digest(file)) != card.sha256:
        raise DataError(
            Fault("changed_file", "this is another file than the card describes", str(file), value=found,
                  hint=f"Check what changed; then write this digest as 'sha256' in '{path.name}'.")
        )  # fmt: skip
    return card


def chosen(asked: str | None, known: Mapping[str, Any], *, column: str) -> str:
    """Return the one that was asked for, or the first; raises ParameterError when there is no such one."""
    if asked is None:
        return next(iter(known))
    if asked not in known:
        raise ParameterError(
            Fault("unknown_name", "the card has no such name", column=column, value=asked,
                  hint=did_you_mean(asked, tuple(known)))
        )  # fmt: skip
    return asked


def reference_of(asked: str | None, grouping: Grouping) -> str:
    """Return the reference group; people whose group is not known can never be it."""
    if asked is None:
        return grouping.reference
    return chosen(asked, dict.fromkeys(grouping.comparable), column="reference_group")


def listed_files(card: Dataset[Any], path: Path) -> tuple[InputFile, ...]:
    """Return the files that a report reads: the card, its data with their origin, and the policy; with digests."""
    files = [input_file(path.parent / card.file, origin_of(card)), input_file(path)]
    if card.disclosure != "open":
        files.append(input_file(path.parent / card.disclosure))
    return tuple(files)
