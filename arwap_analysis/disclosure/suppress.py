"""Complementary suppression as an optimisation: an integer program proposes, the attacker disposes. Arrays only.

The programme is that of Fischetti and Salazar-Gonzalez, "Solving the cell suppression problem on tabular data with
linear constraints", Management Science 47 (2001): a master problem over one binary for each cell, and a cut for each
cell that the attacker can still work out, from the dual of the attacker's linear program. The first cuts are those
that a single relation gives.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

from arwap_analysis.disclosure.attack import FAR
from arwap_analysis.disclosure.problem import Attacker, SuppressionProblem
from arwap_analysis.disclosure.repair import lighten, repair
from arwap_analysis.disclosure.system import Block, blocks
from arwap_analysis.estimate import FloatArray

__all__ = ["Pattern", "suppress"]

CUTS_A_ROUND = 60
# Cuts are sought among about so many relations around a cell first.
LOCAL = 60
# Cells for which they are sought among all relations when nearby there are none.
ALL_AROUND = 10
SEED = 20240601


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which cells are hidden (N,), the information lost, and a proven lower bound of what any safe pattern loses."""

    hidden: np.ndarray
    lost: float
    bound: float
    safe: bool

    @property
    def gap(self) -> float:
        """Share of the loss that might have been avoided; 0 is a proven optimum."""
        return 0.0 if self.lost <= 0 else max(0.0, (self.lost - self.bound) / self.lost)


def suppress(problem: SuppressionProblem, *, seconds: float = 20.0) -> Pattern:
    """Find cells to hide besides the primary ones, so that the attacker finds no range narrower than needed.

    Tables that share no relation are solved one by one; the time goes to the larger ones.
    """
    problem = problem.reachable()
    hidden = np.zeros(problem.values.size, dtype=bool)
    bound, safe, start = 0.0, True, time.process_time()
    pieces = _pieces(problem)
    sizes = np.array([cells.size * problem.primary[cells].any() for cells, _ in pieces], dtype=float) ** 1.5
    for number, (cells, relations) in enumerate(pieces):
        part = problem.part(cells, relations)
        if not part.primary.any():
            continue
        left = seconds - (time.process_time() - start)
        found = _solve(part, max(0.5, left * sizes[number] / sizes[number:].sum()))
        hidden[cells] = found.hidden
        bound, safe = bound + found.bound, safe and found.safe
    return Pattern(hidden, float(problem.weights[hidden].sum()), bound, safe)


def _pieces(problem: SuppressionProblem) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cells and relations of each set of tables that shares nothing with the others."""
    incidence = sparse.block_array([[None, problem.matrix.T], [problem.matrix, None]], format="csr")
    _, label = connected_components(incidence, directed=False)
    of_cell, of_relation = label[: problem.values.size], label[problem.values.size :]
    return [(np.flatnonzero(of_cell == k), np.flatnonzero(of_relation == k)) for k in np.unique(of_cell)]


def _solve(problem: SuppressionProblem, seconds: float) -> Pattern:
    """Propose, attack, cut, until nothing is recoverable or the time is up; then mend the last proposal."""
    start = time.process_time()
    proposing_ends, mending_ends = start + 0.45 * seconds, start + 1.5 * seconds
    attacker, cuts = Attacker(problem), _relation_cuts(problem)
    bound, rng = float(problem.weights[problem.primary].sum()), np.random.default_rng(SEED)
    hidden = problem.primary.copy()
    while time.process_time() < proposing_ends:
        proposal, least = _master(problem, cuts, proposing_ends - time.process_time())
        bound = max(bound, least)
        if proposal is None:
            break
        hidden = proposal
        doubtful = attacker.attack(hidden, prove=0, whole=False, deadline=proposing_ends)
        more = _attack_cuts(problem, hidden, doubtful, proposing_ends, rng) if doubtful.any() else None
        if more is None:
            break
        cuts = (sparse.vstack([cuts[0], more[0]], format="csr"), np.concatenate([cuts[1], more[1]]))
    hidden = repair(attacker, hidden, deadline=mending_ends, grace=3 * seconds)
    if problem.weights[hidden].sum() > bound + 1e-6:
        hidden = lighten(attacker, hidden, deadline=start + seconds)
    lost = float(problem.weights[hidden].sum())
    # The last word is the attacker's, however long it takes.
    return Pattern(hidden, lost, min(bound, lost), not attacker.attack(hidden).any())


def _master(
    problem: SuppressionProblem, cuts: tuple[Any, FloatArray], seconds: float
) -> tuple[np.ndarray | None, float]:
    """Solve the proposal; returns the pattern and the proven bound of the loss."""
    lower, upper = problem.primary.astype(float), 1.0 - problem.barred
    found = milp(
        problem.weights,
        constraints=LinearConstraint(cuts[0], cuts[1], np.inf) if cuts[0].shape[0] else (),
        integrality=np.ones(problem.values.size),
        bounds=Bounds(lower, np.maximum(lower, upper)),
        options={"time_limit": max(seconds, 0.1), "mip_rel_gap": 1e-6},
    )
    bound = found.mip_dual_bound if found.mip_dual_bound is not None else 0.0
    if found.x is None:
        return None, float(bound) if np.isfinite(bound) else 0.0
    return found.x > 0.5, float(bound)


def _room(problem: SuppressionProblem) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """How far each cell can go up and down, hidden and shown, with no end put far away."""
    values = problem.values
    hidden_up = np.minimum(problem.hidden_upper - values, FAR)
    hidden_down = np.maximum(values - problem.hidden_lower, 0.0)
    return hidden_up, hidden_down, np.minimum(problem.shown_upper - values, FAR), values - problem.shown_lower


def _relation_cuts(problem: SuppressionProblem) -> tuple[Any, FloatArray]:
    """Cuts from each relation alone: what a hidden cell moves, the others of the relation have to make up for."""
    hidden_up, hidden_down, shown_up, shown_down = _room(problem)
    values, needs, primary = problem.values, problem.needs, problem.primary
    data, columns, starts, right = [], [], [0], []
    matrix = problem.matrix

    def add(cells: np.ndarray, own: int, hidden: FloatArray, shown: FloatArray, need: float) -> None:
        fixed = shown.sum()
        if need <= fixed + 1e-9:
            return
        gain = np.minimum(hidden - shown, need - fixed)
        certain = gain[primary[cells]].sum()
        if certain >= need - fixed - 1e-9:
            return
        keep = gain > 1e-9
        data.extend([*gain[keep], -(need - fixed)])
        columns.extend([*cells[keep], own])
        starts.append(len(data))
        right.append(0.0)

    for row in range(matrix.shape[0]):
        members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        signs = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        for position, cell in enumerate(members):
            if problem.barred[cell]:
                continue
            others = np.delete(members, position)
            same = np.delete(signs, position) * signs[position] > 0
            if primary[cell]:
                up, down = needs.high[cell] - values[cell], values[cell] - needs.low[cell]
                for need, forward in ((up, True), (down, False)):
                    # A part rises when its total rises or another part falls.
                    rising = ~same if forward else same
                    hidden = np.where(rising, hidden_up[others], hidden_down[others])
                    shown = np.where(rising, shown_up[others], shown_down[others])
                    add(others, cell, hidden, shown, need)
            hidden = hidden_up[others] + hidden_down[others]
            add(others, cell, hidden, shown_up[others] + shown_down[others], needs.width[cell])
    return (
        sparse.csr_array((data, columns, starts), shape=(len(right), values.size)),
        np.array(right),
    )


def _attack_cuts(
    problem: SuppressionProblem, hidden: np.ndarray, doubtful: np.ndarray, deadline: float, rng: np.random.Generator
) -> tuple[Any, FloatArray] | None:
    """Cuts from the dual of the attacker's programs, for cells that a proposal may leave unsafe."""
    rows: list[FloatArray] = []
    lower, upper = problem.known(hidden)
    for block in blocks(problem.matrix, lower, upper):
        inside = np.flatnonzero(doubtful[block.cells]) if block.relations.size else np.array([], dtype=int)
        for position in rng.permutation(inside):
            if time.process_time() > deadline or len(rows) >= CUTS_A_ROUND:
                break
            rows += _cell_cuts(problem, block, int(position), lower, upper, LOCAL)
        if not rows:
            # Nothing follows from nearby; the whole block may still tell.
            for position in rng.permutation(inside):
                if time.process_time() < deadline and len(rows) < ALL_AROUND:
                    rows += _cell_cuts(problem, block, int(position), lower, upper, block.relations.size)
    return (sparse.csr_array(np.array(rows)), np.zeros(len(rows))) if rows else None


def _cell_cuts(
    problem: SuppressionProblem, block: Block, position: int, lower: FloatArray, upper: FloatArray, around: int
) -> list[FloatArray]:
    """Cuts of one cell: both directions for a primary one, the width for the others."""
    cell = block.cells[position]
    value, needs = problem.values[cell], problem.needs
    wanted: list[tuple[_Dual | None, float]] = []
    if problem.primary[cell]:
        for sign, need in ((1.0, needs.high[cell] - value), (-1.0, value - needs.low[cell])):
            if need > 0:
                wanted.append((_dual(problem, block, position, sign, lower, upper, around), need))
    if not wanted or needs.width[cell] > needs.high[cell] - needs.low[cell]:
        up = _dual(problem, block, position, 1.0, lower, upper, around)
        down = _dual(problem, block, position, -1.0, lower, upper, around)
        if up and down:
            both = _Dual(up.gain + down.gain, up.shown + down.shown, up.now + down.now)
            wanted.append((both, needs.width[cell]))
    cuts = []
    for found, need in wanted:
        if found is not None and found.now < need - 1e-6:
            row = np.clip(found.gain, 0.0, need - found.shown)
            row[cell] = found.shown - need
            cuts.append(row)
    return cuts


@dataclass(frozen=True, slots=True)
class _Dual:
    """What each cell would add to the range of one when hidden, what all add when shown, and the range now."""

    gain: FloatArray
    shown: float
    now: float


def _dual(
    problem: SuppressionProblem,
    block: Block,
    position: int,
    sign: float,
    lower: FloatArray,
    upper: FloatArray,
    around: int,
) -> _Dual | None:
    """Solve the attacker's program of one cell and direction, and weigh every cell by its dual."""
    # Relations further away can only narrow the range more, so that a cut from those nearby is valid.
    near = _nearby(block, position, around)
    matrix = block.matrix[near]
    used = np.unique(matrix.indices)
    goal = np.zeros(block.cells.size)
    goal[position] = -sign
    bounds = np.column_stack([lower[block.cells], np.minimum(upper[block.cells], FAR)])
    found = linprog(goal[used], A_eq=matrix[:, used], b_eq=block.right[near], bounds=bounds[used], method="highs")
    if found.status != 0:
        return None
    multipliers = np.zeros(problem.matrix.shape[0])
    multipliers[block.relations[near]] = found.eqlin.marginals
    reduced = problem.matrix.T @ multipliers
    reduced[block.cells[position]] += sign
    reduced = np.where(np.abs(reduced) < 1e-9, 0.0, reduced)
    hidden_up, hidden_down, shown_up, shown_down = _room(problem)
    rise, fall = np.maximum(reduced, 0), np.maximum(-reduced, 0)
    shown = rise * shown_up + fall * shown_down
    now = -found.fun - sign * problem.values[block.cells[position]]
    return _Dual(rise * hidden_up + fall * hidden_down - shown, float(shown.sum()), float(now))


def _nearby(block: Block, position: int, around: int) -> np.ndarray:
    """Return the relations that can be reached from a cell over few others, or all of a small block."""
    if block.relations.size <= around:
        return np.arange(block.relations.size)
    touching = abs(block.matrix)
    reached = np.zeros(block.cells.size)
    reached[position] = 1.0
    near = np.zeros(block.relations.size, dtype=bool)
    while near.sum() < around:
        near = (touching @ reached) > 0
        reached = touching.T @ near.astype(float)
    return np.flatnonzero(near)
