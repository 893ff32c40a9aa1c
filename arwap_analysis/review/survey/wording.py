"""The words that the sections of one survey review share."""

from __future__ import annotations

from arwap_analysis.review.dataset_words import DatasetWords
from arwap_analysis.review.survey.findings import SurveyFindings
from arwap_analysis.review.words import in_languages_of

__all__ = ["SurveyWords", "in_each_language"]


class SurveyWords(DatasetWords[SurveyFindings]):
    """Fill sentences for one survey review in one of its languages."""

    @property
    def kind(self) -> str:
        """Whether the outcome is a share or a mean: sentences differ."""
        return str(self.findings.evidence.outcome.kind)

    @property
    def style(self) -> str:
        """How estimates are written."""
        return "percent" if self.kind == "share" else "rate"

    @property
    def gap_style(self) -> str:
        """How differences are written."""
        return "points" if self.kind == "share" else "signed"

    def of_kind(self, id: str, /, **values: str | int) -> str:
        """Return the sentence about a share or about a mean."""
        return self.say(f"survey_{self.kind}_{id}", **values)


in_each_language = in_languages_of(SurveyWords)
