"""Check the parameters, cards and tables of a workforce report before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.workforce.cards import TableCard
from arwap_analysis.review.workforce.findings import assess, gather
from arwap_analysis.review.workforce.request import Workforce

__all__ = ["check_inputs"]

Origin = tuple[tuple[str, str], ...]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[tuple[Path, str | None, Origin], ...]:
    """Return every card and table of a workforce report, each with its SHA-256 and origin.

    They are read and assessed as the report will, so that what a model or disclosure control refuses is told before.

    Raises ParameterError or DataError with every fault, among them every text that a language lacks.
    """
    request = validated(Workforce, parameters)
    evidence = gather(request, project=project)
    refuse_untranslated(request, {str(getattr(request, name)): given.card for name, given in evidence.given.items()})
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
