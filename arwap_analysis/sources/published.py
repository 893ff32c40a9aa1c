"""Read a published table (CSV) by its source card: every cell is a number, a known mark, or a fault."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.indicators.periods import parse_period
from arwap_analysis.sources.base import (
    STANDARD_MARKS,
    Area,
    Layout,
    SourceCard,
    SourceTable,
    file_digest,
    label_map,
    normal_label,
    table_path,
)
from arwap_analysis.sources.from_format import read_by_format

__all__ = ["read_published"]

_NUMBER = re.compile(r"^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$")
_MINUS = str.maketrans({"−": "-", "–": "-"})
_REASONS = {
    "suppressed": "The publisher withheld this figure",
    "low_reliability": "The publisher judged this figure not reliable enough to print",
    "not_collected": "The publisher did not have this figure",
    "not_applicable": "The publisher marked this figure as not applicable",
}


class _Cell(NamedTuple):
    """One cell of the file that holds a value: who, when, what is written, and where."""

    label: str
    period: str
    text: str
    row: int
    column: str
    label_column: str
    period_column: str | None


def read_published(card: SourceCard, *, folder: Path, area: Area | None = None) -> SourceTable:
    """Read the file that a card names, relative to `folder`.

    Of a table of many areas (`area_column` in its layout) the rows of `area` are read, or those of the card's own
    area where none is given; the card of the result then is about that area. Other tables are read as they are.

    Thousands separators and the publisher's marks are understood; labels are mapped by the card; totals
    are compared with the sum of their parts and then left out.

    Raises
    ------
    DataError
        With every fault: a missing or empty file, a file that changed since its card was written, a
        missing column, an unknown label, text or a negative number in a count, a row twice.
    """
    if card.layout.area_column is not None:
        chosen = area or card.area
        rows_of = {**card.layout.where, card.layout.area_column: chosen.code}
        card = card.model_copy(update={"area": chosen, "layout": card.layout.model_copy(update={"where": rows_of})})
    path = table_path(card, folder)
    digest = file_digest(path)
    if card.sha256 is not None and digest != card.sha256:
        raise DataError(
            Fault(
                "changed_file",
                f"the file is not the one that the card of '{card.id}' describes",
                str(path),
                hint="If the publisher revised it, check the new figures and put the new SHA-256 in the card.",
                value=digest,
            )
        )
    if card.layout.kind == "format":
        rows, notes = read_by_format(card, path)
        return SourceTable(card, rows, digest, notes, path)
    cells = list(_cells(card, _rows(path), str(path)))
    frame, totals = _typed(card, cells, str(path))
    return SourceTable(card, frame, digest, _check_totals(card, frame, totals), path)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the non-empty rows with their row numbers; the first is the header."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(
            "wrong_encoding", "the file is not UTF-8 text", str(path), hint=f"Save it as CSV UTF-8 ({error.reason})."
        )
        raise DataError(fault) from None
    rows = [(n, row) for n, row in enumerate(csv.reader(text.splitlines()), start=1) if any(c.strip() for c in row)]
    if len(rows) < 2:
        what = "the file is empty" if not rows else "the file has a header and no rows"
        raise DataError(Fault("empty_file", what, str(path), hint="Export the table again."))
    width = len(rows[0][1])
    ragged = [
        Fault(
            "ragged_row",
            f"the row has {len(row)} cells and the header {width}",
            str(path),
            n,
            hint="A comma inside a label or a number needs quotation marks around it.",
        )
        for n, row in rows
        if len(row) != width
    ]
    if ragged:
        raise DataError(ragged)
    return [(n, [cell.strip() for cell in row]) for n, row in rows]


def _cells(card: SourceCard, rows: list[tuple[int, list[str]]], file: str) -> Iterator[_Cell]:
    """Yield every cell that holds a value, whatever the layout."""
    layout = card.layout
    header = rows[0][1]
    needed = [c for c in (layout.group_column, layout.period_column, layout.value_column, *layout.where) if c]
    faults = [
        Fault(
            "missing_column", "the file has no such column", file, rows[0][0], column, hint=did_you_mean(column, header)
        )
        for column in needed
        if column not in header
    ] + [
        Fault("repeated_column", "two columns have the same name", file, rows[0][0], column, hint="Rename one.")
        for column in sorted({c for c in header if header.count(c) > 1})
    ]
    if faults:
        raise DataError(faults)
    kept = _where(layout, header, rows[1:], file)
    group = header.index(layout.group_column)
    if layout.kind == "wide":
        for n, row in kept:
            for index, column in enumerate(header):
                if index != group and column not in layout.where:
                    yield _Cell(row[group], column, row[index], n, column, layout.group_column, None)
        return
    period, value = header.index(str(layout.period_column)), header.index(str(layout.value_column))
    for n, row in kept:
        yield _Cell(row[group], row[period], row[value], n, header[value], layout.group_column, header[period])


def _where(
    layout: Layout, header: list[str], rows: list[tuple[int, list[str]]], file: str
) -> list[tuple[int, list[str]]]:
    """Keep the rows that the card asks for; a filter that no row passes is a mistake, not an empty answer."""
    for column, wanted in layout.where.items():
        index = header.index(column)
        found = list(dict.fromkeys(row[index] for _, row in rows))
        rows = [(n, row) for n, row in rows if row[index] == wanted]
        if not rows:
            raise DataError(
                Fault(
                    "no_row_matches",
                    f"no row has '{wanted}' in this column",
                    file,
                    None,
                    column,
                    hint=did_you_mean(wanted, found),
                )
            )
    return rows


def _typed(card: SourceCard, cells: list[_Cell], file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn cells into the source table and its totals, collecting every fault."""
    classification, labels = label_map(card)
    marks = {**STANDARD_MARKS, **card.missing}
    faults: dict[Fault, None] = {}  # a set that keeps its order: a wrong label repeats in every period
    rows: list[tuple[object, ...]] = []
    totals: list[tuple[object, ...]] = []
    for cell in cells:
        known = labels.get(normal_label(cell.label))
        if known is None:
            names = [label.label for label in labels.values()]
            faults[
                Fault(
                    "unknown_label",
                    "this group label is not known to the source",
                    file,
                    cell.row,
                    cell.label_column,
                    cell.label,
                    did_you_mean(cell.label, names),
                )
            ] = None
            continue
        if known.treatment == "part":
            continue
        parsed = _value(cell, marks, file, faults)
        period = _period(cell, file, faults)
        if parsed is None or period is None:
            continue
        row = (known.code or "total", period, *parsed, cell.label, cell.row)
        (totals if known.treatment == "total" else rows).append(row)
    columns = ["group", "period", "value", "status", "reason", "label", "row"]
    frame = pd.DataFrame(rows, columns=columns)
    _find_duplicates(card, frame, file, faults)
    if not faults and frame.empty:
        faults[Fault("no_groups", "no row of the file names an ethnic group", file)] = None
    if faults:
        raise DataError(tuple(faults))
    order = {code: index for index, code in enumerate(classification.codes)}
    ranked = frame.assign(_order=frame["group"].map(order)).sort_values(["period", "_order"], kind="stable")
    return ranked.drop(columns="_order").reset_index(drop=True), pd.DataFrame(totals, columns=columns)


def _value(
    cell: _Cell, marks: Mapping[str, str], file: str, faults: dict[Fault, None]
) -> tuple[float, str, str] | None:
    """Return the number with its status and reason, or record a fault."""
    text = cell.text.translate(_MINUS).replace("\N{NO-BREAK SPACE}", "")
    if text in marks:
        status = marks[text]
        return float("nan"), status, f"{_REASONS[status]} (marked {cell.text})"
    if not _NUMBER.match(text):
        what = "the cell is empty" if not text else "this is neither a number nor a mark that the card explains"
        hint = "Write the number, or a mark such as [x] (not available), [c] (confidential), [z] (not applicable)."
        faults[Fault("not_a_number", what, file, cell.row, cell.column, cell.text, hint)] = None
        return None
    number = float(text.replace(",", ""))
    if number < 0:
        faults[
            Fault(
                "negative_count",
                "a count cannot be negative",
                file,
                cell.row,
                cell.column,
                cell.text,
                "Correct it at the source.",
            )
        ] = None
        return None
    return number, "published", ""


def _period(cell: _Cell, file: str, faults: dict[Fault, None]) -> str | None:
    """Return the canonical period, or record a fault with the place of the cell."""
    try:
        return parse_period(cell.period).label
    except DataError as error:
        (fault,) = error.faults
        row = cell.row if cell.period_column else 1
        faults[
            Fault(fault.code, fault.message, file, row, cell.period_column or cell.column, cell.period, fault.hint)
        ] = None
        return None


def _find_duplicates(card: SourceCard, frame: pd.DataFrame, file: str, faults: dict[Fault, None]) -> None:
    """Record every row whose group and period stand in an earlier row already."""
    repeated = frame[frame.duplicated(["group", "period"], keep="first")]
    for record in repeated.itertuples():
        faults[
            Fault(
                "duplicate_row",
                f"a second figure for '{record.group}' in {record.period}",
                file,
                int(record.row),
                card.layout.group_column,
                str(record.label),
                "Keep one row for each group and period.",
            )
        ] = None


def _check_totals(card: SourceCard, frame: pd.DataFrame, totals: pd.DataFrame) -> tuple[str, ...]:
    """Compare published totals with the sum of their parts, within what rounding explains."""
    if totals.empty:
        return ("The table has no total to compare with.",)
    sums = frame.groupby("period")["value"].agg(["sum", "size"])
    whole = frame.groupby("period")["value"].apply(lambda values: values.notna().all())
    compared = totals.set_index("period")["value"].to_frame("total").join(sums)
    compared = compared[compared.index.isin(whole[whole].index)]
    slack = (compared["size"] + 1) * (card.rounding_base or 0) / 2
    off = compared[(compared["sum"] - compared["total"]).abs() > slack]
    if off.empty:
        within = f" within its rounding to {card.rounding_base}" if card.rounding_base else ""
        return (f"The groups add up to the published total in all {len(compared)} periods{within}.",)
    return tuple(
        f"In {period} the groups add up to {row['sum']:,.0f} and the published total is {row['total']:,.0f}."
        for period, row in off.iterrows()
    )
