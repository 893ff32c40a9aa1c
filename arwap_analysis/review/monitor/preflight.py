"""Check a monitor's parameters, framework and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.registers.framework import Framework
from arwap_analysis.review.monitor.evidence import Gathered, gather
from arwap_analysis.review.monitor.request import Monitor
from arwap_analysis.review.preflight import InputFile, each_once, files_of
from arwap_analysis.review.report_request import validated
from arwap_analysis.review.translated import missing_translations
from arwap_analysis.sources import file_digest
from arwap_analysis.texts import Text, missing_texts

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the data files of a monitor, each with its SHA-256 and origin, after reading them as it will.

    Raises ParameterError or DataError with every fault that the monitor itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(Monitor, parameters)
    gathered = gather(request, project=project)
    if lacking := tuple(dict.fromkeys(_untranslated(gathered))):
        raise ParameterError(lacking)
    folder = project / request.data_folder
    files = files_of((source for _, evidence in gathered.evidence for source in evidence.sources), folder)
    own = [request.framework, *(entry.measure.indicator for entry, _ in gathered.evidence)]
    for path in (project / name for name in own if name and name.endswith((".yml", ".yaml"))):
        files.append((path, file_digest(path), ()))
    return each_once(files)


def _untranslated(gathered: Gathered) -> Iterator[Fault]:
    languages = gathered.request.language
    yield from missing_texts({"title": gathered.request.title}, languages)
    yield from missing_texts(dict(_texts(gathered.framework)), languages, file=str(gathered.path))
    for _, evidence in gathered.evidence:
        yield from missing_translations(evidence)


def _texts(framework: Framework) -> Iterator[tuple[str, Text | None]]:
    """Yield every text of a framework that a report prints, with where it stands."""
    yield "title", framework.title
    yield from ((f"about[{n}]", text) for n, text in enumerate(framework.about))
    for id, cited in framework.citations.items():
        yield f"citations.{id}.title", cited.title
        yield f"citations.{id}.publisher", cited.publisher
    for chapter in framework.chapters:
        yield f"{chapter.id}.title", chapter.title
        yield from ((f"{outcome.id}.text", outcome.text) for outcome in chapter.outcomes)
    for entry in framework.entries:
        measure = entry.measure
        yield f"{measure.id}.title", measure.title
        yield f"{measure.id}.note", measure.note
        yield f"{measure.id}.source", measure.source
        yield f"{measure.id}.target", measure.target.says if measure.target else None
