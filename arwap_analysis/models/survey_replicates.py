"""Replicate weights: made from a design (jackknife, balanced halves, bootstrap) or given out with a survey."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, as_floats
from arwap_analysis.models.survey_design import IntArray, Replicates, Stage, SurveyDesign

__all__ = ["replicate_design", "with_balanced_halves", "with_bootstrap", "with_jackknife"]

ReplicateKind = Literal["jackknife", "balanced_halves", "bootstrap", "other"]


def with_jackknife(design: SurveyDesign) -> SurveyDesign:
    """Return the design with delete-one-cluster replicates (JK1; JKn with strata).

    Each replicate leaves out one first-stage unit and lets the others of its stratum stand for it.

    Parameters
    ----------
    design : SurveyDesign
        With one unit in no stratum, unless the stratum was taken whole or `lonely` is "certainty".

    Returns
    -------
    SurveyDesign
        With one replicate for each first-stage unit; deviations about the mean of the stratum's replicates would be
        R's default, deviations about the full sample are used where there are strata.

    Raises
    ------
    MeasureError
        For strata with one unit under "adjust" or "average", for which the jackknife has no counterpart.

    Interpretation
    --------------
    "Leaving out one district after the other shows how much the answer depends on which districts were drawn."

    Do not use when
    ---------------
    The statistic is a quantile: use `survey_quantile`, whose interval does not come from replicates.

    References
    ----------
    Wolter KM (2007) Introduction to Variance Estimation, 2nd ed., Springer, ch. 4.
    """
    stage, unit = _first_stage(design)
    sizes = stage.count[stage.stratum]
    if np.any(stage.lonely) and design.lonely != "certainty":
        raise MeasureError("a stratum with one unit has no jackknife; merge strata or use lonely='certainty'")
    kept = np.flatnonzero(sizes > 1)
    if not len(kept):
        raise MeasureError("no stratum has two units, so that there is nothing to leave out")
    same = stage.stratum[:, None] == stage.stratum[kept][None, :]
    raised = sizes[kept] / (sizes[kept] - 1)
    factors = np.where(same, raised, 1.0)
    factors[kept, np.arange(len(kept))] = 0.0
    # The stage's scale is (1 - f) n / (n - 1); a jackknife's is (1 - f) (n - 1) / n.
    scales = stage.scale[stage.stratum[kept]] * ((sizes[kept] - 1) / sizes[kept]) ** 2
    strata = len(stage.count)
    kind = f"jackknife ({'JK1' if strata == 1 else 'JKn'}, {len(kept)} replicates)"
    return replace(design, replicates=Replicates(factors[unit], scales, strata > 1, kind))


def with_balanced_halves(design: SurveyDesign, *, fay: float = 0.0) -> SurveyDesign:
    """Return the design with balanced repeated replication (BRR): one of the two units of each stratum at a time.

    Parameters
    ----------
    design : SurveyDesign
        With exactly two first-stage units in every stratum.
    fay : float
        0 drops the other unit; between 0 and 1 (Fay's method) keeps this share of its weight.

    Returns
    -------
    SurveyDesign
        With as many replicates as the Hadamard matrix that is larger than the number of strata has rows. A finite
        population correction is not used, as in R.

    Raises
    ------
    MeasureError
        When a stratum has not two units, or `fay` is outside 0 to 1.

    Interpretation
    --------------
    "Half-samples, balanced against each other, show how far the answer varies."

    Do not use when
    ---------------
    Strata have other than two units: use `with_jackknife` or `with_bootstrap`.

    References
    ----------
    McCarthy PJ (1969), Review of the International Statistical Institute 37:239-264; Judkins DR (1990), Journal of
    Official Statistics 6:223-239 (Fay's method).
    """
    stage, unit = _first_stage(design)
    if np.any(stage.count != 2):
        raise MeasureError("balanced halves need exactly two units in every stratum; use the jackknife or bootstrap")
    if not 0 <= fay < 1:
        raise MeasureError(f"fay must lie between 0 and 1; got {fay}")
    strata = len(stage.count)
    # The first column of the matrix is constant and would not be balanced.
    size = 2 ** int(np.ceil(np.log2(strata + 1)))
    signs = linalg.hadamard(max(size, 2))[:, 1 : strata + 1]
    side = np.full(len(stage.stratum), -1)
    side[np.unique(stage.stratum, return_index=True)[1]] = 1
    up = signs[:, stage.stratum].T * side[:, None] > 0
    factors = np.where(up, 2 - fay, fay)
    scales = np.full(signs.shape[0], 1 / (signs.shape[0] * (1 - fay) ** 2))
    kind = f"balanced repeated replication ({signs.shape[0]} replicates{f', Fay {fay:g}' if fay else ''})"
    return replace(design, replicates=Replicates(factors[unit], scales, True, kind))


def with_bootstrap(design: SurveyDesign, *, replicates: int = 500, rng: np.random.Generator) -> SurveyDesign:
    """Return the design with rescaled bootstrap replicates (Rao and Wu): n - 1 of a stratum's n units, with return.

    Parameters
    ----------
    design : SurveyDesign
        With one unit in no stratum, unless the stratum was taken whole or `lonely` is "certainty".
    replicates : int
        How many; 2 or more.
    rng : numpy.random.Generator
        Where chance comes from, so that the result can be repeated.

    Returns
    -------
    SurveyDesign
        Weights are rescaled by the root of the share that was not sampled, so that the correction holds.

    Raises
    ------
    MeasureError
        For strata with one unit under "adjust" or "average", or fewer than two replicates.

    Interpretation
    --------------
    "Drawing districts again by chance shows how far the answer would vary between surveys."

    Do not use when
    ---------------
    There are only a few units in a stratum and a smooth statistic: the jackknife has no chance in it.

    References
    ----------
    Rao JNK, Wu CFJ, Yue K (1992), Survey Methodology 18:209-217.
    """
    stage, unit = _first_stage(design)
    if replicates < 2:
        raise MeasureError(f"two or more replicates are needed; got {replicates}")
    if np.any(stage.lonely) and design.lonely != "certainty":
        raise MeasureError("a stratum with one unit has no bootstrap; merge strata or use lonely='certainty'")
    factors = np.ones((len(stage.stratum), replicates))
    for stratum, count in enumerate(stage.count.astype(int)):
        if count < 2:
            continue
        members = np.flatnonzero(stage.stratum == stratum)
        drawn = rng.multinomial(count - 1, np.full(count, 1 / count), size=replicates).T
        left = np.sqrt(stage.scale[stratum] * (count - 1) / count)
        factors[members] = 1 - left + left * drawn * count / (count - 1)
    kind = f"rescaled bootstrap ({replicates} replicates)"
    scales = np.full(replicates, 1 / (replicates - 1))
    return replace(design, replicates=Replicates(factors[unit], scales, False, kind))


def replicate_design(
    *,
    weights: ArrayLike,
    replicate_weights: ArrayLike,
    kind: ReplicateKind,
    scale: float | None = None,
    replicate_scales: ArrayLike | None = None,
    fay: float = 0.0,
    about_estimate: bool = True,
    degrees_of_freedom: float | None = None,
) -> SurveyDesign:
    """Describe a survey that is given out with replicate weights instead of strata and clusters.

    Parameters
    ----------
    weights : array_like, (N,)
        Weight of each row.
    replicate_weights : array_like, (N, R)
        Its weight in each replicate (the whole weight, not a multiple of it).
    kind : {"jackknife", "balanced_halves", "bootstrap", "other"}
        What the publisher says. It sets `scale`: (R - 1) / R, 1 / (R (1 - fay)^2) or 1 / (R - 1).
    scale : float, optional
        What the sum of squares is multiplied by; needed for "other".
    replicate_scales : array_like, (R,), optional
        What each square is multiplied by besides (a stratified jackknife: scale 1 and these).
    fay : float
        Fay's share, for balanced halves.
    about_estimate : bool
        Squares are about the estimate of the full sample (the larger), or about the mean of the replicates.
    degrees_of_freedom : float, optional
        What the publisher says; the rank of the replicate weights less one unless given.

    Returns
    -------
    SurveyDesign

    Raises
    ------
    MeasureError
        For missing or negative weights, a replicate weight where the weight is 0, or no scale for "other".

    Interpretation
    --------------
    "The publisher gave weights by which the margins of error can be worked out without naming the sampled places."

    Do not use when
    ---------------
    The publisher's notes on scale and Fay's share are not at hand: a wrong scale gives wrong errors unseen.

    References
    ----------
    Wolter KM (2007) Introduction to Variance Estimation, 2nd ed., Springer; Lumley T (2010) Complex Surveys, ch. 2.
    """
    weight, table = as_floats("weights", weights), as_floats("replicate_weights", replicate_weights)
    if table.ndim != 2 or weight.shape != table.shape[:1] or table.shape[1] < 2:
        raise MeasureError(f"replicate_weights needs a row for each of {weight.size:,} weights and 2 or more columns")
    if not (np.all(np.isfinite(weight) & (weight >= 0)) and np.all(np.isfinite(table) & (table >= 0))):
        raise MeasureError("weights must be 0 or more and none missing")
    if np.any(table[weight == 0] > 0):
        raise MeasureError("a row of weight 0 has replicate weights above 0; such rows cannot be used here")
    count = table.shape[1]
    usual = {
        "jackknife": (count - 1) / count, "balanced_halves": 1 / (count * (1 - fay) ** 2), "bootstrap": 1 / (count - 1),
    }  # fmt: skip
    if kind not in get_args(ReplicateKind):
        raise MeasureError(f"kind must be one of {', '.join(get_args(ReplicateKind))}; got '{kind}'")
    if scale is None and kind == "other":
        raise MeasureError("replicates of kind 'other' need the publisher's scale")
    overall = usual[kind] if scale is None else scale
    scales = overall * (np.ones(count) if replicate_scales is None else as_floats("replicate_scales", replicate_scales))
    if scales.shape != (count,) or not np.all(scales >= 0):
        raise MeasureError(f"replicate_scales needs {count} numbers of 0 or more")
    factors = np.divide(table, weight[:, None], out=np.zeros_like(table), where=weight[:, None] > 0)
    rows = np.arange(len(weight), dtype=np.intp)
    free = degrees_of_freedom
    if free is None:
        free = float(np.linalg.matrix_rank(table.T @ table, hermitian=True) - 1)
    replicates = Replicates(factors, scales, about_estimate, f"replicate weights ({kind}, {count})")
    alike = np.zeros(len(rows), dtype=np.intp)
    return SurveyDesign(weight, rows, len(rows), rows, alike, free, "fail", (), replicates)


def replicate_root(replicates: Replicates, full: FloatArray, values: FloatArray) -> FloatArray:
    """Return the root (R, K) of the covariance, from the estimates (R, K) of all replicates and of the full sample."""
    centre = full if replicates.about_estimate else values.mean(axis=0)
    return np.asarray((values - centre) * np.sqrt(replicates.scales)[:, None])


def _first_stage(design: SurveyDesign) -> tuple[Stage, IntArray]:
    """Return the first stage and the first-stage unit of each last-stage unit."""
    if not design.stages:
        raise MeasureError("a survey given out with replicate weights has no clusters to make others from")
    stage = design.stages[0]
    return stage, stage.unit
