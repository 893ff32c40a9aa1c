"""Check a delivery report's parameters and files before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.delivery.findings import assess_delivery, gather_delivery
from arwap_analysis.review.delivery.request import Delivery
from arwap_analysis.review.input_files import InputFile, Origin, each_once, files_of, input_file
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.translated import missing_translations

__all__ = ["check_delivery"]

_PLAN: Origin = (
    ("title", "Anti-racist Wales Action Plan"),
    ("publisher", "Welsh Government"),
    ("licence", "Open Government Licence v3.0"),
)


def check_delivery(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the files of a delivery report, each with its SHA-256 and origin, after reading them as the report will.

    Raises ParameterError or DataError with every fault that the report itself would meet: a register that contradicts
    itself, updates that cannot be true, goals that the register does not have, texts without their Welsh.
    """
    request = validated(Delivery, parameters)
    evidence = gather_delivery(request, project=project)
    assess_delivery(evidence)
    indicators = [found for linked in evidence.linked.values() for found in linked]
    refuse_untranslated(request, {}, (fault for found in indicators for fault in missing_translations(found)))
    register, *others = evidence.files
    files = [input_file(register, _PLAN), *map(input_file, others)]
    for found in indicators:
        files += files_of(found.sources, project / request.data_folder)
    return each_once(files)
