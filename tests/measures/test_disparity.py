import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError
from tests.peers import fixture_cases

COUNT = st.integers(1, 5000)
PEOPLE = st.integers(1, 10**6)


def ratio(a, n, b, m, **options):
    return measures.rate_ratio(a, n, reference_numerator=b, reference_denominator=m, **options)


def difference(a, n, b, m, **options):
    return measures.rate_difference(a, n, reference_numerator=b, reference_denominator=m, **options)


def test_the_example_of_the_review_can_be_checked_by_hand():
    """290 in 18,276 is 15.9 per 1,000; 13,195 in 2,928,253 is 4.5; 15.9 / 4.5 = 3.5."""
    assert pytest.approx(15.868, abs=5e-4) == 1000 * 290 / 18_276
    assert ratio(290, 18_276, 13_195, 2_928_253).estimate == pytest.approx(3.5214, abs=5e-5)
    assert difference(290, 18_276, 13_195, 2_928_253, per=1000).estimate == pytest.approx(11.362, abs=5e-4)


@pytest.mark.parametrize("case", fixture_cases("two_groups.json"), ids=lambda case: case["id"])
def test_exact_rate_ratios_equal_those_of_r(case):
    """R stats 4.2.2, poisson.test with person-time 10 x nobs; relative tolerance 1e-6."""
    (a, b), (n, m) = case["inputs"]["count"], case["inputs"]["nobs"]
    found, expected = ratio(a, 10 * n, b, 10 * m), case["expected"]
    np.testing.assert_allclose(found.estimate, expected["rate_ratio"], rtol=1e-6)
    np.testing.assert_allclose(found.lower, expected["rate_ratio_lower"], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found.upper, expected["rate_ratio_upper"], rtol=1e-6)


@given(COUNT, PEOPLE, COUNT, PEOPLE)
def test_exact_limits_and_p_value_equal_the_binomial_test_of_scipy(a, n, b, m):
    from scipy import stats

    found = ratio(a, n, b, m)
    share = n / (n + m)
    limits = stats.binomtest(a, a + b, share).proportion_ci(0.95, method="exact")
    np.testing.assert_allclose(found.lower, limits.low / (1 - limits.low) * m / n, rtol=1e-6)
    np.testing.assert_allclose(found.upper, limits.high / (1 - limits.high) * m / n, rtol=1e-6)
    tails = [stats.binomtest(a, a + b, share, alternative=side).pvalue for side in ("less", "greater")]
    if min(tails) > 1e-250:
        assert np.log(found.p_value) == pytest.approx(np.log(min(1, 2 * min(tails))), rel=1e-6, abs=1e-9)


@given(COUNT, PEOPLE, COUNT, PEOPLE)
def test_log_limits_and_p_value_equal_the_poisson_model_of_statsmodels(a, n, b, m):
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    model = sm.GLM([a, b], [[1, 1], [1, 0]], family=sm.families.Poisson(), offset=np.log([n, m]))
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        # A saturated model fits perfectly and has no scale of its own; that is meant here.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = model.fit(tol=1e-14, maxiter=200)
    found = ratio(a, n, b, m, method="log")
    np.testing.assert_allclose((found.lower, found.upper), np.exp(fit.conf_int()[1]), rtol=1e-6)
    assert np.log(max(found.p_value, 1e-250)) == pytest.approx(np.log(max(fit.pvalues[1], 1e-250)), rel=1e-4, abs=1e-6)


# R 4.2.2: poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)) from its help page: ratio 1.9714,
# 95 percent interval 0.8588 to 4.2772 (printed to 7 digits).
def test_the_example_of_poisson_test_in_r():
    found = ratio(11, 800, 21, 3011)
    np.testing.assert_allclose((found.estimate, found.lower, found.upper), (1.971488, 0.8584264, 4.2772659), rtol=1e-6)


@given(COUNT, PEOPLE)
def test_the_ratio_of_a_group_to_itself_is_one_and_its_interval_holds_one(a, n):
    found = ratio(a, n, a, n)
    assert found.estimate == 1
    assert found.lower < 1 < found.upper
    assert found.p_value == 1


@pytest.mark.parametrize("method", ["exact", "log"])
@given(COUNT, PEOPLE, COUNT, PEOPLE)
def test_swapping_group_and_reference_inverts_the_ratio(method, a, n, b, m):
    forward, back = ratio(a, n, b, m, method=method), ratio(b, m, a, n, method=method)
    np.testing.assert_allclose(forward.estimate, 1 / back.estimate, rtol=1e-12)
    np.testing.assert_allclose(forward.lower, 1 / back.upper, rtol=1e-7)
    np.testing.assert_allclose(forward.upper, 1 / back.lower, rtol=1e-7)


@pytest.mark.parametrize("method", ["mover", "wald"])
@given(COUNT, PEOPLE, COUNT, PEOPLE)
def test_swapping_group_and_reference_turns_the_difference_round(method, a, n, b, m):
    forward, back = difference(a, n, b, m, method=method), difference(b, m, a, n, method=method)
    np.testing.assert_allclose(forward.estimate, -back.estimate, atol=1e-12)
    np.testing.assert_allclose(forward.lower, -back.upper, rtol=1e-9, atol=1e-12)


@given(COUNT, PEOPLE, COUNT, PEOPLE)
def test_scaling_people_of_both_groups_leaves_the_ratio(a, n, b, m):
    one, ten = ratio(a, n, b, m), ratio(a, 10 * n, b, 10 * m)
    np.testing.assert_allclose((one.estimate, one.lower, one.upper), (ten.estimate, ten.lower, ten.upper), rtol=1e-7)


@pytest.mark.parametrize("compare", [ratio, difference])
@given(a=st.integers(0, 200), b=st.integers(1, 200), n=PEOPLE, m=PEOPLE, confidence=st.floats(0.5, 0.98))
def test_more_confidence_never_narrows_and_the_interval_holds_the_estimate(compare, a, b, n, m, confidence):
    found, wider = (compare(a, n, b, m, confidence=c) for c in (confidence, confidence + 0.01))
    assert found.lower <= found.estimate * (1 + 1e-9) + 1e-12
    assert found.estimate <= found.upper * (1 + 1e-9) + 1e-12
    assert wider.lower <= found.lower + 1e-12
    assert wider.upper >= found.upper - 1e-12


@given(a=st.integers(0, 300), b=st.integers(1, 300), n=PEOPLE, m=PEOPLE)
def test_the_exact_p_value_and_interval_never_disagree(a, b, n, m):
    found = ratio(a, n, b, m)
    outside = (found.lower > 1 + 1e-9) or (found.upper < 1 - 1e-9)
    inside = (found.lower < 1 - 1e-9) and (found.upper > 1 + 1e-9)
    assert not (outside and found.p_value > 0.05 + 1e-9)
    assert not (inside and found.p_value < 0.05 - 1e-9)


def test_ratio_is_undefined_when_the_reference_has_no_events_but_the_test_is_not():
    found = ratio([5, 0], 100, [0, 0], 100)
    assert np.isnan([found.estimate, found.lower, found.upper]).all()
    assert found.p_value[0] == pytest.approx(2 * 0.5**5)
    assert found.p_value[1] == 1


def test_a_group_without_events_has_the_ratio_zero_and_a_finite_upper_limit():
    found = ratio(0, 100, 5, 100)
    assert (found.estimate, found.lower) == (0, 0)
    # P(no event of 5 in the group) = 0.025 gives the closed form of the upper limit.
    assert found.upper == pytest.approx(0.025 ** (-1 / 5) - 1, rel=1e-9)
    assert np.isnan(found.standard_error)


@pytest.mark.parametrize("compare", [ratio, difference])
def test_a_missing_figure_or_nobody_to_count_over_is_undefined(compare):
    found = compare([np.nan, 5, 5, 5, 5], [100, np.nan, 0, 100, 100], [5, 5, 5, np.nan, 5], [100, 100, 100, 100, 0])
    for name in ("estimate", "lower", "upper", "p_value"):
        assert np.isnan(getattr(found, name)).all(), name


@pytest.mark.parametrize("compare", [ratio, difference])
def test_adding_a_stratum_changes_nothing_elsewhere_and_arrays_equal_the_loop(compare):
    a, n = np.array([[3, 0, 40.0], [7, 5, np.nan]]), np.array([[100, 20, 900.0], [70, 0, 10]])
    found = compare(a, n, 50, 1000)
    for index in np.ndindex(a.shape):
        one = compare(a[index], n[index], 50, 1000)
        for name in ("estimate", "lower", "upper", "p_value"):
            np.testing.assert_allclose(getattr(one, name), getattr(found, name)[index], rtol=1e-12)


def test_the_difference_of_no_events_at_all_is_zero_with_an_interval_of_some_width():
    found = difference(0, 100, 0, 100)
    assert found.estimate == 0
    assert found.lower < 0 < found.upper


def test_mover_equals_the_limits_worked_by_hand():
    """Zou and Donner (2008), eq. 3, from the limits of each rate."""
    low, high = measures.poisson_limits([30, 20])
    d = 30 / 100 - 20 / 100
    expected = (
        d - np.sqrt((0.30 - low[0] / 100) ** 2 + (high[1] / 100 - 0.20) ** 2),
        d + np.sqrt((high[0] / 100 - 0.30) ** 2 + (0.20 - low[1] / 100) ** 2),
    )
    found = difference(30, 100, 20, 100)
    np.testing.assert_allclose((found.lower, found.upper), expected, rtol=1e-12)


def test_counts_past_the_whole_numbers_of_a_float_do_not_break():
    found = ratio(2.0**55, 2.0**60, 2.0**54, 2.0**60)
    assert found.estimate == 2
    assert found.lower <= 2 <= found.upper


def test_unknown_events_bound_the_ratio_from_both_sides():
    found = measures.unknown_bounds(
        530, 18_276, reference_numerator=12_110, reference_denominator=2_928_253, unknown=755
    )
    assert found.observed == pytest.approx((530 / 18_276) / (12_110 / 2_928_253))
    assert found.lower == pytest.approx((530 / 18_276) / (12_865 / 2_928_253))
    assert found.upper == pytest.approx((1_285 / 18_276) / (12_110 / 2_928_253))


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500))
def test_bounds_hold_the_observed_ratio_and_close_when_nothing_is_unknown(a, b, unknown):
    found = measures.unknown_bounds(a, 1000, reference_numerator=b, reference_denominator=1000, unknown=unknown)
    assert found.lower <= found.observed <= found.upper
    closed = measures.unknown_bounds(a, 1000, reference_numerator=b, reference_denominator=1000, unknown=0)
    assert closed.lower == closed.observed == closed.upper


def test_rounding_bounds_never_go_below_zero_and_are_undefined_when_the_reference_could_be_zero():
    found = measures.rounding_bounds([5, 0], 100, reference_numerator=[100, 0], reference_denominator=100, base=5)
    assert found.lower[0] == pytest.approx(2.5 / 102.5)
    assert found.upper[0] == pytest.approx(7.5 / 97.5)
    assert found.lower[1] == 0
    assert np.isnan(found.upper[1])


def test_bad_options_are_refused():
    with pytest.raises(MeasureError, match="method"):
        ratio(1, 2, 3, 4, method="guess")
    with pytest.raises(MeasureError, match="method"):
        difference(1, 2, 3, 4, method="guess")
    with pytest.raises(MeasureError, match="base"):
        measures.rounding_bounds(1, 2, reference_numerator=1, reference_denominator=2, base=0)
    with pytest.raises(MeasureError, match="reference_numerator"):
        ratio(1, 2, -3, 4)
