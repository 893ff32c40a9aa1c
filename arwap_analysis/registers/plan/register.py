"""The register of actions as a file: one row an action, readable by people, checked whenever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.registers.plan.actions import Action
from arwap_analysis.registers.plan.deadline import PLAN_PUBLISHED, Deadline
from arwap_analysis.registers.plan.leads import ROLES, Lead, read_leads
from arwap_analysis.registers.plan.read_deadlines import read_deadlines
from arwap_analysis.registers.plan.tables import csv_text, read_rows, write_whole

__all__ = ["COLUMNS", "DEFAULT_REGISTER", "read_register", "register_file", "write_deadlines", "write_register"]

DEFAULT_REGISTER = "plan_register.csv"
COLUMNS = (
    "id", "goal", "policy_area", "action", "outputs", "impact", "by_when", "deadlines", "lead_and_partners", "leads",
    "other", "settled", "settled_why", "published", "source", "line",
)  # fmt: skip
_REQUIRED = ("id", "action", "by_when", "deadlines")


def register_file(path: Path | None = None) -> Path:
    """Return the file that is meant: the one named, or plan_register.csv in the folder named or the working folder."""
    if path is None:
        return Path(DEFAULT_REGISTER)
    return path / DEFAULT_REGISTER if path.is_dir() else path


def write_deadlines(deadlines: Sequence[Deadline]) -> str:
    """Return deadlines in one cell: `2023-06-01/2023-08-31 season; ../.. ongoing`; two dots where there is no day."""
    return "; ".join(f"{d.earliest or '..'}/{d.latest or '..'} {d.rule}" for d in deadlines)


def _write_leads(leads: Sequence[Lead]) -> str:
    return "; ".join(f"{lead.role}: {lead.name}" for lead in leads)


def write_register(path: Path, actions: Sequence[Action]) -> None:
    """Write the register beside its place and move it there whole."""
    rows = [
        {
            **{name: getattr(a, name) for name in COLUMNS if hasattr(a, name)},
            "deadlines": write_deadlines(a.deadlines),
            "lead_and_partners": a.lead_text,
            "leads": _write_leads(a.leads),
        }
        for a in actions
    ]
    write_whole(path, csv_text(COLUMNS, rows))


def read_register(path: Path) -> tuple[Action, ...]:
    """Read a register, and refuse one that contradicts itself.

    Raises
    ------
    DataError
        With every row that has no id or no action, an id that stands twice, dates that cannot be read, a settled
        deadline without a reason, or a deadline other than the words beside it give.
    """
    file = register_file(path)
    faults: list[Fault] = []
    actions: list[Action] = []
    seen: dict[str, int] = {}
    for number, row in read_rows(file, columns=COLUMNS, required=_REQUIRED):
        found = [replace(fault, file=str(file), row=number) for fault in _row_faults(row)]
        if row["id"] in seen:
            hint = f"It stands in row {seen[row['id']]} already; the two contradict each other, so keep one."
            found.append(Fault("repeated_id", "the id stands twice", str(file), number, "id", row["id"], hint))
        seen.setdefault(row["id"], number)
        faults += found
        if not found:
            action = _action(row)
            actions.append(action)
            faults += _contradiction(action, row["deadlines"], str(file), number)
    if not actions and not faults:
        faults.append(Fault("no_actions", "the register has no action", str(file)))
    if faults:
        raise DataError(faults)
    return tuple(actions)


def _row_faults(row: dict[str, str]) -> list[Fault]:
    faults = []
    for column in ("id", "action"):
        if not row[column]:
            faults.append(Fault(f"no_{column}", f"the row has no {column}", column=column))
    for column in ("settled", "published"):
        if row[column] and _date(row[column]) is None:
            hint = "Write it as 2023-04-30."
            faults.append(Fault("no_date", "this is not a date", column=column, value=row[column], hint=hint))
    if bool(row["settled"]) != bool(row["settled_why"]):
        hint = "Fill in both: the date, and who settled it and why."
        faults.append(Fault("settled_without_reason", "a deadline is settled by a date and a reason", column="settled",
                            value=row["settled"] or row["settled_why"], hint=hint))  # fmt: skip
    if row["line"] and not row["line"].isdecimal():
        faults.append(Fault("no_number", "this is not a line of the text", column="line", value=row["line"]))
    for part in filter(None, row["leads"].split("; ")):
        role, colon, name = part.partition(": ")
        if role not in ROLES or not colon or not name.strip():
            hint = f"Write {' or '.join(f'{r}: NAME' for r in ROLES)}, apart by '; '."
            faults.append(Fault("no_lead", "this is not a lead with its role", column="leads", value=part, hint=hint))
    return faults


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _action(row: dict[str, str]) -> Action:
    published = _date(row["published"]) or PLAN_PUBLISHED
    leads, doubts = read_leads(row["lead_and_partners"])
    if _write_leads(leads) != row["leads"]:  # a person has corrected it, or partners had a column of their own
        parts = [part.partition(": ") for part in filter(None, row["leads"].split("; "))]
        leads, doubts = tuple(Lead(name.strip(), role) for role, _, name in parts), ()
    return Action(
        id=row["id"],
        action=row["action"],
        goal=row["goal"] or None,
        policy_area=row["policy_area"] or None,
        outputs=row["outputs"],
        impact=row["impact"],
        by_when=row["by_when"],
        lead_text=row["lead_and_partners"],
        deadlines=read_deadlines(row["by_when"], published=published),
        leads=leads,
        source=row["source"],
        line=int(row["line"] or 0),
        settled=_date(row["settled"]),
        settled_why=row["settled_why"],
        other=row["other"],
        doubts=doubts,
        published=published,
    )


def _contradiction(action: Action, written: str, file: str, row: int) -> list[Fault]:
    """Refuse a register whose dates are not what its words give: one of the two was changed without the other."""
    ours = write_deadlines(action.deadlines)
    if ours == written:
        return []
    message = f"the deadlines are not those that 'by_when' ({action.by_when!r}) gives: {ours or 'none'}"
    hint = "Import the text again, or write another deadline into 'settled', with the reason in 'settled_why'."
    return [Fault("contradicting_deadline", message, file, row, "deadlines", written, hint)]
