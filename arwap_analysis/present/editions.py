"""One notebook, a page in each language: which cells belong to which page, and whether each has its counterpart.

Prose is written once in each language, in markdown cells that follow one another. A cell tagged `cy` is on the Welsh
page alone; a markdown cell without the tag of a language is English; a code cell without one is on every page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.texts import ENGLISH_NAMES, FIRST_LANGUAGE, LANGUAGES

__all__ = [
    "HIDDEN_TAGS",
    "PAGE_NAME",
    "WORDLESS_TAG",
    "belongs_to",
    "beside",
    "check_outputs",
    "in_language",
    "missing_prose",
    "own_html",
]

PAGE_NAME = "report.html"
HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "setup", "hide"})
WORDLESS_TAG = "no-words"
"""Says of a code cell that what it shows has no words, and so is the same in every language."""


def beside(name: str, language: str, languages: Sequence[str]) -> str:
    """Return the name of a file in a language: `report.html` for the first one, `report.cy.html` for another."""
    stem, dot, suffix = name.rpartition(".")
    return name if language == languages[0] else f"{stem}.{language}{dot}{suffix}"


def in_language(payload: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """Return the payload of an exhibit with its words in a language; the data keep every column."""
    if payload.get("language", FIRST_LANGUAGE) == language:
        return payload
    return {**payload, **payload["languages"][language]}


def _tags(cell: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(cell["metadata"].get("tags", ()))


def _language(cell: Mapping[str, Any]) -> str | None:
    """Return the language of a cell, None for code on every page."""
    tagged = [language for language in LANGUAGES if language in _tags(cell)]
    if tagged:
        return tagged[0]
    return FIRST_LANGUAGE if cell["cell_type"] == "markdown" else None


def belongs_to(cell: Mapping[str, Any], language: str) -> bool:
    """Whether a cell is on the page in a language."""
    return _language(cell) in (None, language)


def own_html(output: Mapping[str, Any], language: str) -> str:
    """Return the HTML of an exhibit or statement of ours in a language, which alone passes as it stands; else empty."""
    payload = output.get("metadata", {}).get(METADATA_KEY)
    if not payload:
        return ""
    if payload.get("language", FIRST_LANGUAGE) == language:
        return str(output.get("data", {}).get("text/html", ""))
    return str(payload.get("languages", {}).get(language, {}).get("html", ""))


def missing_prose(
    cells: Sequence[Mapping[str, Any]], languages: Sequence[str], *, file: str | None = None
) -> Iterator[Fault]:
    """Yield a fault for each run of markdown cells that is not written in every language, heading by heading.

    Parameters
    ----------
    cells : sequence of cell
        The cells of a notebook, as JSON or as nodes.
    languages : sequence of str
        The languages of the report. Prose that is written in any language has to be in each of these.
    file : str, optional
        The notebook.
    """
    if tuple(languages) == (FIRST_LANGUAGE,):
        return
    shown = [cell for cell in cells if not HIDDEN_TAGS & _tags(cell)]
    for kind, group in groupby(shown, key=lambda cell: cell["cell_type"]):
        if kind != "markdown":
            continue
        run = list(group)
        written = {language: [c for c in run if _language(c) == language] for language in LANGUAGES}
        most = max(len(found) for found in written.values())
        start = "".join(run[0]["source"]).strip().partition("\n")[0]
        for language in languages:
            if len(written[language]) < most:
                hint = f"Write it in a markdown cell tagged '{language}' right after it."
                message = f"the prose that begins here is not written in {ENGLISH_NAMES[language]}"
                yield Fault("missing_translation", message, file, value=start, hint=hint)
            elif _headings(written[language]) != _headings(written[languages[0]]):
                message = f"the headings in {ENGLISH_NAMES[language]} are not on the same levels"
                yield Fault("other_headings", message, file, value=start, hint="Give both pages the same outline.")


def _headings(cells: Sequence[Mapping[str, Any]]) -> list[int]:
    lines = [line for cell in cells for line in "".join(cell["source"]).splitlines() if line.startswith("#")]
    return [len(line) - len(line.lstrip("#")) for line in lines]


def check_outputs(notebook: Any, languages: Sequence[str]) -> None:
    """Refuse an executed notebook that shows on a page what is not written in its language.

    Raises ParameterError with each cell: an exhibit without that language, or an output that is not ours, of which
    nobody can tell the language, in a cell without the tag of a language or `no-words`.
    """
    faults = []
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or HIDDEN_TAGS & _tags(cell):
            continue
        for language in languages:
            for output in cell.get("outputs", ()):
                if belongs_to(cell, language) and not _is_written(cell, output, language):
                    faults.append(_unwritten(number, cell, language))
    if faults:
        raise ParameterError(dict.fromkeys(faults))


def _is_written(cell: Any, output: Any, language: str) -> bool:
    if output.output_type not in ("display_data", "execute_result"):
        return True
    if METADATA_KEY in output.get("metadata", {}):
        return bool(own_html(output, language))
    return language == FIRST_LANGUAGE or WORDLESS_TAG in _tags(cell) or _language(cell) == language


def _unwritten(number: int, cell: Any, language: str) -> Fault:
    return Fault(
        "missing_translation",
        f"what cell {number} shows is not written in {ENGLISH_NAMES[language]}",
        value=cell.source.strip().partition("\n")[0],
        hint=f"Show an exhibit made in each language, tag the cell 'en' or '{language}' to keep it to one page, "
        f"or '{WORDLESS_TAG}' where it shows no words.",
    )
