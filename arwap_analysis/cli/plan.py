"""Commands on the Plan's actions: plan import, plan update, plan status."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from arwap_analysis.cli.app import app, console, counted, print_list

if TYPE_CHECKING:
    from arwap_analysis.registers.plan import Action, Merged, PlanImport, PlanStatus

_plan = typer.Typer(no_args_is_help=True, help="Keep the Plan's actions, and say what is delivered, due and overdue.")
app.add_typer(_plan, name="plan")

_Register = Annotated[
    Path | None,
    typer.Option("--register", help="The register or its folder; plan_register.csv in the working folder otherwise."),
]
_Updates = Annotated[
    Path | None,
    typer.Option("--updates", help="CSV of updates; plan_updates.csv beside the register, where it is there."),
]


@_plan.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="The Plan's text, its tables with tabs between cells.", show_default=False)
    ],
    register: _Register = None,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="Let the text change actions that the register has already.")
    ] = False,
    published: Annotated[
        str, typer.Option("--published", help="When the Plan was published; some deadlines count from it.")
    ] = "2022-06-07",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was read as JSON.")] = False,
) -> None:
    """Read the Plan's action tables into the register, and list every row that needs a person.

    Ids of actions stay when a text is imported again. A text that would change what the register holds is refused,
    and nothing is written, unless --accept-changes is given; then the register as it was stays beside it.

    Example: arwap plan import plan.txt
    """
    from arwap_analysis.registers.plan import import_file, register_file
    from arwap_analysis.registers.plan.status import read_day

    read, merged = import_file(
        file, register=register, accept_changes=accept_changes, published=read_day(published, "--published")
    )
    path = register_file(register)
    if as_json:
        typer.echo(json.dumps(_import_dict(read, merged, path), indent=2, ensure_ascii=False))
        return
    _print_import(read)
    if merged.kept:
        console.print(f"The register as it was: {escape(str(merged.kept))}", soft_wrap=True)
    typer.echo(
        f"{path}: {counted(len(merged.actions), 'action')}, {len(merged.added)} new, {len(merged.unchanged)} as "
        f"before, {len({change.id for change in merged.changes})} changed, {len(merged.absent)} not in this text"
    )


def _facts(read: PlanImport) -> dict[str, int]:
    deadlines = [deadline for action in read.actions for deadline in action.deadlines]
    return {
        "tables": read.tables,
        "goals": len(read.goals),
        "headings": len(read.headings),
        "actions": len(read.actions),
        "deadlines read": sum(deadline.is_dated for deadline in deadlines),
        "deadlines without a day": sum(not d.is_dated and d.rule != "unread" for d in deadlines),
        "deadlines not read": sum(deadline.rule == "unread" for deadline in deadlines),
        "actions without a deadline": sum(not action.deadlines for action in read.actions),
        "leads": len({name.casefold() for action in read.actions for name in action.leading}),
        "actions without a lead": sum(not action.leading for action in read.actions),
    }


def _print_import(read: PlanImport) -> None:
    print_list("Read", [(name, str(number)) for name, number in _facts(read).items()])
    print_list("Goals", [(f"line {line}", goal) for goal, line in read.goals])
    print_list("Headings", [(f"line {line}", heading) for heading, line in read.headings])
    lines = []
    for action in read.actions:
        lines.append((action.id, _short(action.action, 90)))
        lines += [("", f"{_days(d)}  {d.text!r}: {d.rule}") for d in action.deadlines]
        lines += [("", "; ".join(f"{lead.role} {lead.name}" for lead in action.leads) or "no lead")]
    print_list("Actions", lines)
    print_list(
        "Needs a person",
        [*_needs(read.actions), *((f"line {r.line}", f"{r.message}: {_short(r.text, 90)}") for r in read.remarks)],
    )


def _needs(actions: tuple[Action, ...]) -> list[tuple[str, str]]:
    from arwap_analysis.registers.plan.words import explain

    return [(action.id, text) for action in actions for text in explain(action)]


def _days(deadline: Any) -> str:
    return f"{deadline.earliest or '..'} to {deadline.latest or '..'}"


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _import_dict(read: PlanImport, merged: Merged, path: Path) -> dict[str, Any]:
    ids = iter(_ids(read, merged))
    return {
        "register": str(path),
        "read": {name.replace(" ", "_"): number for name, number in _facts(read).items()},
        "added": list(merged.added),
        "unchanged": list(merged.unchanged),
        "absent": list(merged.absent),
        "goals": [{"goal": goal, "line": line} for goal, line in read.goals],
        "actions": [_action_dict(action, next(ids)) for action in read.actions],
        "remarks": [{"code": r.code, "line": r.line, "message": r.message, "text": r.text} for r in read.remarks],
    }


def _ids(read: PlanImport, merged: Merged) -> list[str]:
    """Return the id in the register of each action that was read."""
    from arwap_analysis.registers.plan.actions import normal

    places: dict[str, list[str]] = {}
    for action in merged.actions:
        places.setdefault(normal(action.action), []).append(action.id)
    return [places[normal(action.action)].pop(0) for action in read.actions]


def _action_dict(action: Action, id: str) -> dict[str, Any]:
    from arwap_analysis.registers.plan.words import explain

    return {
        "id": id,
        "line": action.line,
        "goal": action.goal,
        "policy_area": action.policy_area,
        "action": action.action,
        "outputs": action.outputs,
        "impact": action.impact,
        "by_when": action.by_when,
        "deadlines": [
            {"text": d.text, "rule": d.rule, "earliest": d.earliest and str(d.earliest),
             "latest": d.latest and str(d.latest), "every_months": d.every_months, "doubt": d.doubt, "label": d.label}
            for d in action.deadlines
        ],
        "leads": [
            {"name": lead.name, "role": lead.role, "relation": lead.relation, "task": lead.task}
            for lead in action.leads
        ],
        "attention": list(action.attention),
        "attention_in_words": list(explain(action)),
    }  # fmt: skip


@_plan.command("update")
def update(
    action: Annotated[str, typer.Argument(help="Id of the action, as the register has it.", show_default=False)],
    status: Annotated[
        str,
        typer.Option(
            help="not_started, started, in_progress, on_track, at_risk, delayed, delivered, withdrawn or reopened."
        ),
    ],
    date_: Annotated[str, typer.Option("--date", help="The day that is reported, such as 2023-04-30.")],
    who: Annotated[str, typer.Option(help="Who reports it: an office or a person.")],
    evidence: Annotated[str, typer.Option(help="Link to the evidence.")] = "",
    note: Annotated[str, typer.Option(help="A note.")] = "",
    stage: Annotated[int | None, typer.Option(min=1, help="Which deadline of several was met; 1 is the first.")] = None,
    register: _Register = None,
    updates: _Updates = None,
) -> None:
    """Append one status to the history of an action, after checking it against all that was reported before.

    Example: arwap plan update facilitate_bespoke_opportunities_7523 --status started --date 2023-01-16 --who "Public
    Bodies Unit"
    """
    from arwap_analysis.registers.plan import DEFAULT_UPDATES, Update, add_update, read_register, register_file
    from arwap_analysis.registers.plan.status import read_day

    path = register_file(register)
    actions = read_register(path)
    file = updates or path.with_name(DEFAULT_UPDATES)
    one = Update(read_day(date_, "--date"), action, status, who, evidence, note, stage)
    add_update(file, one, actions, today=date.today())
    typer.echo(f"{file}: {action} {status} on {date_}")


@_plan.command("status")
def status_(
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day to ask about, such as 2023-04-30; today otherwise.")
    ] = None,
    register: _Register = None,
    updates: _Updates = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Day of the last meeting: says what changed, and who has not reported."),
    ] = None,
    leave_out_later: Annotated[
        bool, typer.Option("--leave-out-later", help="Leave updates after the day out, to look back.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row an action as CSV.")] = False,
) -> None:
    """Say what is due, overdue and delivered on a day, and what nobody has reported on.

    A deadline of that day is due, not overdue. Without updates everything past its deadline is overdue, as far as is
    known.

    Example: arwap plan status --as-of 2026-11-24
    """
    from arwap_analysis.registers.plan import (
        DEFAULT_UPDATES,
        plan_status,
        read_register,
        read_updates,
        register_file,
        status_dict,
        status_table,
    )

    path = register_file(register)
    actions = read_register(path)
    beside = path.with_name(DEFAULT_UPDATES)
    file = updates or (beside if beside.exists() else None)
    history = read_updates(file) if file else ()
    options: dict[str, Any] = {"leave_out_later": leave_out_later, "file": str(file) if file else None}
    found = plan_status(actions, history, as_of=as_of or date.today(), since=since, **options)
    if as_json:
        typer.echo(json.dumps(status_dict(found), indent=2, ensure_ascii=False))
    elif as_csv:
        from arwap_analysis.registers.plan.tables import csv_text

        table = status_table(found).astype(object)
        rows = table.where(table.notna(), None).to_dict("records")
        typer.echo(csv_text(list(table.columns), [{str(k): v for k, v in row.items()} for row in rows]), nl=False)
    else:
        earlier = plan_status(actions, history, as_of=since, leave_out_later=True) if since else None
        _print_status(found, earlier, path, file)


def _print_status(found: PlanStatus, earlier: PlanStatus | None, register: Path, updates: Path | None) -> None:
    from arwap_analysis.registers.plan import change_between, count_by
    from arwap_analysis.registers.plan.words import STATE_WORDS, describe

    told = f"{counted(found.updates, 'update')} in {updates}" if updates else "no updates recorded"
    told += f", {found.left_out} later left out" if found.left_out else ""
    typer.echo(f"{counted(len(found.actions), 'action')} of {register} as of {found.as_of}; {told}")
    lines = [(STATE_WORDS[state], str(number)) for state, number in found.counts.items() if number]
    never = sum(one.no_update for one in found.actions)
    print_list("State", [*lines, ("no update ever", str(never))])
    for heading, states in (("Overdue", ("overdue",)), ("Due", ("due",)), ("Without a day", ("undated",)),
                            ("Delivered", ("delivered_on_time", "delivered_late", "delivered_undated")),
                            ("Withdrawn", ("withdrawn",))):  # fmt: skip
        if ones := found.of(*states):
            print_list(heading, [(one.action.id, describe(one)) for one in ones])
    if earlier is not None:
        rows = change_between(earlier, found).to_dict("records")
        changes = [(str(row["id"]), str(row["change"]).replace("_", " ")) for row in rows]
        print_list(f"Since {earlier.as_of}", changes)
        quiet = [(one.action.id, "") for one in found.actions if one.is_open and one.quiet]
        print_list(f"Open, and no report since {earlier.as_of}", quiet)
    for by in ("goal", "policy_area", "lead"):
        rows = count_by(found, by).to_dict("records")
        print_list(
            f"By {by.replace('_', ' ')}", [(_short(row["by"] or "none stated", 70), _tally(row)) for row in rows]
        )
    inside = [
        (
            one.action.id,
            f"{d.text!r} in {column}, {'passed' if d.latest and d.latest < found.as_of else 'ahead'} ({d.latest})",
        )
        for one in found.actions
        for column, d in one.action.milestones
    ]
    print_list("Dates inside the text, not followed apart", inside)
    print_list("Needs a person", _needs(tuple(one.action for one in found.actions)))


def _tally(row: dict[Any, Any]) -> str:
    from arwap_analysis.registers.plan.words import STATE_WORDS

    parts = [f"{row[state]} {words}" for state, words in STATE_WORDS.items() if row[state]]
    return f"{counted(row['actions'], 'action')}: {', '.join(parts)}"
