"""Check a review's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.evidence import gather
from arwap_analysis.review.input_files import InputFile, each_once, files_of, input_file
from arwap_analysis.review.protection import policy_files
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.request import Review
from arwap_analysis.review.translated import missing_translations

__all__ = ["check_inputs"]


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
        files.append(input_file(project / request.indicator))
    files += map(input_file, policy_files(evidence.sources, project=project))
    return each_once(files)
