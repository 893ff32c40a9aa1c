"""The request of a synthesis: everything that was asked for, in one frozen record, before any work starts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from arwap_analysis.review.report_request import ReportRequest
from arwap_analysis.texts import Text

__all__ = ["Synthesis"]


class Synthesis(ReportRequest):
    """One question put to many sources; its fields are the parameters of `notebooks/evidence_synthesis.ipynb`.

    `evidence` is the path of a card of sources, counted from the project folder; see `card.EvidenceCard`.
    """

    question: Text
    evidence: str = Field(min_length=1)
    method: Literal["REML", "PM", "DL"] = "REML"
    interval: Literal["hartung_knapp", "modified_hartung_knapp", "normal"] = "hartung_knapp"
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
