"""Find what could tell who spoke: contact details, places, and what looks like a name.

A search by rules finds much and never all: a name that is a word, or is written small, is not seen. What is found
keeps a quotation back until a person has looked at it; what is not found is why a person has to look in any case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from arwap_analysis.areas import area_codes, get_area
from arwap_analysis.registers.voices.common_words import CAPITALISED, OPENERS

__all__ = ["KINDS", "Found", "find_identifying"]

KINDS = ("email", "link", "phone", "postcode", "national_insurance", "address", "date", "place", "name")

_STREETS = (
    "street|st|road|rd|avenue|ave|lane|close|drive|crescent|terrace|court|place|square|gardens|grove|way|row|hill"
    "|walk|parade|view|estate"
)
_HEOLYDD = "Heol|Stryd|Ffordd|Rhodfa|Lôn|Maes|Clos|Cilgant|Teras|Rhes"
_CAPITALS = "A-ZÂÊÎÔÛŴŶ"
_WORD = r"[^\W\d_][\w'’-]*"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"(?<![\w.+%-])[\w.+%-]+\s?@\s?[\w-]+(?:\s?\.\s?[\w-]+)+", re.I)),
    ("email", re.compile(r"\b\w+\s?[\[(]at[\])]\s?[\w-]+|\b\w+ at [\w-]+ dot \w+", re.I)),
    ("link", re.compile(r"(?:https?://|www\.)\S+|(?<![\w@])@\w{2,}", re.I)),
    ("phone", re.compile(r"(?<![\w+])(?:\+|00)?\(?\d(?:[\s().-]{0,2}\d){8,14}(?!\w)")),
    ("postcode", re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s{0,2}\d[a-z]{2}\b", re.I)),
    ("national_insurance", re.compile(r"\b[a-ceghj-prtw-z][a-ceghj-nprtw-z][\s-]?(?:\d{2}[\s-]?){3}[a-d]\b", re.I)),
    ("address", re.compile(rf"\b\d+[a-z]?,?\s+(?:{_WORD}\s+){{1,3}}(?:{_STREETS})\b", re.I)),
    ("address", re.compile(rf"\b{_WORD}\s+(?:Street|Road|Avenue|Lane|Close|Drive|Crescent|Terrace|Gardens|Grove)\b")),
    ("address", re.compile(rf"(?:\b\d+[a-z]?,?\s+)?\b(?:{_HEOLYDD})\s+(?:yr?\s+)?[{_CAPITALS}][\w'’-]+")),
    ("date", re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b")),
)  # fmt: skip
_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Cllr|Councillor|Sir|Dame|Lord|Lady|Imam|Rev|"
                     rf"Father|Sister|Auntie|Uncle|PC|Sergeant|Cynghorydd|Parch|Yr Athro)\.?\s+{_WORD}")  # fmt: skip
_NAMED = re.compile(
    rf"\b(?:named|called|(?:my|his|her|their|whose) name(?:'s| is| was)|o'r enw|fy enw i yw)\s+({_WORD})", re.I
)
_CAPITAL = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that could tell who spoke: what kind, and from where to where in the text."""

    kind: str
    start: int
    end: int


def find_identifying(text: str) -> tuple[Found, ...]:
    """Find what could tell who spoke.

    Parameters
    ----------
    text : str
        The exact words.

    Returns
    -------
    tuple of Found
        In order of place; nothing within something larger. An empty tuple does not say that nobody can be recognised.
    """
    found = [Found(kind, *match.span()) for kind, pattern in _PATTERNS for match in pattern.finditer(text)]
    found += [Found("place", *span) for span in _places(text)]
    found += [Found("name", *match.span()) for match in _TITLED.finditer(text)]
    found += [Found("name", *match.span(1)) for match in _NAMED.finditer(text)]
    found += [Found("name", *span) for span in _capitalised(text)]
    kept: list[Found] = []
    # Longest first: what lies within a thing that is found already is that thing.
    for one in sorted(found, key=lambda f: (f.start - f.end, f.start, KINDS.index(f.kind))):
        if not any(k.start <= one.start and one.end <= k.end for k in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda f: (f.start, f.end)))


def _capitalised(text: str) -> Iterator[tuple[int, int]]:
    """Yield words that begin with a capital and are neither the first of a sentence nor known to be no name."""
    for match in _CAPITAL.finditer(text):
        word = match.group()
        if not word[0].isupper() or _bare(word) in CAPITALISED:
            continue
        if _begins_sentence(text, match.start()) and _bare(word) in OPENERS:
            continue
        yield match.span()


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“”‘’([-–—•*")
    return not before or before[-1] in ".!?:;\n…"


def _bare(word: str) -> str:
    """Return a word in small letters, without what a possessive or a contraction adds."""
    small = word.casefold().replace("’", "'")
    return small[:-2] if small.endswith("'s") else small


# First letters as Welsh changes them after other words: soft, nasal and aspirate.
_MUTATIONS = {
    "p": ("b", "mh", "ph"), "t": ("d", "nh", "th"), "c": ("g", "ngh", "ch"), "b": ("f", "m"), "d": ("dd", "n"),
    "g": ("", "ng"), "ll": ("l",), "m": ("f",), "rh": ("r",),
}  # fmt: skip
_SHORTEST_PART = 4  # "Talbot" of Neath Port Talbot, but not "Vale" of the Vale of Glamorgan
_SHORTEST_NAME = 3


def _places(text: str) -> Iterator[tuple[int, int]]:
    plain = "".join(_letter(c) for c in text)
    for match in _place_pattern().finditer(plain):
        yield match.span()


def _letter(character: str) -> str:
    """Return a letter without its accent and small, one for one, so that places in the text stay where they are."""
    bare = unicodedata.normalize("NFKD", character)[0].casefold() if character else character
    return bare if len(bare) == 1 else character


@cache
def _place_pattern() -> re.Pattern[str]:
    names: set[str] = set()
    for code in area_codes():
        area = get_area(code)
        if area.kind == "country":
            continue
        for name in (area.name_en, area.name_cy, *area.also):
            plain = "".join(_letter(c) for c in name)
            parts = plain.split() if area.kind == "local_authority" else []
            for part in (plain, *(part for part in parts if len(part) > _SHORTEST_PART)):
                names |= {part, *_mutated(part)}
    names = {name for name in names if len(name) > _SHORTEST_NAME}
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(
        r"(?<!\w)(?:" + "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in longest) + r")(?!\w)"
    )


def _mutated(name: str) -> Iterator[str]:
    for start in (name[:2], name[:1]):
        if start in _MUTATIONS:
            for other in _MUTATIONS[start]:
                yield other + name[len(start) :]
            return
