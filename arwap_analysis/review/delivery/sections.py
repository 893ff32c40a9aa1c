"""The exhibits of a delivery report on states: what is overdue, deadlines over time, who leads, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.present import charts
from arwap_analysis.present.exhibit import Exhibit, Statements
from arwap_analysis.present.tables import Column
from arwap_analysis.registers.plan import ActionStatus
from arwap_analysis.review.delivery.findings import DeliveryFindings
from arwap_analysis.review.delivery.wording import PLAN_LANGUAGE, DeliveryWords, in_each_language, short_text

__all__ = ["show_areas", "show_changes", "show_deadlines_over_time", "show_due", "show_leads", "show_overdue"]

_DELIVERED = ("delivered_on_time", "delivered_late", "delivered_undated")


@in_each_language
def show_overdue(words: DeliveryWords) -> Exhibit:
    """Return every overdue action, the longest first, with its lead and the last report on it."""
    overdue = words.findings.of("overdue")
    title = words.say("delivery_overdue_title_none")
    if overdue:
        days = words.count(overdue[0].days_overdue or 0)
        title = words.say("delivery_overdue_title", overdue=words.count(len(overdue)), days=days)
    days_overdue = Column("days_overdue", words.heading("days"), "count")
    caution = words.say("delivery_overdue_caution")
    return _listed(words, overdue, id="overdue", title=title, days=days_overdue, caution=caution)


@in_each_language
def show_due(words: DeliveryWords) -> Exhibit:
    """Return every action whose open deadlines lie ahead, the nearest first."""
    due = words.findings.of("due")
    title = words.say("delivery_due_title_none")
    if due:
        title = words.say("delivery_due_title", due=words.count(len(due)), next=words.day(due[0].deadline))
    days_left = Column("days_left", words.heading("left"), "count")
    return _listed(words, due, id="due", title=title, days=days_left, caution="")


def _listed(
    words: DeliveryWords, actions: Sequence[ActionStatus], *, id: str, title: str, days: Column, caution: str
) -> Exhibit:
    """Return a list of actions, with the days until or after their deadlines."""
    rows = [
        {**_quoted(words, one), days.name: getattr(one, days.name), "last_report": words.last_report(one)}
        for one in actions
    ]
    names = ["number", "id", "action", "by_when", "deadline", "last_day", "leads", days.name, "last_report"]
    return Exhibit(
        language=words.language,
        id=id,
        title=title,
        subtitle=words.say(f"delivery_{id}_subtitle"),
        caption=words.say(f"delivery_{id}_caption"),
        source=words.say("delivery_source"),
        table=release_open(pd.DataFrame(rows, columns=names)),
        columns=(
            Column("number", words.heading("number")),
            Column("action", words.heading("action"), language=PLAN_LANGUAGE),
            Column("last_day", words.heading("deadline")),
            days,
            Column("leads", words.heading("leads"), language=PLAN_LANGUAGE),
            Column("last_report", words.heading("report")),
        ),
        caution=caution,
    )


def _quoted(words: DeliveryWords, one: ActionStatus) -> dict[str, object]:
    """Return what tables say of an action: its number, and the Plan's own words."""
    action = one.action
    return {
        "number": words.label(action),
        "id": action.id,
        "action": short_text(action.action),
        "by_when": action.by_when,
        "deadline": None if one.deadline is None else str(one.deadline),
        "last_day": words.day(one.deadline),
        "leads": words.leads(action),
    }


@in_each_language
def show_deadlines_over_time(words: DeliveryWords) -> Exhibit:
    """Return how many deadlines had passed and how many were met, from the Plan's publication on."""
    findings = words.findings
    as_of = findings.status.as_of
    frame = findings.over_time
    now = frame[frame["day"] == as_of].iloc[0]
    values = {"due": words.count(int(now["due"])), "met": words.count(int(now["met"]))}
    total = words.count(int(frame["due"].max()))
    jumps = frame[frame["due"].diff() > 0]
    told = "; ".join(
        words.say("delivery_alt_value", day=words.day(row["day"]), count=words.count(int(row["due"])))
        for _, row in jumps.iterrows()
    )
    shown = pd.DataFrame(
        {
            "day": [str(day) for day in frame["day"]],
            "day_label": [words.day(day) for day in frame["day"]],
            "due": frame["due"].astype(float),
            "met": frame["met"].astype(float),
            "status": ["not_applicable" if missing else "published" for missing in frame["met"].isna()],
        }
    )
    table = release_open(shown)
    return Exhibit(
        language=words.language,
        id="deadlines_over_time",
        title=words.say("delivery_time_title", total=total, **values)
        if now["met"]
        else words.say("delivery_time_title_none", total=total, due=values["due"]),
        subtitle=words.say("delivery_time_subtitle"),
        alt=words.say(
            "delivery_time_alt",
            first=words.day(frame["day"].iloc[0]),
            last=words.day(frame["day"].iloc[-1]),
            total=total,
            values=told,
            **values,
        ),
        caption=words.say("delivery_time_caption"),
        source=words.say("delivery_source"),
        table=table,
        columns=(
            Column("day_label", words.heading("day")),
            Column("due", words.heading("passed"), "count"),
            Column("met", words.heading("met"), "count"),
        ),
        svg=charts.deadlines_over_time(
            table,
            as_of=as_of,
            as_of_label=words.say("delivery_as_of"),
            due=words.say("delivery_line_due"),
            met=words.say("delivery_line_met"),
            to_come=words.say("delivery_line_to_come"),
            axis=words.say("delivery_axis"),
            language=words.language,
        ),
        caution=words.say("delivery_time_caution"),
    )


@in_each_language
def show_leads(words: DeliveryWords) -> Exhibit:
    """Return the actions in each state by lead."""
    frame = words.findings.by_lead
    title = words.say("delivery_lead_title_none")
    if frame["overdue"].max() > 0:
        worst = frame.sort_values(["overdue", "actions"], ascending=False).iloc[0]
        title = words.say("delivery_lead_title", overdue=words.count(int(worst["overdue"])))
    about = (words.say("delivery_lead_subtitle"), words.say("delivery_lead_caption"))
    return _counted(words, frame, "lead", title, about)


@in_each_language
def show_areas(words: DeliveryWords) -> Exhibit:
    """Return the actions in each state by policy area."""
    frame = words.findings.by_area
    named = frame["by"].notna()
    late = frame["overdue"] > 0
    title = words.say(
        "delivery_area_title",
        overdue=words.count(int((late & named).sum())),
        areas=words.count(int(named.sum())),
        none=words.count(int(frame.loc[~named, "overdue"].sum())),
    )
    about = (words.say("delivery_area_subtitle"), words.say("delivery_area_caption"))
    return _counted(words, frame, "area", title, about)


def _counted(words: DeliveryWords, frame: pd.DataFrame, kind: str, title: str, about: tuple[str, str]) -> Exhibit:
    """Return a table of counts by lead or by policy area; the row without any says so in the page's language."""
    subtitle, caption = about
    none = words.say(f"delivery_none_{kind}")
    counts = ("actions", "overdue", "due", "delivered", "undated", "no_update")
    shown = frame.assign(
        by=[none if name is None else name for name in frame["by"]],
        by_language=[words.language if name is None else PLAN_LANGUAGE for name in frame["by"]],
        delivered=frame[list(_DELIVERED)].sum(axis=1),
    )
    shown = shown.sort_values(["overdue", "actions"], ascending=False, kind="stable").reset_index(drop=True)
    shown = shown.astype(dict.fromkeys((*counts, "longest_overdue"), float))
    undated = (Column("undated", words.heading("undated"), "count"),) if shown["undated"].any() else ()
    shown["status"] = "not_applicable"  # a group without an overdue action has no longest time
    return Exhibit(
        language=words.language,
        id=f"by_{kind}",
        title=title,
        subtitle=subtitle,
        caption=caption,
        source=words.say("delivery_source"),
        table=release_open(shown[["by", "by_language", *counts, "longest_overdue", "status"]]),
        columns=(
            Column("by", words.heading(kind), language_from="by_language"),
            Column("actions", words.heading("actions"), "count"),
            Column("overdue", words.heading("overdue"), "count"),
            Column("longest_overdue", words.heading("longest"), "count"),
            Column("due", words.heading("due"), "count"),
            Column("delivered", words.heading("delivered"), "count"),
            *undated,
            Column("no_update", words.heading("silent"), "count"),
        ),
    )


def show_changes(findings: DeliveryFindings) -> Exhibit | Statements:
    """Return what became of each action since the last meeting, or that no such day was given."""
    return _no_changes(findings) if findings.changes is None else _changes(findings)


@in_each_language
def _no_changes(words: DeliveryWords) -> Statements:
    """Return that no day of a last meeting was given."""
    return Statements("changes", (words.say("delivery_since_none"),), role="methods", language=words.language)


@in_each_language
def _changes(words: DeliveryWords) -> Exhibit:
    """Return what became of each action since the last meeting."""
    findings = words.findings
    changes = pd.DataFrame() if findings.changes is None else findings.changes
    counts = Counter(changes["change"])
    by_id = {one.action.id: one for one in findings.status.actions}
    rows = [
        {
            **_quoted(words, by_id[row["id"]]),
            "change": row["change"],
            "change_label": words.say(f"delivery_change_{row['change']}"),
            "days_overdue": row["days_overdue"],
            "quiet": words.say("delivery_quiet") if row["quiet"] else words.last_report(by_id[row["id"]]),
        }
        for row in changes.to_dict("records")
    ]
    columns = ["number", "id", "action", "leads", "change", "change_label", "days_overdue", "quiet"]
    shown = pd.DataFrame(rows, columns=columns).assign(status="not_applicable")
    return Exhibit(
        language=words.language,
        id="changes",
        title=words.say(
            "delivery_since_title",
            became=words.count(counts["became_overdue"]),
            delivered=words.count(sum(counts[state] for state in _DELIVERED)),
        ),
        subtitle=words.say("delivery_since_subtitle"),
        caption=words.say("delivery_since_caption"),
        source=words.say("delivery_source"),
        table=release_open(shown.astype({"days_overdue": float})),
        columns=(
            Column("number", words.heading("number")),
            Column("action", words.heading("action"), language=PLAN_LANGUAGE),
            Column("leads", words.heading("leads"), language=PLAN_LANGUAGE),
            Column("change_label", words.heading("change")),
            Column("days_overdue", words.heading("days"), "count"),
            Column("quiet", words.heading("report")),
        ),
    )
