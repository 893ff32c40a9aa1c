"""How far the Plan is delivered on a day: due, overdue, delivered late or in time, and what nobody has reported on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from arwap_analysis.errors import DataError, Fault, ParameterError
from arwap_analysis.registers.plan.actions import Action, PlanImport
from arwap_analysis.registers.plan.deadline import Deadline
from arwap_analysis.registers.plan.updates import Update, check_updates

__all__ = ["STATES", "ActionStatus", "PlanStatus", "Stage", "plan_status", "read_day"]

STATES = (
    "overdue", "due", "undated", "delivered_on_time", "delivered_late", "delivered_undated", "withdrawn",
)  # fmt: skip
"""Overdue: a deadline has passed and was not met, as far as is known. Due: all that have not been met lie ahead, the
day asked about among them. Undated: the Plan names no day. The others as their names say."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deadline of an action: the day that counts, and when it was met."""

    deadline: Deadline
    met_on: date | None

    @property
    def last_day(self) -> date:
        """The last day that the deadline allows."""
        if self.deadline.latest is None:
            raise ValueError("a stage has a day")
        return self.deadline.latest

    def is_overdue(self, day: date) -> bool:
        """Whether the deadline had passed on a day without having been met."""
        return self.met_on is None and self.last_day < day


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """One action on the day that is asked about.

    Attributes
    ----------
    state : str
        One of `STATES`.
    deadline : date or None
        The deadline that the state is about: the first that was missed, the next that is due, or the last of an
        action that was delivered.
    strict_deadline : date or None
        The same on the strictest reading of the words.
    days_overdue, days_left, days_late : int or None
        Days after, or until, `deadline`; days between it and delivery.
    delivered_on : date or None
        When the whole action was reported as delivered.
    last_update, last_status, last_stage, evidence : date or None, str, int or None, str
        The last report on it, which of several deadlines it was about, and the last evidence that any linked to.
    quiet : bool or None
        Whether nobody has reported on it since the day of `since`; None where no such day was named.
    """

    action: Action
    state: str
    stages: tuple[Stage, ...] = ()
    deadline: date | None = None
    strict_deadline: date | None = None
    days_overdue: int | None = None
    days_left: int | None = None
    days_late: int | None = None
    delivered_on: date | None = None
    last_update: date | None = None
    last_status: str = ""
    last_stage: int | None = None
    evidence: str = ""
    quiet: bool | None = None

    @property
    def no_update(self) -> bool:
        """Whether nobody has ever reported on the action."""
        return self.last_update is None

    @property
    def is_open(self) -> bool:
        """Whether the action is neither delivered nor withdrawn."""
        return self.state in ("overdue", "due", "undated")


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """Every action of a register on one day.

    `left_out` is the number of updates after that day, which do not count.
    """

    as_of: date
    actions: tuple[ActionStatus, ...]
    updates: int
    since: date | None = None
    left_out: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many actions are in each state; states without an action are 0."""
        return {state: sum(one.state == state for one in self.actions) for state in STATES}

    def of(self, *states: str) -> tuple[ActionStatus, ...]:
        """Return the actions in any of the states, the longest overdue first, then by deadline."""
        found = [one for one in self.actions if one.state in states]
        return tuple(sorted(found, key=lambda one: (-(one.days_overdue or 0), one.deadline or date.max)))


def read_day(day: date | str, name: str) -> date:
    """Return a day that may be written as 2023-04-30; ParameterError for anything else."""
    if isinstance(day, date):
        return day
    try:
        if len(day) != 10:
            raise ValueError
        return date.fromisoformat(day)
    except ValueError:
        hint = "Write the day as 2023-04-30."
        what = f"{name.replace('_', ' ')} is not a date"
        raise ParameterError(Fault("no_date", what, value=day, hint=hint)) from None


def plan_status(
    register: PlanImport | Sequence[Action],
    updates: Sequence[Update] = (),
    *,
    as_of: date | str,
    since: date | str | None = None,
    leave_out_later: bool = False,
    file: str | None = None,
) -> PlanStatus:
    """Return what is due, overdue and delivered on a day.

    Parameters
    ----------
    register : PlanImport or sequence of Action
        The actions, as imported or as read from a register.
    updates : sequence of Update
        What was reported, in order; without any, everything past its deadline is overdue as far as is known.
    as_of : date or str
        The day; a deadline of that day is due and not overdue.
    since : date or str, optional
        For each action, say whether nobody has reported on it since that day.
    leave_out_later : bool
        Whether updates after the day are left out, to look back; otherwise they are refused.
    file : str, optional
        What to call the file of updates in faults.

    Raises
    ------
    DataError
        For updates that contradict the register or each other, each with its row.
    ParameterError
        For a day that is none, or one before the Plan.

    Notes
    -----
    An action with several deadlines is overdue when one of them has passed and was not met. A report of "delivered"
    without a stage meets all that were open; with a stage, the one that it names.
    """
    actions = register.actions if isinstance(register, PlanImport) else tuple(register)
    day = read_day(as_of, "as_of")
    from_day = None if since is None else read_day(since, "since")
    _refuse_days(actions, day, from_day)
    if faults := check_updates(updates, actions, as_of=None if leave_out_later else day, file=file):
        raise DataError(faults)
    counted = [update for update in updates if update.date <= day]
    history: dict[str, list[Update]] = {}
    for update in counted:
        history.setdefault(update.action, []).append(update)
    found = tuple(_one(action, history.get(action.id, []), day, from_day) for action in actions)
    return PlanStatus(day, found, len(counted), from_day, len(updates) - len(counted))


def _refuse_days(actions: Sequence[Action], day: date, since: date | None) -> None:
    if not actions:
        raise DataError(Fault("no_actions", "the register has no action"))
    if len({action.id for action in actions}) < len(actions):
        raise DataError(Fault("repeated_id", "two actions of the register have the same id"))
    published = min(action.published for action in actions)
    if day < published:
        message = f"on this day the Plan was not published; it was on {published}"
        raise ParameterError(Fault("before_plan", message, column="as_of", value=str(day)))
    if since is not None and since > day:
        message = f"this day lies after {day}, the day that is asked about"
        raise ParameterError(Fault("since_after_as_of", message, column="since", value=str(since)))


def _one(action: Action, history: Sequence[Update], day: date, since: date | None) -> ActionStatus:
    """Return the state of one action after its history."""
    whole = [update for update in history if update.stage is None]
    state = whole[-1].status if whole else ""
    delivered_on = whole[-1].date if state == "delivered" else None
    stages = tuple(
        Stage(deadline, _met_on(place, history, delivered_on)) for place, deadline in enumerate(action.due, start=1)
    )
    if delivered_on is None and stages and all(stage.met_on for stage in stages) and state != "withdrawn":
        delivered_on = max(stage.met_on for stage in stages if stage.met_on)
    last = history[-1] if history else None
    return ActionStatus(
        action,
        stages=stages,
        delivered_on=delivered_on,
        last_update=last.date if last else None,
        last_status=last.status if last else "",
        last_stage=last.stage if last else None,
        evidence=next((update.evidence for update in reversed(history) if update.evidence), ""),
        quiet=None if since is None else last is None or last.date <= since,
        **_state(stages, delivered_on, day, withdrawn=state == "withdrawn"),
    )


def _met_on(place: int, history: Sequence[Update], delivered_on: date | None) -> date | None:
    """Return when a deadline was met: when its own delivery was reported, or that of the whole action."""
    reopened = max((n for n, update in enumerate(history) if update.status == "reopened"), default=-1)
    own = [update.date for update in history[reopened + 1 :] if update.stage == place]
    return own[0] if own else delivered_on


def _state(stages: Sequence[Stage], delivered_on: date | None, day: date, *, withdrawn: bool) -> dict[str, Any]:
    if withdrawn:
        return {"state": "withdrawn"}
    if delivered_on is not None:
        return _delivered(stages, delivered_on)
    waiting = [stage for stage in stages if stage.met_on is None]
    if not waiting:
        return {"state": "undated"}
    missed = [stage for stage in waiting if stage.is_overdue(day)]
    first = min(missed or waiting, key=lambda stage: stage.last_day)
    days = {"deadline": first.last_day, "strict_deadline": first.deadline.earliest}
    if missed:
        return {"state": "overdue", **days, "days_overdue": (day - first.last_day).days}
    return {"state": "due", **days, "days_left": (first.last_day - day).days}


def _delivered(stages: Sequence[Stage], delivered_on: date) -> dict[str, Any]:
    """Hold a delivery against the deadlines: late when any of them was met after its day."""
    if not stages:
        return {"state": "delivered_undated"}
    last = max(stages, key=lambda stage: stage.last_day)
    late = max((((stage.met_on or delivered_on) - stage.last_day) for stage in stages), default=timedelta())
    days = {"deadline": last.last_day, "strict_deadline": last.deadline.earliest}
    if late > timedelta():
        return {"state": "delivered_late", **days, "days_late": late.days}
    return {"state": "delivered_on_time", **days, "days_late": 0}
