"""Bring a column of labels, as publishers write them, to codes: what is not certain is listed, never guessed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity.classifications import Classification, classification_ids, get_classification
from arwap_analysis.ethnicity.crosswalk import map_group
from arwap_analysis.ethnicity.labels import Reading, read_label

__all__ = ["Harmonised", "harmonise_file", "harmonise_labels", "names_an_observation", "read_mapping"]

STATUSES = ("mapped", "total", "unknown", "ambiguous", "unmapped")
_UNKNOWN_NAMES = {
    "unknown": "Ethnicity not known or not stated",
    "unclassified": "Not classified",
    "not_applicable": "Not applicable",
}
# Labels of broad groups: two of them in a column show that it is about broad groups.
_BROAD = frozenset({"white", "asian", "black", "other"})
_MOST_GROUPS = 10
_FEWEST_CODES = 3
_OBSERVED = "officer_observed"
# Names of columns that hold what somebody else saw.
_SEEN = re.compile(r"officer|observed|perceived|visual", re.IGNORECASE)
_MIXED = frozenset({"white_black_caribbean", "white_black_african", "white_asian", "mixed_other"})


@dataclass(frozen=True, slots=True)
class Harmonised:
    """One label and what it was found to be.

    `status` is mapped, total, unknown (people whose group is not known), ambiguous (`name` lists the candidates) or
    unmapped. `classification` is the one that holds the code; a code means nothing without it.
    """

    label: str
    code: str
    name: str
    classification: str
    status: str


def harmonise_labels(
    labels: Iterable[str],
    *,
    to: str | None = None,
    mapping: Mapping[str, str] | None = None,
    observed: bool = False,
) -> tuple[Harmonised, ...]:
    """Map a column of labels to codes, one result a label, in order.

    The labels of one column are read together: they belong to the classification that holds most of them, which
    settles labels that only it can hold ("Traveller" in the school census). A label that could still be two groups
    is ambiguous.

    Parameters
    ----------
    labels : iterable of str
        As written by the publisher.
    to : str, optional
        Classification to bring the codes to. A group that is spread over several groups there is ambiguous, with
        these as candidates; one that has no place there is unmapped. Groupings such as `white_and_other` are
        used only when asked for here, or where the label itself names one.
    mapping : mapping of label to code, optional
        Settles labels before anything else; codes of `to`, or of any classification.
    observed : bool
        The labels say what an officer saw, not what the person says: they belong to `officer_observed`, from which
        no way leads to a self-defined classification.

    Raises
    ------
    ParameterError
        For an unknown classification, or a mapping to a code that no classification has.
    """
    written = list(labels)
    target = get_classification(to) if to is not None else None
    settled = _check_mapping(mapping or {}, target)
    coded = _publishers_codes(written)
    readings = {label: coded.get(label) or read_label(label) for label in set(written)}
    if observed:
        readings = {label: _as_observed(reading) for label, reading in readings.items()}
    groups = (reading for reading in readings.values() if reading.kind == "group")
    sure = {reading.code for reading in groups if not (reading.either or reading.home)}
    home = _home(sure)
    results = {
        label: _settled(label, settled[label.strip()])
        if label.strip() in settled
        else _result(label, reading, sure, home, target)
        for label, reading in readings.items()
    }
    return tuple(results[label] for label in written)


def _publishers_codes(labels: list[str]) -> dict[str, Reading]:
    """Read a column of codes (A to Z of the NHS, W1 to O9 of the police), when all are of one classification.

    Three different ones at least: a lone "A" could be anything.
    """
    distinct = {label for label in labels if label.strip()}
    if len(distinct) < _FEWEST_CODES:
        return {}
    for id in classification_ids():
        groups = {code: g for g in get_classification(id).groups for code in g.publisher_code.split()}
        if distinct <= {label for label in distinct if label.strip().upper() in groups}:
            kinds = {label: groups[label.strip().upper()] for label in distinct}
            return {label: Reading(group.kind, group.code, home=id) for label, group in kinds.items()}
    return {}


def _as_observed(reading: Reading) -> Reading:
    """Keep a reading only as far as an observation can go."""
    if reading.kind != "group" or reading.home.startswith(_OBSERVED):
        return reading
    held = reading.code in get_classification(_OBSERVED).comparable and not reading.home
    return Reading("group", reading.code, home=_OBSERVED) if held else Reading("none")


def _check_mapping(mapping: Mapping[str, str], target: Classification | None) -> dict[str, tuple[str, str, str]]:
    """Return code, name and classification for each label that a person has settled."""
    search = [target] if target is not None else [get_classification(id) for id in classification_ids()]
    settled = {}
    for label, code in mapping.items():
        home = next((c for c in search if code in c.codes), None)
        if home is None:
            known = sorted({known for c in search for known in c.codes})
            raise ParameterError(
                Fault("unknown_group", f"the mapping of '{label}' names no known group", value=code,
                      hint=did_you_mean(code, known))
            )  # fmt: skip
        settled[label.strip()] = code, home.group(code).name_en, home.id
    return settled


def _settled(label: str, found: tuple[str, str, str]) -> Harmonised:
    code, name, home = found
    kind = get_classification(home).group(code).kind
    return Harmonised(label, code, name, home, {"group": "mapped"}.get(kind, kind))


def _home(sure: set[str]) -> Classification:
    """Return the classification that holds most of the codes.

    Of several, the first listed; but where a column names most groups of a classification, the smallest, because a
    box that nobody is counted in was not there (Roma before 2021).
    """
    best = get_classification(classification_ids()[0])
    best_score = (-1, 0)
    for id in classification_ids():
        classification = get_classification(id)
        if classification.basis != "self_defined":
            continue
        held = len(sure & set(classification.comparable))
        score = (held, -len(classification.comparable) if held >= _MOST_GROUPS else 0)
        if score > best_score:
            best, best_score = classification, score
    return best


def _result(
    label: str, reading: Reading, sure: set[str], home: Classification, target: Classification | None
) -> Harmonised:
    """Turn a reading into a result, with the help of the other labels of its column."""
    if reading.kind == "total":
        name = "All ethnic groups"
        return Harmonised(label, "all", name, (target or home).id, "total")
    if reading.kind == "unknown":
        return Harmonised(label, reading.code, _UNKNOWN_NAMES[reading.code], (target or home).id, "unknown")
    code = reading.code
    if reading.either:
        # "Mixed ethnic groups" is the broad group among broad groups; beside its details it may be their total
        # or the rest of them.
        code = code if len(sure & _BROAD) >= 2 and not sure & _MIXED else ""
    if reading.kind == "ambiguous":
        held = [candidate for candidate in reading.candidates if candidate in home.codes]
        code = held[0] if len(held) == 1 and len(sure & set(home.comparable)) >= 2 else ""
    if not code:
        return _open(label, reading.candidates, home)
    holder = _holder(code, reading.home, home)
    if target is None:
        return Harmonised(label, code, holder.group(code).name_en, holder.id, "mapped")
    found = map_group(code, source=holder.id, target=target.id)
    if found.code is not None:
        return Harmonised(label, found.code, target.group(found.code).name_en, target.id, "mapped")
    return _open(label, found.candidates, target)


def _holder(code: str, named: str, home: Classification) -> Classification:
    """Return the classification of a label: its own, that of the column, or the first that has the code."""
    if named:
        return get_classification(named)
    if code in home.comparable:
        return home
    return next(c for c in map(get_classification, classification_ids()) if code in c.comparable)


def _open(label: str, candidates: Sequence[str], home: Classification) -> Harmonised:
    """Return a label that a person has to settle."""
    if not candidates:
        return Harmonised(label, "", "", "", "unmapped")
    return Harmonised(label, "", " | ".join(candidates), home.id, "ambiguous")


def harmonise_file(
    file: Path, *, column: str, to: str | None = None, mapping: Path | None = None
) -> tuple[Harmonised, ...]:
    """Map one column of a CSV file; see `harmonise_labels`.

    Parameters
    ----------
    file : Path
        CSV in UTF-8 with a header row.
    column : str
        Name of the column that holds the labels; one that names an officer's observation is read as such.
    mapping : Path, optional
        CSV with the columns `label` and `code`, which settles labels.

    Raises
    ------
    DataError
        When a file cannot be read, is not text, or lacks a column.
    ParameterError
        For an unknown classification or code.
    """
    settled = read_mapping(mapping) if mapping is not None else None
    return harmonise_labels(_column(file, column), to=to, mapping=settled, observed=names_an_observation(column))


def names_an_observation(column: str) -> bool:
    """Whether the name of a column says that it holds what somebody else saw, such as officer-defined ethnicity."""
    return bool(_SEEN.search(column))


def read_mapping(file: Path) -> dict[str, str]:
    """Read a mapping file: CSV with the columns `label` and `code`.

    Raises
    ------
    DataError
        When it cannot be read or lacks a column, or settles one label twice.
    """
    labels, codes = _column(file, "label"), _column(file, "code")
    mapping: dict[str, str] = {}
    for row, (label, code) in enumerate(zip(labels, codes, strict=True), start=2):
        key = label.strip()
        if mapping.setdefault(key, code.strip()) != code.strip():
            raise DataError(
                [Fault("label_settled_twice", "the mapping gives one label two codes", str(file), row, "label", label,
                       "Keep one of the rows.")]
            )  # fmt: skip
    return mapping


def _column(file: Path, column: str) -> list[str]:
    """Return one column of a CSV file as text, one value a row."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError([Fault("unreadable_file", f"the file cannot be read: {error.strerror}", str(file))]) from error
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            [Fault("wrong_encoding", "the file is not UTF-8 text", str(file), row, hint="Save it as CSV in UTF-8.")]
        ) from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError([Fault("not_csv", f"the file is not CSV: {error}", str(file))]) from error
    header = [name.strip() for name in rows[0]] if rows else []
    if column not in header:
        raise DataError(
            [Fault("missing_column", "the file has no such column", str(file), 1, column, None,
                   did_you_mean(column, header))]
        )  # fmt: skip
    place = header.index(column)
    return [_cell(row, place, number, header, file) for number, row in enumerate(rows[1:], start=2) if row]


def _cell(row: list[str], place: int, number: int, header: list[str], file: Path) -> str:
    if len(row) != len(header):
        raise DataError(
            [Fault("shifted_row", f"the row has {len(row)} fields and the header {len(header)}", str(file), number,
                   hint="A label with a comma needs quotes around it.")]
        )  # fmt: skip
    return row[place]
