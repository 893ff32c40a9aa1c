"""Sentences made from numbers: whole templates from a message catalogue, filled and never glued.

English is the language in which a sentence is first written; another language has the same ids with the same named
values. A text that a language lacks is an error with the list of them: no page falls back to another language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

import yaml

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.texts import FIRST_LANGUAGE, LANGUAGES

__all__ = ["catalogue_content", "compare_catalogues", "join_names", "message_ids", "say", "sentence_case", "values_of"]


@cache
def catalogue_content(language: str) -> Mapping[str, Any]:
    """Return the content of a language's catalogue, all its files together: its sections `sentences`, `fragments`,
    and, of another language than English, `phrases` and `reviewed`.
    """
    if language not in LANGUAGES:
        raise ParameterError(
            Fault(
                "no_such_language",
                "reports cannot be written in this language yet",
                value=language,
                hint=f"Available: {', '.join(LANGUAGES)}.",
            )
        )
    content: dict[str, dict[str, Any]] = {}
    folder = resources.files(__package__).joinpath("messages", language)
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        text = file.read_text(encoding="utf-8")
        # The catalogue is read in every kernel; libyaml, where it is there, reads it ten times as fast.
        for section, texts in yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)).items():
            if twice := sorted(content.setdefault(section, {}).keys() & (texts or {}).keys()):
                hint = "Each text stands in one file."
                raise ParameterError(
                    Fault("text_twice", "texts stand in two files", f"messages/{language}/{file.name}",
                          value=", ".join(twice), hint=hint)
                )  # fmt: skip
            content[section].update(texts or {})
    return content


def _texts(content: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    """Return each text, and whether it is a sentence, which begins with a capital."""
    return {
        id: (str(template).strip(), section == "sentences")
        for section in ("sentences", "fragments")
        for id, template in content[section].items()
    }


@cache
def _catalogue(language: str) -> dict[str, tuple[str, bool]]:
    """Return the texts of a language, whole: as many as in English, with the same values."""
    content = catalogue_content(language)
    if language != FIRST_LANGUAGE:
        faults = compare_catalogues(catalogue_content(FIRST_LANGUAGE), content, name=f"messages/{language}")
        if faults:
            raise ParameterError(faults)
    return _texts(content)


def values_of(template: str) -> frozenset[str]:
    """Return the names of the values that a template is filled with."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def compare_catalogues(first: Mapping[str, Any], other: Mapping[str, Any], *, name: str) -> tuple[Fault, ...]:
    """Return a fault for each text of `first` that `other` lacks, has too many, or fills with other values.

    Parameters
    ----------
    first, other : mapping
        Contents of two catalogues.
    name : str
        What to call the catalogue of `other`.
    """
    ours, theirs = _texts(first), _texts(other)
    faults = [
        Fault("missing_translation", f"the text '{id}' is missing", name, value=ours[id][0],
              hint="Translate it as a whole, with the same values in {}.")
        for id in ours.keys() - theirs.keys()
    ]  # fmt: skip
    faults += [
        Fault("superfluous_translation", f"the text '{id}' is not in English", name, hint="Take it out.")
        for id in theirs.keys() - ours.keys()
    ]
    for id in ours.keys() & theirs.keys():
        wanted, found = values_of(ours[id][0]), values_of(theirs[id][0])
        if wanted != found:
            words = ", ".join(sorted(wanted)) or "none"
            faults.append(
                Fault("other_values", f"the text '{id}' has other values than in English", name,
                      value=", ".join(sorted(found)), hint=f"Use: {words}.")
            )  # fmt: skip
        if ours[id][1] != theirs[id][1]:
            faults.append(Fault("wrong_section", f"the text '{id}' stands in another section than in English", name))
    return tuple(sorted(faults, key=lambda fault: (fault.code, fault.message)))


def message_ids(language: str = FIRST_LANGUAGE) -> tuple[str, ...]:
    """Ids of every text of a language."""
    return tuple(_catalogue(language))


def say(id: str, /, *, language: str = FIRST_LANGUAGE, **values: str | int) -> str:
    """Return the text `id` with its values; a missing text or value is an error, never a gap."""
    catalogue = _catalogue(language)
    if id not in catalogue:
        raise ParameterError(Fault("no_such_sentence", f"the catalogue '{language}' has no sentence '{id}'"))
    template, is_sentence = catalogue[id]
    if missing := values_of(template) - values.keys():
        raise ParameterError(Fault("missing_value", f"the sentence '{id}' lacks {', '.join(sorted(missing))}"))
    filled = template.format(**values)
    return sentence_case(filled) if is_sentence else filled


def sentence_case(text: str) -> str:
    """Return the text with its first letter as a capital, the rest as it stands."""
    return text[:1].upper() + text[1:]


def join_names(names: Sequence[str], *, language: str = FIRST_LANGUAGE) -> str:
    """Return `a`, `a and b`, or `a, b and c`; in Welsh `a, b, c`, because "a" changes the word that follows it."""
    if len(names) < 2:
        return "".join(names)
    return say("and", language=language, first=", ".join(names[:-1]), last=names[-1])
