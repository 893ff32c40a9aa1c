"""Check the parameters and the card of a synthesis before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.synthesis.findings import gather
from arwap_analysis.review.synthesis.request import Synthesis

__all__ = ["check_inputs"]

Origin = tuple[tuple[str, str], ...]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[tuple[Path, str | None, Origin], ...]:
    """Return the card of a synthesis with its SHA-256 and origin, after reading it as the synthesis will.

    Raises ParameterError with every mistake of the card, and every text that is not written in one of the languages.
    """
    request = validated(Synthesis, parameters)
    evidence = gather(request, project=project)
    refuse_untranslated(request, {request.evidence: evidence.card})
    card = evidence.card
    said = {"title": card.title, "licence": card.licence, "obtained": card.origin}
    origin = (("source", card.id), *((name, (text.en or text.cy or "").strip()) for name, text in said.items()))
    return ((evidence.path, evidence.sha256, origin),)
