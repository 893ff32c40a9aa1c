"""Reader of stop-and-search files of data.police.uk: rows about people are counted and let go at once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.sources.base import file_digest
from arwap_analysis.sources.formats.long import position
from arwap_analysis.sources.formats.marks import Reading, normal_text
from arwap_analysis.sources.formats.table import Limits, LongTable, TableBuilder
from arwap_analysis.sources.formats.text import Encoding, check_header, check_width, is_blank, open_rows

__all__ = ["read_police_stops"]

COLUMNS = ("Date", "Self-defined ethnicity", "Officer-defined ethnicity", "Outcome")
DIMENSIONS = ("Month", *COLUMNS[1:])
BLANK = "(blank)"
_DATE = re.compile(r"^([0-9]{4})-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])([T ].{1,40})?)?$")
_MOST_CELLS = 100_000
_LONGEST_LABEL = 200


def read_police_stops(path: Path, *, encoding: Encoding | None, limits: Limits) -> tuple[LongTable, ...]:
    """Count stops by month, self-defined ethnicity, officer-defined ethnicity and outcome.

    No row is kept: neither place, age nor sex, nor which row of the file a stop stood in (`source_row` is 0).
    An empty cell is counted as `(blank)`, because who was not asked is part of the evidence. Faults show
    dates only.

    Raises
    ------
    DataError
        Every fault of the file; a missing column; more kinds of stop than a real file has.
    """
    with open_rows(path, encoding=encoding, limits=limits) as rows:
        kept = ((row, fields) for row, fields in rows if not is_blank(fields))
        first = next(kept, None)
        if first is None:
            raise DataError(Fault("empty_file", "the file has no row", str(path), hint="Download it again."))
        header = check_header(first[1], path, first[0], limits=limits)
        places = [position(header, name.casefold()) for name in COLUMNS]
        missing = [name for name, place in zip(COLUMNS, places, strict=True) if place is None]
        if missing:
            raise DataError(
                [
                    Fault(
                        "missing_column", "the file has no such column", str(path), 1, n, hint=did_you_mean(n, header)
                    )
                    for n in missing
                ]
            )
        date, *others = (place for place in places if place is not None)
        builder = TableBuilder(path, DIMENSIONS, limits)
        counts: Counter[tuple[str, ...]] = Counter()
        waiting = next(kept, None)
        while waiting is not None:
            (row, fields), waiting = waiting, next(kept, None)
            fault = check_width(fields, header, path, row, last=waiting is None)
            found = None if fault else _DATE.match(fields[date].strip())
            if fault is not None:
                builder.fault(fault)
            elif found is None:
                hint = "Write it as 2024-05-31T10:00:00+00:00."
                value = fields[date].strip()[:40]
                builder.fault(Fault("unreadable_date", "this is not a date", str(path), row, header[date], value, hint))
            else:
                labels = (normal_text(fields[place])[:_LONGEST_LABEL] or BLANK for place in others)
                counts[f"{found[1]}-{found[2]}", *labels] += 1
                if len(counts) > _MOST_CELLS:
                    message = f"the file has more than {_MOST_CELLS:,} combinations of month, ethnicity and outcome"
                    raise DataError(Fault("too_many_labels", message, str(path), row, hint="Columns are shifted."))
    for cell, count in sorted(counts.items()):
        builder.add(cell, Reading(float(count), "published", "", ""), 0)
    notes = ("Counted from one row a stop; the rows were not kept.",)
    table = builder.build("police_stops_csv", path.stem, notes, file_digest(path))
    # Counts made here were not rounded by anyone; multiples of 3 or 5 would be chance.
    return (LongTable(table.frame, table.format, table.title, table.notes, table.sha256, None, table.dimensions),)
