"""The attacker at work on published tables: what a reader can work out for each hidden figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from arwap_analysis.disclosure.attack import Needs, Ranges, find_ranges
from arwap_analysis.disclosure.explain import explain_bound
from arwap_analysis.disclosure.policy import DisclosurePolicy
from arwap_analysis.disclosure.shares import KnownShare, narrow
from arwap_analysis.disclosure.system import Contradiction
from arwap_analysis.disclosure.tables import LinkedTables, Table, link_tables
from arwap_analysis.errors import DataError, Fault
from arwap_analysis.estimate import FloatArray

__all__ = ["Audit", "AuditedCell", "audit_linked", "audit_tables", "known_to_a_reader"]


@dataclass(frozen=True, slots=True)
class AuditedCell:
    """One cell and what can be worked out for it.

    `kind` is hidden ([c]), small (published although it is under the threshold) or rounded (rounded, and worked
    out to one number all the same). `how` says which sums reveal it.
    """

    name: str
    file: str
    row: int
    column: str
    kind: Literal["hidden", "small", "rounded"]
    low: float
    high: float
    exact: bool
    recoverable: bool
    how: str = ""

    @property
    def range(self) -> str:
        """The range in words."""
        if self.low == self.high:
            return f"exactly {self.low:g}"
        return f"{self.low:g} or more" if np.isinf(self.high) else f"{self.low:g} to {self.high:g}"

    def __str__(self) -> str:
        how = f" ({self.how})" if self.how else ""
        return f"{self.file}, row {self.row}, column '{self.column}': {self.name} is {self.range}{how}"


@dataclass(frozen=True, slots=True)
class Audit:
    """Result of an attack on published tables: every hidden cell with its range, and the rule that was applied."""

    cells: tuple[AuditedCell, ...]
    width: float
    statement: str

    @property
    def recoverable(self) -> tuple[AuditedCell, ...]:
        """Cells that can be worked out more closely than the rule allows."""
        return tuple(cell for cell in self.cells if cell.recoverable)

    @property
    def safe(self) -> bool:
        """Whether no cell can."""
        return not self.recoverable

    @property
    def hidden(self) -> int:
        """Number of hidden cells."""
        return sum(cell.kind == "hidden" for cell in self.cells)

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        found = len(self.recoverable)
        if self.safe:
            return f"Safe: none of {self.hidden} hidden figures has a range narrower than {self.width:g}."
        figures = "1 figure" if found == 1 else f"{found} figures"
        return f"Not safe: {figures} can be worked out more closely than the rule allows ({self.hidden} hidden)."

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values; an endless range has a null end."""
        cells = [
            asdict(cell) | {"high": None if np.isinf(cell.high) else cell.high, "range": cell.range}
            for cell in self.cells
        ]
        return {
            "safe": self.safe,
            "hidden": self.hidden,
            "recoverable": len(self.recoverable),
            "width": self.width,
            "policy": self.statement,
            "cells": cells,
        }


def audit_tables(
    tables: Sequence[Table],
    *,
    policy: DisclosurePolicy | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
    per_table: str | None = None,
    only_small: bool = False,
    shares: Sequence[KnownShare] = (),
) -> Audit:
    """Find what a reader can work out for every hidden cell of published tables.

    Parameters
    ----------
    tables : sequence of Table
        As read by `read_table`: all that is published, earlier releases included.
    policy : DisclosurePolicy, optional
        The rule: its width is what the range of every hidden cell must have at least (a reader cannot tell which
        hidden cells are small, so none may be worked out), its threshold what may not be published, its rounding
        what is known of a rounded figure.
    parts, per_table
        See `link_tables`.
    only_small : bool
        Whether the reader knows that every hidden figure is under the threshold, as where only those are hidden.
    shares : sequence of KnownShare
        Published percentages with their bases, as read by `read_shares`.

    Returns
    -------
    Audit
        `safe` is False when any hidden cell has a narrower range than the rule allows, when a count under the
        threshold is published, or when a rounded figure can be worked out to one number.

    Raises
    ------
    DataError
        When the tables cannot be linked or contradict each other (a total that is not the sum of its parts).
    """
    policy = policy or DisclosurePolicy()
    linked = link_tables(tables, parts=parts, per_table=per_table)
    return audit_linked(linked, policy=policy, only_small=only_small, shares=shares)


def known_to_a_reader(
    linked: LinkedTables, policy: DisclosurePolicy, *, only_small: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and the highest value that each cell can have by itself (N,), before any sum is used."""
    kinds, numbers = linked.kinds(), linked.numbers()
    shown = kinds == "number"
    lower, upper = np.where(shown, numbers, 0.0), np.where(shown, numbers, np.inf)
    if policy.rounding:
        below, above = policy.rounding.reach
        below = above = max(below, above)
        rounded = shown & (numbers % policy.rounding.base == 0)
        lower = np.where(rounded, np.maximum(numbers - below, 0), lower)
        upper = np.where(rounded, numbers + above, upper)
    upper = np.where(kinds == "z", 0.0, upper)
    hidden = kinds == "c"
    lower = np.where(hidden, float(policy.smallest), lower)
    if only_small and policy.threshold is not None:
        upper = np.where(hidden, policy.threshold - 1.0, upper)
    low = kinds == "low"
    base = policy.rounding.base if policy.rounding else None
    return np.where(low, 1.0, lower), np.where(low, max(base // 2, 1) if base else np.inf, upper)


def audit_linked(
    linked: LinkedTables, *, policy: DisclosurePolicy, only_small: bool = False, shares: Sequence[KnownShare] = ()
) -> Audit:
    """Attack linked tables; see `audit_tables`."""
    kinds, numbers = linked.kinds(), linked.numbers()
    lower, upper = known_to_a_reader(linked, policy, only_small=only_small)
    lower, upper, said = narrow(linked, shares, lower, upper)
    whole = np.full(numbers.size, linked.whole())
    hidden = kinds == "c"
    may_be_small = (kinds == "number") & (upper > lower) & (lower < (policy.threshold or 0))
    try:
        ranges = find_ranges(linked.matrix, lower, upper, integer=whole, targets=hidden | may_be_small)
    except Contradiction as error:
        raise DataError(_contradiction(linked, error)) from None
    nothing = np.full(numbers.size, np.inf)
    wide = Needs(nothing, -nothing, np.full(numbers.size, policy.range_width))
    close = hidden & ~wide.met(ranges.inner_low, ranges.inner_high)
    small = (kinds == "number") & (upper <= lower) & (numbers > 0) & (numbers < (policy.threshold or 0))
    unpicked = may_be_small & (ranges.low == ranges.high) & (ranges.low < (policy.threshold or 0))
    found = [(k, "hidden", bool(close[k])) for k in np.flatnonzero(hidden)]
    found += [(k, "small", True) for k in np.flatnonzero(small)]
    found += [(k, "rounded", True) for k in np.flatnonzero(unpicked)]
    cells = [
        _audited(linked, int(k), kind, ranges, lower, upper, recoverable, said.get(int(k), ""))  # type: ignore[arg-type]
        for k, kind, recoverable in found
    ]
    return Audit(tuple(cells), policy.range_width, policy.statement)


def _audited(
    linked: LinkedTables,
    cell: int,
    kind: Literal["hidden", "small", "rounded"],
    ranges: Ranges,
    lower: FloatArray,
    upper: FloatArray,
    recoverable: bool,
    said: str,
) -> AuditedCell:
    number, position = linked.places[cell][0]
    table = linked.tables[number]
    entry = table.entries[position]
    low, high = float(ranges.low[cell]) + 0.0, float(ranges.high[cell]) + 0.0
    how = "published" if kind == "small" else ""
    if recoverable and kind != "small":
        how = "; ".join(text for text in (said, _how(linked, cell, lower, upper, low, high, said)) if text)
    return AuditedCell(
        linked.names[cell],
        entry.file or table.name,
        entry.row,
        entry.column,
        kind,
        low,
        high,
        bool(ranges.exact[cell]),
        recoverable,
        how,
    )


def _how(
    linked: LinkedTables, cell: int, lower: FloatArray, upper: FloatArray, low: float, high: float, said: str
) -> str:
    """Put the arithmetic of both ends of a range into words, once where they are the same.

    Nothing more is said where the ends follow from what is `said` of the cell itself.
    """
    ends = []
    for largest in (True, False):
        if (np.isfinite(high) and high < upper[cell]) if largest else low > lower[cell]:
            text = explain_bound(linked.matrix, linked.sums, linked.names, lower, upper, cell, largest=largest)
            if text and text not in ends:
                ends.append(text)
    if low == high and ends and "shared with" not in ends[0]:
        ends = ends[:1]
    if said and not ends:
        return ""
    return "; ".join(ends) or "follows because counts are whole numbers that cannot be negative"


def _contradiction(linked: LinkedTables, error: Contradiction) -> Fault:
    where = linked.sums[error.relation] if error.relation is not None else "some total"
    return Fault(
        "does_not_add_up",
        f"the published figures contradict each other: '{where}' cannot be the sum of its parts",
        linked.tables[0].name if len(linked.tables) == 1 else None,
        hint="If figures are rounded say so (--rounding); if a table leaves out rows or columns, add them as [x].",
    )
