import numpy as np
import pytest

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError


def test_the_bands_end_at_five_ten_and_twenty_per_cent():
    estimate, error = np.full(8, 200.0), np.array([0, 10, 10.1, 20, 20.1, 40, 40.1, np.nan])
    np.testing.assert_allclose(measures.reliability_band(estimate, error), [0, 0, 1, 1, 2, 2, 3, np.nan])
    assert len(measures.RELIABILITY_BANDS) == 4


def test_zero_is_not_precise():
    assert np.isnan(measures.reliability_band(0, 0))
    np.testing.assert_allclose(measures.relative_standard_error(-50, 5), 10)
    with pytest.raises(MeasureError, match="standard_error"):
        measures.relative_standard_error(1, -1)
