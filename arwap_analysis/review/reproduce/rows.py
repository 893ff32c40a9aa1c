"""From the rows of a table to the counts that a claim is about: who is in the group, and who has the outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis.registers.claims import Claim, NotAllowed
from arwap_analysis.registers.claims.filters import (
    column_of,
    evaluate_expression,
    keep_rows,
    parse_expression,
    parse_filter,
)
from arwap_analysis.registers.claims.values import as_numbers, distinct_values, is_flag, is_value

__all__ = [
    "READINGS",
    "Reading",
    "Side",
    "kept_rows",
    "members_of",
    "other_readings",
    "outcome_of",
    "side_of",
    "strata_of",
    "total_of",
    "two_sides",
    "values_of",
    "weights_of",
]


@dataclass(frozen=True)
class Reading:
    """How missing cells are read, which claims do not say.

    `outcome_as_other`: people whose outcome is missing count among those without it; else they are left out.
    `filter_as_other`: a missing cell passes a filter such as `x != 1`; else it passes none.
    """

    outcome_as_other: bool = False
    filter_as_other: bool = False

    def __str__(self) -> str:
        said = []
        if self.outcome_as_other:
            said.append("people whose outcome is missing count as without it")
        if self.filter_as_other:
            said.append("a missing cell counts as another value in the filter")
        return " and ".join(said)


READINGS = (Reading(), Reading(True, False), Reading(False, True), Reading(True, True))
"""The usual one first."""


def other_readings(claim: Claim, frame: pd.DataFrame) -> tuple[Reading, ...]:
    """Return the readings under which a claim could come out otherwise: those of cells that are missing."""
    of_filter = claim.where is not None and bool(keep_rows(parse_filter(claim.where), frame).unknown.any())
    of_outcome = (
        not claim.is_model and claim.outcome in frame and bool(frame[str(claim.outcome)].isna().any())
    )  # fmt: skip
    return tuple(
        reading for reading in READINGS[1:]
        if (of_outcome or not reading.outcome_as_other) and (of_filter or not reading.filter_as_other)
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """The counts of one group: how many with the outcome, of how many, from how many rows of the table."""

    numerator: float
    denominator: float
    rows: int
    left_out: int = 0

    def __str__(self) -> str:
        return f"{self.numerator:,.10g} of {self.denominator:,.10g}"


def kept_rows(claim: Claim, frame: pd.DataFrame, reading: Reading) -> np.ndarray:
    """Return which rows the claim's filter keeps, as a bool array; raises NotAllowed when it keeps none."""
    if claim.where is None:
        return np.ones(len(frame), dtype=bool)
    rows = keep_rows(parse_filter(claim.where), frame, two_valued=reading.filter_as_other).rows
    if not rows.any():
        raise NotAllowed(f"no row of the data passes the filter {claim.where}")
    return rows


def weights_of(claim: Claim, frame: pd.DataFrame) -> np.ndarray:
    """Return how many people each row stands for: the claim's weight, or 1."""
    if claim.weight is None:
        return np.ones(len(frame))
    weights = as_numbers(column_of(frame, claim.weight), claim.weight)
    if np.any(weights < 0):
        raise NotAllowed(f"the weight '{claim.weight}' is negative in a row")
    return weights


def members_of(claim: Claim, frame: pd.DataFrame, rows: np.ndarray, value: str | None) -> np.ndarray:
    """Return which of the kept rows belong to a group; all of them where the claim names no group.

    Raises NotAllowed, with the groups that there are, when nobody does.
    """
    if claim.group is None or value is None:
        return rows
    column = column_of(frame, claim.group)
    found = rows & is_value(column, value)
    if not found.any():
        there = distinct_values(column[rows])
        raise NotAllowed(f"no row has '{claim.group}' {value}; its values are {there or 'all missing'}")
    return found


def outcome_of(claim: Claim, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return who has the outcome, and of whom it is not known."""
    column = column_of(frame, str(claim.outcome))
    missing = column.isna().to_numpy()
    if claim.outcome_value is None:
        if not is_flag(column):
            raise NotAllowed(f"'outcome_value' has to say which value of '{claim.outcome}' is meant")
        return is_value(column, 1.0), missing
    found = is_value(column, claim.outcome_value)
    if not found.any():
        raise NotAllowed(
            f"no row has '{claim.outcome}' {claim.outcome_value}; its values are {distinct_values(column)}"
        )
    return found, missing


def side_of(claim: Claim, frame: pd.DataFrame, rows: np.ndarray, value: str | None, reading: Reading) -> Side:
    """Return the counts of the group with a value; see `Side`.

    Raises
    ------
    NotAllowed, ValueError
        When nobody is in the group, a column is missing or holds words, or a count among its rows is not known.
    """
    members = members_of(claim, frame, rows, value)
    weights = weights_of(claim, frame)
    if np.any(np.isnan(weights[members])):
        raise NotAllowed(f"the weight '{claim.weight}' is missing in a row of the group")
    if claim.is_counted:
        return Side(
            _total(claim.numerator, frame, members, weights), _total(claim.denominator, frame, members, weights),
            int(members.sum()),
        )  # fmt: skip
    having, missing = outcome_of(claim, frame)
    counted = members if reading.outcome_as_other else members & ~missing
    if not counted.any():
        raise NotAllowed(f"'{claim.outcome}' is missing for everybody in the group")
    return Side(
        float(weights[counted & having].sum()), float(weights[counted].sum()), int(counted.sum()),
        0 if reading.outcome_as_other else int((members & missing).sum()),
    )  # fmt: skip


def _total(expression: str | None, frame: pd.DataFrame, members: np.ndarray, weights: np.ndarray) -> float:
    """Return the sum of an expression over rows; a part that is not known makes the whole unknown."""
    if expression is None:
        return float("nan")
    values = evaluate_expression(parse_expression(expression), frame)[members]
    if np.any(~np.isfinite(values)):
        raise NotAllowed(f"'{expression}' is not known in {int((~np.isfinite(values)).sum())} of {values.size} rows")
    return float((values * weights[members]).sum())


def two_sides(claim: Claim, frame: pd.DataFrame, rows: np.ndarray, reading: Reading) -> tuple[Side, Side]:
    """Return the counts of the group and of its reference, from other rows or from other columns of the same rows."""
    group = side_of(claim, frame, rows, claim.group_value, reading)
    if claim.reference_numerator is None:
        return group, side_of(claim, frame, rows, claim.reference_value, reading)
    members, weights = members_of(claim, frame, rows, claim.group_value), weights_of(claim, frame)
    a, n = (_total(e, frame, members, weights) for e in (claim.reference_numerator, claim.reference_denominator))
    return group, Side(a, n, int(members.sum()))


def total_of(claim: Claim, expression: str, frame: pd.DataFrame, members: np.ndarray) -> float:
    """Return the weighted sum of an expression over rows."""
    return _total(expression, frame, members, weights_of(claim, frame))


def values_of(claim: Claim, frame: pd.DataFrame, rows: np.ndarray, value: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the known values of a numeric outcome in a group, and what each counts."""
    members = members_of(claim, frame, rows, value)
    values = evaluate_expression(parse_expression(str(claim.outcome)), frame)
    weights = weights_of(claim, frame)
    known = members & np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    if not known.any():
        raise NotAllowed(f"'{claim.outcome}' is missing for everybody in the group")
    return values[known], weights[known]


def strata_of(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return the name of each stratum and its rows, in the order of the table."""
    names = [name.strip() for name in str(claim.strata).split(",")]
    columns = [column_of(frame, name) for name in names]
    if any(column[rows].isna().any() for column in columns):
        raise NotAllowed(f"the stratum '{claim.strata}' is missing in a row")
    labels = np.array([" / ".join(str(part) for part in parts) for parts in zip(*columns, strict=True)], dtype=object)
    return [(label, rows & (labels == label)) for label in dict.fromkeys(labels[rows])]
