"""The words that the sections of one review share: names of people and groups, units, and number styles."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from arwap_analysis.areas import get_area
from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.review.evidence import Evidence, Findings
from arwap_analysis.review.group_words import GroupWords
from arwap_analysis.review.source_words import short_line
from arwap_analysis.review.words import in_languages_of
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["Wording", "area_name", "in_each_language", "own_phrases"]


def own_phrases(evidence: Evidence) -> Mapping[str, str]:
    """Return the Welsh that the cards of the sources bring for what their files say."""
    return {english: welsh for source in evidence.sources for english, welsh in source.card.phrases_cy.items()}


def area_name(evidence: Evidence, language: str) -> str:
    """Return the name of the review's area; in English as the card writes it, else from the register of areas."""
    area = evidence.numerator.card.area
    return area.name if language == FIRST_LANGUAGE else get_area(area.code).name_cy


class Wording(GroupWords[Findings]):
    """Fill sentences for one review in one of its languages; every method returns text in that language."""

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

    @property
    def own(self) -> Mapping[str, str]:
        """The Welsh that the cards of the sources bring."""
        return own_phrases(self.findings.evidence)

    def unknown_absent(self) -> str:
        """Return why the share of unknown ethnicity in the focus period is absent."""
        shares = self.findings.completeness
        rows = shares[shares["period"] == self.findings.evidence.focus_period]
        return self.say("unknown_withheld" if "suppressed" in set(rows["status"]) else "unknown_none")

    def show(self, frame: pd.DataFrame) -> ProtectedTable:
        """Return results of the review as a table that may be shown."""
        return self.findings.evidence.show(frame)

    def label(self, code: str) -> str:
        """Return the short name of a group, for charts and tables."""
        return self.findings.evidence.classification.group(code).short(self.language)

    def people(self, code: str) -> str:
        """Return the people of a group, for sentences."""
        return self.findings.evidence.classification.group(code).people(self.language)

    def styles(self) -> Mapping[str, GroupStyle]:
        """Return how each group is drawn, the same in every chart of the report."""
        evidence = self.findings.evidence
        present = set(evidence.table["group"])
        labels = {g.code: g.short(self.language) for g in evidence.classification.groups if g.code in present}
        return group_styles(labels, evidence.reference_group)

    def source_line(self) -> str:
        """Return the sources of a figure in short: publisher and collection."""
        return short_line(self, (source.card for source in self.findings.evidence.sources))

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


in_each_language = in_languages_of(Wording)
