"""What every kind of report is asked with, its name, title and languages; and how parameters become a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator

from arwap_analysis.documents import Document, StrictModel, faults_of
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.texts import Text, missing_texts

__all__ = ["ReportRequest", "refuse_untranslated", "validated"]


class ReportRequest(StrictModel):
    """The fields that the parameters of every notebook have.

    `language` names the languages of the report, the first that of the main page; one may stand without a list.
    """

    review_id: str = Field(pattern=ID_PATTERN)
    title: Text
    language: list[Literal["en", "cy"]] = Field(default=["en"], min_length=1)

    @field_validator("language", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("language")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("name each language once")
        return value


Request = TypeVar("Request", bound=ReportRequest)


def validated(model: type[Request], parameters: Mapping[str, Any]) -> Request:
    """Return the request that parameters make; raises ParameterError with every fault and the parameter it is in."""
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        faults = faults_of(error, model, Document("", {}, {}))
        # What is wrong with several parameters together stands at none of them.
        places = [str(detail["loc"][0]) if detail["loc"] else None for detail in error.errors()]
        raise ParameterError(
            [
                Fault(fault.code, fault.message, column=place, value=fault.value, hint=fault.hint)
                for fault, place in zip(faults, places, strict=True)
            ]
        ) from None


def refuse_untranslated(request: ReportRequest, cards: Mapping[str, Any], also: Iterable[Fault] = ()) -> None:
    """Raise ParameterError with a fault for each text that is not written in one of the languages of a report.

    Looked at is every text of the request and of the cards that it names, by what messages call them; `also` is what
    else is known to be missing.
    """
    faults = [*missing_texts(request, request.language)]
    for name, card in cards.items():
        faults += missing_texts(card, request.language, file=name)
    if lacking := dict.fromkeys((*faults, *also)):
        raise ParameterError(lacking)
