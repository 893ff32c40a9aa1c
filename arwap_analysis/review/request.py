"""The request of a review: everything that was asked for, in one frozen record, before any work starts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.texts import Text

__all__ = ["Asked", "Review"]


class Asked(StrictModel):
    """What every request says: its name, title, question, languages, and how sure it wants to be.

    `language` names the languages of the report, the first that of the main page; one may stand without a list.
    """

    review_id: str = Field(pattern=ID_PATTERN)
    title: Text
    question: Text
    reference_group: str | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    correction: Literal["holm", "bh", "none"] = "holm"
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


class Review(Asked):
    """One question put to one indicator; its fields are the parameters of `notebooks/evidence_review.ipynb`."""

    indicator: str = Field(min_length=1)
    data_folder: str = "data"
    periods: list[str] = []
    focus_period: str | None = None
