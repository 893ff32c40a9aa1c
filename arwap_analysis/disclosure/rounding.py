"""Rounding of counts: to the nearest multiple, at random, or controlled so that tables still add up. Arrays only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from arwap_analysis.estimate import FloatArray

__all__ = ["controlled_rounding", "nearest_rounding", "random_rounding"]


def nearest_rounding(values: FloatArray, base: int) -> FloatArray:
    """Round to the nearest multiple of `base`, halves up; NaN stays NaN."""
    return np.floor(values / base + 0.5) * base


def random_rounding(values: FloatArray, base: int, *, keys: Sequence[str], secret: str) -> FloatArray:
    """Round up or down to a multiple of `base` so that the expectation is the value itself.

    A count of 7 at base 5 becomes 10 with probability 2/5 and 5 with 3/5. The draw follows from the cell's key and
    the producer's secret by SHA-256, so that one cell is rounded the same way in every table and averaging over
    requests tells nothing (the cell-key idea of Thompson, Broadfoot and Elazar, 2013).
    """
    down = np.floor(values / base) * base
    draws = np.array([_uniform(f"{secret}|{key}") for key in keys])
    return np.where(draws < (values - down) / base, down + base, down)


def _uniform(text: str) -> float:
    """Number between 0 and 1 that follows from a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 2**56


def controlled_rounding(matrix: Any, values: FloatArray, base: int, *, seconds: float = 10.0) -> FloatArray | None:
    """Round each value up or down to a multiple of `base` so that every sum still holds, as near as possible.

    Minimises the sum of distances (zero-restricted controlled rounding: Cox, JASA 82, 1987; as an integer program,
    Salazar-Gonzalez, Mathematical Programming 105, 2006). Every two-way table has a solution; linked tables and
    hierarchies may have none.

    Returns
    -------
    (N,) or None
        None when there is no such rounding, or none was found in the time.
    """
    down = np.floor(values / base) * base
    rest = values - down
    exact = rest == 0
    right = -(matrix @ down) / base
    found = milp(
        base - 2 * rest,
        constraints=LinearConstraint(matrix, right, right),
        integrality=np.ones(values.size),
        bounds=Bounds(np.zeros(values.size), np.where(exact, 0.0, 1.0)),
        options={"time_limit": seconds},
    )
    return None if found.x is None else down + base * np.round(found.x)
