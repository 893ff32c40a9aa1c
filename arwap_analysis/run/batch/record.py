"""What a batch did, report by report: for the table at its end, for schedulers, and for the next run."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from arwap_analysis.run.place import is_url, place_of

__all__ = ["RECORD", "BatchRecord", "Outcome", "Status", "read_record", "write_aside", "write_record"]

RECORD = "batch.json"

Status = Literal["made", "up_to_date", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report.

    Attributes
    ----------
    id, file, command
        The report, its parameters file, and the command that renders it alone.
    folder
        Where the report lies, or would lie.
    status
        made, up_to_date, failed, or not_run (the batch was stopped before).
    why
        Why it had to be made.
    seconds, attempts, finished
        How long it took, in how many attempts, and when it ended (ISO 8601, UTC).
    changes
        In words, what differs from the report that it replaced; None where there was none.
    left_behind
        Files that its notebook wrote into its working folder, which went with the run.
    code, message, cell, notebook
        Of a failure: a stable reason, what happened, in which cell, and where the failed notebook lies.
    """

    id: str
    file: str
    command: str
    folder: str
    status: Status
    why: str = ""
    seconds: float = 0.0
    attempts: int = 0
    finished: str = ""
    changes: tuple[str, ...] | None = None
    left_behind: tuple[str, ...] = ()
    code: str = ""
    message: str = ""
    cell: str | None = None
    notebook: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """The last batch in an outputs folder, and the last outcome of every report that a batch has made there.

    `kernels` says in words how kernels were started.
    """

    started: str
    finished: str
    workers: int
    kernels: str
    outcomes: tuple[Outcome, ...]


def read_record(folder: Path) -> BatchRecord | None:
    """Return the record of an outputs folder; None where there is none that can be read."""
    try:
        content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        outcomes = tuple(_outcome(entry) for entry in content.pop("outcomes"))
        return BatchRecord(**content, outcomes=outcomes)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcome(entry: dict[str, Any]) -> Outcome:
    known = {field.name for field in fields(Outcome)}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Outcome(**{name: value for name, value in values.items() if name in known})


def write_record(folder: Path, record: BatchRecord) -> None:
    """Write the record, with what earlier batches said of reports that this one did not have.

    A report that was up to date keeps what was said when it was made.
    """
    earlier = read_record(folder)
    known = {outcome.id: outcome for outcome in earlier.outcomes} if earlier else {}
    files = {outcome.file for outcome in record.outcomes}
    merged = {id: outcome for id, outcome in known.items() if _still_stands(outcome, files)}
    for outcome in record.outcomes:
        before = known.get(outcome.id)
        kept = before is not None and outcome.status == "up_to_date" and before.status in ("made", "up_to_date")
        merged[outcome.id] = replace(before, status="up_to_date") if kept and before else outcome
    whole = replace(record, outcomes=tuple(sorted(merged.values(), key=lambda outcome: outcome.id)))
    write_aside(folder / RECORD, json.dumps(asdict(whole), indent=1, ensure_ascii=False) + "\n")


def _still_stands(outcome: Outcome, files: set[str]) -> bool:
    """Say whether what an earlier batch said of a report is still worth knowing, `files` being those of this one."""
    if outcome.status in ("made", "up_to_date"):
        return place_of(outcome.folder).exists()
    # A file that could not be used is named by itself: it was mended since, or is gone.
    return outcome.file not in files and Path(outcome.file).exists()


def write_aside(path: Path, text: str) -> None:
    """Write a file beside its place and move it there whole; a store reached by URL takes files whole anyway."""
    if is_url(path):
        path.write_text(text, encoding="utf-8")
        return
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return those that were to be made and were not."""
    return [outcome for outcome in outcomes if outcome.status in ("failed", "not_run")]
