"""Check a profile's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.input_files import InputFile, each_once, files_of
from arwap_analysis.review.profile.evidence import gather
from arwap_analysis.review.profile.request import Profile
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.translated import missing_translations

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the data files of a profile, each with its SHA-256 and origin, after reading them as it will.

    Raises ParameterError or DataError with every fault that the profile itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(Profile, parameters)
    evidence = gather(request, project=project)
    cards = {f"source card '{source.card.id}'": source.card for source in (evidence.broad, evidence.detailed)}
    lacking = (fault for voice in evidence.voices for fault in missing_translations(voice.evidence))
    refuse_untranslated(request, cards, lacking)
    return each_once(files_of(evidence.sources, project / request.data_folder))
