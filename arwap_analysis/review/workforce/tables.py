"""Read the tables of a workforce report, and refuse what cannot be trusted, every fault with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import Table, long_table
from arwap_analysis.disclosure.read import read_rows
from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.review.workforce.cards import TableCard

__all__ = ["REASONS", "CountTable", "read_benchmark", "read_counts", "read_numbers"]

REASONS = {
    "c": ("suppressed", "The publisher withheld this figure"),
    "low": ("suppressed", "The publisher withheld this figure"),
    "u": ("low_reliability", "The publisher judged this figure not reliable enough to print"),
    "x": ("not_collected", "The publisher did not have this figure"),
    "z": ("not_applicable", "The publisher marked this figure as not applicable"),
}


@dataclass(frozen=True)
class CountTable:
    """Counts by level (grade, stage, quarter) and group, in the order of the card and of the classification.

    `frame` has one row for each level and group of the file: `level, group, count` (NaN where not published), `status`,
    `reason` and `row` (as a spreadsheet counts).
    """

    frame: pd.DataFrame
    levels: tuple[str, ...]
    groups: tuple[str, ...]
    path: Path

    def matrix(self) -> np.ndarray:
        """Return the counts (levels, groups), NaN where not published."""
        wide = self.frame.pivot(index="level", columns="group", values="count")
        return np.asarray(wide.reindex(index=self.levels, columns=self.groups), dtype=float)


def _resolved(table: Table, position: int, allowed: Sequence[str], what: str, faults: list[Fault]) -> None:
    """Add a fault for each label of one dimension that is not allowed."""
    for entry in table.entries:
        label = entry.labels[position]
        if label not in allowed:
            faults.append(
                Fault(f"unknown_{what}", f"the card has no {what} of this name", table.name, entry.row, what, label,
                      did_you_mean(label, list(allowed)))
            )  # fmt: skip


def _group(label: str, card: TableCard) -> str | None:
    """Return the code of a group that can be counted: any but the total."""
    classification = get_classification(card.classification)
    code = classification.find(label)
    return None if code is None or classification.group(code).kind == "total" else code


def read_counts(path: Path, card: TableCard, *, column: str, levels: Sequence[str]) -> CountTable:
    """Read counts by level and group; raises DataError with every fault.

    Parameters
    ----------
    column : str
        Name of the column of levels: grade, stage or quarter.
    levels : sequence of str
        Every level that has to be there, in order.
    """
    table = long_table(read_rows(path), name=str(path), dimensions=(column, "group"), value="count")
    faults: list[Fault] = []
    _resolved(table, 0, levels, column, faults)
    rows: list[dict[str, object]] = []
    seen: dict[tuple[str, str], int] = {}
    for entry in table.entries:
        level, label = entry.labels
        code = _group(label, card)
        if code is None:
            faults.append(_unknown_group(path, entry.row, label, card))
            continue
        if (level, code) in seen:
            message = f"this {column} and group stand in row {seen[level, code]} already"
            faults.append(Fault("repeated_row", message, str(path), entry.row, "group", label, "Keep one."))
        seen.setdefault((level, code), entry.row)
        if entry.text.kind == "number" and entry.text.value != round(entry.text.value):
            hint = "Give head-counts, not full-time equivalents."
            faults.append(Fault("not_whole", "a count of people is a whole number", str(path), entry.row, "count",
                                f"{entry.text.value:g}", hint))  # fmt: skip
        status, reason = REASONS.get(entry.text.kind, ("published", ""))
        rows.append({"level": level, "group": code, "count": entry.text.value, "status": status, "reason": reason,
                     "row": entry.row})  # fmt: skip
    groups = _in_order({str(row["group"]) for row in rows}, card)
    faults += _gaps(path, column, levels, groups, seen)
    if card.reference_group not in groups and not faults:
        faults.append(Fault("no_reference", "the reference group is not in the table", str(path), None, "group",
                            card.reference_group, "Choose another in the card."))  # fmt: skip
    if faults:
        raise DataError(faults)
    return CountTable(pd.DataFrame(rows), tuple(levels), groups, path)


def _unknown_group(path: Path, row: int, label: str, card: TableCard) -> Fault:
    classification = get_classification(card.classification)
    codes = [group.code for group in classification.groups if group.kind != "total"]
    return Fault(
        "unknown_group", f"this is not a group of '{card.classification}' that can be counted", str(path), row, "group",
        label, f"{did_you_mean(label, codes)} Leave totals out: they are added up.",
    )  # fmt: skip


def _in_order(found: set[str], card: TableCard) -> tuple[str, ...]:
    return tuple(code for code in get_classification(card.classification).codes if code in found)


def _gaps(
    path: Path, column: str, levels: Sequence[str], groups: Sequence[str], seen: dict[tuple[str, str], int]
) -> list[Fault]:
    """Every level needs every group: a row that is missing could be 0 or not known."""
    hint = "Write 0, or a mark such as [x] where it is not known."
    return [
        Fault("missing_row", f"there is no count for {level}, {group}", str(path), None, column, level, hint)
        for level in levels
        for group in groups
        if (level, group) not in seen
    ]


def read_benchmark(path: Path, card: TableCard) -> pd.Series:
    """Read the population of each group, by code; raises DataError with every fault."""
    table = long_table(read_rows(path), name=str(path), dimensions=("group",), value="count")
    faults: list[Fault] = []
    found: dict[str, float] = {}
    for entry in table.entries:
        code = _group(entry.labels[0], card)
        if code is None:
            faults.append(_unknown_group(path, entry.row, entry.labels[0], card))
        elif code in found:
            faults.append(Fault("repeated_row", "this group stands twice", str(path), entry.row, "group", code))
        elif entry.text.kind != "number" or entry.text.value <= 0:
            hint = "A population that is not known cannot be a benchmark."
            faults.append(Fault("no_population", "a benchmark needs people in each group", str(path), entry.row,
                                "count", None, hint))  # fmt: skip
        else:
            found[code] = entry.text.value
    missing = [code for code in get_classification(card.classification).comparable if code not in found]
    if not faults:
        hint = "The benchmark has to have every group, or its shares would be wrong."
        faults += [Fault("missing_row", f"there is no population for {code}", str(path), None, "group", code, hint)
                   for code in missing]  # fmt: skip
    if faults:
        raise DataError(faults)
    return pd.Series(found, dtype=float)


def read_numbers(path: Path, card: TableCard, *, words: Sequence[str], numbers: Sequence[str],
                 optional: Sequence[str] = ()) -> pd.DataFrame:  # fmt: skip
    """Read a table with columns of words, of which `group` is one, and of numbers above 0.

    Returns the columns, groups as codes, and `row`. Raises DataError with every missing column, unknown group, and cell
    that is no number above 0.
    """
    rows = read_rows(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    faults = [
        Fault("missing_column", "the table lacks a column", str(path), 1, name, None, did_you_mean(name, header))
        for name in (*words, *numbers)
        if name not in header
    ]
    if faults:
        raise DataError(faults)
    present = [*numbers, *(name for name in optional if name in header)]
    kept: list[dict[str, object]] = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells where the header has {len(header)}"
            faults.append(Fault("ragged_row", message, str(path), number))
            continue
        row: dict[str, object] = {name: cells[header.index(name)].strip() for name in words}
        code = _group(str(row["group"]), card)
        if code is None:
            faults.append(_unknown_group(path, number, str(row["group"]), card))
        for name in words:
            if not row[name]:
                faults.append(Fault("empty_cell", "this cell is empty", str(path), number, name))
        for name in present:
            row[name] = _positive(cells[header.index(name)], path, number, name, faults)
        kept.append({**row, "group": code, "row": number})
    if not kept and not faults:
        faults.append(Fault("empty_table", "the table has no rows", str(path)))
    if faults:
        raise DataError(faults)
    return pd.DataFrame(kept)


def _positive(text: str, path: Path, row: int, column: str, faults: list[Fault]) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = np.nan
    if not (np.isfinite(value) and value > 0):
        hint = "Write a number above 0; leave out rows without one, and say so in a caveat."
        faults.append(Fault("not_a_figure", "this is not a number above 0", str(path), row, column, text, hint))
        return np.nan
    return value
