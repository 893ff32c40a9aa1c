"""Time a logistic regression on sums over cells beside statsmodels on the same people, one row each.

Prints a table and ends with one line of JSON. The peer gets its matrix ready made; ours starts from the labels of the
cells, so that the comparison flatters the peer. Summing people into cells is timed too, because somebody has to do it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

import numpy as np
import statsmodels.api as sm

from arwap_analysis import models

GROUPS = ("Asian", "Black", "Mixed", "White", "other")
AREAS, AGES, REPEATS = 22, 6, 5


def _people(number: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(20220607)
    labels = {
        "group": rng.choice(GROUPS, number, p=[0.06, 0.03, 0.03, 0.85, 0.03]),
        "age": rng.choice([f"band {i}" for i in range(AGES)], number),
        "area": rng.choice([f"area {i:02d}" for i in range(AREAS)], number),
    }
    score = -2 + 0.5 * (labels["group"] == "Black") + 0.3 * (labels["age"] == "band 1")
    return labels, (rng.random(number) < 1 / (1 + np.exp(-score))).astype(float)


def _fit(total: np.ndarray, people: np.ndarray | float, labels: dict[str, np.ndarray]) -> models.AdjustedModel:
    covariates = {name: labels[name] for name in ("age", "area")}
    return models.fit_adjusted(total, people, group=labels["group"], reference="White", covariates=covariates)


def _best(action: Callable[[], object], repeats: int) -> tuple[float, object]:
    times, result = [], None
    for _ in range(repeats):
        start = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - start)
    return min(times), result


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    number = parser.parse_args().people
    labels, outcome = _people(number)
    all_rows, whole = _best(lambda: _fit(outcome, 1.0, labels), 2)
    cells = whole.design.cells
    names = {
        name: np.array(levels)[codes.astype(int)]
        for name, codes, levels in zip(cells.variables, cells.codes, cells.levels, strict=True)
    }
    by_cell, fitted = _best(lambda: _fit(cells.total, cells.people, names), REPEATS)
    # The matrix of the people in the columns of the fit, made outside the clock.
    rows = [np.ones(number)]
    for name, levels in zip(cells.variables, cells.levels, strict=True):
        rows += [(labels[name] == level).astype(float) for level in levels[1:]]
    matrix = np.column_stack(rows)
    del rows
    family = sm.families.Binomial()
    peer, theirs = _best(lambda: sm.GLM(outcome, matrix, family=family).fit(tol=1e-12), 2)
    difference = float(np.abs(np.asarray(theirs.params) - fitted.estimate).max())
    print(f"{number:,} people, {cells.people.size:,} cells, {matrix.shape[1]} coefficients")
    for name, seconds in (("cells", by_cell), ("people summed into cells and fitted", all_rows), ("peer", peer)):
        print(f"{name:<40}{1000 * seconds:>12.1f} ms{peer / seconds:>12,.0f} x faster than the peer")
    print(f"greatest difference of coefficients: {difference:.1e}")
    result = {
        "benchmark": "adjusted",
        "people": number,
        "cells": int(cells.people.size),
        "time_per_unit": round(by_cell / cells.people.size, 9),
        "ratio_to_peer": round(by_cell / peer, 7),
        "times_faster_than_peer": round(peer / by_cell),
        "times_faster_with_summing": round(peer / all_rows, 1),
        "greatest_difference": difference,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
