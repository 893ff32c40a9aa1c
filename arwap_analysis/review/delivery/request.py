"""The request of a delivery report: everything that was asked for, in one frozen record, before any work starts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from arwap_analysis.documents import StrictModel
from arwap_analysis.registers.plan.status import read_day
from arwap_analysis.review.report_request import ReportRequest

__all__ = ["Delivery", "GoalLink", "GoalLinks"]


def _a_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError("write the day as 2023-04-30") from None
    read_day(value, "day")
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_a_day)]


class Delivery(ReportRequest):
    """One look at the delivery of the Plan; its fields are the parameters of `notebooks/delivery_report.ipynb`.

    `since` is the day of the last meeting, `updates` the file of what was reported, `goals` the file that links goals
    to indicators; each may be left out, and the report then says what it cannot say.
    """

    as_of: Day
    since: Day | None = None
    register_file: str = Field(default="data/plan_register.csv", min_length=1)
    updates: str | None = Field(default=None, min_length=1)
    goals: str | None = Field(default=None, min_length=1)
    data_folder: str = "data"


class GoalLink(StrictModel):
    """One goal, named by its first words, and the indicators that would move if it were reached."""

    goal: str = Field(min_length=1)
    indicators: list[str] = Field(min_length=1)


class GoalLinks(StrictModel):
    """The file that links goals of the Plan to indicators."""

    goals: list[GoalLink] = Field(min_length=1)
