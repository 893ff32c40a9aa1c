import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError

RNG = np.random.default_rng(6)
GROUP = RNG.choice(["Asian", "Black", "White"], 600, p=[0.15, 0.1, 0.75])
GRADE = np.where(RNG.random(600) < 0.4 + 0.2 * (GROUP == "White"), "senior", "junior")
PAY = np.round(np.exp(2.6 + 0.4 * (GRADE == "senior") - 0.05 * (GROUP == "Black") + RNG.normal(0, 0.2, 600)), 2)


def gap(**options):
    return models.pay_gap(PAY, group=GROUP, reference="White", **options)


def test_the_median_gap_has_the_interval_of_statpsych():
    """R's statpsych 1.6.0, ci.ratio.median2(.05, y1, y2): 43, 37, ratio 1.162162 (0.927667, 1.455933)."""
    second = [32, 39, 26, 35, 43, 27, 40, 37, 34, 29, 49, 42, 40]
    first = [36, 44, 47, 42, 49, 39, 46, 31, 33, 48]
    found = models.pay_gap([*first, *second], group=["a"] * 10 + ["b"] * 13, reference="b").at(quantity="median")
    ratio = [1 - found[name] / 100 for name in ("estimate", "upper", "lower")]
    np.testing.assert_allclose(ratio, [1.162162, 0.927667, 1.455933], atol=1e-6)


def test_the_mean_gap_is_that_of_the_means_with_the_delta_methods_interval():
    found = gap().at(quantity="mean", group="Black")
    own, white = PAY[GROUP == "Black"], PAY[GROUP == "White"]
    ratio = own.mean() / white.mean()
    error = np.hypot(*(v.std(ddof=1) / np.sqrt(v.size) / v.mean() for v in (own, white)))
    assert found["estimate"] == pytest.approx(100 * (1 - ratio))
    assert found["lower"] == pytest.approx(100 * (1 - ratio * np.exp(1.959964 * error)), abs=1e-5)
    assert found["standard_error"] == pytest.approx(100 * ratio * error)


def test_the_adjusted_gap_is_that_of_a_robust_regression_of_log_pay():
    """statsmodels 0.15.0, OLS with HC1 errors; relative tolerance 1e-8."""
    found = gap(covariates={"grade": GRADE})
    matrix = np.column_stack([np.ones(600), GROUP == "Asian", GROUP == "Black", GRADE == "senior"]).astype(float)
    fit = sm.OLS(np.log(PAY), matrix).fit(cov_type="HC1")
    for place, name in ((1, "Asian"), (2, "Black")):
        row = found.at(quantity="adjusted", group=name)
        assert row["estimate"] == pytest.approx(100 * (1 - np.exp(fit.params[place])), rel=1e-8)
        assert row["p_value"] == pytest.approx(fit.pvalues[place], rel=1e-6)
    assert abs(found.at(quantity="adjusted", group="Asian")["estimate"]) < abs(
        found.at(quantity="mean", group="Asian")["estimate"]
    )


@given(st.integers(0, 30))
@settings(max_examples=15, deadline=None)
def test_rates_with_people_give_the_same_as_rows_of_people(seed):
    rng = np.random.default_rng(seed)
    rates, people = rng.choice([9.5, 10, 11, 12.5, 20, 31], 30), rng.integers(0, 6, 30)
    group = rng.choice(["x", "y"], 30)
    people[:2], group[:2] = 3, ["x", "y"]
    rows = np.repeat(np.arange(30), people)
    for function, options in ((models.pay_gap, {"reference": "x"}), (models.pay_quarter_shares, {})):
        short = function(rates, people, group=group, **options)
        long = function(rates[rows], group=group[rows], **options)
        np.testing.assert_allclose(short.estimate, long.estimate)
        np.testing.assert_allclose(short.se, long.se)


@given(st.floats(0.2, 5))
@settings(max_examples=20, deadline=None)
def test_gaps_do_not_depend_on_the_currency(factor):
    np.testing.assert_allclose(
        models.pay_gap(PAY * factor, group=GROUP, reference="White").lower, gap().lower, atol=1e-8
    )


def test_swapping_two_groups_inverts_the_ratio():
    two = np.where(GROUP == "White", "White", "others")
    one = models.pay_gap(PAY, group=two, reference="White").estimate
    other = models.pay_gap(PAY, group=two, reference="others").estimate
    np.testing.assert_allclose((1 - one / 100) * (1 - other / 100), 1)


def test_equal_pay_is_no_gap_and_few_people_have_no_interval_for_the_median_and_a_caution():
    found = models.pay_gap([10, 12, 14, 10, 12, 14], group=list("aaabbb"), reference="a")
    np.testing.assert_allclose(found.estimate, 0, atol=1e-12)
    assert np.isnan(found.at(quantity="median")["lower"])
    assert np.isfinite(found.at(quantity="mean")["lower"])
    assert dict(found.rows)["caution"] == ("fewer than 10 people",) * 2


def test_quarters_split_people_of_one_rate_evenly():
    """Four of eight people are paid 10 pounds, two of each group."""
    found = models.pay_quarter_shares([10, 10, 10, 10, 12, 13, 14, 15], group=list("aabbabab"))
    table = found.frame().pivot(index="quarter", columns="group", values="estimate")
    assert table.loc["lower"].tolist() == [0.5, 0.5]
    assert table.loc["lower middle"].tolist() == [0.5, 0.5]
    assert table.loc["upper middle"].tolist() == [0.5, 0.5]
    uneven = models.pay_quarter_shares([10, 10, 10, 11, 12, 13, 14, 15], group=list("aabbbbbb"))
    # Three at 10: two thirds of each group's people at that rate fall into the lowest quarter of two.
    assert uneven.at(quarter="lower", group="a")["estimate"] == pytest.approx(2 / 3)
    assert uneven.at(quarter="lower middle", group="a")["estimate"] == pytest.approx(1 / 3)


def test_shares_of_each_quarter_add_up_to_one_and_to_each_groups_people():
    table = models.pay_quarter_shares(PAY, group=GROUP).frame()
    np.testing.assert_allclose(table.groupby("quarter").estimate.sum(), 1)
    people = (table.estimate * table.n).groupby(table.group).sum()
    assert people.round(6).to_dict() == {name: (name == GROUP).sum() for name in ("Asian", "Black", "White")}


def test_quarters_say_who_is_at_the_bottom_and_at_the_top():
    found = models.pay_quarter_shares(np.arange(1, 41), group=["low"] * 10 + ["high"] * 30)
    assert found.sentence == "high: 0.0% of the lowest-paid quarter, 100.0% of the highest-paid."
    assert found.at(quarter="lower", group="low")["upper"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pay": np.where(GROUP == "Asian", 0, PAY)}, "no hourly pay above 0"),
        ({"pay": np.where(GROUP == "Asian", np.nan, PAY)}, "no hourly pay above 0"),
        ({"people": 0.5}, "whole numbers"),
        ({"group": np.zeros(600)}, "must be labels"),
        ({"group": ["", *GROUP[1:]]}, "must be labels"),
        ({"group": GROUP[:3]}, "along one axis"),
        ({"reference": "Wite"}, "Did you mean 'White'"),
        ({"group": ["White"] * 600}, "another group"),
    ],
)
def test_what_has_no_gap_says_why(change, message):
    given_ = {"pay": PAY, "people": 1, "group": GROUP, "reference": "White", **change}
    with pytest.raises((DataError, MeasureError), match=message):
        models.pay_gap(given_.pop("pay"), given_.pop("people"), **given_)


def test_three_people_have_no_quarters():
    with pytest.raises(MeasureError, match="four people"):
        models.pay_quarter_shares([1, 2, 3], group=list("aab"))
