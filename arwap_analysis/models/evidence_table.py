"""The sources behind a finding, side by side: what each is, how good, how recent, and of whom it speaks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel

__all__ = ["CertaintyJudgement", "EvidenceSource", "EvidenceTable"]

Coverage = Literal["wales", "part_of_wales", "england_and_wales", "great_britain", "united_kingdom", "elsewhere"]
EthnicDetail = Literal["none", "two_groups", "five_groups", "detailed"]
Quality = Literal["high", "moderate", "low", "not_judged"]
Certainty = Literal["high", "moderate", "low", "very_low"]
Domain = Literal["risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias"]
Step = Literal["no_concern", "serious", "very_serious"]


class EvidenceSource(StrictModel):
    """One source of an evidence table.

    Attributes
    ----------
    id, title, publisher
        Which source it is.
    design
        Kind of source: "survey", "administrative data", "census", "qualitative study", in the author's words.
    period
        Whom and when it describes, as published ("2021-22").
    published
        Day of publication, or the year alone where no more is known.
    coverage
        For where it speaks; whether Wales can be told apart is `wales_separate`.
    ethnic_detail
        Most detailed ethnic groups that it gives for this question.
    quality, quality_reason
        A judgement, with its reason; "not_judged" needs none.
    people
        How many people it counts, where known.
    effect, variance
        What goes into a synthesis, on its scale; absent for what cannot be pooled.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    design: str = Field(min_length=1)
    period: str = Field(min_length=1)
    published: date | Annotated[int, Field(ge=1800, le=2200)]
    coverage: Coverage
    wales_separate: bool
    ethnic_detail: EthnicDetail
    quality: Quality = "not_judged"
    quality_reason: str = ""
    people: int | None = Field(default=None, ge=0)
    effect: float | None = None
    variance: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _reasons(self) -> Self:
        if self.quality != "not_judged" and not self.quality_reason.strip():
            raise ValueError("a judgement of quality needs its reason in 'quality_reason'")
        if (self.effect is None) != (self.variance is None):
            raise ValueError("give 'effect' and 'variance' together, or neither")
        return self

    def years_old(self, on: date) -> float:
        """Return how many years before `on` it was published; in whole years where only the year is known."""
        if isinstance(self.published, int):
            return float(on.year - self.published)
        return (on - self.published).days / 365.25


class CertaintyJudgement(StrictModel):
    """How certain a body of evidence is, as people judged it, after the domains of GRADE.

    Nothing here is computed: neither the level from the domains, nor a domain from the numbers. A statistic (I squared,
    Egger's test) may be quoted in a reason.

    Attributes
    ----------
    level
        "high", "moderate", "low" or "very_low".
    reason
        Why, in a sentence or two.
    judged_by, judged_on
        Whose judgement it is (a role or a panel), and when.
    concerns
        For each domain that was looked at, whether there is a concern.
    """

    level: Certainty
    reason: str = Field(min_length=1)
    judged_by: str = Field(min_length=1)
    judged_on: date
    concerns: dict[Domain, Step] = {}

    def sentence(self) -> str:
        """Return the judgement in words, with whose it is."""
        serious = [name.replace("_", " ") for name, step in self.concerns.items() if step != "no_concern"]
        concerns = f" Concerns: {', '.join(serious)}." if serious else ""
        level = self.level.replace("_", " ")
        judged = f"{level}, as judged by {self.judged_by} ({self.judged_on})"
        return f"Certainty of the evidence: {judged}. {self.reason}{concerns}"


class EvidenceTable(StrictModel):
    """All sources of one question, and how certain they are together.

    Attributes
    ----------
    question
        What the sources answer.
    sources
        One or more, each with an id of its own.
    certainty
        A judgement; None says that nobody has judged.
    """

    question: str = Field(min_length=1)
    sources: list[EvidenceSource] = Field(min_length=1)
    certainty: CertaintyJudgement | None = None

    @model_validator(mode="after")
    def _ids(self) -> Self:
        ids = [source.id for source in self.sources]
        if repeated := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"sources stand twice: {', '.join(repeated)}")
        return self

    def frame(self) -> pd.DataFrame:
        """Return a row for each source; effects and variances are ready for `pool_effects`, NaN where absent."""
        rows = pd.DataFrame([source.model_dump() for source in self.sources])
        return rows.astype({"effect": float, "variance": float, "people": "Int64"})

    def sentence(self) -> str:
        """Say how many sources there are, and for how many Wales and ethnic detail can be told."""
        wales = sum(source.coverage == "wales" or source.wales_separate for source in self.sources)
        detailed = sum(source.ethnic_detail == "detailed" for source in self.sources)
        judged = self.certainty.sentence() if self.certainty else "Nobody has judged how certain they are together."
        return (
            f"{len(self.sources)} sources answer the question; {wales} of them speak for Wales on its own and "
            f"{detailed} have detailed ethnic groups. {judged}"
        )
