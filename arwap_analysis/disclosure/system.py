"""Cells and the sums that tie them: what follows for each cell when some are known. Arrays only.

Every relation is total = sum of its parts: one row of a sparse matrix with +1 for the total and -1 for each
part, so that `matrix @ cells == 0`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from arwap_analysis.estimate import FloatArray

__all__ = ["Block", "Contradiction", "blocks", "propagate", "relation_matrix"]

# Rounds of propagation; each is exact on what it concludes, and what it leaves open the solver closes.
ROUNDS = 60
EPSILON = 1e-7


class Contradiction(ValueError):
    """What is known cannot all be true; `relation` is a row of the matrix where it shows, or None."""

    def __init__(self, relation: int | None = None) -> None:
        self.relation = relation
        super().__init__(relation)


@dataclass(frozen=True, slots=True)
class Block:
    """Unknown cells that are tied to one another, and the relations that tie them: `matrix @ x == right`."""

    cells: np.ndarray
    relations: np.ndarray
    matrix: Any
    right: FloatArray


def relation_matrix(relations: list[tuple[int, list[int]]], cells: int) -> Any:
    """Return the sparse matrix of (total, parts) relations over `cells` cells."""
    rows, columns, signs = [], [], []
    for row, (total, parts) in enumerate(relations):
        rows += [row] * (len(parts) + 1)
        columns += [total, *parts]
        signs += [1.0] + [-1.0] * len(parts)
    return sparse.csr_array((signs, (rows, columns)), shape=(len(relations), cells))


def propagate(matrix: Any, lower: FloatArray, upper: FloatArray, integer: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Narrow the bounds of each cell by each relation in turn until nothing changes.

    Parameters
    ----------
    matrix : csr array (R, N)
        Relations.
    lower, upper : (N,)
        What is known of each cell before; infinite where nothing is.
    integer : (N,) bool
        Cells that are whole numbers.

    Returns
    -------
    tuple of (N,)
        Bounds that hold for every solution (they may be wider than the truth, never narrower).

    Raises
    ------
    Contradiction
        When a relation cannot hold.
    """
    lower, upper = lower.astype(float).copy(), upper.astype(float).copy()
    if matrix.shape[0] == 0:
        return lower, upper
    sign, cell = matrix.data, matrix.indices
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for _ in range(ROUNDS):
        before = lower.copy(), upper.copy()
        least = np.where(sign > 0, lower[cell], -upper[cell])
        most = np.where(sign > 0, upper[cell], -lower[cell])
        # What the others of a relation add up to at least and at most bounds the one that is left.
        above, below = -_sum_of_others(least, row), -_sum_of_others(most, row)
        np.minimum.at(upper, cell, np.where(sign > 0, above, -below))
        np.maximum.at(lower, cell, np.where(sign > 0, below, -above))
        lower = np.where(integer, np.ceil(lower - EPSILON), lower)
        upper = np.where(integer, np.floor(upper + EPSILON), upper)
        crossed = lower > upper + EPSILON
        if crossed.any():
            raise Contradiction(int(row[np.isin(cell, np.flatnonzero(crossed))][0]))
        if np.array_equal(before[0], lower) and np.array_equal(before[1], upper):
            break
    return lower, np.maximum(lower, upper)


def _sum_of_others(terms: FloatArray, row: np.ndarray) -> FloatArray:
    """For each term the sum of the others in its relation; infinite where one of the others is."""
    infinite = np.isinf(terms)
    finite = np.where(infinite, 0.0, terms)
    total = np.bincount(row, finite)[row] - finite
    unbounded = np.bincount(row, infinite)[row] - infinite
    # All infinite terms of one call have the same sign.
    endless = terms[infinite][0] if infinite.any() else 0.0
    return np.where(unbounded > 0, endless, total)


def blocks(matrix: Any, lower: FloatArray, upper: FloatArray) -> list[Block]:
    """Split the cells that are still open (upper > lower) into blocks that can be solved one by one."""
    open_cells = np.flatnonzero(upper - lower > EPSILON)
    if not open_cells.size:
        return []
    inner = matrix[:, open_cells]
    tied = np.flatnonzero(np.diff(inner.indptr) > 0)
    inner = inner[tied].tocsr()
    known = np.where(upper - lower > EPSILON, 0.0, lower)
    right = -(matrix[tied] @ known)
    incidence = sparse.block_array([[None, inner.T], [inner, None]], format="csr")
    _, label = connected_components(incidence, directed=False)
    found = []
    of_cell, of_relation = label[: open_cells.size], label[open_cells.size :]
    order = np.argsort(of_cell, kind="stable")
    starts = np.flatnonzero(np.diff(of_cell[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        rows = np.flatnonzero(of_relation == of_cell[members[0]])
        part = inner[rows][:, members].tocsr()
        found.append(Block(open_cells[members], tied[rows], part, right[rows]))
    return found
