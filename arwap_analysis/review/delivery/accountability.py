"""The exhibits on what can be held to account: what is missing, the implementation gap, all actions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.indicators import parse_period
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
from arwap_analysis.registers.plan import Deadline
from arwap_analysis.review.delivery.wording import PLAN_LANGUAGE, DeliveryWords, in_each_language, short_text

__all__ = ["show_all_actions", "show_dates_inside", "show_implementation_gap", "show_missing"]

_DELIVERED = ("delivered_on_time", "delivered_late", "delivered_undated")


@in_each_language
def show_missing(words: DeliveryWords) -> Exhibit:
    """Return every action that lacks a lead, a goal, a deadline that can be read, or something to measure."""
    actions = [action for action in words.findings.evidence.actions if action.attention]
    title = words.say("delivery_missing_title_none")
    if actions:
        title = words.say("delivery_missing_title", missing=words.count(len(actions)))
    rows = [
        {
            "number": words.label(action),
            "id": action.id,
            "action": short_text(action.action),
            "by_when": action.by_when,
            "codes": "; ".join(action.attention),
            "missing": words.why(action.attention),
        }
        for action in actions
    ]
    columns = ["number", "id", "action", "by_when", "codes", "missing"]
    return Exhibit(
        language=words.language,
        id="missing",
        title=title,
        subtitle=words.say("delivery_missing_subtitle"),
        caption=words.say("delivery_missing_caption"),
        source=words.say("delivery_source"),
        table=release_open(pd.DataFrame(rows, columns=columns)),
        columns=(
            Column("number", words.heading("number")),
            Column("action", words.heading("action"), language=PLAN_LANGUAGE),
            Column("by_when", words.heading("by_when"), language=PLAN_LANGUAGE),
            Column("missing", words.heading("missing")),
        ),
        caution=words.say("delivery_missing_caution"),
    )


@in_each_language
def show_implementation_gap(words: DeliveryWords) -> Exhibit:
    """Return, for each goal, what was delivered beside whether the gaps of its indicators moved."""
    findings = words.findings
    rows = [row for _, goal in findings.by_goal.iterrows() for row in _goal_rows(words, goal)]
    shown = pd.DataFrame(rows).astype({"actions": float, "delivered": float, "overdue": float})
    goals = sum(goal is not None for goal in findings.by_goal["by"])
    delivered = len(findings.of(*_DELIVERED))
    return Exhibit(
        language=words.language,
        id="implementation_gap",
        title=words.say(
            "delivery_gap_title",
            goals=words.count(goals),
            linked=words.count(len(findings.evidence.linked)),
            delivered=words.count(delivered),
        ),
        subtitle=words.say("delivery_gap_subtitle"),
        caption=words.say("delivery_gap_caption"),
        source=words.say("delivery_source"),
        table=release_open(shown),
        columns=(
            Column("goal", words.heading("goal"), language_from="goal_language"),
            Column("actions", words.heading("actions"), "count"),
            Column("delivered", words.heading("delivered"), "count"),
            Column("overdue", words.heading("overdue"), "count"),
            Column("indicator", words.heading("indicator")),
            Column("movement", words.heading("movement")),
        ),
        caution=words.say("delivery_gap_caution"),
    )


def _goal_rows(words: DeliveryWords, counts: pd.Series) -> list[dict[str, object]]:
    """Return a row for each indicator of a goal, or the one that says that none is linked."""
    goal = counts["by"]
    row = {
        "goal": goal or words.say("delivery_none_goal"),
        "goal_language": PLAN_LANGUAGE if goal else words.language,
        "actions": counts["actions"],
        "delivered": sum(counts[state] for state in _DELIVERED),
        "overdue": counts["overdue"],
    }
    linked = words.findings.evidence.linked.get(goal or "", ())
    if not linked:
        absent = "delivery_no_indicator" if goal else "delivery_no_goal_no_indicator"
        return [{**row, "indicator": "", "movement": words.say(absent)}]
    return [
        {**row, "indicator": found.card.title.within(words.language), "movement": _movement(words, goal, found.card.id)}
        for found in linked
    ]


def _movement(words: DeliveryWords, goal: str, indicator: str) -> str:
    """Say for which groups the gap of an indicator narrowed, widened, turned round or did not clearly change."""
    frame = words.findings.movements
    rows = frame[(frame["goal"] == goal) & (frame["indicator"] == indicator)]
    evidence = next(e for e in words.findings.evidence.linked[goal] if e.card.id == indicator)
    told: list[str] = []
    if rows.empty:
        return words.say("delivery_no_movement")
    for direction in ("closing", "widening", "reversed", "no_clear_change", "not_assessed"):
        codes = rows.loc[rows["direction"] == direction, "group"]
        if len(codes):
            groups = words.join(evidence.classification.group(code).short(words.language) for code in codes)
            told.append(words.say("delivery_moved", movement=words.say(f"finding_{direction}"), groups=groups))
    last = max(parse_period(period).end for period in evidence.table["period"].unique())
    if last < min(action.published for action in words.findings.evidence.actions):
        told.append(words.say("delivery_before_plan"))
    return words.say("delivery_moved_over", period=words.period(rows["period"].iloc[0]), movements="; ".join(told))


@in_each_language
def show_all_actions(words: DeliveryWords) -> Exhibit:
    """Return every action of the register, folded away until a reader opens it."""
    rows = [
        {
            "number": words.label(one.action),
            "id": one.action.id,
            "action": one.action.action,
            "goal": one.action.goal or "",
            "by_when": one.action.by_when,
            "days": _days(words, one.action.due),
            "leads": words.leads(one.action),
            "state": one.state,
            "state_label": words.state(one.state),
            "last_report": words.last_report(one),
        }
        for one in words.findings.status.actions
    ]
    return Exhibit(
        language=words.language,
        id="all_actions",
        title=words.say("delivery_all_title"),
        subtitle=words.say("delivery_all_subtitle"),
        caption=words.say("delivery_all_caption"),
        source=words.say("delivery_source"),
        table=release_open(pd.DataFrame(rows)),
        columns=(
            Column("number", words.heading("number")),
            Column("action", words.heading("action"), language=PLAN_LANGUAGE),
            Column("by_when", words.heading("by_when"), language=PLAN_LANGUAGE),
            Column("days", words.heading("deadline")),
            Column("leads", words.heading("leads"), language=PLAN_LANGUAGE),
            Column("state_label", words.heading("state")),
            Column("last_report", words.heading("report")),
        ),
        folded=True,
    )


def _days(words: DeliveryWords, due: Sequence[Deadline]) -> str:
    """Return the last days of the deadlines that count."""
    return "; ".join(words.day(deadline.latest) for deadline in due) or words.say("delivery_no_deadline")


@in_each_language
def show_dates_inside(words: DeliveryWords) -> Exhibit:
    """Return the dates that the texts of actions and outputs name, which the register does not follow."""
    rows = [
        {
            "number": words.label(action),
            "id": action.id,
            "column": column,
            "where": words.say(f"delivery_where_{column}"),
            "words": found.text,
            "deadline": str(found.latest),
            "last_day": words.day(found.latest),
        }
        for action in words.findings.evidence.actions
        for column, found in action.milestones
    ]
    columns = ["number", "id", "column", "where", "words", "deadline", "last_day"]
    return Exhibit(
        language=words.language,
        id="dates_inside",
        title=words.say("delivery_inside_title", dates=words.count(len(rows))),
        subtitle=words.say("delivery_inside_subtitle"),
        caption=words.say("delivery_inside_caption"),
        source=words.say("delivery_source"),
        table=release_open(pd.DataFrame(rows, columns=columns)),
        columns=(
            Column("number", words.heading("number")),
            Column("where", words.heading("where")),
            Column("words", words.heading("words"), language=PLAN_LANGUAGE),
            Column("last_day", words.heading("deadline")),
        ),
    )
