"""How a survey was drawn: weights, strata, clusters, stages and replicates, and the errors that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats

__all__ = ["LonelyUnit", "Replicates", "Stage", "SurveyDesign", "survey_design"]

LonelyUnit = Literal["fail", "certainty", "adjust", "average"]
IntArray = NDArray[np.intp]
# A frame's column stays one: turning its labels into objects costs more than telling them apart.
Column: TypeAlias = "np.ndarray | pd.Series"
_NAMED = 5
# A stratum of which this share is not sampled was taken whole, as R survey has it.
_WHOLE = 1e-7


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling: which units were drawn, and what each stratum of them adds to the variance.

    `unit` (U,) is the stage's unit in which each last-stage unit lies; `stratum` (C,) is the stratum of each unit;
    `count` (S,) are the units sampled in each stratum; `scale` (S,) is what squares about its mean are multiplied by;
    `lonely` (S,) says which strata hold one sampled unit and were not taken whole.
    """

    unit: IntArray
    stratum: IntArray
    count: FloatArray
    scale: FloatArray
    lonely: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Replicates:
    """Weights of each replicate, as multiples of the design's own.

    Attributes
    ----------
    factors : (U, R)
        Multiple of the weight of each last-stage unit in each replicate.
    scales : (R,)
        What the squared deviation of each replicate is multiplied by before summing.
    about_estimate : bool
        Deviations are from the estimate of the full sample, instead of the mean of the replicates.
    kind : str
        How the replicates were made.
    """

    factors: FloatArray
    scales: FloatArray
    about_estimate: bool
    kind: str


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """A design, made by `survey_design`; `with_jackknife` and its fellows give it replicates.

    Attributes
    ----------
    weights : (N,)
        Weight of each row.
    unit : (N,)
        Last-stage sampling unit of each row, counted from 0.
    units : int
        How many last-stage units there are: U.
    cluster : (N,)
        First-stage unit of each row.
    cluster_stratum : (C,)
        Stratum of each first-stage unit.
    degrees_of_freedom : float
        First-stage units less strata.
    lonely : str
        What a stratum with one sampled unit adds: "fail", "certainty", "adjust" or "average".
    stages : tuple
        The stages that add to the variance.
    replicates : Replicates or None
        When given, errors come from them and not from linearisation.
    """

    weights: FloatArray
    unit: IntArray
    units: int
    cluster: IntArray
    cluster_stratum: IntArray
    degrees_of_freedom: float
    lonely: LonelyUnit
    stages: tuple[Stage, ...]
    replicates: Replicates | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.weights)

    @property
    def method(self) -> str:
        """How errors are worked out, to be printed beside the number."""
        return "Taylor linearisation" if self.replicates is None else self.replicates.kind

    @property
    def leaves_some_out(self) -> bool:
        """Whether any unit of the population was not sampled."""
        return self.replicates is not None or any(bool(np.any(stage.scale > 0)) for stage in self.stages)

    def totals(self, values: FloatArray, codes: IntArray | None = None, groups: int = 1) -> FloatArray:
        """Return the weighted totals (U, K) of each last-stage unit: of each column, or of one value by group."""
        units = self.units
        if values.ndim == 2:
            columns = [np.bincount(self.unit, self.weights * column, units) for column in values.T]
            return np.column_stack(columns) if columns else np.zeros((units, 0))
        cells = self.unit if codes is None else self.unit * groups + codes
        sums = np.asarray(np.bincount(cells, self.weights * values, units * groups), dtype=np.float64)
        return sums.reshape(units, groups)

    def root(self, deviations: FloatArray) -> FloatArray:
        """Return a matrix (M, K) whose product with itself is the linearised covariance of K totals of (U, K)."""
        return np.vstack([_stage_root(stage, deviations, self.lonely) for stage in self.stages])

    def presence(self, there: NDArray[np.bool_], codes: IntArray, groups: int) -> NDArray[np.bool_]:
        """Return which first-stage units (C) each group (K) has rows in."""
        clusters = len(self.cluster_stratum)
        cells = np.zeros(clusters * groups, dtype=bool)
        cells[(self.cluster * groups + codes)[there]] = True
        return cells.reshape(clusters, groups)

    def domain_degrees_of_freedom(self, met: NDArray[np.bool_]) -> FloatArray:
        """Return for each group of `presence` the first-stage units less the strata in which it has rows."""
        strata = int(self.cluster_stratum.max(initial=-1)) + 1
        seen = np.zeros((strata, met.shape[1]), dtype=bool)
        where, group = np.nonzero(met)
        seen[self.cluster_stratum[where], group] = True
        return np.asarray(met.sum(axis=0) - seen.sum(axis=0), dtype=np.float64)

    def degrees_of_freedom_of(self, there: NDArray[np.bool_]) -> float:
        """Return the degrees of freedom of some of the rows."""
        if not self.stages:
            return self.degrees_of_freedom
        return float(self.domain_degrees_of_freedom(self.presence(there, np.zeros(self.size, dtype=np.intp), 1))[0])


def survey_design(
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | Sequence[ArrayLike] | None = None,
    clusters: ArrayLike | Sequence[ArrayLike] | None = None,
    population: ArrayLike | Sequence[ArrayLike] | None = None,
    lonely: LonelyUnit = "fail",
    rows: int | None = None,
) -> SurveyDesign:
    """Describe how the rows of a survey were drawn.

    Parameters
    ----------
    weights : array_like, (N,), optional
        Sampling weight of each row, 0 or more; 1 unless given. For rows that are already weighted totals of
        clusters, leave it out.
    strata : array_like, (N,), or a list of them by stage
        Labels of strata; one stratum unless given.
    clusters : array_like, (N,), or a list of them by stage
        Labels of sampling units, the first stage first; every row its own unless given. The same label in two
        strata is an error: join the stratum's label to it where it is numbered within strata.
    population : array_like, (N,), or a list of them by stage
        Finite population correction: how many units the stratum of each row has (all 1 or more) or which share of
        them was sampled (all 1 or less). Without it the first stage counts as drawn with replacement and
        later stages add nothing ("ultimate clusters").
    lonely : {"fail", "certainty", "adjust", "average"}
        A stratum with one sampled unit has no variance of its own: refuse; take it for certain (R's "certainty"
        and "remove"), which is too small; measure its unit from the centre of the whole, which is too large; or
        give it the average of the others.
    rows : int, optional
        Number of rows, when nothing else tells it.

    Returns
    -------
    SurveyDesign

    Raises
    ------
    MeasureError
        For missing or negative weights, missing labels, columns of different lengths, a cluster in two strata,
        more units sampled than there are, or (with "fail") strata with one unit.

    Examples
    --------
    >>> design = survey_design(weights=[2, 2, 3, 3], strata=["a", "a", "b", "b"])
    >>> design.degrees_of_freedom
    2.0

    Interpretation
    --------------
    "The sample was drawn by district, so pupils of one district count as less than as many pupils from anywhere."

    Do not use when
    ---------------
    The people chose themselves: weights mend no selection that the design does not know.

    References
    ----------
    Lumley T (2004), Journal of Statistical Software 9(8), doi:10.18637/jss.v009.i08; Lumley T (2010) Complex
    Surveys, Wiley; Särndal C-E, Swensson B, Wretman J (1992) Model Assisted Survey Sampling, Springer, ch. 4.
    """
    by_stage = {
        "strata": _by_stage(strata), "clusters": _by_stage(clusters), "population": _by_stage(population),
    }  # fmt: skip
    given = [*(column for columns in by_stage.values() for column in columns)]
    lengths = {len(column) for column in given} | ({len(np.asarray(weights))} if weights is not None else set())
    if rows is not None:
        lengths.add(rows)
    if len(lengths) != 1:
        raise MeasureError("weights, strata, clusters and population need one and the same number of rows; "
                           f"found {sorted(lengths) or 'none'}")  # fmt: skip
    if lonely not in get_args(LonelyUnit):
        raise MeasureError(f"lonely must be one of {', '.join(get_args(LonelyUnit))}; got '{lonely}'")
    size = lengths.pop()
    if size == 0:
        raise MeasureError("a design needs rows")
    weight = np.ones(size) if weights is None else as_floats("weights", weights)
    if not np.all(np.isfinite(weight) & (weight >= 0)):
        raise MeasureError("every row needs a weight of 0 or more; leave out beforehand whom the survey gives none")
    return _build(weight, by_stage["strata"], by_stage["clusters"], by_stage["population"], lonely)


def _by_stage(columns: Any) -> list[Column]:
    """Return one column for each stage of what may be one column or a list of columns."""
    if columns is None:
        return []
    several = (
        isinstance(columns, (list, tuple)) and bool(columns) and isinstance(columns[0], (list, np.ndarray, pd.Series))
    )
    return [c if isinstance(c, pd.Series) else np.asarray(c) for c in (columns if several else [columns])]


def _codes(name: str, labels: Column) -> IntArray:
    codes, _ = pd.factorize(labels)
    if np.any(codes < 0):
        raise MeasureError(f"{int(np.sum(codes < 0)):,} rows have no label in {name}; every row needs one")
    return np.asarray(codes, dtype=np.intp)


def _nested(outer: IntArray, inner: IntArray) -> IntArray:
    """Return codes of the pairs of two codes."""
    codes, _ = pd.factorize(outer.astype(np.int64) * (int(inner.max(initial=0)) + 1) + inner)
    return np.asarray(codes, dtype=np.intp)


def _build(
    weight: FloatArray,
    strata: list[Column],
    clusters: list[Column],
    population: list[Column],
    lonely: LonelyUnit,
) -> SurveyDesign:
    size = len(weight)
    units = [np.arange(size, dtype=np.intp)] if not clusters else [_codes("clusters", clusters[0])]
    # Later stages count only where a finite population says how much of the first was left out.
    depth = min(max(len(clusters), 1), len(population)) if population else 1
    for column in clusters[1:depth]:
        units.append(_nested(units[-1], _codes("clusters", column)))
    stratum = _codes("strata", strata[0]) if strata else np.zeros(size, dtype=np.intp)
    row_strata = [stratum]
    for stage in range(1, depth):
        below = _codes("strata", strata[stage]) if stage < len(strata) else np.zeros(size, dtype=np.intp)
        row_strata.append(_nested(units[stage - 1], below))
    firsts = [_first_rows(codes) for codes in units]
    if np.any(stratum != stratum[firsts[0]][units[0]]):
        raise MeasureError("a cluster lies in more than one stratum; join the stratum's label to the cluster's")
    last = firsts[-1]
    stages, passed = [], np.ones(size)
    for stage, (codes, first, of_row) in enumerate(zip(units, firsts, row_strata, strict=True)):
        share = population[stage] if population else None
        made, sampled = _stage(codes[last], of_row[first], share, of_row, passed, lonely, stage + 1)
        stages.append(made)
        passed = passed * sampled[of_row]
    of_cluster = stratum[firsts[0]]
    free = float(len(of_cluster) - (int(of_cluster.max(initial=-1)) + 1))
    return SurveyDesign(weight, units[-1], len(last), units[0], of_cluster, free, lonely, tuple(stages))


def _first_rows(codes: IntArray) -> IntArray:
    """Return the first row of each code."""
    first = np.full(int(codes.max(initial=-1)) + 1, -1, dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes), dtype=np.intp)[::-1]
    return first


def _stage(
    unit: IntArray,
    stratum: IntArray,
    population: Column | None,
    of_row: IntArray,
    passed: FloatArray,
    lonely: LonelyUnit,
    number: int,
) -> tuple[Stage, FloatArray]:
    """Return a stage, and the sampled share of each of its strata."""
    strata = int(of_row.max(initial=-1)) + 1
    count = np.bincount(stratum, minlength=strata).astype(float)
    fraction = _fractions(population, of_row, count) if population is not None else np.zeros(strata)
    left = np.where(1 - fraction < _WHOLE, 0.0, 1 - fraction)
    alone = (count == 1) & (left > 0)
    if lonely == "fail" and np.any(alone):
        raise MeasureError(
            f"{int(alone.sum()):,} strata of stage {number} have only one sampled unit, so that their variance cannot "
            "be told. Merge strata, or choose lonely='certainty', 'adjust' or 'average' and say so."
        )
    earlier = np.ones(strata)
    earlier[of_row] = passed
    spread = np.divide(count, count - 1, out=np.ones(strata), where=count > 1)
    return Stage(unit, stratum, count, left * spread * earlier, alone), fraction


def _fractions(population: Column, of_row: IntArray, count: FloatArray) -> FloatArray:
    """Return the share of each stratum's units that was sampled, from their number or from the share itself."""
    given = as_floats("population", population)
    if np.any(np.isnan(given)) or np.any(given <= 0) or (np.any(given > 1) and np.any(given < 1)):
        raise MeasureError("population must be numbers of units (all 1 or more) or sampled shares (all up to 1)")
    of_stratum = np.zeros(len(count))
    of_stratum[of_row] = given
    if not np.allclose(of_stratum[of_row], given, rtol=1e-9):
        raise MeasureError("population differs within a stratum; give one number for each")
    fraction = count / of_stratum if np.any(given > 1) else of_stratum
    if np.any(fraction > 1 + 1e-9):
        raise MeasureError("population has fewer units than were sampled in some strata")
    return np.asarray(np.minimum(fraction, 1.0))


def _stage_root(stage: Stage, deviations: FloatArray, lonely: LonelyUnit) -> FloatArray:
    units, strata = len(stage.stratum), len(stage.count)
    sums = deviations
    if len(stage.unit) != units:
        sums = np.column_stack([np.bincount(stage.unit, column, units) for column in deviations.T])
    if strata == 1:
        centre = sums.sum(axis=0, keepdims=True) / stage.count[0]
        scale = stage.scale[0]
        alone = bool(stage.lonely[0])
        if alone:
            return sums * np.sqrt(scale) if lonely == "adjust" else np.full_like(sums, _without(lonely))
        return (sums - centre) * np.sqrt(scale)
    totals = np.column_stack([np.bincount(stage.stratum, column, strata) for column in sums.T])
    centre = totals / stage.count[:, None]
    if lonely == "adjust":
        centre[stage.lonely] = 0.0
    scale = stage.scale
    if lonely == "average" and np.any(stage.lonely):
        others = strata - int(stage.lonely.sum())
        scale = scale * strata / others if others else np.full(strata, np.nan)
    return (sums - centre[stage.stratum]) * np.sqrt(scale[stage.stratum])[:, None]


def _without(lonely: LonelyUnit) -> float:
    """Return what a design of one single unit shows: nothing, unless it was declared certain."""
    return 0.0 if lonely == "certainty" else np.nan
