"""Indicator cards: what an indicator counts, over whom, which direction is better, and its caveats."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from arwap_analysis.documents import StrictModel, load_model
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.texts import Text

__all__ = ["Denominator", "IndicatorCard", "Numerator", "Title", "indicator_ids", "load_indicator"]

ID_PATTERN = r"^[a-z][a-z0-9_]*$"


class Title(Text):
    """A name in English and, once known, in Welsh."""

    en: str = Field(min_length=1)


class Numerator(StrictModel):
    """What is counted: the source (an id of the package, or a whole source card) and the words for it.

    `counts` is a plural noun, such as "households accepted as homeless"; in Welsh in the form without mutation.
    """

    source: str | dict[str, Any]
    counts: Text


class Denominator(Numerator):
    """Over whom it is counted, and how the denominator's period meets the numerator's.

    `counts` follows a number: "people", and in Welsh with its preposition and mutation, "o bobl".
    `method`: `fixed` divides every period by the one in `period`; `match` takes the same period;
    `interpolate` draws a straight line between the two reference days around the middle of the period.
    """

    method: Literal["fixed", "match", "interpolate"] = "fixed"
    period: str | None = None

    @model_validator(mode="after")
    def _period_goes_with_fixed(self) -> Denominator:
        if (self.method == "fixed") != (self.period is not None):
            raise ValueError("'period' goes with 'method: fixed' and with no other")
        return self


class IndicatorCard(StrictModel):
    """All that a report needs to know of an indicator besides its numbers."""

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    policy_area: str
    numerator: Numerator
    denominator: Denominator
    alternative_denominator: Denominator | None = None
    per: Annotated[float, Field(gt=0, strict=False)] = 1000.0
    better: Literal["lower", "higher", "neither"]
    reference_group: str
    caveats: list[Text] = []


def _built_in() -> Any:
    return resources.files(__package__).joinpath("built_in")


def indicator_ids() -> tuple[str, ...]:
    """Ids of the indicators that come with the package."""
    return tuple(sorted(f.name.removesuffix(".yml") for f in _built_in().iterdir() if f.name.endswith(".yml")))


def load_indicator(id_or_path: str, *, folder: Path) -> IndicatorCard:
    """Return an indicator card by id, or from a YAML file whose path is relative to `folder`.

    Raises ParameterError when there is no such indicator, or with every fault of the card.
    """
    if id_or_path.endswith((".yml", ".yaml")):
        return load_model(folder / id_or_path, IndicatorCard)
    if id_or_path not in indicator_ids():
        raise ParameterError(
            Fault(
                "unknown_indicator",
                f"there is no indicator '{id_or_path}'",
                hint=f"{did_you_mean(id_or_path, indicator_ids())} Or give the path of an indicator card (.yml).",
            )
        )
    with resources.as_file(_built_in().joinpath(f"{id_or_path}.yml")) as path:
        return load_model(path, IndicatorCard)
