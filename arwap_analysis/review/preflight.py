"""Check a review's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from arwap_analysis.documents import Document, faults_of
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.evidence import gather
from arwap_analysis.review.protection import policy_files
from arwap_analysis.review.request import Review
from arwap_analysis.review.translated import missing_translations
from arwap_analysis.sources import SourceCard, file_digest
from arwap_analysis.texts import Text

__all__ = ["check_inputs"]


Origin = tuple[tuple[str, str], ...]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[tuple[Path, str | None, Origin], ...]:
    """Return the data files of a review, each with its SHA-256 and origin, after reading them as the review will.

    A file of the package is preceded by the place in the project where a copy would come first, with None.

    Raises ParameterError or DataError with every fault that the review itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    try:
        request = Review.model_validate(dict(parameters))
    except ValidationError as error:
        faults = faults_of(error, Review, Document("", {}, {}))
        raise ParameterError(
            [
                Fault(f.code, f.message, None, None, str(detail["loc"][0]), f.value, f.hint)
                for f, detail in zip(faults, error.errors(), strict=True)
            ]
        ) from None
    evidence = gather(request, project=project)
    if lacking := missing_translations(evidence):
        raise ParameterError(lacking)
    files: list[tuple[Path, str | None, Origin]] = []
    for source in evidence.sources:
        if not source.path.is_relative_to(project / request.data_folder):
            files.append((project / request.data_folder / source.card.file, None, ()))
        files.append((source.path, source.sha256, _origin(source.card)))
    if request.indicator.endswith((".yml", ".yaml")):
        card = project / request.indicator
        files.append((card, file_digest(card), ()))
    files += [(path, file_digest(path), ()) for path in policy_files(evidence.sources, project=project)]
    once: dict[Path, tuple[Path, str | None, Origin]] = {}
    for file in files:  # one file can hold both counts and populations
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
