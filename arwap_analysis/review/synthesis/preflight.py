"""Check the parameters and the card of a synthesis before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.report_request import validated
from arwap_analysis.review.synthesis.card import EvidenceCard
from arwap_analysis.review.synthesis.findings import Evidence, gather
from arwap_analysis.review.synthesis.request import Synthesis
from arwap_analysis.texts import FIRST_LANGUAGE, Text, missing_texts

__all__ = ["check_inputs"]

Origin = tuple[tuple[str, str], ...]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[tuple[Path, str | None, Origin], ...]:
    """Return the card of a synthesis with its SHA-256 and origin, after reading it as the synthesis will.

    Raises ParameterError with every mistake of the card, and every text that is not written in one of the languages.
    """
    request = validated(Synthesis, parameters)
    evidence = gather(request, project=project)
    if lacking := tuple(_untranslated(evidence)):
        raise ParameterError(lacking)
    card = evidence.card
    said = {"title": card.title, "licence": card.licence, "obtained": card.origin}
    origin = (("source", card.id), *((name, (text.en or text.cy or "").strip()) for name, text in said.items()))
    return ((evidence.path, evidence.sha256, origin),)


def _untranslated(evidence: Evidence) -> Iterator[Fault]:
    languages = evidence.request.language
    if languages == [FIRST_LANGUAGE]:
        return
    request = evidence.request
    yield from missing_texts({"title": request.title, "question": request.question}, languages)
    yield from missing_texts(_texts(evidence.card), languages, file=request.evidence)


def _texts(card: EvidenceCard) -> dict[str, Text | None]:
    """Return every text of a card by where it stands."""
    names = ("title", "measure", "below", "above", "subgroup_by", "licence", "origin")
    texts: dict[str, Text | None] = {name: getattr(card, name) for name in names}
    texts |= {f"subgroups.{id}": name for id, name in card.subgroups.items()}
    texts |= {f"caveats[{n}]": caveat for n, caveat in enumerate(card.caveats)}
    texts |= {f"sources[{n}].quality_reason": source.quality_reason for n, source in enumerate(card.sources)}
    if card.certainty is not None:
        texts |= {"certainty.reason": card.certainty.reason, "certainty.judged_by": card.certainty.judged_by}
    return texts
