"""The request of an evidence gap map."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from arwap_analysis.registers.evidence import PARTS
from arwap_analysis.review.report_request import ReportRequest

__all__ = ["GapRequest"]


class GapRequest(ReportRequest):
    """A register and how its gaps are weighed; its fields are the parameters of `notebooks/evidence_gaps.ipynb`.

    `unknown` says what a fact counts that is not known: the largest gap that it may hide, or none. `as_of` is the
    year to which the age of figures is counted, by default that of the register.
    """

    evidence: str = Field(pattern=r"\.ya?ml$")
    with_package: bool = True
    data_folder: str = "data"
    as_of: int | None = Field(default=None, ge=1900, le=2200)
    unknown: Literal["gap", "no_gap"] = "gap"
    weight_groups: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    weight_age: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    weight_precision: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    weight_place: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    weight_crossings: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    top: int = Field(default=3, ge=1)
    seed: int = Field(default=1, ge=0)
    draws: int = Field(default=10_000, ge=1000, le=100_000)

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights, in the order of `PARTS`."""
        return tuple(getattr(self, f"weight_{part}") for part in PARTS)

    @model_validator(mode="after")
    def _something_counts(self) -> GapRequest:
        if not any(self.weights):
            raise ValueError("at least one weight has to be above 0")
        return self
