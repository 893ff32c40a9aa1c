import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from arwap_analysis.errors import MeasureError
from arwap_analysis.inference import rate_difference_trend, rate_ratio_trend

YEARS = np.arange(2007.75, 2015)
BLACK = np.array([310, 240, 270, 400, 290, 345, 455, 530.0])
MIXED = np.array([50, 80, 105, 110, 160, 200, 225, 195.0])
WHITE = np.array([11560, 11710, 11720, 12715, 13195, 13365, 13755, 12110.0])
GROUPS = np.array([BLACK, MIXED])
PEOPLE = np.array([[18276.0], [31521.0]])
REFERENCE = {"reference_numerator": WHITE, "reference_denominator": 2_928_253.0, "time": YEARS}
COUNTS = arrays(float, (3, 6), elements=st.integers(1, 400).map(float))


def binomial_glm(a, n, b, m, time):
    """Return slope, its error and the dispersion by statsmodels: the same model, row by row."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    design = sm.add_constant(time - time.mean())
    model = sm.GLM(
        np.column_stack([a, b]), design, family=sm.families.Binomial(), offset=np.full(len(a), np.log(n / m))
    )
    with warnings.catch_warnings():
        # Equal shares in every period fit perfectly, which is what this model should find.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        plain = model.fit(tol=1e-14, maxiter=200)
    dispersion = max(plain.pearson_chi2 / plain.df_resid, 1.0)
    return plain.params[1], plain.bse[1] * np.sqrt(dispersion), dispersion, plain.df_resid


def test_the_ratio_trend_equals_the_binomial_model_of_statsmodels():
    from scipy import stats

    found = rate_ratio_trend(GROUPS, PEOPLE, **REFERENCE)
    for row, (a, n) in enumerate(zip(GROUPS, PEOPLE[:, 0], strict=True)):
        slope, error, dispersion, df = binomial_glm(a, n, WHITE, 2_928_253.0, YEARS)
        t = stats.t(df)
        np.testing.assert_allclose(
            [
                found.annual_change[row],
                found.standard_error[row],
                found.dispersion[row],
                found.p_value[row],
                found.lower[row],
                found.upper[row],
            ],
            [
                np.exp(slope),
                error,
                dispersion,
                2 * t.sf(abs(slope / error)),
                np.exp(slope - t.ppf(0.975) * error),
                np.exp(slope + t.ppf(0.975) * error),
            ],
            rtol=1e-8,
        )


@settings(max_examples=40, deadline=None)
@given(a=COUNTS, b=COUNTS)
def test_the_ratio_trend_equals_statsmodels_on_any_counts(a, b):
    time = np.arange(6.0)
    found = rate_ratio_trend(a, 1000.0, reference_numerator=b, reference_denominator=500.0, time=time)
    for row in range(3):
        slope, error, _, _ = binomial_glm(a[row], 1000.0, b[row], 500.0, time)
        np.testing.assert_allclose(np.log(found.annual_change[row]), slope, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found.standard_error[row], error, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(a=COUNTS, b=COUNTS)
def test_the_difference_trend_equals_weighted_least_squares_of_statsmodels(a, b):
    import statsmodels.api as sm

    time = np.arange(6.0)
    found = rate_difference_trend(a, 1000.0, reference_numerator=b, reference_denominator=500.0, time=time, per=1000)
    for row in range(3):
        difference = (a[row] / 1000 - b[row] / 500) * 1000
        weights = 1 / ((a[row] / 1000**2 + b[row] / 500**2) * 1000**2)
        fit = sm.WLS(difference, sm.add_constant(time), weights=weights).fit()
        narrowest = fit.bse[1] / np.sqrt(fit.scale)
        np.testing.assert_allclose(found.annual_change[row], fit.params[1], rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(found.standard_error[row], max(fit.bse[1], narrowest), rtol=1e-8)


def test_an_exact_trend_is_found_with_no_dispersion():
    time = np.arange(8.0)
    found = rate_ratio_trend(1e6 * 1.1**time, 1.0, reference_numerator=1e6, reference_denominator=1.0, time=time)
    assert found.annual_change == pytest.approx(1.1, rel=1e-9)
    assert found.dispersion == 1.0
    assert (found.fitted_first, found.fitted_last) == (pytest.approx(1.0), pytest.approx(1.1**7))


@pytest.mark.parametrize("trend", [rate_ratio_trend, rate_difference_trend])
class TestBoth:
    def test_a_year_without_figures_is_left_out_and_costs_a_degree_of_freedom(self, trend):
        gap = BLACK.copy()
        gap[3] = np.nan
        kept = np.delete(np.arange(8), 3)
        shorter = {**REFERENCE, "reference_numerator": WHITE[kept], "time": YEARS[kept]}
        found = trend(gap, 18276.0, **REFERENCE)
        expected = trend(BLACK[kept], 18276.0, **shorter)
        assert found.df == expected.df == 5
        np.testing.assert_allclose(
            [found.annual_change, found.lower, found.upper, found.fitted_first, found.fitted_last],
            [expected.annual_change, expected.lower, expected.upper, expected.fitted_first, expected.fitted_last],
            rtol=1e-9,
        )

    def test_two_periods_make_no_trend(self, trend):
        few = {**REFERENCE, "reference_numerator": WHITE[:2], "time": YEARS[:2]}
        found = trend(BLACK[:2], 18276.0, **few)
        assert np.isnan([found.annual_change, found.lower, found.upper, found.p_value, found.fitted_first]).all()

    def test_strata_do_not_touch_each_other(self, trend):
        alone = trend(BLACK, 18276.0, **REFERENCE)
        beside = trend(np.array([BLACK, np.full(8, np.nan), np.zeros(8)]), 18276.0, **REFERENCE)
        assert beside.annual_change[0] == pytest.approx(float(alone.annual_change), rel=1e-12)
        assert np.isnan(beside.annual_change[1])

    def test_moving_the_clock_changes_nothing(self, trend):
        moved = {**REFERENCE, "time": YEARS - 2000}
        np.testing.assert_allclose(
            trend(BLACK, 18276.0, **moved).p_value, trend(BLACK, 18276.0, **REFERENCE).p_value, rtol=1e-7
        )

    def test_more_confidence_is_never_narrower(self, trend):
        narrow, wide = (trend(BLACK, 18276.0, **REFERENCE, confidence=c) for c in (0.9, 0.99))
        assert wide.lower < narrow.lower < narrow.upper < wide.upper

    def test_times_that_are_not_finite_are_refused(self, trend):
        with pytest.raises(MeasureError, match="finite"):
            trend(BLACK, 18276.0, **{**REFERENCE, "time": np.full(8, np.nan)})

    def test_one_number_is_not_a_series(self, trend):
        with pytest.raises(MeasureError, match="last axis"):
            trend(1, 2, reference_numerator=1, reference_denominator=2, time=2000)


def test_swapping_group_and_reference_inverts_the_ratio_trend():
    forward = rate_ratio_trend(BLACK, 18276.0, **REFERENCE)
    back = rate_ratio_trend(WHITE, 2_928_253.0, reference_numerator=BLACK, reference_denominator=18276.0, time=YEARS)
    assert back.annual_change == pytest.approx(1 / float(forward.annual_change), rel=1e-9)
    assert back.lower == pytest.approx(1 / float(forward.upper), rel=1e-9)
    assert back.p_value == pytest.approx(float(forward.p_value), rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(0.0, 10.0), (10.0, 0.0), (0.0, 0.0)])
def test_a_group_without_any_event_has_no_ratio_trend(a, b):
    found = rate_ratio_trend(
        np.full(5, a), 100.0, reference_numerator=np.full(5, b), reference_denominator=100.0, time=np.arange(5.0)
    )
    assert np.isnan([found.annual_change, found.lower, found.upper, found.p_value]).all()


def test_events_in_one_year_only_do_not_give_a_plausible_wrong_trend():
    a = np.array([0, 0, 0, 0, 7.0])
    b = np.array([5, 5, 5, 5, 0.0])
    found = rate_ratio_trend(a, 100.0, reference_numerator=b, reference_denominator=100.0, time=np.arange(5.0))
    assert np.isnan(found.annual_change)


def test_a_year_with_zero_events_in_both_groups_does_not_get_infinite_weight():
    a = np.array([5, 0, 6, 7.0])
    found = rate_difference_trend(a, 100.0, reference_numerator=a, reference_denominator=100.0, time=np.arange(4.0))
    assert np.isfinite(found.standard_error)
    assert found.annual_change == pytest.approx(0)
