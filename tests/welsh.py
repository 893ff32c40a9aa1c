"""Tell English from Welsh by our own texts: words that only English ones hold must not be on a Welsh page."""

from __future__ import annotations

import re
from functools import cache

from arwap_analysis.present.sentences import catalogue_content
from arwap_analysis.run.word_list import list_translations

_VALUE = re.compile(r"\{\w+\}")
_SHARED = {"dot", "set"}  # words of both languages that no Welsh text of the catalogues happens to hold
_WORD = re.compile(r"[^\W\d_]{3,}")


def words(text: str) -> set[str]:
    """Return the words of three letters or more, in small letters, the values of a template left out."""
    return {word.casefold() for word in _WORD.findall(_VALUE.sub(" ", text))}


@cache
def english_words() -> frozenset[str]:
    """Words that stand in English texts of the package and in no Welsh one."""
    english: set[str] = set()
    welsh: set[str] = set()
    for text in list_translations():
        english |= words(text.en)
        welsh |= words(text.cy)
    for section in ("sentences", "fragments"):
        welsh |= {word for text in catalogue_content("cy")[section].values() for word in words(text)}
    return frozenset(english - welsh - _SHARED)


def english_in(text: str) -> set[str]:
    """Return the English words of a text that should be Welsh."""
    return words(text) & english_words()
