"""Check the parameters and files of a report on what people said before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault
from arwap_analysis.review.input_files import InputFile, each_once, input_file, origin_of
from arwap_analysis.review.preflight import check_inputs as check_review
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.voices.findings import Material, gather
from arwap_analysis.review.voices.request import VoicesRequest
from arwap_analysis.texts import ENGLISH_NAMES

__all__ = ["check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the files of the report, each with its SHA-256 and origin, after reading them as the report will.

    Raises ParameterError or DataError with every fault that the report itself would meet, among them every text that
    is not written in one of the languages asked for.
    """
    request = validated(VoicesRequest, parameters)
    material = gather(request, project=project)
    card, frame = material.card, material.frame
    cards = {f"card '{card.id}'": card, f"coding frame '{frame.id}'": frame}
    refuse_untranslated(request, cards, _unnamed(material) if "cy" in request.language else ())
    beside = (material.folder / name for name in (card.frame, card.reviews) if name is not None)
    files = [
        input_file(project / request.voices),
        input_file(material.folder / card.file, origin_of(card)),
        *map(input_file, beside),
    ]
    for one in card.beside:
        asked = {
            "review_id": request.review_id, "title": request.title, "question": request.title,
            "indicator": one.indicator, "data_folder": request.data_folder, "language": list(request.language),
        }  # fmt: skip
        files += check_review(asked, project=project)
    return each_once(files)


def _unnamed(material: Material) -> Iterator[Fault]:
    """Yield a fault for each group and source, as the file names it, that the card has no Welsh for."""
    card, coded = material.card, material.coded.frame
    message = f"this name of a group or a source has no words in {ENGLISH_NAMES['cy']}"
    hint = "Write it there, as the file has it: and then in Welsh."
    for text in dict.fromkeys([*coded["group"], *coded["source"]]):
        if text not in card.words_cy:
            yield Fault("missing_translation", message, f"card '{card.id}'", column="words_cy", value=text, hint=hint)
