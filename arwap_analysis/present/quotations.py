"""Words that people said, shown as they said them: in their language, with who said them where they agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Quoted", "quotations_html"]


@dataclass(frozen=True, slots=True)
class Quoted:
    """The exact words, the language that they are in, and a line that says whose they are; `theme` heads a run."""

    words: str
    language: str
    attribution: str
    theme: str


def quotations_html(quoted: Sequence[Quoted], *, language: str) -> str:
    """Return block quotations below a heading for each theme; words of another language are marked as such."""
    parts = []
    theme = None
    for one in quoted:
        if one.theme != theme:
            parts.append(f'<h3 class="quotations-theme">{escape(one.theme)}</h3>')
            theme = one.theme
        other = f' lang="{escape(one.language, quote=True)}"' if one.language != language else ""
        parts.append(
            f'<figure class="quotation"><blockquote><p{other}>{escape(one.words)}</p></blockquote>'
            f"<figcaption>{escape(one.attribution)}</figcaption></figure>"
        )
    return "".join(parts)
