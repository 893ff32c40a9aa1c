"""The request of a report on what people said."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.texts import Text

__all__ = ["VoicesRequest"]


class VoicesRequest(StrictModel):
    """One file of coded excerpts; its fields are the parameters of `notebooks/lived_experience.ipynb`.

    `most_quotations` is how many quotations stand under each theme; `seed` and `draws` belong to the intervals of
    agreement.
    """

    review_id: str = Field(pattern=ID_PATTERN)
    title: Text
    voices: str = Field(pattern=r"\.ya?ml$")
    data_folder: str = "data"
    most_quotations: int = Field(default=3, ge=0, le=50)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=1, ge=0)
    draws: int = Field(default=2000, ge=1000, le=100_000)
    language: list[Literal["en", "cy"]] = Field(default=["en"], min_length=1)

    @field_validator("language", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("language")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("name each language once")
        return value
