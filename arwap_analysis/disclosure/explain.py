"""Say in words how a hidden figure is worked out from the published ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog

from arwap_analysis.disclosure.attack import FAR
from arwap_analysis.estimate import FloatArray

__all__ = ["explain_bound"]

# Beyond this many figures the arithmetic is summed up rather than written out.
SHOWN = 8


def explain_bound(
    matrix: Any,
    sums: tuple[str, ...],
    names: tuple[str, ...],
    lower: FloatArray,
    upper: FloatArray,
    cell: int,
    *,
    largest: bool,
) -> str:
    """Return the sums, added and taken away, from which the largest (or smallest) value of a cell follows.

    They are the multipliers of the dual of the attacker's linear program; an empty text where no sum is needed or
    where only whole numbers together force the bound.
    """
    goal = np.zeros(lower.size)
    goal[cell] = -1.0 if largest else 1.0
    bounds = np.column_stack([lower, np.minimum(upper, FAR)])
    found = linprog(goal, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=bounds, method="highs")
    if found.status != 0:
        return ""
    multipliers = found.eqlin.marginals
    used = np.flatnonzero(np.abs(multipliers) > 1e-7)
    if not used.size:
        return ""
    weights = matrix.T @ multipliers
    scale = -weights[cell] if abs(weights[cell]) > 1e-9 else 1.0
    weights, multipliers = weights / scale, multipliers / scale
    weights[np.abs(weights) < 1e-7] = 0.0
    fixed = (weights != 0) & (upper - lower < 1e-9)
    fixed[cell] = False
    open_cells = [k for k in np.flatnonzero((weights != 0) & ~fixed) if k != cell]
    added = [sums[k] for k in used if multipliers[k] * np.sign(multipliers[used[0]]) > 0]
    taken = [sums[k] for k in used if multipliers[k] * np.sign(multipliers[used[0]]) < 0]
    start = f"from {_list(added)}" + (f" less {_list(taken)}" if taken else "")
    left = float((weights[fixed] * lower[fixed]).sum())
    equation = _equation(weights, fixed, lower, names, left)
    if open_cells:
        rest = _list([names[k] for k in open_cells][:SHOWN]) + (" and others" if len(open_cells) > SHOWN else "")
        word = "at most" if largest else "at least"
        return f"{start}: {equation}, shared with {rest}, so {word} {abs(found.fun):g}"
    return f"{start}: {equation}"


def _equation(weights: FloatArray, fixed: np.ndarray, values: FloatArray, names: tuple[str, ...], left: float) -> str:
    """Write out 30 - (12 + 15) = 3 with what each number is, or only its result where it is long."""
    cells = np.flatnonzero(fixed & (values != 0))
    if not cells.size or cells.size > SHOWN or not np.allclose(np.abs(weights[cells]), 1):
        return f"the published figures leave {left:g}"
    plus = [k for k in cells if weights[k] > 0]
    minus = [k for k in cells if weights[k] < 0]
    text = " + ".join(f"{values[k]:g} ({names[k]})" for k in plus) or "0"
    if minus:
        taken = " + ".join(f"{values[k]:g} ({names[k]})" for k in minus)
        text = f"{text} - ({taken})" if len(minus) > 1 else f"{text} - {taken}"
    return f"{text} = {left:g}"


def _list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
