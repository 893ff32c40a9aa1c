"""One published claim as a typed record: what was published, where, and from which data it can be computed how."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from arwap_analysis.documents import StrictModel
from arwap_analysis.registers.claims.filters import parse_expression, parse_filter
from arwap_analysis.registers.claims.formula import parse_formula
from arwap_analysis.registers.claims.printed import Printed, read_printed
from arwap_analysis.registers.claims.values import as_number

__all__ = ["FIELDS", "METRICS", "Claim", "Metric"]

Metric = Literal[
    "percentage", "rate", "ratio", "difference_points", "ols_coefficient", "probit_coefficient", "logit_coefficient",
    "odds_ratio", "rate_difference", "relative_rate_index", "share", "representation_index", "count", "mean", "median",
    "mean_difference", "mean_ratio", "standardised_rate", "standardised_ratio", "mantel_haenszel_odds_ratio",
    "common_rate_ratio", "pooled_ratio", "pooled_odds_ratio", "decomposition",
]  # fmt: skip
METRICS: tuple[str, ...] = get_args(Metric)
_MODELS = {"ols_coefficient", "probit_coefficient", "logit_coefficient"}
_COMPARED = {
    "ratio", "difference_points", "odds_ratio", "rate_difference", "relative_rate_index", "mean_difference",
    "mean_ratio", "standardised_ratio", "mantel_haenszel_odds_ratio", "common_rate_ratio", "decomposition",
}  # fmt: skip
_STRATIFIED = {"standardised_rate", "standardised_ratio", "mantel_haenszel_odds_ratio", "common_rate_ratio",
               "decomposition"}  # fmt: skip
_OF_VALUES = {"mean", "median", "mean_difference", "mean_ratio"}
_WIDE = {"pooled_ratio", "pooled_odds_ratio"}
_COUNTED = {"share", "representation_index", "count"}


class Claim(StrictModel):
    """A published figure, and how to compute it. All fields are texts; an empty one is None.

    `published` and its companions are exactly as printed, so that their decimals say how precise they are.
    """

    id: str = Field(min_length=1, max_length=200)
    title: str = ""
    title_cy: str = ""
    citation: str = ""
    domain: str = ""
    country: str = ""
    statement: str = ""
    data: str
    metric: Metric
    outcome: str | None = None
    outcome_value: str | None = None
    group: str | None = None
    group_value: str | None = None
    reference_value: str | None = None
    where: str | None = None
    weight: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    reference_numerator: str | None = None
    reference_denominator: str | None = None
    other_denominator: str | None = None
    per: float = 1.0
    strata: str | None = None
    standard: str | None = None
    part: Literal["gap", "composition", "rates"] | None = None
    pooling: Literal["REML", "PM", "DL", "FE"] = "REML"
    formula: str | None = None
    term: str | None = None
    covariance: str | None = Field(default=None, max_length=200)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    published: str
    published_se: str | None = None
    published_lower: str | None = None
    published_upper: str | None = None
    published_p: str | None = None
    published_n: str | None = None
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _cells(cls, value: Any) -> Any:
        """Take cells of a table as they are: an empty one is absent, and numbers are written as text."""
        if not isinstance(value, dict):
            return value
        cells = {k: v.strip() if isinstance(v, str) else v for k, v in value.items()}
        cells = {k: v for k, v in cells.items() if v not in ("", None)}
        if isinstance(metric := cells.get("metric"), str):
            cells["metric"] = metric.casefold().replace(" ", "_").replace("-", "_")
        return {k: _number(v) if k in _NUMBERS and isinstance(v, str) else v for k, v in cells.items()}

    @field_validator("group_value", "reference_value", "outcome_value", mode="before")
    @classmethod
    def _values_are_texts(cls, value: Any) -> Any:
        """A YAML file may write 1 or true for a value of a column."""
        return str(value) if isinstance(value, bool | int | float) else value

    @field_validator("per", "confidence", mode="before")
    @classmethod
    def _whole_numbers_too(cls, value: Any) -> Any:
        return float(value) if type(value) is int else value

    @field_validator("per")
    @classmethod
    def _above_zero(cls, value: float) -> float:
        if not 0 < value < float("inf"):
            raise ValueError("'per' has to be a number above 0, such as 1000")
        return value

    @field_validator("published", "published_se", "published_lower", "published_upper", "published_p", "published_n")
    @classmethod
    def _is_a_figure(cls, value: str | None) -> str | None:
        if value is not None:
            read_printed(value)
        return value

    @field_validator("where")
    @classmethod
    def _is_a_filter(cls, value: str | None) -> str | None:
        if value is not None:
            parse_filter(value)
        return value

    @field_validator(
        "numerator", "denominator", "reference_numerator", "reference_denominator", "standard", "other_denominator"
    )
    @classmethod
    def _is_an_expression(cls, value: str | None) -> str | None:
        if value is not None:
            parse_expression(value)
        return value

    @field_validator("formula")
    @classmethod
    def _is_a_formula(cls, value: str | None) -> str | None:
        if value is not None:
            parse_formula(value)
        return value

    @model_validator(mode="after")
    def _says_how(self) -> Claim:
        if lacking := _lacking(self):
            raise ValueError(f"a claim of the metric '{self.metric}' needs {lacking}")
        if self.group_value is not None and self.group_value == self.reference_value:
            raise ValueError("the group is compared with itself")
        return self

    def printed(self, name: str) -> Printed | None:
        """Return a printed figure: "estimate", "se", "lower", "upper", "p" or "n"; None where none was printed."""
        text = self.published if name == "estimate" else getattr(self, f"published_{name}")
        return None if text is None else read_printed(text)

    @property
    def is_model(self) -> bool:
        """Whether the figure is a coefficient of a regression."""
        return self.metric in _MODELS

    @property
    def is_counted(self) -> bool:
        """Whether the data are tables of counts, not rows of people."""
        return self.numerator is not None


FIELDS: tuple[str, ...] = tuple(Claim.model_fields)
_NUMBERS = {"per", "confidence"}


def _number(text: str) -> float:
    found = as_number(text)
    if found is None:
        raise ValueError(f"'{text}' is not a number")
    return found


def _lacking(claim: Claim) -> str:
    """Return in words what the metric needs and the claim does not say."""
    if claim.is_model:
        needed = {"formula": claim.formula, "term": claim.term}
    elif claim.metric in _WIDE:
        needed = {name: getattr(claim, name) for name in
                  ("numerator", "denominator", "reference_numerator", "reference_denominator")}  # fmt: skip
    elif claim.metric in _OF_VALUES:
        needed = {"outcome": claim.outcome}
    elif claim.metric == "representation_index":
        needed = {"numerator": claim.numerator, "denominator": claim.denominator, "group": claim.group,
                  "group_value": claim.group_value}  # fmt: skip
    elif claim.metric in _COUNTED:
        needed = {"numerator": claim.numerator}
    elif claim.numerator is not None or claim.denominator is not None:
        if claim.outcome is not None:
            return "either 'outcome' (rows of people) or 'numerator' and 'denominator' (counts), not both"
        needed = {"numerator": claim.numerator, "denominator": claim.denominator}
    else:
        needed = {"outcome": claim.outcome}
    if claim.metric in _COMPARED and claim.reference_numerator is None:
        needed |= {name: getattr(claim, name) for name in ("group", "group_value", "reference_value")}
    elif claim.metric == "share" or (not claim.is_model and (claim.group is None) != (claim.group_value is None)):
        needed |= {"group": claim.group, "group_value": claim.group_value}
    if claim.metric in _STRATIFIED:
        needed["strata"] = claim.strata
    if claim.metric in {"standardised_rate"}:
        needed["standard"] = claim.standard
    if claim.metric == "decomposition":
        needed["part"] = claim.part
    return ", ".join(f"'{name}'" for name, value in needed.items() if value is None)
