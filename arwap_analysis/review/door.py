"""The one place where monitor and profile ask for the analysis of an indicator, and for leave to show a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from arwap_analysis.disclosure import ProtectedTable, release_open
from arwap_analysis.review.evidence import Evidence, Findings, assess, gather
from arwap_analysis.review.request import Review

__all__ = ["assessed", "gathered", "released"]


def gathered(request: Review, *, project: Path | None) -> Evidence:
    """Return the evidence of one indicator, as a review of it would gather it."""
    return gather(request, project=project)


def assessed(evidence: Evidence) -> Findings:
    """Return the results of one indicator, as a review of it would compute them."""
    return assess(evidence)


def released(frame: pd.DataFrame) -> ProtectedTable:
    """Return a table of results as one that may be shown."""
    return release_open(frame)
