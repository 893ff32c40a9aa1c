"""The state of every translated text: reviewed by a translator, or still to be reviewed.

A review is recorded in the catalogue under `reviewed`, by id: who, when, and the digest of both texts. A text that is
changed after its review, in either language, is to be reviewed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.ethnicity import classification_ids, get_classification
from arwap_analysis.present.sentences import catalogue_content
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["Translation", "check_reviews", "is_reviewed", "translations"]

State = Literal["reviewed", "to_review"]
_SECTIONS = ("sentences", "fragments")


@dataclass(frozen=True, slots=True)
class Translation:
    """One text of the catalogue in English and in another language; `digest` is what a review of it records."""

    id: str
    first: str
    other: str
    state: State
    digest: str


def _digest(first: str, other: str) -> str:
    """Return the first 12 digits of the SHA-256 of both texts, white space folded."""
    text = "\0".join(" ".join(part.split()) for part in (first, other))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def translations(language: str) -> Iterator[Translation]:
    """Yield every text of a language with its state; a phrase has the English words for its id."""
    ours, theirs = catalogue_content(FIRST_LANGUAGE), catalogue_content(language)
    reviews = theirs.get("reviewed") or {}
    pairs = [(id, str(ours[s][id]), str(text)) for s in _SECTIONS for id, text in theirs[s].items() if id in ours[s]]
    pairs += [(english, english, text) for english, text in theirs["phrases"].items()]
    for id, first, other in pairs:
        digest = _digest(first, other)
        reviewed = reviews.get(id, {}).get("texts") == digest
        yield Translation(id, first.strip(), other.strip(), "reviewed" if reviewed else "to_review", digest)


def check_reviews(language: str) -> tuple[Fault, ...]:
    """Return a fault for each recorded review that is incomplete or of a text that is not in the catalogue."""
    known = {translation.id for translation in translations(language)}
    name = f"messages/{language}"
    faults = []
    for id, review in (catalogue_content(language).get("reviewed") or {}).items():
        if id not in known:
            faults.append(Fault("no_such_text", f"a review is recorded of '{id}', which is no text", name))
        elif not (isinstance(review, dict) and {"by", "on", "texts"} <= review.keys()):
            hint = "Record {by: who, on: date, texts: digest}."
            faults.append(Fault("incomplete_review", f"the review of '{id}' is incomplete", name, hint=hint))
    return tuple(faults)


@cache
def is_reviewed(language: str) -> bool:
    """Whether a translator has reviewed every text of a language as it stands, and every name of an ethnic group;
    English is written, not translated.

    Raises ParameterError when a review is recorded that cannot be one.
    """
    if language == FIRST_LANGUAGE:
        return True
    if faults := check_reviews(language):
        raise ParameterError(faults)
    names = (group.welsh_status for id in classification_ids() for group in get_classification(id).groups)
    return all(t.state == "reviewed" for t in translations(language)) and "to_review" not in names
