"""Places where a formula alone would give a plausible wrong number, a warning, or a crash."""

import numpy as np
import pytest

from arwap_analysis import inference, measures, models
from arwap_analysis.errors import MeasureError

NAN = np.nan


def numbers(found):
    return np.array([found.estimate, found.lower, found.upper, found.standard_error])


# --- groups and orders


SPREAD = [
    measures.mean_difference_from_mean,
    measures.index_of_disparity,
    measures.theil_index,
    measures.mean_log_deviation,
    measures.between_group_standard_deviation,
    measures.coefficient_of_variation,
    lambda y, n, **o: measures.mean_difference_from_best(y, n, favourable=True, **o),
    lambda y, n, **o: measures.mean_difference_from_reference(y, n, reference=1, **o),
    lambda y, n, **o: measures.population_attributable_risk(y, n, favourable=True, **o),
]


@pytest.mark.parametrize("function", SPREAD)
@pytest.mark.parametrize(("y", "n"), [([0.2] * 4, [1, 2, 3, 4]), ([0.7] * 4, [0.1, 0.7, 0.2, 0.3])])
def test_equal_groups_get_zero_and_no_claim_of_certainty(function, y, n):
    found = function(y, n, standard_error=[0.01] * 4)
    assert found.estimate == 0
    assert np.isnan(numbers(found)[1:]).all()


def test_one_population_for_all_groups_is_equal_weights():
    found = measures.theil_index([[1.0, 2, 6]], [[5.0]])
    np.testing.assert_allclose(found.estimate, measures.theil_index([[1.0, 2, 6]]).estimate)


def test_a_group_without_people_is_neither_best_nor_counted():
    found = measures.mean_difference_from_best([0.1, 0.2, 0.9], [5, 5, 0], favourable=True)
    np.testing.assert_allclose(found.estimate, 0.05)
    risk = measures.population_attributable_risk([0.1, 0.2, 0.9], [5, 5, 0], favourable=True)
    np.testing.assert_allclose(risk.estimate, 0.05)
    assert np.isnan(measures.between_group_variance([0.1, 0.2, 0.4], [0, 0, 7]).estimate)


def test_a_group_without_a_rank_is_refused():
    for call in (
        lambda: measures.group_difference([0.1, 0.2, 0.3], favourable=True, order=[NAN, NAN, 2]),
        lambda: measures.population_attributable_risk([0.1, 0.2, 0.3], favourable=True, order=[1, NAN, 3]),
        lambda: measures.absolute_concentration_index([0.1, 0.2], [1, 2], order=[NAN, 1]),
    ):
        with pytest.raises(MeasureError, match="rank to every group"):
            call()
    with pytest.raises(MeasureError, match="each of the 3 groups"):
        measures.slope_index_of_inequality([0.1, 0.2, 0.3], order=[1, 2])


def test_groups_that_share_one_rank_have_no_slope():
    for function in (measures.slope_index_of_inequality, measures.relative_index_of_inequality):
        found = function([0.1, 0.4, 0.2], [0.1, 0.2, 0.3], order=[1, 1, 1], standard_error=0.01)
        assert np.isnan(numbers(found)).all()
        assert np.isnan(function([0.1, 0.4], order=[2, 2], model="logistic").estimate)
    regression = measures.absolute_concentration_index([0.1, 0.4, 0.2], order=[1, 1, 1], method="regression")
    assert np.isnan(regression.lower)


@pytest.mark.parametrize(
    "function",
    [
        measures.absolute_concentration_index,
        measures.relative_concentration_index,
        measures.slope_index_of_inequality,
        measures.relative_index_of_inequality,
    ],
)
def test_one_group_has_no_order(function):
    assert np.isnan(function([0.3], order=[0]).estimate)


@pytest.mark.parametrize(
    "call",
    [
        lambda: measures.between_group_variance([]),
        lambda: measures.theil_index(np.ones((3, 0))),
        lambda: measures.group_difference([], favourable=True),
        lambda: measures.dissimilarity_index([], []),
        lambda: measures.exposure_index([], [], []),
        lambda: measures.information_theory_index(np.ones((0, 3))),
        lambda: measures.four_fifths_rule([], []),
        lambda: measures.reference_counts([], [], kind="best", favourable=True),
        lambda: inference.rate_ratio_trend([], [], reference_numerator=[], reference_denominator=[], time=[]),
    ],
)
def test_no_groups_areas_or_periods_are_refused(call):
    with pytest.raises(MeasureError):
        call()


def test_all_values_zero_are_undefined_and_silent():
    assert np.isnan(measures.theil_index([0.0] * 4).estimate)
    assert np.isnan(measures.mean_log_deviation([0.0] * 4).estimate)


def test_a_group_that_does_not_count_needs_no_error():
    found = measures.group_difference([0.1, 0.2, 0.4], favourable=True, standard_error=[0.01, NAN, 0.01])
    np.testing.assert_allclose(found.standard_error, 0.01 * np.sqrt(2))
    assert np.isnan(measures.theil_index([0.1, 0.2, 0.4], standard_error=[0.01, NAN, 0.01]).lower)


# --- simulation


def test_an_order_is_never_taken_for_one_rank_per_stratum():
    y = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]] * 6)
    options = {"standard_error": 0.01, "seed": 1}
    found = measures.simulated_interval(measures.absolute_concentration_index, y, **options, order=[1, 2, 3, 4, 5, 6])
    assert np.all(found.standard_error > 1e-3)
    assert np.all((found.lower < found.estimate) & (found.estimate < found.upper))
    with pytest.raises(MeasureError, match="order"):
        measures.simulated_interval(measures.absolute_concentration_index, y, **options, order=[1, 2, 3])


def test_a_group_without_an_error_is_not_left_out_of_the_draws_alone():
    found = measures.simulated_interval(
        measures.theil_index, [0.1, 0.2, 0.3], [1, 2, 3], standard_error=[0.01, NAN, 0.01], seed=1
    )
    assert np.isfinite(found.estimate)
    assert np.isnan(numbers(found)[1:]).all()


@pytest.mark.parametrize("method", ["percentile", "bias_corrected"])
def test_draws_without_a_value_leave_no_interval(method):
    found = measures.simulated_interval(
        measures.mean_log_deviation, [0.02, 0.3, 0.4], standard_error=0.01, seed=1, method=method
    )
    assert np.isnan(numbers(found)[1:]).all()


# --- counts


def test_exactly_four_fifths_is_not_below_it():
    np.testing.assert_array_equal(measures.four_fifths_rule([4, 5], [100, 100]).below, [0, 0])
    np.testing.assert_array_equal(measures.four_fifths_rule([8, 10], [200, 200]).below, [0, 0])
    np.testing.assert_array_equal(measures.four_fifths_rule([3, 5], [100, 100]).below, [1, 0])


def test_an_area_that_is_not_known_for_both_groups_is_left_out():
    np.testing.assert_allclose(measures.exposure_index([10, 10], [5, NAN], [20, 20]).estimate, 0.25)
    np.testing.assert_allclose(measures.exposure_index([0.1], [0.2], [0.3]).estimate, 0.2 / 0.3)


def test_events_that_the_standard_does_not_count_are_no_events():
    found = measures.directly_standardised_rate([0, 0, 3], [100, 100, 100], standard_population=[1, 1, 0])
    assert found.estimate == found.lower == 0 < found.upper


@pytest.mark.parametrize(
    "call",
    [
        lambda: measures.directly_standardised_rate([1, 2, 3], [100] * 3, standard_population=[1]),
        lambda: measures.directly_standardised_rate([4], [100] * 3, standard_population=[1] * 3),
        lambda: measures.indirectly_standardised_rate(
            [3, 9], [100, 200], reference_numerator=[10, 20], reference_denominator=[1000]
        ),
        lambda: measures.life_expectancy([5], [1000], age_start=[0, 1, 20]),
        lambda: measures.life_expectancy([5, 6], [1000] * 3, age_start=[0, 1, 20]),
    ],
)
def test_nothing_is_summed_before_the_strata_agree(call):
    with pytest.raises(MeasureError):
        call()


def test_a_missing_age_band_takes_the_ages_before_it_and_none_after():
    ages = [0, 1, 20, 40, 80]
    found = measures.life_expectancy([5, 5, NAN, 20, 50], [1000] * 5, age_start=ages)
    whole = measures.life_expectancy([5, 5, 5, 20, 50], [1000] * 5, age_start=ages)
    assert np.isnan(found.estimate[:3]).all()
    np.testing.assert_allclose(found.estimate[3:], whole.estimate[3:])
    np.testing.assert_allclose(found.lower[3:], whole.lower[3:])


def test_one_event_where_almost_none_is_expected_is_beyond_the_limit():
    """P(X >= 1) is 0.0219 in the first (below 2.5%) and 0.00056 in the second (below 0.1%)."""
    np.testing.assert_array_equal(measures.funnel_position([1, 9], [2000, 900_000], statistic="rate"), [1, 0])
    np.testing.assert_array_equal(measures.funnel_position([1, 9], [5, 90_000], statistic="rate"), [2, 0])
    large = measures.funnel_limits([1e12], [1e12], statistic="rate")
    assert 0.99999 < large.lower_998 < large.lower_95 < 1 < large.upper_95 < large.upper_998 < 1.00001


def test_a_quantile_lies_within_its_limits():
    for values, quantile, confidence in (([1, 100], 0.99, 0.95), (np.arange(28.0), 0.99, 0.5)):
        found = measures.sample_quantile(values, quantile=quantile, confidence=confidence)
        assert not found.estimate < found.lower
        assert not found.estimate > found.upper


def test_a_reliability_band_does_not_hang_on_the_last_digit():
    np.testing.assert_array_equal(measures.reliability_band([0.7, 70], [0.07, 7]), [1, 1])
    with pytest.raises(MeasureError, match="finite"):
        measures.reliability_band(np.inf, 1)


def test_values_beyond_all_bounds():
    with pytest.raises(MeasureError, match="finite"):
        measures.value_difference(np.inf, reference_value=np.inf)
    tiny = measures.value_ratio(1e-300, reference_value=2, standard_error=0.1, reference_standard_error=0.1)
    assert np.isinf(tiny.upper)


# --- very many and very few people


@pytest.mark.parametrize("size", [1e6, 1e8, 1e10])
def test_few_events_among_very_many_have_the_interval_of_their_poisson_limit(size):
    """Koopman's limits of 8 against 3 events tend to a fixed pair as people grow without end; within 0.1%."""
    found = measures.proportion_ratio(8, size, reference_numerator=3, reference_denominator=size)
    limit = measures.proportion_ratio(8, 1e5, reference_numerator=3, reference_denominator=1e5)
    np.testing.assert_allclose([found.lower, found.upper], [limit.lower, limit.upper], rtol=1e-3)
    np.testing.assert_allclose(found.p_value, limit.p_value, rtol=1e-3)
    almost_all = measures.proportion_ratio(size - 3, size, reference_numerator=size, reference_denominator=size)
    assert almost_all.p_value == pytest.approx(0.0833, abs=2e-4)
    assert almost_all.lower < 1 <= almost_all.upper


def test_a_score_interval_of_a_difference_has_no_digits_left_beyond_ten_million():
    options = {"reference_numerator": 3, "method": "miettinen_nurminen"}
    within = measures.proportion_difference(0, 1e6, reference_denominator=1e6, **options)
    beyond = measures.proportion_difference(0, 1e8, reference_denominator=1e8, **options)
    assert within.p_value == pytest.approx(0.0833, abs=2e-4)
    assert beyond.p_value == pytest.approx(0.0833, abs=2e-4)
    assert within.lower < 0 < within.upper
    assert np.isnan([beyond.lower, beyond.upper]).all()


def test_less_than_one_person_in_all_has_no_score_interval():
    options = {"reference_numerator": 0.1, "reference_denominator": 0.4, "method": "miettinen_nurminen"}
    for function in (measures.proportion_difference, measures.odds_ratio):
        found = function(0.2, 0.5, **options)
        assert np.isnan([found.lower, found.upper, found.p_value]).all()


def test_the_exact_ratio_keeps_its_digits_when_one_group_has_almost_all_events():
    """With one reference event the limits of X/1 are X over gamma quantiles of 1 and 2: 0.02532 and 5.572."""
    found = measures.rate_ratio(1e15, 1, reference_numerator=1, reference_denominator=1)
    np.testing.assert_allclose([found.lower, found.upper], [1e15 / 5.571643, 1e15 / 0.0253178], rtol=1e-5)


def test_exact_tests_of_too_many_people_are_refused():
    with pytest.raises(MeasureError, match="out of reach"):
        inference.fisher_exact_test([[1e16, 1e16], [1e16, 1e16]])


def test_totals_beyond_thirty_two_bits():
    found = inference.poisson_rate_test(3e9, 1, reference_numerator=3e9 + 2e5, reference_denominator=1)
    assert found == pytest.approx(0.00982, abs=1e-4)  # 2 Phi(-2e5 / sqrt(6e9))


# --- tests and models


def test_an_empty_table_shows_nothing():
    for shape in ((2, 2), (3, 4)):
        assert np.isnan(inference.chi_squared_test(np.zeros(shape)).p_value)
        assert np.isnan(inference.g_test(np.zeros(shape)).p_value)
    assert np.isnan(inference.breslow_day_test(np.zeros((2, 2, 2))).p_value)


def test_one_score_or_one_time_is_no_trend():
    assert np.isnan(inference.trend_in_proportions([3, 5, 9], [10, 20, 31], score=[0.1] * 3).p_value)
    found = inference.rate_difference_trend(
        [3, 5, 9], 100, reference_numerator=[4, 4, 4], reference_denominator=100, time=[2011.25] * 3
    )
    assert np.isnan([found.annual_change, found.p_value]).all()


def test_two_periods_with_events_are_no_trend():
    options = {"reference_numerator": [5, 9, 0, 0], "reference_denominator": 100, "time": [2011, 2012, 2013, 2014]}
    trend = inference.rate_ratio_trend([5, 6, 0, 0], 100, **options)
    closing = inference.gap_closing_time(trend)
    assert np.isnan([trend.annual_change, closing.estimate, closing.narrowing]).all()


def test_a_trend_that_no_number_can_hold_is_infinite_and_silent():
    found = inference.rate_ratio_trend(
        [1, 0, 2], 100, reference_numerator=[3, 1, 0], reference_denominator=100, time=2020 + np.arange(3) / 52
    )
    assert np.isinf(found.upper)


def test_a_stratum_that_is_not_wholly_known_is_left_out_of_every_test():
    tables = [[[10, 20], [20, 30]], [[5, NAN], [7, 8]], [[4, 8], [9, 3]]]
    alone = [tables[0], tables[2]]
    for function in (inference.cochran_mantel_haenszel_test, inference.breslow_day_test):
        np.testing.assert_allclose(function(tables).p_value, function(alone).p_value)
    ratio, plain = (inference.mantel_haenszel_odds_ratio(t) for t in (tables, alone))
    np.testing.assert_allclose(ratio.estimate, plain.estimate)


def test_a_common_ratio_that_does_not_settle_is_undefined():
    found = inference.common_rate_ratio([1, 5], [1, 1], reference_numerator=[3, 2], reference_denominator=[1e30, 1e30])
    assert np.isnan(found.estimate) or found.lower > 0


def test_one_p_value_is_no_family():
    with pytest.raises(MeasureError, match="family"):
        inference.adjust_p_values(0.03)


def test_the_most_unequal_groups_are_not_called_alike():
    for cases, people in (([0, 10, 0, 10], [10] * 4), ([0, 0, 0, 10], [10] * 4), ([1900, 0, 0], [1900, 1892, 1660])):
        found = models.beta_binomial_shrinkage(cases, people)
        assert np.isnan(found.estimate).all()
    some = models.beta_binomial_shrinkage([1, 9, 1, 9], [10] * 4)
    assert some.precision[0] == pytest.approx(1.34, abs=0.01)
    assert np.isnan(models.beta_binomial_shrinkage([0, 1, 0, 1, 1], [1] * 5).estimate).all()


@pytest.mark.parametrize(("events", "people"), [([0, 12, 7, 6], [300, 1290, 688, 221]), ([4, 10, 0], [127, 1339, 218])])
def test_a_peak_beside_the_ridge_is_found(events, people):
    """Both families have a likelihood above the pooled one, found by a direct search over scipy's law."""
    from scipy import stats

    found = models.gamma_poisson_shrinkage(events, people)
    assert np.isfinite(found.precision[0])
    events, people, b = np.array(events), np.array(people), found.precision[0]
    fitted = stats.nbinom.logpmf(events, found.mean[0] * b, b / (b + people)).sum()
    pooled = stats.poisson.logpmf(events, people * events.sum() / people.sum()).sum()
    assert fitted > pooled + 0.05
