"""Read the classifications shipped with the package and look groups up in them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from arwap_analysis.errors import Fault, ParameterError, did_you_mean

__all__ = ["Classification", "EthnicGroup", "classification_ids", "get_classification"]

Kind = Literal["group", "unknown", "total"]
Basis = Literal["self_defined", "observed", "grouping"]


@dataclass(frozen=True, slots=True)
class EthnicGroup:
    """One group of a classification.

    `people_en` is the phrase for running text ("Black people"); `hides` (in Welsh `hides_cy`) names who is inside a
    broad group, so that a report can say whose experience its average may conceal. `welsh_status` is
    "official" or "to_review": a Welsh name is never shown as settled when it is not. `detail` are the
    finest groups that make it up, by which classifications are compared; empty for observed ethnicity,
    which is made up of nobody's own answer. `publisher_code` is the code in the publisher's files.
    """

    code: str
    publisher_code: str
    order: int
    kind: Kind
    parent: str
    detail: frozenset[str]
    name_en: str
    short_en: str
    people_en: str
    name_cy: str
    short_cy: str
    people_cy: str
    welsh_status: str
    hides: str
    hides_cy: str
    note: str
    source: str

    def short(self, language: str) -> str:
        """Return the short name in a language ("en" or "cy"), for charts and tables."""
        return self.short_en if language == "en" else self.short_cy

    def people(self, language: str) -> str:
        """Return the phrase for running text in a language ("en" or "cy")."""
        return self.people_en if language == "en" else self.people_cy


@dataclass(frozen=True, slots=True)
class Classification:
    """A classification: its id and its groups in publication order.

    `basis` says whose word it is: self_defined, observed (by an officer), or a grouping that is used only on
    request, because it hides most of whom it names.
    """

    id: str
    groups: tuple[EthnicGroup, ...]
    title_en: str = ""
    basis: Basis = "self_defined"
    note: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of every group, unknown and total included, in order."""
        return tuple(group.code for group in self.groups)

    @property
    def comparable(self) -> tuple[str, ...]:
        """Codes of the groups that can be compared: neither unknown nor total."""
        return tuple(group.code for group in self.groups if group.kind == "group")

    def code_of_kind(self, kind: Kind) -> str | None:
        """Return the code of the unknown or total category, None where the classification has none."""
        return next((group.code for group in self.groups if group.kind == kind), None)

    def group(self, code: str) -> EthnicGroup:
        """Return one group by its code; raises ParameterError with the nearest code."""
        for group in self.groups:
            if group.code == code:
                return group
        raise ParameterError(
            Fault(
                "unknown_group",
                f"'{code}' is not a group of the classification '{self.id}'",
                hint=did_you_mean(code, self.codes),
            )
        )

    def find(self, label: str) -> str | None:
        """Return the code whose code or name (English or Welsh) is exactly `label`, ignoring case; else None."""
        wanted = " ".join(label.split()).casefold()
        for group in self.groups:
            names = (group.code, group.publisher_code, group.name_en, group.short_en, group.name_cy, group.short_cy)
            if wanted and wanted in {name.casefold() for name in names}:
                return group.code
        return None


def _rows(name: str) -> list[dict[str, str]]:
    """Read one of the package's own tables; its tests check them."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _load() -> dict[str, Classification]:
    """Read every classification once."""
    groups: dict[str, list[EthnicGroup]] = {}
    for row in _rows("groups.csv"):
        fields: dict[str, Any] = {
            **row,
            "order": int(row["order"]),
            "detail": frozenset(row["detail"].split()),
        }
        groups.setdefault(fields.pop("classification"), []).append(EthnicGroup(**fields))
    return {
        row["classification"]: Classification(
            row["classification"],
            tuple(sorted(groups[row["classification"]], key=lambda group: group.order)),
            row["title_en"],
            row["basis"],  # type: ignore[arg-type]
            row["note"],
        )
        for row in _rows("classifications.csv")
    }


def classification_ids() -> tuple[str, ...]:
    """Ids of every classification in the package, the five high-level groups first."""
    return tuple(_load())


def get_classification(id: str) -> Classification:
    """Return a classification by id; raises ParameterError with the nearest id."""
    try:
        return _load()[id]
    except KeyError:
        fault = Fault(
            "unknown_classification",
            f"there is no classification '{id}'",
            hint=did_you_mean(id, classification_ids()),
        )
        raise ParameterError(fault) from None
