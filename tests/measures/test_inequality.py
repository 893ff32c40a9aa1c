"""The summary measures of inequality: gradients, invariants, edge cases. Peers' values are in tests.peers."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from arwap_analysis import measures as m
from arwap_analysis.errors import MeasureError

ORDER = np.arange(1, 6)
SMOOTH = {
    "variance": m.between_group_standard_deviation,
    "covar": m.coefficient_of_variation,
    "theil": m.theil_index,
    "mld": m.mean_log_deviation,
    "aci": partial(m.absolute_concentration_index, order=ORDER),
    "rci": partial(m.relative_concentration_index, order=ORDER),
    "sii": partial(m.slope_index_of_inequality, order=ORDER),
    "sii_logistic": partial(m.slope_index_of_inequality, order=ORDER, model="logistic", scale=100),
    "mdm": m.mean_difference_from_mean,
    "mdm_unweighted": partial(m.mean_difference_from_mean, weighted=False),
    "idis": m.index_of_disparity,
    "idis_unweighted": partial(m.index_of_disparity, weighted=False),
    "mdb": partial(m.mean_difference_from_best, favourable=True),
    "mdr": partial(m.mean_difference_from_reference, reference=2),
    "mdr_unweighted": partial(m.mean_difference_from_reference, reference=2, weighted=False),
    "par": partial(m.population_attributable_risk, favourable=True),
    "paf": partial(m.population_attributable_fraction, favourable=True),
}
LOGGED = {
    "ratio": lambda y, n, **o: m.group_ratio(y, favourable=True, **o),
    "rii": partial(m.relative_index_of_inequality, order=ORDER),
    "rii_logistic": partial(m.relative_index_of_inequality, order=ORDER, model="logistic", scale=100),
}
ALL = {**SMOOTH, **LOGGED, "bgv": m.between_group_variance}
Y, N = np.array([31.0, 48, 52, 75, 60]), np.array([100.0, 900, 50, 400, 250])
ERROR = np.array([3.0, 1, 4, 2, 2.5])


@pytest.mark.parametrize("name", [*SMOOTH, *LOGGED])
def test_the_standard_error_is_that_of_the_gradient(name):
    """The delta method with the gradient taken by central differences; relative tolerance 1e-5."""
    function = ALL[name]

    def value(y):
        found = float(function(y, N).estimate)
        return np.log(found) if name in LOGGED else found

    step = 1e-5
    slopes = [(value(Y + step * unit) - value(Y - step * unit)) / (2 * step) for unit in np.eye(5)]
    expected = np.sqrt(np.sum((np.array(slopes) * ERROR) ** 2))
    np.testing.assert_allclose(function(Y, N, standard_error=ERROR).standard_error, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_many_strata_give_what_each_gives_alone(name):
    rng = np.random.default_rng(2)
    y, n, error = rng.uniform(5, 95, (3, 2, 5)), rng.integers(1, 999, (3, 2, 5)), rng.uniform(0.1, 3, (3, 2, 5))
    y[0, 1, 3] = np.nan
    together = ALL[name](y, n, standard_error=error)
    assert together.shape == (3, 2)
    for place in np.ndindex(3, 2):
        alone = ALL[name](y[place], n[place], standard_error=error[place])
        for part in ("estimate", "lower", "upper"):
            np.testing.assert_allclose(getattr(together, part)[place], getattr(alone, part), rtol=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_a_group_that_is_not_known_is_left_out(name):
    """A sixth group without an estimate, without people, or without either, changes nothing."""
    function = (
        partial(m.group_ratio, favourable=True)
        if name == "ratio"
        else ALL[name].func
        if isinstance(ALL[name], partial)
        else ALL[name]
    )
    options = dict(ALL[name].keywords) if isinstance(ALL[name], partial) else {}
    if "order" in options:
        options["order"] = np.append(options["order"], 9)
    weights = (lambda n: {}) if name == "ratio" else (lambda n: {"population": n})
    alone = ALL[name](Y, N)
    for extra_y, extra_n in ((np.nan, 500), (40, np.nan), (np.nan, np.nan)):
        if name == "ratio" and not np.isnan(extra_y):
            continue
        found = function(np.append(Y, extra_y), **weights(np.append(N, extra_n)), **options)
        np.testing.assert_allclose(found.estimate, alone.estimate)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("y", [[np.nan] * 5, [40, *[np.nan] * 4]])
def test_fewer_than_two_groups_are_no_inequality(name, y):
    found = ALL[name](np.array(y), N, standard_error=ERROR)
    assert np.isnan([found.estimate, found.lower, found.upper]).all()


@pytest.mark.parametrize("name", ALL)
def test_equal_groups_have_no_inequality(name):
    found = ALL[name](np.full(5, 40.0), N, standard_error=ERROR)
    np.testing.assert_allclose(found.estimate, 1 if name in LOGGED else 0, atol=1e-9)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"ratio"}))
def test_a_group_of_weight_zero_counts_for_nothing(name):
    found = ALL[name](np.array([31.0, 48, 52, 75, 99]), np.array([100, 900, 50, 400, 0]))
    other = ALL[name](np.array([31.0, 48, 52, 75, 1]), np.array([100, 900, 50, 400, 0]))
    np.testing.assert_allclose(found.estimate, other.estimate, rtol=1e-9)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"ratio", "mdr_unweighted"}))
def test_all_weights_zero_are_no_population(name):
    assert np.isnan(ALL[name](Y, np.zeros(5)).estimate)


@given(hnp.arrays(float, 5, elements=st.floats(1, 99)), hnp.arrays(int, 5, elements=st.integers(1, 10**6)))
@settings(max_examples=40)
def test_scaling_the_population_changes_nothing_and_scaling_values_scales_absolute_measures(y, n):
    for name, function in ALL.items():
        plain = function(y, n).estimate
        np.testing.assert_allclose(function(y, n * 7.5).estimate, plain, rtol=1e-6, atol=1e-6, err_msg=name)
    for name in ("covar", "theil", "mld", "rci", "idis", "paf", "ratio", "rii"):
        np.testing.assert_allclose(ALL[name](y / 10, n).estimate, ALL[name](y, n).estimate, rtol=1e-6, atol=1e-6)
    for name in ("aci", "sii", "mdm", "mdb", "mdr", "par", "variance"):
        np.testing.assert_allclose(ALL[name](y / 10, n).estimate, ALL[name](y, n).estimate / 10, rtol=1e-6, atol=1e-6)


@given(hnp.arrays(float, 5, elements=st.floats(1, 99)), hnp.arrays(int, 5, elements=st.integers(1, 10**6)))
def test_the_order_of_the_columns_does_not_matter(y, n):
    back = slice(None, None, -1)
    for name in ("bgv", "covar", "theil", "mld", "mdm", "idis", "mdb", "par"):
        np.testing.assert_allclose(ALL[name](y[back], n[back]).estimate, ALL[name](y, n).estimate, rtol=1e-9, atol=1e-9)
    for function in (m.absolute_concentration_index, m.slope_index_of_inequality):
        plain = function(y, n, order=ORDER).estimate
        np.testing.assert_allclose(function(y[back], n[back], order=ORDER[back]).estimate, plain, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(function(y, n, order=-ORDER).estimate, -plain, rtol=1e-9, atol=1e-9)


@given(hnp.arrays(float, 6, elements=st.floats(1, 99)), st.integers(1, 10**6), st.integers(1, 10**6))
def test_splitting_a_group_into_equal_halves_changes_no_weighted_measure(y, first, second):
    n = np.array([first, second, 50, 70, 90, 10])
    split_y, split_n = np.append(y, y[0]), np.append(n, n[0] / 2)
    split_n[0] = n[0] / 2
    order = np.array([1, 2, 3, 4, 5, 6])
    for function in (m.between_group_variance, m.theil_index, m.mean_log_deviation, m.index_of_disparity):
        np.testing.assert_allclose(function(split_y, split_n).estimate, function(y, n).estimate, rtol=1e-9, atol=1e-9)
    for function in (m.absolute_concentration_index, m.relative_index_of_inequality):
        np.testing.assert_allclose(
            function(split_y, split_n, order=np.append(order, 1)).estimate,
            function(y, n, order=order).estimate,
            rtol=1e-6,
            atol=1e-9,
        )


def test_the_slope_index_is_the_line_through_the_ranks():
    """statsmodels WLS on the middle ranks: prediction at 1 less prediction at 0; tolerance 1e-9."""
    import statsmodels.api as sm

    rank = (np.cumsum(N) - N / 2) / N.sum()
    line = sm.WLS(Y, sm.add_constant(rank), weights=N).fit()
    found = m.slope_index_of_inequality(Y, N, order=ORDER)
    np.testing.assert_allclose(found.estimate, line.params[1], rtol=1e-9)
    ratio = m.relative_index_of_inequality(Y, N, order=ORDER)
    np.testing.assert_allclose(ratio.estimate, line.params.sum() / line.params[0], rtol=1e-9)


def test_the_logistic_slope_index_is_the_curve_through_the_ranks():
    """statsmodels' binomial GLM weighted by population; tolerance 1e-7."""
    import statsmodels.api as sm

    rank = (np.cumsum(N) - N / 2) / N.sum()
    share = Y / 100
    model = sm.GLM(share, sm.add_constant(rank), family=sm.families.Binomial(), var_weights=N).fit(tol=1e-14)
    low, high = model.predict([[1, 0], [1, 1]])
    found = m.slope_index_of_inequality(Y, N, order=ORDER, model="logistic", scale=100)
    np.testing.assert_allclose(found.estimate, 100 * (high - low), rtol=1e-7)


def test_a_group_at_zero():
    y = np.array([0.0, 10, 20])
    assert np.isfinite(m.theil_index(y).estimate)
    assert np.isnan(m.mean_log_deviation(y).estimate)
    assert np.isnan(m.group_ratio(y, favourable=False, reference=0).estimate)
    assert np.isnan(m.theil_index([-1.0, 5]).estimate)
    assert np.isnan(m.coefficient_of_variation([0.0, 0.0]).estimate)


def test_counts_beyond_the_whole_numbers_of_a_float_and_weights_that_are_not_whole():
    huge = m.theil_index(Y, N * 2.0**60)
    np.testing.assert_allclose(huge.estimate, m.theil_index(Y, N).estimate, rtol=1e-12)
    assert np.isfinite(m.between_group_variance(Y, N + 0.5).estimate)
    assert np.isfinite(m.rate(2.0**54 + 2, 2.0**60).lower)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: m.theil_index(3.0), "last axis"),
        (lambda: m.theil_index([np.inf, 1]), "finite"),
        (lambda: m.theil_index([1, 2], [1, -2]), "population"),
        (lambda: m.theil_index(["a", "b"]), "numbers"),
        (lambda: m.group_difference([1, 2], favourable=True, order=[1, 2], reference=0), "not both"),
        (lambda: m.group_difference([1, 2], favourable=True, reference=2), "from 0 to 1"),
        (lambda: m.absolute_concentration_index([1, 2], order=[1, 2], method="guess"), "method"),
        (lambda: m.slope_index_of_inequality([1, 2], order=[1, 2], model="probit"), "model"),
        (lambda: m.population_attributable_risk([1, 2], favourable=True, method="guess"), "method"),
    ],
)
def test_bad_input_is_refused(call, said):
    with pytest.raises(MeasureError, match=said):
        call()
