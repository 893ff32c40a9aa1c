"""Estimates of surveys against statsmodels, R survey's printed outputs and what they must be by definition."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.proportion import proportion_confint

from arwap_analysis.errors import MeasureError
from arwap_analysis.models import (
    rao_scott_test,
    survey_design,
    survey_group_difference,
    survey_group_ratio,
    survey_mean,
    survey_mean_from_totals,
    survey_proportion,
    survey_proportion_from_totals,
    survey_quantile,
    survey_total,
    survey_with_people,
)
from arwap_analysis.sources import Outcome, Reduction, reduce_microdata
from tests.models.surveys import api, made_up, needs_api
from tests.peers import FIXTURES


def designed(frame):
    return survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])


def test_means_between_clusters_are_those_of_statsmodels():
    frame = made_up(strata=1, clusters=30)
    found = survey_mean(survey_design(weights=frame["weight"], clusters=frame["cluster"]), frame["y"])
    fitted = WLS(frame["y"], np.ones(len(frame)), weights=frame["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": frame["cluster"]}
    )
    assert found.estimate == pytest.approx(fitted.params.to_numpy())
    assert found.se == pytest.approx(fitted.bse.to_numpy())


def same(one, other):
    for name in ("estimate", "lower", "upper", "se", "n", "degrees_of_freedom", "design_effect"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), nan_ok=True), name
    assert other.covariance == pytest.approx(one.covariance)
    assert (other.groups, other.reasons) == (one.groups, one.reasons)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16), method=st.sampled_from(["logit", "beta", "arcsine", "wald"]))
def test_totals_of_clusters_give_what_the_people_give(seed, method):
    frame = made_up(seed)
    frame.loc[::7, ["y", "yes"]] = np.nan
    known = frame.assign(w=frame["weight"].where(frame["y"].notna(), 0), n=frame["y"].notna())
    known = known.assign(wx=known["weight"] * known["y"], o=known["weight"] * known["yes"]).fillna(0)
    cells = known.groupby(["stratum", "cluster", "group"])[["wx", "w", "o", "n"]].sum().reset_index()
    means = known.merge(cells, on=["stratum", "cluster", "group"], suffixes=("", "_all"))
    away = means["w"] * (means["y"] - means["wx_all"] / means["w_all"].where(means["w_all"] > 0)) ** 2
    cells["dev"] = away.groupby([means["stratum"], means["cluster"], means["group"]]).sum().to_numpy()
    design = survey_design(strata=cells["stratum"], clusters=cells["cluster"])
    common = {"weight": cells["w"], "people": cells["n"], "by": cells["group"]}
    mean = survey_mean_from_totals(design, weighted_sum=cells["wx"], squared_deviations=cells["dev"], **common)
    same(survey_mean(designed(frame), frame["y"], by=frame["group"]), mean)
    share = survey_proportion_from_totals(design, weighted_count=cells["o"], method=method, **common)
    same(survey_proportion(designed(frame), frame["yes"], by=frame["group"], method=method), share)
    total = survey_total(design, cells["wx"], by=cells["group"])
    assert total.covariance == pytest.approx(survey_total(designed(frame), frame["y"], by=frame["group"]).covariance)


@needs_api
def test_the_reduction_of_a_file_gives_what_its_rows_give():
    """R survey 4.1-1 for awards: 0.7103825136609, 0.63 to 0.78 with 14 degrees of freedom without the fpc."""
    schools = api("apiclus1")
    totals = reduce_microdata(
        Reduction(
            file=FIXTURES / "data" / "apiclus1.csv", by=["stype"], weight="pw", cluster="dnum", values=["api00"],
            outcomes={"awards": Outcome(column="awards", values=["Yes"])},
        )
    ).clusters  # fmt: skip
    rows = survey_design(weights=schools["pw"], clusters=schools["dnum"])
    design = survey_design(clusters=totals["dnum"])
    mean = survey_mean_from_totals(
        design, weighted_sum=totals["api00.sum_wx"], weight=totals["api00.known_w"], people=totals["api00.n_known"],
        squared_deviations=totals["api00.sum_w_sq_dev"], by=totals["stype"],
    )  # fmt: skip
    same(survey_mean(rows, schools["api00"], by=schools["stype"]), mean)
    share = survey_proportion_from_totals(
        design, weighted_count=totals["awards.sum_w"], weight=totals["awards.known_w"], people=totals["awards.n_known"]
    )
    same(survey_proportion(rows, schools["awards"] == "Yes"), share)
    assert (share.estimate[0], share.degrees_of_freedom[0]) == pytest.approx((0.7103825136609, 14))


def test_totals_that_cannot_be_are_refused():
    design = survey_design(rows=2)
    one = {"weight": [1, 2], "people": [1, 1]}
    with pytest.raises(MeasureError, match="without weights"):
        survey_mean_from_totals(survey_design(weights=[1, 2]), weighted_sum=[1, 2], **one)
    with pytest.raises(MeasureError, match="no people"):
        survey_mean_from_totals(design, weighted_sum=[1, 2], weight=[1, 2], people=[1, 0])
    with pytest.raises(MeasureError, match="cannot be above"):
        survey_proportion_from_totals(design, weighted_count=[1, 3], **one)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_cells_of_equal_answers_give_what_the_people_give(seed):
    frame = made_up(seed)
    frame["yes"] = frame["yes"].mask(frame.index % 7 == 0)
    keys = ["stratum", "cluster", "group", "yes"]
    cells = frame.groupby(keys, dropna=False)["weight"].agg(["sum", "count"]).reset_index()
    of_cells = survey_design(weights=cells["sum"], strata=cells["stratum"], clusters=cells["cluster"])
    found = survey_mean(of_cells, cells["yes"], by=cells["group"])
    counted = survey_with_people(found, of_cells, cells["yes"], people=cells["count"], by=cells["group"])
    same(survey_mean(designed(frame), frame["yes"], by=frame["group"]), counted)
    told = [frame["group"].where(frame["yes"].notna(), None), frame["yes"].astype(object)]
    theirs = rao_scott_test(designed(frame), *told)
    labels = [cells["group"].where(cells["yes"].notna(), None), cells["yes"].astype(object)]
    ours = rao_scott_test(of_cells, *labels, people=cells["count"])
    for name in ("statistic", "numerator_df", "denominator_df", "p_value", "chi_squared", "n"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name)), name


def test_cells_without_their_people_are_refused():
    design = survey_design(weights=[1, 2, 3, 4])
    found = survey_mean(design, [0, 1, 1, 0], by=["a", "a", "b", "b"])
    with pytest.raises(MeasureError, match="its number of people"):
        survey_with_people(found, design, [0, 1, 1, 0], people=[1, 0, 1, 1], by=["a", "a", "b", "b"])
    with pytest.raises(MeasureError, match="other groups"):
        survey_with_people(found, design, [0, 1, 1, 0], people=[1, 1, 1, 1])
    with pytest.raises(MeasureError, match="known number"):
        rao_scott_test(design, ["a", "a", "b", "b"], [0, 1, 1, 0], people=[1, np.nan, 1, 1])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_a_group_is_a_domain_and_not_a_sample_of_its_own(seed):
    frame = made_up(seed)
    by = survey_mean(designed(frame), frame["y"], by=frame["group"])
    for at, group in enumerate(by.groups):
        alone = survey_mean(designed(frame), frame["y"].where(frame["group"] == group))
        assert alone.estimate[0] == pytest.approx(by.estimate[at])
        assert alone.se[0] == pytest.approx(by.se[at])
        assert alone.n[0] == by.n[at]
        median, medians = (
            survey_quantile(designed(frame), frame["y"].where(frame["group"] == group), by=by_)
            for by_ in (None, frame["group"])
        )
        assert medians.estimate[at] == median.estimate[0]
        assert medians.degrees_of_freedom[at] == by.degrees_of_freedom[at]


@needs_api
def test_missing_answers_leave_the_degrees_of_freedom_of_the_design():
    """R survey 4.1-1: confint(svymean(..., na.rm=TRUE), df=degf(design)); two of 40 districts have no enrolment."""
    schools = api("apiclus2")
    design = survey_design(weights=schools["pw"], clusters=schools["dnum"])
    found = survey_mean(design, schools["enroll"])
    assert schools.loc[schools["enroll"].notna(), "dnum"].nunique() == 38
    assert found.degrees_of_freedom == [39]
    assert found.upper - found.estimate == pytest.approx(stats.t.ppf(0.975, 39) * found.se)
    assert survey_mean(design, schools["enroll"], by=["all"] * len(schools)).degrees_of_freedom == [37]


def test_differences_and_ratios_of_groups_carry_their_covariance():
    """Of two groups in the same clusters: by a linear combination of the three totals' own covariances."""
    frame = made_up()
    found = survey_mean(designed(frame), frame["y"], by=frame["group"])
    cov = found.covariance
    difference = survey_group_difference(found, reference="a")
    assert difference.estimate[1] == pytest.approx(found.estimate[1] - found.estimate[0])
    assert difference.se[1] == pytest.approx(np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]))
    ratio = survey_group_ratio(found, reference="a")
    m = found.estimate
    relative = cov[0, 0] / m[0] ** 2 + cov[1, 1] / m[1] ** 2 - 2 * cov[0, 1] / (m[0] * m[1])
    t = stats.t.ppf(0.975, ratio.degrees_of_freedom[1])
    assert ratio.upper[1] == pytest.approx(m[1] / m[0] * np.exp(t * np.sqrt(relative)))
    assert (difference.se[0], ratio.estimate[0]) == (0, 1)
    assert np.isnan(difference.p_value[0])
    assert 2 * stats.t.sf(abs(difference.estimate[1] / difference.se[1]), difference.degrees_of_freedom[1]) == (
        pytest.approx(difference.p_value[1])
    )
    assert cov[0, 1] > 0.1 * cov[0, 0]  # or the test would not see it


def test_swapping_group_and_reference_inverts_the_ratio():
    frame = made_up(3)
    found = survey_mean(designed(frame), frame["y"], by=frame["group"])
    one, other = survey_group_ratio(found, reference="a"), survey_group_ratio(found, reference="b")
    assert (1 / one.estimate[1], 1 / one.upper[1]) == pytest.approx((other.estimate[0], other.lower[0]))


def test_a_group_in_one_cluster_has_a_mean_and_no_error():
    frame = made_up()
    frame["group"] = np.where(frame["cluster"] == 3, "one", "rest")
    found = survey_mean(designed(frame), frame["y"], by=frame["group"])
    assert np.isfinite(found.estimate).all()
    assert np.isnan(found.se).tolist() == [True, False]
    compared = survey_group_difference(found, reference="one")
    assert np.isnan(compared.se).all()
    assert compared.reasons[1] == found.reasons[0] != ""
    assert np.isfinite(survey_total(designed(frame), frame["y"], by=frame["group"]).se).all()


def test_a_group_without_an_answer_is_absent_with_its_reason():
    frame = made_up()
    found = survey_mean(designed(frame), frame["y"].where(frame["group"] != "b"), by=frame["group"])
    assert np.isnan(found.estimate).tolist() == [False, True, False]
    assert found.sentence("b") == "The mean (b) cannot be estimated: No row of this group has an answer."
    assert found.frame().loc[1, "reason"] == "No row of this group has an answer"


def test_beta_interval_of_a_simple_random_sample_is_clopper_and_pearsons():
    yes = np.repeat([1.0, 0.0], [3, 17])
    found = survey_proportion(survey_design(rows=20), yes, method="beta")
    # The variance of the design divides by n - 1, which the effective size then has.
    low, high = proportion_confint(3 * 19 / 20, 19, method="beta")
    assert (found.lower[0], found.upper[0]) == pytest.approx((low, high))


def test_beta_interval_of_clusters_has_korn_and_graubards_effective_size():
    """Korn and Graubard (1998): p (1 - p) / variance, times the square of the ratio of the quantiles of t."""
    frame = made_up(6)
    found = survey_proportion(designed(frame), frame["yes"], method="beta")
    p, free = found.estimate[0], found.degrees_of_freedom[0]
    size = p * (1 - p) / found.se[0] ** 2 * (stats.t.ppf(0.975, len(frame) - 1) / stats.t.ppf(0.975, free)) ** 2
    low, high = proportion_confint(size * p, size, method="beta")
    assert free == 16
    assert (found.lower[0], found.upper[0]) == pytest.approx((low, high))


@pytest.mark.parametrize("method", ["logit", "beta", "arcsine", "wald"])
def test_intervals_of_shares_turn_round_with_the_outcome_and_widen_with_confidence(method):
    frame = made_up(2)
    one = survey_proportion(designed(frame), frame["yes"], method=method)
    other = survey_proportion(designed(frame), 1 - frame["yes"], method=method)
    wider = survey_proportion(designed(frame), frame["yes"], method=method, confidence=0.99)
    assert other.upper == pytest.approx(1 - one.lower)
    assert wider.lower < one.lower < one.estimate < one.upper < wider.upper


def test_only_the_beta_interval_has_limits_where_everybody_says_yes():
    design = survey_design(rows=20)
    logit, beta = survey_proportion(design, np.ones(20)), survey_proportion(design, np.ones(20), method="beta")
    assert np.isnan([logit.lower, logit.upper]).all()
    assert "Nobody or everybody" in logit.sentence()
    assert (beta.lower[0], beta.upper[0]) == pytest.approx((0.025 ** (1 / 20), 1))


@needs_api
def test_quantiles_are_those_of_r():
    """R survey 4.1-1, tests/testoutput/quantile-new.Rout.save: 565 and 756 of api00, 526 and 728 of api99."""
    schools = api("apistrat")
    design = survey_design(weights=schools["pw"], strata=schools["stype"])
    found = [
        survey_quantile(design, schools[name], probability=p).estimate[0]
        for name in ("api00", "api99")
        for p in (0.25, 0.75)
    ]
    assert found == [565, 756, 526, 728]


def test_woodruffs_interval_of_a_simple_random_sample_is_read_off_the_order():
    x = np.random.default_rng(4).permutation(np.arange(1.0, 101.0))
    found = survey_quantile(survey_design(rows=100), x)
    margin = stats.t.ppf(0.975, 99) * np.sqrt(0.25 / 99)
    assert found.estimate == pytest.approx([50])
    assert (found.lower[0], found.upper[0]) == (np.ceil(100 * (0.5 - margin)), np.ceil(100 * (0.5 + margin)))
    assert survey_quantile(survey_design(rows=100), x, ties="middle").estimate == pytest.approx([50.5])
    highest = survey_quantile(survey_design(rows=5), x[:5], probability=0.99)
    assert np.isnan([highest.lower, highest.upper, highest.se]).all()
    beta = survey_quantile(survey_design(rows=5), x[:5], probability=0.99, method="beta")
    assert beta.lower[0] <= beta.estimate[0]
    assert np.isnan([beta.upper, beta.se]).all()


def test_answers_that_are_all_alike_have_a_mean_and_no_error():
    found = survey_mean(survey_design(rows=6), [4, 4, 4, 1, 2, 3], by=["same"] * 3 + ["vary"] * 3)
    assert found.estimate.tolist() == [4, 2]
    assert np.isnan(found.se).tolist() == [True, False]
    assert "do not vary" in found.reasons[0]
    assert np.isnan(survey_group_difference(found, reference="vary").lower).tolist() == [True, False]


def test_rao_scotts_test_of_a_simple_random_sample_is_pearsons():
    """With all design effects n / (n - 1), F is chi-squared times (n - 1) / n over its degrees of freedom."""
    frame = made_up(5)
    found = rao_scott_test(survey_design(rows=len(frame)), frame["group"], frame["yes"])
    pearson = stats.chi2_contingency(pd.crosstab(frame["group"], frame["yes"]), correction=False)
    assert found.chi_squared == pytest.approx(pearson.statistic)
    n = len(frame)
    # Under the alternative the cells' covariance has the margins of the table, not of independence.
    assert found.statistic == pytest.approx(pearson.statistic / 2 * (n - 1) / n, rel=0.1)
    assert found.numerator_df == pytest.approx(2, rel=0.02)
    swapped = rao_scott_test(survey_design(rows=n), frame["yes"], frame["group"])
    assert swapped.p_value == pytest.approx(found.p_value)


def test_people_who_are_drawn_twice_together_add_nothing_to_rao_scotts_test():
    frame = made_up(5)
    once = rao_scott_test(survey_design(rows=len(frame)), frame["group"], frame["yes"])
    twice = pd.concat([frame.assign(pair=frame.index)] * 2, ignore_index=True)
    found = rao_scott_test(survey_design(clusters=twice["pair"]), twice["group"], twice["yes"])
    assert found.chi_squared == pytest.approx(2 * once.chi_squared)
    assert (found.statistic, found.numerator_df, found.p_value) == pytest.approx(
        (once.statistic, once.numerator_df, once.p_value)
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda d: survey_mean(d, [1, 2]), "3 rows in the design"),
        (lambda d: survey_mean(d, [1, 2, np.inf]), "must be finite"),
        (lambda d: survey_mean(d, [1, 2, 3], by=["a", None, "b"]), "rows have no group"),
        (lambda d: survey_mean(d, [1, 2, 3], by=["a", "b"]), "rows in the design"),
        (lambda d: survey_proportion(d, [0, 1, 2]), "1 .yes., 0 .no."),
        (lambda d: survey_proportion(d, [0, 1, 1], method="exact"), "method must be one of"),
        (lambda d: survey_quantile(d, [1, 2, 3], probability=50), "between 0 and 1"),
        (lambda d: survey_mean(d, [1, 2, 3], confidence=95), "between 0 and 1"),
        (lambda d: rao_scott_test(d, ["a", "b", "a"], ["x", "x", "x"]), "two or more labels"),
        (lambda d: survey_group_ratio(survey_mean(d, [1, 2, 3], by=["a", "b", "b"]), reference="c"), "no group 'c'"),
    ],
)
def test_what_cannot_be_estimated_is_refused(call, said):
    with pytest.raises(MeasureError, match=said):
        call(survey_design(weights=[1, 1, 2]))
