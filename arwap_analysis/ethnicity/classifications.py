"""Read the classifications shipped with the package and look groups up in them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from arwap_analysis.errors import Fault, ParameterError, did_you_mean

__all__ = ["Classification", "EthnicGroup", "classification_ids", "get_classification"]

Kind = Literal["group", "unknown", "total"]


@dataclass(frozen=True, slots=True)
class EthnicGroup:
    """One group of a classification.

    `people_en` is the phrase for running text ("Black people"); `hides` names who is inside a broad
    group, so that a report can say whose experience its average may conceal. `welsh_status` is
    "official" or "to_review": a Welsh name is never shown as settled when it is not.
    """

    code: str
    order: int
    kind: Kind
    name_en: str
    short_en: str
    people_en: str
    name_cy: str
    short_cy: str
    people_cy: str
    welsh_status: str
    hides: str
    source: str


@dataclass(frozen=True, slots=True)
class Classification:
    """A classification: its id and its groups in publication order."""

    id: str
    groups: tuple[EthnicGroup, ...]

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
            names = (group.code, group.name_en, group.short_en, group.name_cy, group.short_cy)
            if wanted in {name.casefold() for name in names}:
                return group.code
        return None


@cache
def _load() -> dict[str, Classification]:
    """Read every classification once; the file is part of the package and its tests."""
    text = resources.files(__package__).joinpath("classifications.csv").read_text(encoding="utf-8")
    rows: dict[str, list[EthnicGroup]] = {}
    for row in csv.DictReader(text.splitlines()):
        name = row.pop("classification")
        order = int(row.pop("order"))
        rows.setdefault(name, []).append(EthnicGroup(order=order, **row))  # type: ignore[arg-type]
    return {
        name: Classification(name, tuple(sorted(groups, key=lambda group: group.order)))
        for name, groups in rows.items()
    }


def classification_ids() -> tuple[str, ...]:
    """Ids of every classification in the package."""
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
