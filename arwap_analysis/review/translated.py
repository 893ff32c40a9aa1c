"""Find, before anything runs, every text of a review that is not written in one of its languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arwap_analysis.areas import area_codes
from arwap_analysis.errors import Fault
from arwap_analysis.present.phrases import untranslated
from arwap_analysis.review.evidence import Evidence
from arwap_analysis.review.wording import own_phrases
from arwap_analysis.sources import SourceCard
from arwap_analysis.texts import ENGLISH_NAMES, FIRST_LANGUAGE, Text, missing_texts

__all__ = ["missing_source_texts", "missing_translations"]


def missing_translations(evidence: Evidence) -> tuple[Fault, ...]:
    """Return a fault for each text that a page would need and that is not written in its language.

    Looked at are the title and the question of the request, the cards of the indicator and of its sources, the names
    of area and groups, and what the files say in their cells and the reader of them.
    """
    languages = evidence.request.language
    if languages == [FIRST_LANGUAGE]:
        return ()
    request, card = evidence.request, evidence.card
    faults = list(missing_texts({"title": request.title, "question": request.question}, languages))
    texts: dict[str, Text | None] = {
        "title": card.title,
        "numerator.counts": card.numerator.counts,
        "denominator.counts": card.denominator.counts,
        **{f"caveats[{n}]": caveat for n, caveat in enumerate(card.caveats)},
    }
    faults += missing_texts(texts, languages, file=f"indicator card '{card.id}'")
    for source in evidence.sources:
        faults += missing_source_texts(source.card, languages)
    for language in languages:
        if language != FIRST_LANGUAGE:
            faults += _names(evidence, language)
            faults += _words(evidence, language)
    return tuple(dict.fromkeys(faults))


def missing_source_texts(card: SourceCard, languages: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each text of a source card that a page would need and that is not written in its language."""
    texts: dict[str, Text | None] = {
        name: getattr(card, name) for name in ("title", "publisher", "collection", "licence", "obtained")
    }
    texts |= {f"caveats[{n}]": caveat for n, caveat in enumerate(card.caveats)}
    yield from missing_texts(texts, languages, file=f"source card '{card.id}'")


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
