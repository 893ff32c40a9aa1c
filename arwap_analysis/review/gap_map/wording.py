"""The words that the sections of an evidence gap map share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from arwap_analysis.ethnicity import get_classification
from arwap_analysis.registers.evidence import EvidenceSource
from arwap_analysis.review.gap_map.findings import CLASSIFICATION, GapFindings
from arwap_analysis.review.words import Words, in_languages_of

__all__ = ["GapWords", "in_each_language"]


class GapWords(Words[GapFindings]):
    """Fill sentences for one map in one of its languages; every method returns text in that language."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        return {"top": str(self.findings.ranking.top), "draws": self.number(self.findings.ranking.draws, "count")}

    def column(self, id: str) -> str:
        """Return the heading of a column of these reports."""
        return self.say(f"gaps_column_{id}")

    def area(self, id: str) -> str:
        """Return the name of an area of the Plan."""
        return self.findings.material.register.area(id).name.within(self.language)

    def areas(self, ids: Iterable[str]) -> str:
        """Return the names of several areas as a list in words."""
        return "; ".join(self.area(id) for id in ids)

    def group(self, code: str) -> str:
        """Return the short name of an ethnic group."""
        return get_classification(CLASSIFICATION).group(code).short(self.language)

    def groups(self, codes: Iterable[str]) -> str:
        """Return the names of several groups as a list."""
        return "; ".join(self.group(code) for code in codes)

    def years(self, source: EvidenceSource) -> str:
        """Return the years of a source, a dash where they are not known."""
        if source.last is None:
            return self.say("gaps_dash")
        if source.first in (None, source.last):
            return str(source.last)
        return self.say("gaps_years", first=str(source.first), last=str(source.last))

    def source_line(self) -> str:
        """Return where the facts of a figure come from, in short."""
        return self.say("gaps_caption_sources")


in_each_language = in_languages_of(GapWords)
