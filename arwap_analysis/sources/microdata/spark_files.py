"""Microdata as Spark reads them: Parquet by name and type, CSV line by line, every line checked before any counts.

Spark's own reader of CSV takes rows with an open quotation mark, another number of cells or another encoding for
good ones, or drops them. So lines are read as text, and one expression both checks a line and cuts it into cells.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.microdata.dialects import SPARK, family_of
from arwap_analysis.sources.microdata.files import Header, csv_headers, first_line, wrong_encoding
from arwap_analysis.sources.microdata.plan import Reduction

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["check_types", "csv_people", "parquet_people"]

# Of DuckDB: what Spark calls the type, and for numbers without a sign the smallest type that holds them.
_TYPES = {
    "TINYINT": "TINYINT", "SMALLINT": "SMALLINT", "INTEGER": "INT", "BIGINT": "BIGINT",
    "UTINYINT": "SMALLINT", "USMALLINT": "INT", "UINTEGER": "BIGINT", "UBIGINT": "DECIMAL(20, 0)",
    "FLOAT": "FLOAT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN", "VARCHAR": "STRING", "DATE": "DATE",
}  # fmt: skip
_EMPTY = ("NULL", '"NULL"')


def _spark_type(kind: str) -> str | None:
    if family_of(kind) == "decimal":
        return kind
    return "STRING" if family_of(kind) == "text" else _TYPES.get(kind)


def check_types(reduction: Reduction, types: dict[str, str], files: list[str]) -> None:
    """Raise DataError where a column has a type that Spark and DuckDB would not label alike."""
    hint = "Write it as text or dates, or use the embedded engine (engine='duckdb')."
    faults = [
        Fault("unsupported_type", f"Spark cannot group or count {types[column]} as DuckDB does", files[0], None, column,
              hint=hint)
        for column in reduction.needed
        if _spark_type(types[column]) is None
    ]  # fmt: skip
    if faults:
        raise DataError(faults)


def parquet_people(
    session: SparkSession, reduction: Reduction, files: list[str], types: dict[str, str], each: list[dict[str, str]]
) -> DataFrame:
    """The needed columns of all files, each in its type of all files together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for file, own in zip(files, each, strict=True):
        alike.setdefault(tuple(own.values()), []).append(file)
    frames = []
    for kinds, paths in alike.items():
        there = {c: _spark_type(kind) for c, kind in zip(reduction.needed, kinds, strict=True) if kind not in _EMPTY}
        schema = ", ".join(f"{SPARK.quoted(column)} {kind}" for column, kind in there.items())
        # A file of empty columns alone still has rows to count.
        reader = session.read.schema(schema) if there else session.read
        frame = _opened(reader.parquet(*map(_address, paths)), paths)
        cells = [
            f"CAST({SPARK.quoted(column) if column in there else 'NULL'} AS {_spark_type(types[column])})"
            f" AS {SPARK.quoted(column)}"
            for column in reduction.needed
        ]
        frames.append(frame.selectExpr(*cells))
    return _together(frames)


def csv_people(session: SparkSession, reduction: Reduction, files: list[str]) -> tuple[DataFrame, int]:
    """The needed columns of all files as text, after every line was found to be whole, and how many rows there are.

    Raises
    ------
    DataError
        When a file has lines that are not UTF-8, have another number of cells than the header, or a quotation mark
        or a cell that does not end in its line; with how many. Spark has no numbers of lines.
    """
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for header in csv_headers(files, reduction.delimiter):
        alike.setdefault((_header_line(header, reduction.delimiter), header.columns), []).append(header.file)
    frames: list[DataFrame] = []
    faults: list[Fault] = []
    rows = 0
    for (line, columns), paths in alike.items():
        lines = session.read.option("lineSep", "\n").text([*map(_address, paths)])
        view, arguments = "lines", _arguments(line, reduction.delimiter, len(columns))
        _opened(lines, paths).select("value", "_metadata.file_path").createOrReplaceTempView(view)
        checked = session.sql(_CHECK, args=arguments).collect()
        faults += _line_faults({_plain(row["file_path"]): row.asDict() for row in checked}, paths, len(columns))
        rows += sum(row["rows"] for row in checked)
        cells = ", ".join(f"{_cell(columns.index(column))} AS {SPARK.quoted(column)}" for column in reduction.needed)
        frames.append(session.sql(_ROWS.format(cells=cells), args=arguments))
    if faults:
        raise DataError(faults)
    return _together(frames), rows


# The end of a line may be that of Windows.
_LINES = """
  SELECT file_path, CASE WHEN endswith(value, :cr) THEN left(value, length(value) - 1) ELSE value END AS line
  FROM lines"""
# Empty lines are passed over, but in a file of one column they are empty cells.
_BODY = "line <> :header AND (:columns = 1 OR line <> '')"
_CHECK = f"""
WITH line AS ({_LINES}),
cut AS (
  SELECT *, {_BODY} AS body, concat(:delimiter, line) AS whole,
    regexp_extract_all(concat(:delimiter, line), :cell, 0) AS cells
  FROM line
)
SELECT file_path,
  count(*) FILTER (WHERE line = :header) AS headers,
  count(*) FILTER (WHERE body) AS rows,
  count(*) FILTER (WHERE NOT is_valid_utf8(line)) AS encoding,
  count(*) FILTER (WHERE body AND (instr(line, :cr) > 0 OR array_join(cells, '') <> whole)) AS quotes,
  count(*) FILTER (WHERE body AND size(cells) <> :columns) AS ragged
FROM cut
GROUP BY file_path"""
_ROWS = f"""
WITH line AS ({_LINES}),
cut AS (SELECT regexp_extract_all(concat(:delimiter, line), :cell, 1) AS cells FROM line WHERE {_BODY})
SELECT {{cells}} FROM cut"""


def _arguments(header: str, delimiter: str, columns: int) -> dict[str, Any]:
    """Everything of a file that the statements need, bound and never written into them."""
    d = f"\\x{{{ord(delimiter):x}}}"
    # After a delimiter: a cell in quotation marks, doubled inside, with blanks around; or one that begins with none.
    cell = rf'{d}(\x20*+"[^"]*+(?:""[^"]*+)*+"\x20*+(?={d}|\z)|(?!\x20*+")[^{d}]*+)'
    return {"header": header, "delimiter": delimiter, "columns": columns, "cr": "\r", "cell": cell}


def _cell(i: int) -> str:
    plain = f"btrim(cells[{i}], ' ')"
    inside = f"replace(substr({plain}, 2, length({plain}) - 2), '\"\"', '\"')"
    return f"CASE WHEN startswith({plain}, '\"') THEN {inside} ELSE cells[{i}] END"


def _header_line(header: Header, delimiter: str) -> str:
    line = first_line(header.file)
    if tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])) != header.columns:
        hint = "Put the names of the columns in one line, or use the embedded engine (engine='duckdb')."
        raise DataError(Fault("broken_csv", "Spark cannot read a header with line breaks", header.file, 1, hint=hint))
    return line


def _line_faults(found: dict[str, dict[str, Any]], paths: list[str], columns: int) -> list[Fault]:
    faults = []
    for file in paths:
        counts = found.get(file, {"headers": 0})
        if counts["headers"] != 1:
            again = "the header stands again among the rows"
            what = again if counts["headers"] else "the lines of the file cannot be told apart"
            hint = "Leave it out." if counts["headers"] else "Save it with line ends as Windows or Linux have them."
            faults.append(Fault("broken_csv", what, file, hint=hint))
        elif counts["encoding"]:
            faults.append(wrong_encoding(file))
        elif counts["quotes"]:
            what = f"in {counts['quotes']:,} of its lines a quotation mark or a cell does not end"
            hint = "Close it; where cells hold line breaks, use Parquet or the embedded engine (engine='duckdb')."
            faults.append(Fault("open_quote", what, file, hint=hint))
        elif counts["ragged"]:
            what = f"in {counts['ragged']:,} of its rows the number of cells is not that of the header ({columns})"
            hint = "A comma inside a label or a number needs quotation marks around it."
            faults.append(Fault("ragged_row", what, file, hint=hint))
    return faults


def _address(file: str) -> str:
    """Address of a local file (a cluster would look in its own store), in which nothing is taken for a pattern."""
    path = "".join(f"\\{letter}" if letter in "\\*?[]{}," else letter for letter in Path(file).as_posix())
    return "file:///" + path.lstrip("/")


def _plain(address: str) -> str:
    """Path of an address that Spark gives, which it encodes."""
    return str(Path("/" + unquote(address).removeprefix("file:").lstrip("/")))


def _opened(frame: DataFrame, paths: list[str]) -> DataFrame:
    """Make sure that Spark opens every file: it passes over hidden ones in silence."""
    opened = {_plain(address) for address in frame.inputFiles()}
    faults = [
        Fault("unreadable_file", "Spark passes over this file", file,
              hint="Give it a name that does not begin with '_' or '.'.")
        for file in paths
        if file not in opened
    ]  # fmt: skip
    if faults or len(opened) != len(paths):
        raise DataError(faults or [Fault("unreadable_file", "Spark opens other files than those named")])
    return frame


def _together(frames: list[DataFrame]) -> DataFrame:
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.unionAll(frame)
    return whole
