"""The things that a report shows: an exhibit (chart and table), and statements made from numbers.

Both are frozen and know how to show themselves in a notebook. Their text form holds the alt text and a
hash of the data, because tools that compare notebooks ignore pictures: a figure cannot change unseen.
The data travel in the output's metadata, so that data.csv is written from exactly what was shown.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present.harmless import name_controls
from arwap_analysis.present.tables import Column, html_table, text_table

__all__ = ["METADATA_KEY", "Exhibit", "Statements", "data_hash"]

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

    def __post_init__(self) -> None:
        if not isinstance(self.table, ProtectedTable):
            raise TypeError("an exhibit shows only a ProtectedTable; see arwap_analysis.disclosure")
        if self.svg is not None and not self.alt:
            raise ValueError(f"the chart '{self.id}' has no alt text")

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        frame = self.table.frame
        data = {"text/plain": name_controls(self.to_text()), "text/html": name_controls(self.to_html())}
        payload: dict[str, Any] = {
            "kind": "exhibit",
            "id": self.id,
            "title": self.title,
            "alt": self.alt,
            "unit": self.subtitle,
            "source": self.source,
            "caption": self.caption,
            "caution": self.caution,
            "policy": self.table.policy.id,
            # Named before it is read: a bare carriage return would end a row.
            "csv": name_controls(frame.to_csv(index=False, lineterminator="\n")),
            "columns": [[column.name, column.label, column.style] for column in self.columns],
            "intervals": {column.name: column.interval_with for column in self.columns if column.interval_with},
        }
        if self.svg is not None:
            payload["svg"] = self.svg
        return data, {METADATA_KEY: payload}

    def _shown(self) -> tuple[Column, ...]:
        """Leave out notes that say nothing in any row."""
        frame = self.table.frame
        return tuple(c for c in self.columns if c.style != "text" or frame[c.name].fillna("").astype(str).ne("").any())

    def to_text(self) -> str:
        """Return the exhibit in words: title, alt text, the table, and the hash of its data."""
        parts = [
            self.title,
            self.alt,
            text_table(self.table.frame, self._shown()),
            self.caution,
            f"Source: {self.source}",
            f"Data: {len(self.table)} rows, hash {data_hash(self.table.frame)}",
        ]
        return "\n".join(part for part in parts if part)

    def to_html(self) -> str:
        """Return the exhibit as an accessible HTML figure with its table."""
        table = html_table(self.table.frame, self._shown(), id=self.id, caption=self.caption)
        caution = f'<p class="caution">{escape(self.caution)}</p>' if self.caution else ""
        heading = f'<h3 class="exhibit-title">{escape(self.title)}</h3>'
        subtitle = f'<p class="exhibit-subtitle">{escape(self.subtitle)}</p>'
        source = f"<figcaption>Source: {escape(self.source)}</figcaption>"
        if self.svg is None and not self.folded:
            return (
                f'<figure class="exhibit" id="exhibit-{self.id}">{heading}{subtitle}{table}{source}</figure>{caution}'
            )
        details = (
            f'<details class="exhibit-table" id="table-{self.id}"><summary>Table: {escape(self.caption)}</summary>'
            f"{table}</details>"
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
    """Sentences made from numbers, shown as a list; `role` is the class of the list in the page."""

    id: str
    sentences: tuple[str, ...]
    role: str = "main-points"

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        payload: dict[str, Any] = {"kind": "statements", "id": self.id, "sentences": list(self.sentences)}
        data = {"text/plain": name_controls(self.to_text()), "text/html": name_controls(self.to_html())}
        return data, {METADATA_KEY: payload}

    def to_text(self) -> str:
        """Return one sentence a line."""
        return "\n".join(f"- {sentence}" for sentence in self.sentences)

    def to_html(self) -> str:
        """Return the sentences as an HTML list, or as a quotation for a question."""
        if self.role == "question":
            return "".join(f'<blockquote class="question"><p>{escape(s)}</p></blockquote>' for s in self.sentences)
        tag = "ol" if self.role == "sources" else "ul"
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences)
        return f'<{tag} class="{self.role}">{items}</{tag}>'
