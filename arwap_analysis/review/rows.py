"""Find the row of a CSV file in which something is wrong, for those who have to mend it."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from arwap_analysis.errors import Fault

__all__ = ["with_rows"]

Test = Callable[[str], bool]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _test(fault: Fault, missing: frozenset[str]) -> Test | None:
    """Return what a cell is like that a fault is about; None for faults that have no row."""
    if fault.column is None:
        return None
    if fault.code == "unknown_label":
        return lambda text: text == fault.value
    if fault.code in ("missing_weight", "missing_cluster", "missing_label"):
        return lambda text: text in missing
    if fault.code == "negative_weight":
        return lambda text: _number(text) < 0
    if fault.code == "not_a_number":
        return lambda text: text not in missing and not math.isfinite(_number(text))
    return None


def with_rows(faults: Sequence[Fault], path: Path, *, missing: Sequence[str], delimiter: str = ",") -> list[Fault]:
    """Return the faults, each with the first row of the file that shows it, as a spreadsheet counts rows.

    Files other than CSV have no such rows; their faults stay as they are.
    """
    if path.suffix.lower() != ".csv":
        return list(faults)
    found = list(faults)
    blank = frozenset({"", *missing})
    tests = {place: test for place, fault in enumerate(found) if (test := _test(fault, blank)) is not None}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        header = [name.strip() for name in next(reader, [])]
        at = {place: header.index(str(found[place].column)) for place in tests if found[place].column in header}
        for number, row in enumerate(reader, start=2):
            for place in [p for p in at if at[p] < len(row) and tests[p](row[at[p]].strip())]:
                found[place] = replace(found[place], file=str(path), row=number)
                del at[place]
            if not at:
                break
    return found
