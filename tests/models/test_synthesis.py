"""Syntheses against metafor's published BCG example, statsmodels and closed forms."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from arwap_analysis.errors import MeasureError
from arwap_analysis.models import (
    effects_from_intervals,
    egger_test,
    funnel_points,
    leave_one_out,
    meta_regression,
    pool_effects,
    subgroup_effects,
)

# Thirteen trials of BCG against tuberculosis: cases and others among the vaccinated and the rest, latitude, year and
# way of allocation. Colditz et al. (1994), JAMA 271:698-702, as tabled in Viechtbauer (2010), JSS 36(3), table 1.
TRIALS = [
    (4, 119, 11, 128, 44, 1948, "random"),
    (6, 300, 29, 274, 55, 1949, "random"),
    (3, 228, 11, 209, 42, 1960, "random"),
    (62, 13536, 248, 12619, 52, 1977, "random"),
    (33, 5036, 47, 5761, 13, 1973, "alternate"),
    (180, 1361, 372, 1079, 44, 1953, "alternate"),
    (8, 2537, 10, 619, 19, 1973, "random"),
    (505, 87886, 499, 87892, 13, 1980, "random"),
    (29, 7470, 45, 7232, 27, 1968, "random"),
    (17, 1699, 65, 1600, 42, 1961, "systematic"),
    (186, 50448, 141, 27197, 18, 1974, "systematic"),
    (5, 2493, 3, 2338, 33, 1969, "systematic"),
    (27, 16886, 29, 17825, 33, 1976, "systematic"),
]
A, B, C, D, LATITUDE, YEAR = (np.array(column, float) for column in list(zip(*TRIALS, strict=True))[:6])
ALLOCATION = np.array([trial[6] for trial in TRIALS])
EFFECT = np.log(A / (A + B) / (C / (C + D)))
VARIANCE = 1 / A - 1 / (A + B) + 1 / C - 1 / (C + D)


def test_the_bcg_trials_are_pooled_as_metafor_pools_them():
    """Viechtbauer (2010), section 4: 0.49 (0.34 to 0.70), tau2 0.3132, I2 92.22, Q(12) 152.2330.

    The prediction interval is that of metafor 3.8-1: 0.15 to 1.55.
    """
    found = pool_effects(EFFECT, VARIANCE, interval="normal", scale="ratio")
    shown = {name: round(float(values[0]), 2) for name, values in found.back_transformed().items()}
    published = {"estimate": 0.49, "lower": 0.34, "upper": 0.70, "prediction_lower": 0.15, "prediction_upper": 1.55}
    assert shown == published
    spread = found.heterogeneity
    assert (found.estimate[0], found.se[0]) == pytest.approx((-0.7145, 0.1798), abs=5e-5)
    assert (spread.tau_squared, spread.i_squared, spread.q) == pytest.approx((0.3132, 92.22, 152.2330), rel=2e-4)
    assert (spread.q_df, found.n) == (12, 13)
    assert "0.489" in found.sentence()
    assert "92%" in found.sentence()


def test_intervals_of_heterogeneity_are_metafors():
    """metafor, tests/testthat/test_misc_confint.r, DL: tau2 0.3088 (0.1197 to 1.1115), I2 92.1173 (81.9177 to 97.6781).

    The file's own tolerance for I2 is 0.01; Q-profile limits are the same for every estimator.
    """
    spread = pool_effects(EFFECT, VARIANCE, method="DL").heterogeneity
    assert (spread.tau_squared, spread.tau_squared_lower, spread.tau_squared_upper) == pytest.approx(
        (0.3088, 0.1197, 1.1115), abs=5e-5
    )
    assert (spread.i_squared, spread.i_squared_lower, spread.i_squared_upper) == pytest.approx(
        (92.1173, 81.9177, 97.6781), abs=0.01
    )
    # Odds ratios: van Houwelingen, Arends and Stijnen (2002), as redone on metafor's pages, where R's root
    # finder stops within 1.2e-4: 0.1302 to 1.1812.
    odds = pool_effects(np.log(A * D / (B * C)), 1 / A + 1 / B + 1 / C + 1 / D).heterogeneity
    assert (odds.tau_squared_lower, odds.tau_squared_upper) == pytest.approx((0.1302, 1.1812), abs=1.3e-4)
    reml = pool_effects(EFFECT, VARIANCE).heterogeneity
    assert reml.tau_squared_upper == pytest.approx(spread.tau_squared_upper)


def test_terms_of_the_bcg_trials_are_metafors():
    """Viechtbauer (2010), section 4: latitude and year, residual tau2 0.1108, I2 71.98, QE(10) 28.3251.

    metafor takes tau2 as found when a step is below 1e-5, which moves the effect in the year 0 by up to 6e-4.
    """
    found = meta_regression(
        EFFECT, VARIANCE, np.column_stack([LATITUDE, YEAR]), terms=["latitude", "year"], interval="normal"
    )
    assert found.estimate[0] == pytest.approx(-3.5455, abs=6e-4)
    assert found.estimate[1:] == pytest.approx([-0.0280, 0.0019], abs=5e-5)
    assert found.se[0] == pytest.approx(29.0959, rel=2e-5)
    assert found.se == pytest.approx([29.0959, 0.0102, 0.0147], rel=5e-3)
    spread = found.heterogeneity
    assert (spread.tau_squared, spread.i_squared, spread.q) == pytest.approx((0.1108, 71.98, 28.3251), rel=3e-4)
    assert spread.q_p_value == pytest.approx(0.0016, abs=5e-5)
    assert np.isnan(found.prediction_lower).all()


def test_one_source_has_its_own_interval_and_no_heterogeneity():
    found = pool_effects([0.3], [0.04])
    assert (found.estimate[0], found.lower[0]) == pytest.approx((0.3, 0.3 - 1.959964 * 0.2))
    assert np.isnan([found.heterogeneity.q_p_value, found.prediction_lower[0]]).all()


@pytest.mark.parametrize(("method", "theirs"), [("DL", "dl"), ("PM", "pm"), ("FE", "dl")])
def test_random_effects_are_those_of_statsmodels(method, theirs):
    """Its Paule-Mandel stops within 1e-5 of the root unless told to go on."""
    peer = combine_effects(EFFECT, VARIANCE, method_re=theirs, **({"atol": 1e-12} if theirs == "pm" else {}))
    found = pool_effects(EFFECT, VARIANCE, method=method)
    effect, error = (
        (peer.mean_effect_fe, peer.sd_eff_w_fe) if method == "FE" else (peer.mean_effect_re, np.sqrt(peer.var_hksj_re))
    )
    assert (found.estimate[0], found.se[0]) == pytest.approx((effect, error), rel=1e-7)
    assert found.heterogeneity.tau_squared == pytest.approx(0 if method == "FE" else peer.tau2, rel=1e-7)


def test_a_common_effect_with_terms_is_weighted_least_squares():
    x = np.column_stack([LATITUDE])
    found = meta_regression(EFFECT, VARIANCE, x, terms=["latitude"], method="FE")
    fitted = sm.WLS(EFFECT, sm.add_constant(x), weights=1 / VARIANCE).fit(cov_type="fixed scale")
    assert found.estimate == pytest.approx(fitted.params)
    assert found.se == pytest.approx(fitted.bse)


sources = st.integers(3, 12).flatmap(
    lambda k: st.tuples(
        st.lists(st.floats(-2, 2), min_size=k, max_size=k), st.lists(st.floats(0.01, 2), min_size=k, max_size=k)
    )
)


@settings(max_examples=60, deadline=None)
@given(sources, st.sampled_from(["FE", "DL", "PM", "REML"]), st.floats(-3, 3), st.floats(0.1, 10))
def test_a_synthesis_moves_and_scales_with_its_effects(data, method, move, factor):
    effect, variance = map(np.array, data)
    one = pool_effects(effect, variance, method=method, interval="normal")
    other = pool_effects(effect * factor + move, variance * factor**2, method=method, interval="normal")
    assert other.estimate == pytest.approx(one.estimate * factor + move, abs=1e-6, rel=1e-6)
    assert other.heterogeneity.tau_squared == pytest.approx(
        one.heterogeneity.tau_squared * factor**2, abs=1e-7, rel=1e-5
    )
    assert one.heterogeneity.tau_squared_lower <= one.heterogeneity.tau_squared_upper or method == "FE"
    assert one.weights.sum() == pytest.approx(100)


@settings(max_examples=60, deadline=None)
@given(sources)
def test_restricted_likelihood_is_nowhere_higher(data):
    effect, variance = map(np.array, data)
    tau = pool_effects(effect, variance).heterogeneity.tau_squared

    def height(at):
        w = 1 / (variance + at)
        mean = (w * effect).sum() / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - (w * (effect - mean) ** 2).sum())

    assert all(height(tau) >= height(at) - 1e-8 for at in [0, *np.geomspace(1e-6, 100, 200)])


def test_hartung_and_knapp_show_no_interval_where_sources_agree_to_the_digit():
    found = pool_effects([0.5, 0.5, 0.5], [0.1, 0.2, 0.3])
    assert np.isnan([found.lower, found.upper]).all()
    modified = pool_effects([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], interval="modified_hartung_knapp")
    normal = pool_effects([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], interval="normal")
    assert modified.se == pytest.approx(normal.se)
    assert modified.upper > normal.upper


def test_subgroups_of_sources_are_pooled_apart_and_compared():
    """The test of two subgroups is the square of the difference over its error."""
    two = np.where(ALLOCATION == "random", "random", "other")
    found = subgroup_effects(EFFECT, VARIANCE, subgroup=two, scale="ratio", interval="normal")
    one, other = (pool_effects(EFFECT[two == name], VARIANCE[two == name], interval="normal") for name in found.labels)
    z = (one.estimate[0] - other.estimate[0]) / np.hypot(one.se[0], other.se[0])
    assert (found.labels, found.q_df) == (("other", "random"), 1)
    assert found.q == pytest.approx(z**2)
    assert found.frame()["estimate"].tolist() == pytest.approx([np.exp(one.estimate[0]), np.exp(other.estimate[0])])
    assert "2 subgroups" in found.sentence()


def test_subgroups_with_one_tau_squared_are_terms():
    """With a common effect, squares between subgroups and squares left within them are Cochran's Q of all."""
    terms = np.column_stack([ALLOCATION == "random", ALLOCATION == "systematic"])
    found = meta_regression(EFFECT, VARIANCE, terms, terms=["random", "systematic"], method="FE")
    apart = subgroup_effects(EFFECT, VARIANCE, subgroup=ALLOCATION, method="FE")
    assert found.estimate[0] == pytest.approx(apart.pooled[0].estimate[0])
    assert found.heterogeneity.q == pytest.approx(sum(one.heterogeneity.q for one in apart.pooled))
    assert found.heterogeneity.q + apart.q == pytest.approx(pool_effects(EFFECT, VARIANCE).heterogeneity.q)


def test_leaving_a_source_out_is_pooling_the_others():
    table = leave_one_out(EFFECT, VARIANCE, sources=[f"trial {i}" for i in range(13)], scale="ratio")
    assert table["left_out"].tolist()[7] == "trial 7"
    rest = np.arange(13) != 7
    assert table["estimate"][7] == pytest.approx(np.exp(pool_effects(EFFECT[rest], VARIANCE[rest]).estimate[0]))
    assert set(table["n"]) == {12}


def test_eggers_test_is_the_regression_of_standardised_effects_on_precision():
    error = np.sqrt(VARIANCE)
    fitted = sm.OLS(EFFECT / error, sm.add_constant(1 / error)).fit()
    found = egger_test(EFFECT, VARIANCE)
    assert (found.estimate, found.se, found.p_value) == pytest.approx(
        (fitted.params[0], fitted.bse[0], fitted.pvalues[0])
    )
    assert found.limit_effect == pytest.approx(fitted.params[1])
    assert (found.lower, found.upper) == pytest.approx(tuple(fitted.conf_int()[0]))
    assert "hardly" in egger_test(EFFECT[:5], VARIANCE[:5]).sentence()


def test_the_funnel_says_which_sources_lie_outside():
    effect = np.array([0.0, 0.1, -0.1, 3.0, np.nan])
    pooled = pool_effects(effect, np.full(5, 0.04), method="FE")
    table = funnel_points(effect, np.full(5, 0.04), pooled=pooled, sources=list("abcde"))
    assert table["outside"].tolist()[3] is True
    assert table["outside"].isna().tolist() == [False] * 4 + [True]
    assert table["weight"].sum() == pytest.approx(100)
    assert (table["upper"] - table["middle"])[0] == pytest.approx(1.959964 * 0.2)


def test_published_intervals_become_effects_and_back():
    effect, variance = effects_from_intervals([0.8, np.nan], [0.6, np.nan], [16 / 15, np.nan], scale="ratio")
    found = pool_effects(effect, variance, scale="ratio")
    shown = found.back_transformed()
    assert (shown["estimate"][0], shown["lower"][0], shown["upper"][0]) == pytest.approx((0.8, 0.6, 16 / 15))
    assert found.n == 1


def test_a_given_tau_squared_is_taken_as_it_is():
    found = pool_effects(EFFECT, VARIANCE, tau_squared=0.3132433258, interval="normal")
    assert found.se[0] == pytest.approx(pool_effects(EFFECT, VARIANCE, interval="normal").se[0], rel=1e-6)
    assert "given tau squared" in found.method


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pool_effects([1, 2], [1, 0]), "above 0"),
        (lambda: pool_effects([np.nan], [1]), "too few"),
        (lambda: pool_effects([1, 2], [1]), "one number for each source"),
        (lambda: pool_effects([1, 2], [1, 1], method="ML"), "method must be one of"),
        (lambda: pool_effects([1, 2], [1, 1], scale="odds"), "scale must be one of"),
        (lambda: pool_effects([1, 2], [1, 1], method="FE", tau_squared=1.0), "given tau squared"),
        (lambda: meta_regression([1, 2, 3], [1, 1, 1], [[1], [1], [1]], terms=["x"]), "say the same"),
        (lambda: meta_regression([1, 2, 3], [1, 1, 1], [[1], [2]], terms=["x"]), "3 sources"),
        (lambda: subgroup_effects([1, 2], [1, 1], subgroup=["a", None]), "label of its subgroup"),
        (lambda: subgroup_effects([1, 2], [1, 1], subgroup=["a", "a"]), "two or more subgroups"),
        (lambda: leave_one_out([1, np.nan], [1, 1], sources=["a", "b"]), "two or more known"),
        (lambda: egger_test([1, 2, 3], [1, 1, 1]), "not all alike"),
        (lambda: effects_from_intervals([1], [2], [3], scale="ratio"), "between its limits"),
        (lambda: effects_from_intervals([1], [-1], [3], scale="ratio"), "above 0"),
    ],
)
def test_what_cannot_be_pooled_is_refused(call, said):
    with pytest.raises(MeasureError, match=said):
        call()
