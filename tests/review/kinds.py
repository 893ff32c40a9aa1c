"""What tests of kinds of report that read a data file by its card share."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import yaml
from bs4 import BeautifulSoup

from arwap_analysis.present.charts import drawing
from tests.conftest import ROOT
from tests.welsh import english_in

TITLE = {"en": "Made up", "cy": "Dychmygol"}
QUESTION = {"en": "Is it so?", "cy": "A yw hi felly?"}
ASKED = {"review_id": "x", "title": TITLE, "question": QUESTION, "language": ["en", "cy"]}


def card_of(name: str) -> dict:
    """Return a card of the project as it stands in its file."""
    return yaml.safe_load((ROOT / "data" / f"{name}.yml").read_text(encoding="utf-8"))


def write(folder: Path, card: dict, rows: list[str]) -> str:
    """Write a card and its data file into a folder, and return the path of the card from the project."""
    (folder / "data").mkdir(exist_ok=True)
    card = {key: value for key, value in card.items() if key != "sha256"}
    (folder / "data" / card["file"]).write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "data" / "made_up.yml").write_text(
        yaml.safe_dump(card, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return "data/made_up.yml"


def text_of(html: str) -> str:
    """Return every word that a reader of the HTML meets, alt texts too."""
    page = BeautifulSoup(html, "html.parser")
    return " ".join([page.text, *(image["alt"] for image in page.find_all("img"))])


def assert_welsh(shown, *, beside=frozenset()) -> None:
    """Hold that a section carries itself in Welsh, with no English word but names of publishers and products."""
    (welsh,) = shown.translations
    assert (shown.language, welsh.language, shown.id) == ("en", "cy", welsh.id)
    assert english_in(text_of(welsh.to_html())) - beside == set()
    assert len(text_of(welsh.to_html())) > len(text_of(shown.to_html())) / 2


def words_in_chart(exhibit, monkeypatch, remake) -> str:
    """Return what is written in an exhibit's Welsh chart, made again with letters as letters."""
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    (welsh,) = remake().translations
    return " ".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", welsh.svg))
