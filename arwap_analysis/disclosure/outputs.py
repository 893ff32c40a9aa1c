"""Audit what a finished report shows: the last look before it leaves, from nothing but its own tables.

The protection has been attacked with the true figures already, in the process that knew them. Here the tables of the
report are taken as a reader has them: every figure that is hidden in one must be hidden in all, with whatever was made
from it, and none may be the only one that is missing from a sum.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

__all__ = ["OutputsAudit", "ShownTable", "audit_outputs"]

# A population is open data, and how sure an interval is meant to be says nothing of anybody.
_FREE = frozenset({"denominator", "reference_denominator", "confidence"})


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One table of a report: its id, the rule it was protected by (empty for open data), and its cells as text."""

    id: str
    rule: str
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class OutputsAudit:
    """What the last look found.

    `protected` says whether any table is not open data; `hidden` how many counts are; `findings` what a reader could
    learn that he may not, a sentence each: a report with any is not to be released.
    """

    protected: bool
    hidden: int
    findings: tuple[str, ...]

    @property
    def safe(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def statement(self) -> str:
        """The result in one sentence."""
        if not self.protected:
            return "All tables are open data, which their publishers have protected."
        if self.safe:
            return f"No table of the report gives any of the {self.hidden} hidden counts away."
        number = len(self.findings)
        return f"The tables of the report give hidden counts away: {number} finding{'' if number == 1 else 's'}."


def audit_outputs(
    tables: Sequence[ShownTable], *, before: Sequence[ShownTable] = (), findings_before: Sequence[str] = ()
) -> OutputsAudit:
    """Look at the tables of a report for anything that gives a hidden count away.

    Parameters
    ----------
    tables : sequence of ShownTable
        All tables that the report shows.
    before : sequence of ShownTable
        Those of the earlier report that it replaces, which readers may have kept.
    findings_before : sequence of str
        What was found of that report: what one before it had shown is not taken back by making another.

    Returns
    -------
    OutputsAudit
        Found are: a count under the threshold; a count that is hidden in one table and shown in another, or in the
        earlier report; a rate, ratio, limit or p-value of a hidden count or against one; and a count that is the only
        one missing from a sum that a reader knows. Tables without a rule are open data and are not looked at.
    """
    marked = [(table, json.loads(table.rule)) for table in tables if table.rule]
    hidden: set[tuple[tuple[str, ...], str]] = set()
    findings: list[str] = []
    for rule in dict.fromkeys(table.rule for table, _ in marked):
        facts = json.loads(rule)
        same = _placed([table for table, _ in marked if table.rule == rule], facts)
        cells = _hidden_cells(same, facts)
        hidden |= {(cell, rule) for cell in cells}
        findings += _of_counts(same, facts, cells)
        findings += _in_earlier(before, facts, cells, frozenset(findings_before))
        findings += _alone(same, facts, cells)
    return OutputsAudit(bool(marked), len(hidden), tuple(dict.fromkeys(findings)))


def _placed(tables: Sequence[ShownTable], facts: dict[str, Any]) -> list[ShownTable]:
    """Return the tables with each dimension that they leave out because the report has only one value of it."""
    names: list[str] = facts["dimensions"]
    values = {name: {str(key[n]) for key in facts["hidden"]} for n, name in enumerate(names)}
    for table in tables:
        for name in values.keys() & set(table.frame.columns):
            values[name] |= set(table.frame[name].astype(str))
    only = {name: next(iter(found)) for name, found in values.items() if len(found) == 1}
    return [
        replace(table, frame=table.frame.assign(**{n: v for n, v in only.items() if n not in table.frame.columns}))
        for table in tables
    ]


def _dimensions(frame: pd.DataFrame, facts: dict[str, Any]) -> list[str]:
    """Return the dimensions of the cells where a table has all of them, else none."""
    wanted = [str(name) for name in facts.get("dimensions", ())]
    return wanted if wanted and set(wanted) <= set(frame.columns) else []


def _keys(frame: pd.DataFrame, dimensions: Sequence[str]) -> pd.Series:
    return pd.Series(list(frame[list(dimensions)].astype(str).itertuples(index=False, name=None)), index=frame.index)


def _is_suppressed(frame: pd.DataFrame) -> pd.Series:
    return frame["status"].eq("suppressed") if "status" in frame.columns else pd.Series(False, index=frame.index)


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    return pd.to_numeric(frame[column], errors="coerce")


def _hidden_cells(tables: Sequence[ShownTable], facts: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return the cells whose own count is hidden, by the protection itself and by each table of levels.

    Not by a table of comparisons, which can be absent for what they compare with.
    """
    found = {tuple(key) for key in facts["hidden"]}
    for table in tables:
        dimensions = _dimensions(table.frame, facts)
        if dimensions and "numerator" in table.frame.columns:
            rows = table.frame[_is_suppressed(table.frame) & ~_compares(table.frame)]
            found |= set(_keys(rows, dimensions))
    return found


def _compares(frame: pd.DataFrame) -> pd.Series:
    """Whether a row compares a group with another one."""
    if "reference" not in frame.columns:
        return pd.Series(False, index=frame.index)
    return frame["reference"].fillna("").astype(str).ne("")


def _of_counts(tables: Sequence[ShownTable], facts: dict[str, Any], cells: set[tuple[str, ...]]) -> Iterator[str]:
    """Find small counts, and figures of hidden counts, in any of the tables."""
    rule = facts.get("policy", {})
    threshold = float(rule.get("threshold", 5) or 0)
    for table in tables:
        frame, dimensions = table.frame, _dimensions(table.frame, facts)
        if not dimensions:
            continue
        keys = _keys(frame, dimensions)
        own = keys.isin(list(cells))
        against = pd.Series(False, index=frame.index)
        if "reference" in frame.columns:
            against = _keys(frame.assign(group=frame["reference"].astype(str)), dimensions).isin(list(cells))
        for column in frame.columns:
            if column in _FREE or column in dimensions:
                continue
            shown = _numbers(frame, column).notna()
            # Each side's own count may be shown where only the other side's is hidden.
            bad = shown & ((own & (column != "reference_numerator")) | (against & (column != "numerator")))
            for key in keys[bad]:
                yield f"table '{table.id}' shows '{column}' of {_named(key, dimensions)}, which needs a hidden count"
        if "numerator" in frame.columns:
            counts = _numbers(frame, "numerator")
            least = 1 if rule.get("zeros") == "shown" else 0
            for key in keys[(counts < threshold) & (counts >= least) & ~own]:
                yield f"table '{table.id}' shows a count under {threshold:g}: {_named(key, dimensions)}"


def _in_earlier(
    before: Sequence[ShownTable], facts: dict[str, Any], cells: set[tuple[str, ...]], said: frozenset[str]
) -> Iterator[str]:
    """Find hidden counts that the earlier report had shown, or one before it."""
    sentence = "the earlier report showed the count of {}, which is hidden now"
    dimensions = [str(name) for name in facts["dimensions"]]
    yield from sorted({sentence.format(_named(cell, dimensions)) for cell in cells} & said)
    for table in before:
        dimensions = _dimensions(table.frame, facts)
        if not dimensions or "numerator" not in table.frame.columns:
            continue
        keys = _keys(table.frame, dimensions)
        for key in keys[_numbers(table.frame, "numerator").notna() & keys.isin(list(cells))]:
            yield sentence.format(_named(key, dimensions))


def _alone(tables: Sequence[ShownTable], facts: dict[str, Any], cells: set[tuple[str, ...]]) -> Iterator[str]:
    """Find hidden counts that are what is missing from a sum: the only cell of it that is hidden and nowhere shown.

    A count that is absent for another reason is no part of the sum, and covers nobody. Of rounded figures the sum
    leaves an interval, which the protection has found wide enough.
    """
    if facts["policy"].get("rounding"):
        return
    dimensions = [str(name) for name in facts["dimensions"]]
    shown = dict.fromkeys(cells, False)
    for table in tables:
        if _dimensions(table.frame, facts) and "numerator" in table.frame.columns:
            rows = table.frame[~_compares(table.frame)]
            for key, there in zip(_keys(rows, dimensions), _numbers(rows, "numerator").notna(), strict=True):
                shown[key] = shown.get(key, False) or bool(there)
    lines = pd.DataFrame(list(shown), columns=dimensions)
    for name in map(str, facts["totals"]):
        for _, line in lines.groupby([d for d in dimensions if d != name], sort=False):
            keys = list(line.itertuples(index=False, name=None))
            missing = [key for key in keys if key in cells and not shown[key]]
            if len(missing) == 1 and len(keys) > 1:
                yield f"{_named(missing[0], dimensions)} is the only hidden count of its sum over {name}"


def _named(key: tuple[str, ...], dimensions: Sequence[str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(dimensions, key, strict=True))
