"""Name what differs between two runs on equal inputs, and read an output without it.

Everything else is the same, byte for byte, whatever the working folder, the order of hashes or the day.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from arwap_analysis.present.sentences import say
from arwap_analysis.run.spec import Report
from arwap_analysis.texts import LANGUAGES

__all__ = ["VARYING", "settle_notebook", "stable_content"]

# Every name that a page or a workbook can have, so that what varies is known without the report's languages.
_PAGES = ("report.html", *(f"report.{language}.html" for language in LANGUAGES))
_WORKBOOKS = ("tables.xlsx", *(f"tables.{language}.xlsx" for language in LANGUAGES))

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
    **dict.fromkeys(_WORKBOOKS, ("Report made",)),
}
"""What may differ between two runs on equal inputs: the file, and the fields in it."""

_TIMES = ("start_time", "end_time", "duration")


@cache
def _date(before: str) -> re.Pattern[bytes]:
    """Return what finds the date that a page or a workbook prints, whatever its language."""
    names = "|".join(re.escape(escape(say("page_made", language=language))) for language in LANGUAGES)
    return re.compile(before.replace("NAME", names).encode())


_IN_PAGE, _IN_WORKBOOK = r"(<dt>(?:NAME)</dt><dd>)[^<]*", r"(<t>(?:NAME): )[^<]*"


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
        return _date(_IN_PAGE).sub(rb"\1", content)
    if path.name in _WORKBOOKS:
        return _workbook(content)
    if path.name in VARYING:
        found = json.loads(content)
        {"manifest.json": _manifest, "ro-crate-metadata.json": _crate, "report.ipynb": _notebook}[path.name](found)
        return json.dumps(found, ensure_ascii=False, indent=1).encode()
    return content


def _workbook(content: bytes) -> bytes:
    """Return the parts of a workbook one after the other, as they are when unpacked, without the date on its cover."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [name.encode() + b"\0" + archive.read(name) for name in sorted(archive.namelist())]
    except zipfile.BadZipFile:
        return content  # no workbook any more, so nothing of it can be left out
    return _date(_IN_WORKBOOK).sub(rb"\1", b"\0".join(parts))


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
