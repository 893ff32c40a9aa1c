"""What a model found: estimates with a name for each, a tidy table, a sentence, and what has to be true for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import Estimate, FloatArray, freeze_arrays, normal_quantile

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Finding", "Interval", "Rows", "interval", "listed", "log_interval", "stacked"]

Rows = tuple[tuple[str, tuple[str, ...]], ...]
Interval = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class Finding(Estimate):
    """Estimates along one axis, each with a name.

    Attributes
    ----------
    n : (K,)
        People behind each estimate.
    p_value : (K,)
        Two-sided p-value of no difference (no effect), unadjusted; NaN where an estimate is a level.
    rows : tuple of (column, names)
        What each estimate is: the columns that stand before the numbers in `frame`.
    sentence : str
        The finding in plain English.
    assumes : tuple of str
        What has to be true for the sentence to be true.
    """

    n: FloatArray = field(metadata={"array": True})
    p_value: FloatArray = field(metadata={"array": True})
    rows: Rows
    sentence: str
    assumes: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze_arrays(self)
        if self.estimate.ndim != 1 or any(len(names) != self.estimate.size for _, names in self.rows):
            raise MeasureError("every estimate of a finding needs its name")

    @property
    def se(self) -> FloatArray:
        """The standard errors (of the logarithm, where the interval is made on the log scale)."""
        return self.standard_error

    def frame(self) -> pd.DataFrame:
        """Return a tidy table: names, numbers, confidence and method; each row can be read alone."""
        import pandas as pd  # takes longer to load than most models take to fit

        columns: dict[str, object] = {name: list(values) for name, values in self.rows}
        columns |= {f.name: getattr(self, f.name) for f in fields(self) if f.metadata.get("array")}
        return pd.DataFrame(columns).assign(confidence=self.confidence, method=self.method)

    def at(self, **names: str) -> dict[str, float]:
        """Return the numbers of the one estimate that has these names, for example `at(quantity="ratio")`."""
        chosen = np.ones(self.estimate.size, dtype=bool)
        known = dict(self.rows)
        for column, name in names.items():
            if column not in known:
                raise MeasureError(f"the finding has no column '{column}'; it has {', '.join(known)}")
            chosen &= np.array(known[column]) == name
        if chosen.sum() != 1:
            raise MeasureError(f"{int(chosen.sum())} estimates are called {names}; name exactly one")
        return {f.name: float(getattr(self, f.name)[chosen][0]) for f in fields(self) if f.metadata.get("array")}


def interval(estimate: FloatArray, standard_error: FloatArray, confidence: float) -> Interval:
    """Return a normal interval: estimate, lower, upper, standard error."""
    half = normal_quantile(confidence) * standard_error
    return estimate, estimate - half, estimate + half, standard_error


def log_interval(log_estimate: FloatArray, log_error: FloatArray, confidence: float) -> Interval:
    """Return an interval made on the log scale: ratio, lower, upper, standard error of the log."""
    half = normal_quantile(confidence) * log_error
    return np.exp(log_estimate), np.exp(log_estimate - half), np.exp(log_estimate + half), log_error


def stacked(*parts: Interval) -> Interval:
    """Return several intervals as one, end to end."""
    estimate, lower, upper, error = (np.concatenate(column) for column in zip(*parts, strict=True))
    return estimate, lower, upper, error


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: "age, sex and area"."""
    if len(names) < 2:
        return names[0] if names else "nothing else"
    return f"{', '.join(names[:-1])} and {names[-1]}"
