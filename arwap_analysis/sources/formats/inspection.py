"""Say what is in a file before anyone relies on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.indicators.periods import parse_period
from arwap_analysis.sources.formats.plans import Declaration
from arwap_analysis.sources.formats.read import read_table
from arwap_analysis.sources.formats.table import DEFAULT_LIMITS, Limits, LongTable
from arwap_analysis.sources.formats.text import Encoding
from arwap_analysis.sources.formats.totals import total_warnings

__all__ = ["Dimension", "Inspection", "inspect_table"]

_SHOWN = 30
_PERIOD_NAME = re.compile(r"\b(year|period|time|date|quarter|month|blwyddyn|cyfnod|dyddiad|mis|chwarter)", re.I)
_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_QUARTER = re.compile(r"^(\d{4})[- ]?Q([1-4])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension: its name, how many labels it has, and the first thirty of them."""

    name: str
    distinct: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What a file holds: counts, labels, and `warnings` about what does not fit together.

    `rows` counts figures. A workbook of several tables has one more inspection for each in `tables`; its own
    fields then speak of all of them.
    """

    file: str
    format: str
    title: str
    sha256: str
    rows: int
    dimensions: tuple[Dimension, ...]
    periods: tuple[str, ...]
    statuses: Mapping[str, int]
    rounding_base: int | None
    notes: tuple[str, ...]
    warnings: tuple[Fault, ...]
    tables: tuple[Inspection, ...] = ()


def inspect_table(
    path: Path | str,
    *,
    format: str | None = None,
    declaration: Declaration | None = None,
    encoding: Encoding | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Inspection:
    """Read a file and say what is in it; parameters as in `read_table`.

    Warnings name totals that are not the sum of their parts, parts that exceed their total, rows that stand
    twice, gaps in the periods and periods written in several styles. They do not stop anything: an analyst
    has to judge them.

    Raises
    ------
    DataError
        When the file cannot be read, with every fault.
    """
    tables = read_table(path, format=format, declaration=declaration, encoding=encoding, limits=limits)
    file = str(path)
    inspected = [_inspect(table, file) for table in tables]
    if len(inspected) == 1:
        return inspected[0]
    statuses: dict[str, int] = {}
    for one in inspected:
        for status, count in one.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    bases = {one.rounding_base for one in inspected}
    return Inspection(
        file,
        inspected[0].format,
        f"{len(inspected)} tables: " + "; ".join(one.title for one in inspected),
        inspected[0].sha256,
        sum(one.rows for one in inspected),
        _merged(inspected),
        tuple(dict.fromkeys(period for one in inspected for period in one.periods)),
        statuses,
        bases.pop() if len(bases) == 1 else None,
        tuple(dict.fromkeys(note for one in inspected for note in one.notes)),
        tuple(warning for one in inspected for warning in one.warnings),
        tuple(inspected),
    )


def _merged(inspected: Iterable[Inspection]) -> tuple[Dimension, ...]:
    """Return the dimensions of all tables; `distinct` is of the table that has most labels."""
    found: dict[str, Dimension] = {}
    for dimension in (dimension for one in inspected for dimension in one.dimensions):
        before = found.get(dimension.name, Dimension(dimension.name, 0, ()))
        values = tuple(dict.fromkeys([*before.values, *dimension.values]))[:_SHOWN]
        found[dimension.name] = Dimension(dimension.name, max(before.distinct, dimension.distinct), values)
    return tuple(found.values())


def _inspect(table: LongTable, file: str) -> Inspection:
    frame = table.frame
    labels = {name: list(dict.fromkeys(frame[name])) for name in table.dimensions}
    column = _period_column(labels)
    periods = labels[column] if column else []
    warnings = [
        *total_warnings(table, file),
        *_duplicates(frame, table, file),
        *(_period_warnings(periods, column, file) if column else ()),
    ]
    return Inspection(
        file,
        table.format,
        table.title,
        table.sha256,
        len(frame),
        tuple(Dimension(name, len(values), tuple(values[:_SHOWN])) for name, values in labels.items()),
        tuple(sorted(periods)),
        {str(status): int(count) for status, count in frame["status"].value_counts().items()},
        table.rounding_base,
        table.notes,
        tuple(warnings),
    )


def _duplicates(frame: pd.DataFrame, table: LongTable, file: str) -> Iterator[Fault]:
    """Warn of figures that share every label; two rows of the same value are one fault, two values another."""
    again = frame.duplicated(list(table.dimensions), keep="first")
    if not again.any():
        return
    rows = frame.loc[again, "source_row"]
    named = ", ".join(f"'{frame.loc[rows.index[0], name]}'" for name in table.dimensions)
    message = f"{int(again.sum()):,} figures have the labels of an earlier one, first {named}"
    hint = "A dimension is missing from the file, or rows stand in it twice."
    yield Fault("duplicate_row", message, file, int(rows.iloc[0]), hint=hint)


def _period_column(labels: dict[str, list[str]]) -> str | None:
    """Return the dimension of time: by its name or, failing that, because all its labels are periods."""
    named = [name for name in labels if _PERIOD_NAME.search(name.replace("_", " ")) and _readable(labels[name])]
    others = [name for name, values in labels.items() if _readable(values) == len(values) and not _numbers(values)]
    return next(iter([*named, *others]), None)


def _readable(values: list[str]) -> int:
    return sum(_place(value, months=False) is not None for value in values)


def _numbers(values: list[str]) -> bool:
    """Whether labels that look like years are something else, such as codes from 1000 to 9999."""
    return any(value.isdigit() and not 1801 <= int(value) <= 2100 for value in values)


def _place(period: str, *, months: bool) -> tuple[str, int] | None:
    """Return the style of a period and its place in the sequence of that style."""
    month, quarter = _MONTH.match(period), _QUARTER.match(period)
    if quarter:
        return "quarter", 4 * int(quarter[1]) + int(quarter[2])
    if month and months:
        return "month", 12 * int(month[1]) + int(month[2])
    try:
        read = parse_period(period)
    except DataError:
        return ("month", 12 * int(month[1]) + int(month[2])) if month else None
    separator = re.sub(r"\d", "", period)
    style = f"{read.kind} {separator} {len(period)}" if read.kind == "financial_year" else read.kind
    return style, read.start.toordinal() if read.kind == "day" else read.start.year


def _period_warnings(periods: list[str], column: str, file: str) -> Iterator[Fault]:
    """Warn of periods that cannot be read, of several styles, and of gaps."""
    # 2011-12 is a financial year among years and December among months.
    months = any(
        _MONTH.match(period) and _place(period, months=False) == _place(period, months=True) for period in periods
    )
    placed = {period: _place(period, months=months) for period in periods}
    unread = [period for period, place in placed.items() if place is None]
    if unread:
        message = f"{len(unread)} of {len(periods)} periods are written in a way that cannot be read"
        yield Fault("unreadable_period", message, file, column=column, value=unread[0])
    styles: dict[str, dict[int, str]] = {}
    for period, place in placed.items():
        if place is not None:
            styles.setdefault(place[0], {})[place[1]] = period
    if len(styles) > 1:
        examples = ", ".join(f"'{next(iter(places.values()))}'" for places in styles.values())
        hint = "They may mean different years (calendar, financial, school): check before comparing them."
        yield Fault(
            "mixed_periods", f"periods are written in {len(styles)} styles: {examples}", file, None, column, hint=hint
        )
    # Years of all styles follow each other; months, quarters and days are sequences of their own.
    kinds: dict[str, dict[int, str]] = {}
    for style, places in styles.items():
        kinds.setdefault("year" if "year" in style else style, {}).update(places)
    for kind, places in kinds.items():
        order = sorted(places)
        gaps = [(a, b) for a, b in pairwise(order) if b - a > 1]
        if kind != "day" and gaps:
            named = "; ".join(f"between {places[a]} and {places[b]}" for a, b in gaps[:5])
            missing = sum(b - a - 1 for a, b in gaps)
            yield Fault("period_gap", f"{missing} periods are missing: {named}", file, column=column)
