"""The request of a report on what people said."""

from __future__ import annotations

from pydantic import Field

from arwap_analysis.review.report_request import ReportRequest

__all__ = ["VoicesRequest"]


class VoicesRequest(ReportRequest):
    """One file of coded excerpts; its fields are the parameters of `notebooks/lived_experience.ipynb`.

    `most_quotations` is how many quotations stand under each theme; `seed` and `draws` belong to the intervals of
    agreement.
    """

    voices: str = Field(pattern=r"\.ya?ml$")
    data_folder: str = "data"
    most_quotations: int = Field(default=3, ge=0, le=50)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=1, ge=0)
    draws: int = Field(default=2000, ge=1000, le=100_000)
