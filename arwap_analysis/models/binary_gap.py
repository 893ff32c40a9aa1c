"""How much of a gap in proportions characteristics explain: Fairlie's decomposition of a logistic model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, check_confidence
from arwap_analysis.models.adjusted import fit_coefficients
from arwap_analysis.models.design import Cells, Column, Design, as_cells, check_collinear, make_design
from arwap_analysis.models.finding import Finding, interval
from arwap_analysis.models.oaxaca import two_groups_only
from arwap_analysis.models.separation import check_levels_vary

__all__ = ["BinaryGroups", "as_binary_finding", "binary_groups", "fairlie_decomposition", "fit_logit"]

# All subsets of covariates are priced; more than this many take longer than the answer is worth.
_MOST_COVARIATES = 12
_ASSUMES = (
    "the logistic model holds within each group",
    "covariates are not themselves results of unequal treatment",
    "people's outcomes are independent",
)


@dataclass(frozen=True, eq=False)
class BinaryGroups:
    """Cells, matrix (with intercept) and columns for the group (first) and its reference."""

    design: Design
    cells: tuple[Cells, Cells]
    matrices: tuple[FloatArray, FloatArray]
    columns: tuple[Column, ...]

    @property
    def shares(self) -> tuple[FloatArray, FloatArray]:
        """Each cell's share of its group's people."""
        first, second = (c.people / c.people.sum() for c in self.cells)
        return first, second

    @property
    def gap(self) -> tuple[float, float]:
        """The gap in proportions and its standard error."""
        first, second = (c.total.sum() / c.people.sum() for c in self.cells)
        n, m = (c.people.sum() for c in self.cells)
        return float(first - second), float(np.sqrt(first * (1 - first) / n + second * (1 - second) / m))


def binary_groups(
    numerator: ArrayLike,
    denominator: ArrayLike,
    group: ArrayLike,
    reference: str,
    covariates: Mapping[str, ArrayLike],
    references: Mapping[str, str] | None,
) -> BinaryGroups:
    """Check counts and labels of two groups with a yes or no, and make their matrices."""
    cells = as_cells(
        numerator, denominator, None, group=group, covariates=covariates, reference=reference, references=references
    )
    two_groups_only(cells)
    if len(cells.variables) < 2:
        raise MeasureError("at least one covariate is needed to explain a gap")
    check_levels_vary(cells, all_too=True)
    design = make_design(cells)
    matrix = np.column_stack([np.ones(len(design.base)), design.base])
    first = cells.codes[0] == 1
    return BinaryGroups(
        design,
        (cells.only(first), cells.only(~first)),
        (matrix[first], matrix[~first]),
        (design.columns[0], *design.columns[2:]),
    )


def fit_logit(cells: Cells, matrix: FloatArray, columns: Sequence[Column], among: str) -> tuple[FloatArray, FloatArray]:
    """Return coefficients and their covariance, naming what cannot be fitted and in which group."""
    check_collinear(matrix, columns, among=among)
    beta = fit_coefficients(cells, matrix, columns, "logistic")
    risk = special.expit(matrix @ beta)
    return beta, np.asarray(np.linalg.inv((matrix * (cells.people * risk * (1 - risk))[:, None]).T @ matrix))


def _coefficients(groups: BinaryGroups, weights: str) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients that price characteristics: of one group, or of all with a term for the group."""
    names = groups.design.groups
    if weights in ("reference", "group"):
        place = 1 if weights == "reference" else 0
        return fit_logit(groups.cells[place], groups.matrices[place], groups.columns, f"'{names[1 - place]}'")
    design = groups.design
    beta, covariance = fit_logit(design.cells, design.matrix(), design.columns, "everybody")
    keep = [j for j in range(beta.size) if j != 1]  # without the term for the group: all as in the reference
    return beta[keep], covariance[np.ix_(keep, keep)]


def _coupled(groups: BinaryGroups, beta: FloatArray) -> tuple[np.ndarray, np.ndarray, FloatArray]:
    """Match both groups person by person in the order of their predicted risks: cells and the share of each pair.

    Fairlie draws many random subsamples of the larger group and matches them by rank; this is what they average to.
    """
    orders = [np.argsort(matrix @ beta, kind="stable") for matrix in groups.matrices]
    ends = [np.cumsum(share[order]) for share, order in zip(groups.shares, orders, strict=True)]
    cuts = np.unique(np.concatenate([*ends, [0.0, 1.0]]).clip(0, 1))
    middle = (cuts[1:] + cuts[:-1]) / 2
    first, second = (
        order[np.minimum(np.searchsorted(end, middle), order.size - 1)] for order, end in zip(orders, ends, strict=True)
    )
    return first, second, np.diff(cuts)


def fairlie_decomposition(
    numerator: ArrayLike,
    denominator: ArrayLike = 1.0,
    *,
    group: ArrayLike,
    reference: str,
    covariates: Mapping[str, ArrayLike],
    references: Mapping[str, str] | None = None,
    weights: str = "pooled",
    confidence: float = 0.95,
) -> Finding:
    """Gap in proportions, with each covariate's part: *mean F(x'b) over the group - mean F(r'b) over the reference*.

    Both groups are matched by rank of predicted risk; a covariate's part is the change in mean risk when its values
    are exchanged, averaged over all orders of exchange (Shapley), so that no order has to be chosen.

    Parameters
    ----------
    numerator, denominator : array_like, (C,)
        People with the outcome and all people of each cell; ones for rows of people.
    group, reference, covariates, references
        As for `fit_adjusted`, with exactly two groups and up to 12 covariates.
    weights : {"pooled", "reference", "group"}
        Whose coefficients *b*: of all people with a term for the group (all priced as in the reference group), or of
        one group.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows named by part ("gap", "explained", "unexplained") and covariate ("total", or one covariate). Errors of
        explained parts are Fairlie's: of the coefficients, given the characteristics. Unexplained has no error.

    Raises
    ------
    DataError
        For missing counts, separation and collinear columns.
    MeasureError
        For more than two groups, more than 12 covariates, and unknown weights.

    Interpretation
    --------------
    "Of a gap of 10 percentage points, 4 go with age and 2 with area; 4 remain."

    Do not use when
    ---------------
    As for `oaxaca_blinder`: unexplained is not a measure of discrimination, nor explained of fairness.

    References
    ----------
    Fairlie R (1999), J Labor Economics 17:80-108; Fairlie R (2005), J Econ Soc Meas 30:305-316; Fairlie R (2017),
    IZA DP 10917 (orders at random).
    """
    if weights not in ("pooled", "reference", "group"):
        raise MeasureError(f"weights must be pooled, reference or group; got '{weights}'")
    groups = binary_groups(numerator, denominator, group, reference, covariates, references)
    names = groups.design.cells.variables[1:]
    if len(names) > _MOST_COVARIATES:
        raise MeasureError(
            f"there are {len(names)} covariates; all orders of exchange can be had for {_MOST_COVARIATES}"
        )
    beta, covariance = _coefficients(groups, weights)
    first, second, share = _coupled(groups, beta)
    own = [np.array([c.variable == name for c in groups.columns]) for name in names]

    def mean_risk(exchanged: tuple[int, ...]) -> tuple[float, FloatArray]:
        """Mean risk, and its slope along b, when these covariates have the reference's values."""
        columns = np.any([own[i] for i in exchanged], axis=0) if exchanged else np.zeros(beta.size, dtype=bool)
        matrix = np.where(columns, groups.matrices[1][second], groups.matrices[0][first])
        risk = special.expit(matrix @ beta)
        return float(share @ risk), (share * risk * (1 - risk)) @ matrix

    value, slope = _shapley(len(names), mean_risk)
    value, slope = np.concatenate([[value.sum()], value]), np.vstack([slope.sum(axis=0), slope])
    gap, gap_error = groups.gap
    estimate = np.concatenate([[gap], value, [gap - value[0]]])
    error = np.concatenate([[gap_error], np.sqrt(np.einsum("ki,ij,kj->k", slope, covariance, slope)), [np.nan]])
    parts = ("gap", *["explained"] * value.size, "unexplained")
    method = f"Fairlie decomposition, {weights} logistic coefficients, ranks matched, all orders averaged"
    return as_binary_finding(groups, estimate, error, parts, ("total", "total", *names, "total"), method, confidence)


def _shapley(
    count: int, mean_risk: Callable[[tuple[int, ...]], tuple[float, FloatArray]]
) -> tuple[FloatArray, FloatArray]:
    """Average each covariate's part over all orders of exchange, from the means of all subsets."""
    of = {subset: mean_risk(subset) for size in range(count + 1) for subset in combinations(range(count), size)}
    value, slope = np.zeros(count), np.zeros((count, of[()][1].size))
    for subset in of:
        # Of all orders, the share in which exactly this subset is exchanged before one given covariate.
        weight = 1 / (count * comb(count - 1, len(subset))) if len(subset) < count else 0.0
        for i in set(range(count)) - set(subset):
            after = tuple(sorted((*subset, i)))
            value[i] += weight * (of[subset][0] - of[after][0])
            slope[i] += weight * (of[subset][1] - of[after][1])
    return value, slope


def as_binary_finding(
    groups: BinaryGroups,
    estimate: FloatArray,
    error: FloatArray,
    parts: Sequence[str],
    covariates: Sequence[str],
    method: str,
    confidence: float,
) -> Finding:
    """Put a decomposition of a gap in proportions into words and rows."""
    people = groups.design.cells.people.sum()
    totals = [
        f"{100 * value:+.1f} {part}"
        for part, covariate, value in zip(parts, covariates, estimate, strict=True)
        if covariate == "total" and part != "gap"
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * special.ndtr(-np.abs(estimate / error))
    names = groups.design.groups
    return Finding(
        *interval(estimate, error, check_confidence(confidence)),
        confidence,
        method,
        np.full(estimate.size, people),
        p_value,
        (("part", tuple(parts)), ("covariate", tuple(covariates))),
        f"The proportion of {names[1]} is {100 * estimate[0]:+.1f} percentage points against {names[0]}: "
        f"{', '.join(totals)}.",
        _ASSUMES,
    )
