"""The request of a review: everything that was asked for, in one frozen record, before any work starts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.review.languages import Languages
from arwap_analysis.texts import Text

__all__ = ["Review"]


class Review(Languages):
    """One question put to one indicator; its fields are the parameters of `notebooks/evidence_review.ipynb`.

    `language` names the languages of the report, the first that of the main page; one may stand without a list.
    """

    review_id: str = Field(pattern=ID_PATTERN)
    title: Text
    question: Text
    indicator: str = Field(min_length=1)
    data_folder: str = "data"
    periods: list[str] = []
    focus_period: str | None = None
    reference_group: str | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    correction: Literal["holm", "bh", "none"] = "holm"
