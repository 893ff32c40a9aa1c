from functools import partial

import numpy as np
import pytest

from arwap_analysis import measures
from arwap_analysis.errors import MeasureError

Y, N, ERROR = np.array([31.0, 48, 52, 75]), np.array([100.0, 900, 50, 400]), np.array([3.0, 1, 4, 2])


def test_far_from_zero_simulation_and_delta_method_agree():
    """With groups far apart the two intervals are the same; within 2% of the standard error."""
    for function in (measures.theil_index, measures.index_of_disparity, measures.between_group_standard_deviation):
        delta = function(Y, N, standard_error=ERROR)
        drawn = measures.simulated_interval(function, Y, N, standard_error=ERROR, seed=1, draws=100_000)
        np.testing.assert_allclose(drawn.estimate, delta.estimate)
        np.testing.assert_allclose(drawn.standard_error, delta.standard_error, rtol=0.02)


def test_a_linear_measure_has_the_normal_interval():
    """The absolute concentration index is linear: the simulated limits are the normal ones within Monte Carlo error."""
    function = partial(measures.absolute_concentration_index, order=[1, 2, 3, 4])
    delta = function(Y, N, standard_error=ERROR)
    drawn = measures.simulated_interval(function, Y, N, standard_error=ERROR, seed=3, draws=200_000)
    np.testing.assert_allclose([drawn.lower, drawn.upper], [delta.lower, delta.upper], atol=0.02)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    arguments = {"standard_error": ERROR, "seed": 5}
    one, again = (measures.simulated_interval(measures.theil_index, Y, N, **arguments) for _ in range(2))
    other = measures.simulated_interval(measures.theil_index, Y, N, **{**arguments, "seed": 6})
    assert (one.lower, one.upper) == (again.lower, again.upper)
    assert one.lower != other.lower
    assert "10,000 simulations, seed 5" in one.method


def test_options_that_differ_between_strata_stay_with_their_stratum():
    y, n, error = (np.broadcast_to(array, (30, 4)) for array in (Y, N, ERROR))
    reference = np.arange(30) % 4
    together = measures.simulated_interval(
        measures.mean_difference_from_reference, y, n, standard_error=error, seed=2, reference=reference
    )
    alone = [measures.mean_difference_from_reference(Y, N, reference=int(r)).estimate for r in reference]
    np.testing.assert_allclose(together.estimate, alone)
    np.testing.assert_allclose(together.standard_error[::4], together.standard_error[0], rtol=0.05)
    assert abs(together.standard_error[1] / together.standard_error[0] - 1) > 0.05


def test_noise_is_not_counted_twice():
    """Groups that are equal but for noise: plain percentiles almost never hold 0.1, the corrected ones do."""
    rng = np.random.default_rng(4)
    y, error = 50 + rng.normal(size=(60, 6)), np.ones((60, 6))
    plain, corrected = (
        measures.simulated_interval(measures.mean_difference_from_mean, y, standard_error=error, seed=1, method=method)
        for method in ("percentile", "bias_corrected")
    )
    assert np.nanmean(plain.lower) > np.nanmean(corrected.lower)


def test_what_is_not_known_stays_so_and_too_few_draws_are_refused():
    y = np.array([Y, [np.nan, np.nan, np.nan, 5]])
    found = measures.simulated_interval(measures.theil_index, y, N, standard_error=ERROR, seed=1)
    assert np.isnan([found.estimate[1], found.lower[1], found.upper[1], found.standard_error[1]]).all()
    assert np.isfinite(found.lower[0])
    with pytest.raises(MeasureError, match="10,000 or more"):
        measures.simulated_interval(measures.theil_index, Y, N, standard_error=ERROR, seed=1, draws=100)
    with pytest.raises(MeasureError, match="method"):
        measures.simulated_interval(measures.theil_index, Y, N, standard_error=ERROR, seed=1, method="normal")
