"""The words that the sections of one synthesis share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from arwap_analysis.models import PooledEffect
from arwap_analysis.review.synthesis.card import EvidenceCard
from arwap_analysis.review.synthesis.findings import Findings
from arwap_analysis.review.words import Words, in_languages_of

__all__ = ["Wording", "in_each_language", "shown_effect"]


def shown_effect(pooled: PooledEffect) -> dict[str, float]:
    """Return a pooled effect as readers know it: estimate, limits and prediction limits."""
    return {name: float(values[0]) for name, values in pooled.back_transformed().items()}


class Wording(Words[Findings]):
    """Fill sentences for one synthesis in one of its languages."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        request = self.findings.evidence.request
        return {
            "measure": self.card.measure.within(self.language),
            "count": str(self.findings.pooled_count),
            "total": str(len(self.card.sources)),
            "null": self.null,
            "confidence": f"{100 * request.confidence:g}%",
        }

    @property
    def card(self) -> EvidenceCard:
        """The card of sources."""
        return self.findings.evidence.card

    @property
    def ratio(self) -> bool:
        """Whether 1 is no difference; otherwise 0."""
        return self.card.scale == "ratio"

    @property
    def null(self) -> str:
        """The value of no difference, as written."""
        return "1" if self.ratio else "0"

    @property
    def style(self) -> str:
        """How effects are written."""
        return "ratio" if self.ratio else "signed"

    def effect(self, value: float) -> str:
        """Return an effect in words, or the words for one that cannot be computed."""
        return self.say("synthesis_absent") if np.isnan(value) else self.number(value, self.style)

    def between(self, lower: float, upper: float) -> str:
        """Return an interval in words, or the words for one that cannot be computed."""
        if np.isnan(lower) or np.isnan(upper):
            return self.say("synthesis_absent")
        return self.limits(lower, upper, self.style)

    def per_cent(self, value: float) -> str:
        """Return a number of per cent, or the words for one that cannot be computed."""
        return self.say("synthesis_absent") if np.isnan(value) else self.number(value, "per_cent")

    def label(self, id: str) -> str:
        """Return the name of a source in charts."""
        return next(source.label for source in self.card.sources if source.id == id)

    def subgroup(self, id: str) -> str:
        """Return the name of a subgroup of sources."""
        return self.card.subgroups[id].within(self.language)

    def side(self, value: float) -> str:
        """Return what a value on its side of no difference says."""
        text = self.card.below if value < (1.0 if self.ratio else 0.0) else self.card.above
        return text.within(self.language)

    def clear(self, lower: float, upper: float) -> bool:
        """Whether a whole interval lies on one side of no difference."""
        null = 1.0 if self.ratio else 0.0
        return bool(lower > null or upper < null)

    def source_line(self) -> str:
        """Return where the figures come from."""
        return self.card.title.within(self.language)


in_each_language = in_languages_of(Wording)
