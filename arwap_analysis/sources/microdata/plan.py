"""What to reduce: the columns to group by, the sums to take, and whom they count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel

__all__ = ["Outcome", "Reduction"]

ColumnName = Annotated[str, Field(min_length=1)]


class Outcome(StrictModel):
    """A numerator: the rows in which `column` holds one of `values`, and nothing more than that can be asked.

    Text is compared as it is written, but for white space around it; numbers are compared as numbers.
    """

    column: ColumnName
    values: list[str | bool | int | float] = Field(min_length=1)


class Reduction(StrictModel):
    """What to reduce microdata to, so that no row of a person is needed any further.

    Parameters
    ----------
    file
        Paths or patterns (`survey_*.parquet`) of CSV or Parquet files; all files have to be of one kind.
    by
        Columns that make the groups: ethnic group, area, strata.
    values
        Numeric columns to sum.
    outcomes
        Name of each numerator, and the rows it counts.
    weight
        Column of survey weights: never negative, never absent.
    cluster
        Column of the sampling units of a survey; totals for each unit are then kept too.
    missing_values
        What stands for "not known" in every column (`-9`, `Refused`), beside empty cells. In `by` such rows
        form a group of their own under `missing_label`; in an outcome or a value they are not known.
    missing_label
        The name of that group. A label of the file that is written the same joins it.
    delimiter
        What separates the cells of a CSV file.
    """

    file: str | Path | list[str | Path]
    by: list[ColumnName] = Field(min_length=1)
    values: list[ColumnName] = []
    outcomes: dict[str, Outcome] = {}
    weight: ColumnName | None = None
    cluster: ColumnName | None = None
    missing_values: list[str | int | float] = []
    missing_label: str = Field(default="missing", min_length=1)
    delimiter: str = Field(default=",", min_length=1, max_length=1)

    @model_validator(mode="after")
    def _names_and_values_are_clear(self) -> Reduction:
        if isinstance(self.file, list) and not self.file:
            raise ValueError("'file' names no file")
        for field, names in (("by", self.by), ("values", self.values)):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"'{field}' names {twice[0]!r} twice")
        if self.cluster in self.by:
            raise ValueError(f"{self.cluster!r} cannot be both the cluster and a column to group by")
        columns = [*self.keys, *self.statistics]
        if twice := sorted({name for name in columns if columns.count(name) > 1}):
            raise ValueError(f"the result would have two columns named {twice[0]!r}: rename one in the data or here")
        folded = [column.casefold() for column in self.needed]
        if twice := sorted({name for name in self.needed if folded.count(name.casefold()) > 1}):
            raise ValueError(f"{' and '.join(map(repr, twice))} differ only in case, which SQL does not tell apart")
        missing = {str(value) for value in self.missing_values}
        for name, outcome in self.outcomes.items():
            if both := sorted({str(value) for value in outcome.values} & missing):
                raise ValueError(f"{both[0]!r} cannot both be missing and count towards the outcome {name!r}")
        return self

    @property
    def keys(self) -> list[str]:
        """Columns that name a row of the most detailed result."""
        return [*self.by, *([self.cluster] if self.cluster else [])]

    @property
    def statistics(self) -> list[str]:
        """Names of the statistics, in the order of the result's columns."""
        return list(self._statistics())

    @property
    def needed(self) -> list[str]:
        """Every column that the files must have."""
        outcomes = [outcome.column for outcome in self.outcomes.values()]
        return list(dict.fromkeys([*self.keys, *self.values, *outcomes, *([self.weight] if self.weight else [])]))

    @property
    def missing_texts(self) -> list[str]:
        """What stands for "not known" in text; a whole number is written without decimals there."""
        whole = [str(int(v)) for v in self.missing_values if isinstance(v, float) and v.is_integer()]
        return list(dict.fromkeys(["", *(str(v).strip() for v in self.missing_values), *whole]))

    def _statistics(self) -> Iterator[str]:
        weighted = self.weight is not None
        yield "n"
        if weighted:
            yield from ("sum_w", "sum_w2")
        for name in self.outcomes:
            parts = ("count", "n_known", *(("sum_w", "sum_w2", "known_w", "known_w2") if weighted else ()))
            yield from (f"{name}.{part}" for part in parts)
        for name in self.values:
            yield from (f"{name}.{part}" for part in ("n_known", "sum", "sum_sq", "sum_sq_dev"))
            if weighted:
                parts = ("known_w", "known_w2", "sum_wx", "sum_wx2", "sum_w_sq_dev")
                yield from (f"{name}.{part}" for part in parts)
