"""Texts that people write once in each language: what is missing is found wherever it stands."""

from __future__ import annotations

from arwap_analysis.documents import StrictModel
from arwap_analysis.texts import Text, missing_texts


class Part(StrictModel):
    id: str
    name: Text


class Card(StrictModel):
    title: Text
    obtained: Text | None = None
    caveats: list[Text] = []
    levels: dict[str, Text] = {}
    parts: list[Part] = []


BOTH = {"en": "Said", "cy": "Dywedwyd"}


def places(card, languages=("en", "cy")):
    """Return where texts are missing, as the messages name it."""
    return [fault.message.split("'")[1] for fault in missing_texts(card, languages, file="card.yml")]


def test_an_untranslated_text_is_found_at_any_depth_and_named_by_its_place():
    parts = [{"id": "pay", "name": "Pay"}, {"id": "grade", "name": BOTH}]
    card = Card(title=BOTH, caveats=[BOTH, "English alone"], levels={"high": {"cy": "Uchel"}}, parts=parts)
    assert places(card) == ["caveats[1]", "levels.high", "pay.name"]


def test_a_text_is_missing_only_in_a_language_that_is_asked_for():
    card = Card(title="English alone", levels={"high": {"cy": "Uchel"}})
    assert places(card, ["en"]) == ["levels.high"]
    assert places(card, ["cy"]) == ["title"]


def test_a_text_that_is_absent_needs_no_translation():
    assert places(Card(title=BOTH)) == []
