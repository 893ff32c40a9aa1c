"""Say in words what changed between two runs of a report: 'Rate ratio, Black compared with White: 3.5 to 3.2'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from arwap_analysis.run.changes import (
    TOLERANCE,
    Cause,
    SentenceChange,
    changed_causes,
    changed_files,
    changed_sentences,
    changed_tables,
)
from arwap_analysis.run.figure_words import FigureChange, describe_figures, describe_rows
from arwap_analysis.run.finished import FinishedRun, read_finished

__all__ = ["Differences", "compare_outputs", "describe_cause", "describe_sentence"]

_MAIN_POINTS = "main_points"
_KINDS = {
    "input": "The input {name}",
    "notebook": "The notebook {name}",
    "parameter": "The parameter {name}",
    "code": "The code ({name})",
    "package": "The package {name}",
    "system": "The {name}",
}
_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed from one output folder to another, the most important first.

    Attributes
    ----------
    before, after : str
        The two folders, as they were given.
    causes : tuple of Cause
        Inputs, parameters, notebook, code and packages that differ: why the rest may have changed.
    statements : tuple of SentenceChange
        Sentences and titles, the main points first.
    figures : tuple of FigureChange
        Each number that changed, once, in words: findings, gaps, trends, rates, counts, then all else.
    coverage : tuple of str
        Exhibits, groups, periods and single figures that came or went, in words.
    files : tuple of str
        Pages and pictures that differ, whether or not a number or sentence does.
    """

    before: str
    after: str
    causes: tuple[Cause, ...]
    statements: tuple[SentenceChange, ...]
    figures: tuple[FigureChange, ...]
    coverage: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two say and show the same; other causes alone are no difference."""
        return not (self.statements or self.coverage or self.figures or self.files)

    def sentences(self) -> tuple[str, ...]:
        """Return every change as a sentence in plain English: causes first, then what they changed."""
        files = (f"Not the same to the byte: {', '.join(self.files)}.",) if self.files else ()
        return (
            *[describe_cause(cause) for cause in self.causes],
            *[describe_sentence(change) for change in self.statements],
            *[change.sentence for change in self.figures],
            *self.coverage,
            *files,
        )


def compare_outputs(before: Path | str, after: Path | str, *, tolerance: float = TOLERANCE) -> Differences:
    """Compare two output folders and return what changed from the first to the second.

    Parameters
    ----------
    before, after : path
        Output folders, or their manifests or pages. Only the folders are read.
    tolerance : float
        Relative difference up to which two numbers are the same.

    Raises
    ------
    ParameterError
        When a folder has no manifest, or its data or notebook are missing or cannot be read.
    """
    old, new = read_finished(before), read_finished(after)
    table = changed_tables(old, new, tolerance=tolerance)
    return Differences(
        before=str(before),
        after=str(after),
        causes=changed_causes(old.manifest, new.manifest),
        statements=_statements(old, new),
        figures=describe_figures(old, new, table.cells),
        coverage=(*_exhibits(old, new), *describe_rows(old, new, table.rows)),
        files=changed_files(old, new),
    )


def _statements(old: FinishedRun, new: FinishedRun) -> tuple[SentenceChange, ...]:
    changes = changed_sentences(old.sentences, new.sentences)
    gone = {place for place, _ in _exhibit_ids(old) ^ _exhibit_ids(new)}
    told = [change for change in changes if change.place not in gone]  # a whole exhibit is told of as one
    return tuple(sorted(told, key=lambda change: change.place != _MAIN_POINTS))


def _exhibit_ids(record: FinishedRun) -> set[tuple[str, str]]:
    return {(payload["id"], payload["kind"]) for payload in record.payloads if payload["kind"] == "exhibit"}


def _exhibits(old: FinishedRun, new: FinishedRun) -> tuple[str, ...]:
    titles = {p["id"]: p["title"] for record in (old, new) for p in record.payloads if p["kind"] == "exhibit"}
    before, after = _exhibit_ids(old), _exhibit_ids(new)
    return (
        *[f"The exhibit '{titles[id]}' is gone." for id in titles if (id, "exhibit") in before - after],
        *[f"The exhibit '{titles[id]}' is new." for id in titles if (id, "exhibit") in after - before],
    )


def describe_cause(cause: Cause) -> str:
    """Return a cause as a sentence."""
    name = _KINDS[cause.kind].format(name=cause.name.replace("_", " ") if cause.kind == "code" else cause.name)
    if cause.before is None:
        return f"{name} is new: {_short(cause.after)}."
    if cause.after is None:
        return f"{name} is gone; it was {_short(cause.before)}."
    if cause.kind in ("input", "notebook"):
        return f"{name} changed: SHA-256 {_short(cause.before)} to {_short(cause.after)}."
    return f"{name} changed: {_short(cause.before)} to {_short(cause.after)}."


def _short(text: str | None) -> str:
    """Return a digest by its first twelve digits, any other text whole."""
    text = text or ""
    return f"{text[:12]}..." if _DIGEST.fullmatch(text) else text


def describe_sentence(change: SentenceChange) -> str:
    """Return the change of a sentence as a sentence."""
    place = change.place.replace("_", " ")
    if change.before is None:
        return f"New in {place}: \u201c{change.after}\u201d"
    if change.after is None:
        return f"No longer in {place}: \u201c{change.before}\u201d"
    return f"In {place}, \u201c{change.before}\u201d became \u201c{change.after}\u201d"
