"""The things that a report shows: an exhibit (chart and table), and statements made from numbers.

Both are frozen and know how to show themselves in a notebook. Their text form holds the alt text and a
hash of the data, because tools that compare notebooks ignore pictures: a figure cannot change unseen.
The data travel in the output's metadata, so that data.csv is written from exactly what was shown.

Each is written in one language and can carry itself in others. A notebook shows the first; the pages in the other
languages are written from what travels with it, so that all of them rest on one computation.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from html import escape
from typing import Any, TypeVar

import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present.harmless import name_controls
from arwap_analysis.present.quotations import Quoted, quotations_html
from arwap_analysis.present.sentences import say
from arwap_analysis.present.tables import Column, html_table, text_table
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["METADATA_KEY", "Exhibit", "Statements", "data_hash", "with_translations"]

METADATA_KEY = "arwap"
# Nine digits survive differences in the last bits between machines; more would make equal data differ.
_HASH_FORMAT = "%.9g"

Bundle = tuple[dict[str, Any], dict[str, Any]]


def data_hash(frame: pd.DataFrame) -> str:
    """Return the first 16 digits of the SHA-256 of a table's CSV, numbers cut to nine digits."""
    text = frame.to_csv(index=False, float_format=_HASH_FORMAT, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A chart with the table behind it, or a table alone.

    Attributes
    ----------
    id : str
        Names the anchor, the figure file and the rows in data.csv.
    title : str
        The finding, as a sentence made from the data.
    subtitle : str
        What is drawn, with its unit.
    alt : str
        What a reader who cannot see the chart needs: type, finding, range. Empty for a table alone.
    caption : str
        Names the table.
    source : str
        Who published the data, and when.
    table : ProtectedTable
        The data: present takes nothing else.
    columns : tuple of Column
        What the table shows of them.
    svg : str, optional
        The chart.
    caution : str
        One thing that a reader must not conclude from it.
    folded : bool
        Whether a table without a chart is folded away until the reader opens it.
    language : str
        The language of all its texts.
    translations : tuple of Exhibit
        The same exhibit in other languages; see `with_translations`.
    """

    id: str
    title: str
    subtitle: str
    caption: str
    source: str
    table: ProtectedTable
    columns: tuple[Column, ...]
    alt: str = ""
    svg: str | None = None
    caution: str = ""
    folded: bool = False
    language: str = FIRST_LANGUAGE
    translations: tuple[Exhibit, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.table, ProtectedTable):
            raise TypeError("an exhibit shows only a ProtectedTable; see arwap_analysis.disclosure")
        if self.svg is not None and not self.alt:
            raise ValueError(f"the chart '{self.id}' has no alt text")

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        data = {"text/plain": name_controls(self.to_text()), "text/html": name_controls(self.to_html())}
        payload: dict[str, Any] = {
            "kind": "exhibit",
            **self._words(),
            "policy": self.table.policy.id,
            **({"rule": self.table.policy.rule} if self.table.policy.rule else {}),
            # Named before it is read: a bare carriage return would end a row.
            "csv": name_controls(self._data().to_csv(index=False, lineterminator="\n")),
            "intervals": {column.name: column.interval_with for column in self.columns if column.interval_with},
        }
        if self.translations:
            payload["languages"] = {
                other.language: {**other._words(), "html": name_controls(other.to_html())}
                for other in self.translations
            }
        return data, {METADATA_KEY: payload}

    def _words(self) -> dict[str, Any]:
        """Return what differs from language to language, apart from the HTML."""
        words: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "alt": self.alt,
            "unit": self.subtitle,
            "source": self.source,
            "caption": self.caption,
            "caution": self.caution,
            "columns": [[column.name, column.label, column.style] for column in self.columns],
        }
        if self.language != FIRST_LANGUAGE or self.translations:
            words["language"] = self.language
        if self.svg is not None:
            words["svg"] = self.svg
        return words

    def _data(self) -> pd.DataFrame:
        """Return the data, and after them the columns whose words are others in another language: `finding_cy`."""
        frame = self.table.frame
        added = {}
        for other in self.translations:
            theirs = other.table.frame
            for name in frame.columns:
                if not frame[name].equals(theirs[name]):
                    added[f"{name}_{other.language}"] = theirs[name]
        return frame.assign(**added)

    def _shown(self) -> tuple[Column, ...]:
        """Leave out notes that say nothing in any row."""
        frame = self.table.frame
        return tuple(c for c in self.columns if c.style != "text" or frame[c.name].fillna("").astype(str).ne("").any())

    def to_text(self) -> str:
        """Return the exhibit in words: title, alt text, the table, and the hash of its data."""
        parts = [
            self.title,
            self.alt,
            text_table(self.table.frame, self._shown(), language=self.language),
            self.caution,
            say("page_source", language=self.language, source=self.source),
            f"Data: {len(self.table)} rows, hash {data_hash(self.table.frame)}",
        ]
        return "\n".join(part for part in parts if part)

    def to_html(self) -> str:
        """Return the exhibit as an accessible HTML figure with its table."""
        table = html_table(self.table.frame, self._shown(), id=self.id, caption=self.caption, language=self.language)
        caution = f'<p class="caution">{escape(self.caution)}</p>' if self.caution else ""
        heading = f'<h3 class="exhibit-title">{escape(self.title)}</h3>'
        subtitle = f'<p class="exhibit-subtitle">{escape(self.subtitle)}</p>'
        source = f"<figcaption>{escape(say('page_source', language=self.language, source=self.source))}</figcaption>"
        if self.svg is None and len(self.table) == 0:
            # Headers without cells would be read out as a table of nothing; the title says that there is none.
            return f'<figure class="exhibit" id="exhibit-{self.id}">{heading}{subtitle}{source}</figure>{caution}'
        if self.svg is None and not self.folded:
            return (
                f'<figure class="exhibit" id="exhibit-{self.id}">{heading}{subtitle}{table}{source}</figure>{caution}'
            )
        details = (
            f'<details class="exhibit-table" id="table-{self.id}"><summary>'
            f"{escape(say('page_table', language=self.language, caption=self.caption))}</summary>{table}</details>"
        )
        if self.svg is None:
            return (
                f'<figure class="exhibit" id="exhibit-{self.id}">{heading}{subtitle}{source}</figure>{caution}{details}'
            )
        image = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<figure class="exhibit" id="exhibit-{self.id}">{heading}{subtitle}'
            f'<img src="data:image/svg+xml;base64,{image}" alt="{escape(self.alt, quote=True)}">{source}</figure>'
            f"{caution}{details}"
        )


@dataclass(frozen=True, slots=True)
class Statements:
    """Sentences made from numbers, shown as a list; `role` is the class of the list in the page.

    `quoted` are words that people said, one for each of the sentences, which then show them with who said them.
    """

    id: str
    sentences: tuple[str, ...]
    role: str = "main-points"
    language: str = FIRST_LANGUAGE
    translations: tuple[Statements, ...] = ()
    quoted: tuple[Quoted, ...] = ()

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        payload: dict[str, Any] = {"kind": "statements", "id": self.id, "sentences": list(self.sentences)}
        if self.language != FIRST_LANGUAGE or self.translations:
            payload["language"] = self.language
        if self.translations:
            payload["languages"] = {
                other.language: {"sentences": list(other.sentences), "html": name_controls(other.to_html())}
                for other in self.translations
            }
        data = {"text/plain": name_controls(self.to_text()), "text/html": name_controls(self.to_html())}
        return data, {METADATA_KEY: payload}

    def to_text(self) -> str:
        """Return one sentence a line."""
        return "\n".join(f"- {sentence}" for sentence in self.sentences)

    def to_html(self) -> str:
        """Return the sentences as an HTML list, or as a quotation for a question or for words that people said."""
        if self.quoted:
            return quotations_html(self.quoted, language=self.language)
        if self.role == "question":
            return "".join(f'<blockquote class="question"><p>{escape(s)}</p></blockquote>' for s in self.sentences)
        tag = "ol" if self.role == "sources" else "ul"
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences)
        return f'<{tag} class="{self.role}">{items}</{tag}>'


Shown = TypeVar("Shown", Exhibit, Statements, Exhibit | Statements)


def with_translations(first: Shown, *others: Shown) -> Shown:
    """Return what is shown with itself in other languages beside it, which have to be of the same thing."""
    if any(other.id != first.id for other in others):
        raise ValueError(f"'{first.id}' cannot carry something else as its translation")
    return replace(first, translations=others)  # type: ignore[arg-type]  # one id is one kind of thing
