"""Read the censuses of a local authority, of Wales and of the other authorities, and ask which indicators speak."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from arwap_analysis import areas
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.indicators import indicator_ids, load_indicator
from arwap_analysis.project import find_project
from arwap_analysis.review.evidence import Evidence as IndicatorEvidence
from arwap_analysis.review.evidence import gather as gather_indicator
from arwap_analysis.review.profile.request import Profile
from arwap_analysis.review.request import Review
from arwap_analysis.sources import Area, SourceCard, SourceTable, load_source, read_published
from arwap_analysis.texts import Text

__all__ = ["BROAD", "DETAILED", "WALES", "Evidence", "Voice", "gather", "published_for", "read_everywhere"]

WALES = "W92000004"
BROAD = "census_population_areas"
DETAILED = "census_population_2021"


@dataclass(frozen=True)
class Voice:
    """One indicator of the catalogue: its evidence for the area it is published for, and whether it speaks for ours."""

    evidence: IndicatorEvidence
    speaks: bool


@dataclass(frozen=True)
class Evidence:
    """What a profile rests on: census tables of the area and of Wales, and the indicators of the catalogue."""

    request: Profile
    area: areas.Area
    broad: SourceTable
    broad_wales: SourceTable
    detailed: SourceTable
    detailed_wales: SourceTable
    voices: tuple[Voice, ...]
    folder: Path

    @property
    def sources(self) -> tuple[SourceTable, ...]:
        """Every source table, none twice: the censuses, then those of the indicators."""
        tables = [self.broad, self.detailed, *(s for voice in self.voices for s in voice.evidence.sources)]
        return tuple({table.card.id: table for table in reversed(tables)}.values())[::-1]


def gather(request: Profile, *, project: Path | None = None) -> Evidence:
    """Read everything that a profile shows.

    Raises
    ------
    ParameterError
        For an area that is not a local authority of Wales.
    DataError
        For a file that is missing or cannot be trusted, with every fault.
    """
    root = find_project() if project is None else project
    folder = root / request.data_folder
    codes = areas.area_codes("local_authority")
    if request.area not in codes:
        raise ParameterError(
            Fault("unknown_area", "this is not the code of a local authority of Wales", column="area",
                  value=request.area, hint=did_you_mean(request.area, codes))
        )  # fmt: skip
    broad, detailed = load_source(BROAD), load_source(DETAILED)
    return Evidence(
        request,
        areas.get_area(request.area),
        broad=_read(broad, request.area, folder),
        broad_wales=_read(broad, WALES, folder),
        detailed=_read(detailed, request.area, folder),
        detailed_wales=_read(detailed, WALES, folder),
        voices=tuple(_voice(id, request, root) for id in indicator_ids()),
        folder=folder,
    )


def read_everywhere(evidence: Evidence) -> tuple[SourceTable, ...]:
    """Return the high-level groups of every local authority: the same file as those of the one, read whole."""
    card = load_source(BROAD)
    return tuple(_read(card, code, evidence.folder) for code in areas.area_codes("local_authority"))


def _read(card: SourceCard, code: str, folder: Path) -> SourceTable:
    return read_published(card, folder=folder, area=Area(code=code, name=areas.get_area(code).name_en))


def _voice(id: str, request: Profile, root: Path) -> Voice:
    card = load_indicator(id, folder=root)
    asked = Review(
        review_id=id, title=card.title, question=card.title, indicator=id, data_folder=request.data_folder,
        confidence=request.confidence, language=request.language,
    )  # fmt: skip
    evidence = gather_indicator(asked, project=root)
    return Voice(evidence, _speaks(evidence.numerator.card, request.area, root / request.data_folder))


def _speaks(card: SourceCard, code: str, folder: Path) -> bool:
    """Whether the events of an indicator are counted for an area: its own, or one that its table has rows of."""
    if card.area.code == code:
        return True
    if card.layout.area_column is None:
        return False
    try:
        return not _read(card, code, folder).frame.empty
    except DataError as error:
        if {fault.code for fault in error.faults} == {"no_row_matches"}:
            return False
        raise


def published_for(voice: Voice) -> Text:
    """Return the names of the area for which an indicator is published."""
    card = voice.evidence.numerator.card
    if card.area.code in areas.area_codes():
        area = areas.get_area(card.area.code)
        return Text(en=area.name_en, cy=area.name_cy)
    return Text(en=card.area.name)
