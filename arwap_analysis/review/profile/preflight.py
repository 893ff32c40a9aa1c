"""Check a profile's parameters and data before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.preflight import InputFile, each_once, files_of
from arwap_analysis.review.profile.evidence import Evidence, gather
from arwap_analysis.review.profile.request import Profile
from arwap_analysis.review.report_request import validated
from arwap_analysis.review.translated import missing_source_texts, missing_translations
from arwap_analysis.texts import missing_texts

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the data files of a profile, each with its SHA-256 and origin, after reading them as it will.

    Raises ParameterError or DataError with every fault that the profile itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(Profile, parameters)
    evidence = gather(request, project=project)
    if lacking := tuple(dict.fromkeys(_untranslated(evidence))):
        raise ParameterError(lacking)
    return each_once(files_of(evidence.sources, project / request.data_folder))


def _untranslated(evidence: Evidence) -> Iterator[Fault]:
    languages = evidence.request.language
    yield from missing_texts({"title": evidence.request.title}, languages)
    for source in (evidence.broad, evidence.detailed):
        yield from missing_source_texts(source.card, languages)
    for voice in evidence.voices:
        yield from missing_translations(voice.evidence)
