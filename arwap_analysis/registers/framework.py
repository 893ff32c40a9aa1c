"""The Plan's impact measurement framework as data: chapters, outcomes, measures, and where each is written.

What is not known has to be written as `unknown`; leaving a key out is a fault, so that a gap in the evidence is a
statement and never an oversight. In Python an unknown is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from arwap_analysis.documents import Document, StrictModel, faults_of, read_document
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.indicators import parse_period
from arwap_analysis.indicators.catalogue import ID_PATTERN, Title
from arwap_analysis.texts import Text

__all__ = [
    "UNKNOWN",
    "Baseline",
    "Chapter",
    "Citation",
    "Entry",
    "Framework",
    "Measure",
    "Outcome",
    "Target",
    "framework_file",
    "read_framework",
]

UNKNOWN = "unknown"
Standing = Literal["published", "proposed"]
Location = tuple[str | int, ...]


def _marked(value: Any) -> Any:
    """Turn the mark of an unknown into None, and refuse an empty value, which says nothing."""
    if value is None:
        raise ValueError(f"write what is known, or '{UNKNOWN}'")
    return None if value == UNKNOWN else value


class Citation(StrictModel):
    """Where something is written: a publication, its publisher, and its date where the page says one."""

    title: Title
    publisher: Text
    published: date | None
    address: str | None

    _unknown = field_validator("published", "address", mode="before")(_marked)


class Baseline(StrictModel):
    """The period from which change is counted, as a publication sets it."""

    period: str
    citation: str

    @field_validator("period")
    @classmethod
    def _is_a_period(cls, value: str) -> str:
        try:
            return parse_period(value).label
        except DataError as error:
            raise ValueError(str(error)) from None


class Target(StrictModel):
    """What a publication wants the gap to be, and by which year; `value` is None where it names no number."""

    by: int = Field(ge=2000, le=2200)
    value: float | None
    says: Text
    citation: str

    _unknown = field_validator("value", mode="before")(_marked)


class Measure(StrictModel):
    """One thing that would show whether an outcome is reached; None wherever nothing is known.

    `standing`: published where the Plan, its framework or a national milestone names it; proposed where this project
    does. `indicator` is the id of an indicator card, or the path of one; `measure` an id of the register of measures.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    standing: Standing
    citation: str
    note: Text | None = None
    indicator: str | None
    source: Text | None
    measure: str | None
    better: Literal["lower", "higher", "neither"] | None
    baseline: Baseline | None
    target: Target | None

    _unknown = field_validator("indicator", "source", "measure", "better", "baseline", "target", mode="before")(_marked)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is not known of it: of figures, source, measure, better, baseline and target, in this order."""
        known = {
            "figures": self.indicator,
            **{name: getattr(self, name) for name in ("source", "measure", "better", "baseline", "target")},
        }
        return tuple(name for name, value in known.items() if value is None)


class Outcome(StrictModel):
    """What should be different in people's lives; without a measure where none is named."""

    id: str = Field(pattern=ID_PATTERN)
    text: Title
    standing: Standing
    citation: str
    measures: list[Measure]


class Chapter(StrictModel):
    """One policy area of the Plan."""

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    citation: str
    outcomes: list[Outcome]


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure with the outcome and the chapter to which it belongs."""

    chapter: Chapter
    outcome: Outcome
    measure: Measure


class Framework(StrictModel):
    """A framework of measures; `began` is the day from which what it follows could have had an effect."""

    title: Title
    began: date
    about: list[Text] = []
    citations: dict[str, Citation]
    chapters: list[Chapter] = Field(min_length=1)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every measure, in the order in which it is written."""
        return tuple(
            Entry(chapter, outcome, measure)
            for chapter in self.chapters
            for outcome in chapter.outcomes
            for measure in outcome.measures
        )


def framework_file() -> Path:
    """Return the framework of the Anti-racist Wales Action Plan that comes with the package."""
    return Path(str(resources.files(__package__).joinpath("framework.yml")))


def read_framework(
    path: Path, *, indicators: Mapping[str, str] | None = None, measures: tuple[str, ...] | None = None
) -> Framework:
    """Read a framework and check all of it.

    Parameters
    ----------
    path : Path
        A YAML file in the form of the one that comes with the package.
    indicators : mapping of id to direction, optional
        The catalogue of indicators with the direction that each card calls better; links are held against it.
    measures : tuple of str, optional
        Ids of the register of measures; links are held against them.

    Raises
    ------
    ParameterError
        With every fault and its line: keys that are missing or unknown, ids written twice, citations, indicators and
        measures that do not exist, and a direction that contradicts the indicator's card.
    """
    document = read_document(path)
    faults: list[Fault] = []
    framework = None
    try:
        framework = Framework.model_validate(document.content)
    except ValidationError as error:
        faults += faults_of(error, Framework, document)
    faults += _reference_faults(document)
    faults += _link_faults(document, indicators, measures)
    if faults or framework is None:
        raise ParameterError(sorted(faults, key=lambda fault: fault.row or 0))
    return framework


def _parts(value: Any, location: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Yield every mapping of a document with the place where it stands, whatever shape the document has."""
    if isinstance(value, dict):
        yield location, value
        for key, inner in value.items():
            yield from _parts(inner, (*location, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _parts(inner, (*location, index))


def _reference_faults(document: Document) -> Iterator[Fault]:
    """Yield ids that are written twice, and citations that the file does not hold."""
    held = document.content.get("citations")
    known = list(held) if isinstance(held, dict) else []
    first: dict[tuple[str, str], int | None] = {}
    for location, part in _parts(document.content):
        cited, id = part.get("citation"), part.get("id")
        if isinstance(cited, str) and cited not in known:
            row = document.line((*location, "citation"))
            hint = did_you_mean(cited, known)
            yield Fault(
                "unknown_citation", f"there is no citation '{cited}'", document.name, row, "citation", cited, hint
            )
        if isinstance(id, str):
            kind = str(location[-2]) if len(location) > 1 else ""
            row = document.line((*location, "id"))
            if (kind, id) in first:
                yield Fault("repeated_id", f"the id '{id}' is written twice in {kind}", document.name, row, "id", id,
                            f"It already stands on line {first[kind, id]}; each needs its own.")  # fmt: skip
            first.setdefault((kind, id), row)


def _link_faults(
    document: Document, indicators: Mapping[str, str] | None, measures: tuple[str, ...] | None
) -> Iterator[Fault]:
    """Yield links of measures to indicators and disparity measures that the catalogues do not hold."""
    for location, part in _parts(document.content):
        if len(location) < 2 or location[-2] != "measures":
            continue
        link, measure, better = part.get("indicator"), part.get("measure"), part.get("better")
        if measures is not None and _is_link(measure) and measure not in measures:
            yield Fault("unknown_measure", f"no measure is called '{measure}'", document.name,
                        document.line((*location, "measure")), "measure", measure,
                        did_you_mean(str(measure), measures))  # fmt: skip
        if indicators is None or not _is_link(link) or str(link).endswith((".yml", ".yaml")):
            continue
        if link not in indicators:
            yield Fault("unknown_indicator", f"there is no indicator '{link}'", document.name,
                        document.line((*location, "indicator")), "indicator", link,
                        f"{did_you_mean(str(link), list(indicators))} Or write '{UNKNOWN}'.")  # fmt: skip
        elif isinstance(better, str) and better != indicators[str(link)]:
            yield Fault("contrary_direction", f"the card of '{link}' says that {indicators[str(link)]} is better",
                        document.name, document.line((*location, "better")), "better", str(better),
                        "A measure goes the way of its indicator.")  # fmt: skip


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value != UNKNOWN
