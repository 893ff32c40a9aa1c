"""Published tables as one set of linked cells: which cells are the same, and which are sums of which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import PurePath
from typing import Any

import numpy as np

from arwap_analysis.disclosure.marks import CellText
from arwap_analysis.disclosure.system import relation_matrix
from arwap_analysis.errors import DataError, Fault

__all__ = ["TOTAL", "Entry", "Key", "LinkedTables", "Table", "link_tables"]

TOTAL = "total"
Key = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of one table: its label in each dimension ("Total" for a margin), what it says, where it stands."""

    labels: tuple[str, ...]
    text: CellText
    row: int
    column: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name (the file), the names of its dimensions, and its cells."""

    name: str
    dimensions: tuple[str, ...]
    entries: tuple[Entry, ...]

    def labels(self, position: int) -> tuple[str, ...]:
        """Labels of one dimension in order, without Total."""
        return tuple(dict.fromkeys(e.labels[position] for e in self.entries if not is_total(e.labels[position])))


def is_total(label: str) -> bool:
    """Whether a label is that of a margin."""
    return label.strip().casefold() == TOTAL


@dataclass(frozen=True, slots=True)
class LinkedTables:
    """Cells of linked tables; arrays have one value for each cell.

    A cell that stands in several tables is one cell. `texts` holds what each place says, `places` where it is;
    a cell in no table, known only as a part of a sum, has none. `matrix @ cells == 0` holds the sums.
    """

    tables: tuple[Table, ...]
    keys: tuple[Key, ...]
    names: tuple[str, ...]
    texts: tuple[tuple[CellText, ...], ...]
    places: tuple[tuple[tuple[int, int], ...], ...]
    matrix: Any
    sums: tuple[str, ...]
    index: Mapping[Key, int] = field(repr=False, default_factory=dict)

    def kinds(self) -> np.ndarray:
        """What each cell is: number, a mark, or "absent" where no table has it; a number anywhere is a number."""
        found = np.full(len(self.keys), "absent", dtype=object)
        for k, texts in enumerate(self.texts):
            said = [text.kind for text in texts]
            if said:
                found[k] = next((kind for kind in ("number", "z", "low", "c", "u", "x") if kind in said), "absent")
        return found

    def numbers(self) -> np.ndarray:
        """Number of each cell, NaN where no table gives one; the first where several do."""
        values = (next((t.value for t in texts if t.kind == "number"), np.nan) for texts in self.texts)
        return np.fromiter(values, dtype=float, count=len(self.texts))

    def whole(self) -> bool:
        """Whether every number is a whole one, as counts are."""
        return all(float(t.value).is_integer() for texts in self.texts for t in texts if t.kind == "number")


def link_tables(
    tables: Sequence[Table], *, parts: Mapping[str, Sequence[str]] | None = None, per_table: str | None = None
) -> LinkedTables:
    """Link tables whose labels are the same.

    Dimensions of two tables are one when they share a label (or the name, where they are named). Cells with the
    same labels are the same cell. A Total is the same in two tables only where it is over the same labels.

    Parameters
    ----------
    tables : sequence of Table
        At least one.
    parts : mapping of label to labels, optional
        Labels that are sums of others within a dimension ("Asian" of "Indian", ...).
    per_table : str, optional
        Name of a further dimension of which each table is one label (its name): years that are no releases of one
        another. A table of the name "Total" is their sum.

    Raises
    ------
    DataError
        When a table has a cell twice, or two tables give different numbers for one cell.
    """
    if per_table is not None:
        tables = [_stacked(tables, per_table)]
    names = _one_name_for_each_dimension(tables)
    parts = dict(parts or {})
    below = {label for members in parts.values() for label in members}
    builder = _Builder(tuple(tables), parts, below)
    for number, table in enumerate(tables):
        builder.add(number, table, names[number])
    return builder.linked()


def _stacked(tables: Sequence[Table], name: str) -> Table:
    """Return tables of one shape as one, with a further dimension of which each is a label."""
    if len({table.dimensions for table in tables}) != 1:
        raise DataError(
            Fault("different_shapes", f"tables that are one {name} each must have the same dimensions", tables[0].name)
        )
    labels = [PurePath(table.name).stem for table in tables]
    entries = tuple(
        replace(entry, labels=(*entry.labels, label), file=table.name)
        for table, label in zip(tables, labels, strict=True)
        for entry in table.entries
    )
    return Table(", ".join(table.name for table in tables), (*tables[0].dimensions, name), entries)


def _one_name_for_each_dimension(tables: Sequence[Table]) -> list[tuple[str, ...]]:
    """Name the dimensions so that those of different tables which share a label have one name."""
    groups: list[tuple[set[str], set[str]]] = []
    where: list[list[int]] = []
    for table in tables:
        mine: list[int] = []
        for position, name in enumerate(table.dimensions):
            labels = set(table.labels(position))
            taken = set(mine)
            group = next(
                (
                    k
                    for k, (seen, known) in enumerate(groups)
                    if k not in taken and (labels & seen or (name and name in known))
                ),
                None,
            )
            if group is None:
                group = len(groups)
                groups.append((set(), set()))
            groups[group][0].update(labels)
            groups[group][1].update({name} if name else set())
            mine.append(group)
        where.append(mine)
    titles = [next(iter(sorted(known)), f"dimension {k + 1}") for k, (_, known) in enumerate(groups)]
    return [
        tuple(f"{titles[k]}" if titles.count(titles[k]) == 1 else f"{titles[k]} {k + 1}" for k in mine)
        for mine in where
    ]


class _Builder:
    """Collects cells and sums of table after table."""

    def __init__(self, tables: tuple[Table, ...], parts: dict[str, Sequence[str]], below: set[str]) -> None:
        self.tables, self.parts, self.below = tables, parts, below
        self.index: dict[Key, int] = {}
        self.keys: list[Key] = []
        self.names: list[str] = []
        self.texts: list[list[CellText]] = []
        self.places: list[list[tuple[int, int]]] = []
        self.relations: dict[tuple[int, tuple[int, ...]], str] = {}
        self.universes: dict[str, list[frozenset[str]]] = {}
        self.faults: list[Fault] = []

    def cell(self, dimensions: tuple[str, ...], labels: tuple[str, ...]) -> int:
        """Return the number of a cell, new or known."""
        pairs = []
        for dimension, label in zip(dimensions, labels, strict=True):
            if is_total(label):
                order = self.universes[dimension].index(self.over[dimension])
                pairs += [(dimension, f"Total {order + 1}")] if order else []
            else:
                pairs.append((dimension, label))
        key = frozenset(pairs)
        if key not in self.index:
            self.index[key] = len(self.keys)
            self.keys.append(key)
            self.names.append(", ".join("Total" if is_total(label) else label for label in labels))
            self.texts.append([])
            self.places.append([])
        return self.index[key]

    def add(self, number: int, table: Table, dimensions: tuple[str, ...]) -> None:
        """Take in one table."""
        roots = {}
        self.over: dict[str, frozenset[str]] = {}
        for position, dimension in enumerate(dimensions):
            labels = table.labels(position)
            present = {p for label, members in self.parts.items() if label in labels for p in members}
            roots[dimension] = [label for label in labels if label not in self.below or label not in present]
            self.over[dimension] = frozenset(roots[dimension])
            known = self.universes.setdefault(dimension, [])
            if self.over[dimension] not in known:
                known.append(self.over[dimension])
        seen: dict[int, int] = {}
        for position, entry in enumerate(table.entries):
            cell = self.cell(dimensions, entry.labels)
            if cell in seen:
                self._twice(table, entry)
                continue
            seen[cell] = position
            self._agree(cell, entry, table)
            self.texts[cell].append(entry.text)
            self.places[cell].append((number, position))
        self._sums(table, dimensions, roots, set(seen))

    def _sums(self, table: Table, dimensions: tuple[str, ...], roots: dict[str, list[str]], there: set[int]) -> None:
        choices = []
        for position in range(len(dimensions)):
            there_are = list(table.labels(position))
            has_total = any(is_total(e.labels[position]) for e in table.entries)
            choices.append([*there_are, "Total"] if has_total else there_are)
        for position, dimension in enumerate(dimensions):
            labels = table.labels(position)
            sums = [("Total", roots[dimension])] if "Total" in choices[position] else []
            sums += [
                (label, [p for p in self.parts[label] if p in labels])
                for label in labels
                if label in self.parts and any(p in labels for p in self.parts[label])
            ]
            others = [c for k, c in enumerate(choices) if k != position]
            for (whole, members), rest in product(sums, product(*others)):
                if len(members) == 0:
                    continue
                at = lambda label, rest=rest, position=position: (*rest[:position], label, *rest[position:])  # noqa: E731
                total = self.cell(dimensions, at(whole))
                if total not in there:
                    continue
                pieces = tuple(sorted(self.cell(dimensions, at(label)) for label in members))
                if total in pieces:
                    continue
                along = ", ".join(label for label in rest if not is_total(label)) or "all"
                self.relations.setdefault(
                    (total, pieces), f"{whole} of {along}" if is_total(whole) else f"{whole}, {along}"
                )

    def _twice(self, table: Table, entry: Entry) -> None:
        self.faults.append(
            Fault(
                "repeated_cell",
                f"a second cell for {', '.join(entry.labels)}",
                table.name,
                entry.row,
                entry.column,
                hint="Labels must tell the cells apart; keep one.",
            )
        )

    def _agree(self, cell: int, entry: Entry, table: Table) -> None:
        earlier = [t.value for t in self.texts[cell] if t.kind == "number"]
        if entry.text.kind == "number" and earlier and earlier[0] != entry.text.value:
            first = self.tables[self.places[cell][0][0]].name
            self.faults.append(
                Fault(
                    "tables_disagree",
                    f"{', '.join(entry.labels)} is {earlier[0]:g} in {first} and another number here",
                    table.name,
                    entry.row,
                    entry.column,
                    f"{entry.text.value:g}",
                    "Cells with the same labels are taken as the same figure; if the tables are of different years or "
                    "populations, say so with --per-file.",
                )
            )

    def linked(self) -> LinkedTables:
        """Return what was collected, or raise what was wrong."""
        if self.faults:
            raise DataError(self.faults)
        return LinkedTables(
            self.tables,
            tuple(self.keys),
            tuple(self.names),
            tuple(tuple(texts) for texts in self.texts),
            tuple(tuple(places) for places in self.places),
            relation_matrix([(total, list(pieces)) for total, pieces in self.relations], len(self.keys)),
            tuple(self.relations.values()),
            self.index,
        )
