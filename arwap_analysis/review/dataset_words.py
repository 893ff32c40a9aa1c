"""The words of reports that read a data file by its card: names of groups, the source, and tables in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import pandas as pd

from arwap_analysis.disclosure import OPEN_DATA
from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review.dataset import Dataset
from arwap_analysis.review.group_words import GroupWords
from arwap_analysis.review.shield import Shield
from arwap_analysis.review.source_words import full_line, short_line
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["DatasetFindings", "DatasetWords"]


class DatasetFindings(Protocol):
    """Findings of a report on a data file."""

    @property
    def evidence(self) -> Any:
        """What was read: `card`, `request`, `reference_group`, `outcome` and the `digest` of the file."""

    @property
    def shield(self) -> Shield:
        """What may be shown."""

    @property
    def languages(self) -> Sequence[str]:
        """Language tags, at least one."""


Found = TypeVar("Found", bound=DatasetFindings)


class DatasetWords(GroupWords[Found]):
    """Fill sentences for one report on a data file in one of its languages."""

    @property
    def card(self) -> Dataset:
        """The card of the data."""
        card: Dataset = self.findings.evidence.card
        return card

    @property
    def common(self) -> dict[str, str]:
        """The values that many sentences share."""
        evidence = self.findings.evidence
        return {
            "outcome": evidence.outcome.name.within(self.language),
            "population": self.card.population.within(self.language),
            "place": self.card.place.within(self.language),
            "period": self.card.period.within(self.language),
            "reference": self.label(evidence.reference_group),
            "reference_people": self.people(evidence.reference_group),
            "confidence": f"{100 * evidence.request.confidence:g}%",
        }

    def label(self, code: str) -> str:
        """Return the name of a group, for charts and tables."""
        return self.card.group.categories[code].label.within(self.language)

    def people(self, code: str) -> str:
        """Return the people of a group, for sentences."""
        category = self.card.group.categories[code]
        return (category.people or category.label).within(self.language)

    def styles(self) -> Mapping[str, GroupStyle]:
        """Return how each group is drawn, the same in every chart of the report."""
        labels = {code: self.label(code) for code in self.card.group.categories}
        return group_styles(labels, self.findings.evidence.reference_group)

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table with each group's label and finding, and the reasons, in the words of the language."""
        words = {"group_label": [self.label(code) for code in frame["group"]]}
        if "direction" in frame.columns:
            words["finding"] = [self.say(f"dataset_found_{direction}") for direction in frame["direction"]]
        for name in ("reason", "band"):
            if name in frame.columns and self.language != FIRST_LANGUAGE:
                words[name] = [self.phrase(text) for text in frame[name]]
        return frame.assign(**words).reset_index(drop=True)

    def by_reason(self, frame: pd.DataFrame, id: str) -> list[str]:
        """Return a sentence for each reason why groups have no figure."""
        gone = frame[frame["estimate"].isna()]
        return [
            self.say(id, groups=self.all_people(rows["group"]), reason=self.lower_first(self.phrase(str(reason))))
            for reason, rows in gone.groupby("reason", sort=False)
        ]

    def source_line(self) -> str:
        """Return the source of a figure in short: publisher and collection."""
        return short_line(self, [self.card])

    def question(self) -> Statements:
        """Return the question that the report was asked."""
        asked = self.findings.evidence.request.question.within(self.language)
        return Statements("question", (asked,), role="question", language=self.language)

    def sources(self) -> Statements:
        """Return the source with publisher, licence and digest, and the rule under which it is shown."""
        return Statements("sources", tuple(self.source_lines()), role="sources", language=self.language)

    def source_lines(self) -> list[str]:
        """Return the source with publisher, licence and digest of the file, and the rule under which it is shown."""
        line = full_line(self, self.card, digest=self.findings.evidence.digest)
        policy = self.findings.shield.policy
        return [line, self.phrase(OPEN_DATA.statement if policy is None else policy.statement)]
