"""Cards of the tables of a workforce report: what a table is, whose people it counts, and how it may be shown."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from arwap_analysis.disclosure import DisclosurePolicy
from arwap_analysis.documents import StrictModel
from arwap_analysis.ethnicity import classification_ids, get_classification
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.texts import Text

__all__ = ["Benchmark", "PayCard", "PipelineCard", "QuartersCard", "RepresentationCard", "TableCard"]


class TableCard(StrictModel):
    """What every table of a workforce report says of itself.

    Attributes
    ----------
    file
        CSV beside the card, one row a count.
    people
        Whom it counts, for sentences ("police officers", "applicants").
    place, period
        Where and when.
    classification, reference_group
        Of its ethnic groups; see `arwap list`.
    disclosure
        "open" for published data, protected by their publisher, or a policy (docs/disclosure.md).
    """

    id: str = Field(pattern=ID_PATTERN)
    file: str = Field(min_length=1)
    title: Text
    people: Text
    place: Text
    period: Text
    publisher: Text
    licence: Text
    obtained: Text | None = None
    classification: str = "ethnic_group_5"
    reference_group: str = "white"
    disclosure: Literal["open"] | DisclosurePolicy
    caveats: list[Text] = []

    @model_validator(mode="after")
    def _groups(self) -> Self:
        if self.classification not in classification_ids():
            raise ValueError(f"there is no classification '{self.classification}'; see 'arwap list'")
        allowed = get_classification(self.classification).comparable
        if self.reference_group not in allowed:
            raise ValueError(f"'reference_group' has to be one of {', '.join(allowed)}")
        if self.policy is not None and self.policy.rounding is not None:
            raise ValueError("results of true counts would undo a rounding: round the table first, and declare it open")
        if self.policy is not None and self.policy.threshold is None:
            raise ValueError("the rule hides no count: give 'disclosure' a threshold, or write disclosure: open")
        return self

    @property
    def policy(self) -> DisclosurePolicy | None:
        """The rule under which the table may be shown, None for open data."""
        return self.disclosure if isinstance(self.disclosure, DisclosurePolicy) else None


class Benchmark(StrictModel):
    """The population that staff are compared with: CSV with the columns `group` and `count`."""

    file: str = Field(min_length=1)
    title: Text
    publisher: Text
    licence: Text
    people: Text
    caveats: list[Text] = []


class RepresentationCard(TableCard):
    """Head-counts by grade and ethnic group: CSV with the columns `grade`, `group` and `count`.

    `grades` names them, from the lowest to the highest. `additive: false` says that they are not parts of one staff, so
    that no sum over them is made.
    """

    grades: dict[str, Text] = Field(min_length=1)
    benchmark: Benchmark
    additive: bool = True


class PipelineCard(TableCard):
    """People at each stage of selection: CSV with the columns `stage`, `group` and `count`.

    `stages` names them in order, from all who entered; everybody at a stage was at the one before it.
    """

    stages: dict[str, Text] = Field(min_length=2)


class PayCard(TableCard):
    """Hourly pay by ethnic group, in one of two forms.

    averages: CSV with the columns `measure` (mean or median), `group` and `value`; with `people` and
    `standard_deviation` as well, the gap in means has an interval. rates: CSV with the columns `pay`, `group` and
    `people` (1 for a row of one person) and one for each of `covariates`, labels whose names are given.
    """

    kind: Literal["averages", "rates"]
    unit: Text
    covariates: dict[str, Text] = {}

    @model_validator(mode="after")
    def _rates_have_covariates(self) -> Self:
        if self.covariates and self.kind != "rates":
            raise ValueError("'covariates' need 'kind: rates'")
        return self


class QuartersCard(TableCard):
    """Staff in each quarter of all staff, ranked by hourly pay: CSV with the columns `quarter`, `group` and `count`.

    The quarters are called lower, lower_middle, upper_middle and upper.
    """
