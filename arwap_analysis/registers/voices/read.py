"""Read a CSV of coded excerpts and check all of it at once.

No fault repeats what a person said: a quotation, or a name in a wrong column, would be in a terminal or a log.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.registers.voices.card import CONSENTS
from arwap_analysis.registers.voices.frame import CodingFrame
from arwap_analysis.texts import LANGUAGES

__all__ = ["COLUMNS", "Coded", "read_coded"]

COLUMNS: Mapping[str, str] = {
    "excerpt": "id of the excerpt",
    "speaker": "pseudonym of who spoke; may be left out",
    "source": "consultation, dialogue or document",
    "date": "2022, 2022-06 or 2022-06-07",
    "group": "group as the person describes it",
    "codes": "codes of the coding frame, a semicolon between them",
    "quotation": "the exact words; may be empty",
    "language": "en or cy, the language of the words; en where the column is left out",
    "consent": ", ".join(CONSENTS),
    "coder": "who gave the codes",
}
_OPTIONAL = ("speaker", "language")
_MAY_BE_EMPTY = ("quotation", "speaker", "language")
# Of one excerpt, whoever codes it.
_FACTS = ("speaker", "source", "date", "group", "quotation", "language", "consent")
_WORD = re.compile(r"[\w-]{1,40}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Coded:
    """Coded excerpts as read.

    `frame` has a row for each excerpt and coder: the columns of the file, with `codes` as a tuple, and `row` as a
    spreadsheet counts. Excerpts without any consent are not in it; `without_consent` is their number.
    """

    frame: pd.DataFrame
    without_consent: int
    has_speakers: bool

    @property
    def coders(self) -> tuple[str, ...]:
        """Who coded, in order of appearance."""
        return tuple(self.frame["coder"].unique())


def read_coded(path: Path, *, frame: CodingFrame) -> Coded:
    """Read coded excerpts.

    Parameters
    ----------
    path : Path
        CSV (UTF-8) with the columns of `COLUMNS`.
    frame : CodingFrame
        The codes that may stand in it.

    Raises
    ------
    DataError
        With every fault, its row and its column: missing columns, empty cells, dates, consents and codes that there
        are not, an excerpt coded twice by one coder, and facts of one excerpt that differ between coders.
    """
    name = str(path)
    header, rows = _cells(path)
    if faults := list(_header_faults(header, name)):
        raise DataError(faults)
    faults = [
        Fault("wrong_number_of_cells", f"{len(cells)} cells where the header has {len(header)}", name, row,
              hint="A comma inside a text needs quotation marks around the text.")
        for row, cells in rows
        if len(cells) != len(header)
    ]  # fmt: skip
    if faults:
        raise DataError(faults)
    records = [{**dict.fromkeys(COLUMNS, ""), **dict(zip(header, cells, strict=True)), "row": row}
               for row, cells in rows]  # fmt: skip
    if not records:
        raise DataError(Fault("no_rows", "the file holds no excerpt", name))
    faults = [fault for record in records for fault in _row_faults(record, frame, name)]
    faults += _between_rows(records, name)
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.row or 0))
    return _coded(records)


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and each row that is not empty, with its number as a spreadsheet shows it."""
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob("*.csv")) if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near) if near else "Check the name and the folder."
        raise DataError(Fault("missing_file", "there is no such data file", name, hint=hint)) from None
    except UnicodeDecodeError:
        raise DataError(Fault("not_utf8", "the file is not in UTF-8", name, hint="Save it as CSV UTF-8.")) from None
    except OSError as error:
        raise DataError(Fault("unreadable_file", f"cannot be read: {error.strerror}", name)) from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        hint = "A quotation mark inside a text is written twice."
        raise DataError(Fault("not_csv", "a quotation mark does not end", name, hint=hint)) from None
    rows = [(number, line) for number, line in enumerate(lines, start=1) if any(cell.strip() for cell in line)]
    if not rows:
        raise DataError(Fault("no_rows", "the file is empty", name))
    (_, header), *rest = rows
    return [cell.strip() for cell in header], [(number, [cell.strip() for cell in line]) for number, line in rest]


def _header_faults(header: Sequence[str], name: str) -> Iterator[Fault]:
    for column, about in COLUMNS.items():
        if column not in header and column not in _OPTIONAL:
            yield Fault("missing_column", "the column is missing", name, 1, column, hint=f"It holds: {about}.")
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            hint = did_you_mean(column, list(COLUMNS))
            yield Fault("unknown_column", "there is no such column", name, 1, value=column, hint=hint)
        elif header.count(column) > 1:
            yield Fault("column_twice", "the column stands there twice", name, 1, column, hint="Keep one.")


def _row_faults(record: dict[str, object], frame: CodingFrame, name: str) -> Iterator[Fault]:
    row = int(str(record["row"]))
    cell = {column: str(record[column]) for column in COLUMNS}
    for column, text in cell.items():
        if not text and column == "consent":
            hint = f"Write {', '.join(CONSENTS)}; without a record of consent, write none."
            yield Fault("missing_consent", "what the person agreed to is not recorded", name, row, column, hint=hint)
        elif not text and column not in _MAY_BE_EMPTY:
            yield Fault("empty_cell", "the cell is empty", name, row, column, hint=f"It holds: {COLUMNS[column]}.")
    if cell["date"] and not _is_date(cell["date"]):
        yield Fault("not_a_date", "this is no date", name, row, "date", hint="Write 2022, 2022-06 or 2022-06-07.")
    if cell["consent"] and cell["consent"] not in CONSENTS:
        hint = did_you_mean(cell["consent"], CONSENTS)
        yield Fault("unknown_consent", "there is no such consent", name, row, "consent", _shown(cell["consent"]), hint)
    if cell["language"] and cell["language"] not in LANGUAGES:
        yield Fault("unknown_language", "there is no such language", name, row, "language", hint="Write en or cy.")
    yield from _code_faults(cell["codes"], frame, name, row)


def _code_faults(text: str, frame: CodingFrame, name: str, row: int) -> Iterator[Fault]:
    codes = _codes(text)
    for code in dict.fromkeys(codes):
        if code not in frame.ids:
            hint = did_you_mean(code, frame.assignable)
            yield Fault("unknown_code", "the coding frame has no such code", name, row, "codes", _shown(code), hint)
        elif code not in frame.assignable:
            parts = ", ".join(c.id for c in frame.codes if c.parent == code)
            hint = f"Give one of its parts: {parts}."
            yield Fault("code_with_parts", "this code has parts", name, row, "codes", _shown(code), hint)
        if codes.count(code) > 1:
            yield Fault("code_twice", "the code is given twice", name, row, "codes", code, "Keep one.")


def _shown(text: str) -> str | None:
    """Return a word as it may be repeated; a sentence in a wrong column is not."""
    return text if _WORD.fullmatch(text) else None


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(";") if code.strip()]


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "2000-01-01"[len(text) :])
    except ValueError:
        return False
    return True


def _between_rows(records: Sequence[dict[str, object]], name: str) -> Iterator[Fault]:
    first: dict[str, dict[str, object]] = {}
    coded: dict[tuple[str, str], object] = {}
    groups: dict[str, tuple[str, object]] = {}
    spoken = [bool(record["speaker"]) for record in records]
    for record in records:
        row, excerpt, coder = int(str(record["row"])), str(record["excerpt"]), str(record["coder"])
        if excerpt and coder and (excerpt, coder) in coded:
            hint = f"It stands on row {coded[excerpt, coder]} too; keep one, or give it an id of its own."
            yield Fault(
                "excerpt_twice", "one coder codes this excerpt twice", name, row, "excerpt", _shown(excerpt), hint
            )
        coded.setdefault((excerpt, coder), row)
        known = first.setdefault(excerpt, record)
        for column in _FACTS:
            if excerpt and record[column] != known[column]:
                hint = f"Row {known['row']} has it otherwise; facts of an excerpt are the same for every coder."
                yield Fault("facts_differ", "coders have this otherwise", name, row, column, hint=hint)
        speaker, group = str(record["speaker"]), str(record["group"])
        if speaker and groups.setdefault(speaker, (group, row))[0] != group:
            hint = f"On row {groups[speaker][1]} the same speaker is in another group; give each person one."
            yield Fault("speaker_in_two_groups", "the speaker is in two groups", name, row, "group", hint=hint)
        if any(spoken) and not speaker:
            hint = "Give every row a pseudonym, or leave the column out."
            yield Fault("missing_speaker", "only some rows say who spoke", name, row, "speaker", hint=hint)


def _coded(records: Sequence[dict[str, object]]) -> Coded:
    frame = pd.DataFrame(records, columns=[*COLUMNS, "row"])
    frame["codes"] = [tuple(_codes(text)) for text in frame["codes"]]
    frame["language"] = frame["language"].replace("", "en")
    refused = frame["consent"] == "none"
    return Coded(
        frame[~refused].reset_index(drop=True),
        int(frame.loc[refused, "excerpt"].nunique()),
        bool(frame["speaker"].ne("").any()),
    )
