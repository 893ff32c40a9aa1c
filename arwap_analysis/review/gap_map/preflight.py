"""Check the parameters and the register of an evidence gap map before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.gap_map.findings import GapMaterial, gather
from arwap_analysis.review.gap_map.request import GapRequest
from arwap_analysis.review.report_request import validated
from arwap_analysis.sources import file_digest
from arwap_analysis.texts import FIRST_LANGUAGE, Text, missing_texts

__all__ = ["check_inputs"]

Input = tuple[Path, str | None, tuple[tuple[str, str], ...]]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[Input, ...]:
    """Return the files of the map, each with its SHA-256, after reading them as the report will.

    Raises ParameterError or DataError with every fault that the report itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(GapRequest, parameters)
    material = gather(request, project=project)
    if lacking := tuple(_untranslated(material)):
        raise ParameterError(lacking)
    return tuple((path, file_digest(path), ()) for path in (project / request.evidence, *material.files))


def _untranslated(material: GapMaterial) -> Iterator[Fault]:
    """Yield a fault for each text that a page would need and that is not written in its language."""
    languages = material.request.language
    if languages == [FIRST_LANGUAGE]:
        return
    yield from missing_texts({"title": material.request.title}, languages)
    register = material.register
    texts: dict[str, Text | None] = {"note": register.note, "areas_from": register.areas_from}
    texts |= {f"area {area.id}": area.name for area in register.areas}
    for source in material.sources:
        texts |= {f"{source.id}.title": source.title, f"{source.id}.publisher": source.publisher}
    yield from missing_texts(texts, languages, file=f"register '{register.id}'")
