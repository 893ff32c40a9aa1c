"""The words that the sections of a profile share: names of the area, of groups and of the censuses."""

from __future__ import annotations

from collections.abc import Mapping

from arwap_analysis.ethnicity import Classification, get_classification
from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.review.profile.findings import FEW_PEOPLE, Findings
from arwap_analysis.review.source_words import short_line
from arwap_analysis.review.words import Words, in_languages_of
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["ProfileWords", "in_each_language"]


class ProfileWords(Words[Findings]):
    """Fill sentences for one profile in one of its languages."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        area = self.findings.evidence.area
        return {
            "area": area.name_en if self.language == FIRST_LANGUAGE else area.name_cy,
            "before": self.findings.before,
            "now": self.findings.now,
            "few": f"{FEW_PEOPLE}",
            "years": f"{self.findings.evidence.request.pooled_years}",
            "power": f"{100 * self.findings.evidence.request.power:g}%",
        }

    @property
    def broad(self) -> Classification:
        """The high-level groups."""
        return get_classification(self.findings.evidence.broad.card.classification)

    @property
    def detailed(self) -> Classification:
        """The groups that the latest census names."""
        return get_classification(self.findings.evidence.detailed.card.classification)

    @property
    def largest(self) -> str:
        """The code of the largest high-level group."""
        people = self.findings.people
        return str(people.loc[people["count"].idxmax(), "group"])

    def styles(self, leave_out: str) -> Mapping[str, GroupStyle]:
        """Return how each high-level group is drawn, but for one."""
        looks = group_styles({g.code: g.short(self.language) for g in self.broad.groups}, leave_out)
        return {code: looks[code] for code in self.broad.comparable if code != leave_out}

    def census_line(self, *, detailed: bool) -> str:
        """Return the source of the census figures in short."""
        evidence = self.findings.evidence
        return short_line(self, [(evidence.detailed if detailed else evidence.broad).card])


in_each_language = in_languages_of(ProfileWords)
