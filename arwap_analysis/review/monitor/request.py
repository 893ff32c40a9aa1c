"""The request of a monitor: which framework, and how its gaps are judged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from arwap_analysis.review.report_request import ReportRequest

__all__ = ["Monitor"]


class Monitor(ReportRequest):
    """All measures of a framework followed in one report; the fields are the parameters of its notebook.

    `framework` is the path of a framework (.yml) from the project folder; None takes that of the Plan.
    """

    framework: str | None = None
    data_folder: str = "data"
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    correction: Literal["holm", "bh", "none"] = "holm"
