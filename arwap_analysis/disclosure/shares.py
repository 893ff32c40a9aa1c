"""Percentages with a known base: what each says of the count behind it, however the count itself is hidden."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from arwap_analysis.disclosure.marks import read_cell
from arwap_analysis.disclosure.read import read_rows
from arwap_analysis.disclosure.tables import LinkedTables, is_total
from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.estimate import FloatArray

__all__ = ["KnownShare", "narrow", "read_shares"]

PERCENT, BASE = "percent", "base"


@dataclass(frozen=True, slots=True)
class KnownShare:
    """One published percentage of a count in a base: the labels of the count, and where it stands.

    `low` and `high` are the smallest and the largest whole count that would be printed as it is.
    """

    labels: frozenset[str]
    text: str
    low: float
    high: float
    file: str
    row: int


def read_shares(path: Path) -> tuple[KnownShare, ...]:
    """Read percentages: CSV with the columns `percent` and `base`, and a column for each label of the count.

    A percentage is taken as rounded to the digits that it has: `12.5` of 40 is 4.98 to 5.02, so 5.

    Raises
    ------
    DataError
        With every missing column, and every cell that is no percentage or no count.
    """
    name, rows = str(path), read_rows(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    missing = [column for column in (PERCENT, BASE) if column not in header]
    if missing or len(rows) < 2:
        raise DataError(
            [Fault("missing_column", "the file lacks a column", name, 1, c, None, did_you_mean(c, header))
             for c in missing]
            or Fault("empty_table", "the table has no rows", name)
        )  # fmt: skip
    faults: list[Fault] = []
    found = [_share(dict(zip(header, row, strict=False)), name, n, faults) for n, row in enumerate(rows[1:], start=2)]
    if faults:
        raise DataError(faults)
    return tuple(share for share in found if share is not None)


def _share(row: Mapping[str, str], name: str, number: int, faults: list[Fault]) -> KnownShare | None:
    text, base = row.get(PERCENT, "").strip().rstrip("%").strip(), read_cell(row.get(BASE, ""))
    percent = read_cell(text)
    if percent is None or percent.value > 100:
        faults.append(Fault("not_a_percentage", "this is no percentage", name, number, PERCENT, row.get(PERCENT, "")))
    if base is None or not base.value >= 1:
        faults.append(Fault("not_a_figure", "this is no number of people", name, number, BASE, row.get(BASE, "")))
    if percent is None or base is None or percent.kind != "number" or faults:
        return None
    # Decimal, so that the ends of what is rounded are where they are printed and not a little beside.
    half, people = Decimal(5).scaleb(-percent.decimals - 1), Decimal(str(base.value)) / 100
    shown = Decimal(text.replace(",", ""))
    low, high = math.ceil(max(shown - half, Decimal(0)) * people), math.floor((shown + half) * people)
    labels = frozenset(v.strip() for k, v in row.items() if k not in (PERCENT, BASE) and v and not is_total(v))
    return KnownShare(labels, f"published as {text}% of {base.value:g}", float(low), float(high), name, number)


def narrow(
    linked: LinkedTables, shares: Iterable[KnownShare], lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, FloatArray, dict[int, str]]:
    """Return the limits of each cell (N,) with what the shares say, and for each cell that has one its words.

    Raises
    ------
    DataError
        For a share of no cell of the tables, and for one that contradicts what they say.
    """
    cells = {frozenset(label for _, label in key): cell for cell, key in enumerate(linked.keys)}
    lower, upper, said, faults = lower.copy(), upper.copy(), {}, []
    for share in shares:
        cell = cells.get(share.labels)
        if cell is None:
            faults.append(
                _fault("no_such_cell", "the tables have no count with these labels", share, sorted(share.labels))
            )
            continue
        lower[cell], upper[cell] = max(lower[cell], share.low), min(upper[cell], share.high)
        said[cell] = share.text
        if lower[cell] > upper[cell]:
            faults.append(
                _fault("does_not_add_up", "no count is both in the tables and printed so", share, [share.text])
            )
    if faults:
        raise DataError(faults)
    return lower, upper, said


def _fault(code: str, message: str, share: KnownShare, value: Sequence[str]) -> Fault:
    return Fault(code, message, share.file, share.row, PERCENT, ", ".join(value), "Give the labels as in the tables.")
