"""The same reduction on Spark, on this machine or on a cluster: the statement in its dialect, and the same parts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.microdata.dialects import SPARK, family_of
from arwap_analysis.sources.microdata.engine import check_numbers, connect, footers, label_groups, rows_of
from arwap_analysis.sources.microdata.files import check_columns, csv_headers, is_parquet
from arwap_analysis.sources.microdata.plan import Reduction
from arwap_analysis.sources.microdata.spark_files import check_types, csv_people, parquet_people
from arwap_analysis.sources.microdata.spark_session import plain_spark_errors, spark_session
from arwap_analysis.sources.microdata.sql import Statement, build

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["spark_statement", "sum_parts_on_spark"]

_LARGEST = 2**63


def spark_statement(reduction: Reduction, files: list[str]) -> Statement:
    """Check the columns of every file and write the statement; Spark need not be there for it."""
    return _planned(reduction, files).statement


def sum_parts_on_spark(
    reduction: Reduction, files: list[str], *, spark: SparkSession | None, memory_limit: str, threads: int | None
) -> tuple[pd.DataFrame, str]:
    """Run the statement on Spark and return its rows, one for each group as the files write it, and the statement."""
    plan = _planned(reduction, files)
    with spark_session(spark, memory_limit=memory_limit, threads=threads) as session, plain_spark_errors(files):
        if is_parquet(files[0]):
            people, rows = parquet_people(session, reduction, files, plan.types, plan.each), plan.rows
        else:
            people, rows = csv_people(session, reduction, files)
        people.createOrReplaceTempView("people")
        arguments = {name: _bindable(value) for name, value in plan.statement.parameters.items()}
        result = session.sql(plan.statement.sql, args=arguments)
        parts = _frame([tuple(row) for row in result.collect()], result.columns)
    _check_rows(int(parts["n"].sum()), rows, files)
    kinds = {f"k{i}": plan.types[column] for i, column in enumerate(reduction.keys)}
    fractions = {name: kind for name, kind in kinds.items() if family_of(kind) in ("real", "decimal")}
    return label_groups(parts, fractions), str(plan.statement)


def _check_rows(found: int, rows: int, files: list[str]) -> None:
    """Nobody may be counted twice or passed over, whatever a cluster is set to."""
    if found != rows:
        file = files[0] if len(files) == 1 else f"{len(files)} files"
        what = f"Spark read {found:,} rows, and there are {rows:,}"
        hint = "If nobody is writing to the files now, use the embedded engine (engine='duckdb')."
        raise DataError(Fault("wrong_rows", what, file, hint=hint))


@dataclass(frozen=True)
class _Plan:
    """The statement, the DuckDB types of the columns, and of Parquet files the types of each and all their rows."""

    statement: Statement
    types: dict[str, str]
    each: list[dict[str, str]]
    rows: int


def _planned(reduction: Reduction, files: list[str]) -> _Plan:
    types, each, rows = dict.fromkeys(reduction.needed, "VARCHAR"), list[dict[str, str]](), 0
    if is_parquet(files[0]):
        with connect(files, memory_limit="1GB", threads=1) as connection:
            types, each = footers(connection, reduction, files)
            rows = rows_of(connection, files)
    else:
        check_columns(reduction, csv_headers(files, reduction.delimiter))
    check_numbers(reduction, types, files)
    check_types(reduction, types, files)
    return _Plan(build(reduction, types, "people", {}, dialect=SPARK), types, each, rows)


def _bindable(value: Any) -> Any:
    """A whole number that no type of Java holds, as a decimal or a fraction that compares alike."""
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return Decimal(value) if abs(value) < 10**38 else float(value)
    return value


def _frame(rows: list[tuple[Any, ...]], names: list[str]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame(
        {
            name: pd.Series(column, dtype=object if name.startswith("k") else None if rows else "int64")
            for name, column in zip(names, columns, strict=True)
        }
    )
