"""Find what changed between two records of runs: causes, sentences, figures, files. Words are for others."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from arwap_analysis.run.finished import FinishedRun, Key, is_number, keyed_rows
from arwap_analysis.run.varying import stable_content
from arwap_analysis.texts import LANGUAGES

__all__ = [
    "TOLERANCE",
    "Cause",
    "CellChange",
    "RowChange",
    "SentenceChange",
    "TableChanges",
    "changed_causes",
    "changed_files",
    "changed_sentences",
    "changed_tables",
]

TOLERANCE = 1e-9
"""Relative difference up to which two figures are the same: machines differ in the last bits."""
# Two sentences that share less than this part of their words are two sentences, not one that changed.
_SAME_SENTENCE = 0.5
# Compared by what they hold; the rest (pages, pictures, workbooks) byte for byte.
_READ = {"data.csv", "report.ipynb", "notebook.ipynb", "manifest.json", "ro-crate-metadata.json"}


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that went in otherwise; `kind` is input, notebook, parameter, code, package or system."""

    kind: str
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence of a statement, or the title of an exhibit; None where it was not there."""

    place: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class CellChange:
    """One figure of data.csv that changed; `relative` is its relative difference, None unless both are numbers."""

    key: Key
    column: str
    before: str
    after: str
    relative: float | None


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of data.csv that one run has and the other has not."""

    key: Key
    appeared: bool


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What differs between two tables; `compared` counts the cells of the rows that both have."""

    cells: tuple[CellChange, ...]
    rows: tuple[RowChange, ...]
    compared: int


def changed_causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Cause, ...]:
    """Return what went in otherwise, from two manifests, the likeliest cause of changed figures first."""
    return (
        *_differing("input", _digests(before["inputs"]), _digests(after["inputs"])),
        *_differing("parameter", before["parameters"], after["parameters"]),
        *_differing("notebook", _digests([before["notebook"]]), _digests([after["notebook"]])),
        *_differing("code", before["code"], after["code"]),
        *_differing("package", before["packages"], after["packages"]),
        *_differing("system", _system(before), _system(after)),
    )


def _digests(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {entry["path"]: entry["sha256"] for entry in entries}


def _system(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: manifest[name] for name in ("python", "platform") if name in manifest}


def _differing(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Cause, ...]:
    names = dict.fromkeys((*before, *after))
    texts = {name: (_text(before, name), _text(after, name)) for name in names}
    return tuple(Cause(kind, name, old, new) for name, (old, new) in texts.items() if old != new)


def _text(values: Mapping[str, Any], name: str) -> str | None:
    """Return a value as text; None stands for a name that is not there, not for an open parameter."""
    if name not in values:
        return None
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def changed_sentences(
    before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]]
) -> tuple[SentenceChange, ...]:
    """Return the sentences that changed, went or came; one that only moved in its list has not changed."""
    changes: list[SentenceChange] = []
    for place in dict.fromkeys((*before, *after)):
        old, new = before.get(place, ()), after.get(place, ())
        if len(old) == len(new) == 1 and old != new:  # such as a title
            changes.append(SentenceChange(place, old[0], new[0]))
            continue
        gone = [sentence for sentence in old if sentence not in new]
        come = [sentence for sentence in new if sentence not in old]
        for sentence in gone:
            alike = [_likeness(sentence, other) for other in come]
            if alike and max(alike) >= _SAME_SENTENCE:
                partner = come[alike.index(max(alike))]
                come.remove(partner)
                changes.append(SentenceChange(place, sentence, partner))
            else:
                changes.append(SentenceChange(place, sentence, None))
        changes += [SentenceChange(place, None, sentence) for sentence in come]
    return tuple(changes)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def changed_tables(before: FinishedRun, after: FinishedRun, *, tolerance: float) -> TableChanges:
    """Compare data.csv row by row and cell by cell."""
    old, new = keyed_rows(before.rows, after.rows)
    rows = [RowChange(key, appeared=False) for key in old if key not in new]
    rows += [RowChange(key, appeared=True) for key in new if key not in old]
    cells, compared = [], 0
    for key in (key for key in old if key in new):
        columns = dict.fromkeys((*old[key], *new[key]))
        for column in columns:
            if _is_translation(column, columns):
                continue
            one, other = old[key].get(column, ""), new[key].get(column, "")
            compared += bool(one or other)
            if one != other and (change := _cell(key, column, one, other, tolerance)):
                cells.append(change)
    return TableChanges(tuple(cells), tuple(rows), compared)


def _is_translation(column: str, columns: Collection[str]) -> bool:
    """Whether a column holds the words of another one in another language, whose page is compared whole."""
    base, _, language = column.rpartition("_")
    return language in LANGUAGES and base in columns


def _cell(key: Key, column: str, before: str, after: str, tolerance: float) -> CellChange | None:
    """Return the change of a cell, None where it is no more than the tolerance."""
    if not (is_number(before) and is_number(after)):
        return CellChange(key, column, before, after, None)
    relative = relative_difference(float(before), float(after))
    return CellChange(key, column, before, after, relative) if not relative <= tolerance else None


def relative_difference(one: float, other: float) -> float:
    """Return |one - other| over the larger of the two; 0 for equal values, infinite where only one is finite."""
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0.0
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.inf
    return abs(one - other) / max(abs(one), abs(other))


def changed_files(before: FinishedRun, after: FinishedRun) -> tuple[str, ...]:
    """Return the pages, pictures and workbooks that differ, or that only one run has, apart from what varies anyway."""
    names = sorted({*before.files, *after.files} - _READ)
    return tuple(name for name in names if _content(before, name) != _content(after, name))


def _content(record: FinishedRun, name: str) -> bytes | None:
    path = record.folder / name
    return stable_content(path) if path.is_file() else None
