"""The words that the sections of one review share: names of people and groups, units, and number styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from arwap_analysis.present import numbers
from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.present.sentences import join_names, say
from arwap_analysis.review.evidence import Findings

__all__ = ["Wording"]


@dataclass(frozen=True, slots=True)
class Wording:
    """Fill sentences for one review; every method returns text in the review's language."""

    findings: Findings

    @property
    def language(self) -> str:
        """The language of the review."""
        return self.findings.evidence.request.language

    @property
    def common(self) -> dict[str, str]:
        """The values that many sentences share."""
        evidence = self.findings.evidence
        periods = sorted(evidence.table["period"].unique())
        return {
            "event": evidence.card.numerator.counts,
            "population": evidence.card.denominator.counts,
            "per": numbers.count(evidence.card.per),
            "area": evidence.numerator.card.area.name,
            "period": evidence.focus_period,
            "first": periods[0],
            "last": periods[-1],
            "reference": self.label(evidence.reference_group),
            "reference_people": self.people(evidence.reference_group),
            "confidence": f"{100 * evidence.request.confidence:g}%",
        }

    def say(self, id: str, /, **values: str | int) -> str:
        """Return the sentence `id`, the common values filled in."""
        return say(id, language=self.language, **{**self.common, **values})

    def label(self, code: str) -> str:
        """Return the short name of a group, for charts and tables."""
        return self.findings.evidence.classification.group(code).short_en

    def people(self, code: str) -> str:
        """Return the people of a group, for sentences."""
        return self.findings.evidence.classification.group(code).people_en

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
        labels = {group.code: group.short_en for group in evidence.classification.groups if group.code in present}
        return group_styles(labels, evidence.reference_group)

    def interval(self, row: pd.Series, style: str) -> str:
        """Return the interval of a result in words."""
        return numbers.interval(float(row["lower"]), float(row["upper"]), style)

    def source_line(self) -> str:
        """Return the sources of a figure in short: publisher and collection."""
        lines = [
            self.say("source_short", publisher=s.card.publisher, collection=s.card.collection or s.card.title.en)
            for s in self.findings.evidence.sources
        ]
        return "; ".join(dict.fromkeys(lines))

    def finding(self, direction: str) -> str:
        """Return a verdict in words."""
        return self.say(f"finding_{direction}")
