"""How much of a gap in means differences in characteristics explain: Oaxaca-Blinder decomposition on sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import MeasureError
from arwap_analysis.estimate import FloatArray, check_confidence
from arwap_analysis.models.design import Cells, Column, Design, as_cells, check_collinear, make_design
from arwap_analysis.models.finding import Finding, interval

__all__ = ["WEIGHTS", "full_coding", "oaxaca_blinder", "two_groups_only"]

WEIGHTS = ("pooled", "neumark", "reimers", "cotton", "reference", "group")
TOTAL = "total"


def two_groups_only(cells: Cells) -> tuple[str, str]:
    """Return the group and its reference; more groups are more gaps."""
    if len(cells.levels[0]) != 2:
        raise MeasureError(f"a gap lies between two groups; these cells have {', '.join(cells.levels[0])}")
    return cells.levels[0][1], cells.levels[0][0]


@dataclass(frozen=True, eq=False)
class _Side:
    """One regression: who is in it, its coefficients, the inverse of X'X, and each person's residual variance."""

    people: FloatArray
    matrix: FloatArray
    beta: FloatArray
    inverse: FloatArray
    mean: FloatArray

    @property
    def size(self) -> float:
        return float(self.people.sum())


def _regress(cells: Cells, matrix: FloatArray) -> _Side:
    inverse = np.asarray(np.linalg.inv((matrix * cells.people[:, None]).T @ matrix), dtype=np.float64)
    beta = np.asarray(inverse @ (matrix.T @ cells.total))
    mean = np.asarray(cells.people @ matrix / cells.people.sum(), dtype=np.float64)
    return _Side(cells.people, matrix, beta, inverse, mean)


@dataclass(frozen=True, eq=False)
class _Fitted:
    """Means of both groups, their coefficients and the common ones, end to end, with their covariance."""

    values: tuple[FloatArray, ...]
    covariance: FloatArray

    def along(self, *slopes: FloatArray) -> FloatArray:
        """Return the covariance of functions with these slopes along the five blocks."""
        jacobian = np.concatenate(slopes, axis=1)
        return np.asarray(jacobian @ self.covariance @ jacobian.T)


def _fit(design: Design, weights: str, errors: str) -> _Fitted:
    cells = design.cells
    matrix = np.column_stack([np.ones(len(design.base)), design.base])
    of_group = cells.codes[0] == 1
    columns = (design.columns[0], *design.columns[2:])
    for chosen, name in ((of_group, design.groups[1]), (~of_group, design.groups[0])):
        check_collinear(matrix[chosen], columns, among=f"'{name}'")
    group, reference = (
        _regress(cells.only(of_group), matrix[of_group]),
        _regress(cells.only(~of_group), matrix[~of_group]),
    )
    fixed = {
        "reimers": 0.5,
        "cotton": group.size / (group.size + reference.size),
        "reference": 0.0,
        "group": 1.0,
    }
    if weights in fixed:
        share = fixed[weights]
        common = share * group.beta + (1 - share) * reference.beta
        mixing: tuple[FloatArray, FloatArray] | None = (share * np.eye(common.size), (1 - share) * np.eye(common.size))
        pooled = None
    else:
        everyone = np.column_stack([matrix, of_group.astype(float)]) if weights == "pooled" else matrix
        pooled, mixing = _regress(cells, everyone), None
        common = pooled.beta[: matrix.shape[1]]
    values = (group.mean, reference.mean, group.beta, reference.beta, common)
    if errors == "model":
        if mixing is None:
            raise MeasureError("coefficients of all people together need errors='robust': they go with both groups'")
        return _Fitted(values, _model_covariance(cells, of_group, group, reference, mixing))
    return _Fitted(values, _robust_covariance(cells, of_group, group, reference, pooled, mixing))


def _model_covariance(
    cells: Cells, of_group: np.ndarray, group: _Side, reference: _Side, mixing: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Jann (2008): means and coefficients of each group are independent, one variance a group."""
    blocks = []
    for side, chosen in ((group, of_group), (reference, ~of_group)):
        away = side.matrix - side.mean
        mean = (away * side.people[:, None]).T @ away / (side.size * (side.size - 1))
        spare = side.size - side.beta.size
        if spare <= 0:
            raise MeasureError("each group needs more people than coefficients")
        fit = side.matrix @ side.beta
        here = cells.only(chosen)
        rest = (here.squares - 2 * fit * here.total + here.people * fit**2).sum()
        blocks.append((mean, side.inverse * rest / spare))
    (mean_a, beta_a), (mean_b, beta_b) = blocks
    k = len(mean_a)
    covariance = np.zeros((5 * k, 5 * k))
    for place, block in enumerate((mean_a, mean_b, beta_a, beta_b)):
        covariance[place * k : (place + 1) * k, place * k : (place + 1) * k] = block
    spread = np.eye(4 * k)
    spread = np.vstack([spread, np.hstack([np.zeros((k, 2 * k)), *mixing])])
    return np.asarray(spread @ covariance[: 4 * k, : 4 * k] @ spread.T)


def _robust_covariance(
    cells: Cells,
    of_group: np.ndarray,
    group: _Side,
    reference: _Side,
    pooled: _Side | None,
    mixing: tuple[FloatArray, FloatArray] | None,
) -> FloatArray:
    """Sandwich of all five blocks together, from each person's influence on them (Stata's suest: N/(N-1)).

    A person's influence is a straight line in the outcome, so that a cell's sum and sum of squares are enough.
    """
    k, rows = group.beta.size, len(cells.people)
    level, slope = np.zeros((rows, 5 * k)), np.zeros((rows, 5 * k))
    outcome = (cells.total / cells.people)[:, None]
    for side, chosen, place in ((group, of_group, 0), (reference, ~of_group, 1)):
        level[chosen, place * k : (place + 1) * k] = (side.matrix - side.mean) / side.size
        pull = side.matrix @ side.inverse
        block = slice((2 + place) * k, (3 + place) * k)
        slope[chosen, block] = pull
        level[chosen, block] = pull * (outcome[chosen] - (side.matrix @ side.beta)[:, None])
    if pooled is not None:
        pull = (pooled.matrix @ pooled.inverse)[:, :k]
        slope[:, 4 * k :] = pull
        level[:, 4 * k :] = pull * (outcome - (pooled.matrix @ pooled.beta)[:, None])
    elif mixing is not None:
        for array in (level, slope):
            array[:, 4 * k :] = array[:, 2 * k : 3 * k] @ mixing[0] + array[:, 3 * k : 4 * k] @ mixing[1]
    within = np.maximum(cells.squares - cells.total**2 / cells.people, 0.0)
    total = cells.people.sum()
    summed = (level * cells.people[:, None]).T @ level + (slope * within[:, None]).T @ slope
    return np.asarray(summed * total / (total - 1))


def full_coding(columns: tuple[Column, ...], normalised: bool) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return the maps of means and of coefficients to a coding with every level, and each row's variable.

    Normalised: the levels' coefficients are their distances from the levels' mean, which moves to the intercept
    (Yun 2005), so that no reference level matters.
    """
    means, betas, names = [], [], []
    unit = np.eye(len(columns))
    intercept = unit[0].copy()
    for variable in dict.fromkeys(c.variable for c in columns[1:]):
        own = [j for j, c in enumerate(columns) if c.variable == variable]
        if not columns[own[0]].level:
            means.append(unit[own[0]])
            betas.append(unit[own[0]])
            names.append(variable)
            continue
        average = unit[own].sum(axis=0) / (len(own) + 1) if normalised else np.zeros(len(columns))
        intercept = intercept + average
        means += [unit[0] - unit[own].sum(axis=0), *unit[own]]
        betas += [-average, *(unit[own] - average)]
        names += [variable] * (len(own) + 1)
    return np.array([unit[0], *means]), np.array([intercept, *betas]), ["intercept", *names]


def _parts(
    fitted: _Fitted, share: FloatArray, effect: FloatArray, kind: str
) -> dict[str, tuple[FloatArray, tuple[FloatArray, ...]]]:
    """Return each part by row of the full coding, with its slopes along the five blocks."""
    mean_a, mean_b = (share @ value for value in fitted.values[:2])
    beta_a, beta_b, common = (effect @ value for value in fitted.values[2:])
    none = np.zeros_like(share)

    def by(weight: FloatArray, way: FloatArray) -> FloatArray:
        return np.asarray(weight[:, None] * way)

    gap, rise = mean_a - mean_b, beta_a - beta_b
    if kind == "threefold":
        return {
            "endowments": (gap * beta_b, (by(beta_b, share), by(-beta_b, share), none, by(gap, effect), none)),
            "coefficients": (mean_b * rise, (none, by(rise, share), by(mean_b, effect), by(-mean_b, effect), none)),
            "interaction": (gap * rise, (by(rise, share), by(-rise, share), by(gap, effect), by(-gap, effect), none)),
        }
    over_a, over_b = beta_a - common, common - beta_b
    return {
        "explained": (gap * common, (by(common, share), by(-common, share), none, none, by(gap, effect))),
        "unexplained": (
            mean_a * over_a + mean_b * over_b,
            (by(over_a, share), by(over_b, share), by(mean_a, effect), by(-mean_b, effect), by(-gap, effect)),
        ),
    }


def oaxaca_blinder(
    total: ArrayLike,
    people: ArrayLike = 1.0,
    *,
    group: ArrayLike,
    reference: str,
    covariates: Mapping[str, ArrayLike],
    squares: ArrayLike | None = None,
    references: Mapping[str, str] | None = None,
    kind: str = "twofold",
    weights: str = "pooled",
    normalised: bool = True,
    errors: str = "robust",
    confidence: float = 0.95,
) -> Finding:
    """Gap in means, split into what characteristics explain and what they do not: *(x - r)'b + rest*.

    Twofold: explained *(x - r)'b*, unexplained *x'(bx - b) + r'(b - br)*. Threefold: endowments *(x - r)'br*,
    coefficients *r'(bx - br)*, interaction *(x - r)'(bx - br)*; *x*, *r* the means, *bx*, *br* the coefficients of
    group and reference.

    Parameters
    ----------
    total, people : array_like, (C,)
        Sum of the outcome and number of people of each cell; ones for rows of people. Log pay for a pay gap.
    group : array_like, (C,)
        Labels of exactly two groups.
    reference : str
        The group that the other is compared with: the gap is group minus reference.
    covariates : mapping of name to array_like, (C,)
        Labels (words) are categories; numbers are numbers.
    squares : array_like, (C,), optional
        Sum of the squared outcome in each cell. Needed unless each cell is one person.
    references : mapping, optional
        Reference level of covariates; matters only where `normalised` is False.
    kind : {"twofold", "threefold"}
        Threefold is from the viewpoint of the reference group, and has no `weights`.
    weights : {"pooled", "neumark", "reimers", "cotton", "reference", "group"}
        Whose coefficients *b* price the characteristics: of all people with a term for the group (pooled) or without
        one (neumark, which moves part of the unexplained into the explained), the mean of both (reimers), weighted by
        people (cotton), or those of one group.
    normalised : bool
        Count each level's effect from the mean of the levels. The explained part of a covariate does not depend on
        the reference level of categories; its unexplained part does, unless normalised. With numbers, it depends on
        where their zero lies: read the unexplained total, or categories.
    errors : {"robust", "model"}
        robust: sandwich over means and coefficients together. model: Jann's formula, one variance a group, for weights
        that are not estimated.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows named by part and covariate; covariate "total" is the whole part. Parts add up to the gap.

    Raises
    ------
    DataError
        For missing numbers or labels, and for columns that cannot be told apart within a group.
    MeasureError
        For more than two groups, unknown options, or errors that the weights do not allow.

    Interpretation
    --------------
    "Of a gap of 12%, 5 points go with age, education and place; 7 points remain for people alike in these."

    Do not use when
    ---------------
    Covariates are themselves shaped by unequal treatment (grade, occupation): what they "explain" is not thereby fair.
    Unexplained is not a measure of discrimination: it holds whatever is not among the covariates, in both directions.

    References
    ----------
    Oaxaca R (1973), Int Econ Rev 14:693-709; Blinder A (1973), J Hum Resour 8:436-455; Jann B (2008), Stata Journal
    8:453-479; Yun M-S (2005), Economic Inquiry 43:766-772; Neumark (1988), Reimers (1983), Cotton (1988).
    """
    for name, value, allowed in (
        ("kind", kind, ("twofold", "threefold")),
        ("weights", weights, WEIGHTS),
        ("errors", errors, ("robust", "model")),
    ):
        if value not in allowed:
            raise MeasureError(f"{name} must be one of {', '.join(allowed)}; got '{value}'")
    level = check_confidence(confidence)
    cells = as_cells(
        total, people, squares, group=group, covariates=covariates, reference=reference, references=references,
        counts=False,
    )  # fmt: skip
    two_groups_only(cells)
    design = make_design(cells)
    used = "reference" if kind == "threefold" else weights
    return _as_finding(design, _fit(design, used, errors), kind, used, normalised, errors, level)


def _as_finding(
    design: Design, fitted: _Fitted, kind: str, weights: str, normalised: bool, errors: str, confidence: float
) -> Finding:
    share, effect, names = full_coding((design.columns[0], *design.columns[2:]), normalised)
    variables = list(dict.fromkeys(names))
    gather = np.array([[float(name == variable) for name in names] for variable in variables])
    gather = np.vstack([np.ones(len(names)), gather])  # the whole part first
    estimates, spreads, parts = [], [], []
    slopes = [np.zeros((1, 1))] * 0
    for part, (value, ways) in _parts(fitted, share, effect, kind).items():
        estimates.append(gather @ value)
        spreads.append(np.diag(fitted.along(*(gather @ way for way in ways))))
        slopes.append(np.concatenate([way.sum(axis=0) for way in ways])[None, :])
        parts += [part] * len(gather)
    gap = sum(value[0] for value in estimates)
    whole = np.sum(slopes, axis=0)
    estimate = np.concatenate([[gap], *estimates])
    variance = np.concatenate([np.diag(whole @ fitted.covariance @ whole.T), *spreads])
    # The intercept explains nothing: its mean is 1 in both groups.
    covariate = [TOTAL, *[TOTAL, *variables] * len(estimates)]
    keep = np.array(
        [not (c == "intercept" and p in _OF_MEANS) for p, c in zip(["gap", *parts], covariate, strict=True)]
    )
    error = np.sqrt(np.maximum(variance, 0.0))[keep]
    chosen = [i for i, kept in enumerate(keep) if kept]
    labels = ["gap", *parts]
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * special.ndtr(-np.abs(estimate[keep] / error))
    priced = "the reference group's coefficients" if kind == "threefold" else f"{weights} coefficients"
    return Finding(
        *interval(estimate[keep], error, confidence),
        confidence,
        f"{kind} Oaxaca-Blinder decomposition, {priced}, {errors} standard errors",
        np.full(len(chosen), design.cells.people.sum()),
        p_value,
        (("part", tuple(labels[i] for i in chosen)), ("covariate", tuple(covariate[i] for i in chosen))),
        _sentence(design, estimate[0], {p: v[0] for p, v in zip(dict.fromkeys(parts), estimates, strict=True)}),
        _ASSUMES + (() if normalised else ("the unexplained part of a covariate is read against its reference level",)),
    )


_OF_MEANS = ("endowments", "explained", "interaction")
_ASSUMES = (
    "the outcome is a straight sum of the covariates' effects within each group",
    "covariates are not themselves results of unequal treatment",
    "people's outcomes are independent",
)


def _sentence(design: Design, gap: float, parts: Mapping[str, float]) -> str:
    group, reference = design.groups[1], design.groups[0]
    split = ", ".join(f"{value:+.3g} {name}" for name, value in parts.items())
    return f"The mean of {group} is {gap:+.3g} against {reference}: {split}."
