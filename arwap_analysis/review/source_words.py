"""How every kind of report names its sources: in short below a figure, in full at its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from arwap_analysis.review.words import Words
from arwap_analysis.sources import SourceTable

__all__ = ["full_lines", "short_line"]


def short_line(words: Words[Any], sources: Iterable[SourceTable]) -> str:
    """Return publisher and collection of each source, none twice."""
    lines = [
        words.say(
            "source_short",
            publisher=source.card.publisher.within(words.language),
            collection=(source.card.collection or source.card.title).within(words.language),
        )
        for source in sources
    ]
    return "; ".join(dict.fromkeys(lines))


def full_lines(words: Words[Any], sources: Iterable[SourceTable]) -> list[str]:
    """Return a sentence for each source: title, publisher, licence, how it was obtained and the digest of its file.

    Of data that are not open there is no digest: that of a small table would let anybody try out what is hidden.
    """
    language = words.language
    lines = [
        words.say(
            "source_line",
            title=source.card.title.within(language),
            publisher=source.card.publisher.within(language),
            collection=(source.card.collection or source.card.title).within(language),
            licence=source.card.licence.within(language),
            obtained=source.card.obtained.within(language) if source.card.obtained else source.card.file,
            digest=source.sha256 if source.card.disclosure == "open" else words.say("digest_withheld"),
        )
        for source in sources
    ]
    return list(dict.fromkeys(lines))
