"""Run files of reference values against the library and say how close it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.peers.adaptors import ADAPTORS, ADAPTORS_OF_CASES, CLOSED, FITTED, ITERATIVE, ROOT_FINDER, SOUGHT, TOLERANCE

__all__ = ["FileResult", "compare_case", "compare_file", "reference_files"]

# A value that should be 0 is compared with this instead of with itself.
_SMALLEST = 1e-9


@dataclass
class FileResult:
    """What became of one file: cases passed, the worst relative error, and each miss in words."""

    name: str
    measure: str
    total: int = 0
    passed: int = 0
    worst: float = 0.0
    misses: list[str] = field(default_factory=list)
    has_adaptor: bool = True

    @property
    def ok(self) -> bool:
        return self.has_adaptor and self.total > 0 and self.passed == self.total

    def line(self) -> str:
        if not self.has_adaptor:
            return f"{self.name}: no adaptor for the measure '{self.measure}'"
        return f"{self.name}: {self.passed}/{self.total} passed, worst relative error {self.worst:.1e}"


def reference_files(folder: Path) -> Iterator[Path]:
    """Yield every file of reference values under a folder, by name."""
    yield from sorted(folder.rglob("*.json"))


def compare_file(path: Path) -> FileResult:
    """Compute every case of one file; a case that raises is a miss, never the end of the run."""
    content = json.loads(path.read_text(encoding="utf-8"))
    result = FileResult(path.name, str(content.get("measure")), len(content["cases"]))
    if result.measure not in ADAPTORS.keys() | ADAPTORS_OF_CASES.keys():
        result.has_adaptor = False
        return result
    for case in content["cases"]:
        try:
            errors = compare_case(result.measure, case, folder=path.parent)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this case's miss
            result.misses.append(f"{case['id']}: {type(error).__name__}: {error}")
            continue
        beyond = {name: error for name, error in errors.items() if not error <= _tolerance(result.measure, name, case)}
        result.worst = max([result.worst, *(error for error in errors.values() if np.isfinite(error))])
        result.passed += not beyond
        result.misses += [f"{case['id']}: {name} is {error:.1e} away" for name, error in beyond.items()]
    return result


def compare_case(measure: str, case: dict[str, Any], *, folder: Path = Path()) -> dict[str, float]:
    """Return the relative error of each expected value of one case; `folder` holds the data that it names."""
    params = case.get("params") or {}
    if measure in ADAPTORS_OF_CASES:
        found = ADAPTORS_OF_CASES[measure](case, params, folder)
    else:
        found = ADAPTORS[measure](case["inputs"], params)
    errors = {name: _error(found[name], expected) for name, expected in case["expected"].items()}
    for name in SOUGHT & errors.keys():
        errors[name] = min(errors[name], _sought_error(float(found[name]), float(case["expected"][name])))
    return errors


def _sought_error(found: float, expected: float) -> float:
    """Error of an odds ratio that R seeks on the scale of 0 to 1, where its root finder stops at ROOT_FINDER.

    R seeks the ratio itself below 1 and its inverse above 1, to within 1.2e-4 and not to within a share of it,
    so that a ratio of 0.01 may be off by one per cent. What is within R's own stop counts as CLOSED.
    """
    scale = (found, expected) if expected <= 1 else (1 / max(found, _SMALLEST), 1 / expected)
    return CLOSED if abs(scale[0] - scale[1]) <= ROOT_FINDER else np.inf


def _tolerance(measure: str, name: str, case: dict[str, Any]) -> float:
    fitted = {case.get("statistic"), (case.get("params") or {}).get("method")} & ITERATIVE
    return TOLERANCE.get(measure, TOLERANCE.get(name, FITTED if fitted else CLOSED))


def _error(found: Any, expected: Any) -> float:
    """Largest relative error; infinite when words, absences or shapes differ."""
    if isinstance(expected, str) or (isinstance(expected, list) and any(isinstance(e, str) for e in expected)):
        return 0.0 if np.array_equal(found, expected) else np.inf
    want = np.asarray(expected, dtype=float)  # null is an absence
    have = np.broadcast_to(np.asarray(found, dtype=float), want.shape)
    absent = np.isnan(want)
    if not np.array_equal(absent, np.isnan(have)):
        return np.inf
    same = absent | (have == want)  # also where both are infinite
    with np.errstate(invalid="ignore"):
        away = np.abs(have - want) / np.maximum(np.abs(want), _SMALLEST)
    return float(np.max(np.where(same, 0.0, away), initial=0.0))
