"""Adaptor for cases of a survey: columns of a data file, a design, and what is asked of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis import models

__all__ = ["survey_case"]

_INTERVALS = {"logit": "logit", "xlogit": "logit", "beta": "beta", "asin": "arcsine", "mean": "wald"}
_FAMILIES = {"linear": "linear", "logistic": "logistic", "poisson": "poisson"}


@cache
def _data(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv")


def _columns(frame: pd.DataFrame, names: Any) -> list[np.ndarray] | None:
    """Return the columns that a design names: one, a list, or as R writes them (`~dnum + snum`)."""
    if names is None:
        return None
    listed = re.findall(r"[\w.]+", names) if isinstance(names, str) else list(names)
    return [frame[name].to_numpy() for name in listed if name != "1"] or None


def _design(frame: pd.DataFrame, design: dict[str, Any]) -> models.SurveyDesign:
    weights = _columns(frame, design.get("weights"))
    return models.survey_design(
        weights=None if weights is None else weights[0], strata=_columns(frame, design.get("strata")),
        clusters=_columns(frame, design.get("psu")), population=_columns(frame, design.get("fpc")),
        lonely={"remove": "certainty"}.get(design.get("lonely"), design.get("lonely", "fail")), rows=len(frame),
    )  # fmt: skip


def _is(column: pd.Series, value: str) -> np.ndarray:
    return np.where(column.isna(), np.nan, column.astype(str) == str(value))


def _terms(frame: pd.DataFrame, formula: str) -> tuple[list[str], np.ndarray]:
    """Return names and columns of the terms of a formula, with words as R's treatment contrasts."""
    columns: dict[str, Any] = {}
    for name in (part.strip() for part in formula.split("+")):
        name = re.sub(r"^(?:factor|as\.factor)\((.*)\)$", r"\1", name)
        if pd.api.types.is_numeric_dtype(frame[name]):
            columns[name] = frame[name]
        else:
            levels = sorted(frame[name].dropna().astype(str).unique())
            columns |= {f"{name}{level}": _is(frame[name], level) for level in levels[1:]}
    return list(columns), np.column_stack([np.asarray(column, dtype=float) for column in columns.values()])


def _model(frame: pd.DataFrame, design: models.SurveyDesign, case: dict[str, Any]) -> dict[str, Any]:
    left, right = case["formula"].split("~")
    names, covariates = _terms(frame, right)
    if asked := re.fullmatch(r"\s*(?:I\()?\s*([\w.]+)\s*==\s*['\"](.*?)['\"]\s*\)?\s*", left):
        outcome = _is(frame[asked[1]], asked[2])
    else:
        outcome = frame[left.strip()].to_numpy(float)
    found = models.survey_regression(
        design, outcome, covariates, terms=names, family=_FAMILIES[case["statistic"]], confidence=_level(case)
    )
    return {"term": list(found.groups), "p": found.p_value, **_values(found)}


def _level(case: dict[str, Any]) -> float:
    return (case.get("params") or {}).get("level", 0.95)


def _values(found: models.SurveyEstimate) -> dict[str, Any]:
    values = {
        "estimate": found.estimate, "se": found.standard_error, "lower": found.lower, "upper": found.upper,
        "deff": found.design_effect, "df": found.degrees_of_freedom,
    }  # fmt: skip
    if found.groups == ("all",):
        return {name: numbers[0] for name, numbers in values.items()}
    return values | {"group": list(found.groups)}


def survey_case(case: dict[str, Any], params: dict[str, Any], folder: Path) -> dict[str, Any]:
    frame = _data(folder / "data", case["design"]["data"])
    design, statistic, options = _design(frame, case["design"]), case["statistic"], {"confidence": _level(case)}
    if case.get("by"):
        options["by"] = frame[case["by"]].astype(str)
    if statistic in _FAMILIES:
        return _model(frame, design, case)
    if statistic == "rao_scott":
        found = models.rao_scott_test(design, frame[case["rows"]], frame[case["cols"]])
        return {"F": found.statistic, "df1": found.numerator_df, "df2": found.denominator_df, "p": found.p_value}
    if statistic == "ratio":
        return _values(models.survey_ratio(design, frame[case["numerator"]], frame[case["denominator"]], **options))
    column = frame[case["variable"]]
    values = _is(column, case["equals"]) if "equals" in case else column.to_numpy(float)
    if statistic == "proportion":
        method = _INTERVALS[params.get("ci", "logit")]
        return _values(models.survey_proportion(design, values, method=method, **options))
    if statistic == "quantile":
        return _values(models.survey_quantile(design, values, probability=params["p"], **options))
    return _values({"mean": models.survey_mean, "total": models.survey_total}[statistic](design, values, **options))
