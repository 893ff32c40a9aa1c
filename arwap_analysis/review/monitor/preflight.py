"""Check a monitor's parameters, framework and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.input_files import InputFile, each_once, files_of, input_file
from arwap_analysis.review.monitor.evidence import gather
from arwap_analysis.review.monitor.request import Monitor
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.translated import missing_translations

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the data files of a monitor, each with its SHA-256 and origin, after reading them as it will.

    Raises ParameterError or DataError with every fault that the monitor itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(Monitor, parameters)
    gathered = gather(request, project=project)
    lacking = (fault for _, evidence in gathered.evidence for fault in missing_translations(evidence))
    refuse_untranslated(request, {str(gathered.path): gathered.framework}, lacking)
    folder = project / request.data_folder
    files = files_of((source for _, evidence in gathered.evidence for source in evidence.sources), folder)
    own = [request.framework, *(entry.measure.indicator for entry, _ in gathered.evidence)]
    files += [input_file(project / name) for name in own if name and name.endswith((".yml", ".yaml"))]
    return each_once(files)
