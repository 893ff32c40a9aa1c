"""One parameters file for many reports: `matrix` lists the values of some parameters, and each combination is a report.

    id: homelessness_{area}
    matrix:
      area: [W06000001, W06000002]
      year: [2020-21, 2021-22]

`{area}` is filled in in the id and in every text of `parameters`; values of keys that the id does not mention are added
to its end, so that no two reports share a folder.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from arwap_analysis.documents import Document
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.indicators.catalogue import ID_PATTERN

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
    unnamed = [_slug(value) for key, value in point.items() if f"{{{key}}}" not in template]
    for key, value in point.items():
        template = template.replace(f"{{{key}}}", _slug(value))
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


def filled_in(value: Any, point: Mapping[str, Any]) -> Any:
    """Return parameters with `{key}` replaced by the value of each key of the matrix, in every text."""
    if isinstance(value, str):
        for key, filling in point.items():
            value = value.replace(f"{{{key}}}", str(filling))
        return value
    if isinstance(value, Mapping):
        return {key: filled_in(inner, point) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [filled_in(inner, point) for inner in value]
    return value
