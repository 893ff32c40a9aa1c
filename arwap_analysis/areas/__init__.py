"""Areas of Wales: codes and names in English and Welsh, as publishers write them."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from arwap_analysis.errors import Fault, ParameterError, did_you_mean

__all__ = ["Area", "area_codes", "find_area", "get_area"]

Kind = Literal["country", "local_authority", "health_board", "police_force"]
# Words around a name that do not change which area is meant.
_AROUND = re.compile(
    r"\b(county borough|city and county of|city of|county of|county|council|cyngor|bwrdeistref sirol|ua"
    r"|unitary authority)\b"
)


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its code in the Register of Geographic Codes, and its names."""

    code: str
    name_en: str
    name_cy: str
    kind: Kind
    also: tuple[str, ...]
    welsh_status: str
    source: str


@cache
def _load() -> dict[str, Area]:
    """Read the areas once; the file is part of the package and its tests."""
    text = resources.files(__package__).joinpath("areas.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Area(**{**row, "also": tuple(filter(None, row["also"].split("|")))})  # type: ignore[arg-type]
        for row in csv.DictReader(text.splitlines())
    }


def area_codes(kind: Kind | None = None) -> tuple[str, ...]:
    """Codes of all areas, or of one kind, in the order of the register."""
    return tuple(code for code, area in _load().items() if kind is None or area.kind == kind)


def get_area(code: str) -> Area:
    """Return an area by its code; raises ParameterError with the nearest code."""
    try:
        return _load()[code.strip().upper()]
    except KeyError:
        raise ParameterError(
            Fault(
                "unknown_area", f"'{code}' is not the code of an area of Wales", hint=did_you_mean(code, area_codes())
            )
        ) from None


def find_area(text: str, *, kind: Kind | None = None) -> Area | None:
    """Return the area that a code or a name in English or Welsh means; None where none does, or two do.

    Case, accents, hyphens and words such as "County Borough Council" do not matter. "Gwent" alone is the police
    force, because no local authority of Wales has that name today; "Powys" is the local authority.

    Parameters
    ----------
    text : str
        As written.
    kind : str, optional
        Look among areas of this kind only.
    """
    wanted = _plain(text)
    if not wanted:
        return None
    found = [area for area in _load().values() if kind in (None, area.kind) and wanted in _names(area.code)]
    return found[0] if len(found) == 1 else None


@cache
def _names(code: str) -> frozenset[str]:
    area = _load()[code]
    return frozenset(_plain(name) for name in (code, area.name_en, area.name_cy, *area.also))


@cache
def _plain(text: str) -> str:
    """Return a name without case, accents, signs and the words around it."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in bare.replace("&", " and ") if not unicodedata.combining(c))
    return " ".join(_AROUND.sub(" ", letters).split())
