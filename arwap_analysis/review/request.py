"""The request of a review: everything that was asked for, in one frozen record, before any work starts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from arwap_analysis.review.report_request import ReportRequest
from arwap_analysis.texts import Text

__all__ = ["Asked", "Review"]


class Asked(ReportRequest):
    """What every request that compares groups says: its question, its reference, and how sure it wants to be."""

    question: Text
    reference_group: str | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    correction: Literal["holm", "bh", "none"] = "holm"


class Review(Asked):
    """One question put to one indicator; its fields are the parameters of `notebooks/evidence_review.ipynb`."""

    indicator: str = Field(min_length=1)
    data_folder: str = "data"
    periods: list[str] = []
    focus_period: str | None = None
