"""The sentences of a delivery report: what it looks at, main points, limits, rules and sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.delivery.wording import DeliveryWords, in_each_language

__all__ = [
    "describe_delivery",
    "describe_delivery_limits",
    "list_deadline_rules",
    "list_delivery_sources",
    "main_delivery_points",
]

_DELIVERED = ("delivered_on_time", "delivered_late", "delivered_undated")


@in_each_language
def describe_delivery(words: DeliveryWords) -> Statements:
    """Return what the report looks at, on which day, and what it knows."""
    status = words.findings.status
    lines = [words.say("delivery_about", updates=words.count(status.updates)), words.say("delivery_about_quoted")]
    if not status.updates:
        lines.append(words.say("delivery_no_updates"))
    return Statements("about", tuple(lines), role="methods", language=words.language)


@in_each_language
def main_delivery_points(words: DeliveryWords) -> Statements:
    """Return in a few sentences what is overdue, delivered and due, and what nobody can be held to."""
    lines = [*_states(words), *_reports(words), *_accountability(words)]
    return Statements("main_points", tuple(lines), language=words.language)


def _states(words: DeliveryWords) -> Iterator[str]:
    status = words.findings.status
    counts = {state: words.count(number) for state, number in status.counts.items()}
    overdue = words.findings.of("overdue")
    if overdue:
        days = words.count(overdue[0].days_overdue or 0)
        number = words.label(overdue[0].action)
        yield words.say("delivery_point_overdue", overdue=counts["overdue"], number=number, days=days)
    else:
        yield words.say("delivery_point_none_overdue")
    delivered = words.findings.of(*_DELIVERED)
    if delivered:
        yield words.say(
            "delivery_point_delivered",
            delivered=words.count(len(delivered)),
            on_time=counts["delivered_on_time"],
            late=counts["delivered_late"],
            undated=counts["delivered_undated"],
        )
    else:
        yield words.say("delivery_point_none_delivered")
    if bare := sum(not one.evidence for one in delivered):
        yield words.say("delivery_point_no_evidence", count=words.count(bare))
    if due := words.findings.of("due"):
        yield words.say("delivery_point_due", due=counts["due"], next=words.day(due[0].deadline))
    for state in ("undated", "withdrawn"):
        if status.counts[state]:
            yield words.say(f"delivery_point_{state}", **{state: counts[state]})


def _reports(words: DeliveryWords) -> Iterator[str]:
    findings = words.findings
    if not findings.status.updates:
        yield words.say("delivery_no_updates")
    elif silent := sum(one.no_update for one in findings.status.actions):
        yield words.say("delivery_point_silent", silent=words.count(silent))
    if findings.changes is not None:
        changes = Counter(findings.changes["change"])
        quiet = sum(bool(one.quiet) and one.is_open for one in findings.status.actions)
        yield words.say(
            "delivery_point_since",
            became=words.count(changes["became_overdue"]),
            delivered=words.count(sum(changes[state] for state in _DELIVERED)),
            quiet=words.count(quiet),
        )


def _accountability(words: DeliveryWords) -> Iterator[str]:
    actions = words.findings.evidence.actions
    yield words.say(
        "delivery_point_accountable",
        no_lead=words.count(sum(not action.leading for action in actions)),
        no_measure=words.count(sum(action.outcome != "measure_named" for action in actions)),
    )
    goals = {action.goal for action in actions if action.goal}
    linked = words.count(len(words.findings.evidence.linked))
    yield words.say("delivery_point_goals", goals=words.count(len(goals)), linked=linked)


@in_each_language
def describe_delivery_limits(words: DeliveryWords) -> Statements:
    """Return what a reader must not conclude from the report."""
    status = words.findings.status
    lines = [words.say("delivery_limit_excerpt")]
    if without := sum(one.action.goal is None for one in status.actions):
        lines.append(words.say("delivery_limit_goal", count=words.count(without)))
    strict = sum(one.state == "due" and (one.strict_deadline or status.as_of) < status.as_of for one in status.actions)
    lines += [
        words.say("delivery_limit_last_day", count=words.count(strict))
        if strict
        else words.say("delivery_limit_same_day"),
        words.say("delivery_limit_reports"),
        words.say("delivery_limit_people"),
        words.say("delivery_limit_delivery"),
    ]
    return Statements("limits", tuple(lines), role="limits", language=words.language)


@in_each_language
def list_deadline_rules(words: DeliveryWords) -> Statements:
    """Return the rules by which the deadlines of the register were read, each with how often."""
    used: Counter[str] = Counter()
    for action in words.findings.evidence.actions:
        read = action.deadlines if action.settled is None else action.due
        used.update(deadline.rule for deadline in read)
    lines = [
        words.say("delivery_rule_used", rule=words.say(f"delivery_rule_{rule}"), count=words.count(number))
        for rule, number in used.most_common()
    ]
    return Statements("rules", tuple(lines), role="methods", language=words.language)


@in_each_language
def list_delivery_sources(words: DeliveryWords) -> Statements:
    """Return where the actions, the updates and the linked indicators come from."""
    evidence = words.findings.evidence
    request = evidence.request
    lines = [words.say("delivery_source_register", file=request.register_file)]
    if request.updates:
        lines.append(words.say("delivery_source_updates", file=request.updates))
    else:
        lines.append(words.say("delivery_source_no_updates"))
    for found in {found.card.id: found for linked in evidence.linked.values() for found in linked}.values():
        title = found.card.title.within(words.language)
        lines.append(words.say("delivery_source_indicator", indicator=found.card.id, title=title))
    lines.append(words.say("delivery_source_disclosure"))
    return Statements("sources", tuple(lines), role="sources", language=words.language)
