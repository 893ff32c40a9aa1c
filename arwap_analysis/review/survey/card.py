"""A survey's card and the request that is put to it."""

from __future__ import annotations

from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.models.survey_design import LonelyUnit
from arwap_analysis.models.survey_replicates import ReplicateKind
from arwap_analysis.review.dataset import AskedOfData, Dataset
from arwap_analysis.texts import Text

__all__ = ["DesignCard", "SurveyCard", "SurveyOutcome", "SurveyReview"]


class DesignCard(StrictModel):
    """How a survey was drawn, as columns of its file.

    Either `clusters` (first-stage sampling units; the person's own id where people were drawn one by one), with
    `strata` and `population` (how many units each stratum has, or which share of them was sampled) where there are
    such, or the publisher's `replicate_weights` with their kind and degrees of freedom.
    """

    weight: str = Field(min_length=1)
    strata: str | None = None
    clusters: str | None = None
    clusters_numbered_within_strata: bool = False
    population: str | None = None
    lonely: LonelyUnit = "fail"
    replicate_weights: list[str] = []
    replicate_kind: ReplicateKind | None = None
    replicate_scale: float | None = Field(default=None, gt=0)
    fay: float = Field(default=0.0, ge=0, lt=1)
    degrees_of_freedom: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_way_to_errors(self) -> DesignCard:
        if not self.replicate_weights:
            if self.clusters is None:
                raise ValueError("name the column of sampling units as 'clusters' (the person's id where people were "
                                 "drawn one by one), or 'replicate_weights'")  # fmt: skip
            if self.clusters_numbered_within_strata and self.strata is None:
                raise ValueError("clusters are numbered within strata, but no 'strata' are named")
            return self
        if self.strata or self.clusters or self.population:
            raise ValueError("replicate weights stand in place of strata, clusters and population: leave those out")
        if self.replicate_kind is None or self.degrees_of_freedom is None:
            raise ValueError("replicate weights need their publisher's 'replicate_kind' and 'degrees_of_freedom'")
        if self.replicate_kind == "other" and self.replicate_scale is None:
            raise ValueError("replicate weights of the kind other need the publisher's 'replicate_scale'")
        return self


class SurveyOutcome(StrictModel):
    """What is asked: the share of those with one of `values` in a column, or without `values` the column's mean."""

    name: Text
    column: str = Field(min_length=1)
    values: list[str | bool | int | float] | None = Field(default=None, min_length=1)

    @property
    def kind(self) -> str:
        """Share or mean."""
        return "mean" if self.values is None else "share"


class SurveyCard(Dataset[SurveyOutcome]):
    """The card of a survey's microdata."""

    design: DesignCard


class SurveyReview(AskedOfData):
    """One question put to one survey; its fields are the parameters of `notebooks/survey_review.ipynb`.

    `fewest_people`: of groups in which fewer people answered no estimate is shown.
    """

    fewest_people: int = Field(default=30, ge=2)
