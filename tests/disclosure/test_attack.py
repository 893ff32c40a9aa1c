"""The attacker's ranges are those of trying every number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arwap_analysis.disclosure.attack import Needs, find_ranges
from arwap_analysis.disclosure.system import Contradiction, propagate, relation_matrix
from tests.disclosure.conftest import brute_force, two_way_matrix, with_margins


@st.composite
def hidden_tables(draw):
    rows, columns = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (3, 3)]))
    body = np.array(draw(st.lists(st.integers(0, 4), min_size=rows * columns, max_size=rows * columns)))
    full = with_margins(body.reshape(rows, columns)).astype(float).ravel()
    hidden = np.zeros(full.size, dtype=bool)
    hidden[draw(st.lists(st.integers(0, full.size - 1), max_size=5, unique=True))] = True
    return two_way_matrix(rows, columns), full, hidden


@given(hidden_tables())
@settings(max_examples=60)
def test_ranges_are_those_of_trying_every_number(case):
    matrix, full, hidden = case
    # 8 stands for endless: no cell of these tables is larger unless nothing bounds it.
    lower, upper = np.where(hidden, 0.0, full), np.where(hidden, 8.0 + full.max(), full)
    found = find_ranges(matrix, lower, upper, integer=np.ones(full.size, bool), targets=hidden)
    low, high = brute_force(matrix, lower, upper, most=100) if hidden.sum() <= 3 else (None, None)
    assert found.exact.all()
    if low is not None:
        np.testing.assert_array_equal(found.low, low)
        np.testing.assert_array_equal(found.high, high)
    assert (found.low <= full).all()
    assert (full <= found.high).all()


@given(hidden_tables(), st.integers(1, 4))
@settings(max_examples=60)
def test_stopping_early_gives_the_same_verdict_as_exact_ranges(case, width):
    matrix, full, hidden = case
    lower, upper = np.where(hidden, 0.0, full), np.where(hidden, np.inf, full)
    integer, nothing = np.ones(full.size, bool), np.full(full.size, np.inf)
    needs = Needs(nothing, -nothing, np.full(full.size, float(width)))
    exact = find_ranges(matrix, lower, upper, integer=integer, targets=hidden)
    early = find_ranges(matrix, lower, upper, integer=integer, targets=hidden, needs=needs, known=full[None, :])
    np.testing.assert_array_equal(
        needs.met(exact.low, exact.high)[hidden], needs.met(early.inner_low, early.inner_high)[hidden]
    )


@given(hidden_tables())
@settings(max_examples=60)
def test_propagation_never_cuts_off_the_truth(case):
    matrix, full, hidden = case
    low, high = propagate(matrix, np.where(hidden, 0.0, full), np.where(hidden, np.inf, full), np.ones(full.size, bool))
    assert (low <= full).all()
    assert (full <= high).all()


def test_whole_numbers_narrow_a_range_that_a_linear_program_leaves_open():
    # a + b = 3, b + c = 3 and a + c = 3 give 1.5 each; with d in each sum whole numbers leave d odd only.
    matrix = relation_matrix([(4, [0, 1, 3]), (5, [1, 2, 3]), (6, [0, 2, 3])], 7)
    lower = np.array([0.0, 0, 0, 0, 3, 3, 3])
    upper = np.array([9.0, 9, 9, 9, 3, 3, 3])
    targets = np.array([True] * 4 + [False] * 3)
    whole = find_ranges(matrix, lower, upper, integer=np.ones(7, bool), targets=targets)
    linear = find_ranges(matrix, lower, upper, integer=np.zeros(7, bool), targets=targets)
    low, high = brute_force(matrix, lower, upper, most=9)
    np.testing.assert_array_equal(whole.low, low)
    np.testing.assert_array_equal(whole.high, high)
    assert linear.low[3] == pytest.approx(0.0)
    assert whole.low[3] == 1.0


def test_what_is_not_bounded_is_endless():
    matrix = two_way_matrix(1, 2)
    hidden = np.ones(6, dtype=bool)
    found = find_ranges(matrix, np.zeros(6), np.full(6, np.inf), integer=np.ones(6, bool), targets=hidden)
    assert np.isinf(found.high).all()
    assert (found.low == 0).all()


def test_figures_that_do_not_add_up_are_refused():
    matrix = two_way_matrix(1, 2)
    wrong = np.array([1.0, 2, 4, 1, 2, 4])
    with pytest.raises(Contradiction):
        find_ranges(matrix, wrong, wrong, integer=np.ones(6, bool), targets=np.zeros(6, bool))
