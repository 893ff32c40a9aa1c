"""Check a review's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from arwap_analysis.documents import Document, faults_of
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.evidence import gather
from arwap_analysis.review.request import Review
from arwap_analysis.sources import file_digest

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[tuple[Path, str | None], ...]:
    """Return the data files of a review with their SHA-256, after reading them as the review will.

    A file of the package is preceded by the place in the project where a copy would come first, with None.

    Raises ParameterError or DataError with every fault that the review itself would meet.
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
    files: list[tuple[Path, str | None]] = []
    for source in evidence.sources:
        if not source.path.is_relative_to(project / request.data_folder):
            files.append((project / request.data_folder / source.card.file, None))
        files.append((source.path, source.sha256))
    if request.indicator.endswith((".yml", ".yaml")):
        card = project / request.indicator
        files.append((card, file_digest(card)))
    return tuple(dict.fromkeys(files))
