"""The cell suppression problem: which cells to hide besides the small ones, at the least loss. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from arwap_analysis.disclosure.attack import Needs, find_ranges
from arwap_analysis.disclosure.system import propagate
from arwap_analysis.estimate import FloatArray

__all__ = ["Attacker", "SuppressionProblem"]

POOL = 600


@dataclass(frozen=True, slots=True)
class SuppressionProblem:
    """Cells of a linked set of tables, what a reader knows of a shown and of a hidden one, and what has to hold.

    Parameters
    ----------
    matrix : csr array (R, N)
        Relations: `matrix @ values == 0`.
    values : (N,)
        True values.
    shown_lower, shown_upper : (N,)
        What a reader knows of a cell that is shown: its value, or the interval that its rounding leaves.
    hidden_lower, hidden_upper : (N,)
        What a reader knows of a hidden one: at least 0, at most the population.
    primary, barred : (N,) bool
        Cells that must be hidden; cells that are known anyway and cannot be.
    weights : (N,)
        Information lost when a cell is hidden.
    needs : Needs
        Range that a primary cell needs. Every other hidden cell needs `width` alone: a reader cannot tell
        which hidden cells are small, so none may be worked out.
    integer : (N,) bool
        Counts.
    """

    matrix: Any
    values: FloatArray
    shown_lower: FloatArray
    shown_upper: FloatArray
    hidden_lower: FloatArray
    hidden_upper: FloatArray
    primary: np.ndarray
    barred: np.ndarray
    weights: FloatArray
    needs: Needs
    integer: np.ndarray

    def part(self, cells: np.ndarray, relations: np.ndarray) -> SuppressionProblem:
        """Return the problem of some cells and the relations that tie them alone."""
        needs = Needs(self.needs.low[cells], self.needs.high[cells], self.needs.width[cells])
        fields = ("values", "shown_lower", "shown_upper", "hidden_lower", "hidden_upper")
        rest = {name: getattr(self, name)[cells] for name in (*fields, "primary", "barred", "weights", "integer")}
        return SuppressionProblem(matrix=self.matrix[relations][:, cells].tocsr(), needs=needs, **rest)

    def known(self, hidden: np.ndarray) -> tuple[FloatArray, FloatArray]:
        """Return what a reader knows of every cell when those of `hidden` are hidden."""
        return (
            np.where(hidden, self.hidden_lower, self.shown_lower),
            np.where(hidden, self.hidden_upper, self.shown_upper),
        )

    def reachable(self) -> SuppressionProblem:
        """Return the problem with its needs cut to what hiding every cell could give.

        Where a population of two is known, no range can reach four; the reader knows that without the table.
        """
        low, high = propagate(self.matrix, *self.known(~self.barred), self.integer)
        needs = Needs(
            np.maximum(self.needs.low, low), np.minimum(self.needs.high, high), np.minimum(self.needs.width, high - low)
        )
        return SuppressionProblem(
            **{name: getattr(self, name) for name in self.__slots__ if name != "needs"},
            needs=needs,
        )


class Attacker:
    """Attacks one pattern after another on a problem, and remembers the solutions that it met.

    A solution that moves only hidden cells still shows their ranges when other cells are hidden as well.
    """

    def __init__(self, problem: SuppressionProblem) -> None:
        self.problem = problem
        self.pool: FloatArray = problem.values[None, :].copy()

    def attack(
        self, hidden: np.ndarray, *, prove: float = np.inf, whole: bool = True, deadline: float = np.inf
    ) -> np.ndarray:
        """Return which hidden cells are not shown to be safe.

        At most `prove` cells get programs of their own; others may be safe although no solution at hand shows it.
        Without `whole` counts are taken as any numbers, which is faster and misses what follows from their being
        whole.
        """
        problem = self.problem
        lower, upper = problem.known(hidden)
        needs = Needs(
            np.where(problem.primary, problem.needs.low, np.inf),
            np.where(problem.primary, problem.needs.high, -np.inf),
            problem.needs.width,
        )
        pool = self.pool
        if whole:
            pool = pool[(np.abs(pool - np.round(pool))[:, problem.integer] < 1e-6).all(axis=1)]
        valid = pool[((pool >= lower - 1e-6) & (pool <= upper + 1e-6)).all(axis=1)]
        ranges = find_ranges(
            problem.matrix,
            lower,
            upper,
            integer=problem.integer & whole,
            targets=hidden,
            needs=needs,
            known=valid,
            prove=prove,
            deadline=deadline,
        )
        self.remember(ranges.solutions)
        return hidden & ~needs.met(ranges.inner_low, ranges.inner_high)

    def remember(self, solutions: list[tuple[np.ndarray, FloatArray]]) -> None:
        """Keep solutions, the latest `POOL` of them."""
        new = np.repeat(self.problem.values[None, :], len(solutions), axis=0)
        for row, (cells, values) in zip(new, solutions, strict=True):
            row[cells] = values
        self.pool = np.concatenate([self.pool[:1], np.concatenate([self.pool[1:], new])[-POOL:]])
