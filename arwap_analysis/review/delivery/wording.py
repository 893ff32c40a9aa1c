"""The words that the sections of a delivery report share: days, states, actions by their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from arwap_analysis.present.dates import write_date
from arwap_analysis.registers.plan import Action, ActionStatus
from arwap_analysis.review.delivery.findings import DeliveryFindings
from arwap_analysis.review.words import Words, in_languages_of

__all__ = ["PLAN_LANGUAGE", "DeliveryWords", "in_each_language", "short_text"]

PLAN_LANGUAGE = "en"
"""The language in which the register quotes the Plan, on pages in any language."""
_MOST_LETTERS = 110


def short_text(text: str) -> str:
    """Return the beginning of a text, whole words, with a mark where something was left out."""
    line = " ".join(text.split())
    if len(line) <= _MOST_LETTERS:
        return line
    return f"{line[:_MOST_LETTERS].rsplit(' ', 1)[0].rstrip(',;:')}\N{NO-BREAK SPACE}…"


class DeliveryWords(Words[DeliveryFindings]):
    """Fill sentences for one delivery report in one of its languages."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        status = self.findings.status
        since = self.findings.evidence.request.since
        return {
            "as_of": self.day(status.as_of),
            "since": self.day(date.fromisoformat(since)) if since else "",
            "actions": self.count(len(status.actions)),
            "published": self.day(min(action.published for action in self.findings.evidence.actions)),
        }

    def day(self, day: date | None) -> str:
        """Return a day in words; empty where there is none."""
        return "" if day is None else write_date(day, language=self.language)

    def count(self, number: int) -> str:
        """Return a number of actions."""
        return self.number(number, "count")

    def label(self, action: Action) -> str:
        """Return the number of an action, which sentences and charts name it by."""
        return str(self.findings.numbers[action.id])

    def state(self, state: str) -> str:
        """Return a state in words."""
        return self.say(f"delivery_state_{state}")

    def last_report(self, one: ActionStatus) -> str:
        """Return what was last reported on an action, and when."""
        if one.last_update is None:
            return self.say("delivery_no_report")
        status = self.say(f"delivery_status_{one.last_status}")
        if one.last_stage is not None:
            stage, stages = str(one.last_stage), str(len(one.stages))
            return self.say(
                "delivery_reported_stage", status=status, stage=stage, stages=stages, day=self.day(one.last_update)
            )
        return self.say("delivery_reported", status=status, day=self.day(one.last_update))

    def leads(self, action: Action) -> str:
        """Return the leads of an action as the Plan names them; who is missing is said by the table's own words."""
        return "; ".join(action.leading)

    def why(self, codes: Sequence[str]) -> str:
        """Return why a person has to look at an action."""
        return "; ".join(self.say(f"delivery_why_{code}") for code in codes)

    def heading(self, id: str) -> str:
        """Return the heading of a column of this report."""
        return self.say(f"delivery_column_{id}")


in_each_language = in_languages_of(DeliveryWords)
