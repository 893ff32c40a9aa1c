"""The card of counted (or countable) people, and the request that is put to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.review.dataset import AskedOfData, Dataset
from arwap_analysis.texts import Text

__all__ = ["AdjustedCard", "AdjustedOutcome", "AdjustedReview", "CellColumns", "Covariate"]


class CellColumns(StrictModel):
    """A file of cells, people who are alike in everything that it tells: the column that counts all of them."""

    people: str = Field(min_length=1)


class AdjustedOutcome(StrictModel):
    """What is asked: how many have it. `column` counts them in a file of cells; else it holds one of `values`.

    `favourable` says whether the outcome is a good one (a job) or not.
    """

    name: Text
    column: str = Field(min_length=1)
    values: list[str | bool | int | float] | None = Field(default=None, min_length=1)
    favourable: bool


class Covariate(StrictModel):
    """A characteristic that is taken into account.

    `unknown` is the level of people for whom it is not known, who stay in as a level of their own. `may_carry` says why
    it could itself be a way in which the disparity comes about, so that adjusting for it hides part of it.
    """

    column: str = Field(min_length=1)
    label: Text
    levels: dict[str, Text] = Field(min_length=2)
    reference: str | None = None
    unknown: str | None = None
    may_carry: Text | None = None

    @model_validator(mode="after")
    def _named_ones_are_there(self) -> Covariate:
        for name, code in (("reference", self.reference), ("unknown", self.unknown)):
            if code is not None and code not in self.levels:
                raise ValueError(f"'{name}' names '{code}', which is no level")
        return self


class AdjustedCard(Dataset[AdjustedOutcome]):
    """The card of a file with a row for each cell (`cells`), or for each person."""

    cells: CellColumns | None = None
    covariates: dict[str, Covariate] = Field(min_length=1)

    @model_validator(mode="after")
    def _outcomes_fit_the_rows(self) -> AdjustedCard:
        for name, outcome in self.outcomes.items():
            if (outcome.values is None) != (self.cells is not None):
                raise ValueError(
                    f"the outcome '{name}' needs 'values' where a row is a person, and none where it is a cell"
                )
        if reserved := {"group", "answer", "people", "numerator", "denominator", "reference"} & set(self.covariates):
            raise ValueError(f"a covariate cannot be called '{min(reserved)}'")
        return self


class AdjustedReview(AskedOfData):
    """One question put to counted people; its fields are the parameters of `notebooks/adjusted_disparity.ipynb`.

    `covariates` are ids of the card, all of them unless named; `second` is the covariate whose crossings with the
    groups are looked at. `fewest_people`: of smaller groups and crossings nothing is estimated.
    """

    covariates: list[str] | None = Field(default=None, min_length=1)
    second: str | None = None
    model: Literal["logistic", "poisson"] = "logistic"
    fewest_people: int = Field(default=10, ge=2)
