"""What a deadline is once it has been read: two dates, the rule that read it, and what another reader could object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["PLAN_PUBLISHED", "RULES", "SENEDD_TERMS", "Deadline"]

PLAN_PUBLISHED = date(2022, 6, 7)
"""The day on which the Welsh Government published the Anti-racist Wales Action Plan."""

SENEDD_TERMS = ((date(2021, 5, 6), date(2026, 5, 7)),)
"""Terms of the Senedd, from one ordinary election to the day of the next, as far as they are known."""

RULES: Mapping[str, str] = {
    "day": "A day counts as itself; in figures the day comes first: 31/03/2024.",
    "month": "A month ends on its last day.",
    "part_of_month": "Early, mid and late in a month end on the 10th, the 20th and the last day.",
    "season": "Seasons are those of the Met Office: spring ends on 31 May, summer on 31 August, autumn on 30 November, "
    "winter on the last day of February of the year after.",
    "quarter": "A quarter of one year is a quarter of the calendar year.",
    "financial_quarter": "A quarter of two years, such as 2023-24, is a quarter of the financial year, from April.",
    "half_year": "The first half of a year ends on 30 June, the second on 31 December.",
    "part_of_year": "Early, mid and late in a year end on 31 March, 30 June and 31 December.",
    "end_of_period": "The end of a period is its last day.",
    "year": "A year ends on 31 December.",
    "years": "Years that do not follow each other run from 1 January of the first to 31 December of the last.",
    "financial_year": "Two years that follow each other are a financial year, which ends on 31 March.",
    "academic_year": "An academic year runs from 1 September to 31 August.",
    "span": "From one date to another ends with the last day of the second.",
    "before": "Before a period means up to the day before it begins.",
    "within": "A time from the Plan's publication, or from a date, is counted from its last day.",
    "senedd_term": "The term of the Senedd ends on the day of its next ordinary election.",
    "start": "A beginning is no deadline.",
    "recurring": "What comes again and again has no last day.",
    "ongoing": "What goes on has no last day.",
    "immediate": "At once names no day.",
    "not_set": "The deadline was still to be set.",
    "vague": "Short, medium and long term name no day.",
    "said_done": "That something is done is a claim, not a deadline.",
    "school_term": "School terms end on days that local authorities set.",
    "unread": "These words were not read.",
    "settled": "Settled by hand, with a reason.",
}
"""Every rule by its id, as a sentence; the last day that a rule gives counts as the deadline."""

_WITHOUT_DAY = ("start", "recurring", "ongoing", "immediate", "not_set", "vague", "said_done", "school_term", "unread")


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline as the Plan writes it, and the days that it may mean.

    Attributes
    ----------
    text : str
        The words that were read.
    rule : str
        Which of `RULES` read them.
    earliest : date or None
        The first day on which a strict reader could call the action late; None where no day is named. For a
        beginning, the day of it.
    latest : date or None
        The last day that the words allow. It counts as the deadline; None where there is none.
    every_months : int or None
        How often something comes again, where the words say so.
    doubt : str
        What another reader could take the words for; empty where nothing else comes to mind.
    label : str
        Words beside the date that say what is due then.
    """

    text: str
    rule: str
    earliest: date | None = None
    latest: date | None = None
    every_months: int | None = None
    doubt: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"there is no rule '{self.rule}'")
        if (self.latest is None) != (self.rule in _WITHOUT_DAY):
            raise ValueError(f"the rule '{self.rule}' does not go with the last day {self.latest}")
        if self.latest is not None and (self.earliest is None or self.earliest > self.latest):
            raise ValueError(f"a deadline cannot run from {self.earliest} to {self.latest}")

    @property
    def is_dated(self) -> bool:
        """Whether there is a day after which the action is overdue."""
        return self.latest is not None

    @property
    def needs_attention(self) -> bool:
        """Whether a person has to look at it: the words were not read, name no day, or allow another reading."""
        return bool(self.doubt) or self.rule in ("immediate", "not_set", "vague", "said_done", "school_term", "unread")
