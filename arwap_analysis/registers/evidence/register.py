"""The register of evidence: each source with its areas, period, groups, place, precision and crossings.

A fact that is not known is absent, never guessed; a report says how much is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from arwap_analysis.documents import Document, StrictModel, load_model, read_document
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import classification_ids
from arwap_analysis.indicators.catalogue import ID_PATTERN, Title
from arwap_analysis.texts import Text

__all__ = ["PLACES", "Crossings", "EvidenceRegister", "EvidenceSource", "Place", "PolicyArea", "load_register"]

Place = Literal["local_authority", "health_board", "police_force", "region", "country"]
PLACES: tuple[Place, ...] = ("local_authority", "health_board", "police_force", "region", "country")
"""From the finest to the coarsest."""


class PolicyArea(StrictModel):
    """One area of the Plan."""

    id: str = Field(pattern=ID_PATTERN)
    name: Title


class Crossings(StrictModel):
    """Whether figures by ethnic group can be had by sex, age and disability; None where that is not known."""

    sex: bool | None = None
    age: bool | None = None
    disability: bool | None = None


class EvidenceSource(StrictModel):
    """One source of evidence by ethnic group.

    `first` and `last` are years; `classification` is one of ours; `place` the finest area with figures by ethnic
    group; `median_cv` the median coefficient of variation of its figures in per cent, 0 where everyone is counted.
    None means not known, in every one of them.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    areas: list[str] = Field(min_length=1)
    publisher: Text
    design: Literal["census", "administrative", "survey", "research"] | None = None
    first: int | None = Field(default=None, ge=1900, le=2200)
    last: int | None = Field(default=None, ge=1900, le=2200)
    published: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    classification: str | None = None
    place: Place | None = None
    median_cv: float | None = Field(default=None, ge=0)
    crossings: Crossings = Crossings()
    access: Literal["open", "on_request", "secure"] | None = None
    citation: str = Field(min_length=1)


class EvidenceRegister(StrictModel):
    """Areas of the Plan and the sources for them, as known in the year `as_of`."""

    id: str = Field(pattern=ID_PATTERN)
    as_of: int = Field(ge=1900, le=2200)
    note: Text
    areas_from: Text
    areas: list[PolicyArea] = Field(min_length=1)
    sources: list[EvidenceSource] = []

    def area(self, id: str) -> PolicyArea:
        """Return an area by its id."""
        return next(area for area in self.areas if area.id == id)

    def named(self, name: str) -> str | None:
        """Return the id of the area with an English name, None where there is none."""
        wanted = name.strip().casefold()
        return next((area.id for area in self.areas if area.name.en.casefold() == wanted), None)


def load_register(path: Path) -> EvidenceRegister:
    """Read a register from a YAML file.

    Raises
    ------
    ParameterError
        With every fault and its line: ids written twice, areas and classifications that there are not, a last year
        before the first.
    """
    register = load_model(path, EvidenceRegister)
    if faults := list(_faults(register, read_document(path))):
        raise ParameterError(faults)
    return register


def _faults(register: EvidenceRegister, document: Document) -> Iterator[Fault]:
    file = document.name
    known = [area.id for area in register.areas]
    for kind, ids in (("areas", known), ("sources", [source.id for source in register.sources])):
        for number, id in enumerate(ids):
            if id in ids[:number]:
                row = document.line((kind, number, "id"))
                yield Fault("id_twice", "this id is written twice", file, row, "id", id, "Keep one.")
    for number, source in enumerate(register.sources):
        for place, area in enumerate(source.areas):
            if area not in known:
                row = document.line(("sources", number, "areas", place))
                yield Fault(
                    "unknown_area", "there is no such area", file, row, "areas", area, did_you_mean(area, known)
                )
        if source.classification is not None and source.classification not in classification_ids():
            row = document.line(("sources", number, "classification"))
            hint = did_you_mean(source.classification, classification_ids())
            yield Fault("unknown_classification", "there is no such classification", file, row, "classification",
                        source.classification, hint)  # fmt: skip
        if source.first is not None and source.last is not None and source.last < source.first:
            row = document.line(("sources", number, "last"))
            yield Fault("years_turned_round", "the last year is before the first", file, row, "last", str(source.last))
