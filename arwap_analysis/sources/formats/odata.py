"""Reader of the OData export of the old StatsWales as JSON; its CSV form is an ordinary long file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.long import read_planned
from arwap_analysis.sources.formats.plans import PLANS
from arwap_analysis.sources.formats.table import Limits, LongTable
from arwap_analysis.sources.formats.text import check_file, check_header

__all__ = ["read_odata_json"]


def read_odata_json(path: Path, *, limits: Limits) -> tuple[LongTable, ...]:
    """Read `{"value": [{"Data": ..., "Area_ItemName_ENG": ...}, ...]}`, or the list alone.

    `source_row` counts the records of the list from 1.

    Raises
    ------
    DataError
        Text that is not JSON, another shape, records with different names, a file past `json_bytes`
        (JSON has to be held in memory whole), and every fault of the figures.
    """
    check_file(path, limits)
    if path.stat().st_size > limits.json_bytes:
        message = f"the JSON file is larger than {limits.json_bytes:,} bytes"
        raise DataError(Fault("file_too_large", message, str(path), hint="Take the CSV export, or fewer years."))
    records = _records(path)
    first = records[0]
    header = check_header(list(first), path, 1, limits=limits)
    return read_planned(
        path, "statswales_odata", header, _rows(records, list(first), path), PLANS["statswales_odata"], limits=limits
    )


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        fault = Fault("wrong_encoding", f"the text is not UTF-8 ({error.reason})", str(path), hint="Export it again.")
        raise DataError(fault) from None
    except (ValueError, RecursionError) as error:
        hint = "The download was cut or is not JSON. Download it again."
        raise DataError(Fault("malformed_json", f"this is not JSON: {error}"[:200], str(path), hint=hint)) from None
    records = document.get("value") if isinstance(document, dict) else document
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        hint = "An OData export holds a list of records called 'value'."
        raise DataError(Fault("unknown_layout", "the JSON holds no list of records", str(path), hint=hint))
    if not records or not records[0]:
        raise DataError(Fault("empty_file", "the list of records is empty", str(path), hint="Export it again."))
    if isinstance(document, dict) and any(key.endswith("nextLink") for key in document):
        hint = "Download every page and put the records in one list."
        raise DataError(
            Fault("truncated_file", "this is one page of several: it names a next page", str(path), hint=hint)
        )
    return records


def _rows(records: list[dict[str, Any]], names: list[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    for number, record in enumerate(records, start=1):
        if list(record) != names:
            odd = sorted({*record} ^ {*names})
            hint = "Every record needs the same names in the same order."
            column = odd[0] if odd else None
            raise DataError(
                Fault("ragged_row", "the record has other names than the first", str(path), number, column, hint=hint)
            )
        yield number, [_text(value, path, number, name) for name, value in record.items()]


def _text(value: object, path: Path, row: int, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float | str):
        return str(value)
    hint = "Every field of a record is a text or a number."
    raise DataError(Fault("nested_value", "a field holds a list or a record", str(path), row, column, hint=hint))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")
