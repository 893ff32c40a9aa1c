"""Replicates against linearisation and against R survey's printed outputs."""

import numpy as np
import pytest

from arwap_analysis.errors import MeasureError
from arwap_analysis.models import (
    replicate_design,
    survey_design,
    survey_mean,
    survey_proportion,
    survey_ratio,
    survey_regression,
    survey_total,
    with_balanced_halves,
    with_bootstrap,
    with_jackknife,
)
from tests.models.surveys import api, made_up, needs_api


def stratified():
    schools = api("apistrat")
    return schools, survey_design(weights=schools["pw"], strata=schools["stype"], population=schools["fpc"])


def clustered():
    schools = api("apiclus1")
    return schools, survey_design(weights=schools["pw"], clusters=schools["dnum"], population=schools["fpc"])


STATISTICS = {
    "mean": lambda d, s: survey_mean(d, s["api00"], by=s["stype"]),
    "total": lambda d, s: survey_total(d, s["enroll"]),
    "ratio": lambda d, s: survey_ratio(d, s["api00"], s["api99"]),
    "proportion": lambda d, s: survey_proportion(d, s["awards"] == "Yes"),
    "logistic": lambda d, s: survey_regression(
        d, s["awards"] == "Yes", s[["ell", "meals"]], terms=["ell", "meals"], family="logistic"
    ),
}


@needs_api
@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_jackknife_agrees_with_linearisation_within_5_per_cent(statistic):
    schools, design = stratified()
    linear, repeated = (STATISTICS[statistic](d, schools) for d in (design, with_jackknife(design)))
    assert repeated.estimate == pytest.approx(linear.estimate)
    assert repeated.se == pytest.approx(linear.se, rel=0.05)


@needs_api
@pytest.mark.parametrize("statistic", ["mean", "total", "ratio", "proportion"])
def test_the_bootstrap_agrees_with_linearisation_within_5_per_cent(statistic):
    schools, design = stratified()
    repeated = STATISTICS[statistic](with_bootstrap(design, replicates=4000, rng=np.random.default_rng(8)), schools)
    assert repeated.se == pytest.approx(STATISTICS[statistic](design, schools).se, rel=0.05)


@needs_api
def test_few_unequal_clusters_make_the_jackknife_larger_as_in_r():
    """R survey, tests/api.Rout.save: svymean(~api00, rclus1) has 26.329 where linearisation has 23.542."""
    schools, design = clustered()
    assert survey_mean(with_jackknife(design), schools["api00"]).se == pytest.approx([26.329], abs=5e-4)
    assert survey_total(with_jackknife(design), schools["enroll"]).se == pytest.approx([932235], abs=0.5)
    boot = with_bootstrap(design, replicates=4000, rng=np.random.default_rng(8))
    for values in ("api00", "enroll"):
        assert survey_total(boot, schools[values]).se == pytest.approx(
            survey_total(design, schools[values]).se, rel=0.05
        )
    assert survey_mean(boot, schools["api00"]).se == pytest.approx(survey_mean(design, schools["api00"]).se, rel=0.05)


@needs_api
def test_the_jackknife_of_strata_with_one_unit_is_that_of_r():
    """R survey, tests/lonely.psu.Rout.save: 5.8058 with "certainty", 5.7344 where the stratum was taken whole."""
    schools = api("apiclus1")
    arguments = {"weights": schools["pw"], "strata": schools["dnum"]}
    certain = with_jackknife(survey_design(**arguments, lonely="certainty"))
    assert survey_mean(certain, schools["api00"]).se == pytest.approx([5.8058], abs=5e-5)
    whole = with_jackknife(survey_design(**arguments, population=np.where(schools["dnum"] == 413, 1, 1000)))
    assert survey_mean(whole, schools["api00"]).se == pytest.approx([5.7344], abs=5e-5)


@pytest.mark.parametrize("fay", [0.0, 0.3])
@pytest.mark.parametrize("strata", [3, 7, 8])
def test_balanced_halves_give_a_total_its_linearised_error_exactly(fay, strata):
    frame = made_up(strata=strata, clusters=2)
    design = survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])
    halves = with_balanced_halves(design, fay=fay)
    linear = survey_total(design, frame["y"], by=frame["group"])
    repeated = survey_total(halves, frame["y"], by=frame["group"])
    assert repeated.covariance == pytest.approx(linear.covariance)
    assert survey_mean(halves, frame["y"]).se == pytest.approx(survey_mean(design, frame["y"]).se, rel=0.25)


def test_weights_given_out_with_a_survey_give_the_jackknife_they_were_made_by():
    frame = made_up(strata=1, clusters=12)
    design = with_jackknife(survey_design(weights=frame["weight"], clusters=frame["cluster"]))
    table = design.replicates.factors[design.unit] * design.weights[:, None]
    given = replicate_design(weights=frame["weight"], replicate_weights=table, kind="jackknife", about_estimate=False)
    one, other = (survey_mean(d, frame["y"], by=frame["group"]) for d in (design, given))
    assert other.covariance == pytest.approx(one.covariance)
    assert given.degrees_of_freedom == 11
    assert "jackknife, 12" in other.method


def test_chance_comes_from_the_generator_alone():
    frame = made_up()
    design = survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])
    one, same, other = (
        survey_mean(with_bootstrap(design, replicates=50, rng=np.random.default_rng(seed)), frame["y"]).se[0]
        for seed in (1, 1, 2)
    )
    assert one == same != other


def test_a_group_that_a_replicate_leaves_out_has_a_mean_and_says_why_no_error():
    frame = made_up(strata=2, clusters=3)
    frame["group"] = np.where(frame.index.isin([0, len(frame) - 1]), "one", "rest")
    design = survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["cluster"])
    drawn = with_bootstrap(design, replicates=30, rng=np.random.default_rng(1))
    found = survey_mean(drawn, frame["y"], by=frame["group"])
    assert np.isnan(found.se).tolist() == [True, False]
    assert "a replicate leaves nobody" in found.sentence("one")


def test_replicates_that_cannot_be_made_are_refused():
    pairs = survey_design(strata=["a", "a", "b", "b"])
    with pytest.raises(MeasureError, match="exactly two units"):
        with_balanced_halves(survey_design(rows=3))
    with pytest.raises(MeasureError, match="fay"):
        with_balanced_halves(pairs, fay=1.0)
    lonely = survey_design(strata=["a", "a", "b"], lonely="adjust")
    with pytest.raises(MeasureError, match="no jackknife"):
        with_jackknife(lonely)
    with pytest.raises(MeasureError, match="no bootstrap"):
        with_bootstrap(lonely, rng=np.random.default_rng(1))
    with pytest.raises(MeasureError, match="two or more replicates"):
        with_bootstrap(pairs, replicates=1, rng=np.random.default_rng(1))
    with pytest.raises(MeasureError, match="publisher's scale"):
        replicate_design(weights=[1, 2], replicate_weights=[[1, 2], [2, 1]], kind="other")
    with pytest.raises(MeasureError, match="weight 0"):
        replicate_design(weights=[1, 0], replicate_weights=[[1, 2], [2, 1]], kind="jackknife")
    given = replicate_design(weights=[1, 2], replicate_weights=[[0, 2], [4, 0]], kind="jackknife")
    with pytest.raises(MeasureError, match="no clusters"):
        with_jackknife(given)
