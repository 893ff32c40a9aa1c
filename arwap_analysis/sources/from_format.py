"""Read a source whose file is in a publisher's own format: the card says which columns mean what."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.sources.base import SourceCard
from arwap_analysis.sources.formats import LongTable, read_table
from arwap_analysis.sources.tidy import to_indicator_table

__all__ = ["read_by_format"]


def read_by_format(card: SourceCard, path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of a source card whose layout names a format, and what the reader noted.

    Labels are read as `arwap harmonise` reads them and brought to the classification of the card; the card's
    `groups` settles those that are not certain. Groups that are one group there are added up.

    Returns
    -------
    tuple of DataFrame and tuple of str
        Columns `group, period, value, status, reason, label, row`; notes of the publisher and the rounding seen.

    Raises
    ------
    DataError
        When the file cannot be read, no table has the card's columns, a filter matches nothing, or a label or
        period is not certain.
    """
    layout = card.layout
    tables = read_table(path, format=None if layout.format == "auto" else layout.format)
    wanted = [c for c in (layout.group_column, layout.period_column, *layout.where) if c]
    table = _choose(tables, wanted, str(path))
    frame = table.frame
    for column, text in layout.where.items():
        kept = frame[frame[column] == text]
        if kept.empty:
            hint = did_you_mean(text, list(dict.fromkeys(frame[column].astype(str))))
            raise DataError(
                Fault("no_row_matches", f"no row has '{text}' in this column", str(path), None, column, hint=hint)
            )
        frame = kept
    found = to_indicator_table(
        frame,
        indicator=card.id,
        source=card.id,
        group=layout.group_column,
        period=layout.period_column,
        classification=card.classification,
        groups=card.groups if isinstance(card.groups, dict) else None,
        fixed_area=card.area.code,
        fixed_period=layout.period,
        file=str(path),
    )
    rows = found.rename(columns={"value": "published_value", "numerator": "value"})
    rows = rows.assign(label=rows["group"], row=0)[["group", "period", "value", "status", "reason", "label", "row"]]
    rounding = f"All figures of the file are multiples of {table.rounding_base}." if table.rounding_base else ""
    return rows, tuple(filter(None, (*table.notes, rounding)))


def _choose(tables: tuple[LongTable, ...], wanted: list[str], file: str) -> LongTable:
    """Return the one table that has the columns of the card; a workbook may hold several."""
    having = [table for table in tables if set(wanted) <= set(table.dimensions)]
    if len(having) == 1:
        return having[0]
    known = sorted({name for table in tables for name in table.dimensions})
    if not having:
        missing = next(c for c in wanted if c not in known) if set(wanted) - set(known) else wanted[0]
        raise DataError(
            Fault("missing_column", "no table of the file has such a column", file, None, missing,
                  hint=did_you_mean(missing, known))
        )  # fmt: skip
    titles = ", ".join(f"'{table.title}'" for table in having)
    raise DataError(
        Fault("several_tables", f"several tables of the file have these columns: {titles}", file,
              hint="Keep one of them in a file of its own.")
    )  # fmt: skip
