"""Find, before anything runs, every text of a review that is not written in one of its languages."""

from __future__ import annotations

from collections.abc import Iterator

from arwap_analysis.areas import area_codes
from arwap_analysis.errors import Fault
from arwap_analysis.present.phrases import untranslated
from arwap_analysis.review.evidence import Evidence
from arwap_analysis.review.wording import own_phrases
from arwap_analysis.texts import ENGLISH_NAMES, FIRST_LANGUAGE, missing_texts

__all__ = ["missing_translations"]


def missing_translations(evidence: Evidence) -> tuple[Fault, ...]:
    """Return a fault for each text that a page would need and that is not written in its language.

    Looked at are the title and the question of the request, the cards of the indicator and of its sources, the names
    of area and groups, and what the files say in their cells and the reader of them.
    """
    languages = evidence.request.language
    request, card = evidence.request, evidence.card
    faults = list(missing_texts(request, languages))
    # Of another denominator no words are printed.
    printed = card.model_copy(update={"alternative_denominator": None})
    faults += missing_texts(printed, languages, file=f"indicator card '{card.id}'")
    for source in evidence.sources:
        faults += missing_texts(source.card, languages, file=f"source card '{source.card.id}'")
    for language in languages:
        if language != FIRST_LANGUAGE:
            faults += _names(evidence, language)
            faults += _words(evidence, language)
    return tuple(dict.fromkeys(faults))


def _names(evidence: Evidence, language: str) -> Iterator[Fault]:
    """Yield what the tables of areas and groups do not name in a language."""
    area = evidence.numerator.card.area
    if area.code not in area_codes():
        yield Fault("missing_translation", f"no name in {ENGLISH_NAMES[language]} is known for this area",
                    f"source card '{evidence.numerator.card.id}'", value=f"{area.code} {area.name}",
                    hint="The names come from the register of areas of Wales.")  # fmt: skip
    for code in sorted({*evidence.table["group"], evidence.reference_group}):
        group = evidence.classification.group(code)
        lacking = [name for name in ("short_cy", "people_cy", "hides_cy") if not getattr(group, name)]
        if lacking:
            yield Fault("missing_translation", f"the group has no words in {ENGLISH_NAMES[language]}",
                        "ethnicity/groups.csv", column=", ".join(lacking),
                        value=f"{evidence.classification.id} {code}")  # fmt: skip


def _words(evidence: Evidence, language: str) -> Iterator[Fault]:
    """Yield what the data and their reader say and nobody has translated."""
    tables = [evidence.table] if evidence.alternative is None else [evidence.table, evidence.alternative]
    said = [*evidence.numerator.checks, *(text for table in tables for text in table["reason"].unique())]
    for text in untranslated(said, language=language, own=own_phrases(evidence)):
        message = f"these words of the data have no translation into {ENGLISH_NAMES[language]}"
        file = f"source card '{evidence.numerator.card.id}'"
        hint = "Add them there, English to Welsh."
        yield Fault("missing_translation", message, file, column=f"phrases_{language}", value=text, hint=hint)
