"""Gather what is known of every report in an outputs folder, and keep it there as `index.html` and `index.cy.html`.

What lies in the folder goes before what the record says of it: a report may have been made, or have failed, by
`arwap run` since the last batch, and the folder may have been copied from another machine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arwap_analysis.errors import ParameterError
from arwap_analysis.present.editions import PAGE_NAME, beside
from arwap_analysis.present.index import Failure, ReportIndex, ReportRow, ReportStatus, render_index
from arwap_analysis.run.batch.record import Outcome, read_record, write_aside
from arwap_analysis.run.freshness import NOT_MADE
from arwap_analysis.texts import FIRST_LANGUAGE, LANGUAGES, languages_of, text_of

__all__ = ["gather", "write_index"]

INDEX = "index.html"
_FILES = ("report.html", "report.cy.html", "tables.xlsx", "tables.cy.xlsx", "data.csv", "report.ipynb", "manifest.json")
_FAILED = ".failed"
_ORDER: tuple[ReportStatus, ...] = ("failed", "not_run", "made", "up_to_date")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ERROR_READ = 20_000


def write_index(out: Path) -> Path:
    """Write the list of an outputs folder in every language, each whole or not at all; return the path of the first."""
    files = {language: beside(INDEX, language, [FIRST_LANGUAGE]) for language in LANGUAGES}
    for language, file in files.items():
        editions = [(other, name) for other, name in files.items() if other != language]
        write_aside(out / file, render_index(gather(out, language=language), language=language, editions=editions))
    return out / INDEX


def gather(out: Path, *, language: str = FIRST_LANGUAGE) -> ReportIndex:
    """Return the reports of an outputs folder: failures first, then the newest first.

    Titles and pages are those in a language where a report has them, and else the report's first.

    Found are the reports of the record, every `ID/manifest.json` and every `ID.failed/`. A report that the record
    calls made and whose folder is gone is left out.
    """
    record = read_record(out)
    outcomes = {outcome.id: outcome for outcome in record.outcomes} if record else {}
    folders = {entry.name for entry in out.iterdir() if entry.is_dir() and not entry.name.startswith(".")}
    standing = {name for name in folders if not name.endswith(_FAILED) and (out / name / "manifest.json").is_file()}
    broken = {name.removesuffix(_FAILED) for name in folders if name.endswith(_FAILED)}
    finished = _moment(record.finished) if record else None
    rows = []
    for id in standing | broken | outcomes.keys():
        report = _Standing.read(out, id, language) if id in standing else None
        remains = _Remains.read(out, id) if id in broken else None
        row = _row(id, outcomes.get(id), report, remains, finished)
        rows += [row] if row else []
    return ReportIndex(
        tuple(sorted(rows, key=_place)),
        started=_moment(record.started) if record else None,
        finished=finished,
        workers=record.workers if record else None,
        kernels=record.kernels if record else "",
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """A report that lies in the folder: its title and its page in a language, when it was made, and its files."""

    title: str
    language: str
    page: str
    made: datetime | None
    files: tuple[str, ...]

    @classmethod
    def read(cls, out: Path, id: str, language: str) -> _Standing:
        manifest = _manifest(out / id / "manifest.json")
        found = manifest.get("parameters")
        parameters = found if isinstance(found, dict) else {}
        title = parameters.get("title")
        try:
            languages = languages_of(parameters)
        except (ParameterError, TypeError):
            languages = (FIRST_LANGUAGE,)
        own = language if language in languages else languages[0]
        return cls(
            text_of(title, own) if title and isinstance(title, (str, dict)) else id,
            own if isinstance(title, dict) and own in title else FIRST_LANGUAGE,
            beside(PAGE_NAME, own, languages),
            _moment(manifest.get("finished")),
            tuple(name for name in _FILES if (out / id / name).is_file()),
        )


@dataclass(frozen=True, slots=True)
class _Remains:
    """What a failed run left: the error in words, when it was written, and which files there are."""

    message: str
    when: datetime | None
    notebook: str | None
    error: str | None

    @classmethod
    def read(cls, out: Path, id: str) -> _Remains:
        folder = out / f"{id}{_FAILED}"
        message, when, error = "it is not known how: the run left no error.txt", None, None
        try:
            with (folder / "error.txt").open(encoding="utf-8", errors="replace") as file:
                message = file.read(_ERROR_READ).partition("\n\n")[0]
            seconds = int((folder / "error.txt").stat().st_mtime)
            when, error = datetime.fromtimestamp(seconds, UTC), f"{folder.name}/error.txt"
        except OSError:
            pass
        notebook = f"{folder.name}/report.ipynb" if (folder / "report.ipynb").is_file() else None
        return cls(message, when, notebook, error)


def _manifest(path: Path) -> dict[str, Any]:
    """Return a manifest, empty where it cannot be read: the report is listed all the same, without its date."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _moment(text: object) -> datetime | None:
    """Return a time as records hold it; one without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _place(row: ReportRow) -> tuple[int, float, str]:
    """Failures first, then what was not run, then the rest by date, newest first."""
    when = row.failure.when if row.failure else row.made
    rank = min(_ORDER.index(row.status), 2)
    return rank, -(when or _LONG_AGO).timestamp(), row.id


def _row(
    id: str,
    outcome: Outcome | None,
    report: _Standing | None,
    remains: _Remains | None,
    finished: datetime | None,
) -> ReportRow | None:
    status = _status(outcome, report, remains, finished)
    if status is None:
        return None
    made = report.made if report else None
    # What the batch said holds for the report that it made, not for one that was made since.
    recorded = outcome is not None and outcome.attempts > 0 and not _is_later(made, outcome.finished)
    said = outcome if recorded and outcome and outcome.status in ("made", "up_to_date") else None
    return ReportRow(
        id,
        report.title if report else id,
        status,
        language=report.language if report else FIRST_LANGUAGE,
        made=made,
        page=f"{id}/{report.page}" if report and report.page in report.files else None,
        files=tuple(f"{id}/{name}" for name in report.files if name != report.page) if report else (),
        why=said.why if said and said.why != NOT_MADE else "",
        changes=said.changes if said else None,
        first=said is not None and said.why == NOT_MADE and said.changes is None,
        recorded=said is not None,
        failure=_failure(outcome, remains) if status in ("failed", "not_run") else None,
    )


def _status(
    outcome: Outcome | None, report: _Standing | None, remains: _Remains | None, finished: datetime | None
) -> ReportStatus | None:
    """Say what became of a report: a finished run clears the remains of a failed one, so that remains are later."""
    made = report.made if report else None
    if outcome is None:
        return "failed" if remains else "made"
    if outcome.status in ("made", "up_to_date"):
        if remains:
            return "failed"
        if report is None:
            return None
        return "made" if finished and made and made > finished else outcome.status
    return outcome.status if remains or not _is_later(made, outcome.finished) else "made"


def _is_later(made: datetime | None, finished: str) -> bool:
    ended = _moment(finished)
    return made is not None and ended is not None and made > ended


def _failure(outcome: Outcome | None, remains: _Remains | None) -> Failure:
    """Return what the batch said of a failure, or what lies in the folder where that is newer or all there is."""
    command = outcome.command if outcome else ""
    if remains and (
        outcome is None or outcome.status in ("made", "up_to_date") or _is_later(remains.when, outcome.finished)
    ):
        return Failure(
            remains.message, when=remains.when, command=command, notebook=remains.notebook, error=remains.error
        )
    assert outcome is not None  # a report that failed is known by its record or by its remains
    # Parameters that cannot be used leave no notebook: what lies there then is of an older failure.
    notebook, error = (remains.notebook, remains.error) if remains and outcome.notebook else (None, None)
    return Failure(
        outcome.message,
        cell=outcome.cell or "",
        code=outcome.code,
        when=_moment(outcome.finished),
        command=command,
        notebook=notebook,
        error=error,
    )
