"""Texts that people write once in each language: titles, caveats, names of publishers.

Nothing falls back: a text without the language that is asked for is a fault, so that no page mixes languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, model_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.errors import Fault, ParameterError

__all__ = ["ENGLISH_NAMES", "FIRST_LANGUAGE", "LANGUAGES", "Text", "languages_of", "missing_texts", "text_of"]

LANGUAGES: Mapping[str, str] = {"en": "English", "cy": "Cymraeg"}
"""The languages of reports by their tag (BCP 47), each named in itself."""
ENGLISH_NAMES: Mapping[str, str] = {"en": "English", "cy": "Welsh"}
"""The same as messages to analysts name them."""
FIRST_LANGUAGE = "en"


class Text(StrictModel):
    """A text in English, in Welsh, or in both; a plain text in its place is read as English.

    `reviewed` says who reviewed the translation, and when; without it the text is still to be reviewed.
    """

    en: str | None = Field(default=None, min_length=1)
    cy: str | None = Field(default=None, min_length=1)
    reviewed: str | None = Field(default=None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_english(cls, value: Any) -> Any:
        return {FIRST_LANGUAGE: value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Text:
        if self.en is None and self.cy is None:
            raise ValueError("write the text, or write it after 'en:' and 'cy:'")
        return self

    def within(self, language: str) -> str:
        """Return the text in a language; raises ParameterError where it has none."""
        text: str | None = getattr(self, language)
        if text is None:
            raise ParameterError(_untranslated(self, "this text", language))
        return text


def _untranslated(text: Text, what: str, language: str, file: str | None = None, column: str | None = None) -> Fault:
    return Fault(
        "missing_translation",
        f"{what} is not written in {ENGLISH_NAMES[language]}",
        file,
        column=column,
        value=text.en or text.cy,
        hint=f"Write it as {{en: ..., cy: ...}}, or leave '{language}' out of 'language'.",
    )


def missing_texts(holder: Any, languages: Sequence[str], *, file: str | None = None) -> Iterator[Fault]:
    """Yield a fault for every text that lacks one of the languages.

    Parameters
    ----------
    holder : model, mapping or list
        What holds texts, at any depth: a card, a request, a mapping of where it stands to text.
    languages : sequence of str
        Tags of the languages asked for.
    file : str, optional
        The card in which the texts stand; without it they stand in the parameters.
    """
    for where, text in _texts_in(holder, ""):
        for language in languages:
            if getattr(text, language) is None:
                yield _untranslated(text, f"'{where}'", language, file, None if file else where.partition("[")[0])


def _texts_in(holder: Any, where: str) -> Iterator[tuple[str, Text]]:
    """Yield every text and where it stands; parts of a list that have an id are named by it."""
    if isinstance(holder, Text):
        yield where, holder
    elif isinstance(holder, (BaseModel, Mapping)):
        for name, part in dict(holder).items():
            yield from _texts_in(part, f"{where}.{name}" if where else str(name))
    elif isinstance(holder, (list, tuple)):
        for number, part in enumerate(holder):
            yield from _texts_in(part, getattr(part, "id", f"{where}[{number}]"))


def languages_of(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages that parameters ask for, the first that of the main page; English where they are silent.

    Raises ParameterError for a language that reports cannot be written in, for one named twice, and for none.
    """
    value = parameters.get("language", FIRST_LANGUAGE)
    asked = (value,) if isinstance(value, str) else tuple(value)
    wrong = [language for language in asked if str(language) not in LANGUAGES]
    known = ", ".join(f"'{tag}'" for tag in LANGUAGES)
    if wrong:
        raise ParameterError(
            [
                Fault("no_such_language", "reports cannot be written in this language", column="language",
                      value=str(language), hint=f"Available: {known}.")
                for language in wrong
            ]
        )  # fmt: skip
    if not asked or len(set(asked)) < len(asked):
        raise ParameterError(
            Fault("wrong_languages", "name at least one language, and each language once", column="language",
                  value=str(value), hint=f"Available: {known}.")
        )  # fmt: skip
    return asked


def text_of(value: Any, language: str) -> str:
    """Return a parameter that holds text, plain or in each language; text in one language counts for every one.

    For names of files and folders only: what a page prints goes through `Text`, which refuses a missing language.
    """
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values())))
    return str(value)
