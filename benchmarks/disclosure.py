"""Time the protection of counts for Wales, and measure how much of a weak protection can be undone.

First, 60 random tables of 22 areas by 6 groups with published margins, of which only the counts under 5 are hidden
(drawn from Poisson distributions whose means are exponential with mean 20): the share of the hidden counts that an
attacker works out exactly, and to within one. Then 22 areas by 19 groups (in 5) by 10 years, events at 5 per 1,000
usual residents of Census 2021: time, and information lost beside the proven lower bound. Ends with a line of JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure.attack import Needs, find_ranges
from arwap_analysis.disclosure.problem import Attacker, SuppressionProblem
from arwap_analysis.disclosure.suppress import suppress
from arwap_analysis.disclosure.system import relation_matrix

THRESHOLD = 5


def primary_only(*, tables: int, seed: int) -> tuple[float, float]:
    """Return the share of counts under 5 that can be worked out exactly and to within one, of those hidden alone."""
    index = np.arange(23 * 7).reshape(23, 7)
    relations = [(index[i, 6], list(index[i, :6])) for i in range(23)]
    relations += [(index[22, j], list(index[:22, j])) for j in range(7)]
    matrix = relation_matrix(relations, index.size)
    body = np.zeros((23, 7), dtype=bool)
    body[:22, :6] = True
    exact = near = hidden_cells = 0
    rng = np.random.default_rng(seed)
    for _ in range(tables):
        full = np.zeros((23, 7))
        full[:22, :6] = rng.poisson(rng.gamma(1.0, 20.0, (22, 6)))
        full[22], full[:, 6] = full.sum(axis=0), full.sum(axis=1)
        full[22, 6] = full[:22, 6].sum()
        hidden = (body & (full < THRESHOLD)).ravel()
        lower, upper = np.where(hidden, 0.0, full.ravel()), np.where(hidden, THRESHOLD - 1.0, full.ravel())
        found = find_ranges(matrix, lower, upper, integer=np.ones(hidden.size, bool), targets=hidden)
        width = (found.high - found.low)[hidden]
        exact, near = exact + (width == 0).sum(), near + (width <= 1).sum()
        hidden_cells += hidden.sum()
    return float(exact / hidden_cells), float(near / hidden_cells)


def problem_of_wales(*, years: int, linked: bool, rate: float = 0.005, seed: int = 1) -> SuppressionProblem:
    """Return counts of 22 areas and Wales by 19 groups, 5 groups and all people by year, with every sum.

    With `linked` the sum of the years is published as well, which ties all years into one system.
    """
    file = resources.files("arwap_analysis.sources.census_population_2021") / "census_population_2021.csv"
    with file.open(encoding="utf-8") as text:
        people = pd.read_csv(text)
    # A label is the broad group, a colon and the group.
    people = people[people["ethnic_group"].str.contains(":") & (people["area_code"] != "W92000004")]
    wide = people.pivot_table(index="area_code", columns="ethnic_group", values="usual_residents", sort=False)
    broad = [str(label).partition(":")[0] for label in wide.columns]
    rng = np.random.default_rng(seed)
    growth = np.linspace(1, 1.3, years)
    counts = rng.poisson(wide.to_numpy()[..., None] * rate * growth)
    return _problem(counts, broad, linked)


def _problem(counts: np.ndarray, broad: list[str], linked: bool) -> SuppressionProblem:
    areas, groups, years = counts.shape
    heads = sorted(set(broad))
    grouped = np.concatenate(
        [
            counts,
            np.stack([counts[:, [b == head for b in broad]].sum(axis=1) for head in heads], axis=1),
            counts.sum(axis=1, keepdims=True),
        ],
        axis=1,
    )
    full = np.concatenate([grouped, grouped.sum(axis=0, keepdims=True)])
    if linked:
        full = np.concatenate([full, full.sum(axis=2, keepdims=True)], axis=2)
    index = np.arange(full.size).reshape(full.shape)
    relations: list[tuple[int, list[int]]] = []
    every = [range(size) for size in full.shape]
    for group, year in itertools.product(every[1], every[2]):
        relations.append((index[areas, group, year], list(index[:areas, group, year])))
    for area, year in itertools.product(every[0], every[2]):
        for k, head in enumerate(heads):
            members = [index[area, j, year] for j in range(groups) if broad[j] == head]
            relations.append((index[area, groups + k, year], members))
        relations.append((index[area, -1, year], list(index[area, groups : groups + len(heads), year])))
    if linked:
        for area, group in itertools.product(every[0], every[1]):
            relations.append((index[area, group, years], list(index[area, group, :years])))
    values = full.ravel().astype(float)
    size, top = values.size, float(THRESHOLD - 1)
    return SuppressionProblem(
        matrix=relation_matrix(relations, size),
        values=values,
        shown_lower=values,
        shown_upper=values,
        hidden_lower=np.zeros(size),
        hidden_upper=np.full(size, np.inf),
        primary=values < THRESHOLD,
        barred=np.zeros(size, dtype=bool),
        weights=np.log1p(np.maximum(values, 1.0)),
        needs=Needs(np.zeros(size), np.full(size, top), np.full(size, top)),
        integer=np.ones(size, dtype=bool),
    )


def _protected(problem: SuppressionProblem, seconds: float) -> dict[str, Any]:
    start = time.perf_counter()
    pattern = suppress(problem, seconds=seconds)
    taken = time.perf_counter() - start
    recoverable = int(Attacker(problem).attack(pattern.hidden).sum())
    return {
        "cells": int(problem.values.size),
        "primary": int(problem.primary.sum()),
        "hidden": int(pattern.hidden.sum()),
        "seconds": round(taken, 2),
        "lost": round(pattern.lost, 2),
        "lower_bound": round(pattern.bound, 2),
        "gap": round(pattern.gap, 5),
        "recoverable": recoverable,
    }


def main() -> None:
    """Measure the attack on a weak protection, then the protection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--linked", type=int, default=3, help="Years of the run with totals over years; 0 for none.")
    parser.add_argument("--seconds", type=float, default=25.0, help="Processor time for the search.")
    options = parser.parse_args()
    exact, near = primary_only(tables=60, seed=0)
    print(f"Only counts under 5 hidden, 60 tables: {exact:.0%} worked out exactly, {near:.0%} to within one")
    runs = {"years apart": _protected(problem_of_wales(years=options.years, linked=False), options.seconds)}
    if options.linked:
        problem = problem_of_wales(years=options.linked, linked=True)
        runs[f"{options.linked} years and their total"] = _protected(problem, options.seconds)
    for name, run in runs.items():
        print(
            f"{name:<26}{run['cells']:>6} cells{run['primary']:>6} small{run['hidden']:>6} hidden"
            f"{run['seconds']:>8.1f} s"
            f"  lost {run['lost']:,.1f}, bound {run['lower_bound']:,.1f} (gap {run['gap']:.2%}),"
            f" {run['recoverable']} recoverable"
        )
    first = runs["years apart"]
    result = {
        "benchmark": "disclosure",
        "time_per_unit": round(first["seconds"] / first["cells"], 6),
        "ratio_to_floor": round(first["lost"] / first["lower_bound"], 5),
        "ratio_to_peer": None,
        "primary_only_exact": round(exact, 3),
        "primary_only_within_one": round(near, 3),
        "runs": runs,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
