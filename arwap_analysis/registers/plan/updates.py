"""What people report on actions: an append-only history of statuses, checked before anything relies on it."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from arwap_analysis.errors import DataError, Fault, did_you_mean
from arwap_analysis.registers.plan.actions import Action
from arwap_analysis.registers.plan.tables import column_name, csv_text, read_rows, write_whole

__all__ = ["DEFAULT_UPDATES", "STATUSES", "Update", "add_update", "check_updates", "read_updates"]

DEFAULT_UPDATES = "plan_updates.csv"
COLUMNS = ("date", "action", "status", "evidence", "who", "note", "stage")
_REQUIRED = ("date", "action", "status", "who")
_NAMES = {
    "evidence link": "evidence", "evidence_link": "evidence", "link": "evidence", "url": "evidence",
    "action id": "action", "action_id": "action", "id": "action", "reported by": "who", "by": "who",
    "notes": "note", "deadline": "stage",
}  # fmt: skip
STATUSES = (
    "not_started",
    "started",
    "in_progress",
    "on_track",
    "at_risk",
    "delayed",
    "delivered",
    "withdrawn",
    "reopened",
)
"""Not started, five words for under way, and three that end or reopen an action."""
_SAME = {"complete": "delivered", "completed": "delivered"}


@dataclass(frozen=True, slots=True)
class Update:
    """One report on one action.

    `stage` says of an action with several deadlines which of them was met (1 for the first); without it the whole
    action is meant. `row` is the row of the file as a spreadsheet shows it.
    """

    date: date
    action: str
    status: str
    who: str
    evidence: str = ""
    note: str = ""
    stage: int | None = None
    row: int = 0


def read_updates(path: Path) -> tuple[Update, ...]:
    """Read a file of updates; the order of its rows is the order of the history.

    Raises
    ------
    DataError
        With every row that lacks its date, action, status or reporter, or has one that cannot be read. Whether the
        history makes sense is for `check_updates` to say.
    """
    faults: list[Fault] = []
    updates = []
    for number, row in read_rows(path, columns=COLUMNS, required=_REQUIRED, names=_NAMES):
        found = list(_row_faults(row))
        faults += [replace(fault, file=str(path), row=number) for fault in found]
        if not found:
            updates.append(_update(row, number))
    if faults:
        raise DataError(faults)
    return tuple(updates)


def _status(text: str) -> str:
    word = re.sub(r"[\s-]+", "_", text.strip().casefold())
    return _SAME.get(word, word)


def _row_faults(row: dict[str, str]) -> Iterable[Fault]:
    try:
        if len(row["date"]) != 10:
            raise ValueError
        date.fromisoformat(row["date"])
    except ValueError:
        hint = "Write the day as 2023-04-30."
        yield Fault("no_date", "this is not a date", column="date", value=row["date"], hint=hint)
    if not row["action"]:
        yield Fault("no_action", "the row names no action", column="action")
    if _status(row["status"]) not in STATUSES:
        hint = did_you_mean(_status(row["status"]), STATUSES)
        yield Fault("unknown_status", "there is no such status", column="status", value=row["status"], hint=hint)
    if not row["who"]:
        yield Fault("no_reporter", "the row does not say who reports it", column="who",
                    hint="Name the office or the person; the report does not show it.")  # fmt: skip
    if row["stage"] and not (row["stage"].isdecimal() and int(row["stage"]) >= 1):
        hint = "Write 1 for the first deadline of the action."
        yield Fault("no_stage", "this is not the number of a deadline", column="stage", value=row["stage"], hint=hint)
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", row["evidence"], re.IGNORECASE)
    if scheme and scheme[1].casefold() in ("javascript", "data", "vbscript"):
        hint = "Link to a published page or document."
        yield Fault("no_link", "this is no link to evidence", column="evidence", value=row["evidence"][:60], hint=hint)


def _update(row: dict[str, str], number: int) -> Update:
    stage = int(row["stage"]) if row["stage"] else None
    return Update(
        date.fromisoformat(row["date"]), row["action"], _status(row["status"]), row["who"], row["evidence"],
        row["note"], stage, number,
    )  # fmt: skip


def check_updates(
    updates: Sequence[Update], actions: Sequence[Action], *, as_of: date | None = None, file: str | None = None
) -> tuple[Fault, ...]:
    """Return a fault for each update that cannot be true beside the register and the updates before it.

    Refused are unknown actions, dates before the Plan or after `as_of`, rows that stand twice, an update dated before
    an earlier row of its action, any status after withdrawn or delivered but for reopened, not started after started,
    reopened without a note or where nothing had ended, and a deadline that the action does not have.
    """
    known = {action.id: action for action in actions}
    faults: list[Fault] = []
    history: dict[str, list[Update]] = {}
    seen: dict[tuple[date, str, str, int | None], int] = {}
    for update in updates:
        found = list(_alone(update, known, as_of))
        key = (update.date, update.action, update.status, update.stage)
        if not found and key in seen:
            hint = f"It stands in row {seen[key]} already." if seen[key] else "It is recorded already."
            found.append(
                Fault("repeated_update", "the update stands in the file twice", value=update.action, hint=hint)
            )
        elif not found:
            found += _after(update, history.get(update.action, []))
        seen.setdefault(key, update.row)
        if not found:
            history.setdefault(update.action, []).append(update)
        faults += [replace(fault, file=file, row=update.row or None) for fault in found]
    return tuple(faults)


def _alone(update: Update, known: dict[str, Action], as_of: date | None) -> Iterable[Fault]:
    action = known.get(update.action)
    if action is None:
        hint = did_you_mean(update.action, tuple(known))
        yield Fault(
            "unknown_action", "the register has no such action", column="action", value=update.action, hint=hint
        )
        return
    if update.date < action.published:
        message = f"the date lies before the Plan was published on {action.published}"
        yield Fault("before_plan", message, column="date", value=str(update.date))
    if as_of is not None and update.date > as_of:
        message = f"the date lies after {as_of}, the day that is asked about"
        yield Fault("after_as_of", message, column="date", value=str(update.date),
                    hint="Ask about a later day, or leave later updates out with --leave-out-later.")  # fmt: skip
    if update.stage is not None and (update.status != "delivered" or update.stage > len(action.due)):
        message = f"a stage goes with 'delivered' and with one of the action's {len(action.due)} deadlines"
        yield Fault("no_such_stage", message, column="stage", value=str(update.stage))


def _after(update: Update, before: Sequence[Update]) -> Iterable[Fault]:
    """Yield what is wrong with an update after those that stand before it."""
    whole = [earlier for earlier in before if earlier.stage is None]
    state = whole[-1].status if whole else None
    if before and update.date < before[-1].date:
        message = f"the update goes back in time: row {before[-1].row} already tells of {before[-1].date}"
        yield Fault("back_in_time", message, column="date", value=str(update.date),
                    hint="Add rows in the order of their dates; the history is never rewritten.")  # fmt: skip
    if update.status == "reopened":
        if state not in ("delivered", "withdrawn"):
            yield Fault("not_ended", "only an action that was delivered or withdrawn can be reopened", column="status",
                        value=update.status)  # fmt: skip
        if not update.note:
            yield Fault("reopened_without_note", "reopening an action needs a note that says why", column="note")
    elif state in ("delivered", "withdrawn"):
        message = f"the action was {state} on {whole[-1].date}, so nothing but 'reopened' can follow"
        yield Fault(f"after_{state}", message, column="status", value=update.status)
    elif update.status == "not_started" and state not in (None, "not_started"):
        yield Fault("not_started_after", f"the action was {state} before", column="status", value=update.status)


def add_update(path: Path, update: Update, actions: Sequence[Action], *, today: date | None = None) -> None:
    """Append one update to a file of updates, which is made where there is none; earlier rows are never touched.

    Raises
    ------
    DataError
        Where the file or the update cannot be trusted, one after the other; then nothing is written.
    """
    existing = read_updates(path) if path.exists() else ()
    row = {"date": update.date, "action": update.action, "status": update.status, "evidence": update.evidence,
           "who": update.who, "note": update.note, "stage": update.stage}  # fmt: skip
    alone = list(_row_faults({name: "" if value is None else str(value) for name, value in row.items()}))
    if alone:
        raise DataError(alone)
    if faults := check_updates(existing, actions, file=str(path)):
        raise DataError(faults)
    if faults := check_updates([*existing, replace(update, row=0)], actions, as_of=today):
        raise DataError(faults)
    if not path.exists():
        write_whole(path, csv_text(COLUMNS, [row]))
        return
    _append(path, row)


def _append(path: Path, row: dict[str, object]) -> None:
    """Write one row at the end in one go, so that two who report at once lose nothing of each other's."""
    content = path.read_bytes()
    header = next(csv.reader([content.decode("utf-8-sig").splitlines()[0]]))
    columns = [column_name(name, _NAMES) for name in header]
    lacking = [name for name, value in row.items() if value not in (None, "") and name not in columns]
    if lacking:
        message = f"the file has no column for {', '.join(lacking)}"
        raise DataError(Fault("missing_column", message, str(path), 1, hint=f"Write: {','.join(COLUMNS)}"))
    text = csv_text(columns, [row], header=False)
    if content and not content.endswith((b"\n", b"\r")):
        text = "\n" + text
    handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    except OSError as error:
        raise DataError(Fault("cannot_write", f"cannot be written: {error.strerror}", str(path))) from None
    finally:
        os.close(handle)
