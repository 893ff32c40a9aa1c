"""The register of measures: what each is called, on which scale it speaks, and where its method comes from.

One decorated function is one measure; the frame level, the labels in reports and the table in
`docs/methods.md` are made from this register, and a test fails for a measure without a Welsh label,
a source or a section in the docs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from arwap_analysis.errors import MeasureError, did_you_mean

__all__ = ["MeasureSpec", "Scale", "get_measure", "measure", "registered_measures"]

Scale = Literal["level", "absolute", "relative", "test"]
WelshStatus = Literal["official", "reviewed", "to_review"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """What the register knows of one measure.

    `scale`: a level (rate, proportion), an absolute gap, a relative gap, or a test. `null_value` is the
    value that means "no disparity" (1 for ratios, 0 for differences, None for levels).
    """

    id: str
    function: Callable[..., Any]
    scale: Scale
    label_en: str
    label_cy: str
    welsh_status: WelshStatus
    inputs: tuple[str, ...]
    null_value: float | None
    reference: str


_REGISTER: dict[str, MeasureSpec] = {}


def measure(
    id: str,
    *,
    scale: Scale,
    label_en: str,
    label_cy: str,
    inputs: tuple[str, ...],
    reference: str,
    null_value: float | None = None,
    welsh_status: WelshStatus = "to_review",
) -> Callable[[F], F]:
    """Register the decorated array function as the measure `id`."""

    def register(function: F) -> F:
        if id in _REGISTER and _REGISTER[id].function.__module__ != function.__module__:
            raise MeasureError(f"two measures have the id '{id}'")
        _REGISTER[id] = MeasureSpec(
            id, function, scale, label_en, label_cy, welsh_status, inputs, null_value, reference
        )
        return function

    return register


def registered_measures() -> MappingProxyType[str, MeasureSpec]:
    """Every measure by id; importing `arwap_analysis.measures` fills the register."""
    return MappingProxyType(_REGISTER)


def get_measure(id: str) -> MeasureSpec:
    """Return one measure, with a hint when the id is not known."""
    try:
        return _REGISTER[id]
    except KeyError:
        raise MeasureError(f"no measure is called '{id}'. {did_you_mean(id, sorted(_REGISTER))}") from None
