import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError


@given(st.integers(1, 120), st.sampled_from([0.1, 0.25, 0.5, 0.9]), st.integers(0, 2**32 - 1))
def test_limits_of_a_quantile_are_the_order_statistics_of_the_binomial(size, quantile, seed):
    """The definition, counted out with scipy's binomial; the estimate is numpy's type 7."""
    values = np.random.default_rng(seed).normal(size=size)
    found = measures.sample_quantile(values, quantile=quantile)
    below = stats.binom(size, quantile)
    first = max(rank for rank in range(size + 1) if below.cdf(rank - 1) <= 0.025)
    last = min(rank for rank in range(1, size + 2) if below.sf(rank - 1) <= 0.025)
    ranked = np.concatenate([[np.nan], np.sort(values), [np.nan]])
    np.testing.assert_allclose([found.lower, found.upper], [ranked[first], ranked[last]])
    np.testing.assert_allclose(found.estimate, np.quantile(values, quantile))


def test_values_that_are_not_known_are_left_out_row_by_row():
    rows = np.array([[3, 1, 2, np.nan], [np.nan] * 4, [7, np.nan, np.nan, np.nan]])
    np.testing.assert_allclose(measures.sample_quantile(rows).estimate, [2, np.nan, 7])
    mean = measures.sample_mean(rows)
    np.testing.assert_allclose(mean.estimate, [2, np.nan, 7])
    np.testing.assert_array_equal(np.isnan(mean.lower), [False, True, True])


def test_the_mean_equals_the_t_interval_of_scipy():
    """scipy.stats.ttest_1samp; tolerance 1e-12."""
    values = np.random.default_rng(1).gamma(2, 3, 40)
    limits = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = measures.sample_mean(values, confidence=0.9)
    np.testing.assert_allclose([found.lower, found.upper], [limits.low, limits.high], rtol=1e-12)


def test_bad_values_are_refused():
    for function in (measures.sample_mean, measures.sample_quantile):
        with pytest.raises(MeasureError, match="finite"):
            function([1, np.inf])
        with pytest.raises(MeasureError, match="last axis"):
            function(3.0)
    with pytest.raises(MeasureError, match="quantile"):
        measures.sample_quantile([1, 2], quantile=50)
