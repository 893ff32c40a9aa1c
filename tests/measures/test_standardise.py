import numpy as np
import pytest

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError

EVENTS, PEOPLE, STANDARD = np.array([2.0, 10, 40]), np.array([1000.0, 2000, 1000]), np.array([30.0, 50, 20])


def test_a_standardised_rate_is_the_weighted_mean_of_the_rates():
    """Closed form: 0.3 x 2 + 0.5 x 5 + 0.2 x 40 = 11.1 per 1,000; its variance is sum w^2 a / n^2."""
    found = measures.directly_standardised_rate(EVENTS, PEOPLE, standard_population=STANDARD, per=1000)
    np.testing.assert_allclose(found.estimate, 11.1)
    np.testing.assert_allclose(found.standard_error, np.sqrt(0.09 * 2 + 0.25 * 10 / 4 + 0.04 * 40))
    assert found.lower < 11.1 < found.upper


def test_with_one_stratum_standardising_changes_nothing():
    plain = measures.rate(7, 900, per=1000)
    found = measures.directly_standardised_rate([7], [900], standard_population=[5], per=1000)
    np.testing.assert_allclose(
        [found.estimate, found.lower, found.upper], [plain.estimate, plain.lower, plain.upper], rtol=1e-12
    )


def test_observed_over_expected():
    """Expected: 1000 x 1% + 500 x 4% = 30; observed 45; ratio 150 per 100; the crude reference rate is 2%."""
    counts = {"reference_numerator": [100, 200], "reference_denominator": [10_000, 5_000]}
    ratio = measures.indirectly_standardised_ratio([20, 25], [1000, 500], **counts, per=100)
    rate = measures.indirectly_standardised_rate([20, 25], [1000, 500], **counts, per=100)
    np.testing.assert_allclose([ratio.estimate, rate.estimate], [150, 3])


def test_what_a_standard_cannot_be_applied_to_is_undefined():
    for events, people in (([1, np.nan], [10, 10]), ([1, 0], [10, 0])):
        found = measures.directly_standardised_rate(events, people, standard_population=[1, 1])
        assert np.isnan([found.estimate, found.lower, found.upper]).all()
    nothing = measures.directly_standardised_rate([0, 0], [100, 100], standard_population=[1, 1])
    assert nothing.estimate == nothing.lower == 0 < nothing.upper
    with pytest.raises(MeasureError, match="standard_population"):
        measures.directly_standardised_rate([1], [10], standard_population=[0])
    none = measures.indirectly_standardised_ratio([1], [10], reference_numerator=[0], reference_denominator=[10])
    assert np.isnan(none.estimate)


def test_the_european_standard_population_is_complete():
    """Eurostat (2013): 19 bands that sum to 100,000."""
    assert len(measures.EUROPEAN_STANDARD_POPULATION_2013) == 19
    assert sum(measures.EUROPEAN_STANDARD_POPULATION_2013) == 100_000


def test_life_expectancy_at_a_constant_death_rate_is_its_inverse():
    """With rate m at all ages and many narrow bands, expectancy is 1/m at every age; within 0.1%."""
    ages = np.arange(0, 60, 0.25)
    found = measures.life_expectancy(np.full(ages.shape, 20.0), np.full(ages.shape, 1000.0), age_start=ages)
    np.testing.assert_allclose(found.estimate, 50, rtol=1e-3)


def test_life_expectancy_has_the_error_that_drawing_deaths_anew_gives():
    """Poisson deaths drawn 4,000 times; the standard deviation equals the standard error within 5%."""
    ages = np.array([0, 1, *range(5, 95, 5)])
    people = np.full(ages.shape, 4000.0)
    rate = 0.0004 + 0.00003 * np.exp(ages / 10.5)
    drawn = np.random.default_rng(7).poisson(rate * people, (4000, len(ages)))
    found = measures.life_expectancy(rate * people, people, age_start=ages)
    spread = measures.life_expectancy(drawn, people, age_start=ages).estimate[:, 0].std()
    np.testing.assert_allclose(found.standard_error[0], spread, rtol=0.05)


def test_life_tables_that_cannot_be_closed_are_undefined():
    ages = [0, 1, 5]
    assert np.isnan(measures.life_expectancy([1, 1, 0], [10, 10, 10], age_start=ages).estimate).all()
    missing = measures.life_expectancy([1, np.nan, 3], [100, 100, 100], age_start=ages).estimate
    np.testing.assert_array_equal(np.isnan(missing), [True, True, False])
    with pytest.raises(MeasureError, match="rise"):
        measures.life_expectancy([1, 1], [10, 10], age_start=[5, 0])
