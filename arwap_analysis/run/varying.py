"""Name what differs between two runs on equal inputs, and read an output without it.

Everything else is the same, byte for byte, whatever the working folder, the order of hashes or the day.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from arwap_analysis.present.sentences import say
from arwap_analysis.run.spec import Report
from arwap_analysis.texts import LANGUAGES

__all__ = ["VARYING", "settle_notebook", "stable_content"]

# Every name that a page can have, so that what varies is known without the report's languages.
_PAGES = ("report.html", *(f"report.{language}.html" for language in LANGUAGES))

VARYING: dict[str, tuple[str, ...]] = {
    "manifest.json": ("started", "finished", "sha256 and bytes of the files named here"),
    "ro-crate-metadata.json": (
        "startTime",
        "endTime",
        "datePublished",
        "sha256 and contentSize of the files named here",
    ),
    "report.ipynb": ("start, end and duration in the metadata of the notebook and of each cell",),
    **dict.fromkeys(_PAGES, ("Report made",)),
}
"""What may differ between two runs on equal inputs: the file, and the fields in it."""

_TIMES = ("start_time", "end_time", "duration")


@cache
def _date() -> re.Pattern[bytes]:
    """Return what finds the date that a page prints, whatever the page's language."""
    names = "|".join(re.escape(escape(say("page_made", language=language))) for language in LANGUAGES)
    return re.compile(rf"(<dt>(?:{names})</dt><dd>)[^<]*".encode())


def settle_notebook(path: Path, report: Report) -> None:
    """Take out of an executed notebook what names this machine or is drawn at random.

    papermill notes the full paths of the template and of the output, and gives the cell with the
    parameters a random id.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notes = notebook["metadata"].get("papermill", {})
    notes.update(input_path=report.notebook.name, output_path=path.name)
    for cell in notebook["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", ()) and "id" in cell:
            cell["id"] = "injected-parameters"
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def stable_content(path: Path) -> bytes:
    """Return what a file of an output holds apart from the fields that `VARYING` names."""
    content = path.read_bytes()
    if path.name in _PAGES:
        return _date().sub(rb"\1", content)
    if path.name in VARYING:
        found = json.loads(content)
        {"manifest.json": _manifest, "ro-crate-metadata.json": _crate, "report.ipynb": _notebook}[path.name](found)
        return json.dumps(found, ensure_ascii=False, indent=1).encode()
    return content


def _manifest(manifest: dict[str, Any]) -> None:
    _drop(manifest, ("started", "finished"))
    for output in manifest.get("outputs", ()):
        if output.get("path") in VARYING:
            _drop(output, ("sha256", "bytes"))


def _crate(crate: dict[str, Any]) -> None:
    for entity in crate.get("@graph", ()):
        _drop(entity, ("startTime", "endTime", "datePublished"))
        if entity.get("@id") in VARYING:
            _drop(entity, ("sha256", "contentSize"))


def _notebook(notebook: dict[str, Any]) -> None:
    for metadata in (notebook["metadata"], *(cell["metadata"] for cell in notebook["cells"])):
        _drop(metadata.get("papermill", {}), _TIMES)
        metadata.pop("execution", None)


def _drop(fields: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        fields.pop(name, None)
