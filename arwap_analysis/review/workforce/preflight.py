"""Check the parameters, cards and tables of a workforce report before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.input_files import InputFile, each_once, origin_of
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.workforce.findings import assess, gather
from arwap_analysis.review.workforce.request import Workforce

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return every card and table of a workforce report, each with its SHA-256 and origin.

    They are read and assessed as the report will, so that what a model or disclosure control refuses is told before.

    Raises ParameterError or DataError with every fault, among them every text that a language lacks.
    """
    request = validated(Workforce, parameters)
    evidence = gather(request, project=project)
    refuse_untranslated(request, {str(getattr(request, name)): given.card for name, given in evidence.given.items()})
    assess(evidence)
    given = evidence.given.values()
    return each_once((path, digest, origin_of(one.card)) for one in given for path, digest in one.files)
