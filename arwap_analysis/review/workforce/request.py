"""The request of a workforce report: everything that was asked for, in one frozen record, before any work starts."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from arwap_analysis.review.report_request import ReportRequest
from arwap_analysis.texts import Text

__all__ = ["TABLES", "Workforce"]

TABLES = ("representation", "pipeline", "pay", "pay_quarters")
"""The tables that a report can be given, in the order of its sections."""


class Workforce(ReportRequest):
    """Questions put to the tables of employers; its fields are the parameters of `notebooks/workforce_and_pay.ipynb`.

    Each table is the path of a card, counted from the project folder; None leaves its section out, and says so.
    """

    question: Text
    representation: str | None = None
    pipeline: str | None = None
    pay: str | None = None
    pay_quarters: str | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)

    @model_validator(mode="after")
    def _something_to_report(self) -> Self:
        if not any(getattr(self, name) for name in TABLES):
            raise ValueError(f"give at least one table: {', '.join(TABLES)}")
        return self
