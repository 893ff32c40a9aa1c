"""How every kind of report names its sources: in short below a figure, in full at its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from arwap_analysis.review.input_files import is_open
from arwap_analysis.review.words import Words
from arwap_analysis.sources import SourceTable
from arwap_analysis.texts import Text

__all__ = ["digest_in_words", "full_line", "full_lines", "short_line"]


def short_line(words: Words[Any], cards: Iterable[Any]) -> str:
    """Return publisher and collection (the title where there is none) of the source of each card, none twice."""
    lines = [
        words.say(
            "source_short",
            publisher=card.publisher.within(words.language),
            collection=_collection(card).within(words.language),
        )
        for card in cards
    ]
    return "; ".join(dict.fromkeys(lines))


def _collection(card: Any) -> Text:
    collection: Text = getattr(card, "collection", None) or card.title
    return collection


def digest_in_words(words: Words[Any], card: Any, digest: str) -> str:
    """Return the digest of a card's file as it may be printed.

    Of data that are not open there is none: that of a small table would let anybody try out what is hidden.
    """
    return digest if is_open(card) else words.say("digest_withheld")


def full_line(words: Words[Any], card: Any, *, digest: str) -> str:
    """Return a source as a sentence: title, publisher, licence, how it was obtained and the digest of its file."""
    language = words.language
    return words.say(
        "source_line",
        title=card.title.within(language),
        publisher=card.publisher.within(language),
        collection=_collection(card).within(language),
        licence=card.licence.within(language),
        obtained=card.obtained.within(language) if card.obtained else card.file,
        digest=digest_in_words(words, card, digest),
    )


def full_lines(words: Words[Any], sources: Iterable[SourceTable]) -> list[str]:
    """Return a sentence for each source, none twice."""
    lines = [full_line(words, source.card, digest=source.sha256) for source in sources]
    return list(dict.fromkeys(lines))
