"""Tell the formats apart and read a file of any of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.sources.formats.long import position, read_long
from arwap_analysis.sources.formats.marks import PIVOT_MARKS, read_value
from arwap_analysis.sources.formats.odata import read_odata_json
from arwap_analysis.sources.formats.pivot import NOMIS_TITLE_ROWS, nomis_header, read_nomis_download, read_pivot
from arwap_analysis.sources.formats.plans import PLANS, STATSWALES_VALUE, Declaration, declared_plan
from arwap_analysis.sources.formats.stops import COLUMNS, read_police_stops
from arwap_analysis.sources.formats.table import DEFAULT_LIMITS, Limits, LongTable
from arwap_analysis.sources.formats.text import Encoding, check_file, is_blank, open_rows, sniff
from arwap_analysis.sources.formats.workbook import read_workbook

__all__ = ["FORMATS", "detect_format", "read_table"]

FORMATS = (
    "statswales_csv",
    "statswales_pivot",
    "statswales_odata",
    "nomis_csv",
    "ons_census_csv",
    "eff_csv",
    "police_stops_csv",
    "government_workbook",
    "sdmx_csv",
    "declared_csv",
)
_DECLARE = "If it is a plain CSV, declare which columns are dimensions and which holds the value (declared_csv)."
_MOST_PIVOT_ROWS = 50


def detect_format(path: Path | str, *, encoding: Encoding | None = None, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return the id of the format of a file, by what it holds and never by its name.

    Raises
    ------
    DataError
        `unknown_format` when it is none of `FORMATS`, or why the file cannot be looked at.
    """
    path = Path(path)
    check_file(path, limits)
    head = sniff(path)
    if head.startswith(b"PK\x03\x04"):
        return "government_workbook"
    if _is_json(head):
        return "statswales_odata"
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        first_rows = list(islice(rows, max(NOMIS_TITLE_ROWS, _MOST_PIVOT_ROWS)))
    filled = [fields for _, fields in first_rows if not is_blank(fields)]
    found = (filled and (_by_header(filled[0]) or _by_shape(first_rows, filled))) or None
    if found is None:
        what = "the file has no row" if not filled else "this is none of the formats that are known"
        raise DataError(Fault("unknown_format" if filled else "empty_file", what, str(path), hint=_DECLARE))
    return found


def read_table(
    path: Path | str,
    *,
    format: str | None = None,  # the word that analysts use, here and in cards
    declaration: Declaration | None = None,
    encoding: Encoding | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[LongTable, ...]:
    """Read a file as its publisher gave it out.

    Nothing is harmonised: labels stay as they are written. Every cell of figures is a number, a mark that
    is known, or a fault.

    Parameters
    ----------
    path
        The file.
    format
        One of `FORMATS`; found from what the file holds when left out.
    declaration
        For `declared_csv`: which columns are dimensions and which holds the value.
    encoding
        `cp1252` for a file that Excel saved as plain CSV; UTF-8, and UTF-16 with its mark, need no word.
    limits
        What a file may ask of the machine.

    Returns
    -------
    tuple of LongTable
        One table, or for a workbook as many as it holds.

    Raises
    ------
    DataError
        With every fault, each with file, row, column and what to do.
    """
    path = Path(path)
    check_file(path, limits)
    if format is None:
        format = "declared_csv" if declaration else detect_format(path, encoding=encoding, limits=limits)
    if format not in FORMATS:
        hint = did_you_mean(format, FORMATS)
        raise DataError(Fault("unknown_format", "there is no such format", str(path), value=format, hint=hint))
    if format == "government_workbook":
        return read_workbook(path, limits=limits)
    if format == "police_stops_csv":
        return read_police_stops(path, encoding=encoding, limits=limits)
    if format == "statswales_pivot":
        return read_pivot(path, encoding=encoding, limits=limits)
    if format == "statswales_odata" and _is_json(sniff(path)):
        return read_odata_json(path, limits=limits)
    if format == "nomis_csv" and not _is_long_nomis(path, encoding, limits):
        return read_nomis_download(path, encoding=encoding, limits=limits)
    if format == "declared_csv":
        if declaration is None:
            raise DataError(
                Fault("nothing_declared", "no columns are declared for this file", str(path), hint=_DECLARE)
            )
        base = declaration.rounding_base
        planner = declared_plan(declaration)
        return read_long(path, format, planner, encoding=encoding, limits=limits, rounding_base=base)
    return read_long(path, format, PLANS[format], encoding=encoding, limits=limits)


def _is_json(head: bytes) -> bool:
    """Whether a file begins as a JSON list of records or a JSON record does; a CSV can begin with a bracket too."""
    return re.match(rb'(\xef\xbb\xbf)?\s*(\[\s*[{\]]|\{\s*["}])', head) is not None


def _by_header(header: Sequence[str]) -> str | None:
    """Tell a long format by the names of its columns."""
    names = [name.strip() for name in header]
    upper = {name.split(":")[0].split("[")[0].strip().upper() for name in names}

    def has(*wanted: str) -> bool:
        return all(position(names, name.casefold()) is not None for name in wanted)

    if "OBS_VALUE" in upper and ("TIME_PERIOD" in upper or upper & {"DATAFLOW", "STRUCTURE"}):
        return "sdmx_csv"
    if "OBS_VALUE" in upper:
        return "nomis_csv"
    if has(*COLUMNS[1:3]):
        return "police_stops_csv"
    if has("Measure", "Ethnicity", "Value"):
        return "eff_csv"
    if has("Data") and any("_itemname_" in name.casefold() for name in names):
        return "statswales_odata"
    if position(names, *STATSWALES_VALUE) is not None:
        return "statswales_csv"
    if has("Observation") and any(name.casefold().endswith(" code") for name in names):
        return "ons_census_csv"
    return None


def _by_shape(rows: list[tuple[int, list[str]]], filled: list[list[str]]) -> str | None:
    """Tell a download of Nomis by its title lines, and a pivot by its columns of figures."""
    header, body = filled[0], filled[1:_MOST_PIVOT_ROWS]
    if len(header) < len(filled[-1]) or any(len(fields) == 1 for fields in filled[:3]):
        titled = nomis_header(rows[:NOMIS_TITLE_ROWS])
        if titled:
            return "nomis_csv"
    if len(header) < 2 or not body:
        return None
    last = [fields[-1] for fields in body if len(fields) == len(header)]
    figures = sum(not isinstance(read_value(cell, PIVOT_MARKS), str) for cell in last)
    second = [fields[1] for fields in body if len(fields) == len(header)]
    words = sum(isinstance(read_value(cell, PIVOT_MARKS), str) for cell in second)
    return "statswales_pivot" if last and 2 * figures > len(last) and 2 * words <= len(second) else None


def _is_long_nomis(path: Path, encoding: Encoding | None, limits: Limits) -> bool:
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        first = next((fields for _, fields in rows if not is_blank(fields)), [])
    return position([name.strip() for name in first], "obs_value") is not None
