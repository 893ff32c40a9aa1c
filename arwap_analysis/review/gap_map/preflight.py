"""Check the parameters and the register of an evidence gap map before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.gap_map.findings import gather
from arwap_analysis.review.gap_map.request import GapRequest
from arwap_analysis.review.input_files import InputFile, input_file
from arwap_analysis.review.report_request import refuse_untranslated, validated

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the files of the map, each with its SHA-256, after reading them as the report will.

    Raises ParameterError or DataError with every fault that the report itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(GapRequest, parameters)
    material = gather(request, project=project)
    register = material.register.model_copy(update={"sources": material.sources})
    refuse_untranslated(request, {f"register '{register.id}'": register})
    return tuple(map(input_file, (project / request.evidence, *material.files)))
