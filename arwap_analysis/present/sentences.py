"""Sentences made from numbers: whole templates from a message catalogue, filled and never glued."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from string import Formatter

import yaml

from arwap_analysis.errors import Fault, ParameterError

__all__ = ["LANGUAGES", "join_names", "message_ids", "say", "sentence_case"]

LANGUAGES = ("en",)


@cache
def _catalogue(language: str) -> dict[str, tuple[str, bool]]:
    """Return each text of a language, and whether it is a sentence, which begins with a capital."""
    if language not in LANGUAGES:
        raise ParameterError(
            Fault(
                "no_such_language",
                "reports cannot be written in this language yet",
                value=language,
                hint=f"Available: {', '.join(LANGUAGES)}.",
            )
        )
    text = resources.files(__package__).joinpath("messages", f"{language}.yml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    return {
        id: (str(template).strip(), section == "sentences")
        for section in ("sentences", "fragments")
        for id, template in content[section].items()
    }


def message_ids(language: str = "en") -> tuple[str, ...]:
    """Ids of every text of a language."""
    return tuple(_catalogue(language))


def say(id: str, /, *, language: str = "en", **values: str | int) -> str:
    """Return the text `id` with its values; a missing text or value is an error, never a gap."""
    catalogue = _catalogue(language)
    if id not in catalogue:
        raise ParameterError(Fault("no_such_sentence", f"the catalogue '{language}' has no sentence '{id}'"))
    template, is_sentence = catalogue[id]
    needed = {name for _, name, _, _ in Formatter().parse(template) if name}
    if missing := needed - values.keys():
        raise ParameterError(Fault("missing_value", f"the sentence '{id}' lacks {', '.join(sorted(missing))}"))
    filled = template.format(**values)
    return sentence_case(filled) if is_sentence else filled


def sentence_case(text: str) -> str:
    """Return the text with its first letter as a capital, the rest as it stands."""
    return text[:1].upper() + text[1:]


def join_names(names: Sequence[str], *, language: str = "en") -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return say("and", language=language, first=", ".join(names[:-1]), last=names[-1])
