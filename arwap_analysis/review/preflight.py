"""Check a review's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.evidence import gather
from arwap_analysis.review.protection import policy_files
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.request import Review
from arwap_analysis.review.translated import missing_translations
from arwap_analysis.sources import SourceCard, SourceTable, file_digest
from arwap_analysis.texts import Text

__all__ = ["InputFile", "check_inputs", "each_once", "files_of"]


Origin = tuple[tuple[str, str], ...]
InputFile = tuple[Path, str | None, Origin]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the data files of a review, each with its SHA-256 and origin, after reading them as the review will.

    A file of the package is preceded by the place in the project where a copy would come first, with None.

    Raises ParameterError or DataError with every fault that the review itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(Review, parameters)
    evidence = gather(request, project=project)
    refuse_untranslated(request, {}, missing_translations(evidence))
    files = files_of(evidence.sources, project / request.data_folder)
    if request.indicator.endswith((".yml", ".yaml")):
        card = project / request.indicator
        files.append((card, file_digest(card), ()))
    files += [(path, file_digest(path), ()) for path in policy_files(evidence.sources, project=project)]
    return each_once(files)


def files_of(sources: Iterable[SourceTable], folder: Path) -> list[InputFile]:
    """Return the file of each source, after the place in `folder` where a copy of a file of the package would be."""
    files: list[InputFile] = []
    for source in sources:
        if not source.path.is_relative_to(folder):
            files.append((folder / source.card.file, None, ()))
        files.append((source.path, source.sha256, _origin(source.card)))
    return files


def each_once(files: Iterable[InputFile]) -> tuple[InputFile, ...]:
    """Return the files without repetition: one file can hold both counts and populations."""
    once: dict[Path, InputFile] = {}
    for file in files:
        once.setdefault(file[0], file)
    return tuple(once.values())


def _origin(card: SourceCard) -> Origin:
    """Return what a source card says of where its file comes from."""
    said: dict[str, Text | None] = {
        "title": card.title,
        "publisher": card.publisher,
        "collection": card.collection,
        "licence": card.licence,
        "obtained": card.obtained,
    }
    words = {name: text.en or text.cy for name, text in said.items() if text is not None}
    # Only data that are not open have this entry: it is what keeps the rest of a run private.
    rule = () if card.disclosure == "open" else (("disclosure", "not open data: protected before anything is shown"),)
    return (("source", card.id), *((name, text) for name, text in words.items() if text), *rule)
