"""Read claims from a folder or a file, and the data that they name, which have to lie in the folder of the claims.

A claim that cannot be used is kept with the reason, so that one bad row never hides the others.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from pydantic import ValidationError

from arwap_analysis.documents import read_document
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.registers.claims.claim import FIELDS, METRICS, Claim

__all__ = ["BrokenClaim", "ClaimData", "ClaimSet", "read_claims"]

DATA_FOLDER = "data"
_NEEDED = ("id", "metric", "data", "published")
_NOT_THERE = ["", "NA", "NaN", "nan", "N/A", "n/a", "<NA>", "#N/A", "NULL", "null", "."]
_LARGEST = 200 * 2**20
_LONGEST_CELL = 100_000


@dataclass(frozen=True)
class BrokenClaim:
    """A row that is no claim, and why."""

    id: str
    reason: str
    title: str = ""
    published: str = ""
    place: str = ""


@dataclass
class ClaimData:
    """The data folder of a set of claims; each file is read once."""

    folder: Path
    _frames: dict[str, pd.DataFrame | str] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Return the file that a claim names; raises ValueError when it does not lie in the data folder."""
        plain = PurePosixPath(name.replace("\\", "/"))
        parts = plain.parts[1:] if plain.parts[:1] == (DATA_FOLDER,) else plain.parts
        if plain.is_absolute() or not parts or ".." in parts or ":" in name or "\0" in name:
            raise ValueError(f"the data '{name}' do not lie in the folder '{DATA_FOLDER}' of the claims")
        root = self.folder.resolve()
        path = root.joinpath(*parts)
        try:
            inside = path.resolve().is_relative_to(root)
        except (OSError, RuntimeError):
            inside = False
        if not inside:
            raise ValueError(f"the data '{name}' do not lie in the folder '{DATA_FOLDER}' of the claims")
        if not path.is_file():
            near = sorted(p.name for p in root.glob("*.csv")) if root.is_dir() else []
            hint = f" {did_you_mean(plain.name, near)}" if near else ""
            raise ValueError(f"there are no data '{name}' in the folder '{DATA_FOLDER}' of the claims.{hint}")
        return path

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table of the data folder; raises ValueError when it cannot be read."""
        if name not in self._frames:
            self._frames[name] = self._read(name)
        found = self._frames[name]
        if isinstance(found, str):
            raise ValueError(found)
        return found

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file of the data folder."""
        if name not in self._digests:
            self._digests[name] = hashlib.sha256(self.path(name).read_bytes()).hexdigest()
        return self._digests[name]

    def _read(self, name: str) -> pd.DataFrame | str:
        try:
            path = self.path(name)
            if path.stat().st_size > _LARGEST:
                return f"the data '{name}' are larger than {_LARGEST // 2**20} MB"
            frame = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=_NOT_THERE,
                                low_memory=False)  # fmt: skip
        except ValueError as error:
            return str(error) if "claims" in str(error) else f"the data '{name}' are not a table: {error}"
        except (OSError, pd.errors.ParserError) as error:
            return f"the data '{name}' cannot be read: {error}"
        frame.columns = [str(column).strip() for column in frame.columns]
        if frame.columns.duplicated().any():
            twice = frame.columns[frame.columns.duplicated()][0]
            return f"the data '{name}' have two columns called '{twice}'"
        return frame


@dataclass(frozen=True)
class ClaimSet:
    """The claims of a folder or file in their order, their data, and what was read past."""

    claims: tuple[Claim | BrokenClaim, ...]
    data: ClaimData
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def read_claims(place: Path | str, *, data: Path | str | None = None, ids: Sequence[str] = ()) -> ClaimSet:
    """Read the claims of a folder (`claims.csv` and YAML files) or of one file.

    Parameters
    ----------
    place : path
        A folder, a CSV file with one claim a row, or a YAML file with a list `claims`.
    data : path, optional
        The folder of the data, where it is not `data` beside the claims.
    ids : sequence of str
        Only these claims, if any are named.

    Returns
    -------
    ClaimSet

    Raises
    ------
    ParameterError
        When there are no claims there, a file cannot be read, has none of the columns that claims need or a column
        that looks like a mistyped one, or an id asked for does not exist.
    """
    path = Path(place)
    files = _files(path)
    folder = path if path.is_dir() else path.parent
    notes: list[str] = []
    found: list[Claim | BrokenClaim] = []
    for file in files:
        rows = _rows_of_table(file, notes) if file.suffix.casefold() == ".csv" else _rows_of_document(file)
        found += [_claim(row, file, number, extra) for number, row, extra in rows]
    if not found:
        raise ParameterError(Fault("no_claims", "there are no claims here", str(path), hint=_HINT))
    claims = tuple(_once(found))
    if ids:
        known = {claim.id for claim in claims}
        faults = [
            Fault("no_such_claim", "there is no claim of this id", str(path), value=id,
                  hint=did_you_mean(id, sorted(known)))
            for id in ids if id not in known
        ]  # fmt: skip
        if faults:
            raise ParameterError(faults)
        claims = tuple(claim for claim in claims if claim.id in set(ids))
    chosen = ClaimData(Path(data) if data is not None else folder / DATA_FOLDER)
    return ClaimSet(claims, chosen, tuple(files), tuple(dict.fromkeys(notes)))


_HINT = "Give a folder with 'claims.csv' and 'data/', or one such file; docs/claims.md has the layout."


def _files(path: Path) -> list[Path]:
    if path.is_file():
        if path.suffix.casefold() not in {".csv", ".yml", ".yaml"}:
            raise ParameterError(Fault("not_claims", "claims are a CSV or a YAML file", str(path), hint=_HINT))
        return [path]
    if not path.is_dir():
        raise ParameterError(Fault("missing_file", "there is no such folder or file", str(path), hint=_HINT))
    table = path / "claims.csv"
    files = [*([table] if table.is_file() else []), *sorted([*path.glob("*.yml"), *path.glob("*.yaml")])]
    if not files:
        raise ParameterError(Fault("no_claims", "there are no claims here", str(path), hint=_HINT))
    return files


Row = tuple[int, dict[str, Any], str]


def _rows_of_table(file: Path, notes: list[str]) -> Iterator[Row]:
    """Yield the number of each row as a spreadsheet shows it, its cells, and what is wrong with its shape."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(Fault("unreadable_file", f"cannot be read: {error}", str(file))) from None
    if not lines:
        return
    header = [name.strip() for name in lines[0]]
    _check_header(header, file, notes)
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        wrong = "" if len(cells) == len(header) else f"the row has {len(cells)} cells and the header {len(header)}"
        pairs = zip(header, cells, strict=False)
        yield number, {name: cell for name, cell in pairs if name in FIELDS}, wrong


def _check_header(header: list[str], file: Path, notes: list[str]) -> None:
    faults = [
        Fault("missing_column", f"the column '{name}' is missing", str(file), 1, hint=_HINT)
        for name in _NEEDED if name not in header
    ]  # fmt: skip
    faults += [
        Fault("repeated_column", f"the column '{name}' stands twice", str(file), 1)
        for name in dict.fromkeys(header) if name and header.count(name) > 1
    ]  # fmt: skip
    for name in header:
        if name and name not in FIELDS:
            hint = did_you_mean(name, FIELDS)
            if hint.startswith("Did you mean"):
                faults.append(Fault("unknown_column", f"claims have no column '{name}'", str(file), 1, hint=hint))
            else:
                notes.append(f"{file.name}: the column '{name}' is none of a claim's and was not used")
    if faults:
        raise ParameterError(faults)


def _rows_of_document(file: Path) -> Iterator[Row]:
    document = read_document(file)
    rows = document.content.get("claims")
    if not isinstance(rows, list):
        raise ParameterError(Fault("no_claims", "the file has no list 'claims'", str(file), hint=_HINT))
    for index, row in enumerate(rows):
        line = document.line(("claims", index)) or 0
        wrong = "" if isinstance(row, dict) else "it is not a list of 'key: value' lines"
        cells = {str(key): value for key, value in row.items()} if isinstance(row, dict) else {}
        yield line, cells, wrong


def _claim(cells: Mapping[str, Any], file: Path, number: int, wrong: str) -> Claim | BrokenClaim:
    id = str(cells.get("id") or "").strip()
    place = f"{file.name}, row {number}"

    def broken(reason: str) -> BrokenClaim:
        title, published = (str(cells.get(name) or "").strip() for name in ("title", "published"))
        return BrokenClaim(id or place, reason, title, published, place)

    if wrong:
        return broken(wrong)
    if not id:
        return broken("the claim has no id")
    try:
        return Claim.model_validate(dict(cells))
    except ValidationError as error:
        return broken("; ".join(_reasons(error)))
    except RecursionError:
        return broken("a filter, an expression or a formula is nested too deeply")


def _reasons(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            yield f"claims have no field '{name}'. {did_you_mean(name, FIELDS)}"
        elif detail["type"] == "missing":
            yield f"'{name}' is missing"
        elif name == "metric" and detail["type"] == "literal_error":
            value = str(detail.get("input"))
            yield f"there is no metric '{value}'. {did_you_mean(value, METRICS, most=len(METRICS))}"
        elif detail["type"] == "string_type":
            yield f"'{name}' has to be a text in quotes, exactly as printed"
        else:
            yield f"'{name}' cannot be used: {message}" if name else message


def _once(claims: Iterable[Claim | BrokenClaim]) -> Iterator[Claim | BrokenClaim]:
    """Yield the claims; one whose id was there before is broken."""
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            published = claim.published
            yield BrokenClaim(claim.id, "another claim has the same id", claim.title, published)
        else:
            seen.add(claim.id)
            yield claim
