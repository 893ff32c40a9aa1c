"""Re-execute a finished report from its manifest and compare every figure with what it left."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import arwap_analysis
from arwap_analysis.documents import Document, read_document
from arwap_analysis.errors import ArwapError, RunError
from arwap_analysis.project import find_project
from arwap_analysis.run.changes import (
    TOLERANCE,
    Cause,
    CellChange,
    RowChange,
    SentenceChange,
    TableChanges,
    changed_causes,
    changed_files,
    changed_sentences,
    changed_tables,
)
from arwap_analysis.run.execute import Progress, run_report
from arwap_analysis.run.finished import FinishedRun, read_finished
from arwap_analysis.run.private import keyed_digest
from arwap_analysis.run.spec import Report, check_report
from arwap_analysis.sources import file_digest

__all__ = ["Damage", "Verification", "verify_output"]

_NO_SENTENCES: tuple[SentenceChange, ...] = ()
_NO_FILES: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """A recorded file that is no longer what the run left."""

    path: str
    problem: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a report found.

    Attributes
    ----------
    folder, review : str
        The output folder, and the id of the report.
    tolerance : float
        Relative difference up to which two figures counted as the same.
    damaged : tuple of Damage
        Files of the folder that are missing or have another SHA-256 than the manifest says.
    causes : tuple of Cause
        Inputs, notebook, code, packages and system that are not what the manifest says.
    compared : int
        Cells of data.csv that were compared, those left out in both runs not counted.
    cells, rows, sentences, files : tuple
        Every figure, row, sentence, and page or picture that differs.
    notes : tuple of str
        What a reader should know and what makes no difference.
    failure : str, optional
        Why the report could not be re-executed.
    """

    folder: str
    review: str
    tolerance: float
    damaged: tuple[Damage, ...]
    causes: tuple[Cause, ...]
    compared: int
    cells: tuple[CellChange, ...]
    rows: tuple[RowChange, ...]
    sentences: tuple[SentenceChange, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...]
    failure: str | None

    @property
    def changed_inputs(self) -> tuple[Cause, ...]:
        """Inputs and notebooks that are no longer those of the manifest: nothing can be verified from them."""
        return tuple(cause for cause in self.causes if cause.kind in ("input", "notebook"))

    @property
    def is_same(self) -> bool:
        """Whether the folder is undamaged, its inputs are at hand, and the new run gives the same."""
        found = (self.damaged, self.changed_inputs, self.cells, self.rows, self.sentences, self.files, self.failure)
        return not any(found)

    def summary(self) -> str:
        """Return the verdict in one sentence."""
        if self.is_same:
            return (
                f"Verified: run again from its manifest, '{self.review}' gives the same data ({self.compared:,} cells, "
                f"relative tolerance {self.tolerance:g}), sentences, pictures and page."
            )
        counts = (
            (len(self.damaged), "recorded file is damaged", "recorded files are damaged"),
            (len(self.changed_inputs), "input has changed", "inputs have changed"),
            (len(self.cells), "figure differs", "figures differ"),
            (len(self.rows), "row came or went", "rows came or went"),
            (len(self.sentences), "sentence differs", "sentences differ"),
            (len(self.files), "page or picture differs", "pages or pictures differ"),
        )
        parts = [f"{many:,} {one if many == 1 else more}" for many, one, more in counts if many]
        if self.failure:
            parts.append("it could not be run again")
        return f"Not verified: '{self.review}': {', '.join(parts)}."


def verify_output(
    folder: Path | str,
    *,
    tolerance: float = TOLERANCE,
    project: Path | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Run a report again from its manifest, into a temporary folder, and compare it with its output folder.

    Parameters
    ----------
    folder : path
        What `arwap run` left; nothing is written into it.
    tolerance : float
        Relative difference up to which two figures of data.csv are the same.
    project : Path, optional
        The project folder from which the manifest's paths count; by default the one around `folder`, or else
        around the working folder.
    progress : Progress, optional
        Called after each cell of the notebook.

    Returns
    -------
    Verification
        Also when the report cannot be run again: then `failure` says why.

    Raises
    ------
    ParameterError
        When the manifest is missing or cannot be read, or no project is found.
    """
    record = read_finished(folder)
    root = project.resolve() if project else _project_of(record)
    table, sentences, files = TableChanges((), (), 0), _NO_SENTENCES, _NO_FILES
    causes, failure = _digest_causes(record, root), None
    with tempfile.TemporaryDirectory(prefix="arwap-verify-") as aside:
        try:
            result = run_report(_report(record, root), out=Path(aside), progress=progress)
        except ArwapError as error:
            failure = (
                f"the cell {error.cell}: {error.message}" if isinstance(error, RunError) and error.cell else str(error)
            )
        else:
            again = read_finished(result.folder)
            causes = changed_causes(record.manifest, again.manifest)
            # A file that is gone or cannot be read is named as damage; nothing can be compared with it.
            if "data.csv" in record.readable:
                table = changed_tables(record, again, tolerance=tolerance)
            if "report.ipynb" in record.readable:
                sentences = changed_sentences(record.sentences, again.sentences)
            files = changed_files(record, again)
    return Verification(
        folder=str(folder),
        review=str(record.manifest["review"]),
        tolerance=tolerance,
        damaged=_damage(record),
        causes=causes,
        compared=table.compared,
        cells=table.cells,
        rows=table.rows,
        sentences=sentences,
        files=files,
        notes=(*_parameters_since(record, root), *_extra_files(record)),
        failure=failure,
    )


def _project_of(record: FinishedRun) -> Path:
    """Return the project around the output folder, or around the working folder for a report kept elsewhere."""
    try:
        return find_project(record.folder)
    except ArwapError:
        return find_project()


def _report(record: FinishedRun, project: Path) -> Report:
    """Return the report that the manifest describes, with its parameters, whatever the parameters file says now."""
    manifest = record.manifest
    name = str(record.folder / "manifest.json")
    return check_report(
        manifest["review"],
        file=project / manifest.get("parameters_file", "params"),
        project=project,
        notebook=_located(manifest["notebook"]["path"], project),
        given=manifest["parameters"],
        document=Document(name, dict(manifest), {}),
    )


def _located(path: str, project: Path) -> Path:
    """Return where a file of a manifest lies: in the project, or else beside the installed package."""
    package = Path(arwap_analysis.__file__).resolve().parent
    inside = project / path
    return package.parent / path if not inside.exists() and path.startswith(f"{package.name}/") else inside


def _digest_causes(record: FinishedRun, project: Path) -> tuple[Cause, ...]:
    """Return the inputs and the notebook that are gone or have changed since the run."""
    return tuple(
        Cause(kind, entry["path"], entry["sha256"], now)
        for kind, entries in (("input", record.manifest["inputs"]), ("notebook", [record.manifest["notebook"]]))
        for entry in entries
        if (now := _digest_as_in(entry, project)) != entry["sha256"]
    )


def _digest_as_in(entry: Mapping[str, Any], project: Path) -> str | None:
    """Return the digest of a file of a manifest as the manifest has it: by the project's key where it is not open."""
    now = _digest(_located(entry["path"], project))
    return keyed_digest(now, project) if now is not None and entry.get("keyed") else now


def _digest(path: Path) -> str | None:
    try:
        return file_digest(path)
    except ArwapError:
        return None


def _damage(record: FinishedRun) -> tuple[Damage, ...]:
    found = []
    for entry in record.manifest["outputs"]:
        now = _digest(record.folder / entry["path"])
        if now is None:
            found.append(Damage(entry["path"], "it is missing or cannot be read"))
        elif now != entry["sha256"]:
            found.append(Damage(entry["path"], f"its SHA-256 is {now}, the manifest says {entry['sha256']}"))
    return tuple(found)


def _extra_files(record: FinishedRun) -> tuple[str, ...]:
    known = {entry["path"] for entry in record.manifest["outputs"]} | {"manifest.json"}
    return tuple(f"The manifest does not know the file {name}." for name in record.files if name not in known)


def _parameters_since(record: FinishedRun, project: Path) -> tuple[str, ...]:
    """Say where the parameters file has changed: the run used what the manifest recorded."""
    name = record.manifest.get("parameters_file")
    if name is None:
        return ()
    try:
        now: Mapping[str, Any] = read_document(project / name).content.get("parameters") or {}
    except ArwapError:
        return (f"The parameters file {name} is not there or cannot be read; the recorded parameters were used.",)
    recorded = record.manifest["parameters"]
    other = [key for key, value in now.items() if recorded.get(key) != value]
    if not other:
        return ()
    return (f"The parameters file {name} now says otherwise for {', '.join(other)}; the recorded values were used.",)
