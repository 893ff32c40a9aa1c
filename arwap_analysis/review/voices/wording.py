"""The words that the sections of a report on what people said share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.source_words import short_line
from arwap_analysis.review.voices.findings import VoicesFindings
from arwap_analysis.review.words import Words, in_languages_of
from arwap_analysis.texts import ENGLISH_NAMES, FIRST_LANGUAGE

__all__ = ["VoicesWords", "in_each_language"]


class VoicesWords(Words[VoicesFindings]):
    """Fill sentences for one report in one of its languages; every method returns text in that language."""

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        request = self.findings.material.request
        return {
            "confidence": f"{100 * request.confidence:g}%",
            "threshold": str(self.findings.material.card.threshold),
        }

    def of_kind(self, id: str, /, **values: str | int) -> str:
        """Return the sentence as it is written for what is counted: people, excerpts or passages of a document."""
        return self.say(f"{id}_{self.unit}", **values)

    def column(self, id: str) -> str:
        """Return the heading of a column of these reports."""
        return self.say(f"voices_column_{id}")

    @property
    def unit(self) -> str:
        """What is counted: people where the file says who spoke, excerpts where not, passages of documents."""
        if not self.findings.material.of_people:
            return "passages"
        return "people" if self.findings.material.coded.has_speakers else "excerpts"

    def theme(self, code: str) -> str:
        """Return the name of a theme."""
        return self.findings.material.frame.code(code).name.within(self.language)

    def themes(self, codes: Iterable[str]) -> str:
        """Return the names of several themes, each in quotation marks, as a list in words."""
        return self.join(self.say("voices_theme_named", theme=self.theme(code)) for code in codes)

    def named(self, text: str) -> str:
        """Return the name of a group or a source, as it describes itself in English, in Welsh as the card has it."""
        card = self.findings.material.card
        if self.language == FIRST_LANGUAGE:
            return text
        if text not in card.words_cy:
            message = f"this name of a group or a source has no words in {ENGLISH_NAMES[self.language]}"
            raise ParameterError(
                Fault("missing_translation", message, f"card '{card.id}'", column="words_cy", value=text)
            )
        return card.words_cy[text]

    def source_line(self) -> str:
        """Return the source of a figure in short."""
        return short_line(self, [self.findings.material.card])


in_each_language = in_languages_of(VoicesWords)
