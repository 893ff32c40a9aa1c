"""The counts that a claim follows from: rows of a table of counts, or groups of people by outcome, never people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from arwap_analysis.registers.claims import Claim
from arwap_analysis.registers.claims.filters import evaluate_expression, names_in, parse_expression, parse_filter
from arwap_analysis.registers.claims.formula import parse_formula
from arwap_analysis.review.reproduce.rows import (
    Reading,
    kept_rows,
    members_of,
    outcome_of,
    strata_of,
    total_of,
    values_of,
    weights_of,
)

__all__ = ["SMALLEST", "Inputs", "inputs_of"]

Kind = Literal["counts", "sides", "people", "values", "model"]
Role = Literal["group", "reference", "rest", "rows"]
SMALLEST = 10
"""Counts of rows of people below this are not shown: somebody could be known by them."""
_MOST_CELLS = 30
_OF_ALL_ROWS = {"share", "representation_index", "standardised_rate"}
_OF_VALUES = {"mean", "median", "mean_difference", "mean_ratio"}


@dataclass(frozen=True)
class Inputs:
    """What a claim was computed from.

    `kind`: "counts" (`numerator`, `denominator`, `per_100`), "sides" (those of a group and its reference in one row),
    "people" (`with_outcome`, `without_outcome`, `missing`, `per_100` of those known), "values" (`people`, `mean`) or
    "model" (`people`). `frame`: one line a row or cell of the data, with `role` (group, reference, rest, rows), `row`
    (which it is, as the data spell it) and the numbers of its kind; NaN where there is none. Empty when `withheld` says
    why: small_counts or many_cells.
    """

    kind: Kind
    frame: pd.DataFrame
    withheld: str = ""


def inputs_of(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Inputs:
    """Return the counts that went into a claim.

    Parameters
    ----------
    claim : Claim
    frame : DataFrame
        Its data.
    reading : Reading
        How missing cells of the filter are read; people whose outcome is missing have a count of their own.

    Returns
    -------
    Inputs
        Nothing but a reason where rows are people and a count is 1 to 9, or where a model has more than 30 cells.

    Raises
    ------
    ValueError
        When the claim cannot be computed.
    """
    rows = kept_rows(claim, frame, reading)
    if claim.is_model:
        return _of_model(claim, frame, rows)
    if claim.reference_numerator is not None:
        return Inputs("sides", _two_sides_a_row(claim, frame, rows))
    if claim.is_counted:
        table = _counts(claim, frame, rows)
        return Inputs("counts", table.assign(per_100=_per_100(table["numerator"], table["denominator"])))
    if claim.metric in _OF_VALUES:
        return _unless_small(claim, "values", _values(claim, frame, rows), ("people",))
    numbers = ("with_outcome", "without_outcome", "missing")
    table = _people(claim, frame, rows)
    known = table["with_outcome"] + table["without_outcome"]
    return _unless_small(claim, "people", table.assign(per_100=_per_100(table["with_outcome"], known)), numbers)


def _per_100(counted: pd.Series, of: pd.Series) -> pd.Series:
    return 100 * counted / of.where(of > 0)


def _unless_small(claim: Claim, kind: Kind, table: pd.DataFrame, counts: Sequence[str]) -> Inputs:
    """Withhold the whole table where its rows are people and a count is small: one hidden cell could be worked out."""
    numbers = table[list(counts)].to_numpy(dtype=float)
    if claim.weight is None and bool(np.any((numbers > 0) & (numbers < SMALLEST))):
        return Inputs(kind, table.iloc[:0], "small_counts")
    return Inputs(kind, table)


def _roles(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> Iterator[tuple[Role, np.ndarray]]:
    """Yield who is in the group, who in the reference, and who else counts for the whole."""
    group = members_of(claim, frame, rows, claim.group_value)
    yield ("group" if claim.group else "rows"), group
    if claim.reference_value is not None and claim.metric not in _OF_ALL_ROWS:
        yield "reference", members_of(claim, frame, rows, claim.reference_value)
    elif claim.metric in _OF_ALL_ROWS and (rows & ~group).any():
        yield "rest", rows & ~group


def _columns_of(text: str | None) -> tuple[str, ...]:
    return names_in(parse_expression(text)) if text else ()


def _labels(claim: Claim, frame: pd.DataFrame) -> np.ndarray:
    """Return what each row of a table of counts is called: its words, and the columns that choose rows."""
    counted = {
        name for text in (claim.numerator, claim.denominator, claim.reference_numerator, claim.reference_denominator,
                          claim.other_denominator, claim.standard, claim.weight) for name in _columns_of(text)
    }  # fmt: skip
    chosen = {str(claim.group), *(name.strip() for name in str(claim.strata or "").split(","))}
    chosen |= set(names_in(parse_filter(claim.where))) if claim.where else set()
    named = [
        name for name in frame.columns
        if name in chosen or (name not in counted and not pd.api.types.is_numeric_dtype(frame[name]))
    ]  # fmt: skip
    if not named:  # a table of numbers alone is known by the first column that is not counted
        named = [name for name in frame.columns if name not in counted][:1]
    parts = [frame[name].astype(object).where(frame[name].notna(), "").astype(str) for name in named]
    labels = [" / ".join(cells) for cells in zip(*parts, strict=True)] if parts else [""] * len(frame)
    return np.array(labels, dtype=object)


def _evaluated(text: str | None, frame: pd.DataFrame) -> np.ndarray:
    if text is None:
        return np.full(len(frame), np.nan)
    return evaluate_expression(parse_expression(text), frame)


def _counts(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    labels, weights = _labels(claim, frame), weights_of(claim, frame)
    numbers = {
        "numerator": _evaluated(claim.numerator, frame) * weights,
        # A share or a count has no denominator of its own.
        "denominator": _evaluated(None if claim.metric in {"share", "count"} else claim.denominator, frame) * weights,
        "standard": _evaluated(claim.standard, frame) * weights,
    }
    parts = [
        pd.DataFrame({"role": role, "row": labels[chosen], **{name: n[chosen] for name, n in numbers.items()}})
        for role, chosen in _roles(claim, frame, rows)
    ]
    return pd.concat(parts, ignore_index=True)


def _two_sides_a_row(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    chosen, weights = members_of(claim, frame, rows, claim.group_value), weights_of(claim, frame)
    names = ("numerator", "denominator", "reference_numerator", "reference_denominator")
    numbers = {name: (_evaluated(getattr(claim, name), frame) * weights)[chosen] for name in names}
    return pd.DataFrame({"role": "rows", "row": _labels(claim, frame)[chosen], **numbers})


def _people(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Return the people of each group (and stratum) with the outcome, without it, and of whom it is not known."""
    having, missing = outcome_of(claim, frame)
    weights = weights_of(claim, frame)
    strata = strata_of(claim, frame, rows) if claim.strata else [("", rows)]
    lines = []
    for stratum, within in strata:
        standard = total_of(claim, claim.standard, frame, within) if claim.standard else np.nan
        for role, chosen in _roles(claim, frame, within):
            if role == "rest":  # it is in the standard, not in the rate
                continue
            name = claim.reference_value if role == "reference" else claim.group_value
            lines.append({
                "role": role, "row": " / ".join(part for part in (name, stratum) if part),
                "with_outcome": float(weights[chosen & having & ~missing].sum()),
                "without_outcome": float(weights[chosen & ~having & ~missing].sum()),
                "missing": float(weights[chosen & missing].sum()), "standard": standard,
            })  # fmt: skip
    return pd.DataFrame(lines)


def _values(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    lines = []
    for role, chosen in _roles(claim, frame, rows):
        value = claim.reference_value if role == "reference" else claim.group_value
        values, weights = values_of(claim, frame, chosen, value)
        people = float(weights.sum())
        mean = float((values * weights).sum() / people)
        lines.append({"role": role, "row": value or "", "people": people, "mean": mean})
    return pd.DataFrame(lines)


def _of_model(claim: Claim, frame: pd.DataFrame, rows: np.ndarray) -> Inputs:
    """Return the people with each combination of the model's variables, where there are few combinations."""
    formula = parse_formula(str(claim.formula))
    names = list(dict.fromkeys((*names_in(formula.outcome_parsed), *names_in(formula.parsed))))
    empty = pd.DataFrame(
        {"role": pd.Series(dtype=object), "row": pd.Series(dtype=object), "people": pd.Series(dtype=float)}
    )
    used = frame.loc[rows, names].assign(_people=weights_of(claim, frame)[rows]).dropna()
    if any(used[name].nunique() > _MOST_CELLS for name in names):
        return Inputs("model", empty, "many_cells")
    cells = used.groupby(names, sort=True, observed=True)["_people"].sum()
    if len(cells) > _MOST_CELLS:
        return Inputs("model", empty, "many_cells")
    keys = [key if isinstance(key, tuple) else (key,) for key in cells.index]
    labels = [" / ".join(f"{name} {value}" for name, value in zip(names, key, strict=True)) for key in keys]
    table = pd.DataFrame({"role": "rows", "row": labels, "people": cells.to_numpy(dtype=float)})
    return _unless_small(claim, "model", table, ("people",))
