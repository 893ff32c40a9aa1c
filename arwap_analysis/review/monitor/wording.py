"""The words that the sections of the monitor share: names of measures, groups and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from arwap_analysis.ethnicity import EthnicGroup, get_classification
from arwap_analysis.present.charts import GroupStyle, group_styles
from arwap_analysis.present.dates import write_date
from arwap_analysis.review.monitor.evidence import Followed, Monitored
from arwap_analysis.review.source_words import short_line
from arwap_analysis.review.wording import own_phrases
from arwap_analysis.review.words import Words, in_languages_of

__all__ = ["CHANGE_OF", "STYLE_OF", "MonitorWords", "codes_of", "in_each_language", "latest", "widest"]

STYLE_OF = {"rate_ratio": "ratio", "rate_difference": "signed"}
CHANGE_OF = {"rate_ratio": "factor", "rate_difference": "signed"}


def latest(frame: pd.DataFrame, findings: Monitored) -> pd.DataFrame:
    """Return the rows of each measure's latest period with figures."""
    periods = {one.entry.measure.id: one.evidence.focus_period for one in findings.followed}
    return frame[frame["period"] == frame["followed"].map(periods)] if periods else frame


def widest(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the gap furthest from no difference, one a measure; measures without a gap have none.

    Ratios are as far from 1 as their inverse.
    """
    known = gaps[gaps["estimate"].notna() & ~((gaps["scale"] == "relative") & gaps["estimate"].le(0))]
    ratio = known["scale"].eq("relative")
    distance = np.abs(np.where(ratio, np.log(known["estimate"].where(ratio, 1.0)), known["estimate"]))
    rows = pd.Series(distance, index=known.index).groupby(known["followed"], sort=False).idxmax()
    return known.loc[rows]


class MonitorWords(Words[Monitored]):
    """Fill sentences for the monitor in one of its languages."""

    @property
    def common(self) -> Mapping[str, str]:
        """The confidence of every interval."""
        return {"confidence": f"{100 * self.findings.request.confidence:g}%"}

    @cached_property
    def own(self) -> Mapping[str, str]:
        """The Welsh that the cards of all sources bring."""
        return {e: w for one in self.findings.followed for e, w in own_phrases(one.evidence).items()}

    @cached_property
    def by_id(self) -> Mapping[str, Followed]:
        """The measures with figures by their ids."""
        return {one.entry.measure.id: one for one in self.findings.followed}

    def measure(self, id: str) -> str:
        """Return the title of a measure with figures."""
        return self.by_id[id].entry.measure.title.within(self.language)

    def group(self, id: str, code: str) -> EthnicGroup:
        """Return a group in the classification of a measure's figures."""
        return self.by_id[id].evidence.classification.group(code)

    def label(self, id: str, code: str) -> str:
        """Return the short name of a group of a measure."""
        return self.group(id, code).short(self.language)

    def people(self, id: str, code: str) -> str:
        """Return the people of a group of a measure, for sentences."""
        return self.group(id, code).people(self.language)

    def people_of(self, rows: pd.DataFrame) -> str:
        """Return the people of the rows of one measure as a list in words."""
        return self.join(self.people(row.followed, row.group) for row in rows.itertuples())

    def people_and_measures(self, rows: pd.DataFrame) -> str:
        """Return the people of rows of many measures, each with the measure it is about."""
        return self.join(
            self.say(
                "monitor_group_of", people=self.people(row.followed, row.group), measure=self.measure(row.followed)
            )
            for row in rows.itertuples()
        )

    def gap(self, row: pd.Series) -> str:
        """Return a gap in the style of its measure."""
        return self.number(row["estimate"], STYLE_OF[row["measure"]])

    def gap_interval(self, row: pd.Series) -> str:
        """Return the interval of a gap in the style of its measure."""
        return self.interval(row, STYLE_OF[row["measure"]])

    def with_interval(self, row: pd.Series, style: str) -> str:
        """Return a result and its interval in brackets, or that there is none."""
        if pd.isna(row["estimate"]):
            return self.say("monitor_no_gap_text")
        return self.say(
            "monitor_with_interval", value=self.number(row["estimate"], style), interval=self.interval(row, style)
        )

    def closing(self, row: pd.Series) -> str:
        """Return when a gap would close at its pace, or why no year is given."""
        status = row["closing"]
        if status not in ("year", "year_far"):
            reason = self.phrase(row["reason"]) if status == "not_assessed" else ""
            return self.say(f"monitor_closing_none_{status}", reason=self.lower_first(reason))
        year, earliest, latest_year = (
            f"{row[name]:.0f}" for name in ("closing_year", "closing_earliest", "closing_latest")
        )
        if np.isinf(row["closing_latest"]):
            when = self.say("monitor_closing_year_open", year=year, earliest=earliest)
        else:
            when = self.say("monitor_closing_year", year=year, earliest=earliest, latest=latest_year)
        return self.say("monitor_closing_far", when=when) if status == "year_far" else when

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the names of its measures and groups, its periods and reasons in the language."""
        pairs = list(zip(frame["followed"], frame["group"], strict=True))
        periods = self.period_names(frame)
        reasons = {text: self.phrase(text) for text in frame["reason"].unique()}
        return frame.assign(
            measure_label=[self.measure(id) for id, _ in pairs],
            group_label=[self.label(id, code) for id, code in pairs],
            period=frame["period"].map(periods),
            reason=frame["reason"].map(reasons),
        ).reset_index(drop=True)

    def styles(self) -> Mapping[str, GroupStyle]:
        """Return how each group is drawn, in the order of the classifications; a reference group is dark grey."""
        labels: dict[str, str] = {}
        for one in self.findings.followed:
            there = set(one.evidence.table["group"])
            for group in one.evidence.classification.groups:
                if group.code in there:
                    labels.setdefault(group.code, group.short(self.language))
        first = self.findings.followed[0].evidence.reference_group if self.findings.followed else ""
        return group_styles(labels, first)

    def source_line(self) -> str:
        """Return the sources of the figures in short: publisher and collection."""
        cards = [source.card for one in self.findings.followed for source in one.evidence.sources]
        return short_line(self, cards) or self.findings.framework.title.within(self.language)

    def day(self, day: object) -> str:
        """Return a date, or that none is given."""
        return write_date(day, language=self.language) if day else self.say("monitor_day_unknown")  # type: ignore[arg-type]

    def titles(self, ids: Iterable[str]) -> str:
        """Return the titles of measures one after the other, set apart by semicolons, because titles hold commas."""
        titles = {e.measure.id: e.measure.title for e in self.findings.framework.entries}
        return "; ".join(titles[id].within(self.language) for id in ids)


in_each_language = in_languages_of(MonitorWords)


def codes_of(findings: Monitored) -> list[str]:
    """Return the codes of all groups that can be compared, of every classification in use, each once and in order."""
    names = dict.fromkeys(one.evidence.classification.id for one in findings.followed)
    return list(dict.fromkeys(code for name in names for code in get_classification(name).comparable))
