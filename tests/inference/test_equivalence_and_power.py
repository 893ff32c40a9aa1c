import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from arwap_analysis import inference, measures
from arwap_analysis.errors import MeasureError

COUNT, PEOPLE = st.integers(0, 2000), st.integers(1, 10**5)


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.05, 1))
def test_equivalence_is_shown_just_when_the_ninety_per_cent_interval_lies_inside(estimate, error, margin):
    found = inference.equivalence_test(estimate, error, margin=(-margin, margin))
    half = 1.6448536269514722 * error
    inside = -margin < estimate - half and estimate + half < margin
    if abs(found.p_value - 0.05) > 1e-9:
        assert found.equivalent == inside


@given(COUNT, PEOPLE, COUNT, PEOPLE)
def test_rates_are_equivalent_just_when_the_exact_ninety_per_cent_interval_lies_inside(a, n, b, m):
    arguments = {"reference_numerator": b, "reference_denominator": m}
    found = inference.equivalence_of_rates(a, n, **arguments, ratio=1.25)
    limits = measures.rate_ratio(a, n, **arguments, confidence=0.9)
    if np.isfinite(limits.estimate) and abs(found.p_value - 0.05) > 1e-9:
        assert found.equivalent == (limits.lower > 0.8 and limits.upper < 1.25)
    if a + b == 0:
        assert found.equivalent == 0


def test_few_events_show_nothing_equal_and_margins_must_make_sense():
    arguments = {"reference_numerator": 3, "reference_denominator": 100}
    assert inference.equivalence_of_rates(3, 100, **arguments).equivalent == 0
    assert np.isnan(inference.equivalence_of_rates(np.nan, 100, **arguments).equivalent)
    assert np.isnan(inference.equivalence_test(0.1, 0, margin=(-1, 1)).p_value)
    with pytest.raises(MeasureError, match="above 1"):
        inference.equivalence_of_rates(3, 100, **arguments, ratio=0.8)
    with pytest.raises(MeasureError, match="rise"):
        inference.equivalence_test(0, 1, margin=(1, -1))


@pytest.mark.parametrize(
    ("ratio", "level", "n", "m"), [(1.5, 0.2, 80, 900), (0.5, 0.4, 60, 60), (1.05, 0.7, 2000, 500)]
)
def test_power_equals_that_of_statsmodels(ratio, level, n, m):
    """NormalIndPower with Cohen's h; tolerance 1e-9."""
    found = inference.power_of_ratio(
        ratio, reference_level=level, denominator=n, reference_denominator=m, kind="proportion"
    )
    effect = proportion_effectsize(ratio * level, level)
    expected = NormalIndPower().power(effect, nobs1=n, ratio=m / n, alpha=0.05)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("kind", ["rate", "proportion"])
@given(st.floats(0.01, 0.6), st.integers(20, 5000), st.integers(20, 5000))
def test_the_minimum_detectable_ratio_has_the_power_asked_for(kind, level, n, m):
    arguments = {"denominator": n, "reference_denominator": m, "kind": kind}
    for ratio in inference.minimum_detectable_ratio(level, **arguments, power=0.8):
        if np.isfinite(ratio) and ratio > 0:
            power = inference.power_of_ratio(ratio, reference_level=level, **arguments)
            assert power == pytest.approx(0.8, abs=1e-6)


def test_power_is_what_simulated_tests_find():
    """Square-root scale test on 20,000 pairs of Poisson counts; within 2 percentage points."""
    rng = np.random.default_rng(5)
    n, m, level, ratio = 400, 5000, 0.1, 1.6
    a, b = rng.poisson(n * level * ratio, 20_000), rng.poisson(m * level, 20_000)
    z = 2 * (np.sqrt(a / n) - np.sqrt(b / m)) / np.sqrt(1 / n + 1 / m)
    found = inference.power_of_ratio(ratio, reference_level=level, denominator=n, reference_denominator=m)
    assert found == pytest.approx(np.mean(np.abs(z) > 1.96), abs=0.02)


def test_a_group_too_small_to_show_any_lower_rate():
    low, high = inference.minimum_detectable_ratio(0.01, denominator=50, reference_denominator=10**6)
    assert np.isnan(low)
    assert high > 3
    with pytest.raises(MeasureError, match="power"):
        inference.minimum_detectable_ratio(0.1, denominator=5, reference_denominator=5, power=80)
    with pytest.raises(MeasureError, match="at most 1"):
        inference.power_of_ratio(1, reference_level=2, denominator=5, reference_denominator=5, kind="proportion")
    impossible = inference.power_of_ratio(
        3, reference_level=0.5, denominator=5, reference_denominator=5, kind="proportion"
    )
    assert np.isnan(impossible)
