"""Whether a binary outcome is fully determined by the covariates, and by which of their levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import optimize

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.estimate import FloatArray
from arwap_analysis.models.design import Cells, Column

__all__ = ["check_levels_vary", "name_separation"]

_HINT = (
    "Merge the level with a related one, leave it out and say so, or report its counts instead: "
    "no finite ratio fits these data."
)


def check_levels_vary(cells: Cells, *, all_too: bool) -> None:
    """Refuse a level in which nobody (or, with `all_too`, everybody) has the outcome.

    Raises
    ------
    DataError
        One fault for each such level.
    """
    faults = []
    for name, codes, levels in zip(cells.variables, cells.codes, cells.levels, strict=True):
        for place, level in enumerate(levels):
            here = codes == place
            cases, people = cells.total[here].sum(), cells.people[here].sum()
            who = "nobody" if cases == 0 else "everybody" if all_too and cases == people else ""
            if who:
                message = f"{who} of the {people:,.0f} people in {name} '{level}' has the outcome"
                faults.append(Fault("separation", message, column=name, value=level, hint=_HINT))
    if faults:
        raise DataError(faults)


def name_separation(cells: Cells, matrix: FloatArray, columns: Sequence[Column], *, all_too: bool) -> None:
    """Refuse data for which the likelihood has no maximum, naming the columns whose effect would be infinite.

    A direction in which no cell's fit gets worse and some cell's gets better shows separation (Albert and Anderson
    1984, Biometrika 71:1-10); linear programming finds one if there is one (Konis 2007). For a Poisson model only
    cells without events can be separated (Correia, Guimarães and Zylkin 2019, arXiv:1903.01633).

    Raises
    ------
    DataError
        One fault for each such column.
    """
    with_cases, without = cells.total > 0, cells.total < cells.people
    upper = without & ~with_cases
    lower = with_cases & ~without if all_too else np.zeros_like(upper)
    gains = np.concatenate([-matrix[upper], matrix[lower]])
    if not len(gains):
        return
    fixed = matrix[~upper & ~lower]
    _, triangle = np.linalg.qr(fixed) if len(fixed) else (None, np.zeros((0, matrix.shape[1])))
    found = optimize.linprog(
        -gains.sum(axis=0),
        A_ub=-gains,
        b_ub=np.zeros(len(gains)),
        A_eq=triangle if len(triangle) else None,
        b_eq=np.zeros(len(triangle)) if len(triangle) else None,
        bounds=(-1, 1),
        method="highs",
    )
    if not found.success or -found.fun < 1e-7:
        return
    raise DataError(
        [
            Fault(
                "separation",
                f"{column}, with the other covariates, fully determines the outcome of some people",
                column=column.variable,
                value=column.level or None,
                hint=_HINT,
            )
            for column, step in zip(columns, found.x, strict=True)
            if abs(step) > 1e-6 and column.variable != "intercept"
        ]
    )
