"""The words of another language for what data say in English: reasons, methods, checks of a reader.

Results carry these texts in English, where anybody who opens `data.csv` reads them. A page in another language takes
them from the section `phrases` of its catalogue, each a whole template. What no template fits is an error with the
list of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from string import Formatter

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.present.sentences import catalogue_content
from arwap_analysis.texts import ENGLISH_NAMES, FIRST_LANGUAGE

__all__ = ["Phrases", "phrase", "untranslated"]

Phrases = Mapping[str, str]
"""Templates of a card of its own, English to the other language."""

_WORDS = "said_"
"""A value whose name begins with this is itself a phrase, to be translated in its turn; others stay as they are."""


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(ours), theirs) for ours, theirs in catalogue_content(language)["phrases"].items())


def _pattern(template: str) -> re.Pattern[str]:
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P<{name}>.+)")
    return re.compile("".join(parts), re.DOTALL)


@lru_cache(maxsize=4096)
def _found(text: str, language: str) -> str | None:
    """Return the words of another language for a text, None where no template fits it and its parts."""
    for pattern, template in _patterns(language):
        match = pattern.fullmatch(text)
        if match is None:
            continue
        values = {
            name: _found(value, language) if name.startswith(_WORDS) else value
            for name, value in match.groupdict().items()
        }
        if None not in values.values():
            return template.format(**values)
    return None


def untranslated(texts: Iterable[str], *, language: str, own: Phrases | None = None) -> tuple[str, ...]:
    """Return those of the texts that have no words in a language, each once; empty texts need none."""
    if language == FIRST_LANGUAGE:
        return ()
    asked = dict.fromkeys(text for text in texts if text)
    return tuple(text for text in asked if text not in (own or {}) and _found(text, language) is None)


def phrase(text: str, *, language: str, own: Phrases | None = None) -> str:
    """Return what a text of the data says, in a language; raises ParameterError where nobody has translated it.

    Parameters
    ----------
    text : str
        In English, as results carry it.
    own : mapping, optional
        Translations that a source's card brings for its own words; they come first.
    """
    if language == FIRST_LANGUAGE or not text:
        return text
    found = (own or {}).get(text) or _found(text, language)
    if found is None:
        raise ParameterError(
            Fault(
                "missing_translation",
                f"these words of the data have no translation into {ENGLISH_NAMES[language]}",
                value=text,
                hint=f"Add them to 'phrases_{language}' in the source's card, or to messages/{language}/.",
            )
        )
    return found
