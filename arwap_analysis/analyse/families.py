"""Groups side by side: the rows of one area, period and stratum as one row of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis import inference
from arwap_analysis.analyse.results import place_columns
from arwap_analysis.estimate import FloatArray

__all__ = ["Families", "adjust_within"]


@dataclass(frozen=True, eq=False)
class Families:
    """An indicator table as arrays: one row a family (place, time and stratum), one column a group.

    `places` has one row a family; `row` and `column` give the place of each row of the table, and `rows` the
    rows themselves, those of the wanted groups in the order of the table.
    """

    places: pd.DataFrame
    codes: tuple[str, ...]
    rows: pd.DataFrame
    row: np.ndarray
    column: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame, codes: Sequence[str], *, by: Sequence[str] | None = None) -> Families:
        """Arrange the rows of the groups `codes`; `by` names the columns of a place, all of them by default."""
        keys = list(by) if by is not None else place_columns(table)
        rows = table[table["group"].isin(codes)].reset_index(drop=True)
        number = rows.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
        kept = [*keys, *(c for c in ("classification", "source") if c not in keys)]
        places = rows.loc[~pd.Series(number).duplicated().to_numpy(), kept].reset_index(drop=True)
        column = pd.Index(codes).get_indexer(rows["group"])
        return cls(places, tuple(codes), rows, number, np.asarray(column))

    @classmethod
    def over_areas(cls, table: pd.DataFrame, rows: pd.DataFrame | None = None) -> Families:
        """Arrange areas as the columns: one row for each group of a period, its code in the column `code`.

        `rows` are the rows to arrange where they have more columns than the indicator table they come from.
        """
        by = [c for c in place_columns(table) if c not in ("area", "area_name")]
        wanted = table if rows is None else rows
        turned = wanted.assign(code=wanted["group"], group=wanted["area"])
        return cls.of(turned, sorted(table["area"].unique()), by=[*by, "code"])

    def grid(self, name: str) -> FloatArray:
        """Return one column of numbers as an array (families, groups); NaN where there is no row."""
        return self.arrange(self.rows[name].to_numpy(float))

    def arrange(self, values: FloatArray) -> FloatArray:
        """Return one value for each of `rows` as an array (families, groups)."""
        grid = np.full((len(self.places), len(self.codes)), np.nan)
        grid[self.row, self.column] = values
        return grid

    def spread(self, grid: FloatArray) -> FloatArray:
        """Return the value of each row of the table from an array (families, groups)."""
        return grid[self.row, self.column]


def adjust_within(rows: pd.DataFrame, family: Sequence[str], p_value: FloatArray, correction: str) -> FloatArray:
    """Adjust p-values over the rows that share the columns `family`: one row a family, all families at once."""
    if not len(rows):
        return p_value
    groups = rows.groupby(list(family), sort=False, dropna=False)
    row, member = groups.ngroup().to_numpy(), groups.cumcount().to_numpy()
    grid = np.full((row.max() + 1, member.max() + 1), np.nan)
    grid[row, member] = p_value
    return inference.adjust_p_values(grid, method=correction)[row, member]
