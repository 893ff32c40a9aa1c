import numpy as np
import pytest

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError


def test_difference_ratio_and_gap_of_two_means():
    """Closed forms: 88 (se 3) against 100 (se 4): -12 (se 5), 0.88, gap 12%."""
    arguments = {"reference_value": 100, "standard_error": 3, "reference_standard_error": 4}
    difference = measures.value_difference(88, **arguments)
    np.testing.assert_allclose([difference.estimate, difference.standard_error], [-12, 5])
    np.testing.assert_allclose([difference.lower, difference.upper], -12 + 5 * 1.959963984540054 * np.array([-1, 1]))
    np.testing.assert_allclose(difference.p_value, 0.016395071849243, rtol=1e-9)  # 2 Phi(-2.4)
    ratio, gap = measures.value_ratio(88, **arguments), measures.percentage_gap(88, **arguments)
    error = np.hypot(3 / 88, 4 / 100)
    np.testing.assert_allclose([ratio.estimate, ratio.standard_error], [0.88, error])
    np.testing.assert_allclose(ratio.lower, 0.88 * np.exp(-1.959963984540054 * error))
    np.testing.assert_allclose(gap.estimate, 12)
    np.testing.assert_allclose([gap.lower, gap.upper], [100 * (1 - ratio.upper), 100 * (1 - ratio.lower)])
    np.testing.assert_allclose(gap.p_value, ratio.p_value)


def test_without_errors_there_is_a_value_and_no_interval():
    found = measures.percentage_gap([88, np.nan], reference_value=100)
    np.testing.assert_allclose(found.estimate, [12, np.nan])
    assert np.isnan(found.lower).all()
    assert np.isnan(found.p_value).all()


def test_a_ratio_of_values_that_are_not_above_zero_is_undefined():
    found = measures.value_ratio([0, -1, 5], reference_value=[5, 5, 0], standard_error=1, reference_standard_error=1)
    assert np.isnan(found.estimate).all()
    assert np.isnan(found.lower).all()
    with pytest.raises(MeasureError, match="standard_error"):
        measures.value_difference(1, reference_value=2, standard_error=-1)
