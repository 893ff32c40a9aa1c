"""Designs of surveys against R survey: its printed test outputs (4.2, tests/*.Rout.save) and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arwap_analysis.errors import MeasureError
from arwap_analysis.models import survey_design, survey_mean, survey_proportion, survey_total
from tests.models.surveys import api, made_up, needs_api


def designed(frame, **changes):
    return survey_design(
        **{"weights": frame["weight"], "strata": frame["stratum"], "clusters": frame["cluster"], **changes}
    )


@needs_api
def test_two_stages_with_finite_populations_are_those_of_r():
    """R survey, tests/api.Rout.save: svymean(~api00, dclus2), svytotal(~enroll, dclus2, na.rm=TRUE), and dclus2wr."""
    schools = api("apiclus2")
    stages = {"weights": schools["pw"], "clusters": [schools["dnum"], schools["snum"]]}
    without = survey_design(**stages, population=[schools["fpc1"], schools["fpc2"]])
    assert survey_mean(without, schools["api00"]).se == pytest.approx([30.099], abs=5e-4)
    assert survey_total(without, schools["enroll"]).estimate == pytest.approx([2639273], abs=0.5)
    assert survey_total(without, schools["enroll"]).se == pytest.approx([799638], abs=0.5)
    replaced = survey_design(**stages)
    assert survey_mean(replaced, schools["api00"]).se == pytest.approx([30.712], abs=5e-4)
    assert survey_total(replaced, schools["enroll"]).se == pytest.approx([820261], abs=0.5)


@needs_api
@pytest.mark.parametrize(("lonely", "error"), [("certainty", 5.8058), ("adjust", 5.8281), ("average", 6.0096)])
def test_strata_with_one_unit_are_met_as_in_r(lonely, error):
    """R survey, tests/lonely.psu.Rout.save: districts as strata, of which 413 has one school."""
    schools = api("apiclus1")
    design = survey_design(weights=schools["pw"], strata=schools["dnum"], lonely=lonely)
    assert survey_mean(design, schools["api00"]).se == pytest.approx([error], abs=5e-5)


@needs_api
def test_a_stratum_that_was_taken_whole_adds_nothing_and_is_not_lonely():
    """R survey, tests/lonely.psu.Rout.save, "fpc specified"."""
    schools = api("apiclus1")
    whole = np.where(schools["dnum"] == 413, 1, 1000)
    design = survey_design(weights=schools["pw"], strata=schools["dnum"], population=whole)
    assert survey_mean(design, schools["api00"]).se == pytest.approx([5.7344], abs=5e-5)


@needs_api
def test_a_domain_keeps_the_units_of_its_strata_that_it_does_not_meet():
    """R survey, tests/lonely.psu.Rout.save, "lonely PSUs after subsetting": 5.8909 under every option."""
    schools = api("apiclus1")
    schools = schools[schools["dnum"] != 413].reset_index(drop=True)
    kept = np.where(schools.index == 30, np.nan, schools["api00"])
    found = survey_mean(survey_design(weights=schools["pw"], strata=schools["dnum"]), kept)
    assert found.estimate == pytest.approx([645.14], abs=5e-3)
    assert found.se == pytest.approx([5.8909], abs=5e-5)


def test_a_stratum_with_one_unit_is_refused_unless_told_otherwise():
    with pytest.raises(MeasureError, match="1 strata of stage 1 have only one sampled unit"):
        survey_design(strata=["a", "a", "b"])


def test_a_design_of_one_unit_alone_has_no_error():
    design = survey_design(weights=[1, 2], clusters=["a", "a"], lonely="average")
    found = survey_mean(design, [1, 2])
    assert np.isnan([found.se, found.lower, found.upper]).all()
    assert found.reasons == ("All answers are from one sampling unit, so there is no standard error",)
    assert "one sampling unit" in found.sentence()


def test_a_sample_of_everyone_has_no_sampling_error():
    found = survey_mean(survey_design(weights=np.ones(4), population=np.full(4, 4)), [1, 5, 2, 8])
    assert found.se == pytest.approx([0])


def test_a_simple_random_sample_has_the_textbook_error():
    """Cochran (1977), Sampling Techniques, theorem 2.2: s / sqrt(n) times the root of 1 - f."""
    x = np.array([3.0, 7.0, 8.0, 12.0, 5.0])
    found = survey_mean(survey_design(weights=np.full(5, 4.0), population=np.full(5, 20)), x)
    assert found.se == pytest.approx([x.std(ddof=1) / np.sqrt(5) * np.sqrt(0.75)])
    assert found.design_effect == pytest.approx([1.0])
    shares = survey_mean(survey_design(weights=np.full(5, 4.0), population=np.full(5, 0.25)), x)
    assert shares.se == pytest.approx(found.se)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "same number of rows"),
        ({"weights": []}, "needs rows"),
        ({"weights": [1, 2], "strata": ["a"]}, "same number of rows"),
        ({"weights": [1, -1]}, "weight of 0 or more"),
        ({"weights": [1, np.nan]}, "weight of 0 or more"),
        ({"clusters": ["a", None]}, "no label in clusters"),
        ({"strata": ["a", "a", "b", "b"], "clusters": [1, 2, 2, 3]}, "more than one stratum"),
        ({"population": [1, 5, 5], "strata": ["a", "a", "a"]}, "differs within a stratum"),
        ({"population": [2, 2, 2]}, "fewer units than were sampled"),
        ({"population": [0.5, 2, 2]}, "numbers of units"),
        ({"weights": [1, 2], "lonely": "ignore"}, "lonely must be one of"),
    ],
)
def test_a_design_that_cannot_be_is_refused(arguments, said):
    with pytest.raises(MeasureError, match=said):
        survey_design(**arguments)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16), factor=st.floats(0.01, 100))
def test_scaling_all_weights_changes_no_mean_and_scales_totals(seed, factor):
    frame = made_up(seed)
    plain, scaled = designed(frame), designed(frame, weights=frame["weight"] * factor)
    for statistic, y in ((survey_mean, "y"), (survey_proportion, "yes")):
        one, other = (statistic(design, frame[y], by=frame["group"]) for design in (plain, scaled))
        assert other.estimate == pytest.approx(one.estimate)
        assert other.covariance == pytest.approx(one.covariance)
        assert other.upper == pytest.approx(one.upper, nan_ok=True)
    one, other = (survey_total(design, frame["y"]) for design in (plain, scaled))
    assert other.se == pytest.approx(one.se * factor)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_names_of_clusters_and_the_order_of_rows_change_nothing(seed):
    frame = made_up(seed)
    one = survey_mean(designed(frame), frame["y"], by=frame["group"])
    mixed = frame.sample(frac=1, random_state=seed)
    names = "district " + (997 * (mixed["cluster"] + 1) % 1009).astype(str)
    other = survey_mean(designed(mixed, clusters=names, strata=-mixed["stratum"]), mixed["y"], by=mixed["group"])
    assert other.estimate == pytest.approx(one.estimate)
    assert other.covariance == pytest.approx(one.covariance)
    assert other.degrees_of_freedom.tolist() == one.degrees_of_freedom.tolist()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_a_second_stage_adds_only_what_the_first_left_in(seed):
    """Between ultimate clusters with replacement is never less than two stages with their corrections."""
    frame = made_up(seed)
    person = np.arange(len(frame))
    stages = {"clusters": [frame["cluster"], person], "strata": frame["stratum"], "weights": frame["weight"]}
    ultimate = survey_mean(survey_design(**stages), frame["y"]).se[0]
    shares = [np.full(len(frame), 0.2), np.full(len(frame), 0.5)]
    both = survey_mean(survey_design(**stages, population=shares), frame["y"]).se[0]
    first = survey_mean(survey_design(**stages, population=shares[:1]), frame["y"]).se[0]
    assert first == pytest.approx(ultimate * np.sqrt(0.8))
    assert first < both < ultimate * 1.5
