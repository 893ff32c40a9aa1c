"""Turn an executed notebook into one accessible HTML page that asks the network for nothing.

nbconvert does the conversion with our own template: its default page loads scripts from outside, shows
every cell, and gives figures no text. Only our own exhibits and statements pass as HTML; all other text,
from data or from people, is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from html import escape, unescape
from importlib import resources as package_files
from typing import Any

from arwap_analysis.present.dates import write_date
from arwap_analysis.present.editions import HIDDEN_TAGS, belongs_to, own_html
from arwap_analysis.present.harmless import name_controls
from arwap_analysis.present.sentences import say
from arwap_analysis.present.workbook import WORKBOOK_NAME
from arwap_analysis.texts import FIRST_LANGUAGE, LANGUAGES

__all__ = ["prepare_page", "render_page"]

_NAMED = re.compile(r"<h([1-6])>(.*?)</h\1>|(?:<div class=\"table-scroll\" role=\"group\"|<table)(?=[ >])", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LEVEL = re.compile(r"<h([1-6])\b")
_ID = re.compile(r'\bid="([^"]+)"')
_ALT = re.compile(r'<img\b[^>]*?\balt="([^"]+)"')
_FILES = re.compile(r"\b(?:report\.ipynb|data\.csv|tables(?:\.\w+)?\.xlsx|manifest\.json)\b")
_IMAGE_TYPES = ("image/svg+xml", "image/png", "image/jpeg")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def render_page(
    notebook: Any,
    *,
    title: str,
    language: str = "en",
    facts: Sequence[tuple[str, str]] = (),
    notices: Sequence[str] = (),
    editions: Sequence[tuple[str, str]] = (),
    workbook: str = WORKBOOK_NAME,
) -> str:
    """Return the page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Its first `#` heading becomes the line above the title; cells tagged `parameters`,
        `injected-parameters`, `setup` or `hide` are not shown, and no code is. An output that is not ours
        is shown as its markdown, or else as its plain text, and what was printed is not shown. Cells of another
        language are left out.
    title : str
        The one h1 of the page.
    language : str
        Language tag of the page and of its own words.
    facts : sequence of (name, value)
        Shown below the title.
    notices : sequence of str
        Shown as banners below the title.
    editions : sequence of (language tag, file name)
        The same page in other languages, to link to.
    workbook : str
        Name of the workbook in the page's language, to link to.

    Returns
    -------
    str
        The same bytes for the same notebook: no random id, no time.
    """
    kicker, blocks, contents = _Blocks(language).collect(notebook)
    page = {
        "title": title,
        "language": language,
        "facts": list(facts),
        "notices": list(notices),
        "kicker": kicker,
        "blocks": blocks,
        "contents": contents,
        "style": _file("report.css"),
        "editions": [(tag, file, LANGUAGES[tag]) for tag, file in editions],
        "words": {name: say(f"page_{name}", language=language) for name in ("skip", "contents", "languages")},
        "footer": _FILES.sub(
            r'<a href="\g<0>">\g<0></a>', escape(say("page_footer", language=language, workbook=workbook))
        ),
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    return name_controls(str(html).replace("\r\n", "\n"))


def prepare_page() -> None:
    """Load and keep what `render_page` and its facts need, so that the first page does not wait for it."""
    _exporter()
    _markdown("", {})
    write_date(date.min, language=FIRST_LANGUAGE)


def _file(name: str) -> str:
    return package_files.files(__package__).joinpath("template", name).read_text(encoding="utf-8")


@cache
def _exporter() -> Any:
    """Return nbconvert's HTML exporter with our template alone."""
    from nbconvert.exporters import HTMLExporter

    with package_files.as_file(package_files.files(__package__).joinpath("template")) as folder:
        return HTMLExporter(extra_template_basedirs=[str(folder)], template_name="arwap")


@cache
def _renderer() -> Any:
    """Return our class of nbconvert's markdown renderer: all raw HTML escaped, nothing fetched from outside.

    A function makes it, because its base is slow to import.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    class SafeRenderer(IPythonRenderer):  # type: ignore[misc, unused-ignore]
        """Markdown of people we may not trust."""

        def __init__(self, attachments: dict[str, dict[str, str]]) -> None:
            super().__init__(
                escape=True, allow_harmful_protocols=False, exclude_anchor_links=True, attachments=attachments
            )

        def block_code(self, code: str, **_: Any) -> str:
            """Escape every fence: nbconvert lets the text of a mermaid fence through as HTML."""
            return f"<pre><code>{escape(code)}</code></pre>\n"

        def link(self, text: str, url: str, title: str | None = None) -> str:
            """Leave a link that could do harm as its text."""
            return text if self.safe_url(url) == "#harmful-link" else str(super().link(text, url, title))

        def image(self, text: str, url: str, title: str | None = None) -> str:
            """Draw a picture that the notebook holds; name one that lies elsewhere, and link to it."""
            held = self.attachments.get(url.removeprefix("attachment:"), {})
            source = next((f"data:{kind};base64,{held[kind]}" for kind in _IMAGE_TYPES if kind in held), url)
            if source.startswith(tuple(f"data:{kind};" for kind in _IMAGE_TYPES)):
                return f'<img src="{escape(source)}" alt="{escape(unescape(text))}">'
            words = escape(unescape(text or url))
            return words if url.startswith("attachment:") else self.link(words, url, title)

        def table(self, text: str) -> str:
            """Let a wide table scroll by itself, with the keyboard too."""
            return f'<div class="table-scroll" role="group" tabindex="0">\n<table>\n{text}</table>\n</div>\n'

        def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
            """Say which cells a header belongs to."""
            style = f' class="{"num" if align == "right" else align}"' if align else ""
            return f'<th scope="col"{style}>{text}</th>\n' if head else f"<td{style}>{text}</td>\n"

    return SafeRenderer


def _markdown(source: str, attachments: dict[str, dict[str, str]]) -> str:
    """Return the HTML of markdown text. Task lists are left as text: their boxes have no label."""
    from mistune import import_plugin
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

    plugins = [import_plugin(name) for name in ("strikethrough", "table", "url", "def_list")]
    return str(MarkdownWithMath(renderer=_renderer()(attachments), plugins=plugins).render(source)).strip()


class _Blocks:
    """Collect the shown parts of a notebook, giving each heading a stable id and a level that follows on."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._kicker = ""
        self._contents: list[tuple[str, str]] = []
        self._ids: set[str] = {"main", "title", "contents-heading"}
        self._level = 1
        self._place = "title"

    def collect(self, notebook: Any) -> tuple[str, list[str], list[tuple[str, str]]]:
        """Return the line above the title, the blocks, and the contents as (id, escaped text)."""
        # Exhibits name their own ids, so headings have to make room for them.
        for cell in notebook.cells:
            self._ids.update(id for o in cell.get("outputs", ()) for id in _ID.findall(own_html(o, self._language)))
        blocks = []
        for cell in notebook.cells:
            if not belongs_to(cell, self._language):
                continue
            if HIDDEN_TAGS & set(cell.metadata.get("tags", ())):
                failures = [o for o in cell.get("outputs", ()) if o.output_type == "error"]
                blocks += [self._failure(output) for output in failures]
            elif cell.cell_type == "markdown":
                blocks.append(self._text(cell.source, cell.get("attachments", {})))
            elif cell.cell_type == "code":
                blocks += list(self._outputs(cell))
        return self._kicker, [block for block in blocks if block], self._contents

    def _text(self, source: str, attachments: dict[str, dict[str, str]]) -> str:
        """Return markdown as HTML, its headings and tables named."""
        return _NAMED.sub(self._name, _markdown(source, attachments)).strip()

    def _name(self, match: re.Match[str]) -> str:
        """Name a heading by its text, and a table by the heading above it."""
        if match[1] is None:
            return f'{match[0]} aria-labelledby="{self._place}"'
        return self._heading(int(match[1]), match[2])

    def _heading(self, level: int, inner: str) -> str:
        """Keep one h1 a page: the first becomes the line above the title, any other an h2."""
        text = unescape(_TAG.sub("", inner)).strip() or " ".join(map(unescape, _ALT.findall(inner)))
        if not text:
            return ""
        if level == 1 and not self._kicker:
            self._kicker = text
            return ""
        level = self._level = min(max(level, 2), self._level + 1)
        id = self._place = self._new_id(text)
        if level == 2:
            self._contents.append((id, escape(text)))
        return f'<h{level} id="{id}">{inner}</h{level}>'

    def _new_id(self, text: str) -> str:
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
        id, n = stem, 2
        while id in self._ids:
            id, n = f"{stem}-{n}", n + 1
        self._ids.add(id)
        return id

    def _outputs(self, cell: Any) -> Iterator[str]:
        """Yield what a cell shows; of what is not ours, markdown, or else its plain text."""
        for output in cell.outputs:
            if output.output_type == "error":
                yield self._failure(output)
            elif own := own_html(output, self._language):
                self._level = [self._level, *map(int, _LEVEL.findall(own))][-1]
                yield own
            elif "text/markdown" in output.get("data", {}):
                yield self._text(output.data["text/markdown"], {})
            elif "text/plain" in output.get("data", {}):
                yield f"<pre>{escape(output.data['text/plain'])}</pre>"

    def _failure(self, output: Any) -> str:
        level = self._level = min(3, self._level + 1)
        heading = escape(say("page_failure", language=self._language))
        trace = escape(_ANSI.sub("", "\n".join(output.traceback)))
        message = escape(f"{output.ename}: {output.evalue}")
        return f'<section class="failure"><h{level}>{heading}</h{level}><p>{message}</p><pre>{trace}</pre></section>'
