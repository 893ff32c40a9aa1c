"""Fit the models of an adjusted disparity, and keep account of what could not be taken into account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from arwap_analysis.errors import DataError, Fault, MeasureError, ParameterError
from arwap_analysis.models import AdjustedModel, fit_adjusted

__all__ = ["Dropped", "Fitted", "fit"]


@dataclass(frozen=True)
class Dropped:
    """A covariate, or a group, that the model could not hold, and why.

    `code` is collinear, separation or empty_level; `level` the level at which it showed, empty where it is the whole.
    """

    name: str
    level: str
    code: str


@dataclass(frozen=True, eq=False)
class Fitted:
    """The models without and with covariates on the same people, and what was left out of them."""

    unadjusted: AdjustedModel
    adjusted: AdjustedModel
    covariates: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    dropped_groups: tuple[Dropped, ...]


def fit(cells: pd.DataFrame, *, reference: str, covariates: Sequence[str], model: str, confidence: float) -> Fitted:
    """Fit the models, leaving out one covariate after the other that the data cannot tell apart or that fits perfectly.

    Parameters
    ----------
    cells : DataFrame
        `group`, a column for each covariate, `numerator`, `denominator`; groups that are compared only.
    reference : str
        The group that the others are compared with.
    covariates : sequence of str
        In the order in which they were asked for; of two that cannot be told apart the later one is left out.
    model : {"logistic", "poisson"}
        See `fit_adjusted`.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Fitted
        A covariate is left out as a whole: leaving out the people of one level would compare other people than the
        unadjusted figures do. A group in which nobody (or everybody) has the outcome has no finite ratio, and is
        left out of both models.

    Raises
    ------
    DataError
        When the reference group itself has no ratio, or nothing is left to compare.
    ParameterError
        When the model does not converge.
    """
    kept = list(covariates)
    dropped: list[Dropped] = []
    gone: list[Dropped] = []
    while True:
        try:
            adjusted = _fit(cells, reference, kept, model, confidence)
            unadjusted = _fit(cells, reference, [], model, confidence)
            return Fitted(unadjusted, adjusted, tuple(kept), tuple(dropped), tuple(gone))
        except DataError as error:
            without = [f for f in error.faults if f.column == "group" and f.code in ("separation", "empty_level")]
            if any(fault.value == reference for fault in without):
                raise
            if without:
                gone += [_dropped(fault, str(fault.value)) for fault in without]
                cells = cells[~cells["group"].isin([fault.value for fault in without])]
                continue
            lost = [fault for fault in error.faults if fault.column in kept]
            if not lost:
                raise
            dropped.append(_dropped(lost[0], str(lost[0].column)))
            kept.remove(str(lost[0].column))
        except MeasureError as error:
            raise ParameterError(
                Fault("no_model", str(error), column="model", value=model, hint="Choose fewer covariates.")
            ) from None


def _fit(
    cells: pd.DataFrame, reference: str, covariates: Sequence[str], model: str, confidence: float
) -> AdjustedModel:
    return fit_adjusted(
        cells["numerator"].to_numpy(float), cells["denominator"].to_numpy(float), group=cells["group"].to_numpy(str),
        reference=reference, covariates={name: cells[name].to_numpy(str) for name in covariates}, model=model,
        confidence=confidence,
    )  # fmt: skip


def _dropped(fault: Fault, name: str) -> Dropped:
    return Dropped(name, "" if fault.column == "group" or fault.value is None else str(fault.value), fault.code)
