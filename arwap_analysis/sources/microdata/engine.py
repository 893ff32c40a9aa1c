"""The embedded engine: opened for the given files only, closed after one statement, and heard in plain words."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.microdata.dialects import DUCKDB, family_of, quoted
from arwap_analysis.sources.microdata.files import Header, check_columns, csv_headers, is_parquet, wrong_encoding
from arwap_analysis.sources.microdata.plan import Reduction
from arwap_analysis.sources.microdata.sql import Statement, build

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

__all__ = ["check_numbers", "connect", "footers", "label_groups", "plain_errors", "prepare", "rows_of", "sum_parts"]

_LINE = re.compile(r"Line: (\d+)")
_CELLS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _as_written(file: str) -> str:
    """Escape a path, in which the engine would take brackets and stars for a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in file)


@contextmanager
def connect(files: list[str], *, memory_limit: str, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an engine in memory that can read these files, and nothing else of the machine or the network.

    What does not fit into memory (sums of very many groups) is spilled into a private folder, which goes with it.
    """
    import duckdb

    allowed = ", ".join(_literal(path) for file in files for path in dict.fromkeys((file, _as_written(file))))
    with tempfile.TemporaryDirectory(prefix="arwap-", ignore_cleanup_errors=True) as folder:
        connection = duckdb.connect(":memory:")
        try:
            connection.execute(f"SET temp_directory = {_literal(folder)}")
            connection.execute(f"SET memory_limit = {_literal(memory_limit)}")
            if threads is not None:
                connection.execute(f"SET threads = {int(threads)}")
            connection.execute("SET preserve_insertion_order = false")
            # It would be drawn on standard output, among the results. In a notebook without ipywidgets it is off
            # already, and even turning it off is refused.
            (drawn,) = connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() or (False,)
            if drawn:
                connection.execute("SET enable_progress_bar = false")
            connection.execute("SET python_enable_replacements = false")
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute("SET autoload_known_extensions = false")
            connection.execute(f"SET allowed_paths = [{allowed}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def prepare(connection: duckdb.DuckDBPyConnection, reduction: Reduction, files: list[str]) -> Statement:
    """Check the columns of every file and write the statement for them.

    Raises
    ------
    DataError
        When a file cannot be read, a column is absent or repeated, or a column to sum holds no numbers.
    """
    if is_parquet(files[0]):
        types, _ = footers(connection, reduction, files)
        paths = {"files": [_as_written(file) for file in files]}
        source, parameters = "read_parquet($files, union_by_name = true)", paths
    else:
        source, parameters = _csv(reduction, files)
        types = dict.fromkeys(reduction.needed, "VARCHAR")
    check_numbers(reduction, types, files)
    return build(reduction, types, source, parameters)


def sum_parts(
    reduction: Reduction, files: list[str], *, memory_limit: str, threads: int | None
) -> tuple[pd.DataFrame, str]:
    """Run the statement and return its rows, one for each group as the files write it, and the statement."""
    with connect(files, memory_limit=memory_limit, threads=threads) as connection:
        statement = prepare(connection, reduction, files)
        with plain_errors(files):
            return connection.execute(statement.sql, statement.parameters).df(), str(statement)


def label_groups(parts: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """Write the labels of these columns, whose values are of DuckDB `types`, as the statement writes them."""
    import duckdb

    if not types:
        return parts
    labels = ", ".join(f"{DUCKDB.key(f'CAST({column} AS {kind})', kind)} AS {column}" for column, kind in types.items())
    connection = duckdb.connect(":memory:")
    try:
        connection.register("parts", parts[list(types)])
        written = connection.execute(f"SELECT {labels} FROM parts").fetchall()
    finally:
        connection.close()
    return parts.assign(**dict(zip(types, map(list, zip(*written, strict=True)), strict=True))) if written else parts


def check_numbers(reduction: Reduction, types: dict[str, str], files: list[str]) -> None:
    """Raise DataError unless every column to sum is of a type that can hold numbers."""
    numeric = [*reduction.values, *([reduction.weight] if reduction.weight else [])]
    faults = [
        Fault("not_numeric", f"the column holds {types[column]}, not numbers", files[0], None, column)
        for column in numeric
        if family_of(types[column]) == "other"
    ]
    if faults:
        raise DataError(faults)


def footers(
    connection: duckdb.DuckDBPyConnection, reduction: Reduction, files: list[str]
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Types of the needed columns of Parquet files: of all files together, and of each."""
    # Files are described one by one: a union would fill a column that one file lacks with missing values.
    each = [_describe(connection, [file]) for file in files]
    check_columns(reduction, [Header(file, tuple(types)) for file, types in zip(files, each, strict=True)])
    united = _describe(connection, files)
    return _needed(reduction, united), [_needed(reduction, types) for types in each]


def rows_of(connection: duckdb.DuckDBPyConnection, files: list[str]) -> int:
    """How many rows Parquet files have, by their footers."""
    with plain_errors(files):
        paths = {"files": [_as_written(file) for file in files]}
        found = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata($files)", paths).fetchone()
    return int(found[0]) if found else 0


def _needed(reduction: Reduction, types: dict[str, str]) -> dict[str, str]:
    return {column: types[column] for column in reduction.needed}


def _describe(connection: duckdb.DuckDBPyConnection, files: list[str]) -> dict[str, str]:
    """Names and types of the columns, from the footers alone."""
    with plain_errors(files):
        paths = {"files": [_as_written(file) for file in files]}
        rows = connection.execute("DESCRIBE SELECT * FROM read_parquet($files, union_by_name = true)", paths).fetchall()
    return {row[0]: row[1] for row in rows}


def _csv(reduction: Reduction, files: list[str]) -> tuple[str, dict[str, Any]]:
    """Read every cell as text by its position: no type is guessed from the first rows."""
    headers = csv_headers(files, reduction.delimiter)
    check_columns(reduction, headers)
    alike: dict[tuple[str, ...], list[str]] = {}
    for header in headers:
        alike.setdefault(header.columns, []).append(_as_written(header.file))
    parts: list[str] = []
    parameters: dict[str, Any] = {"delimiter": reduction.delimiter}
    for i, (columns, paths) in enumerate(alike.items()):
        chosen = ", ".join(f"c{columns.index(column)} AS {quoted(column)}" for column in reduction.needed)
        parameters |= {f"files{i}": paths, f"columns{i}": {f"c{j}": "VARCHAR" for j in range(len(columns))}}
        options = (
            "header = true, auto_detect = false, delim = $delimiter, quote = '\"', escape = '\"', strict_mode = true"
        )
        parts.append(f"SELECT {chosen} FROM read_csv($files{i}, columns = $columns{i}, {options})")
    return "(\n    " + "\n    UNION ALL\n    ".join(parts) + "\n  )", parameters


@contextmanager
def plain_errors(files: list[str]) -> Iterator[None]:
    """Turn errors of the engine into one clear line; its own text is dropped, for it quotes rows of people."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise DataError(_fault(error, files)) from None
    except UnicodeDecodeError:
        raise DataError(wrong_encoding(files[0] if len(files) == 1 else None)) from None


def _fault(error: Exception, files: list[str]) -> Fault:
    text, kind = str(error), type(error).__name__
    named = sorted((file for file in files if file in text or _as_written(file) in text), key=len, reverse=True)
    file = named[0] if named else files[0] if len(files) == 1 else None
    line = _LINE.search(text)
    row = int(line.group(1)) if line else None
    if kind == "OutOfMemoryException":
        hint = "Raise 'memory_limit', or group by fewer columns."
        return Fault("out_of_memory", "the sums of so many groups do not fit into the memory limit", hint=hint)
    if kind == "OutOfRangeException":
        return Fault("too_large", "the numbers are too large for their squares to be summed", file)
    if kind == "PermissionException" or (kind == "IOException" and not is_parquet(files[0])):
        return Fault(
            "unreadable_file", "the file cannot be read", file, hint="Check that it is whole and yours to read."
        )
    if is_parquet(files[0]):
        what = "this is not a whole Parquet file, or its columns do not match those of the other files"
        what = what if len(files) > 1 else "this is not a whole Parquet file"
        return Fault("unreadable_parquet", what, file, hint="Copy or export it again.")
    if "utf-8" in text.casefold() or "unicode" in text.casefold():
        return wrong_encoding(file, row)
    if cells := _CELLS.search(text):
        what = f"the row has {cells.group(2)} cells and the header {cells.group(1)}"
        hint = "A comma inside a label or a number needs quotation marks around it."
        return Fault("ragged_row", what, file, row, hint=hint)
    if "unterminated quote" in text:
        return Fault("open_quote", "a quotation mark is opened and never closed", file, row)
    return Fault("broken_csv", "the file cannot be read as CSV", file, row, hint="Export it again as CSV UTF-8.")
