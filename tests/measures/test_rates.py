import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError
from tests.peers import fixture_cases

METHODS = ("wilson", "clopper_pearson", "jeffreys", "agresti_coull")
STATSMODELS = {"wilson": "wilson", "clopper_pearson": "beta", "agresti_coull": "agresti_coull"}


@pytest.mark.parametrize("case", fixture_cases("phe_crude_rate_byar.json"), ids=lambda case: case["id"])
def test_rates_equal_those_of_phe(case):
    """PHEindicatormethods 2.1.0, phe_rate; relative tolerance 1e-6."""
    params = case["params"]
    found = measures.rate(
        case["inputs"]["numerator"], case["inputs"]["denominator"], per=params["per"], confidence=params["level"]
    )
    for name in ("estimate", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, name), case["expected"][name], rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("case", fixture_cases("phe_proportion_wilson.json"), ids=lambda case: case["id"])
def test_proportions_equal_those_of_phe(case):
    """PHEindicatormethods 2.1.0, phe_proportion; relative tolerance 1e-6, absolute 1e-14 at a limit of 0."""
    found = measures.proportion(
        case["inputs"]["numerator"], case["inputs"]["denominator"], confidence=case["params"]["level"]
    )
    for name in ("estimate", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, name), case["expected"][name], rtol=1e-6, atol=1e-14, err_msg=name)


# Garwood's exact limits for 1, 5 and 9 events: Breslow and Day (1987), table 2.10, printed to 2 to 4 digits.
@pytest.mark.parametrize(("count", "lower", "upper"), [(0, 0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683)])
def test_exact_limits_equal_the_printed_table(count, lower, upper):
    found = measures.poisson_limits(count, method="exact")
    np.testing.assert_allclose(found, (lower, upper), atol=5e-5)


def test_the_limits_of_no_events_follow_the_closed_form():
    lower, upper = measures.poisson_limits(0)
    assert lower == 0
    assert upper == pytest.approx(-np.log(0.025), rel=1e-12)


@given(st.integers(10, 10**6))
def test_byar_stays_close_to_the_exact_limits(count):
    byar, exact = (measures.poisson_limits(count, method=m) for m in ("byar", "exact"))
    np.testing.assert_allclose(byar, exact, rtol=0.004)


@pytest.mark.parametrize("method", sorted(STATSMODELS))
@given(n=st.integers(1, 5000), share=st.floats(0, 1))
def test_proportion_limits_equal_statsmodels(method, n, share):
    from statsmodels.stats.proportion import proportion_confint

    x = round(n * share)
    found = measures.proportion(x, n, method=method)
    expected = proportion_confint(x, n, method=STATSMODELS[method])
    np.testing.assert_allclose((found.lower, found.upper), expected, rtol=1e-8, atol=1e-12)


def test_jeffreys_limits_equal_the_beta_quantiles():
    from scipy import stats

    found = measures.proportion(3, 20, method="jeffreys")
    np.testing.assert_allclose((found.lower, found.upper), stats.beta(3.5, 17.5).ppf([0.025, 0.975]), rtol=1e-10)


@pytest.mark.parametrize("method", METHODS)
@given(n=st.integers(1, 1000), share=st.floats(0, 1), confidence=st.floats(0.5, 0.98))
def test_an_interval_holds_its_estimate_stays_inside_and_never_narrows(method, n, share, confidence):
    x = round(n * share)
    found = measures.proportion(x, n, method=method, confidence=confidence)
    wider = measures.proportion(x, n, method=method, confidence=confidence + 0.01)
    assert 0 <= found.lower <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.upper <= 1
    assert wider.lower <= found.lower + 1e-12
    assert wider.upper >= found.upper - 1e-12


@pytest.mark.parametrize("method", METHODS)
def test_all_and_nobody_have_limits_at_the_ends(method):
    found = measures.proportion([0, 20], [20, 20], method=method)
    assert found.lower[0] == 0
    assert found.upper[1] == 1
    assert found.upper[0] == pytest.approx(1 - found.lower[1])


@pytest.mark.parametrize("function", [measures.rate, measures.proportion])
class TestBoth:
    def test_nobody_to_count_over_is_undefined_not_zero(self, function):
        found = function([0, 0, np.nan, 3], [0, np.nan, 10, 10])
        assert np.isnan(found.estimate).tolist() == [True, True, True, False]
        assert np.isnan(found.lower).tolist() == [True, True, True, False]
        assert np.isnan(found.upper).tolist() == [True, True, True, False]

    @pytest.mark.parametrize(("x", "n"), [(-1, 10), (1, -10), (np.inf, 10), ("many", 10)])
    def test_what_is_not_a_count_is_refused(self, function, x, n):
        with pytest.raises(MeasureError):
            function([x], [n])

    @pytest.mark.parametrize("confidence", [0, 1, 95, -0.1])
    def test_confidence_is_a_share_not_a_percentage(self, function, confidence):
        with pytest.raises(MeasureError, match=r"0\.95"):
            function(1, 10, confidence=confidence)

    def test_an_unknown_method_lists_those_at_hand(self, function):
        with pytest.raises(MeasureError, match="method must be one of"):
            function(1, 10, method="guess")

    def test_arrays_equal_the_loop_and_keep_their_shape(self, function):
        x = np.arange(24.0).reshape(2, 3, 4)
        n = x + 30
        found = function(x, n)
        assert found.shape == (2, 3, 4)
        for index in np.ndindex(x.shape):
            one = function(x[index], n[index])
            for name in ("estimate", "lower", "upper"):
                np.testing.assert_allclose(getattr(one, name), getattr(found, name)[index], rtol=1e-12)

    def test_results_cannot_be_changed(self, function):
        found = function([1.0], [10.0])
        with pytest.raises(ValueError, match="read-only"):
            found.estimate[0] = 2

    def test_nothing_in_gives_nothing_out(self, function):
        assert function([], []).shape == (0,)


def test_a_numerator_over_its_denominator_is_refused_for_proportions_only():
    with pytest.raises(MeasureError, match="swapped"):
        measures.proportion(11, 10)
    assert measures.rate(11, 10).estimate == 1.1


def test_counts_need_not_be_whole_and_may_be_huge():
    assert measures.rate(12.5, 100).lower < 0.125 < measures.rate(12.5, 100).upper
    huge = measures.rate(2.0**60, 2.0**62)
    assert huge.lower < huge.estimate < huge.upper or huge.lower == pytest.approx(huge.upper)


@given(st.integers(0, 1000), st.integers(1, 10**6), st.integers(2, 50))
def test_a_rate_is_the_same_per_person_and_per_thousand(x, n, scale):
    one, thousand = measures.rate(x, n), measures.rate(x, n, per=1000)
    np.testing.assert_allclose(thousand.upper, one.upper * 1000, rtol=1e-12)
    assert measures.rate(x * scale, n * scale).estimate == pytest.approx(float(one.estimate))
