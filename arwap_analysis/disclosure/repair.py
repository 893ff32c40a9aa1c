"""Make a pattern safe by the cheapest changes that hide the values of unsafe cells. Arrays only.

A linear program finds the cheapest set of cells through which unsafe cells could be larger (or smaller) without any
sum changing; those cells are hidden as well. It generalises the network heuristic of Kelly, Golden and Assad
(Networks 22, 1992) to any set of linked tables, as Fischetti and Salazar-Gonzalez (2001) do.
"""

from __future__ import annotations

import time

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from arwap_analysis.disclosure.problem import Attacker, SuppressionProblem
from arwap_analysis.estimate import FloatArray

__all__ = ["lighten", "repair"]

# Rounds in which many cells are moved by one program; what they leave is moved cell by cell.
TOGETHER = 5
ROUNDS = 25
# Cells that get programs of their own in a round.
PROVE = 30
# Reward for each unit by which an unsafe cell moves: far above the cost of any path.
REWARD = 1e4


def repair(
    attacker: Attacker, hidden: np.ndarray, *, deadline: float, grace: float, seed: int = 20240601
) -> np.ndarray:
    """Return a pattern that holds `hidden` and passed the attack, or all that may be hidden."""
    problem, hidden, rng = attacker.problem, hidden.copy(), np.random.default_rng(seed)
    for number in range(ROUNDS):
        late = time.process_time() > deadline
        unsafe = attacker.attack(hidden, prove=PROVE, whole=False)
        if not unsafe.any():
            # What is not proven in time counts as unsafe.
            unsafe = attacker.attack(hidden, deadline=max(deadline, time.process_time()) + grace)
        if not unsafe.any():
            return hidden
        before = hidden.sum()
        if not late:
            hidden |= _moved(attacker, hidden, np.flatnonzero(unsafe), number, rng, deadline)
        if hidden.sum() == before and (late or number >= TOGETHER):
            # No change at hand helps: hide what shares a sum with the cells that are not safe.
            touching = abs(problem.matrix)
            hidden |= (touching.T @ (touching @ unsafe.astype(float)) > 0) & ~problem.barred
        if hidden.sum() == before and number >= TOGETHER:
            break
    return ~problem.barred


def _moved(
    attacker: Attacker,
    hidden: np.ndarray,
    cells: np.ndarray,
    number: int,
    rng: np.random.Generator,
    deadline: float,
) -> np.ndarray:
    """Return the cells to hide so that `cells` can move, together in the first rounds and one by one later."""
    more = np.zeros(hidden.size, dtype=bool)
    groups = [cells] if number < TOGETHER else list(cells[:, None])
    for group in groups:
        # All upwards at once is often not possible under fixed totals, so later rounds mix.
        signs = np.ones(group.size) if number == 0 or group.size == 1 else rng.choice([-1.0, 1.0], group.size)
        for turn in (signs, -signs):
            if time.process_time() < deadline:
                more |= _cheapest_change(attacker, hidden | more, group, turn)
    return more


def _cheapest_change(attacker: Attacker, hidden: np.ndarray, cells: np.ndarray, signs: FloatArray) -> np.ndarray:
    """Return which cells change when `cells` are moved by as much as they need at the least cost."""
    problem = attacker.problem
    values, size = problem.values, problem.values.size
    distance = np.array([_distance(problem, int(c), s) for c, s in zip(cells, signs, strict=True)])
    cells, signs, distance = cells[distance > 0], signs[distance > 0], distance[distance > 0]
    if not cells.size:
        return np.zeros(size, dtype=bool)
    free = ~problem.barred
    low = np.where(free, np.minimum(problem.hidden_lower, values), problem.shown_lower)
    high = np.where(free, np.maximum(problem.hidden_upper, values), problem.shown_upper)
    reach = 4 * distance.max()
    up, down = np.clip(high - values, 0, reach), np.clip(values - low, 0, reach)
    cost = np.where(hidden | (problem.shown_upper > problem.shown_lower), 1e-3, problem.weights + 1e-2)
    cost_up, cost_down = cost / distance.mean(), cost / distance.mean()
    rising, falling = cells[signs > 0], cells[signs < 0]
    up[rising], down[falling] = (
        np.minimum(up[rising], distance[signs > 0]),
        np.minimum(down[falling], distance[signs < 0]),
    )
    down[rising] = up[falling] = 0.0
    cost_up, cost_down = cost_up.copy(), cost_down.copy()
    cost_up[rising], cost_down[falling] = -REWARD, -REWARD
    used = (up > 0) | (down > 0)
    matrix = problem.matrix[:, used]
    bounds = np.column_stack([np.zeros(2 * matrix.shape[1]), np.concatenate([up[used], down[used]])])
    found = linprog(
        np.concatenate([cost_up[used], cost_down[used]]),
        A_eq=sparse.hstack([matrix, -matrix], format="csr"),
        b_eq=np.zeros(matrix.shape[0]),
        bounds=bounds,
        method="highs",
    )
    if found.status != 0:
        return np.zeros(size, dtype=bool)
    change = np.zeros(size)
    change[used] = found.x[: matrix.shape[1]] - found.x[matrix.shape[1] :]
    attacker.remember([(np.arange(size), values + change)])
    outside = (values + change > problem.shown_upper + 1e-6) | (values + change < problem.shown_lower - 1e-6)
    return outside & ~problem.barred


def _distance(problem: SuppressionProblem, cell: int, sign: float) -> float:
    """How far a cell has to be able to move upwards (+1) or downwards (-1)."""
    value, needs = problem.values[cell], problem.needs
    if problem.primary[cell]:
        return float(needs.high[cell] - value if sign > 0 else value - needs.low[cell])
    room = problem.hidden_upper[cell] - value if sign > 0 else value - problem.hidden_lower[cell]
    return float(min(needs.width[cell], room))


def lighten(attacker: Attacker, hidden: np.ndarray, *, deadline: float) -> np.ndarray:
    """Return a safe pattern from which no cell, taken dearest first, could be shown again in the time given."""
    problem, hidden = attacker.problem, hidden.copy()
    extra = np.flatnonzero(hidden & ~problem.primary)
    for cell in extra[np.argsort(-problem.weights[extra], kind="stable")]:
        if time.process_time() > deadline:
            break
        trial = hidden.copy()
        trial[cell] = False
        if not attacker.attack(trial, deadline=deadline).any():
            hidden = trial
    return hidden
