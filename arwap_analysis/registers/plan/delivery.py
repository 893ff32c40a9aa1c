"""A status of the Plan as tables: by goal, policy area and lead, over time, and what changed since an earlier day."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import pandas as pd

from arwap_analysis.registers.plan.status import STATES, ActionStatus, PlanStatus

__all__ = ["change_between", "count_by", "delivery_over_time", "status_dict", "status_table"]

By = Literal["goal", "policy_area", "lead"]


def status_table(status: PlanStatus) -> pd.DataFrame:
    """Return one row an action: what it is, its state and days, who leads it, and what is not known of it."""
    frame = pd.DataFrame([_row(one) for one in status.actions])
    return frame.astype(dict.fromkeys(("days_overdue", "days_left", "days_late"), "Int64"))


def _row(one: ActionStatus) -> dict[str, Any]:
    action = one.action
    return {
        "id": action.id,
        "action": action.action,
        "goal": action.goal,
        "policy_area": action.policy_area,
        "leads": "; ".join(action.leading),
        "partners": "; ".join(lead.name for lead in action.leads if lead.role == "partner"),
        "by_when": action.by_when,
        "deadline": one.deadline,
        "strict_deadline": one.strict_deadline,
        "deadlines": len(one.stages),
        "deadlines_met": sum(stage.met_on is not None for stage in one.stages),
        "state": one.state,
        "days_overdue": one.days_overdue,
        "days_left": one.days_left,
        "days_late": one.days_late,
        "delivered_on": one.delivered_on,
        "last_update": one.last_update,
        "last_status": one.last_status,
        "no_update": one.no_update,
        "quiet": one.quiet,
        "evidence": one.evidence,
        "outcome": action.outcome,
        "attention": "; ".join(action.attention),
    }


def count_by(status: PlanStatus, by: By) -> pd.DataFrame:
    """Count the actions in each state by goal, by policy area or by lead.

    Parameters
    ----------
    by : {"goal", "policy_area", "lead"}
        An action with two leads counts under each, so the rows of leads can add up to more than the actions.

    Returns
    -------
    DataFrame
        One row a goal, area or lead, in the order of the Plan; the one without any has None and comes last. Columns:
        `by`, `actions`, one for each state, `no_update`, and `longest_overdue` in days (missing where nothing is).
    """
    groups: dict[str | None, tuple[str | None, list[ActionStatus]]] = {}
    for one in status.actions:
        for name in _groups(one, by):
            key = None if name is None else " ".join(name.casefold().split())
            groups.setdefault(key, (name, []))[1].append(one)
    order = sorted(groups, key=lambda key: key is None)
    rows = [_counts(*groups[key]) for key in order]
    found = pd.DataFrame(rows).astype({"longest_overdue": "Int64"})
    return found.assign(by=pd.Series([row["by"] for row in rows], dtype=object))


def _groups(one: ActionStatus, by: By) -> tuple[str | None, ...]:
    if by == "lead":
        return one.action.leading or (None,)
    return (one.action.goal if by == "goal" else one.action.policy_area,)


def _counts(name: str | None, found: list[ActionStatus]) -> dict[str, Any]:
    days = [one.days_overdue for one in found if one.days_overdue is not None]
    return {
        "by": name,
        "actions": len(found),
        **{state: sum(one.state == state for one in found) for state in STATES},
        "no_update": sum(one.no_update for one in found),
        "longest_overdue": max(days) if days else None,
    }


def delivery_over_time(status: PlanStatus) -> pd.DataFrame:
    """Return how many deadlines had passed, and how many had been met, day by day where either changed.

    Returns
    -------
    DataFrame
        `day`, `due` (deadlines whose last day is that day or earlier, those to come among them) and `met` (missing
        after the day of the status). Actions that were withdrawn do not count.
    """
    stages = [stage for one in status.actions if one.state != "withdrawn" for stage in one.stages]
    begins = min(one.action.published for one in status.actions)
    days = {begins, status.as_of, *(stage.last_day for stage in stages)}
    days |= {stage.met_on for stage in stages if stage.met_on}
    rows = [
        {
            "day": day,
            "due": sum(stage.last_day <= day for stage in stages),
            "met": sum(stage.met_on is not None and stage.met_on <= day for stage in stages)
            if day <= status.as_of
            else None,
        }
        for day in sorted(days)
    ]
    return pd.DataFrame(rows).astype({"met": "Float64"})


def change_between(before: PlanStatus, now: PlanStatus) -> pd.DataFrame:
    """Return what became of each action between two days: one row for each that is worth a word.

    Returns
    -------
    DataFrame
        `id`, `change` (became_overdue, delivered_late, delivered_on_time, delivered_undated, withdrawn, reopened, or
        still_overdue), `before` and `now` (states), `days_overdue`, `quiet` (no report between the two days).
    """
    was = {one.action.id: one for one in before.actions}
    rows = []
    for one in now.actions:
        earlier = was[one.action.id]
        change = _change(earlier, one)
        if change:
            quiet = one.last_update is None or one.last_update <= before.as_of
            rows.append(
                {"id": one.action.id, "change": change, "before": earlier.state, "now": one.state,
                 "days_overdue": one.days_overdue, "quiet": quiet}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "change", "before", "now", "days_overdue", "quiet"])


def _change(earlier: ActionStatus, one: ActionStatus) -> str:
    if one.state == earlier.state:
        return "still_overdue" if one.state == "overdue" else ""
    if earlier.state.startswith(("delivered", "withdrawn")) and one.is_open:
        return "reopened"
    if one.state == "overdue":
        return "became_overdue"
    return one.state if one.state.startswith(("delivered", "withdrawn")) else ""


def status_dict(status: PlanStatus) -> dict[str, Any]:
    """Return a status as plain values for JSON: days as text, what is missing as None."""
    actions = [{name: _plain(value) for name, value in _row(one).items()} for one in status.actions]
    for entry, one in zip(actions, status.actions, strict=True):
        entry["stages"] = [
            {"text": stage.deadline.text, "rule": stage.deadline.rule, "earliest": _plain(stage.deadline.earliest),
             "latest": _plain(stage.last_day), "met_on": _plain(stage.met_on),
             "days_overdue": (status.as_of - stage.last_day).days if stage.is_overdue(status.as_of) else None}
            for stage in one.stages
        ]  # fmt: skip
        entry["dates_in_text"] = [
            {"column": column, "text": found.text, "latest": _plain(found.latest)}
            for column, found in one.action.milestones
        ]
        entry["attention"] = list(one.action.attention)
    return {
        "as_of": str(status.as_of),
        "since": _plain(status.since),
        "updates": status.updates,
        "updates_left_out": status.left_out,
        "counts": {**status.counts, "actions": len(status.actions),
                   "no_update": sum(one.no_update for one in status.actions),
                   "no_lead": sum(not one.action.leading for one in status.actions),
                   "no_measurable_outcome": sum(one.action.outcome != "measure_named" for one in status.actions)},
        "actions": actions,
        **{f"by_{by}": _records(count_by(status, by)) for by in ("goal", "policy_area", "lead")},
    }  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
