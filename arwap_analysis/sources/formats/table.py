"""The long table that every reader makes, and the limits within which files are read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.formats.marks import Reading

__all__ = ["DEFAULT_LIMITS", "STATUSES", "Limits", "LongTable", "TableBuilder", "guess_rounding_base"]

STATUSES = ("published", "low_reliability", "suppressed", "not_collected", "not_applicable")
VALUE_COLUMNS = ("value", "status", "reason", "note", "source_row")
# From the coarsest down: a table rounded to 100 is also a table of multiples of 5.
_BASES = (1000, 500, 100, 50, 20, 10, 5, 3)
_ENOUGH_VALUES = 8
_MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask of the machine before it is refused: generous for statistics, small for an attack."""

    file_bytes: int = 200_000_000
    columns: int = 5_000
    rows: int = 5_000_000
    field_characters: int = 32_767
    record_characters: int = 2_000_000
    json_bytes: int = 50_000_000
    unpacked_bytes: int = 500_000_000
    packing_ratio: int = 200
    cells: int = 5_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class LongTable:
    """One table of a publisher, a row for each figure, with nothing harmonised.

    `frame` has the publisher's dimension columns as text, then `value` (float), `status`, `reason`
    (why a number is missing or weak), `note` (what the publisher says of a number) and `source_row`
    (as a spreadsheet counts; 0 where a figure is counted from many rows). `rounding_base` is declared
    by the caller or guessed from the values; None when nothing points to rounding.
    """

    frame: pd.DataFrame
    format: str
    title: str
    notes: tuple[str, ...]
    sha256: str
    rounding_base: int | None
    dimensions: tuple[str, ...]


class TableBuilder:
    """Collect figures and faults; give a table only when there is no fault.

    Labels repeat on nearly every row of a long table, so each is kept once, whatever the number of rows.
    """

    def __init__(self, file: Path, dimensions: Sequence[str], limits: Limits = DEFAULT_LIMITS) -> None:
        self.file, self.limits = str(file), limits
        self.dimensions = tuple(_free_names(dimensions))
        self.faults: list[Fault] = []
        self._labels: list[list[str]] = [[] for _ in self.dimensions]
        self._values, self._rows = array("d"), array("q")
        self._texts: tuple[list[str], list[str], list[str]] = ([], [], [])
        self._known: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._values)

    def add(self, labels: Sequence[str], reading: Reading, row: int) -> None:
        """Add one figure; raises DataError when the table grows past its limit."""
        if len(self._values) >= self.limits.rows:
            fault = Fault(
                "too_many_rows",
                f"the table has more than {self.limits.rows:,} figures",
                self.file,
                row,
                hint="Download the years and areas that are needed, in several files.",
            )
            raise DataError(fault)
        known = self._known
        for column, label in zip(self._labels, labels, strict=True):
            column.append(known.setdefault(label, label))
        self._values.append(reading.value)
        self._rows.append(row)
        for column, text in zip(self._texts, (reading.status, reading.reason, reading.note), strict=True):
            column.append(known.setdefault(text, text))

    def fault(self, fault: Fault) -> None:
        """Record a fault; two hundred end the reading, since more of the same help nobody."""
        self.faults.append(fault)
        if len(self.faults) >= _MOST_FAULTS:
            hint = "Mend these first; there may be more."
            more = Fault("more_faults", f"reading stopped after {_MOST_FAULTS} faults", self.file, fault.row, hint=hint)
            raise DataError([*self.faults, more])

    def build(
        self, format_id: str, title: str, notes: Sequence[str], sha256: str, *, rounding_base: int | None = None
    ) -> LongTable:
        """Return the table.

        Raises
        ------
        DataError
            With every fault that was recorded, or because the table holds no figure.
        """
        if self.faults:
            raise DataError(self.faults)
        if not self._values:
            hint = "Export the table again, with at least one row of figures."
            raise DataError(Fault("empty_file", "the table has a header and no figures", self.file, hint=hint))
        columns: dict[str, object] = dict(zip(self.dimensions, self._labels, strict=True))
        columns["value"] = pd.Series(self._values, dtype="float64")
        columns |= dict(zip(("status", "reason", "note"), self._texts, strict=True))
        columns["source_row"] = pd.Series(self._rows, dtype="int64")
        frame = pd.DataFrame(columns)
        base = rounding_base or guess_rounding_base(frame["value"])
        return LongTable(frame, format_id, title, tuple(dict.fromkeys(notes)), sha256, base, self.dimensions)


def guess_rounding_base(values: pd.Series) -> int | None:
    """Return the base that all numbers are multiples of (1000, ..., 10, 5, 3), or None.

    At least eight numbers other than zero are asked for: fewer are multiples of 5 or 3 by chance too often.
    """
    numbers = values.dropna()
    numbers = numbers[numbers != 0]
    if len(numbers) < _ENOUGH_VALUES or numbers.nunique() < 3:
        return None
    return next((base for base in _BASES if bool((numbers % base == 0).all())), None)


def _free_names(dimensions: Sequence[str]) -> list[str]:
    """Keep a publisher's column named `value` or `status` apart from the columns of the long table."""
    taken = {*VALUE_COLUMNS}
    free = []
    for name in dimensions:
        while name in taken:
            name += " (source)"
        taken.add(name)
        free.append(name)
    return free
