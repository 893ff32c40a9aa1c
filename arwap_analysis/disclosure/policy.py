"""The rule of a source: which figures may not be shown, and how well they have to be hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from arwap_analysis.disclosure.protect import Policy
from arwap_analysis.documents import Document, StrictModel, faults_of, load_model
from arwap_analysis.errors import ParameterError

__all__ = ["DisclosurePolicy", "Dominance", "Rounding", "policy_with", "read_policy"]


class Rounding(StrictModel):
    """Rounding of counts to multiples of `base`.

    nearest: to the nearest multiple, halves up. random: up or down so that the expectation is the count itself, by a
    seed that follows from the cell's labels, so that the same cell is always rounded the same way. controlled: up or
    down so that the rounded table still adds up.
    """

    base: int = Field(ge=2, le=1000)
    method: Literal["nearest", "random", "controlled"] = "nearest"
    key: str = Field(default="", repr=False)
    """Secret of the producer for random rounding; who knows it can undo the rounding."""

    @field_validator("key", mode="before")
    @classmethod
    def _text(cls, key: object) -> object:
        """Take a key of digits as text: as a fault it would be told to whoever reads the fault."""
        return str(key) if isinstance(key, (int, float)) else key

    @property
    def reach(self) -> tuple[int, int]:
        """How far a count can lie below and above what is shown."""
        if self.method == "nearest":
            return self.base // 2, (self.base - 1) // 2
        return self.base - 1, self.base - 1


class Dominance(StrictModel):
    """Rules for totals of money: who contributes most must not be estimable.

    (n, k): the n largest contributions may not make up more than k per cent. p%: the total without the two largest
    contributions must be at least p per cent of the largest, or the second could estimate the first that closely.
    """

    n: int | None = Field(default=None, ge=1, le=10)
    k: float | None = Field(default=None, gt=0, le=100)
    p: float | None = Field(default=None, gt=0, le=100)

    @model_validator(mode="after")
    def _one_rule(self) -> Dominance:
        if (self.n is None) != (self.k is None):
            raise ValueError("n and k belong together")
        if self.n is None and self.p is None:
            raise ValueError("give n and k, or p")
        return self


class DisclosurePolicy(StrictModel):
    """The rule under which the figures of a source may be shown.

    Attributes
    ----------
    threshold : int, optional
        Counts below it are hidden (5: counts under 5). None hides no count.
    zeros : {"small", "shown"}
        Whether 0 counts as small. Where zeros are shown, a reader knows that a hidden count is at least 1.
    width : int, optional
        How wide the range of a hidden count has to be at least. By default as wide as what the mark itself says:
        0 to threshold - 1, or 1 to threshold - 1 where zeros are shown.
    rounding, dominance
        See `Rounding` and `Dominance`.
    loss : {"log", "value", "count"}
        What hiding a figure costs when the figures to hide are chosen: log(1 + value), the value, or 1.
    seconds : float
        Processor time for the search for the least loss; after it a safe pattern is taken that may lose more.
    """

    id: str = "disclosure_control"
    threshold: int | None = Field(default=5, ge=2, le=1000)
    zeros: Literal["small", "shown"] = "small"
    width: int | None = Field(default=None, ge=1)
    rounding: Rounding | None = None
    dominance: Dominance | None = None
    loss: Literal["log", "value", "count"] = "log"
    seconds: float = Field(default=20.0, gt=0)

    @property
    def smallest(self) -> int:
        """Smallest count that is hidden."""
        return 1 if self.zeros == "shown" else 0

    @property
    def range_width(self) -> float:
        """Width that the range of a hidden count must have at least."""
        if self.width is not None:
            return float(self.width)
        return float((self.threshold or 2) - 1 - self.smallest)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The rule in words that a report can print, a sentence for each part of it."""
        parts = []
        if self.threshold is not None:
            zeros = "zeros are shown" if self.zeros == "shown" else "zeros included"
            parts.append(
                f"Counts under {self.threshold} are hidden ({zeros}), with as many others as it takes that no hidden "
                f"count can be worked out to a range narrower than {self.range_width:g}."
            )
        if self.dominance and self.dominance.n:
            parts.append(
                f"Totals of which the {self.dominance.n} largest contributions make up more than "
                f"{self.dominance.k:g}% are hidden."
            )
        if self.dominance and self.dominance.p:
            parts.append(
                f"Totals from which one contribution could be estimated within {self.dominance.p:g}% are hidden."
            )
        if self.rounding:
            how = {
                "nearest": "to the nearest",
                "random": "up or down at random to a",
                "controlled": "up or down, so that tables still add up, to a",
            }[self.rounding.method]
            parts.append(f"Counts are rounded {how} multiple of {self.rounding.base}.")
        return tuple(parts) or ("No rule is applied.",)

    @property
    def statement(self) -> str:
        """The rule in words, as one text."""
        return " ".join(self.sentences)

    @property
    def summary(self) -> Policy:
        """What a ProtectedTable carries, of a table whose dimensions nobody has named."""
        return self.summary_of()

    def summary_of(
        self,
        *,
        dimensions: Sequence[str] = (),
        totals: Sequence[str] = (),
        hidden: Sequence[Sequence[str]] = (),
    ) -> Policy:
        """Return what a ProtectedTable carries: id, statement, and the rule as JSON, without the key of its rounding.

        Parameters
        ----------
        dimensions : sequence of str
            Columns that say of what a count is.
        totals : sequence of str
            Those of them over which a reader knows the sum.
        hidden : sequence of sequence of str
            The hidden counts, each by its value in every dimension.
        """
        rule = self.model_dump(exclude_defaults=True)
        if self.rounding is not None:
            rule["rounding"] = self.rounding.model_dump(exclude={"key"})
        cells = [list(key) for key in hidden]
        facts = {"policy": rule, "dimensions": list(dimensions), "totals": list(totals), "hidden": cells}
        return Policy(self.id, self.statement, json.dumps(facts, sort_keys=True))


def read_policy(path: Path) -> DisclosurePolicy:
    """Read a policy from a YAML card; raises ParameterError with every fault and its line."""
    return load_model(path, DisclosurePolicy)


def policy_with(
    card: DisclosurePolicy | None = None,
    *,
    threshold: int | None = None,
    rounding: int | None = None,
    method: str = "nearest",
    zeros: str | None = None,
    width: int | None = None,
) -> DisclosurePolicy:
    """Return a policy with the given parts changed; raises ParameterError for a value that cannot be."""
    content = card.model_dump(exclude_defaults=True) if card else {}
    changes = {"threshold": threshold, "zeros": zeros, "width": width}
    content |= {name: value for name, value in changes.items() if value is not None}
    if rounding is not None:
        key = card.rounding.key if card and card.rounding else ""
        content["rounding"] = {"base": rounding, "method": method, "key": key}
    try:
        return DisclosurePolicy.model_validate(content)
    except ValidationError as error:
        raise ParameterError(faults_of(error, DisclosurePolicy, Document("options", content, {}))) from None
