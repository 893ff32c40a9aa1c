"""What every request of a report shares: the languages of it, the first that of the main page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator

from arwap_analysis.documents import Document, StrictModel, faults_of
from arwap_analysis.errors import Fault, ParameterError

__all__ = ["Languages", "request_from"]

Request = TypeVar("Request", bound="Languages")


class Languages(StrictModel):
    """A request with its languages; one may stand without a list."""

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


def request_from(parameters: Mapping[str, Any], model: type[Request]) -> Request:
    """Return the request that a report's parameters make; raises ParameterError with each parameter that is wrong."""
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        faults = faults_of(error, model, Document("", {}, {}))
        raise ParameterError(
            [
                Fault(f.code, f.message, None, None, str(detail["loc"][0]) if detail["loc"] else None, f.value, f.hint)
                for f, detail in zip(faults, error.errors(), strict=True)
            ]
        ) from None
