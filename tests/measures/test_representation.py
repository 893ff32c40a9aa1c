import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError


def test_representation_is_a_share_over_a_share():
    """12 of 400 head teachers, of a group that is 5% of the population: 0.03 / 0.05 = 0.6; Wilson by statsmodels."""
    found = measures.representation_index(12, 400, population=5_000, total_population=100_000)
    limits = proportion_confint(12, 400, method="wilson")
    np.testing.assert_allclose(found.estimate, 0.6)
    np.testing.assert_allclose([found.lower, found.upper], np.array(limits) / 0.05, rtol=1e-9)
    tails = [stats.binomtest(12, 400, 0.05, alternative=side).pvalue for side in ("less", "greater")]
    np.testing.assert_allclose(found.p_value, 2 * min(tails), rtol=1e-9)


def test_representation_without_staff_population_or_knowledge_is_undefined():
    found = measures.representation_index(
        [0, 3, 3, np.nan], [0, 10, 10, 10], population=[5, 0, 5, 5], total_population=[50, 50, 50, 50]
    )
    np.testing.assert_array_equal(np.isnan(found.estimate), [True, True, False, True])
    with pytest.raises(MeasureError, match="part is larger than its whole"):
        measures.representation_index(5, 4, population=1, total_population=2)


def test_the_workforce_standard_divides_so_that_above_one_is_a_disadvantage():
    """Of 500 White applicants shortlisted 100 were appointed, of 200 Asian applicants 20: 0.2 / 0.1 = 2."""
    appointed = measures.relative_likelihood(
        20, 200, reference_numerator=100, reference_denominator=500, favourable=True
    )
    disciplined = measures.relative_likelihood(
        20, 200, reference_numerator=25, reference_denominator=500, favourable=False
    )
    np.testing.assert_allclose([appointed.estimate, disciplined.estimate], [2, 2])
    assert appointed.lower > 1


def test_a_pipeline_shows_where_the_gap_arises():
    applied, shortlisted, appointed = [1000, 400], [500, 100], [100, 20]
    found = measures.pipeline_likelihoods([applied, shortlisted, appointed], reference=0)
    np.testing.assert_allclose(found.estimate[:, 1], [2, 1, 2])
    assert np.isnan(found.estimate[:, 0]).all()
    assert found.lower[0, 1] > 1 > found.lower[1, 1]
    with pytest.raises(MeasureError, match="larger than its denominator"):
        measures.pipeline_likelihoods([[10, 10], [11, 5]], reference=0)
    with pytest.raises(MeasureError, match="two or more stages"):
        measures.pipeline_likelihoods([10, 10], reference=0)


def test_the_relative_rate_index_may_count_a_person_twice():
    found = measures.relative_rate_index(30, 20, reference_numerator=10, reference_denominator=20)
    np.testing.assert_allclose(found.estimate, 3)


def test_four_fifths_of_the_highest_rate():
    """The example of the Uniform Guidelines' questions and answers (no. 12): 60% and 30% selected is a ratio of 0.5."""
    found = measures.four_fifths_rule([48, 12, 1], [80, 40, 1])
    np.testing.assert_allclose(found.estimate[:2], [1, 0.5])
    np.testing.assert_allclose(found.below[:2], [0, 1])
    np.testing.assert_allclose(found.clearly_below[:2], [0, 1])
    assert np.isnan(found.lower[0])


def test_a_tiny_group_cannot_set_the_highest_rate_and_chance_is_not_called_clear():
    found = measures.four_fifths_rule([3, 2, 1], [10, 9, 1], minimum_share=0.1)
    np.testing.assert_allclose(found.estimate[0], 1)
    assert found.below[1] == 1
    assert found.clearly_below[1] == 0


def test_people_too_many_if_rates_were_equal():
    """290 among 18,276 where the reference has 13,195 among 2,928,253: expected 82.4, so 207.6 too many."""
    found = measures.excess_count(290, 18_276, reference_numerator=13_195, reference_denominator=2_928_253)
    np.testing.assert_allclose(found.estimate, 290 - 18_276 * 13_195 / 2_928_253)
    assert found.lower > 0
    shares = measures.excess_count(20, 200, reference_numerator=100, reference_denominator=500, kind="proportion")
    np.testing.assert_allclose(shares.estimate, -20)
    with pytest.raises(MeasureError, match="kind"):
        measures.excess_count(1, 2, reference_numerator=1, reference_denominator=2, kind="share")
