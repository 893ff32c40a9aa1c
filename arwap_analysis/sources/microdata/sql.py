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
from typing import Any

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.microdata.dialects import DUCKDB, Dialect, Family, family_of
from arwap_analysis.sources.microdata.plan import Outcome, Reduction

__all__ = ["Statement", "build"]


@dataclass(frozen=True)
class Statement:
    """SQL with the parameters bound to it."""

    sql: str
    parameters: dict[str, Any]
    sigil: str = "$"

    def __str__(self) -> str:
        # JSON escapes line breaks, so that no value can leave its comment.
        lines = [
            f"-- {self.sigil}{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in self.parameters.items()
        ]
        return "\n".join([*lines, self.sql])


@dataclass
class _Builder:
    """Collects parameters while the statement is written."""

    reduction: Reduction
    types: Mapping[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    dialect: Dialect = DUCKDB

    def bind(self, value: object) -> str:
        for name, bound in self.parameters.items():
            if type(bound) is type(value) and bound == value:
                return f"{self.dialect.sigil}{name}"
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{self.dialect.sigil}{name}"

    def family(self, column: str) -> Family:
        return family_of(self.types[column])

    def name(self, column: str) -> str:
        return self.dialect.quoted(column)

    def text(self, column: str) -> str:
        """The text of a cell without the white space around it."""
        name = self.name(column)
        plain = name if self.types[column] == "VARCHAR" else f"CAST({name} AS {self.dialect.text})"
        return self.dialect.trim(plain, self.bind(_SPACES))

    @property
    def missing_numbers(self) -> list[float | int]:
        """What stands for "not known" in a column of numbers."""
        return [number for value in self.reduction.missing_values if (number := _number(value)) is not None]

    def missing(self, column: str) -> str:
        """Condition that a cell is not known."""
        name, family = self.name(column), self.family(column)
        if family in ("whole", "decimal", "real"):
            parts = [f"{name} = {self.bind(number)}" for number in self.missing_numbers]
            return " OR ".join([f"{name} IS NULL", *([f"isnan({name})"] if family == "real" else []), *parts])
        if family == "truth":
            return f"{name} IS NULL"
        labels = ", ".join(self.bind(label) for label in self.reduction.missing_texts)
        return f"{name} IS NULL OR {self.text(column)} IN ({labels})"

    def number(self, column: str) -> str:
        """The number of a cell, NULL where it is not known or no number that can be summed."""
        name, family = self.name(column), self.family(column)
        if family == "text":
            cast = self.cast(column)
            return f"CASE WHEN {self.missing(column)} OR NOT {self.dialect.finite(cast)} THEN NULL ELSE {cast} END"
        if family == "real":
            codes = "".join(f" AND {name} <> {self.bind(number)}" for number in self.missing_numbers)
            return f"CASE WHEN {self.dialect.finite(name)}{codes} THEN CAST({name} AS DOUBLE) END"
        plain = f"CAST({name} AS TINYINT)" if family == "truth" else name
        if not self.reduction.missing_values or family == "truth":
            return plain
        return f"CASE WHEN {self.missing(column)} THEN NULL ELSE {plain} END"

    def bad(self, column: str) -> str | None:
        """Condition that a cell is neither missing nor a number that can be summed; None where that cannot be."""
        family = self.family(column)
        if family == "text":
            return f"NOT ({self.missing(column)}) AND coalesce(NOT {self.dialect.finite(self.cast(column))}, true)"
        return f"coalesce({self.dialect.infinite(self.name(column))}, false)" if family == "real" else None

    def cast(self, column: str) -> str:
        """The number that a text spells, or NULL."""
        return self.dialect.spelled(self.text(column))

    def one_of(self, name: str, outcome: Outcome) -> list[str]:
        """For each value of an outcome, the condition that the cell holds it."""
        column, family = self.name(outcome.column), self.family(outcome.column)
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


# What Python calls white space, for `trim` removes only blanks unless told; ends of line occur in quoted cells.
_SPACES = " \t\r\n\x0b\x0c\u00a0\u2003\u2009\u202f\u3000"


def build(
    reduction: Reduction,
    types: Mapping[str, str],
    source: str,
    parameters: Mapping[str, Any],
    *,
    dialect: Dialect = DUCKDB,
) -> Statement:
    """Write the statement that reduces `source`, a table expression with columns of the DuckDB `types`.

    The result has a row for each group as the file writes it (`k0`, `k1`, ...), its sums, and counts of what
    cannot be used (`*_bad`), by position, so that no name of a column can meet another.

    Raises
    ------
    DataError
        When an outcome asks a column of numbers, or of true and false, for something else.
    """
    b = _Builder(reduction, types, dict(parameters), dialect)
    weighted = reduction.weight is not None
    cells = [f"{b.name(column)} AS k{i}" for i, column in enumerate(reduction.keys)]
    sums = ["count(*) AS n"]
    if reduction.weight is not None:
        cells.append(f"CAST({b.number(reduction.weight)} AS DOUBLE) AS w")
        bad = b.bad(reduction.weight)
        cells += [f"{bad} AS w_bad"] if bad else []
        sums += [
            "coalesce(sum(w), 0) AS sum_w",
            "coalesce(sum(w * w), 0) AS sum_w2",
            "count(*) - count(w) AS w_absent",
            f"{'count(*) FILTER (WHERE w_bad)' if bad else '0'} AS w_bad",
            "count(*) FILTER (WHERE w < 0) AS w_negative",
        ]
    for i, (name, outcome) in enumerate(reduction.outcomes.items()):
        conditions = b.one_of(name, outcome)
        missing = b.missing(outcome.column)
        cells.append(f"CASE WHEN {missing} THEN NULL ELSE ({' OR '.join(conditions)}) END AS o{i}")
        sums += [f"count(*) FILTER (WHERE o{i}) AS o{i}_count", f"count(o{i}) AS o{i}_n_known"]
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
        exact = dialect.exact(x) if b.family(column) in ("whole", "truth") else x
        cells += [f"{bad} AS {x}_bad"] if bad else []
        cells.append(f"{b.number(column)} AS {x}")
        sums += [
            f"count({x}) AS {x}_n_known",
            f"{f'count(*) FILTER (WHERE {x}_bad)' if bad else '0'} AS {x}_bad",
            # Whole and decimal numbers are added exactly, and rounded once.
            f"coalesce(CAST(sum({exact}) AS DOUBLE), 0) AS {x}_sum",
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
    labels = [
        f"{dialect.key(key, types[column])} AS k{i}"
        for i, (key, column) in enumerate(zip(keys, reduction.keys, strict=True))
    ]
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
    return Statement(sql, b.parameters, dialect.sigil)


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
