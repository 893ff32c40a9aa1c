"""Check an adjusted disparity's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.adjusted.card import AdjustedReview
from arwap_analysis.review.adjusted.evidence import gather
from arwap_analysis.review.adjusted.findings import assess
from arwap_analysis.review.dataset import listed_files
from arwap_analysis.review.input_files import InputFile
from arwap_analysis.review.report_request import refuse_untranslated, validated

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the files of an adjusted disparity, each with its SHA-256 and origin, after reading them as it will.

    Raises ParameterError or DataError with every fault that the report itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(AdjustedReview, parameters)
    evidence = gather(request, project=project)
    refuse_untranslated(request, {f"card '{evidence.card.id}'": evidence.card})
    assess(evidence)
    return listed_files(evidence.card, evidence.path)
