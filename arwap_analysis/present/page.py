"""Turn an executed notebook into one accessible HTML page that asks the network for nothing.

nbconvert does the conversion with our own template: its default page loads scripts from outside, shows
every cell, and gives figures no text. Only our own exhibits and statements pass as HTML; all other text,
from data or from people, is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape, unescape
from importlib import resources as package_files
from typing import Any

from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.sentences import say

__all__ = ["prepare_page", "render_page"]

_HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "setup", "hide"})
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def render_page(
    notebook: Any,
    *,
    title: str,
    language: str = "en",
    facts: Sequence[tuple[str, str]] = (),
    notices: Sequence[str] = (),
) -> str:
    """Return the page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Its first `#` heading becomes the line above the title; cells tagged `parameters`,
        `injected-parameters`, `setup` or `hide` are not shown, and no code is.
    title : str
        The one h1 of the page.
    language : str
        Language tag of the page and of its own words.
    facts : sequence of (name, value)
        Shown below the title.
    notices : sequence of str
        Shown as banners above everything else.

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
        "words": {name: say(f"page_{name}", language=language) for name in ("skip", "contents", "footer")},
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    return str(html)


def prepare_page() -> None:
    """Load and keep what `render_page` needs, so that the first page does not wait for it."""
    _exporter()
    _markdown()


def _file(name: str) -> str:
    return package_files.files(__package__).joinpath("template", name).read_text(encoding="utf-8")


@cache
def _exporter() -> Any:
    """Return nbconvert's HTML exporter with our template alone."""
    from nbconvert.exporters import HTMLExporter

    with package_files.as_file(package_files.files(__package__).joinpath("template")) as folder:
        return HTMLExporter(extra_template_basedirs=[str(folder)], template_name="arwap")


@cache
def _markdown() -> Any:
    """Return nbconvert's markdown renderer, with raw HTML escaped and script links disarmed."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer)


class _Blocks:
    """Collect the shown parts of a notebook, giving each heading a stable id."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._kicker = ""
        self._contents: list[tuple[str, str]] = []
        self._ids: set[str] = {"main", "contents-heading"}

    def collect(self, notebook: Any) -> tuple[str, list[str], list[tuple[str, str]]]:
        """Return the line above the title, the blocks, and the contents as (id, escaped text)."""
        blocks = []
        for cell in notebook.cells:
            if _HIDDEN_TAGS & set(cell.metadata.get("tags", ())):
                failures = [o for o in cell.get("outputs", ()) if o.output_type == "error"]
                blocks += [self._failure(output) for output in failures]
            elif cell.cell_type == "markdown":
                blocks.append(_HEADING.sub(self._heading, _markdown()(cell.source)).strip())
            elif cell.cell_type == "code":
                blocks += list(self._outputs(cell))
        return self._kicker, [block for block in blocks if block], self._contents

    def _heading(self, match: re.Match[str]) -> str:
        """Keep one h1 a page: the first becomes the kicker, any other an h2."""
        level, inner = int(match[1]), match[2]
        text = unescape(_TAG.sub("", inner)).strip()
        if level == 1 and not self._kicker:
            self._kicker = text
            return ""
        level = max(level, 2)
        id = self._new_id(text)
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
        for output in cell.outputs:
            if output.output_type == "error":
                yield self._failure(output)
            elif output.output_type in ("display_data", "execute_result"):
                if METADATA_KEY in output.get("metadata", {}):
                    yield output.data["text/html"]
                elif "text/plain" in output.data:
                    yield f"<pre>{escape(output.data['text/plain'])}</pre>"

    def _failure(self, output: Any) -> str:
        heading = escape(say("page_failure", language=self._language))
        trace = escape(_ANSI.sub("", "\n".join(output.traceback)))
        message = escape(f"{output.ename}: {output.evalue}")
        return f'<section class="failure"><h3>{heading}</h3><p>{message}</p><pre>{trace}</pre></section>'
