"""The request of an area profile: which local authority, and how small a gap its numbers could show."""

from __future__ import annotations

from pydantic import Field

from arwap_analysis.review.report_request import ReportRequest

__all__ = ["Profile"]


class Profile(ReportRequest):
    """One local authority described for its community; the fields are the parameters of its notebook.

    `area` is its code in the Register of Geographic Codes. `pooled_years` is how many years of figures are put together
    when it is asked what they could show, `power` the chance of finding what is there.
    """

    area: str = Field(min_length=1)
    data_folder: str = "data"
    pooled_years: int = Field(default=5, ge=2, le=20)
    power: float = Field(default=0.8, gt=0.5, lt=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
