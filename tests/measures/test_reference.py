import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError

EVENTS, PEOPLE = np.array([290.0, 150, 40, 13195]), np.array([18_276.0, 70_128, 31_521, 2_928_253])


def test_one_group_all_others_and_the_best():
    over, under = measures.reference_counts(EVENTS, PEOPLE, kind="group", position=3)
    np.testing.assert_allclose(over, [13195, 13195, 13195, np.nan])
    np.testing.assert_allclose(under, [2_928_253, 2_928_253, 2_928_253, np.nan])
    over, under = measures.reference_counts(EVENTS, PEOPLE, kind="others")
    np.testing.assert_allclose(over, EVENTS.sum() - EVENTS)
    np.testing.assert_allclose(under, PEOPLE.sum() - PEOPLE)
    over, _ = measures.reference_counts(EVENTS, PEOPLE, kind="best", favourable=False)
    np.testing.assert_allclose(over, [40, 40, np.nan, 40])
    over, _ = measures.reference_counts(EVENTS, PEOPLE, kind="best", favourable=True)
    np.testing.assert_allclose(over, [np.nan, 290, 290, 290])


def test_groups_that_are_not_known_are_no_reference():
    over, under = measures.reference_counts([3, np.nan, 5], [10, 20, 0], kind="others")
    np.testing.assert_allclose(over, [np.nan, 3, 3])
    np.testing.assert_allclose(under, [np.nan, 10, 10])


@pytest.mark.parametrize(
    "options",
    [{"kind": "group"}, {"kind": "group", "position": 9}, {"kind": "best"}, {"kind": "average", "position": 0}],
)
def test_a_reference_must_be_said(options):
    with pytest.raises(MeasureError):
        measures.reference_counts(EVENTS, PEOPLE, **options)


@pytest.mark.parametrize("place", range(4))
def test_the_ratio_to_the_average_has_the_exact_binomial_interval(place):
    """scipy.stats.binomtest of the group's share of events against its share of people; tolerance 1e-9."""
    found = measures.ratio_to_average(EVENTS, PEOPLE)
    share = PEOPLE[place] / PEOPLE.sum()
    test = stats.binomtest(int(EVENTS[place]), int(EVENTS.sum()), share)
    limits = test.proportion_ci(0.95, method="exact")
    np.testing.assert_allclose(found.lower[place], limits.low / share, rtol=1e-9)
    np.testing.assert_allclose(found.upper[place], limits.high / share, rtol=1e-9)
    np.testing.assert_allclose(found.estimate[place], EVENTS[place] / PEOPLE[place] / (EVENTS.sum() / PEOPLE.sum()))


@given(hnp.arrays(int, 5, elements=st.integers(0, 500)), hnp.arrays(int, 5, elements=st.integers(1, 10**5)))
def test_the_difference_from_the_average_is_a_share_of_the_difference_from_all_others(events, people):
    """a/n - A/N = (1 - n/N) (a/n - o/m): estimate and interval follow from the difference of independent rates."""
    found = measures.difference_from_average(events, people, per=1000)
    over, under = measures.reference_counts(events, people, kind="others")
    other = measures.rate_difference(events, people, reference_numerator=over, reference_denominator=under, per=1000)
    scale = 1 - people / people.sum()
    np.testing.assert_allclose(found.estimate, other.estimate * scale, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.lower, other.lower * scale, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.upper, other.upper * scale, rtol=1e-9, atol=1e-9)


def test_an_average_of_one_group_or_of_no_events_is_no_average():
    assert np.isnan(measures.ratio_to_average([5, np.nan], [10, 10]).estimate).all()
    assert np.isnan(measures.ratio_to_average([0, 0], [10, 10]).estimate).all()
    assert np.isnan(measures.difference_from_average([5], [10]).estimate).all()
