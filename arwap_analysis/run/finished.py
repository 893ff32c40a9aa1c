"""Read what a finished run left in its folder: the manifest, the numbers, the sentences, the files."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.present.exhibit import METADATA_KEY

__all__ = ["KEY_COLUMNS", "FinishedRun", "Key", "Row", "is_number", "keyed_rows", "read_finished"]

Key = tuple[tuple[str, str], ...]
"""What a row of data.csv is about: (column, value) pairs, the empty ones left out."""
Row = dict[str, str]

KEY_COLUMNS = (
    "exhibit",
    "indicator",
    "area",
    "period",
    "classification",
    "measure",
    "choice",
    "group",
    "reference",
)
# Words about a row, and its numbers; a column of neither kind, such as sex, tells rows apart.
_WORDS = {
    "area_name",
    "scale",
    "direction",
    "status",
    "reason",
    "method",
    "source",
    "group_label",
    "finding",
    "difference_finding",
    "reliability",
    "choice_label",
    "unit",
}
_NEEDED = ("review", "parameters", "notebook", "inputs", "outputs", "code", "python", "packages")


@dataclass(frozen=True)
class FinishedRun:
    """One output folder. Tables and sentences are read when first asked for.

    A file that is missing or cannot be read raises ParameterError then.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of data.csv, every cell as the text that it is."""
        path = self.folder / "data.csv"
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                # A row with too few cells ends in None, one with too many holds a list; both mean a damaged file.
                rows = [{str(k): str(v or "") for k, v in row.items()} for row in csv.DictReader(stream)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ParameterError(Fault("unreadable_file", f"cannot be read: {error}", str(path))) from None
        return tuple(rows)

    @cached_property
    def payloads(self) -> tuple[dict[str, Any], ...]:
        """What each exhibit and statement of the executed notebook carries, in order."""
        path = self.folder / "report.ipynb"
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            outputs = [output for cell in cells for output in cell.get("outputs", ())]
            found = [output.get("metadata", {}).get(METADATA_KEY) for output in outputs]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            fault = Fault("not_a_notebook", f"this is not an executed notebook: {error}", str(path))
            raise ParameterError(fault) from None
        return tuple(payload for payload in found if payload)

    @property
    def sentences(self) -> dict[str, tuple[str, ...]]:
        """The sentences of each statement, and the title of each exhibit, by its id."""
        return {
            payload["id"]: tuple(payload["sentences"]) if payload["kind"] == "statements" else (payload["title"],)
            for payload in self.payloads
        }

    @property
    def readable(self) -> tuple[str, ...]:
        """Which of data.csv and report.ipynb are there and can be read."""
        return tuple(name for name, field in (("data.csv", "rows"), ("report.ipynb", "payloads")) if self._has(field))

    def _has(self, field: str) -> bool:
        try:
            getattr(self, field)
        except ParameterError:
            return False
        return True

    @property
    def files(self) -> tuple[str, ...]:
        """Every file in the folder, by its path in it."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in paths))


def read_finished(place: Path | str) -> FinishedRun:
    """Return the record of an output folder, given the folder, its manifest or its page.

    Raises
    ------
    ParameterError
        When there is no manifest, or it does not say what a run's manifest says.
    """
    path = Path(place)
    folder = path.parent if path.is_file() else path
    path = folder / "manifest.json"
    hint = "Give the folder that 'arwap run' left, such as outputs/homelessness."
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParameterError(
            Fault("no_manifest", "there is no report with a manifest here", str(folder), hint=hint)
        ) from None
    except (OSError, ValueError) as error:
        raise ParameterError(Fault("unreadable_manifest", f"cannot be read: {error}", str(path), hint=hint)) from None
    if faults := _faults(manifest, str(path)):
        raise ParameterError(faults)
    return FinishedRun(folder, manifest)


def _faults(manifest: Any, name: str) -> list[Fault]:
    """Return what a manifest lacks; a file it lists must lie in its own folder."""
    if not isinstance(manifest, dict):
        return [Fault("unreadable_manifest", "this is not the manifest of a report", name)]
    faults = [
        Fault("missing_key", f"the manifest does not say '{key}'", name) for key in _NEEDED if key not in manifest
    ]
    for key, needed in (("outputs", ("path", "sha256")), ("inputs", ("path", "sha256"))):
        for entry in manifest.get(key, ()):
            if not isinstance(entry, dict) or any(not isinstance(entry.get(field), str) for field in needed):
                faults.append(
                    Fault("wrong_value", f"an entry of '{key}' has no path or SHA-256", name, value=str(entry))
                )
            elif key == "outputs" and (PurePosixPath(entry["path"]).is_absolute() or ".." in entry["path"].split("/")):
                faults.append(Fault("wrong_value", "an output lies outside the folder", name, value=entry["path"]))
    return faults


def keyed_rows(*tables: Iterable[Row]) -> list[dict[Key, Row]]:
    """Return each table as rows by what they are about, keyed alike so that equal keys are the same figure.

    Where the usual columns do not tell rows of one exhibit apart, other columns of words (sex, age band) join
    the key; rows that even then are alike are counted in order.
    """
    lists = [list(table) for table in tables]
    columns = list(dict.fromkeys(column for rows in lists for row in rows for column in row))
    extra = [
        column
        for column in columns
        if column not in KEY_COLUMNS
        and column not in _WORDS
        and _is_words(row.get(column, "") for rows in lists for row in rows)
    ]
    twice = {row.get("exhibit", "") for rows in lists for row, many in _repeated(rows, KEY_COLUMNS) if many}
    return [_keyed(rows, extra, twice) for rows in lists]


def _keyed(rows: list[Row], extra: list[str], twice: set[str]) -> dict[Key, Row]:
    seen: Counter[Key] = Counter()
    keyed: dict[Key, Row] = {}
    for row in rows:
        key = _key(row, (*KEY_COLUMNS, *extra) if row.get("exhibit", "") in twice else KEY_COLUMNS)
        seen[key] += 1
        keyed[key if seen[key] == 1 else (*key, ("row", str(seen[key])))] = row
    return keyed


def _key(row: Row, columns: Iterable[str]) -> Key:
    return tuple((column, row[column]) for column in columns if row.get(column))


def _repeated(rows: list[Row], columns: Iterable[str]) -> Iterable[tuple[Row, bool]]:
    counts = Counter(_key(row, columns) for row in rows)
    return ((row, counts[_key(row, columns)] > 1) for row in rows)


def _is_words(cells: Iterable[str]) -> bool:
    return any(cell and not is_number(cell) for cell in cells)


def is_number(text: str) -> bool:
    """Whether a cell is a number; an empty one is not."""
    try:
        float(text)
    except ValueError:
        return False
    return True
