"""The disparity table: the one shape in which every result leaves the analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.indicators.schema import COLUMNS, OPTIONAL

__all__ = [
    "FEW_EVENTS",
    "RESULT_COLUMNS",
    "WHERE",
    "comparable_codes",
    "place_columns",
    "result_frame",
    "strata_of",
    "table_classification",
]

# Below this many events the interval is wide and one household more or less moves the rate visibly; the
# number is the one below which public health practice in England changes to an exact interval.
FEW_EVENTS = 10
WHERE = ["indicator", "area", "area_name", "period"]
RESULT_COLUMNS = [
    *WHERE,
    "classification",
    "measure",
    "scale",
    "choice",
    "group",
    "reference",
    "estimate",
    "lower",
    "upper",
    "confidence",
    "standard_error",
    "p_value",
    "p_adjusted",
    "numerator",
    "denominator",
    "reference_numerator",
    "reference_denominator",
    "direction",
    "status",
    "reason",
    "method",
    "source",
]
_DEFAULTS: dict[str, Any] = {"choice": "main", "reference": None, "direction": "not_assessed", "reason": ""}


def strata_of(table: pd.DataFrame) -> list[str]:
    """Return the columns of an indicator table that split it further, such as sex or age_band."""
    return [column for column in table.columns if column not in (*COLUMNS, *OPTIONAL)]


def place_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that say where and when a row of an indicator table stands: one family of groups each."""
    return [*WHERE, *strata_of(table)]


def result_frame(rows: pd.DataFrame, *, strata: Sequence[str] = (), **constants: Any) -> pd.DataFrame:
    """Return `rows` as a disparity table: every column there, in order, absent numbers as NaN, strata last."""
    full = rows.assign(**constants)
    for column in RESULT_COLUMNS:
        if column not in full.columns:
            full[column] = _DEFAULTS.get(column, np.nan)
    return full[[*RESULT_COLUMNS, *strata]].reset_index(drop=True)


def table_classification(table: pd.DataFrame) -> str:
    """Return the one classification of an indicator table; raises ParameterError when it mixes two."""
    found = sorted(table["classification"].unique())
    if len(found) != 1:
        fault = Fault(
            "mixed_classifications",
            f"the table mixes the classifications {', '.join(found)}",
            hint="Bring all rows to one classification first.",
        )
        raise ParameterError(fault)
    return str(found[0])


def comparable_codes(table: pd.DataFrame, reference_group: str | None = None) -> list[str]:
    """Return the groups to compare: neither unknown nor total, nor the reference group itself."""
    comparable = get_classification(table_classification(table)).comparable
    if reference_group is not None and reference_group not in comparable:
        raise ParameterError(
            Fault(
                "unusable_reference",
                f"'{reference_group}' cannot be the reference group",
                hint=did_you_mean(reference_group, comparable),
            )
        )
    return [code for code in comparable if code != reference_group]
