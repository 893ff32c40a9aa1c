"""What a terminal says of an action: its state, and why a person has to look at it."""

from __future__ import annotations

from collections.abc import Mapping

from arwap_analysis.registers.plan.actions import Action
from arwap_analysis.registers.plan.deadline import RULES
from arwap_analysis.registers.plan.status import ActionStatus

__all__ = ["STATE_WORDS", "describe", "explain"]

STATE_WORDS: Mapping[str, str] = {
    "overdue": "overdue",
    "due": "due",
    "undated": "without a day",
    "delivered_on_time": "delivered on time",
    "delivered_late": "delivered late",
    "delivered_undated": "delivered, no day to hold it against",
    "withdrawn": "withdrawn",
}
_WHY: Mapping[str, str] = {
    "no_goal": "the text names no goal above it",
    "no_lead": "no lead is named",
    "no_deadline": "no deadline is given",
    "no_outputs": "no output is given",
    "no_outcome": "no impact is stated, so there is no measurable outcome",
    "no_measure": "the impact names no figure, measure or direction, so there is no measurable outcome",
}


def explain(action: Action) -> tuple[str, ...]:
    """Return in words why a person has to look at an action; empty where nobody has to."""
    said = []
    for code in action.attention:
        if code in _WHY:
            said.append(_WHY[code])
        elif code == "doubtful_reading":
            said += [*action.doubts, *([f"more stands in the row: {action.other!r}"] if action.other else [])]
        else:
            said += [
                _deadline(d.text, d.rule, d.doubt) for d in action.deadlines if d.needs_attention or not d.is_dated
            ]
    return tuple(dict.fromkeys(said))


def _deadline(text: str, rule: str, doubt: str) -> str:
    why = doubt or RULES[rule].rstrip(".").lower()
    return f"deadline {text!r} was not read: {why}" if rule == "unread" else f"deadline {text!r}: {why}"


def describe(one: ActionStatus) -> str:
    """Return the state of an action in words, with its days."""
    stage = f", deadline {one.last_stage}" if one.last_stage else ""
    told = f"; last report {one.last_update}: {one.last_status}{stage}" if one.last_update else "; no update"
    leads = f"; {', '.join(one.action.leading)}" if one.action.leading else "; no lead"
    if one.state == "overdue":
        words = f"overdue by {one.days_overdue} days ({one.deadline})"
    elif one.state == "due":
        words = (
            f"due in {one.days_left} days ({one.deadline})" if one.days_left else f"due on that day ({one.deadline})"
        )
    elif one.state == "delivered_late":
        words = f"delivered on {one.delivered_on}, {one.days_late} days late ({one.deadline})"
    elif one.state.startswith("delivered"):
        words = f"{STATE_WORDS[one.state]}, on {one.delivered_on}"
        words += "" if one.evidence else "; no evidence linked"
    elif one.state == "undated":
        words = f"no day: {one.action.by_when!r}" if one.action.by_when else "no deadline given"
    else:
        words = STATE_WORDS[one.state]
    stages = (
        f"; {sum(s.met_on is not None for s in one.stages)} of {len(one.stages)} deadlines met"
        if len(one.stages) > 1
        else ""
    )
    return words + stages + leads + told
