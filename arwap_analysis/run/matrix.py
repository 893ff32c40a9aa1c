"""One parameters file for many reports: `matrix` lists the values of some parameters, and each combination is a report.

    id: homelessness_{area}
    matrix:
      area: [W06000001, W06000002]
      year: [2020-21, 2021-22]

`{area}` is filled in in the id and in every text of `parameters`; values of keys that the id does not mention are added
to its end, so that no two reports share a folder. Where a value is the code of an area of Wales, `{area.name}` is its
name in the language of the text, in an id the English one.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from arwap_analysis.areas import get_area
from arwap_analysis.documents import Document
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.texts import FIRST_LANGUAGE, LANGUAGES

__all__ = ["Matrix", "filled_in", "id_of", "overrides_of", "point_of"]

Matrix = dict[str, Annotated[list[str | bool | int | float | None], Field(min_length=1)]]


def overrides_of(matrix: Matrix) -> list[tuple[str, ...]]:
    """Return `key=value` pairs for each combination, the last key changing fastest."""
    columns = [[f"{key}={_text(value)}" for value in values] for key, values in matrix.items()]
    return list(itertools.product(*columns))


def _text(value: object) -> str:
    """Write a value so that it is read back as itself where a parameter is not text."""
    return value if isinstance(value, str) else json.dumps(value)


def point_of(matrix: Matrix, chosen: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """Return the value of each key of the matrix; raises ParameterError when one is not chosen."""
    absent = [key for key in matrix if key not in chosen]
    if absent:
        number = 1
        for values in matrix.values():
            number *= len(values)
        pairs = " ".join(f"--set {key}={_text(matrix[key][0])}" for key in matrix)
        raise ParameterError(
            Fault(
                "many_reports",
                f"this file stands for {number:,} reports, so one has to be chosen",
                document.name,
                document.line(("matrix",)),
                hint=f"Render all with 'arwap batch {document.name}', or one with {pairs}.",
            )
        )
    return {key: chosen[key] for key in matrix}


def id_of(template: str, point: Mapping[str, Any], document: Document) -> str:
    """Return the id of a report of the matrix; raises ParameterError when it cannot name a folder."""
    unnamed = [
        _slug(v) for key, v in point.items() if f"{{{key}}}" not in template and f"{{{key}.name}}" not in template
    ]
    for key, value in point.items():
        template = template.replace(f"{{{key}}}", _slug(value))
        if f"{{{key}.name}}" in template:
            template = template.replace(f"{{{key}.name}}", _slug(_area_name(value, FIRST_LANGUAGE, document.name)))
    id = "_".join([template, *unnamed])
    if not re.match(ID_PATTERN, id):
        raise ParameterError(
            Fault(
                "wrong_value",
                "the option 'id' cannot be used: it has to be lower case letters, digits and _, a letter first",
                document.name,
                document.line(("id",)),
                value=id,
                hint="It names the folder of the report. In braces, only keys of 'matrix' are filled in.",
            )
        )
    return id


def _slug(value: object) -> str:
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def filled_in(value: Any, point: Mapping[str, Any], *, file: str | None = None, language: str = FIRST_LANGUAGE) -> Any:
    """Return parameters with `{key}` replaced by the value of each key of the matrix, in every text.

    `{key.name}` becomes the name of the area whose code the value is, in the language below whose tag the text stands;
    raises ParameterError, which names the `file`, where the value is no area of Wales.
    """
    if isinstance(value, str):
        for key, filling in point.items():
            value = value.replace(f"{{{key}}}", str(filling))
            if f"{{{key}.name}}" in value:
                value = value.replace(f"{{{key}.name}}", _area_name(filling, language, file))
        return value
    if isinstance(value, Mapping):
        return {
            key: filled_in(inner, point, file=file, language=key if key in LANGUAGES else language)
            for key, inner in value.items()
        }
    if isinstance(value, Sequence):
        return [filled_in(inner, point, file=file, language=language) for inner in value]
    return value


def _area_name(code: object, language: str, file: str | None) -> str:
    """Return the name of an area of Wales; raises ParameterError where the value of the matrix is no code of one."""
    try:
        area = get_area(str(code))
    except ParameterError as error:
        raise ParameterError(replace(error.faults[0], file=file, value=str(code))) from None
    return area.name_en if language == FIRST_LANGUAGE else area.name_cy
