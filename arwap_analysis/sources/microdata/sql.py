"""The one statement that reduces microdata.

Names of columns are quoted, and everything else that a user writes is bound as a parameter, so that no name or
label can become SQL. Sums of squares are centred while they are summed (`var_pop`, `covar_pop`: Welford's method),
because the squares of large numbers that differ little lose every digit of the difference.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.microdata.plan import Outcome, Reduction

__all__ = ["Family", "Statement", "build", "family_of", "quoted"]

Family = Literal["whole", "decimal", "real", "truth", "text", "other"]
_WHOLE = frozenset(f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")) | {
    "INTEGER",
    "UINTEGER",
}


@dataclass(frozen=True)
class Statement:
    """SQL with the parameters bound to it."""

    sql: str
    parameters: dict[str, Any]

    def __str__(self) -> str:
        # JSON escapes line breaks, so that no value can leave its comment.
        lines = [f"-- ${name} = {json.dumps(value, ensure_ascii=False)}" for name, value in self.parameters.items()]
        return "\n".join([*lines, self.sql])


def quoted(name: str) -> str:
    """Return a name as an SQL identifier, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def family_of(kind: str) -> Family:
    """Return how values of a DuckDB type are to be treated."""
    if kind in _WHOLE:
        return "whole"
    if kind.startswith("DECIMAL") and not kind.endswith("]"):
        return "decimal"
    if kind in ("FLOAT", "DOUBLE"):
        return "real"
    if kind == "BOOLEAN":
        return "truth"
    # A column in which every cell is empty has the type NULL, and no type to hold against it.
    return (
        "text"
        if kind in ("VARCHAR", "NULL", '"NULL"') or (kind.startswith("ENUM") and not kind.endswith("]"))
        else "other"
    )


@dataclass
class _Builder:
    """Collects parameters while the statement is written."""

    reduction: Reduction
    types: Mapping[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        for name, bound in self.parameters.items():
            if type(bound) is type(value) and bound == value:
                return f"${name}"
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def family(self, column: str) -> Family:
        return family_of(self.types[column])

    def text(self, column: str) -> str:
        """The text of a cell without the white space around it."""
        plain = quoted(column) if self.types[column] == "VARCHAR" else f"CAST({quoted(column)} AS VARCHAR)"
        return f"trim({plain}, {self.bind(_SPACES)})"

    @property
    def missing_numbers(self) -> list[float | int]:
        """What stands for "not known" in a column of numbers."""
        return [number for value in self.reduction.missing_values if (number := _number(value)) is not None]

    def missing(self, column: str) -> str:
        """Condition that a cell is not known."""
        name, family = quoted(column), self.family(column)
        if family in ("whole", "decimal", "real"):
            parts = [f"{name} = {self.bind(number)}" for number in self.missing_numbers]
            return " OR ".join([f"{name} IS NULL", *([f"isnan({name})"] if family == "real" else []), *parts])
        if family == "truth":
            return f"{name} IS NULL"
        labels = ", ".join(self.bind(label) for label in self.reduction.missing_texts)
        return f"{name} IS NULL OR {self.text(column)} IN ({labels})"

    def number(self, column: str) -> str:
        """The number of a cell, NULL where it is not known or no number that can be summed."""
        name, family = quoted(column), self.family(column)
        if family == "text":
            cast = self.cast(column)
            return f"CASE WHEN {self.missing(column)} OR NOT isfinite({cast}) THEN NULL ELSE {cast} END"
        if family == "real":
            codes = "".join(f" AND {name} <> {self.bind(number)}" for number in self.missing_numbers)
            return f"CASE WHEN isfinite({name}){codes} THEN CAST({name} AS DOUBLE) END"
        plain = f"CAST({name} AS TINYINT)" if family == "truth" else name
        if not self.reduction.missing_values or family == "truth":
            return plain
        return f"CASE WHEN {self.missing(column)} THEN NULL ELSE {plain} END"

    def bad(self, column: str) -> str | None:
        """Condition that a cell is neither missing nor a number that can be summed; None where that cannot be."""
        family = self.family(column)
        if family == "text":
            return f"NOT ({self.missing(column)}) AND coalesce(NOT isfinite({self.cast(column)}), true)"
        return f"coalesce(isinf({quoted(column)}), false)" if family == "real" else None

    def cast(self, column: str) -> str:
        """The number that a text spells, or NULL."""
        return f"TRY_CAST({self.text(column)} AS DOUBLE)"

    def one_of(self, name: str, outcome: Outcome) -> list[str]:
        """For each value of an outcome, the condition that the cell holds it."""
        column, family = quoted(outcome.column), self.family(outcome.column)
        if family in ("whole", "decimal", "real"):
            numbers = [_number(value) for value in outcome.values]
            if None in numbers:
                raise DataError(self._never(name, outcome, outcome.values[numbers.index(None)], "numbers"))
            return [f"{column} = {self.bind(number)}" for number in numbers]
        if family == "truth":
            truths = [_truth(value) for value in outcome.values]
            if None in truths:
                raise DataError(self._never(name, outcome, outcome.values[truths.index(None)], "true and false"))
            return [f"{column} = {self.bind(truth)}" for truth in truths]
        return [f"{self.text(outcome.column)} = {self.bind(str(value).strip())}" for value in outcome.values]

    def _never(self, name: str, outcome: Outcome, value: object, what: str) -> Fault:
        message = f"the outcome '{name}' asks for a value that a column of {what} cannot hold"
        return Fault("wrong_type", message, None, None, outcome.column, str(value), f"Write it as {what}.")

    def key(self, alias: str, column: str) -> str:
        """The label of a group: made once a group, not once a row."""
        family, text = self.family(column), f"CAST({alias} AS VARCHAR)"
        if family not in ("real", "decimal"):
            return text
        # A column of codes with a gap in it often arrives as 1.0, 2.0; its labels are still '1' and '2'.
        whole = f"TRY_CAST({alias} AS HUGEINT)"
        label = f"CASE WHEN {alias} = {whole} THEN CAST({whole} AS VARCHAR) ELSE {text} END"
        return f"CASE WHEN isnan({alias}) THEN NULL ELSE {label} END" if family == "real" else label


# What Python calls white space, for `trim` removes only blanks unless told; ends of line occur in quoted cells.
_SPACES = " \t\r\n\x0b\x0c\u00a0\u2003\u2009\u202f\u3000"


def build(reduction: Reduction, types: Mapping[str, str], source: str, parameters: Mapping[str, Any]) -> Statement:
    """Write the statement that reduces `source`, a table expression with columns of the DuckDB `types`.

    The result has a row for each group as the file writes it (`k0`, `k1`, ...), its sums, and counts of what
    cannot be used (`*_bad`), by position, so that no name of a column can meet another.

    Raises
    ------
    DataError
        When an outcome asks a column of numbers, or of true and false, for something else.
    """
    b = _Builder(reduction, types, dict(parameters))
    weighted = reduction.weight is not None
    cells = [f"{quoted(column)} AS k{i}" for i, column in enumerate(reduction.keys)]
    sums = ["count(*) AS n"]
    if reduction.weight is not None:
        cells.append(f"CAST({b.number(reduction.weight)} AS DOUBLE) AS w")
        bad = b.bad(reduction.weight)
        cells += [f"{bad} AS w_bad"] if bad else []
        sums += [
            "coalesce(sum(w), 0) AS sum_w",
            "coalesce(sum(w * w), 0) AS sum_w2",
            "count(*) - count(w) AS w_absent",
            f"{'count(*) FILTER (w_bad)' if bad else '0'} AS w_bad",
            "count(*) FILTER (w < 0) AS w_negative",
        ]
    for i, (name, outcome) in enumerate(reduction.outcomes.items()):
        conditions = b.one_of(name, outcome)
        missing = b.missing(outcome.column)
        cells.append(f"CASE WHEN {missing} THEN NULL ELSE ({' OR '.join(conditions)}) END AS o{i}")
        sums += [f"count(*) FILTER (o{i}) AS o{i}_count", f"count(o{i}) AS o{i}_n_known"]
        for j, condition in enumerate(conditions if len(conditions) > 1 else []):
            cells.append(f"{condition} AS o{i}_{j}")
            sums.append(f"coalesce(bool_or(o{i}_{j}), false) AS o{i}_{j}")
        if weighted:
            known = f"o{i} IS NOT NULL"
            sums += [
                f"coalesce(sum(CASE WHEN o{i} THEN w END), 0) AS o{i}_sum_w",
                f"coalesce(sum(CASE WHEN o{i} THEN w * w END), 0) AS o{i}_sum_w2",
                f"coalesce(sum(CASE WHEN {known} THEN w END), 0) AS o{i}_known_w",
                f"coalesce(sum(CASE WHEN {known} THEN w * w END), 0) AS o{i}_known_w2",
            ]
    for i, column in enumerate(reduction.values):
        x, bad = f"x{i}", b.bad(column)
        real = x if b.family(column) in ("real", "text") else f"CAST({x} AS DOUBLE)"
        cells += [f"{bad} AS {x}_bad"] if bad else []
        cells.append(f"{b.number(column)} AS {x}")
        sums += [
            f"count({x}) AS {x}_n_known",
            f"{f'count(*) FILTER ({x}_bad)' if bad else '0'} AS {x}_bad",
            # Whole and decimal numbers are added exactly, and rounded once.
            f"coalesce(CAST(sum({x}) AS DOUBLE), 0) AS {x}_sum",
            f"coalesce(var_pop({real}), 0) AS {x}_var",
        ]
        if weighted:
            sums += [
                f"coalesce(sum(CASE WHEN {x} IS NOT NULL THEN w END), 0) AS {x}_known_w",
                f"coalesce(sum(CASE WHEN {x} IS NOT NULL THEN w * w END), 0) AS {x}_known_w2",
                f"coalesce(sum(w * {real}), 0) AS {x}_sum_wx",
                f"coalesce(covar_pop(w, {real}), 0) AS {x}_cov_w",
                f"coalesce(covar_pop(w * {real}, {real}), 0) AS {x}_cov_wx",
            ]
    keys = [f"person.k{i}" for i in range(len(reduction.keys))]
    labels = [f"{b.key(key, column)} AS k{i}" for i, (key, column) in enumerate(zip(keys, reduction.keys, strict=True))]
    sql = "\n".join(
        [
            "WITH person AS (",
            "  SELECT\n    " + ",\n    ".join(cells),
            f"  FROM {source}",
            ")",
            "SELECT\n  " + ",\n  ".join([*labels, *sums]),
            "FROM person",
            "GROUP BY " + ", ".join(keys),
        ]
    )
    return Statement(sql, b.parameters)


def _number(value: str | bool | int | float) -> float | int | None:
    if isinstance(value, (bool, int)):
        return int(value)
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _truth(value: str | bool | int | float) -> bool | None:
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().casefold())
