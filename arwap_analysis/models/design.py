"""From labelled cells to a model's matrix: people with the same labels are summed, and what cannot be told apart named.

A cell holds people who are alike in everything the model knows. Labels (words, codes as words) are categories;
numbers are numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arwap_analysis.errors import DataError, Fault, MeasureError, did_you_mean
from arwap_analysis.estimate import FloatArray, as_floats

__all__ = ["Cells", "Column", "Design", "as_cells", "check_collinear", "make_design"]

# R's lm and glm call a column dependent below 1e-7 of its length.
_DEPENDENT = 1e-7


@dataclass(frozen=True)
class Column:
    """One column of a model's matrix: a level of a variable against its reference, or a number.

    `crossed_with` is the group for which an interaction lets the column's effect differ.
    """

    variable: str
    level: str
    reference: str
    crossed_with: str = ""

    def __str__(self) -> str:
        name = f"{self.variable} '{self.level}'" if self.level else self.variable
        return f"{name} within group '{self.crossed_with}'" if self.crossed_with else name


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums over people with equal labels.

    `total`, `people`, `squares`: (C,) sum of the outcome, people, and sum of its squares. `codes`: one (C,) array a
    variable, positions in its `levels`, or values where `levels` is empty (a number). The first variable is the group.
    """

    total: FloatArray
    people: FloatArray
    squares: FloatArray
    variables: tuple[str, ...]
    codes: tuple[FloatArray, ...]
    levels: tuple[tuple[str, ...], ...]

    def only(self, chosen: np.ndarray) -> Cells:
        """Return some of the cells; levels stay as they are."""
        return Cells(
            self.total[chosen],
            self.people[chosen],
            self.squares[chosen],
            self.variables,
            tuple(code[chosen] for code in self.codes),
            self.levels,
        )


@dataclass(frozen=True, eq=False)
class Design:
    """A model's matrix and what its columns are. `group` columns come first after the intercept."""

    cells: Cells
    columns: tuple[Column, ...]
    base: FloatArray
    crossed: tuple[int, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, the reference first."""
        return self.cells.levels[0]

    def matrix(self, group: int | None = None) -> FloatArray:
        """Return the (C, P) matrix as observed, or as it would be if everyone were of one group."""
        codes = self.cells.codes[0] if group is None else np.full(len(self.base), float(group))
        dummies = (codes[:, None] == np.arange(1, len(self.groups))).astype(float)
        products = [dummies * self.base[:, [j]] for j in self.crossed]
        return np.column_stack([np.ones(len(self.base)), dummies, self.base, *products])


def _code(name: str, values: ArrayLike, length: int) -> tuple[FloatArray, tuple[str, ...]]:
    """Return positions and levels of labels, or numbers and no levels."""
    from pandas import factorize  # hashes, where numpy would sort a million words

    array = np.asarray(values)
    if array.shape != (length,):
        raise MeasureError(f"'{name}' has shape {array.shape}; one value for each of the {length} cells is needed")
    if array.dtype.kind in "iuf":
        numbers = as_floats(name, array)
        if not np.all(np.isfinite(numbers)):
            raise DataError(Fault("missing", "a number is missing", column=name, hint=_MISSING))
        return numbers, ()
    codes, levels = factorize(array.astype(object), sort=False)
    if np.any(codes < 0) or "" in levels:
        raise DataError(Fault("missing", "a label is missing", column=name, hint=_MISSING))
    words = np.array([str(level) for level in levels])
    order = np.argsort(words, kind="stable")
    if len(set(words)) != len(words):
        raise DataError(Fault("labels", "two labels differ only in type", column=name, hint="Write all as words."))
    place = np.empty(len(order))
    place[order] = np.arange(len(order))
    return place[codes], tuple(words[order].tolist())


_MISSING = "Give people for whom it is not known a category of their own, or leave them out and say so."


def _amount(name: str, values: ArrayLike, shape: tuple[int, ...], *, least: float | None = 0.0) -> FloatArray:
    array = as_floats(name, values)
    if array.shape not in ((), shape):
        raise MeasureError(f"{name} has shape {array.shape}; one number for each of the {shape[0]} cells is needed")
    array = np.broadcast_to(array, shape)
    wrong = ~np.isfinite(array) | ((array < least) if least is not None else False)
    if np.any(wrong):
        hint = "Leaving a cell out would bias a model: merge suppressed cells, or model a table without them."
        raise DataError(
            Fault(
                "negative" if array[place] < 0 else "missing",
                f"cell {place + 1} of {array.size} has no usable {name}",
                column=name,
                value=str(array[place]),
                hint=hint,
            )
            for place in np.flatnonzero(wrong)
        )
    return np.asarray(array, dtype=np.float64)


def as_cells(
    total: ArrayLike,
    people: ArrayLike,
    squares: ArrayLike | None,
    *,
    group: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    reference: str | None,
    references: Mapping[str, str] | None = None,
    counts: bool = True,
    repeats: bool = False,
) -> Cells:
    """Check the sums and labels of cells, put reference levels first, and sum cells that are alike.

    `counts`: the outcome is a count of people, so that it equals its own square. `repeats`: it counts events, which can
    outnumber people. The reference level of a covariate
    is that with most people unless `references` names another.
    """
    sums = as_floats("numerator", total)
    if sums.ndim != 1 or sums.size == 0:
        raise MeasureError("cells are needed along one axis")
    sums = _amount("numerator", sums, sums.shape, least=0.0 if counts else None)
    size = _amount("denominator", people, sums.shape)
    if counts and not repeats and np.any(sums > size):
        raise MeasureError("numerator must not be larger than denominator: each person has the outcome once at most")
    if not counts and squares is None and np.any(size != 1):
        raise MeasureError("cells of several people need 'squares', the sum of the squared outcome in each cell")
    second = sums if counts else _amount("squares", sums**2 if squares is None else squares, sums.shape)
    if not counts and np.any(second * size < sums**2 * (1 - 1e-9)):
        raise MeasureError("squares are too small for these sums: they must be sums of squares, not squares of sums")
    names = ("group", *covariates)
    if "group" in covariates:
        raise MeasureError("no covariate may be called 'group'")
    coded = [_code(name, values, sums.size) for name, values in zip(names, [group, *covariates.values()], strict=True)]
    if not coded[0][1]:
        raise MeasureError("groups must be labels, not numbers")
    if len(coded[0][1]) < 2:
        raise MeasureError("two groups at least are needed")
    wanted = {"group": reference, **dict(references or {})}
    for name in sorted(set(wanted) - set(names)):
        raise MeasureError(f"no covariate is called '{name}'. {did_you_mean(name, list(covariates))}")
    coded = [
        _reference_first(name, codes, levels, size, wanted.get(name))
        for name, (codes, levels) in zip(names, coded, strict=True)
    ]
    return _sum_alike(sums, size, second, names, coded)


def _reference_first(
    name: str, codes: FloatArray, levels: tuple[str, ...], size: FloatArray, wanted: str | None
) -> tuple[FloatArray, tuple[str, ...]]:
    if not levels:
        return codes, levels
    people = np.bincount(codes.astype(int), weights=size, minlength=len(levels))
    if np.any(people == 0):
        faults = [
            Fault("empty_level", "nobody is in this level", column=name, value=level, hint="Leave its cells out.")
            for level, count in zip(levels, people, strict=True)
            if count == 0
        ]
        raise DataError(faults)
    if wanted is not None and wanted not in levels:
        raise MeasureError(f"'{name}' has no level '{wanted}'. {did_you_mean(wanted, levels)}")
    first = levels.index(wanted) if wanted is not None else int(np.argmax(people))
    order = [first, *(i for i in range(len(levels)) if i != first)]
    place = np.empty(len(levels))
    place[order] = np.arange(len(levels))
    return place[codes.astype(int)], tuple(levels[i] for i in order)


def _sum_alike(
    total: FloatArray,
    people: FloatArray,
    squares: FloatArray,
    names: tuple[str, ...],
    coded: Sequence[tuple[FloatArray, tuple[str, ...]]],
) -> Cells:
    """Sum cells that no variable tells apart: the likelihood is the same, and the fit as fast as there are cells."""
    cell = np.zeros(total.size, dtype=np.int64)
    for codes, _ in coded:
        _, position = np.unique(codes, return_inverse=True)
        # Numbered anew after each variable, so that the numbers never outgrow an integer.
        _, cell = np.unique(cell * (position.max() + 1) + position, return_inverse=True)
    _, first = np.unique(cell, return_index=True)
    sums = [np.bincount(cell, weights=amount).astype(np.float64) for amount in (total, people, squares)]
    there = sums[1] > 0
    return Cells(
        sums[0][there],
        sums[1][there],
        sums[2][there],
        names,
        tuple(codes[first][there] for codes, _ in coded),
        tuple(levels for _, levels in coded),
    )


def make_design(cells: Cells, *, interactions: Sequence[str] = ()) -> Design:
    """Return the matrix of group, covariates and the interactions of group with some covariates."""
    for name in interactions:
        if name not in cells.variables[1:]:
            raise MeasureError(f"no covariate is called '{name}'. {did_you_mean(name, cells.variables[1:])}")
    groups = cells.levels[0]
    columns = [Column("intercept", "", ""), *(Column(cells.variables[0], g, groups[0]) for g in groups[1:])]
    base, of_covariate = [], []
    for name, codes, levels in zip(cells.variables[1:], cells.codes[1:], cells.levels[1:], strict=True):
        if levels:
            base += [(codes == i).astype(float) for i in range(1, len(levels))]
            of_covariate += [Column(name, level, levels[0]) for level in levels[1:]]
        else:
            base.append(codes)
            of_covariate.append(Column(name, "", ""))
    crossed = tuple(j for j, column in enumerate(of_covariate) if column.variable in interactions)
    columns += of_covariate
    columns += [
        Column(of_covariate[j].variable, of_covariate[j].level, of_covariate[j].reference, g)
        for j in crossed
        for g in groups[1:]
    ]
    matrix = np.column_stack(base) if base else np.empty((cells.people.size, 0))
    return Design(cells, tuple(columns), matrix, crossed)


def _in_short(some: Sequence[Column], columns: Sequence[Column]) -> list[str]:
    """Name columns, and a variable once when all its levels are among them."""
    whole = {c.variable for c in some} - {c.variable for c in columns if c not in some and not c.crossed_with}
    names = (c.variable if c.variable in whole and not c.crossed_with else str(c) for c in some)
    return list(dict.fromkeys(name for name in names if name != "intercept"))


def check_collinear(matrix: FloatArray, columns: Sequence[Column], *, among: str = "") -> None:
    """Refuse a matrix in which a column follows from those before it, naming both (and `among` whom).

    Raises
    ------
    DataError
        One fault for each dependent column.
    """
    length = np.sqrt((matrix**2).sum(axis=0))
    scaled = matrix / np.where(length > 0, length, 1.0)
    if len(matrix) >= len(columns) and np.min(np.abs(np.diag(np.linalg.qr(scaled, mode="r")))) > _DEPENDENT:
        return
    faults: list[Fault] = []
    kept: list[int] = []
    for j, column in enumerate(columns):
        if kept:
            weights = np.linalg.lstsq(scaled[:, kept], scaled[:, j], rcond=None)[0]
            rest = scaled[:, j] - scaled[:, kept] @ weights
        else:
            weights, rest = np.empty(0), scaled[:, j]
        if np.sqrt((rest**2).sum()) > _DEPENDENT:
            kept.append(j)
            continue
        source = [columns[k] for k, w in zip(kept, weights, strict=True) if abs(w) > 1e-6]
        here = f" among {among}" if among else ""
        others = ", ".join(_in_short(source, columns)) or "the intercept (it is the same for everybody)"
        faults.append(
            Fault(
                "collinear",
                (f"{column} cannot be told apart from {others}" if length[j] > 0 else f"nobody is in {column}") + here,
                column=column.variable,
                value=column.level or None,
                hint="Leave one of them out, or merge levels until every combination that the model needs has people.",
            )
        )
    if faults:
        raise DataError(faults)
