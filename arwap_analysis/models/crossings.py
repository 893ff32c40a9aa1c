"""Who stands at the crossing of two disadvantages: additive interaction, and each crossing against the best-off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import DataError, Fault, MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_floats, check_confidence
from arwap_analysis.models.design import Cells
from arwap_analysis.models.finding import Finding, interval, listed, log_interval, stacked
from arwap_analysis.models.maihda import StratumFinding, as_strata, cautions, stratum_rows

__all__ = ["additive_interaction", "additive_interaction_of_ratios", "crossing_disparities"]

_MEASURES = ("RERI", "attributable proportion", "synergy index")


def additive_interaction_of_ratios(
    log_ratios: ArrayLike, covariance: ArrayLike, *, n: float = np.nan, confidence: float = 0.95
) -> Finding:
    """Additive interaction from fitted ratios: RERI *= C - A - B + 1*, AP *= RERI/C*, S *= (C - 1)/(A + B - 2)*.

    *A*, *B*, *C* are the ratios of those in the first disadvantage only, the second only, and both.

    Parameters
    ----------
    log_ratios : array_like, (3,)
        Logs of the risk ratios (or odds or hazard ratios, where the outcome is rare) of those in the first disadvantage
        only, the second only, and both, against those in neither: for example coefficients of a fitted model.
    covariance : array_like, (3, 3)
        Their covariance.
    n : float
        People behind them.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows "RERI", "attributable proportion", "synergy index". Delta method; that of the synergy index on the log
        scale, NaN unless both of its parts are above 0.

    Raises
    ------
    MeasureError
        For other shapes, missing numbers, or a covariance that is none.

    Interpretation
    --------------
    "Of the risk of those with both disadvantages, 40% is more than the sum of what each brings alone."

    Do not use when
    ---------------
    A ratio is below 1: choose references so that both dimensions are disadvantages (Knol and others 2011). Odds ratios
    of a common outcome are not risk ratios: use `fit_adjusted(model="poisson")`.

    References
    ----------
    Hosmer D, Lemeshow S (1992), Epidemiology 3:452-456; Rothman K (1986), Modern Epidemiology, ch. 15; Knol M,
    VanderWeele T (2012), Int J Epidemiol 41:514-520, doi:10.1093/ije/dyr218.
    """
    b, v = as_floats("log_ratios", log_ratios), as_floats("covariance", covariance)
    if b.shape != (3,) or v.shape != (3, 3):
        raise MeasureError("three log ratios (first only, second only, both) and their 3 x 3 covariance are needed")
    if not np.all(np.isfinite(b)) or not np.allclose(v, v.T) or np.any(np.linalg.eigvalsh(v) < -1e-12):
        raise MeasureError("log ratios must be known, and the covariance be symmetric and positive")
    level = check_confidence(confidence)
    first, second, both = np.exp(b)
    excess = both - first - second + 1
    by_excess = np.array([-first, -second, both])
    by_share = np.array([-first, -second, first + second - 1]) / both
    joint, apart = both - 1, first + second - 2
    sound = joint > 0 and apart > 0
    by_synergy = np.array([-first / apart, -second / apart, both / joint]) if sound else np.full(3, np.nan)
    synergy = np.log(joint / apart) if sound else np.nan
    errors = [np.sqrt(way @ v @ way) for way in (by_excess, by_share, by_synergy)]
    sums = interval(np.array([excess, excess / both]), np.array(errors[:2]), level)
    ratio = log_interval(np.array([synergy]), np.array(errors[2:]), level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * special.ndtr(-np.abs(np.array([excess, excess / both, synergy]) / errors))
    numbers = stacked(sums, ratio)
    more = "more" if excess > 0 else "less"
    return Finding(
        *numbers,
        level,
        "additive interaction of ratios, delta method (Hosmer and Lemeshow)",
        np.full(3, n),
        p_value,
        (("quantity", _MEASURES),),
        f"With both disadvantages the relative risk is {both:.2f}: {abs(excess):.2f} {more} than the sum of each alone "
        f"(RERI {numbers[1][0]:+.2f} to {numbers[2][0]:+.2f}).",
        ("both dimensions are disadvantages (ratios above 1)", "ratios stand for risk ratios", *_CAUSES),
    )


_INDEPENDENT = ("people's outcomes are independent",)
_CHOSEN = "the best-off crossing was chosen by the same data, so that gaps from it are too wide on average"
_CAUSES = ("it describes where risks stand, not what would change them",)


def additive_interaction(
    numerator: ArrayLike, denominator: ArrayLike, *, scale: str = "risk_ratio", confidence: float = 0.95
) -> Finding:
    """Additive interaction of two disadvantages from counts: see `additive_interaction_of_ratios`.

    Parameters
    ----------
    numerator, denominator : array_like, (2, 2)
        People with the outcome, and all people: rows without and with the first disadvantage, columns the second.
    scale : {"risk_ratio", "odds_ratio"}
        odds_ratio for case-control data, where the outcome is rare among all people.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows "RERI", "attributable proportion", "synergy index".

    Raises
    ------
    DataError
        For a crossing in which nobody (for odds also: everybody) has the outcome.
    MeasureError
        For other shapes, missing counts, and more cases than people.

    Interpretation and Do not use when: as for `additive_interaction_of_ratios`.

    References
    ----------
    Hosmer D, Lemeshow S (1992), Epidemiology 3:452-456.

    Examples
    --------
    >>> additive_interaction([[3, 8], [6, 225]], [[23, 26], [18, 391]], scale="odds_ratio").estimate.round(2)
    array([3.74, 0.41, 1.87])
    """
    if scale not in ("risk_ratio", "odds_ratio"):
        raise MeasureError(f"scale must be risk_ratio or odds_ratio; got '{scale}'")
    x, n = as_counts("numerator", numerator), as_counts("denominator", denominator)
    if x.shape != (2, 2) or n.shape != (2, 2) or np.any(np.isnan(x + n)) or np.any(x > n):
        raise MeasureError("numerator and denominator must be known counts of 2 x 2 crossings, numerator the smaller")
    odds = scale == "odds_ratio"
    faults = [
        Fault(
            "separation",
            "nobody has the outcome" if count == 0 else "everybody has the outcome",
            value=f"first {'with' if i else 'without'}, second {'with' if j else 'without'}",
            hint="No ratio can be had of it; merge levels or report the counts.",
        )
        for (i, j), count in np.ndenumerate(x)
        if count == 0 or (odds and count == n[i, j])
    ]
    if faults:
        raise DataError(faults)
    logs = np.log(x / (n - x)) if odds else np.log(x / n)
    spread = 1 / x + 1 / (n - x) if odds else 1 / x - 1 / n
    place = ([1, 0, 1], [0, 1, 1])
    covariance = np.diag(spread[place]) + spread[0, 0]
    return additive_interaction_of_ratios(logs[place] - logs[0, 0], covariance, n=float(n.sum()), confidence=confidence)


def crossing_disparities(
    numerator: ArrayLike,
    denominator: ArrayLike = 1.0,
    *,
    dimensions: Mapping[str, ArrayLike],
    favourable: bool,
    reference: Mapping[str, str] | None = None,
    minimum: int = 10,
    adjustment: str = "holm",
    confidence: float = 0.95,
) -> StratumFinding:
    """Difference in proportions between each crossing and the most advantaged one: *x/n - y/m*.

    Newcombe's interval and the score test, by statsmodels; p-values adjusted for the number of crossings.

    Parameters
    ----------
    numerator, denominator : array_like, (C,)
        People with the outcome and all people of each cell.
    dimensions : mapping of name to array_like, (C,)
        Two dimensions or more, as labels.
    favourable : bool
        Whether the outcome is a good one (a job) or not (homelessness).
    reference : mapping, optional
        The level of each dimension in the crossing to compare with, named beforehand. By default the crossing with the
        best proportion among those with at least `minimum` people.
    minimum : int
        Crossings with fewer people (or fewer with, or without, the outcome) carry a caution. None is dropped.
    adjustment : str
        Any method of statsmodels' `multipletests`: holm, fdr_bh, fdr_by, hommel, ...
    confidence : float
        Nominal coverage of the intervals, each by itself.

    Returns
    -------
    StratumFinding
        A row for each crossing that has people; that of the reference is 0 without an interval.

    Raises
    ------
    DataError, MeasureError
        For missing numbers and labels; when no crossing is large enough to compare with; for an unknown reference.

    Interpretation
    --------------
    "Women of this group are 9 percentage points less often in work than the best-off crossing."

    Do not use when
    ---------------
    There are many small crossings: the best of them is best by chance; see `maihda`.

    References
    ----------
    Newcombe R (1998), Stat Med 17:873-890; Holm S (1979), Scand J Stat 6:65-70.
    """
    level = check_confidence(confidence)
    cells = as_strata(numerator, denominator, None, dimensions, None, counts=True)
    best = _named_reference(cells, reference) if reference is not None else _best(cells, favourable, minimum)
    share = cells.total / cells.people
    lower, upper, p_value, adjusted = _against(cells, best, adjustment, level)
    z_error = np.sqrt(share * (1 - share) / cells.people + share[best] * (1 - share[best]) / cells.people[best])
    error = np.where(np.arange(share.size) == best, np.nan, z_error)
    gap = share - share[best]
    worst = int(np.argmin(gap) if favourable else np.argmax(gap))
    rows = stratum_rows(cells)
    clear = int(np.sum(adjusted < 1 - level))
    return StratumFinding(
        gap,
        lower,
        upper,
        error,
        level,
        f"difference in proportions, Newcombe's interval, score test, {adjustment} adjustment",
        cells.people,
        p_value,
        (
            *rows,
            ("reference", (_name(rows, best),) * share.size),
            ("caution", cautions(cells, minimum, counts=True)),
        ),
        f"The widest gap is that of {_name(rows, worst)} against {_name(rows, best)}: {100 * gap[worst]:+.1f} "
        f"percentage points. {clear} of {share.size - 1} crossings differ beyond chance.",
        _INDEPENDENT if reference is not None else (*_INDEPENDENT, _CHOSEN),
        share,
        adjusted,
    )


def _name(rows: tuple[tuple[str, tuple[str, ...]], ...], place: int) -> str:
    return ", ".join(names[place] for _, names in rows)


def _best(cells: Cells, favourable: bool, minimum: int) -> int:
    share = cells.total / cells.people
    ranked = np.where(cells.people >= minimum, share if favourable else -share, -np.inf)
    if not np.any(np.isfinite(ranked)):
        raise MeasureError(f"no crossing has {minimum} people to compare with; name a reference or merge levels")
    top = np.flatnonzero(ranked == ranked.max())
    return int(top[np.argmax(cells.people[top])])


def _named_reference(cells: Cells, reference: Mapping[str, str]) -> int:
    rows = dict(stratum_rows(cells))
    if set(reference) != set(rows):
        raise MeasureError(f"the reference needs a level of each of {listed(cells.variables)}")
    here = np.all([np.array(rows[name]) == level for name, level in reference.items()], axis=0)
    if not here.any():
        raise MeasureError(f"nobody is in the crossing {', '.join(reference.values())}")
    return int(np.argmax(here))


def _against(cells: Cells, best: int, adjustment: str, confidence: float) -> tuple[FloatArray, ...]:
    """Return limits, p-values and adjusted p-values of each crossing against the best; NaN for the best itself."""
    from statsmodels.stats.multitest import multipletests  # takes a second to load
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

    found = np.full((4, cells.people.size), np.nan)
    y, m = cells.total[best], cells.people[best]
    others = [i for i in range(cells.people.size) if i != best]
    for i in others:
        x, n = cells.total[i], cells.people[i]
        found[:2, i] = confint_proportions_2indep(x, n, y, m, compare="diff", method="newcomb", alpha=1 - confidence)
        pooled = (x + y) / (n + m)
        # Where nobody, or everybody, has the outcome in both, there is no difference to test.
        found[2, i] = 1.0 if pooled in (0.0, 1.0) else test_proportions_2indep(x, n, y, m, method="score").pvalue
    try:
        found[3, others] = multipletests(found[2, others], method=adjustment)[1]
    except ValueError as error:
        raise MeasureError(f"adjustment must be a method of statsmodels' multipletests; got '{adjustment}'") from error
    return found[0], found[1], found[2], found[3]
