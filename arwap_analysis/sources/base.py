"""Source cards: what a table is, who published it, under which licence, and how its cells are to be read."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, Field, ValidationError, model_validator

from arwap_analysis.documents import Document, StrictModel, faults_of, load_model
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import Classification, get_classification
from arwap_analysis.indicators.catalogue import ID_PATTERN, Title
from arwap_analysis.texts import Text

__all__ = [
    "Area",
    "Layout",
    "Protection",
    "SourceCard",
    "SourceTable",
    "file_digest",
    "label_map",
    "load_source",
    "source_ids",
]

MissingStatus = Literal["suppressed", "not_collected", "not_applicable", "low_reliability"]
# The shorthand of the Government Analysis Function; a card adds or overrides marks of its publisher.
STANDARD_MARKS: dict[str, MissingStatus] = {
    "[c]": "suppressed",
    "[low]": "low_reliability",
    "[u]": "low_reliability",
    "[x]": "not_collected",
    "[z]": "not_applicable",
}


class Area(StrictModel):
    """One area: its GSS code and its name."""

    code: str
    name: str


class Layout(StrictModel):
    """Where groups, periods and values stand in the file.

    `wide`: a row for each group, a column for each period. `long`: a row for each group and period.
    `format`: a file as a publisher gives it out; `format` names which (`arwap source inspect` says it), or "auto",
    and `period` the period of a file without a column for it. `where` keeps only the rows in which each named column
    holds the given text (an area, a sex). `area_column` holds GSS codes in a long table of many areas, such as
    census populations: the rows read are those of the card's area, or of the area of the events that are counted.
    """

    kind: Literal["wide", "long", "format"]
    group_column: str
    period_column: str | None = None
    value_column: str | None = None
    format: str | None = None
    period: str | None = None
    where: dict[str, str] = {}
    area_column: str | None = None

    @model_validator(mode="after")
    def _long_names_its_columns(self) -> Layout:
        if self.kind == "long" and not (self.period_column and self.value_column):
            raise ValueError("a long table needs 'period_column' and 'value_column'")
        if (self.kind == "format") != (self.format is not None):
            raise ValueError("a file in a publisher's format needs 'kind: format' and 'format', the name of it or auto")
        if self.kind == "format" and bool(self.period_column) == bool(self.period):
            raise ValueError("a file in a publisher's format needs either 'period_column' or 'period'")
        if self.area_column and (self.kind != "long" or self.area_column in self.where):
            raise ValueError("'area_column' goes with 'kind: long', and is not filtered by 'where' as well")
        if self.kind == "wide" and (self.period_column or self.value_column):
            raise ValueError("a wide table has a column for each period: leave out 'period_column' and 'value_column'")
        return self


class Protection(StrictModel):
    """How the figures of a source that are not open data have to be protected before anybody sees them.

    `policy` is the rule (see docs/disclosure.md), or the path of its card counted from the project folder. `totals`
    are the dimensions, besides the groups, over which a reader can look up the sum: area, period, or a stratum.
    `broad` is a classification whose larger groups are published as well.
    """

    policy: str | dict[str, Any]
    totals: list[str] = []
    broad: str | None = None


class SourceCard(StrictModel):
    """What the package knows of one source; beside it stand `groups.csv` and the digest of its file.

    `groups` is a CSV beside the card (label, code, treatment, note), a mapping of label to code, or
    nothing: then each label has to be the name of a group as the classification writes it. `phrases_cy` holds the
    Welsh of what the file itself says in English and a report repeats: the words of its notes and marks. `disclosure`
    is `open` for published data, which their publisher has protected, and the rule for anything else.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    publisher: Text
    collection: Text | None = None
    licence: Text
    obtained: Text | None = None
    file: str
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    layout: Layout
    area: Area
    classification: str = "ethnic_group_5"
    groups: str | dict[str, str] | None = None
    missing: dict[str, MissingStatus] = {}
    rounding_base: int | None = Field(default=None, gt=1)
    reference_days: dict[str, date] = {}
    disclosure: Literal["open"] | Protection
    caveats: list[Text] = []
    phrases_cy: dict[str, str] = {}


@dataclass(frozen=True)
class SourceTable:
    """A table as its reader left it: one row a period and group, with the publisher's missing values kept.

    `frame` has the columns `group, period, value, status, reason, label, row`; `checks` says in words
    what the reader compared (totals, for example).
    """

    card: SourceCard
    frame: pd.DataFrame
    sha256: str
    checks: tuple[str, ...]
    path: Path


def source_ids() -> tuple[str, ...]:
    """Ids of the sources that come with the package."""
    root = resources.files(__package__)
    return tuple(sorted(f.name for f in root.iterdir() if f.is_dir() and f.joinpath("source.yml").is_file()))


def load_source(source: str | dict[str, Any]) -> SourceCard:
    """Return a source card by id, or from the mapping written inside an indicator card."""
    if isinstance(source, dict):
        try:
            return SourceCard.model_validate(source)
        except ValidationError as error:
            document = Document(f"source card '{source.get('id', '?')}'", source, {})
            raise ParameterError(faults_of(error, SourceCard, document)) from None
    if source not in source_ids():
        hint = f"{did_you_mean(source, source_ids())} Or write the whole source card in its place."
        raise ParameterError(Fault("unknown_source", f"there is no source '{source}'", hint=hint))
    with resources.as_file(resources.files(__package__).joinpath(source, "source.yml")) as path:
        return load_model(path, SourceCard)


class _Label(BaseModel):
    """One line of a groups.csv."""

    label: str
    code: str
    treatment: Literal["group", "total", "part"]
    note: str = ""


def label_map(card: SourceCard) -> tuple[Classification, dict[str, _Label]]:
    """Return the classification of a source and what is to be done with each of its labels."""
    classification = get_classification(card.classification)
    if isinstance(card.groups, str):
        text = resources.files(__package__).joinpath(card.id, card.groups).read_text(encoding="utf-8")
        labels = [_Label.model_validate(row) for row in csv.DictReader(text.splitlines())]
    elif card.groups:
        labels = [_Label(label=label, code=code, treatment="group") for label, code in card.groups.items()]
    else:
        labels = [
            _Label(label=name, code=group.code, treatment="total" if group.kind == "total" else "group")
            for group in classification.groups
            for name in dict.fromkeys((group.code, group.name_en, group.short_en, group.name_cy, group.short_cy))
        ]
    for label in labels:
        if label.treatment == "group":
            classification.group(label.code)
    return classification, {normal_label(label.label): label for label in labels}


def normal_label(label: str) -> str:
    """Fold case and white space, the only differences that never change whom a label names."""
    return " ".join(label.split()).casefold()


def table_path(card: SourceCard, folder: Path) -> Path:
    """Return where the file of a card lies: in `folder`, or else beside its card in the package.

    Reference data such as census populations come with the package, so that a rate needs no second file; a copy
    in the project's own folder comes first.
    """
    own = Path(str(resources.files(__package__).joinpath(card.id, card.file)))
    return folder / card.file if (folder / card.file).exists() or not own.is_file() else own


def file_digest(path: Path) -> str:
    """SHA-256 of a file; raises DataError with the nearest file name when there is none."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob("*.csv")) if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near) if near else "Check the name and the folder."
        raise DataError(Fault("missing_file", "there is no such data file", str(path), hint=hint)) from None
    except OSError as error:
        raise DataError(Fault("unreadable_file", f"cannot be read: {error.strerror}", str(path))) from None
