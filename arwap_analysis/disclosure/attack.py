"""The attacker: the range of every hidden cell that follows from all that is known. Arrays only.

Bounds are propagated through the relations first; then linear programs find the smallest and the largest value
of each cell, and integer programs where a linear program stops between whole numbers. Whole solutions that were
met on the way bound the ranges from inside, so that most cells need no program of their own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from arwap_analysis.disclosure.system import EPSILON, Block, Contradiction, blocks, propagate
from arwap_analysis.estimate import FloatArray

__all__ = ["Needs", "Ranges", "find_ranges"]

# One integer program may take this long; a range that it leaves open counts as not proven.
SECONDS_EACH = 10.0
# Stands for infinity within a program, far above any count of people in Wales.
FAR = 1e9
# Cells that are moved by one program, and the price of moving any cell by one.
TOGETHER = 200
PRICE = 0.1


@dataclass(frozen=True, slots=True)
class Needs:
    """How wide a range has to be, for each cell (N,).

    The range must reach down to `low` and up to `high`, and be at least `width` wide. Infinite values ask for
    nothing.
    """

    low: FloatArray
    high: FloatArray
    width: FloatArray

    def met(self, low: FloatArray, high: FloatArray) -> np.ndarray:
        """Whether ranges are wide enough."""
        with np.errstate(invalid="ignore"):
            width = np.where(np.isinf(high) | np.isinf(low), np.inf, high - low)
        return (low <= self.low + EPSILON) & (high >= self.high - EPSILON) & (width >= self.width - EPSILON)


@dataclass(frozen=True, slots=True)
class Ranges:
    """What can be worked out for each cell (N,).

    The true range lies within `low` to `high` (outer) and holds `inner_low` to `inner_high`, which whole
    solutions attain. Where the two agree the range is exact. `solutions`
    are those that were met: cells and their values.
    """

    low: FloatArray
    high: FloatArray
    inner_low: FloatArray
    inner_high: FloatArray
    solutions: list[tuple[np.ndarray, FloatArray]]

    @property
    def exact(self) -> np.ndarray:
        """Whether the range is known exactly."""
        return (self.low >= self.inner_low - EPSILON) & (self.high <= self.inner_high + EPSILON)


class _Search:
    """Bounds from outside and from inside, narrowed until they meet or the needs are met."""

    def __init__(self, matrix: Any, lower: FloatArray, upper: FloatArray, integer: np.ndarray) -> None:
        self.integer = integer
        self.solutions: list[tuple[np.ndarray, FloatArray]] = []
        self.low, self.high = propagate(matrix, lower, upper, integer)
        closed = self.high - self.low <= EPSILON
        self.inner_low = np.where(closed, self.low, np.inf)
        self.inner_high = np.where(closed, self.high, -np.inf)
        self.start: FloatArray | None = None
        self.blocks = blocks(matrix, self.low, self.high)

    def witness(self, cells: np.ndarray, values: FloatArray) -> None:
        """Take a solution that is there as bounds from inside."""
        self.inner_low[cells] = np.minimum(self.inner_low[cells], values)
        self.inner_high[cells] = np.maximum(self.inner_high[cells], values)

    def free(self, cells: np.ndarray) -> None:
        """Take cells that no relation ties as free within their bounds."""
        self.inner_low[cells], self.inner_high[cells] = self.low[cells], self.high[cells]

    def optimum(self, block: Block, goal: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
        """Largest value of `goal`, by an integer program where the linear one stops between whole numbers.

        Raises Contradiction when there is no solution.
        """
        bounds = np.column_stack([lower, np.minimum(upper, FAR)])
        found = linprog(-goal, A_eq=block.matrix, b_eq=block.right, bounds=bounds, method="highs")
        if found.status == 2:
            raise Contradiction(int(block.relations[0]) if block.relations.size else None)
        if found.status != 0:
            return np.inf
        if self.take(block, found.x, lower, upper):
            return float(-found.fun)
        return self._whole_optimum(block, goal, lower, upper, float(-found.fun))

    def _whole_optimum(
        self, block: Block, goal: FloatArray, lower: FloatArray, upper: FloatArray, linear: float
    ) -> float:
        found = milp(
            -goal,
            constraints=LinearConstraint(block.matrix, block.right, block.right),
            integrality=self.integer[block.cells].astype(int),
            bounds=Bounds(lower, np.minimum(upper, FAR)),
            options={"time_limit": SECONDS_EACH, "mip_rel_gap": 0.0},
        )
        if found.status == 2:
            raise Contradiction(int(block.relations[0]) if block.relations.size else None)
        if found.x is not None:
            self.take(block, found.x, lower, upper)
        if found.status == 0:
            return float(-found.fun)
        bound = found.mip_dual_bound
        return min(linear, -float(bound)) if bound is not None else linear

    def take(self, block: Block, x: FloatArray, lower: FloatArray, upper: FloatArray) -> bool:
        """Keep a solution as a witness if it is whole where it has to be, and holds to the last unit."""
        whole = self.integer[block.cells]
        x = np.where(whole, np.round(x), x)
        slack = 1e-6 * (1 + np.abs(block.right))
        if (
            (np.abs(block.matrix @ x - block.right) > slack).any()
            or (x < lower - 1e-6).any()
            or (x > upper + 1e-6).any()
        ):
            return False
        self.witness(block.cells, x)
        self.solutions.append((block.cells, x))
        return True

    def narrow(self, block: Block, position: int) -> None:
        """Find the exact range of one cell of a block."""
        cell = block.cells[position]
        lower, upper = self.low[block.cells], self.high[block.cells]
        for sign in (1.0, -1.0):
            if (self.high[cell] <= self.inner_high[cell]) if sign > 0 else (self.low[cell] >= self.inner_low[cell]):
                continue
            goal = np.zeros(block.cells.size)
            goal[position] = sign
            best = self.optimum(block, goal, lower, upper)
            value = sign * best
            if self.integer[cell] and np.isfinite(value):
                value = np.floor(value + 1e-6) if sign > 0 else np.ceil(value - 1e-6)
            if sign > 0:
                self.high[cell] = np.inf if value >= FAR else min(self.high[cell], value)
                self.inner_high[cell] = np.inf if self.inner_high[cell] >= FAR else self.inner_high[cell]
            else:
                self.low[cell] = max(self.low[cell], value + 0.0)


def find_ranges(
    matrix: Any,
    lower: FloatArray,
    upper: FloatArray,
    *,
    integer: np.ndarray,
    targets: np.ndarray,
    needs: Needs | None = None,
    known: FloatArray | None = None,
    prove: float = np.inf,
    deadline: float = np.inf,
    seed: int = 20240601,
) -> Ranges:
    """Find what can be worked out for the cells `targets`.

    Parameters
    ----------
    matrix : csr array (R, N)
        Relations between cells; see `relation_matrix`.
    lower, upper : (N,)
        What is known of each cell: equal for a published one, 0 and infinity for a hidden count.
    integer : (N,) bool
        Cells that are whole numbers (counts).
    targets : (N,) bool
        Cells whose range is wanted.
    needs : Needs, optional
        If given, the search for a cell stops when its range is proven wide enough; exact ranges otherwise.
    known : (S, N), optional
        Solutions that are known beforehand (the true values, for the one who protects).
    prove : float
        How many cells that no quick solution shows to be wide enough get programs of their own.

    Raises
    ------
    Contradiction
        When what is known cannot all be true.
    """
    search = _Search(matrix, lower, upper, integer)
    if known is not None and len(known):
        search.start = known[0]
    for solution in () if known is None else known:
        search.witness(np.arange(lower.size), solution)
    rng = np.random.default_rng(seed)
    for block in search.blocks:
        wanted = np.flatnonzero(targets[block.cells])
        if not block.relations.size:
            search.free(block.cells)
        if not wanted.size or not block.relations.size:
            continue
        if needs is not None:
            _many_at_once(search, block, wanted, needs, rng, deadline)
        for position in wanted:
            if time.process_time() > deadline:
                break
            if needs is None or not _settled(search, block.cells[[position]], needs)[0]:
                if prove <= 0:
                    break
                prove -= 1
                if needs is not None and search.start is not None:
                    _move_alone(search, block, int(position), needs, rng)
                    if _settled(search, block.cells[[position]], needs)[0]:
                        continue
                search.narrow(block, int(position))
    return Ranges(search.low, search.high, search.inner_low, search.inner_high, search.solutions)


def _settled(search: _Search, cells: np.ndarray, needs: Needs) -> np.ndarray:
    """Whether it is proven, from inside or from outside, that the needs of cells are met or not met."""
    part = Needs(needs.low[cells], needs.high[cells], needs.width[cells])
    met = part.met(search.inner_low[cells], search.inner_high[cells])
    return met | ~part.met(search.low[cells], search.high[cells])


def _many_at_once(
    search: _Search, block: Block, wanted: np.ndarray, needs: Needs, rng: np.random.Generator, deadline: float
) -> None:
    """Move many cells in one program, each no further than it needs, until that stops helping.

    The cap of each cell keeps one cell from taking up the room of all others; a small price on every movement keeps
    the solution sparse and, nearly always, whole. All cells are tried together first, then random shares of them.
    Where no cell has to be whole, movement is free.
    """
    tries, idle = 12 + wanted.size // 40, 0
    free = search.start is not None and not search.integer[block.cells].any()
    for attempt in range(tries):
        wanted = wanted[~_settled(search, block.cells[wanted], needs)]
        if wanted.size < 4 or idle > 3 or time.process_time() > deadline:
            return
        share = wanted if attempt < 4 or free else rng.permutation(wanted)[:TOGETHER]
        cells = block.cells[share]
        up, down = _aims(search, cells, needs)
        upwards = rng.random(share.size) < (0.5 if attempt > 1 else float(attempt == 0))
        upwards = (upwards | ~np.isfinite(down)) & np.isfinite(up)
        before = search.inner_high[cells] - search.inner_low[cells]
        (_push if free else _move)(search, block, share, np.where(upwards, up, down), upwards, rng)
        gained = (search.inner_high[cells] - search.inner_low[cells]) > before
        idle = 0 if gained.sum() > 1 else idle + 1


def _move_alone(search: _Search, block: Block, position: int, needs: Needs, rng: np.random.Generator) -> None:
    """Move one cell up and down by as much as it needs: sparse, hence nearly always whole."""
    up, down = _aims(search, block.cells[[position]], needs)
    for aim, upwards in ((up, True), (down, False)):
        if np.isfinite(aim[0]):
            _move(search, block, np.array([position]), aim, np.array([upwards]), rng)


def _push(
    search: _Search, block: Block, share: np.ndarray, aim: FloatArray, upwards: np.ndarray, rng: np.random.Generator
) -> None:
    """Push the cells `share` of a block towards their aims; the solution need not be whole."""
    lower, upper = search.low[block.cells].copy(), search.high[block.cells].copy()
    ups, downs = share[upwards], share[~upwards]
    upper[ups] = np.minimum(upper[ups], aim[upwards])
    lower[downs] = np.maximum(lower[downs], aim[~upwards])
    goal = np.zeros(block.cells.size)
    goal[share] = np.where(upwards, -1.0, 1.0) * rng.uniform(0.5, 1.5, share.size)
    bounds = np.column_stack([lower, np.minimum(upper, FAR)])
    found = linprog(goal, A_eq=block.matrix, b_eq=block.right, bounds=bounds, method="highs")
    if found.status == 0:
        search.take(block, found.x, search.low[block.cells], search.high[block.cells])


def _move(
    search: _Search, block: Block, share: np.ndarray, aim: FloatArray, upwards: np.ndarray, rng: np.random.Generator
) -> None:
    """Move the cells `share` of a block from a known solution towards their aims, and keep where they get to."""
    if search.start is None:
        lower, upper = search.low[block.cells], search.high[block.cells]
        found = linprog(
            np.zeros(block.cells.size),
            A_eq=block.matrix,
            b_eq=block.right,
            bounds=np.column_stack([lower, np.minimum(upper, FAR)]),
            method="highs",
        )
        if found.status != 0 or not search.take(block, found.x, lower, upper):
            return
        start = found.x
    else:
        start = search.start[block.cells]
    lower, upper = search.low[block.cells], search.high[block.cells]
    distance = np.abs(aim - start[share])
    reach = 4.0 * max(float(distance.max()), 1.0)
    rise, fall = np.clip(upper - start, 0, reach), np.clip(start - lower, 0, reach)
    reward = -rng.uniform(0.5, 1.5, share.size)
    cost_up, cost_down = np.full(start.size, PRICE), np.full(start.size, PRICE)
    ups, downs = share[upwards], share[~upwards]
    rise[ups], fall[ups] = np.minimum(rise[ups], distance[upwards]), 0.0
    fall[downs], rise[downs] = np.minimum(fall[downs], distance[~upwards]), 0.0
    cost_up[ups], cost_down[downs] = reward[upwards], reward[~upwards]
    found = linprog(
        np.concatenate([cost_up, cost_down]),
        A_eq=sparse.hstack([block.matrix, -block.matrix], format="csr"),
        b_eq=np.zeros(block.relations.size),
        bounds=np.column_stack([np.zeros(2 * start.size), np.concatenate([rise, fall])]),
        method="highs",
    )
    if found.status == 0:
        search.take(block, start + found.x[: start.size] - found.x[start.size :], lower, upper)


def _aims(search: _Search, cells: np.ndarray, needs: Needs) -> tuple[FloatArray, FloatArray]:
    """How far up and down each cell has still to go; infinite where it is there already."""
    inner_low, inner_high = search.inner_low[cells], search.inner_high[cells]
    blank = ~np.isfinite(inner_low)
    inner_low = np.where(blank, search.low[cells], inner_low)
    inner_high = np.where(blank, search.low[cells], inner_high)
    short = inner_high - inner_low < needs.width[cells]
    up = np.maximum(needs.high[cells], np.where(short, inner_low + needs.width[cells], -np.inf))
    down = np.minimum(needs.low[cells], np.where(short, inner_high - needs.width[cells], np.inf))
    return np.where(up > inner_high, up, np.inf), np.where(down < inner_low, down, -np.inf)
