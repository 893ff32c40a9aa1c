import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arwap_analysis.errors import MeasureError
from arwap_analysis.inference import (
    error_agrees_with_interval,
    interval_is_symmetric,
    mean_is_possible,
    p_value_agrees_with_error,
    parts_agree_with_total,
    ratio_agrees_with_rates,
)

COUNTS = st.integers(1, 5000)


@pytest.mark.parametrize(
    ("mean", "n", "possible"),
    [
        ("5.19", 28, 0),  # Brown and Heathers (2017): 145/28 is 5.18, 146/28 is 5.21
        ("5.18", 28, 1),
        ("5.21", 28, 1),
        ("3.48", 20, 0),  # a die thrown 20 times
        ("3.45", 20, 1),
        ("5.93", 49, 0),  # The Economist, 18 June 2016
        ("5.27", 43, 0),  # vignette of the R package scrutiny
    ],
)
def test_means_of_whole_numbers_are_possible_or_not(mean, n, possible):
    assert mean_is_possible(float(mean), n, half=0.005).agrees == possible


def test_the_nearest_possible_means_are_given():
    found = mean_is_possible(5.19, 28, half=0.005)
    assert (float(found.lower), float(found.upper)) == pytest.approx((145 / 28, 146 / 28))


def test_a_percentage_of_few_people_can_be_impossible():
    assert mean_is_possible([33.3, 34.0], 12, half=0.05, unit=100).agrees.tolist() == [1, 0]


@given(COUNTS, COUNTS, st.integers(0, 4))
def test_a_mean_that_was_made_from_whole_numbers_is_always_possible(total, n, places):
    assert mean_is_possible(round(total / n, places), n, half=0.5 * 10.0**-places).agrees == 1


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.integers(0, 3), st.integers(0, 3))
def test_a_ratio_of_true_rates_always_agrees_with_the_rounded_ones(a, n, b, m, places, of_ratio):
    rate, reference = 1000 * a / n, 1000 * b / m
    half, ratio_half = 0.5 * 10.0**-places, 0.5 * 10.0**-of_ratio
    found = ratio_agrees_with_rates(
        round(rate / reference, of_ratio), round(rate, places), round(reference, places),
        ratio_half=ratio_half, rate_half=half, reference_half=half,
    )  # fmt: skip
    assert found.agrees == 1


def test_a_ratio_that_does_not_follow_is_found():
    found = ratio_agrees_with_rates([1.50, 1.80, 1.49, 1.48], 9.65, 6.45, ratio_half=0.005, rate_half=0.005,
                                    reference_half=0.005)  # fmt: skip
    assert found.agrees.tolist() == [1, 0, 1, 0]
    assert (found.lower[0], found.upper[0]) == pytest.approx((9.645 / 6.455, 9.655 / 6.445))


def test_a_reference_that_may_be_nothing_allows_any_larger_ratio():
    found = ratio_agrees_with_rates([99.0, 1.0], 3.0, 0.0, rate_half=0.5, reference_half=0.5)
    assert np.isinf(found.upper).all()
    assert found.agrees.tolist() == [1, 0]


def test_the_interval_of_the_tuberculosis_vaccine_is_symmetric_on_the_log_scale_alone():
    """Colditz and others (1994), JAMA 271:698-702: 0.49, 95% interval 0.34 to 0.70."""
    halves = {"estimate_half": 0.005, "limit_half": 0.005}
    assert interval_is_symmetric(0.49, 0.34, 0.70, scale="ratio", **halves).agrees == 1
    assert interval_is_symmetric(0.49, 0.34, 0.70, **halves).agrees == 0
    assert interval_is_symmetric(0.52, 0.34, 0.70, **halves).agrees == 1


@given(st.floats(-5, 5), st.floats(0.05, 3), st.integers(2, 4), st.sampled_from(["difference", "ratio"]))
def test_figures_of_one_estimate_always_agree(estimate, error, places, scale):
    half = 0.5 * 10.0**-places
    turn = np.exp if scale == "ratio" else float
    z = stats.norm.ppf(0.975)
    middle, low, high = (round(float(turn(v)), places) for v in (estimate, estimate - z * error, estimate + z * error))
    p = round(float(2 * stats.norm.sf(abs(estimate) / error)), places)
    printed_error = round(error, places)
    if scale == "ratio" and min(middle, low) <= half:
        return  # rounded to 0: nothing follows
    assert interval_is_symmetric(middle, low, high, scale=scale, estimate_half=half, limit_half=half).agrees == 1
    assert error_agrees_with_interval(printed_error, low, high, scale=scale, error_half=half,
                                      limit_half=half).agrees == 1  # fmt: skip
    assert p_value_agrees_with_error(p, middle, printed_error, scale=scale, p_half=half, estimate_half=half,
                                     error_half=half).agrees == 1  # fmt: skip


def test_a_wrong_error_or_p_value_is_found():
    assert error_agrees_with_interval(
        [0.026, 0.05], 0.10, 0.20, error_half=0.0005, limit_half=0.005
    ).agrees.tolist() == [1, 0]
    found = p_value_agrees_with_error([0.046, 0.01], 0.10, 0.05, p_half=0.0005, estimate_half=0.0005, error_half=0.0005)
    assert found.agrees.tolist() == [1, 0]


def test_students_t_gives_larger_p_values():
    """R: 2 * pt(-2, 10) is 0.07338803."""
    found = p_value_agrees_with_error(0.0734, 2.0, 1.0, p_half=0.00005, degrees_of_freedom=10)
    assert found.agrees == 1
    assert p_value_agrees_with_error(0.0734, 2.0, 1.0, p_half=0.00005).agrees == 0


def test_parts_sum_to_their_total_within_all_roundings():
    assert parts_agree_with_total([33.3, 33.3, 33.3], 100, part_half=0.05).agrees == 1
    assert parts_agree_with_total([33.3, 33.3, 33.0], 100, part_half=0.05).agrees == 0
    assert parts_agree_with_total([[1, 2, 3], [1, 2, 4]], 6).agrees.tolist() == [1, 0]


def test_what_is_not_known_is_not_judged():
    assert np.isnan(ratio_agrees_with_rates(np.nan, 1.0, 1.0).agrees)
    assert np.isnan(parts_agree_with_total([1, np.nan], 3).agrees)
    assert np.isnan(mean_is_possible(np.nan, 10).agrees)
    assert np.isnan(interval_is_symmetric(1.0, np.nan, 2.0).agrees)


def test_impossible_inputs_are_refused():
    for call in (
        lambda: ratio_agrees_with_rates(1, -1, 1),
        lambda: ratio_agrees_with_rates(1, 1, 1, ratio_half=-1),
        lambda: mean_is_possible(1, 0),
        lambda: interval_is_symmetric(1, 1, 1, scale="log"),
        lambda: parts_agree_with_total(1, 1),
    ):
        with pytest.raises(MeasureError):
            call()
