"""Which column is what in each of the long formats that publishers use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.sources.formats.flags import said_by
from arwap_analysis.sources.formats.long import Figure, Plan, Planner, ReadFields, position
from arwap_analysis.sources.formats.marks import (
    EFF_MARKS,
    PIVOT_MARKS,
    Mark,
    Reading,
    from_codes,
    mark_key,
    missing,
    normal_text,
    qualify,
    read_code,
    read_value,
)
from arwap_analysis.sources.formats.table import STATUSES

__all__ = ["PLANS", "Declaration", "declared_plan"]

STATSWALES_VALUE = ("data values", "data value", "gwerthoedd data")
STATSWALES_NOTES = ("notes", "note", "note codes", "notecodes", "nodiadau")
_EFF_NOTES = ("value_note", "value note", "notes", "note")
_EFF_QUANTITY = re.compile(
    r"^(numerator|denominator|unrounded.*|.*confidence.interval.*|.*\bci|.*_ci|standard.error|sample.size.*)$"
)
_SDMX_STRUCTURE = {"DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION"}
_NOMIS_APART = re.compile(r"(_TYPE|_TYPECODE|_SORTORDER|_TYPE_NAME)$|^(OBS_.*|URN|RECORD_OFFSET|RECORD_COUNT)$")
_ODATA_NAME = re.compile(r"^(.+)_ItemName_(ENG|CYM|WEL)$", re.IGNORECASE)


@dataclass(frozen=True)
class Declaration:
    """What the caller says of a plain CSV: its dimensions, its value, and what the publisher's marks mean.

    `marks` maps a mark as it stands in the file (`*`, `:`) to a status. `note` names a column of notes.
    """

    dimensions: tuple[str, ...]
    value: str
    note: str | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    rounding_base: int | None = None


def declared_plan(declaration: Declaration) -> Planner:
    """Return the plan for a file whose columns the caller declares.

    Raises
    ------
    DataError
        `unknown_status` for a mark with a status that does not exist; `missing_column` when the file is read.
    """
    for mark, status in declaration.marks.items():
        if status not in STATUSES[1:]:
            fault = Fault("unknown_status", f"the mark {mark!r} has an unknown status", value=status)
            raise DataError([fault, Fault("allowed", did_you_mean(status, STATUSES[1:]))])
    marks = {
        mark_key(mark): Mark(status, "published", f"declared as {status.replace('_', ' ')}")
        for mark, status in declaration.marks.items()
    }

    def plan(header: Sequence[str], path: Path) -> Plan:
        wanted = [*declaration.dimensions, declaration.value, *([declaration.note] if declaration.note else [])]
        labels = [_needed(header, path, name) for name in wanted]
        if len(set(labels)) < len(labels):
            hint = "Each column is a dimension, the value or the note, once."
            raise DataError(Fault("repeated_column", "a column is declared twice", str(path), 1, hint=hint))
        value, note = labels[len(declaration.dimensions)], labels[-1] if declaration.note else None
        read = _value_with_notes(value, note, lambda text: read_value(text, marks))
        figure = Figure(value, declaration.value, read)
        return Plan(tuple(labels[: len(declaration.dimensions)]), (figure,))

    return plan


def _statswales(header: Sequence[str], path: Path) -> Plan:
    """`Data values, Data description, ...`: shorthand in the value column, in a column of notes, or in both."""
    value = _needed(header, path, *STATSWALES_VALUE)
    note = position(header, *STATSWALES_NOTES)
    labels = tuple(index for index in range(len(header)) if index not in (value, note))
    figure = Figure(value, header[value], _value_with_notes(value, note, read_value))
    return Plan(labels, (figure,), title_column=position(header, "data description", "disgrifiad data"))


def _odata(header: Sequence[str], path: Path) -> Plan:
    """`Data`, then for each dimension its code, its name in a language, its order and more."""
    value = _needed(header, path, "data")
    stems = {match[1].casefold(): index for index, name in enumerate(header) if (match := _ODATA_NAME.match(name))}
    labels = sorted(
        [*stems.values()]
        + [i for i, name in enumerate(header) if name.casefold().removesuffix("_code") in stems and i != value]
    )
    if not stems:
        hint = "It needs a column such as Area_ItemName_ENG for each dimension."
        raise DataError(Fault("missing_column", "no column names the items of a dimension", str(path), 1, hint=hint))
    note = position(header, "data_itemnotes_eng", "data_notes", "notes")
    dropped = [name for index, name in enumerate(header) if index not in {*labels, value, note}]
    said = (f"Columns left out: {', '.join(dropped)}",) if dropped else ()
    read = _value_with_notes(value, note, lambda text: read_value(text, PIVOT_MARKS, exponent=True))
    return Plan(tuple(labels), (Figure(value, header[value], read),), notes=said)


def _nomis(header: Sequence[str], path: Path) -> Plan:
    """Names rather than numeric ids; of the codes, that of the area, which names an area for certain.

    Where the file gives the status in words, they go before its code: Nomis writes `Q` both for figures that are
    missing and for figures that were suppressed.
    """
    upper = [name.upper() for name in header]
    value = _needed(header, path, "obs_value")
    status, words = position(header, "obs_status"), position(header, "obs_status_name")
    labels = []
    for index, name in enumerate(upper):
        stem = name.removesuffix("_NAME").removesuffix("_CODE")
        if _NOMIS_APART.search(name) or (name == stem and f"{name}_NAME" in upper):
            continue
        if name.endswith("_CODE") and name != "GEOGRAPHY_CODE" and f"{stem}_NAME" in upper:
            continue
        labels.append(index)

    def read(fields: Sequence[str]) -> Reading | str:
        said = said_by(_cell(fields, words))
        if said.alone is not None and normal_text(fields[value]).casefold() in ("", "nan"):
            return missing(said, f"status {_cell(fields, status).strip()}", [])
        return read_code(fields[value], _cell(fields, status), _cell(fields, words))

    return Plan(tuple(labels), (Figure(value, header[value], read),))


def _census(header: Sequence[str], path: Path) -> Plan:
    """A code and a name for each dimension, then `Observation`."""
    value = _needed(header, path, "observation", "count")
    labels = tuple(index for index in range(len(header)) if index != value)
    read = _value_with_notes(value, None, read_value)
    names = [name for name in header if name.casefold() not in ("observation", "count")]
    title = " by ".join(name for name in names if not name.casefold().endswith(" code"))
    return Plan(labels, (Figure(value, header[value], read),), notes=(f"Dimensions: {title}",))


def _eff(header: Sequence[str], path: Path) -> Plan:
    """A value and, in further columns, its numerator, denominator and interval: each becomes a figure."""
    value, note = _needed(header, path, "value"), position(header, *_EFF_NOTES)
    more = [i for i, name in enumerate(header) if _EFF_QUANTITY.match(name.casefold()) and i != value]

    def read(text: str) -> Reading | str:
        return read_value(text, EFF_MARKS)

    figures = [Figure(value, header[value], _value_with_notes(value, note, read))]
    figures += [Figure(index, header[index], _optional(index, read)) for index in more]
    labels = tuple(index for index in range(len(header)) if index not in {value, note, *more})
    return Plan(labels, tuple(figures), quantities=True, title_column=position(header, "measure"))


def _sdmx(header: Sequence[str], path: Path) -> Plan:
    """SDMX-CSV 1.0 and 2.0: dimensions stand before OBS_VALUE, attributes after it."""
    ids = [name.split(":")[0].split("[")[0].strip().upper() for name in header]
    if "OBS_VALUE" not in ids:
        hint = did_you_mean("OBS_VALUE", header)
        raise DataError(Fault("missing_column", "the file has no such column", str(path), 1, "OBS_VALUE", hint=hint))
    value = ids.index("OBS_VALUE")
    where = {name: index for index, name in reversed(list(enumerate(ids)))}
    labels = [i for i, name in enumerate(ids) if name not in _SDMX_STRUCTURE and (i < value or name == "TIME_PERIOD")]
    if not labels:
        hint = "Dimensions stand between the structure and OBS_VALUE."
        raise DataError(Fault("missing_column", "the file has no dimension", str(path), 1, hint=hint))
    status, secret, action = where.get("OBS_STATUS"), where.get("CONF_STATUS"), where.get("ACTION")
    units = [(name, where[name]) for name in ("UNIT_MULT", "UNIT_MEASURE") if where.get(name, -1) > value]
    dropped = [
        header[i] for i in range(value + 1, len(ids)) if i not in {*labels, status, secret, *dict(units).values()}
    ]

    def read(fields: Sequence[str]) -> Reading | str:
        code, _, words = _cell(fields, status).partition(":")
        confidential = _cell(fields, secret).partition(":")[0].strip().upper()
        if not fields[value].strip() and confidential in ("C", "N", "D", "S"):
            code, words = "C", "confidential"
        reading = read_code(fields[value], code, words)
        if isinstance(reading, str):
            return reading
        for name, index in units:
            if fields[index].strip() not in ("", "0"):
                reading = qualify(reading, f"{name} = {normal_text(fields[index])}")
        return reading

    def refuse(fields: Sequence[str]) -> str | None:
        deletes = _cell(fields, action).strip().upper() == "D"
        return "the row asks for a figure to be deleted (ACTION is D), it does not give one" if deletes else None

    said = (f"Attributes left out: {', '.join(dropped)}",) if dropped else ()
    title = where.get("STRUCTURE_ID", where.get("DATAFLOW"))
    figure = Figure(value, header[value], read)
    return Plan(tuple(labels), (figure,), title_column=title, notes=said, refuse=refuse)


PLANS: Mapping[str, Planner] = {
    "statswales_csv": _statswales,
    "statswales_odata": _odata,
    "nomis_csv": _nomis,
    "ons_census_csv": _census,
    "eff_csv": _eff,
    "sdmx_csv": _sdmx,
}


def _needed(header: Sequence[str], path: Path, *names: str) -> int:
    """Return where a column stands, or say which one is missing."""
    found = position(header, *(name.casefold() for name in names))
    if found is None:
        hint = did_you_mean(names[0], header)
        raise DataError(Fault("missing_column", "the file has no such column", str(path), 1, names[0], hint=hint))
    return found


def _value_with_notes(value: int, note: int | None, read: Callable[[str], Reading | str]) -> ReadFields:
    """Read a figure and what a column of notes adds to it; an empty figure needs a note that explains it."""

    def read_fields(fields: Sequence[str]) -> Reading | str:
        said = _cell(fields, note)
        if not fields[value].strip() and said.strip():
            return from_codes(said)
        reading = read(fields[value])
        return reading if isinstance(reading, str) or not said.strip() else qualify(reading, said)

    return read_fields


def _optional(index: int, read: Callable[[str], Reading | str]) -> ReadFields:
    return lambda fields: read(fields[index]) if fields[index].strip() else None


def _cell(fields: Sequence[str], index: int | None) -> str:
    return "" if index is None else fields[index]
