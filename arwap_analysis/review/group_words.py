"""The words of reports whose figures are of groups: lists of them, their figures, and how precise those are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

from arwap_analysis.review.words import Spoken, Words

__all__ = ["GroupWords"]

Found = TypeVar("Found", bound=Spoken)


class GroupWords(Words[Found]):
    """Fill sentences about groups; the frames have a `group` and its name as `group_label`."""

    def people(self, code: str) -> str:
        """Return the people of a group, for sentences."""
        raise NotImplementedError

    def all_people(self, codes: Iterable[str]) -> str:
        """Return the people of several groups as a list in words."""
        return self.join(self.people(code) for code in codes)

    def values(self, rows: pd.DataFrame, style: str, *, name: str = "group_label") -> str:
        """Return each estimate of a table with its interval, for the alt text of a chart."""
        return "; ".join(
            self.say(
                "group_alt_value",
                group=row[name],
                value=self.number(row["estimate"], style),
                interval=self.interval(row, style),
            )
            for _, row in rows.iterrows()
        )

    def without(self, frame: pd.DataFrame, id: str, *, column: str = "estimate") -> str:
        """Return the sentence that names the groups without a figure, for the alt text; nothing where all have one."""
        gone = frame.loc[frame[column].isna(), "group_label"]
        return self.say(id, groups=self.join(gone)) if len(gone) else ""

    def precision(self, frame: pd.DataFrame, *, column: str = "estimate", none: str) -> tuple[str, str]:
        """Return whose figure is the least precise, else `none`; and how precise each one is, for the alt text."""
        known = frame.dropna(subset=[column]).sort_values(column, ascending=False)
        percents = [self.number(value, "per_cent") for value in known[column]]
        title = none
        if percents:
            title = self.say("quality_title", people=self.people(known["group"].iloc[0]), percent=percents[0])
        each = zip(known["group_label"], percents, strict=True)
        return title, "; ".join(self.say("quality_alt_value", group=group, percent=percent) for group, percent in each)

    def bands(self) -> dict[float, str]:
        """Return the names of the bands of precision by where each ends, in per cent."""
        return {float(end): self.say(f"band_{end}") for end in (5, 10, 20)}
