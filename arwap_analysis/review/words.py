"""The words that sections of every kind of report need: sentences, numbers and periods in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import pandas as pd

from arwap_analysis.present import numbers
from arwap_analysis.present.exhibit import Exhibit, Statements, with_translations
from arwap_analysis.present.phrases import phrase
from arwap_analysis.present.sentences import join_names, say
from arwap_analysis.review.period_names import period_name
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["Spoken", "Words", "in_languages_of"]


class Spoken(Protocol):
    """Findings of a report: whatever they are, they know the languages of it, that of the main page first."""

    @property
    def languages(self) -> Sequence[str]:
        """Language tags, at least one."""


Found = TypeVar("Found", bound=Spoken)
Shown = TypeVar("Shown", Exhibit, Statements, Exhibit | Statements)
Wording = TypeVar("Wording", bound="Words[Any]")


@dataclass(frozen=True)
class Words(Generic[Found]):
    """Fill sentences for one report in one of its languages; every method returns text in that language.

    A kind of report makes a subclass of it, with `common` and whatever else its sentences need.
    """

    findings: Found
    language: str = FIRST_LANGUAGE

    @property
    def common(self) -> Mapping[str, str]:
        """The values that many sentences share."""
        return {}

    @property
    def own(self) -> Mapping[str, str]:
        """Translations that the report's own sources bring for what they say, English to the other language."""
        return {}

    def say(self, id: str, /, **values: str | int) -> str:
        """Return the sentence `id`, the common values filled in."""
        return say(id, language=self.language, **{**self.common, **values})

    def phrase(self, text: str) -> str:
        """Return what a text of the data says: a reason, a method, a check."""
        return phrase(text, language=self.language, own=self.own)

    @staticmethod
    def lower_first(text: str) -> str:
        """Return a reason as it stands after a colon."""
        return text[:1].lower() + text[1:]

    def number(self, value: float, style: str) -> str:
        """Return a number in one of the styles of `numbers.write`."""
        return numbers.write(float(value), style, language=self.language)

    def limits(self, lower: float, upper: float, style: str) -> str:
        """Return an interval in words."""
        return numbers.interval(float(lower), float(upper), style, language=self.language)

    def interval(self, row: pd.Series, style: str) -> str:
        """Return the interval of a result in words."""
        return self.limits(row["lower"], row["upper"], style)

    def period(self, label: str) -> str:
        """Return the name of a period."""
        return period_name(label, self.language)

    def period_names(self, frame: pd.DataFrame) -> dict[str, str]:
        """Return what a chart writes below each period of a table."""
        return {label: self.period(label) for label in frame["period"].unique()}

    def join(self, names: Iterable[str]) -> str:
        """Return the names as a list in words."""
        return join_names(list(names), language=self.language)

    def column(self, id: str) -> str:
        """Return the heading of a column."""
        return self.say(f"column_{id}")


def in_languages_of(
    wording: Callable[[Any, str], Wording],
) -> Callable[[Callable[[Wording], Shown]], Callable[[Any], Shown]]:
    """Return a decorator for sections: each makes itself in every language of its report, the first in front.

    The section is written for one language, given the words of its kind of report; it is called with the findings.
    """

    def decorate(make: Callable[[Wording], Shown]) -> Callable[[Any], Shown]:
        def section(findings: Spoken) -> Shown:
            first, *others = findings.languages
            shown = make(wording(findings, first))
            return with_translations(shown, *(make(wording(findings, other)) for other in others))

        section.__doc__, section.__name__, section.__qualname__ = make.__doc__, make.__name__, make.__qualname__
        section.__module__ = make.__module__
        return section

    return decorate
