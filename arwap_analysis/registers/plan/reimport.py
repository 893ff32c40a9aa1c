"""Bring a text into a register that is there already: ids stay, and nothing that it holds is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.registers.plan.actions import Action, PlanImport, import_plan, make_id, normal
from arwap_analysis.registers.plan.deadline import PLAN_PUBLISHED
from arwap_analysis.registers.plan.register import read_register, register_file, write_register
from arwap_analysis.registers.plan.tables import decode, write_whole

__all__ = ["Change", "Merged", "import_file", "merge_actions"]

_TEXTS = ("goal", "policy_area", "action", "outputs", "impact", "by_when", "lead_text", "other")
_ALIKE = 0.85  # two texts of one action, one of them corrected; different actions of the Plan are below 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an action that a text gives otherwise than the register."""

    id: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A register after an import: all its actions, and what the import did to them.

    `added` are ids of new actions, `unchanged` of those that both have, `absent` of those that this text does not
    hold, which stay. `kept` is the file with the register as it was before changes were accepted.
    """

    actions: tuple[Action, ...]
    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    absent: tuple[str, ...]
    changes: tuple[Change, ...]
    kept: Path | None = None


def merge_actions(existing: Sequence[Action], read: Sequence[Action]) -> Merged:
    """Put what was read beside what the register holds; an action keeps its id, and what people settled.

    The same words are the same action; where none is, the most alike in the same goal is, from a likeness of 0.85 on.
    A cell that the text leaves empty never empties one that the register has.
    """
    partner = _matches(existing, read)
    result = list(existing)
    added, unchanged, changes = [], [], []
    for place, new in enumerate(read):
        if place not in partner:
            fresh = replace(new, id=make_id(new.action, (action.id for action in result)))
            result.append(fresh)
            added.append(fresh.id)
            continue
        old = existing[partner[place]]
        differing = [
            name for name in _TEXTS if (getattr(new, name) or "") and getattr(new, name) != getattr(old, name)
        ]  # fmt: skip
        if not differing:
            unchanged.append(old.id)
            continue
        changes += [
            Change(old.id, name, getattr(old, name) or "", getattr(new, name) or "") for name in differing
        ]  # fmt: skip
        values = {name: getattr(new, name) for name in differing}
        if "by_when" in differing:
            values["deadlines"] = new.deadlines
        if "lead_text" in differing:
            values |= {"leads": new.leads, "doubts": new.doubts}
        result[partner[place]] = replace(old, **values, source=new.source, line=new.line)
    gone = set(range(len(existing))) - set(partner.values())
    absent = tuple(existing[place].id for place in sorted(gone))
    return Merged(tuple(result), tuple(added), tuple(unchanged), absent, tuple(changes))


def _matches(existing: Sequence[Action], read: Sequence[Action]) -> dict[int, int]:
    """Return which action of the register each action that was read is; none twice."""
    partner: dict[int, int] = {}
    free = list(range(len(existing)))
    words = [normal(action.action) for action in existing]
    theirs = [normal(action.action) for action in read]
    for place in range(len(read)):
        same = [n for n in free if words[n] == theirs[place]]
        same.sort(key=lambda n: (existing[n].goal != read[place].goal, existing[n].by_when != read[place].by_when))
        if same:
            partner[place] = same[0]
            free.remove(same[0])
    for place, new in enumerate(read):
        if place in partner:
            continue
        alike = [
            (SequenceMatcher(None, words[n], theirs[place], autojunk=False).ratio(), n)
            for n in free
            if new.goal is None or existing[n].goal in (None, new.goal)
        ]
        if alike and max(alike)[0] >= _ALIKE:
            partner[place] = max(alike)[1]
            free.remove(max(alike)[1])
    return partner


def import_file(
    file: Path,
    *,
    register: Path | None = None,
    accept_changes: bool = False,
    published: date = PLAN_PUBLISHED,
) -> tuple[PlanImport, Merged]:
    """Read the Plan's text from a file into a register, which is made where there is none.

    Parameters
    ----------
    file : Path
        The text.
    register : Path, optional
        The register or its folder; plan_register.csv in the working folder by default.
    accept_changes : bool
        Whether texts of actions that the register has already may change. The register as it was stays beside it.
    published : date
        When the Plan was published.

    Raises
    ------
    DataError
        For a file without actions, a register that cannot be trusted, and for changes that nobody accepted: then
        nothing is written.
    """
    try:
        text = decode(file.read_bytes(), str(file))
    except OSError as error:
        raise DataError(Fault("cannot_read", f"cannot be read: {error.strerror or error}", str(file))) from None
    read = import_plan(text, source=file.name, published=published)
    path = register_file(register)
    existing = read_register(path) if path.exists() else ()
    merged = merge_actions(existing, read.actions)
    if merged.changes and not accept_changes:
        raise DataError(_refusals(merged, path, existing))
    if merged.changes:
        merged = replace(merged, kept=_keep(path))
    if merged.changes or merged.added:
        write_register(path, merged.actions)
    return read, merged


def _refusals(merged: Merged, path: Path, existing: Sequence[Action]) -> list[Fault]:
    rows = {action.id: place + 2 for place, action in enumerate(existing)}
    hint = "Import with --accept-changes to take it over; the register as it was is kept beside it."
    return [
        Fault("would_change", f"the text has it otherwise: {change.after!r}", str(path), rows[change.id], change.field,
              change.before, hint)
        for change in merged.changes
    ]  # fmt: skip


def _keep(path: Path) -> Path:
    """Leave a copy of the register as it is, under a name made of its content."""
    content = path.read_bytes()
    kept = path.with_name(f"{path.stem}.before-{hashlib.sha256(content).hexdigest()[:8]}{path.suffix}")
    if not kept.exists():
        write_whole(kept, content.decode("utf-8"))
    return kept
