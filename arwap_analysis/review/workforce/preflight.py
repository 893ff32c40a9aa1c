"""Check the parameters, cards and tables of a workforce report before a notebook is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.report_request import validated
from arwap_analysis.review.workforce.cards import TableCard
from arwap_analysis.review.workforce.findings import Evidence, assess, gather
from arwap_analysis.review.workforce.request import Workforce
from arwap_analysis.texts import FIRST_LANGUAGE, Text, missing_texts

__all__ = ["check_inputs"]

Origin = tuple[tuple[str, str], ...]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[tuple[Path, str | None, Origin], ...]:
    """Return every card and table of a workforce report, each with its SHA-256 and origin.

    They are read and assessed as the report will, so that what a model or disclosure control refuses is told before.

    Raises ParameterError or DataError with every fault, among them every text that a language lacks.
    """
    request = validated(Workforce, parameters)
    evidence = gather(request, project=project)
    if lacking := tuple(_untranslated(evidence)):
        raise ParameterError(lacking)
    assess(evidence)
    found: dict[Path, tuple[Path, str | None, Origin]] = {}
    for given in evidence.given.values():
        for path, digest in given.files:
            found.setdefault(path, (path, digest, _origin(given.card)))
    return tuple(found.values())


def _origin(card: TableCard) -> Origin:
    said = {"title": card.title, "publisher": card.publisher, "licence": card.licence, "obtained": card.obtained}
    words = {name: (text.en or text.cy or "").strip() for name, text in said.items() if text is not None}
    return (("source", card.id), *words.items())


def _untranslated(evidence: Evidence) -> Iterator[Fault]:
    request = evidence.request
    if request.language == [FIRST_LANGUAGE]:
        return
    yield from missing_texts({"title": request.title, "question": request.question}, request.language)
    for name, given in evidence.given.items():
        yield from missing_texts(_texts(given.card), request.language, file=str(getattr(request, name)))


def _texts(card: TableCard) -> dict[str, Text | None]:
    """Return every text of a card by where it stands."""
    found: dict[str, Text | None] = {}
    for name in type(card).model_fields:
        value = getattr(card, name)
        if isinstance(value, Text):
            found[name] = value
        elif isinstance(value, dict):
            found |= {f"{name}.{key}": text for key, text in value.items() if isinstance(text, Text)}
        elif isinstance(value, list):
            found |= {f"{name}[{n}]": text for n, text in enumerate(value) if isinstance(text, Text)}
    benchmark = getattr(card, "benchmark", None)
    if benchmark is not None:
        names = ("title", "publisher", "licence", "people")
        found |= {f"benchmark.{name}": getattr(benchmark, name) for name in names}
        found |= {f"benchmark.caveats[{n}]": caveat for n, caveat in enumerate(benchmark.caveats)}
    return found
