"""One engine for every file with a row for each figure; a plan says which column is what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.sources.base import file_digest
from arwap_analysis.sources.formats.marks import Reading, normal_text
from arwap_analysis.sources.formats.table import Limits, LongTable, TableBuilder
from arwap_analysis.sources.formats.text import Encoding, check_header, check_width, is_blank, open_rows
from arwap_analysis.sources.formats.wide import bad_cell

__all__ = ["Figure", "Plan", "position", "read_long", "read_planned"]

QUANTITY = "quantity"
ReadFields = Callable[[Sequence[str]], Reading | str | None]


@dataclass(frozen=True)
class Figure:
    """One column of figures: where it stands, its name, and how it is read (None: no figure in this row)."""

    index: int
    name: str
    read: ReadFields


@dataclass(frozen=True)
class Plan:
    """Which columns of a long file are dimensions and which hold figures.

    With `quantities` each row can give several figures (a value, its numerator), told apart by a last
    dimension called `quantity`. `refuse` says why a row must not be read, or nothing.
    """

    labels: tuple[int, ...]
    figures: tuple[Figure, ...]
    quantities: bool = False
    title_column: int | None = None
    notes: tuple[str, ...] = ()
    refuse: Callable[[Sequence[str]], str | None] = lambda _: None


Planner = Callable[[Sequence[str], Path], Plan]


def position(header: Sequence[str], *names: str) -> int | None:
    """Return where the first of several names stands in the header, whatever its case; None where none does."""
    places = {name.casefold(): index for index, name in reversed(list(enumerate(header)))}
    return next((places[name] for name in names if name in places), None)


def read_long(
    path: Path,
    format_id: str,
    planner: Planner,
    *,
    encoding: Encoding | None,
    limits: Limits,
    rounding_base: int | None = None,
) -> tuple[LongTable, ...]:
    """Read a delimited file whose first row names its columns.

    Raises
    ------
    DataError
        With every fault of the file, each with its row and column.
    """
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        kept = ((row, fields) for row, fields in rows if not is_blank(fields))
        first = next(kept, None)
        if first is None:
            raise DataError(Fault("empty_file", "the file has no row", str(path), hint="Download it again."))
        header = check_header(first[1], path, first[0], limits=limits)
        return read_planned(path, format_id, header, kept, planner, limits=limits, rounding_base=rounding_base)


def read_planned(
    path: Path,
    format_id: str,
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    planner: Planner,
    *,
    limits: Limits,
    rounding_base: int | None = None,
) -> tuple[LongTable, ...]:
    """Read rows that are already apart, by the plan for their header."""
    plan = planner(header, path)
    names = [header[index] for index in plan.labels] + ([QUANTITY] if plan.quantities else [])
    builder = TableBuilder(path, names, limits)
    title = ""
    stream: Iterator[tuple[int, Sequence[str]]] = iter(rows)
    waiting = next(stream, None)
    while waiting is not None:
        (row, fields), waiting = waiting, next(stream, None)
        fault = check_width(fields, header, path, row, last=waiting is None)
        refused = None if fault else plan.refuse(fields)
        if fault is not None:
            builder.fault(fault)
        elif refused is not None:
            builder.fault(Fault("row_refused", refused, str(path), row, hint="Leave the row out on purpose."))
        else:
            if plan.title_column is not None and not title:
                title = normal_text(fields[plan.title_column])
            _add(builder, plan, header, fields, row)
    return (builder.build(format_id, title or path.stem, plan.notes, file_digest(path), rounding_base=rounding_base),)


def _add(builder: TableBuilder, plan: Plan, header: Sequence[str], fields: Sequence[str], row: int) -> None:
    labels = [normal_text(fields[index]) for index in plan.labels]
    for figure in plan.figures:
        reading = figure.read(fields)
        if reading is None:
            continue
        if isinstance(reading, str):
            builder.fault(bad_cell(builder.file, row, header[figure.index], fields[figure.index], reading))
        else:
            builder.add([*labels, figure.name] if plan.quantities else labels, reading, row)
