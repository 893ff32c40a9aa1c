"""Simulations: many random tables with hierarchies, and a table of the size of Wales."""

import numpy as np
import pytest

from arwap_analysis.disclosure import DisclosurePolicy, audit_tables, protect_tables, two_way_table
from arwap_analysis.disclosure.problem import Attacker
from arwap_analysis.disclosure.suppress import suppress
from benchmarks.disclosure import primary_only, problem_of_wales
from tests.disclosure.conftest import rows_of, with_margins

PARTS = {"North": ["a0", "a1", "a2"], "South": ["a3", "a4", "a5"], "Broad": ["g0", "g1", "g2"]}


def nested_rows(seed):
    """Return CSV rows of six areas in two regions by five groups, three of them in a broad one, with totals."""
    rng = np.random.default_rng(seed)
    body = rng.poisson(rng.gamma(0.8, 10, (6, 5)))
    full = with_margins(body)
    full = np.column_stack([full[:, :3].sum(axis=1), full])
    rows = rows_of(full)
    rows[0] = ["Area", "Broad", *[f"g{k}" for k in range(5)], "Total"]
    rows[-1:-1] = [["North", *map(str, full[:3].sum(axis=0))], ["South", *map(str, full[3:6].sum(axis=0))]]
    return rows


@pytest.mark.slow
def test_nothing_can_be_worked_out_in_two_hundred_tables_with_hierarchies():
    recoverable = hidden = proven = 0
    for seed in range(200):
        rows = nested_rows(seed)
        release = protect_tables([two_way_table(rows, name="t.csv")], parts=PARTS, policy=DisclosurePolicy(seconds=5))
        for (row, column), text in release.text_of(0).items():
            rows[row - 1][rows[0].index(column)] = text
        found = audit_tables([two_way_table(rows, name="p.csv")], parts=PARTS)
        recoverable += len(found.recoverable)
        hidden += found.hidden
        proven += release.pattern.gap < 1e-6
    assert hidden > 1000
    assert recoverable == 0
    assert proven > 150


@pytest.mark.slow
def test_ten_years_of_wales_are_protected_with_a_proven_loss():
    problem = problem_of_wales(years=10, linked=False)
    assert problem.values.size == 5750
    pattern = suppress(problem, seconds=20)
    assert pattern.safe
    assert not Attacker(problem).attack(pattern.hidden).any()
    assert pattern.gap < 0.05
    weak = problem_of_wales(years=1, linked=False)
    assert Attacker(weak).attack(weak.primary).any()


def test_hiding_the_small_counts_alone_leaves_many_of_them_open():
    exact, within_one = primary_only(tables=20, seed=0)
    assert 0.3 < exact < 0.55
    assert exact < within_one < 0.75
