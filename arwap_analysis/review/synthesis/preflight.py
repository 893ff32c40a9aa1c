"""Check the parameters and the card of a synthesis before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.input_files import InputFile, origin_of
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.synthesis.findings import gather
from arwap_analysis.review.synthesis.request import Synthesis

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the card of a synthesis with its SHA-256 and origin, after reading it as the synthesis will.

    Raises ParameterError with every mistake of the card, and every text that is not written in one of the languages.
    """
    request = validated(Synthesis, parameters)
    evidence = gather(request, project=project)
    refuse_untranslated(request, {request.evidence: evidence.card})
    obtained = evidence.card.origin
    origin = (*origin_of(evidence.card), ("obtained", (obtained.en or obtained.cy or "").strip()))
    return ((evidence.path, evidence.sha256, origin),)
