import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from arwap_analysis.errors import MeasureError
from arwap_analysis.inference import ADJUSTMENTS, adjust_p_values
from tests.peers import FIXTURES, fixture_cases

STATSMODELS = {"holm": "holm", "bh": "fdr_bh", "by": "fdr_by", "hommel": "hommel"}
P_VALUES = arrays(float, st.integers(1, 9), elements=st.floats(0, 1, width=32).filter(lambda x: x == 0 or x > 1e-30))


# R 4.2.2, p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), method); exact in every digit
@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("holm", [0.05, 0.08, 0.09, 0.09, 0.09]),
        ("bh", [0.05, 0.05, 0.05, 0.05, 0.05]),
        ("none", [0.01, 0.02, 0.03, 0.04, 0.05]),
        ("hommel", [0.05, 0.05, 0.05, 0.05, 0.05]),
    ],
)
def test_adjusted_p_values_equal_those_worked_by_hand(method, expected):
    np.testing.assert_allclose(adjust_p_values([0.01, 0.02, 0.03, 0.04, 0.05], method=method), expected, rtol=1e-12)


@pytest.mark.parametrize("case", fixture_cases("multiplicity.json"), ids=lambda case: case["id"])
@pytest.mark.parametrize("method", sorted(STATSMODELS))
def test_adjusted_p_values_equal_those_of_r(case, method):
    """R stats 4.2.2, p.adjust; relative tolerance 1e-6."""
    np.testing.assert_allclose(adjust_p_values(case["inputs"]["p"], method=method), case["expected"][method], rtol=1e-6)


@pytest.mark.parametrize("method", sorted(STATSMODELS))
@given(p=P_VALUES)
def test_every_method_equals_statsmodels(method, p):
    from statsmodels.stats.multitest import multipletests

    expected = multipletests(p, method=STATSMODELS[method])[1]
    np.testing.assert_allclose(adjust_p_values(p, method=method), expected, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("method", ADJUSTMENTS)
@given(p=arrays(float, (3, 5), elements=st.floats(0, 1) | st.just(np.nan)))
def test_families_are_adjusted_apart_and_missing_tests_do_not_count(method, p):
    together = adjust_p_values(p, method=method)
    for row, found in zip(p, together, strict=True):
        known = ~np.isnan(row)
        assert np.array_equal(np.isnan(found), ~known)
        np.testing.assert_allclose(found[known], adjust_p_values(row[known], method=method), rtol=1e-12)


@pytest.mark.parametrize("method", ADJUSTMENTS)
@given(p=P_VALUES, seed=st.integers(0, 99))
def test_order_does_not_matter_and_nothing_falls_below_its_own_p_value(method, p, seed):
    order = np.random.default_rng(seed).permutation(len(p))
    found = adjust_p_values(p, method=method)
    np.testing.assert_allclose(adjust_p_values(p[order], method=method), found[order], rtol=1e-12)
    assert np.all(found >= p - 1e-15)
    assert np.all(found <= 1)


def test_what_is_not_a_p_value_or_a_method_is_refused():
    with pytest.raises(MeasureError, match="between 0 and 1"):
        adjust_p_values([1.2])
    with pytest.raises(MeasureError, match="holm"):
        adjust_p_values([0.2], method="bonferroni")


def test_the_fixtures_are_json_with_the_agreed_keys():
    if not FIXTURES.is_dir():
        pytest.skip("the fixtures of other software are not beside the project (shared/fixtures)")
    for path in Path(FIXTURES).glob("*.json"):
        assert {"package", "measure", "cases"} <= json.loads(path.read_text(encoding="utf-8")).keys()
