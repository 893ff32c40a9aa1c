"""What a profile says of its area, computed once: who lives here, how that changed, and what figures could show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis import analyse, inference, measures
from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.review.evidence import show_together
from arwap_analysis.review.profile.evidence import Evidence, read_everywhere
from arwap_analysis.sources import SourceTable

__all__ = ["FEW_PEOPLE", "Findings", "assess"]

FEW_PEOPLE = 20
"""Below this many people the small random changes of the publisher can be a visible part of a count."""


@dataclass(frozen=True)
class Findings:
    """Every result of a profile.

    `people` has a row for each high-level group: counts and shares at both censuses, the same shares of Wales, the
    change, the share of all in Wales who live here, and how unevenly the group is spread over Wales. `groups` has one
    for each detailed group in the latest census. `detectable` has one for each indicator and group.
    """

    evidence: Evidence
    people: pd.DataFrame
    groups: pd.DataFrame
    detectable: pd.DataFrame

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.evidence.request.language)

    def show(self, frame: pd.DataFrame) -> ProtectedTable:
        """Return results that rest on the indicators as a table that may be shown; the censuses are open data."""
        return show_together(frame, (voice.evidence for voice in self.evidence.voices))

    @property
    def before(self) -> str:
        """The earlier census."""
        return min(self.evidence.broad.frame["period"])

    @property
    def now(self) -> str:
        """The latest census."""
        return max(self.evidence.broad.frame["period"])


def assess(evidence: Evidence) -> Findings:
    """Compute every result of the profile."""
    people = _people(evidence)
    return Findings(evidence, people, _groups(evidence), _detectable(evidence, people))


def _wide(table: SourceTable) -> pd.DataFrame:
    """Return residents with a row for each group, in the order of the classification, and a column for each census."""
    codes = list(get_classification(table.card.classification).comparable)
    return table.frame.pivot(index="group", columns="period", values="value").reindex(codes)


def _people(evidence: Evidence) -> pd.DataFrame:
    here, wales = _wide(evidence.broad), _wide(evidence.broad_wales)
    before, now = min(here.columns), max(here.columns)
    share, share_wales = here / here.sum(), wales / wales.sum()
    spread = _spread(evidence)
    return pd.DataFrame(
        {
            "count_before": here[before],
            "count": here[now],
            "change": here[now] - here[before],
            "relative_change": here[now] / here[before].where(here[before] > 0) - 1,
            "share_before": share[before],
            "share": share[now],
            "share_wales_before": share_wales[before],
            "share_wales": share_wales[now],
            "share_of_wales": here[now] / wales[now],
            "dissimilarity_before": spread[before],
            "dissimilarity": spread[now],
        }
    ).reset_index()


def _spread(evidence: Evidence) -> pd.DataFrame:
    """Return how unevenly each group is spread over the local authorities of Wales, at each census."""
    tables = pd.concat(
        [
            table.frame.assign(area=table.card.area.code, area_name=table.card.area.name)
            for table in read_everywhere(evidence)
        ]
    )
    card = evidence.broad.card
    found = analyse.measure_segregation(
        tables.rename(columns={"value": "numerator"})[["area", "area_name", "period", "group", "numerator"]].assign(
            indicator=card.id, classification=card.classification, source=card.id
        )
    )
    rows = found[found["measure"] == "dissimilarity_index"]
    return rows.pivot(index="group", columns="period", values="estimate")


def _groups(evidence: Evidence) -> pd.DataFrame:
    here, wales = _wide(evidence.detailed), _wide(evidence.detailed_wales)
    now = max(here.columns)
    count, whole = here[now].to_numpy(float), wales[now].to_numpy(float)
    # Everybody is counted, so only the estimate means anything here: an interval would be one of a sample.
    quotient = measures.representation_index(
        count, np.full_like(count, count.sum()), population=whole, total_population=np.full_like(whole, whole.sum())
    ).estimate
    return pd.DataFrame(
        {
            "group": here.index,
            "count": count,
            "per_thousand": 1000 * count / count.sum(),
            "wales_per_thousand": 1000 * whole / whole.sum(),
            "expected": whole / whole.sum() * count.sum(),
            "quotient": quotient,
            "share_of_wales": np.where(whole > 0, count / np.where(whole > 0, whole, 1.0), np.nan),
            "few": count < FEW_PEOPLE,
        }
    )


def _detectable(evidence: Evidence, people: pd.DataFrame) -> pd.DataFrame:
    """Return the smallest ratio above 1 that figures for the area could tell from no difference, were there any.

    The reference group is taken to have the rate that it has where the indicator is published.
    """
    request = evidence.request
    frames = []
    for voice in evidence.voices:
        there, card = voice.evidence, voice.evidence.card
        rates = analyse.estimate_levels(there.table, per=1.0, confidence=request.confidence)
        of_reference = rates[(rates["group"] == there.reference_group) & (rates["period"] == there.focus_period)]
        rate = float(of_reference["estimate"].iloc[0])
        same = there.numerator.card.classification == evidence.broad.card.classification
        rows = people[people["group"] != there.reference_group]
        residents = rows["count"].to_numpy(float) if same else np.full(len(rows), np.nan)
        reference = float(people.loc[people["group"] == there.reference_group, "count"].sum()) if same else np.nan
        ratios = {
            name: inference.minimum_detectable_ratio(
                np.full(len(rows), rate),
                denominator=residents * years,
                reference_denominator=reference * years,
                power=request.power,
                confidence=request.confidence,
            )[1]
            for name, years in (("one_year", 1), ("pooled", request.pooled_years))
        }
        frames.append(
            pd.DataFrame(
                {
                    "indicator": card.id,
                    "group": rows["group"].to_numpy(),
                    "reference": there.reference_group,
                    "period": there.focus_period,
                    "count": residents,
                    "reference_rate": rate * card.per,
                    "expected": rate * residents,
                    **ratios,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
