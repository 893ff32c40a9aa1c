"""The words that the sections of one adjusted disparity share."""

from __future__ import annotations

from collections.abc import Sequence

from arwap_analysis.present.sentences import say
from arwap_analysis.review.adjusted.findings import AdjustedFindings
from arwap_analysis.review.dataset_words import DatasetWords
from arwap_analysis.review.words import in_languages_of

__all__ = ["AdjustedWords", "in_each_language"]


class AdjustedWords(DatasetWords[AdjustedFindings]):
    """Fill sentences for one adjusted disparity in one of its languages."""

    @property
    def common(self) -> dict[str, str]:
        """The values that many sentences share."""
        return {**super().common, "covariates": self.covariates(self.findings.fitted.covariates)}

    def covariate(self, id: str) -> str:
        """Return the name of a covariate."""
        return self.findings.evidence.card.covariates[id].label.within(self.language)

    def covariates(self, ids: Sequence[str]) -> str:
        """Return the names of covariates as a list in words; what is said where there is none."""
        # Not by the words' own method, which needs these names itself.
        return self.join([self.covariate(id) for id in ids]) if ids else say("adjusted_nothing", language=self.language)

    def level(self, id: str, code: str) -> str:
        """Return the name of a level of a covariate."""
        return self.findings.evidence.card.covariates[id].levels[code].within(self.language)

    def why(self, id: str, code: str, level: str) -> str:
        """Return why a covariate was left out of the model."""
        named = self.level(id, level) if level else ""
        return self.say(f"adjusted_why_{code}_level" if named else f"adjusted_why_{code}", level=named)


in_each_language = in_languages_of(AdjustedWords)
