import numpy as np

from arwap_analysis import inference

TIME = np.arange(2010, 2020)


def series(slope, *, level=2.5, size=20_000, seed=1, rows=1):
    """Poisson counts whose log rate ratio starts at log(level) and changes by `slope` a year."""
    rng = np.random.default_rng(seed)
    ratio = level * np.exp(slope * (TIME - 2010))
    group, other = rng.poisson(size * 0.01 * ratio, (rows, 10)), rng.poisson(size * 0.1, (rows, 10))
    return {
        "numerator": group,
        "denominator": np.full((rows, 10), size),
        "reference_numerator": other,
        "reference_denominator": np.full((rows, 10), 10 * size),
        "time": TIME,
    }


def test_a_gap_that_halves_closes_when_the_line_says():
    """An exact series without noise: log 2.5 falls by 0.1 a year, so it is 0 after 9.163 years."""
    ratio = 2.5 * np.exp(-0.1 * (TIME - 2010))
    arguments = {"denominator": 1e7, "reference_numerator": 1e6, "reference_denominator": 1e7, "time": TIME}
    found = inference.gap_closing_time(inference.rate_ratio_trend(1e6 * ratio, **arguments))
    np.testing.assert_allclose(found.estimate, 2010 + np.log(2.5) / 0.1, atol=1e-6)
    assert found.narrowing == 1
    assert found.lower < found.estimate < found.upper < 2020
    difference = inference.rate_difference_trend(1e6 * (2 - 0.05 * (TIME - 2010)), **arguments)
    np.testing.assert_allclose(inference.gap_closing_time(difference).estimate, 2030, atol=1e-6)


def test_the_limits_hold_the_true_time_as_often_as_they_say():
    """2,000 Poisson series closing in 2023.9; Fieller's 95% limits hold it in 93% to 98.5%.

    A little more than 95%, because series that vary less than chance would make them never narrow the limits.
    """
    found = inference.gap_closing_time(inference.rate_ratio_trend(**series(-0.05, level=2, rows=2000)))
    true = 2010 + np.log(2) / 0.05
    known = found.narrowing == 1
    assert known.mean() > 0.99
    held = (found.lower <= true) & (true <= found.upper)
    assert 0.93 <= held[known].mean() <= 0.985


def test_a_gap_that_is_not_narrowing_has_no_closing_time():
    found = inference.gap_closing_time(inference.rate_ratio_trend(**series(0.05)))
    assert found.narrowing[0] == 0
    assert np.isnan([found.estimate[0], found.lower[0], found.upper[0]]).all()


def test_a_pace_that_could_be_none_may_never_close():
    found = inference.gap_closing_time(inference.rate_ratio_trend(**series(-0.002, size=500, rows=400)))
    narrowing = found.narrowing == 1
    assert narrowing.any()
    assert np.isinf(found.upper[narrowing]).mean() > 0.8
    assert np.all(found.lower[narrowing] <= found.estimate[narrowing])
    assert np.all(found.lower[narrowing] >= 2019)


def test_too_few_periods_say_nothing():
    short = {name: np.asarray(value)[..., :2] for name, value in series(-0.05).items()}
    found = inference.gap_closing_time(inference.rate_ratio_trend(**short))
    assert np.isnan([found.estimate[0], found.narrowing[0]]).all()


def test_an_infinite_limit_is_above_every_time():
    found = inference.gap_closing_time(inference.rate_difference_trend(**series(-0.05, rows=50)))
    known = found.narrowing == 1
    assert np.all(found.lower[known] <= found.upper[known])
