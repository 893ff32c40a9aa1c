import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from arwap_analysis import inference
from arwap_analysis.errors import MeasureError

TABLES = hnp.arrays(int, (3, 4), elements=st.integers(1, 500))
PAIRS = hnp.arrays(int, (2, 2), elements=st.integers(0, 30)).filter(lambda t: t.sum(0).min() > 0 < t.sum(1).min())


@given(TABLES)
def test_chi_squared_and_g_equal_scipy(table):
    """scipy.stats.chi2_contingency without correction; relative tolerance 1e-9."""
    for function, power in ((inference.chi_squared_test, None), (inference.g_test, "log-likelihood")):
        found, expected = function(table), stats.chi2_contingency(table, correction=False, lambda_=power)
        np.testing.assert_allclose(found.statistic, expected.statistic, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.p_value, expected.pvalue, rtol=1e-6, atol=1e-12)
        assert found.df == expected.dof


def test_empty_rows_are_left_out_and_nothing_is_made_of_one_row():
    full = inference.chi_squared_test([[10, 20], [30, 5]])
    with_empty = inference.chi_squared_test([[10, 20], [0, 0], [30, 5]])
    np.testing.assert_allclose([with_empty.statistic, with_empty.df], [full.statistic, 1])
    assert np.isnan(inference.chi_squared_test([[10, 20], [0, 0]]).p_value)
    assert np.isnan(inference.g_test([[10, np.nan], [3, 4]]).p_value)
    assert np.isnan(inference.chi_squared_test(np.zeros((2, 2))).p_value)


@given(PAIRS)
def test_fishers_exact_test_equals_its_definition(table):
    """Noncentral hypergeometric tails of scipy at the limits are half of five per cent; tolerance 1e-6."""
    found = inference.fisher_exact_test(table)
    (a, b), (c, d) = table
    law = (a + b + c + d, a + b, a + c)
    if found.lower > 0:
        assert stats.nchypergeom_fisher(*law, float(found.lower)).sf(a - 1) == pytest.approx(0.025, rel=1e-5)
    if np.isfinite(found.upper):
        assert stats.nchypergeom_fisher(*law, float(found.upper)).cdf(a) == pytest.approx(0.025, rel=1e-5)
    assert found.p_value == pytest.approx(stats.fisher_exact(table)[1])


def test_fishers_limits_in_r_are_off_where_the_ratio_is_large():
    """305/329 against 409/3954: R 4.2.2 prints 71.57 to 175.65; the tails there are not 2.5%, at ours they are."""
    found = inference.fisher_exact_test([[305, 24], [409, 3545]])
    law = (329 + 3954, 329, 305 + 409)
    theirs = stats.nchypergeom_fisher(*law, 175.647902176858).cdf(305)
    ours = stats.nchypergeom_fisher(*law, float(found.upper)).cdf(305)
    assert ours == pytest.approx(0.025, abs=1e-9)
    assert theirs > 0.026


def test_barnard_and_boschloo_on_the_examples_of_scipy():
    """The documentation of scipy: barnard_exact([[7, 12], [8, 3]], alternative="less") is 0.03407."""
    barnard = inference.barnard_exact_test(np.transpose([[7, 12], [8, 3]]))
    assert barnard.p_value == pytest.approx(2 * 0.03407159, rel=0.05)
    table = np.transpose([[74, 31], [43, 32]])
    boschloo, fisher = inference.boschloo_exact_test(table), inference.fisher_exact_test(table)
    assert boschloo.p_value <= fisher.p_value
    assert np.isnan(inference.barnard_exact_test([[0, 0], [3, 4]]).p_value)
    assert np.isnan(inference.boschloo_exact_test([[3, 0], [4, 0]]).p_value)


@given(st.integers(0, 60), st.integers(1, 2000), st.integers(0, 60), st.integers(1, 2000))
def test_the_test_of_two_rates_equals_the_binomial_test_of_scipy(a, n, b, m):
    found = inference.poisson_rate_test(a, n, reference_numerator=b, reference_denominator=m)
    expected = stats.binomtest(a, a + b, n / (n + m)).pvalue if a + b else 1.0
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_a_trend_along_the_scores():
    """R's documentation of prop.trend.test (smokers 83, 90, 129, 70): X-squared 8.2249, p 0.004132."""
    found = inference.trend_in_proportions([83, 90, 129, 70], [86, 93, 136, 82], score=[1, 2, 3, 4])
    np.testing.assert_allclose([found.statistic, found.p_value], [8.2249, 0.004132], rtol=1e-4)
    none = inference.trend_in_proportions([0, 0], [5, 5], score=[1, 2])
    assert np.isnan(none.p_value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: inference.chi_squared_test([1, 2]), "rows and columns"),
        (lambda: inference.fisher_exact_test([[1, 2, 3], [1, 2, 3]]), "two by two"),
        (lambda: inference.barnard_exact_test([[1.5, 2], [1, 2]]), "whole counts"),
        (lambda: inference.trend_in_proportions([3], [2], score=[1]), "larger than denominator"),
        (
            lambda: inference.poisson_rate_test(1.5, 2, reference_numerator=1, reference_denominator=1),
            "whole counts",
        ),
    ],
)
def test_bad_tables_are_refused(call, said):
    with pytest.raises(MeasureError, match=said):
        call()
