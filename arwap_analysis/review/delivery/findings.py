"""Gather what is known of the Plan's delivery, and work out everything that the report says, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arwap_analysis import analyse
from arwap_analysis.documents import load_model
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.project import find_project
from arwap_analysis.registers.plan import (
    Action,
    ActionStatus,
    PlanStatus,
    Update,
    change_between,
    count_by,
    delivery_over_time,
    plan_status,
    read_register,
    read_updates,
)
from arwap_analysis.review.delivery.request import Delivery, GoalLinks
from arwap_analysis.review.evidence import Evidence
from arwap_analysis.review.evidence import gather as gather_indicator
from arwap_analysis.review.request import Review
from arwap_analysis.texts import Text

__all__ = ["DeliveryEvidence", "DeliveryFindings", "assess_delivery", "gather_delivery"]

RATIO = "rate_ratio_trend"


@dataclass(frozen=True)
class DeliveryEvidence:
    """What a delivery report rests on: the request, the actions, the updates, and the indicators linked to goals.

    `linked` has the indicators of each goal, none where no goal is linked; `files` is every file that was read.
    """

    request: Delivery
    actions: tuple[Action, ...]
    updates: tuple[Update, ...]
    linked: Mapping[str, tuple[Evidence, ...]]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class DeliveryFindings:
    """Every result of a delivery report.

    Attributes
    ----------
    status, before : PlanStatus
        The Plan on the day of the report, and on that of the last meeting; the latter None where none was named.
    changes : DataFrame or None
        What became of each action in between.
    over_time, by_goal, by_area, by_lead : DataFrame
        Deadlines passed and met; actions in each state.
    movements : DataFrame
        One row a goal, linked indicator and group: whether the gap narrowed or widened.
    """

    evidence: DeliveryEvidence
    status: PlanStatus
    before: PlanStatus | None
    changes: pd.DataFrame | None
    over_time: pd.DataFrame
    by_goal: pd.DataFrame
    by_area: pd.DataFrame
    by_lead: pd.DataFrame
    movements: pd.DataFrame

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.evidence.request.language)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each action, by its id: its place in the register."""
        return {action.id: place for place, action in enumerate(self.evidence.actions, start=1)}

    def of(self, *states: str) -> tuple[ActionStatus, ...]:
        """Return the actions in any of the states."""
        return self.status.of(*states)


def gather_delivery(request: Delivery, *, project: Path | None = None) -> DeliveryEvidence:
    """Read the register, the updates and the links of goals to indicators.

    Parameters
    ----------
    request : Delivery
        What was asked for.
    project : Path, optional
        The project folder from which relative paths count; found from the working folder by default.

    Raises
    ------
    DataError, ParameterError
        For a file that is missing or cannot be trusted, with every fault.
    """
    root = find_project() if project is None else project
    files = [root / request.register_file]
    actions = read_register(files[0])
    updates: tuple[Update, ...] = ()
    if request.updates is not None:
        files.append(root / request.updates)
        updates = read_updates(files[-1])
    linked: Mapping[str, tuple[Evidence, ...]] = {}
    if request.goals is not None:
        files.append(root / request.goals)
        linked = _linked(load_model(files[-1], GoalLinks), actions, request, root)
    return DeliveryEvidence(request, actions, updates, linked, tuple(files))


def _linked(
    links: GoalLinks, actions: tuple[Action, ...], request: Delivery, root: Path
) -> Mapping[str, tuple[Evidence, ...]]:
    """Return the evidence of the indicators of each goal that a link names by its first words."""
    goals = list(dict.fromkeys(action.goal for action in actions if action.goal))
    linked: dict[str, tuple[Evidence, ...]] = {}
    faults = []
    for link in links.goals:
        named = [goal for goal in goals if goal.casefold().startswith(link.goal.strip().casefold())]
        if len(named) != 1 or named[0] in linked:
            message = "several goals begin so" if len(named) > 1 else "the register has no such goal"
            message = "the goal is linked twice" if named and named[0] in linked else message
            faults.append(
                Fault("unknown_goal", message, request.goals, column="goal", value=link.goal,
                      hint=did_you_mean(link.goal, goals, most=5) if goals else None)
            )  # fmt: skip
            continue
        linked[named[0]] = tuple(_indicator(id, request, root) for id in link.indicators)
    if faults:
        raise ParameterError(faults)
    return linked


def _indicator(id: str, request: Delivery, root: Path) -> Evidence:
    words = Text(en=id, cy=id)
    fields = {"review_id": request.review_id, "title": words, "question": words, "indicator": id}
    return gather_indicator(Review(**fields, data_folder=request.data_folder, language=request.language), project=root)  # type: ignore[arg-type]


def assess_delivery(evidence: DeliveryEvidence) -> DeliveryFindings:
    """Work out every result of the report: states, counts, changes, and whether linked indicators moved."""
    request = evidence.request
    status = plan_status(
        evidence.actions, evidence.updates, as_of=request.as_of, since=request.since, file=request.updates
    )
    before = None
    if request.since is not None:
        before = plan_status(evidence.actions, evidence.updates, as_of=request.since, leave_out_later=True)
    return DeliveryFindings(
        evidence=evidence,
        status=status,
        before=before,
        changes=None if before is None else change_between(before, status),
        over_time=delivery_over_time(status),
        by_goal=count_by(status, "goal"),
        by_area=count_by(status, "policy_area"),
        by_lead=count_by(status, "lead"),
        movements=_movements(evidence),
    )


def _movements(evidence: DeliveryEvidence) -> pd.DataFrame:
    """Return the trend of the gap of every linked indicator, beside the goal that it is linked to."""
    frames = []
    for goal, indicators in evidence.linked.items():
        for found in indicators:
            trends = analyse.trend_of_gap(
                found.table,
                reference_group=found.reference_group,
                per=found.card.per,
                confidence=0.95,
                correction="holm",
            )
            frames.append(trends[trends["measure"] == RATIO].assign(goal=goal))
    columns = ["goal", "indicator", "period", "group", "direction", "estimate", "lower", "upper", "method", "reason"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
