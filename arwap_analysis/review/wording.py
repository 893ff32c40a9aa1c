"""The words that the sections of one review share: names of people and groups, units, and number styles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from arwap_analysis.areas import get_area
from arwap_analysis.present import numbers
from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.present.exhibit import Exhibit, Statements, with_translations
from arwap_analysis.present.phrases import phrase
from arwap_analysis.present.sentences import join_names, say
from arwap_analysis.review.evidence import Evidence, Findings
from arwap_analysis.review.period_names import period_name
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["Wording", "area_name", "in_each_language", "own_phrases"]

Shown = TypeVar("Shown", Exhibit, Statements)


def in_each_language(make: Callable[[Wording], Shown]) -> Callable[[Findings], Shown]:
    """Return a section that makes itself in every language of the review, the first in front."""

    def section(findings: Findings) -> Shown:
        first, *others = findings.evidence.request.language
        shown = make(Wording(findings, first))
        return with_translations(shown, *(make(Wording(findings, other)) for other in others))

    section.__doc__, section.__name__, section.__qualname__ = make.__doc__, make.__name__, make.__qualname__
    section.__module__ = make.__module__
    return section


def own_phrases(evidence: Evidence) -> Mapping[str, str]:
    """Return the Welsh that the cards of the sources bring for what their files say."""
    return {english: welsh for source in evidence.sources for english, welsh in source.card.phrases_cy.items()}


def area_name(evidence: Evidence, language: str) -> str:
    """Return the name of the review's area; in English as the card writes it, else from the register of areas."""
    area = evidence.numerator.card.area
    return area.name if language == FIRST_LANGUAGE else get_area(area.code).name_cy


@dataclass(frozen=True, slots=True)
class Wording:
    """Fill sentences for one review in one of its languages; every method returns text in that language."""

    findings: Findings
    language: str = FIRST_LANGUAGE

    @property
    def common(self) -> dict[str, str]:
        """The values that many sentences share."""
        evidence = self.findings.evidence
        periods = sorted(evidence.table["period"].unique())
        return {
            "event": evidence.card.numerator.counts.within(self.language),
            "population": evidence.card.denominator.counts.within(self.language),
            "per": self.number(evidence.card.per, "count"),
            "area": area_name(evidence, self.language),
            "period": self.period(evidence.focus_period),
            "first": self.period(periods[0]),
            "last": self.period(periods[-1]),
            "reference": self.label(evidence.reference_group),
            "reference_people": self.people(evidence.reference_group),
            "confidence": f"{100 * evidence.request.confidence:g}%",
        }

    def say(self, id: str, /, **values: str | int) -> str:
        """Return the sentence `id`, the common values filled in."""
        return say(id, language=self.language, **{**self.common, **values})

    def phrase(self, text: str) -> str:
        """Return what a text of the data says: a reason, a method, a check."""
        return phrase(text, language=self.language, own=own_phrases(self.findings.evidence))

    def number(self, value: float, style: str) -> str:
        """Return a number in one of the styles of `numbers.write`."""
        return numbers.write(float(value), style, language=self.language)

    def limits(self, lower: float, upper: float, style: str) -> str:
        """Return an interval in words."""
        return numbers.interval(float(lower), float(upper), style, language=self.language)

    def interval(self, row: pd.Series, style: str) -> str:
        """Return the interval of a result in words."""
        return self.limits(row["lower"], row["upper"], style)

    def period(self, label: str) -> str:
        """Return the name of a period."""
        return period_name(label, self.language)

    def label(self, code: str) -> str:
        """Return the short name of a group, for charts and tables."""
        return self.findings.evidence.classification.group(code).short(self.language)

    def people(self, code: str) -> str:
        """Return the people of a group, for sentences."""
        return self.findings.evidence.classification.group(code).people(self.language)

    def join(self, names: Iterable[str]) -> str:
        """Return the names as a list in words."""
        return join_names(list(names), language=self.language)

    def all_people(self, codes: Iterable[str]) -> str:
        """Return the people of several groups as a list in words."""
        return self.join(self.people(code) for code in codes)

    def styles(self) -> Mapping[str, GroupStyle]:
        """Return how each group is drawn, the same in every chart of the report."""
        evidence = self.findings.evidence
        present = set(evidence.table["group"])
        labels = {g.code: g.short(self.language) for g in evidence.classification.groups if g.code in present}
        return group_styles(labels, evidence.reference_group)

    def source_line(self) -> str:
        """Return the sources of a figure in short: publisher and collection."""
        lines = [
            self.say(
                "source_short",
                publisher=s.card.publisher.within(self.language),
                collection=(s.card.collection or s.card.title).within(self.language),
            )
            for s in self.findings.evidence.sources
        ]
        return "; ".join(dict.fromkeys(lines))

    def finding(self, direction: str) -> str:
        """Return a verdict in words."""
        return self.say(f"finding_{direction}")

    def shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table in the words of the language: the names of its periods, and its reasons."""
        if self.language == FIRST_LANGUAGE:
            return frame
        words = {
            "period": self.period_names(frame),
            "reason": {text: self.phrase(text) for text in frame["reason"].unique()},
        }
        return frame.assign(**{name: frame[name].map(names) for name, names in words.items()})

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table with each group's label, and the verdict in words: what the tables show."""
        labels = frame["group"].map(lambda code: self.label(code))
        found = frame["direction"].map(lambda direction: self.finding(direction))
        return frame.assign(group_label=labels, finding=found).reset_index(drop=True)

    def column(self, id: str) -> str:
        """Return the heading of a column."""
        return self.say(f"column_{id}")

    def period_names(self, frame: pd.DataFrame) -> dict[str, str]:
        """Return what a chart writes below each period of a table."""
        return {label: self.period(label) for label in frame["period"].unique()}
