"""The card of a synthesis: its sources with what each found, in words that can be translated."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.models.evidence_table import (
    Certainty,
    CertaintyJudgement,
    Coverage,
    Domain,
    EthnicDetail,
    EvidenceSource,
    EvidenceTable,
    Quality,
    Step,
)
from arwap_analysis.texts import Text

__all__ = ["Counts", "Design", "EvidenceCard", "JudgedCertainty", "PublishedInterval", "Source"]

Design = Literal[
    "field_experiment", "survey", "administrative_data", "census", "cohort_study", "trial", "qualitative_study"
]
DESIGNS: tuple[str, ...] = get_args(Design)


class Counts(StrictModel):
    """Events and people of the group and of those it is compared with.

    `kind`: proportion, where the people counted are among those with the event; rate, where one person can have
    several events, or the population stands for them.
    """

    events: int = Field(ge=0)
    people: int = Field(gt=0)
    reference_events: int = Field(ge=0)
    reference_people: int = Field(gt=0)
    kind: Literal["proportion", "rate"] = "proportion"

    @model_validator(mode="after")
    def _parts_of_wholes(self) -> Self:
        if self.kind == "proportion" and (self.events > self.people or self.reference_events > self.reference_people):
            raise ValueError("more events than people; write 'kind: rate' where one person can have several events")
        return self


class PublishedInterval(StrictModel):
    """An estimate as it was published: a ratio or a difference with its interval."""

    estimate: float
    lower: float
    upper: float
    confidence: float = Field(default=0.95, gt=0.5, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lower <= self.estimate <= self.upper or self.lower >= self.upper:
            raise ValueError("the estimate has to lie between its limits")
        return self


class Source(StrictModel):
    """One source: what it is, how good and of whom it speaks, and what it found in at most one of three forms.

    `counts`, `published_interval`, or `effect` with `variance` on the scale of analysis (the logarithm of a ratio).
    A source without any stands in the evidence table and is not pooled. `label` names it in charts, `title` in full;
    names of publications are not translated.
    """

    id: str = Field(pattern=ID_PATTERN)
    label: str = Field(min_length=1)
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    design: Design
    period: str | None = Field(default=None, min_length=1)
    published: date | Annotated[int, Field(ge=1800, le=2200)]
    coverage: Coverage
    wales_separate: bool
    ethnic_detail: EthnicDetail
    quality: Quality = "not_judged"
    quality_reason: Text | None = None
    subgroup: str | None = None
    counts: Counts | None = None
    published_interval: PublishedInterval | None = None
    effect: float | None = None
    variance: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [self.counts, self.published_interval, self.effect]
        if sum(part is not None for part in given) > 1:
            raise ValueError("give one of 'counts', 'published_interval', and 'effect' with 'variance'")
        if (self.effect is None) != (self.variance is None):
            raise ValueError("give 'effect' and 'variance' together, or neither")
        if self.quality != "not_judged" and self.quality_reason is None:
            raise ValueError("a judgement of quality needs its reason in 'quality_reason'")
        return self

    def as_evidence(self, effect: float | None, variance: float | None) -> EvidenceSource:
        """Return the source as a row of an evidence table, with the effect that goes into the synthesis."""
        reason = self.quality_reason
        return EvidenceSource(
            id=self.id, title=self.title, publisher=self.publisher, design=self.design.replace("_", " "),
            period=self.period or "not stated", published=self.published, coverage=self.coverage,
            wales_separate=self.wales_separate, ethnic_detail=self.ethnic_detail, quality=self.quality,
            quality_reason="" if reason is None else (reason.en or reason.cy or ""),
            people=None if self.counts is None else self.counts.people + self.counts.reference_people,
            effect=effect, variance=variance,
        )  # fmt: skip


class JudgedCertainty(StrictModel):
    """How certain the sources are together, as people judged it; nothing here is computed."""

    level: Certainty
    reason: Text
    judged_by: Text
    judged_on: date
    concerns: dict[Domain, Step] = {}

    def as_judgement(self) -> CertaintyJudgement:
        """Return the judgement in the form of `models.evidence_table`, in the first language that it has."""
        return CertaintyJudgement(
            level=self.level, reason=self.reason.en or self.reason.cy or "",
            judged_by=self.judged_by.en or self.judged_by.cy or "", judged_on=self.judged_on, concerns=self.concerns,
        )  # fmt: skip


class EvidenceCard(StrictModel):
    """Sources of one question.

    Attributes
    ----------
    measure
        What is compared, as a noun ("the ratio of callbacks").
    below, above
        What a value below and above no difference says.
    scale
        ratio: effects are pooled as logarithms; difference: as they are.
    subgroups
        Names of the subgroups that sources are put in; chosen before the effects were seen.
    subgroup_by
        What tells the subgroups apart ("country").
    compiled
        When the sources were put together.
    licence, origin
        Under which licence the figures may be used, and where they were typed from.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Text
    measure: Text
    below: Text
    above: Text
    scale: Literal["ratio", "difference"] = "ratio"
    subgroup_by: Text | None = None
    subgroups: dict[str, Text] = {}
    compiled: date
    licence: Text
    origin: Text
    caveats: list[Text] = []
    sources: list[Source] = Field(min_length=1)
    certainty: JudgedCertainty | None = None

    @model_validator(mode="after")
    def _names(self) -> Self:
        ids = [source.id for source in self.sources]
        if repeated := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"sources stand twice: {', '.join(repeated)}")
        labels = [source.label for source in self.sources]
        if repeated := sorted({label for label in labels if labels.count(label) > 1}):
            raise ValueError(f"labels stand twice: {', '.join(repeated)}")
        unknown = {s.subgroup for s in self.sources if s.subgroup is not None} - self.subgroups.keys()
        if unknown:
            raise ValueError(f"'subgroups' does not name {', '.join(sorted(unknown))}")
        if self.subgroups and self.subgroup_by is None:
            raise ValueError("'subgroups' needs 'subgroup_by', which says what tells them apart")
        if self.scale == "ratio":
            bad = [s.id for s in self.sources if s.published_interval and s.published_interval.lower <= 0]
            if bad:
                raise ValueError(f"ratios and their limits must be above 0: {', '.join(bad)}")
        return self

    def as_table(self, question: str, effects: dict[str, tuple[float, float]]) -> EvidenceTable:
        """Return the evidence table of `models`, with the effect and variance of each source that has them."""
        return EvidenceTable(
            question=question,
            sources=[source.as_evidence(*effects.get(source.id, (None, None))) for source in self.sources],
            certainty=None if self.certainty is None else self.certainty.as_judgement(),
        )
