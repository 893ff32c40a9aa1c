"""Made-up excerpts for tests: nobody said these words."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

import yaml

FRAME = """\
id: example_codes
title: {en: Example, cy: Enghraifft}
codes:
  - id: services
    name: {en: Services, cy: Gwasanaethau}
    definition: {en: Services., cy: Gwasanaethau.}
  - id: waiting
    name: {en: Waiting, cy: Aros}
    definition: {en: Long waits., cy: Aros hir.}
    parent: services
  - id: trust
    name: {en: Trust, cy: Ymddiriedaeth}
    definition: {en: Trust in those who help., cy: Ymddiriedaeth yn y rhai sy'n helpu.}
    parent: services
  - id: housing
    name: {en: Housing, cy: Tai}
    definition: {en: Homes., cy: Cartrefi.}
"""
HEADER = ["excerpt", "speaker", "source", "date", "group", "codes", "quotation", "language", "consent", "coder"]
SAFE = "They made me wait and nobody said why, again and again."
NAMED = "My neighbour Zebedee Quillfeather said the same, ring him on 07700 900123."
PLACED = "It was no better when we moved to Caerffili last year."
UNCONSENTED = "Xylophone sentence without any consent at all."
COUNTED = "Marigold sentence that may be counted and never quoted."
SECRETS = ("Zebedee", "Quillfeather", "07700 900123", "Caerffili", "Xylophone", "Marigold")


def rows() -> list[list[str]]:
    """Return excerpts of two coders: 24 people of three groups, one of them small."""
    found = []
    for number in range(24):
        group = "Welsh Asian" if number < 12 else "Black Welsh" if number < 22 else "Sylheti"
        codes = "waiting" if number % 2 else "waiting; trust" if number % 3 else "housing"
        words, consent = (f"{SAFE} It was time {number}.", "quote")
        if number == 1:
            words = NAMED
        if number == 2:
            words = PLACED
        if number == 3:
            words, consent = COUNTED, "analysis_only"
        if number == 4:
            words, consent = UNCONSENTED, "none"
        if number == 5:
            consent = "quote_anonymously"
        for coder in ("coder A", "coder B"):
            given = "trust" if coder == "coder B" and number == 7 else codes
            found.append([f"e{number}", f"p{number}", "Forum one", "2024-05-01", group, given, words, "en", consent,
                          coder])  # fmt: skip
    return found


def write_csv(path: Path, lines: Iterable[list[str]], header: list[str] = HEADER) -> Path:
    """Write rows as CSV and return the path."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *lines])
    return path


def write_project(folder: Path, lines: Iterable[list[str]] | None = None, **changes: object) -> Path:
    """Write frame, excerpts and card into `folder`; return the card."""
    (folder / "codes.yml").write_text(FRAME, encoding="utf-8")
    table = write_csv(folder / "coded.csv", rows() if lines is None else lines)
    card = {
        "id": "example",
        "title": {"en": "What people said", "cy": "Yr hyn a ddywedodd pobl"},
        "kind": "people",
        "publisher": {"en": "Nobody", "cy": "Neb"},
        "licence": {"en": "None", "cy": "Dim"},
        "file": "coded.csv",
        "sha256": hashlib.sha256(table.read_bytes()).hexdigest(),
        "frame": "codes.yml",
        "words_cy": {"Welsh Asian": "Asiaidd Cymreig", "Black Welsh": "Du Cymreig", "Sylheti": "Sylheti",
                     "Forum one": "Fforwm un"},
        **changes,
    }  # fmt: skip
    path = folder / "example.yml"
    path.write_text(yaml.safe_dump(card, allow_unicode=True), encoding="utf-8")
    return path
