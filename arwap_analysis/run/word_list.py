"""List every text that is translated, with its state, for the translator who reviews it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import arwap_analysis.measures  # noqa: F401 (fills the register)
from arwap_analysis.areas import area_codes, get_area
from arwap_analysis.ethnicity import classification_ids, get_classification
from arwap_analysis.indicators import indicator_ids, load_indicator
from arwap_analysis.present.translations import translations
from arwap_analysis.registers.framework import framework_file, read_framework
from arwap_analysis.registry import registered_measures
from arwap_analysis.sources import load_source, source_ids
from arwap_analysis.texts import Text

__all__ = ["TranslatedText", "count_states", "list_translations", "write_translations"]


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """One text in English and in Welsh: the file in which it stands, its name there, and its state.

    `state` is official (from the body that the file names), reviewed, to_review, or missing. `texts` is the digest
    that the record of a review takes, for texts of the message catalogue only.
    """

    file: str
    id: str
    en: str
    cy: str
    state: str
    texts: str = ""


def list_translations() -> Iterator[TranslatedText]:
    """Yield every text of the package that has a Welsh form or needs one."""
    for text in translations("cy"):
        yield TranslatedText("present/messages/cy", text.id, text.first, text.other, text.state, text.digest)
    for classification in classification_ids():
        for group in get_classification(classification).groups:
            for name in ("name", "short", "people"):
                en, cy = getattr(group, f"{name}_en"), getattr(group, f"{name}_cy")
                yield _named(
                    "ethnicity/groups.csv", f"{classification} {group.code} {name}", en, cy, group.welsh_status
                )
            id = f"{classification} {group.code} hides"
            yield _named("ethnicity/groups.csv", id, group.hides, group.hides_cy, group.welsh_status)
    for code in area_codes():
        area = get_area(code)
        yield _named("areas/areas.csv", code, area.name_en, area.name_cy, area.welsh_status)
    for id, measure in registered_measures().items():
        yield _named("measures", id, measure.label_en, measure.label_cy, measure.welsh_status)
    for name in indicator_ids():
        yield from _of_card(f"indicators/built_in/{name}.yml", load_indicator(name, folder=Path()))
    for name in source_ids():
        yield from _of_card(f"sources/{name}/source.yml", load_source(name))
    yield from _of_card("registers/framework.yml", read_framework(framework_file()))


def _named(file: str, id: str, en: str, cy: str, state: str) -> TranslatedText:
    return TranslatedText(file, id, en, cy, state if cy else "missing")


def _of_card(file: str, card: BaseModel, within: str = "") -> Iterator[TranslatedText]:
    """Yield every text of a card and of what it holds."""
    for name in type(card).model_fields:
        value = getattr(card, name)
        for place, text in _held(value):
            id = f"{within}{name}" + ("" if place is None else f"[{place}]")
            if isinstance(text, Text):
                yield _named(file, id, text.en or "", text.cy or "", "reviewed" if text.reviewed else "to_review")
            elif isinstance(text, BaseModel):
                yield from _of_card(file, text, f"{id}.")


def _held(value: Any) -> Iterable[tuple[object, Any]]:
    """Return what a field holds, each with its place in a list or a mapping; None where the field is one thing."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else [(None, value)]


def count_states() -> dict[str, Counter[str]]:
    """Return how many texts of each file are in each state."""
    found: dict[str, Counter[str]] = {}
    for text in list_translations():
        found.setdefault(text.file, Counter())[text.state] += 1
    return found


def write_translations(path: Path) -> int:
    """Write every text as CSV, for a translator's own tool, and return how many there are."""
    texts = list(list_translations())
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(TranslatedText)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(text) for text in texts)
    return len(texts)
