"""Hide the small counts of a workforce table, and every result that would give one away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import (
    OPEN_DATA,
    AuditResult,
    DisclosurePolicy,
    Entry,
    Policy,
    ProtectedTable,
    Table,
    protect_table,
    release_open,
)
from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.disclosure.marks import CellText
from arwap_analysis.review.workforce.tables import CountTable

__all__ = ["ALL", "KNOWN", "TOTAL", "Protection", "protect_counts"]

KNOWN, TOTAL, ALL = "Known", "Total", "all"
"""Sums of a level: over the groups whose ethnicity is known, and over everybody; and the sum over levels."""
_SAFE = "No hidden figure can be worked out more closely than the rule allows."


@dataclass(frozen=True)
class Protection:
    """Which cells (level, group) are hidden; sums among them have the groups KNOWN and TOTAL, and the level ALL."""

    hidden: frozenset[tuple[str, str]] = frozenset()
    policy: Policy = OPEN_DATA
    actions: tuple[str, ...] = ()
    audit: AuditResult | None = None

    def uses(self, *cells: tuple[str, str]) -> bool:
        """Whether one of the cells is hidden."""
        return any(cell in self.hidden for cell in cells)

    def release(self, frame: pd.DataFrame, *, uses: Sequence[bool], keep: Sequence[str] = ()) -> ProtectedTable:
        """Return results as a table that may be shown: rows that use a hidden cell lose every number.

        Parameters
        ----------
        uses : sequence of bool
            Whether each row uses a hidden cell.
        keep : sequence of str
            Columns of numbers that everybody knows (a benchmark, the confidence).
        """
        if self.audit is None:
            return release_open(frame)
        marked, touched = frame.copy(), np.asarray(uses, dtype=bool)
        for name in marked.select_dtypes("number").columns.difference(keep):
            marked[name] = marked[name].astype(float).mask(touched)
        marked.loc[touched, "status"], marked.loc[touched, "reason"] = "suppressed", REASON
        if "clear" in marked.columns:
            marked["clear"] = marked["clear"].where(~touched, "not_assessed")
        return ProtectedTable(marked, policy=self.policy, actions=self.actions, audit=self.audit)


def protect_counts(
    table: CountTable, *, policy: DisclosurePolicy | None, unknown: str | None, additive: bool
) -> Protection:
    """Return what may not be shown of a table of counts, so that its sums do not give it away.

    Parameters
    ----------
    table : CountTable
        True counts.
    policy : DisclosurePolicy, optional
        None for open data.
    unknown : str, optional
        Code of the group of unknown ethnicity, where the classification has one.
    additive : bool
        Whether a reader can add the levels up (grades of one staff), or they hold the same people (stages).

    Raises
    ------
    DataError
        When what has to be hidden cannot be.
    """
    if policy is None:
        return Protection()
    known = [group for group in table.groups if group != unknown]
    columns = (table.frame[name] for name in ("level", "group", "count"))
    counts = {(level, group): count for level, group, count in zip(*columns, strict=True)}
    entries = []
    levels = [*table.levels, TOTAL] if additive and len(table.levels) > 1 else list(table.levels)
    groups = [*table.groups, KNOWN, *([TOTAL] if unknown in table.groups else [])]
    for number, (level, group) in enumerate((level, group) for level in levels for group in groups):
        below = table.levels if level == TOTAL else (level,)
        parts = known if group == KNOWN else list(table.groups) if group == TOTAL else [group]
        value = float(sum(counts[one, part] for one in below for part in parts))
        text = CellText("x", np.nan) if np.isnan(value) else CellText("number", value)
        entries.append(Entry((level, group), text, number, "count"))
    done = protect_table(
        Table(str(table.path), ("level", "group"), tuple(entries)), policy=policy, parts={KNOWN: known}
    )
    shown = done.text_of(0)
    hidden = {entry.labels for entry in entries if shown[entry.row, "count"] == "[c]"}
    return Protection(
        frozenset((ALL if level == TOTAL else level, group) for level, group in hidden),
        policy.summary,
        done.statements,
        AuditResult(True, len(hidden), _SAFE),
    )
