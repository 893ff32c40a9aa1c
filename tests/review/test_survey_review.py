"""A survey review: its numbers are those of the models, its pages say them in both languages, its guards hold."""

import numpy as np
import pandas as pd
import pytest
import yaml

from arwap_analysis import models
from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.inference import adjust_p_values
from arwap_analysis.review import survey
from arwap_analysis.review.survey.preflight import check_inputs
from tests.conftest import ROOT
from tests.review.kinds import ASKED, assert_welsh, card_of, words_in_chart, write
from tests.sources.people import save

SECTIONS = (
    survey.show_question, survey.main_points, survey.show_survey, survey.show_estimates, survey.show_gaps,
    survey.show_quality, survey.describe_limits, survey.describe_methods, survey.list_sources,
)  # fmt: skip
EXHIBITS = (survey.show_survey, survey.show_estimates, survey.show_gaps, survey.show_quality)
# Names of a survey and its publisher, which stay as they are.
NAMES = frozenset({"national", "health", "and", "examination", "survey", "center", "for", "statistics", "centers",
                   "disease", "control", "prevention"})  # fmt: skip


def assessed(data="data/nhanes_cholesterol.yml", *, project=ROOT, **options):
    request = survey.SurveyReview(**{**ASKED, "data": data, **options})
    return survey.assess(survey.gather(request, project=project))


@pytest.fixture(scope="module")
def findings():
    return assessed()


@pytest.fixture(scope="module")
def rows():
    frame = pd.read_csv(ROOT / "data" / "nhanes_cholesterol_2009_2010.csv")
    return frame.assign(unit=frame["SDMVSTRA"].astype(str) + "/" + frame["SDMVPSU"].astype(str))


@pytest.fixture(scope="module")
def design(rows):
    return models.survey_design(weights=rows["WTMEC2YR"], strata=rows["SDMVSTRA"], clusters=rows["unit"])


def test_the_estimates_are_those_of_the_models_from_the_rows_of_people(findings, rows, design):
    ours = findings.estimates.set_index("group").sort_index()
    theirs = models.survey_proportion(design, rows["HI_CHOL"], by=rows["race"].astype(str)).frame().set_index("group")
    for name in ("estimate", "lower", "upper", "standard_error", "design_effect", "degrees_of_freedom"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9, err_msg=name)
    np.testing.assert_array_equal(ours["answered"], theirs["n"])
    np.testing.assert_allclose(ours["effective_sample_size"], theirs["n"] / theirs["design_effect"], rtol=1e-9)


def test_the_gaps_are_those_of_the_models_with_holms_adjustment(findings, rows, design):
    found = models.survey_proportion(design, rows["HI_CHOL"], by=rows["race"].astype(str))
    difference = models.survey_group_difference(found, reference="2").frame().set_index("group")
    ratio = models.survey_group_ratio(found, reference="2").frame().set_index("group")
    ours = findings.gaps.set_index("group")
    np.testing.assert_allclose(ours["difference"], 100 * difference["estimate"].loc[ours.index], rtol=1e-9)
    np.testing.assert_allclose(ours["ratio_lower"], ratio["lower"].loc[ours.index], rtol=1e-9)
    np.testing.assert_allclose(
        ours["p_adjusted"], adjust_p_values(difference["p_value"].loc[ours.index].to_numpy()), rtol=1e-9
    )
    assert ours["direction"].to_dict() == {"3": "lower", "1": "no_clear_difference", "4": "no_clear_difference"}


def test_the_test_of_all_groups_is_that_of_the_rows_of_people(findings, rows, design):
    told = rows["HI_CHOL"].notna()
    theirs = models.rao_scott_test(
        design, rows["race"].astype(str).where(told, None), rows["HI_CHOL"].astype(object).where(told, None)
    )
    for name in ("statistic", "numerator_df", "denominator_df", "p_value", "chi_squared", "n"):
        assert getattr(findings.test, name) == pytest.approx(getattr(theirs, name), rel=1e-9), name


def test_the_main_points_say_who_how_much_and_how_firm_it_is(findings):
    points = " ".join(survey.main_points(findings).sentences)
    assert "Total cholesterol over 240 mg/dl: the share was highest among non-Hispanic White people, 14.3%" in points
    assert (
        "Clearly lower than among non-Hispanic White people: non-Hispanic Black people (−4.2 percentage points"
        in points
    )
    assert "does not show that the share differs between them (Rao-Scott test, p-value 0.23)" in points
    assert "over 20% of the figure: people of other groups." in points
    assert f"{100 * 363 / 6059:.1f}% of the people in the file" in points


def test_groups_with_an_unreliable_figure_are_banded_as_in_welsh_survey_tables(findings):
    bands = findings.estimates.set_index("group")["band"].to_dict()
    assert bands == {"2": "reasonably precise", "3": "acceptable", "1": "reasonably precise", "4": "unreliable"}


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_the_welsh_one_is_welsh(findings, show):
    assert_welsh(show(findings), beside=NAMES)


def test_the_words_in_every_chart_are_welsh(findings, monkeypatch):
    for show in (survey.show_estimates, survey.show_gaps, survey.show_quality):
        written = words_in_chart(show(findings), monkeypatch, lambda show=show: show(findings))
        assert "Sbaenaidd" in written
        assert "Hispanic" not in written


def test_a_small_group_has_no_estimate_and_the_reason_is_said_everywhere():
    found = assessed(fewest_people=400)
    row = found.estimates.set_index("group").loc["4"]
    assert np.isnan(row["estimate"])
    assert row["reason"] == "Fewer than 400 people of this group answered"
    assert np.isnan(found.gaps.set_index("group").loc["4", "ratio"])
    assert "No estimate is shown for people of other groups: fewer than 400 people" in " ".join(
        survey.main_points(found).sentences
    )
    assert "No estimate for: Other." in survey.show_estimates(found).alt
    assert ",0.125" not in survey.show_estimates(found)._repr_mimebundle_()[1]["arwap"]["csv"]


def test_where_the_reference_has_no_estimate_nothing_is_compared():
    found = assessed(fewest_people=400, reference_group="4")
    assert found.gaps["ratio"].isna().all()
    assert set(found.gaps["direction"]) == {"not_assessed"}
    assert survey.show_gaps(found).title == "No group's share was clearly different from that of people of other groups"


def test_an_outcome_and_a_reference_can_be_chosen(rows, design):
    found = assessed(outcome="women", reference_group="1")
    theirs = models.survey_proportion(design, (rows["RIAGENDR"] == 2).astype(float), by=rows["race"].astype(str))
    ours = found.estimates.set_index("group").sort_index()
    np.testing.assert_allclose(ours["estimate"], theirs.estimate, rtol=1e-9)
    assert set(found.gaps["reference"]) == {"1"}


@pytest.mark.parametrize(
    ("options", "column", "hint"),
    [
        ({"outcome": "high_cholestrol"}, "outcome", "high_cholesterol"),
        ({"reference_group": "9"}, "reference_group", "'2'"),
    ],
)
def test_names_that_the_card_does_not_have_are_refused_with_what_it_has(options, column, hint):
    with pytest.raises(ParameterError) as caught:
        assessed(**options)
    (fault,) = caught.value.faults
    assert fault.column == column
    assert hint in fault.hint


# A made-up survey: who is drawn, with which weight, and what they answer.


HEADER = "stratum,unit,weight,group,answer,score"


def made_up_card(**changes):
    card = card_of("nhanes_cholesterol")
    card |= {
        "file": "made_up.csv",
        "design": {"weight": "weight", "strata": "stratum", "clusters": "unit"},
        "group": {
            "column": "group",
            "reference": "a",
            "unknown": "u",
            "categories": {code: {"label": {"en": code.upper(), "cy": code.upper()}} for code in "abcdu"},
        },
        "outcomes": {
            "yes": {"name": {"en": "yes", "cy": "ie"}, "column": "answer", "values": ["yes"]},
            "score": {"name": {"en": "score", "cy": "sgôr"}, "column": "score"},
        },
    }
    return card | changes


def made_up_rows(groups="aaabbbccdu", people=6):
    rng = np.random.default_rng(7)
    rows = []
    for stratum in ("s", "t"):
        for unit in range(4):
            for group in groups:
                for _ in range(people):
                    answer = rng.choice(["yes", "no", ""], p=[0.4, 0.5, 0.1])
                    score = "" if answer == "" else str(rng.integers(0, 11))
                    rows.append(f"{stratum},{stratum}{unit},{rng.uniform(1, 5):.3f},{group},{answer},{score}")
    return [HEADER, *rows]


@pytest.fixture
def made_up(project):
    def assess(card=None, rows=None, **options):
        path = write(project, card or made_up_card(), rows or made_up_rows())
        return assessed(path, project=project, **{"fewest_people": 2, **options})

    return assess


def test_a_mean_is_that_of_the_rows_of_people(made_up, project):
    found = made_up(outcome="score")
    frame = pd.read_csv(project / "data" / "made_up.csv")
    design = models.survey_design(weights=frame["weight"], strata=frame["stratum"], clusters=frame["unit"])
    theirs = models.survey_mean(design, frame["score"], by=frame["group"]).frame().set_index("group")
    ours = found.estimates.set_index("group")
    for name in ("estimate", "lower", "upper", "design_effect"):
        np.testing.assert_allclose(ours[name], theirs[name].loc[ours.index], rtol=1e-9, err_msg=name)
    assert found.test is None
    assert "Rao and Scott's test is of shares" in " ".join(survey.describe_methods(found).sentences)
    for show in SECTIONS:
        assert_welsh(show(found), beside=NAMES)


@pytest.mark.parametrize("outcome", ["yes", "score"])
def test_replicate_weights_give_the_errors_of_the_rows_of_people(made_up, project, outcome):
    rows = made_up_rows()
    rng = np.random.default_rng(3)
    names = [f"r{n}" for n in range(8)]
    weights = [float(row.split(",")[2]) for row in rows[1:]]
    table = np.array([[w * f for f in rng.choice([0.0, 2.0], size=8)] for w in weights])
    with_weights = [f"{rows[0]},{','.join(names)}"]
    with_weights += [f"{row},{','.join(map(str, t))}" for row, t in zip(rows[1:], table, strict=True)]
    card = made_up_card(design={"weight": "weight", "replicate_weights": names, "replicate_kind": "balanced_halves",
                                "degrees_of_freedom": 6.0})  # fmt: skip
    found = made_up(card, with_weights, outcome=outcome)
    frame = pd.read_csv(project / "data" / "made_up.csv")
    design = models.replicate_design(
        weights=frame["weight"], replicate_weights=frame[names], kind="balanced_halves", degrees_of_freedom=6
    )
    answer = frame["score"] if outcome == "score" else (frame["answer"] == "yes").where(frame["answer"].notna())
    ask = models.survey_mean if outcome == "score" else models.survey_proportion
    theirs = ask(design, answer.astype(float), by=frame["group"]).frame().set_index("group")
    ours = found.estimates.set_index("group")
    for name in ("estimate", "lower", "upper", "design_effect"):
        np.testing.assert_allclose(ours[name], theirs[name].loc[ours.index], rtol=1e-7, err_msg=name)
    np.testing.assert_array_equal(ours["answered"], theirs["n"].loc[ours.index])
    assert "8 replicate weights" in survey.show_survey(found).caution
    for show in SECTIONS:
        assert_welsh(show(found), beside=NAMES)


def test_a_parquet_file_gives_what_a_csv_gives(project, findings):
    save(pd.read_csv(project / "data" / findings.evidence.card.file), project / "data" / "survey.parquet")
    card = card_of("nhanes_cholesterol") | {"file": "survey.parquet"}
    del card["sha256"]
    (project / "data" / "parquet.yml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    found = assessed("data/parquet.yml", project=project)
    pd.testing.assert_frame_equal(found.estimates, findings.estimates, rtol=1e-9)


def test_people_of_unknown_group_are_shown_and_never_compared(made_up):
    rows = made_up_rows()
    found = made_up(rows=[*rows, "s,s0,2.0,,yes,5"])
    assert found.estimates.set_index("group").loc["u", "people"] == sum(",u," in row for row in rows) + 1
    assert "u" not in set(found.gaps["group"])
    with pytest.raises(ParameterError):
        made_up(reference_group="u")


def test_a_group_that_nobody_is_in_is_absent_with_the_reason(made_up):
    found = made_up(rows=made_up_rows("aaabbbu"))
    absent = found.estimates.set_index("group").loc["c"]
    assert (absent["people"], absent["reason"]) == (0, "No one of this group is in the file")
    assert "C and D: no one of this group is in the file" in " ".join(survey.describe_limits(found).sentences)


def with_policy(project, threshold=10):
    (project / "data").mkdir(exist_ok=True)
    (project / "data" / "policy.yml").write_text(f"id: survey\nthreshold: {threshold}\n", encoding="utf-8")
    return made_up_card(disclosure="policy.yml")


@pytest.mark.parametrize("outcome", ["yes", "score"])
def test_counts_under_the_threshold_are_not_shown_nor_anything_made_of_them(made_up, project, outcome):
    small = [row for row in made_up_rows() if ",d," not in row]
    small += [f"s,s{n},2.0,d,{'yes' if n else 'no'},5" for n in range(4)]
    found = made_up(with_policy(project), small, outcome=outcome)
    assert "d" in found.shield.groups
    # One hidden group alone could be worked out from the totals.
    assert len(found.shield.groups) > 1
    row = found.estimates.set_index("group").loc["d"]
    assert row["reason"] == REASON
    assert row.drop(["reason", "status", "method", "band"]).isna().all()
    for show in EXHIBITS:
        table = show(found).table
        assert table.policy.id == "survey"
        assert table.audit is not None
        for hidden in found.shield.groups:
            shown = table.frame[table.frame["group"] == hidden]
            assert shown.select_dtypes("number").isna().all().all()
    # Nor how many of a group gave no answer, which are few.
    assert found.estimates[["people", "missing"]].isna().all().all()
    sources = " ".join(survey.list_sources(found).sentences)
    assert "Counts under 10 are hidden" in sources
    assert found.evidence.digest not in sources
    assert "kept by the team" in sources
    for show in SECTIONS:
        assert_welsh(show(found), beside=NAMES)


def test_a_policy_that_rounds_is_refused(made_up, project):
    card = with_policy(project)
    policy = project / "data" / "policy.yml"
    policy.write_text("id: survey\nrounding: {base: 5}\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="without rounding"):
        made_up(card)


@pytest.mark.parametrize(
    ("row", "column", "code", "value"),
    [
        ("s,s0,2.0,z,yes,5", "group", "unknown_label", "z"),
        ("s,s0,-2.0,a,yes,5", "weight", "negative_weight", None),
        ("s,s0,,a,yes,5", "weight", "missing_weight", None),
        ("s,s0,heavy,a,yes,5", "weight", "not_a_number", None),
        ("s,,2.0,a,yes,5", "unit", "missing_cluster", None),
        (",s0,2.0,a,yes,5", "stratum", "missing_label", None),
        ("s,s0,2.0,a,yes,many", "score", "not_a_number", None),
    ],
)
def test_bad_rows_are_refused_with_column_and_row(made_up, row, column, code, value):
    rows = made_up_rows()
    with pytest.raises(DataError) as caught:
        made_up(rows=[*rows[:6], row, *rows[6:]], outcome="score")
    fault = next(f for f in caught.value.faults if f.code == code)
    assert (fault.column, fault.row, fault.value) == (column, 7, value)


def test_a_design_that_the_file_does_not_fit_is_refused_with_what_to_do(made_up):
    rows = [*made_up_rows(), "v,v0,2.0,a,yes,5"]
    with pytest.raises(ParameterError, match="only one sampled unit"):
        made_up(rows=rows)


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"weight": "weight"}, "name the column of sampling units"),
        ({"weight": "weight", "clusters": "unit", "clusters_numbered_within_strata": True}, "no 'strata'"),
        ({"weight": "weight", "clusters": "unit", "replicate_weights": ["r"]}, "stand in place of"),
        ({"weight": "weight", "replicate_weights": ["r"]}, "degrees_of_freedom"),
    ],
)
def test_a_design_that_is_none_is_refused_by_its_card(made_up, design, words):
    with pytest.raises(ParameterError, match=words):
        made_up(made_up_card(design=design))


def test_the_preflight_lists_the_card_and_the_data_with_their_origin():
    listed = {path.name: (digest, dict(origin)) for path, digest, origin in check_inputs(
        {**ASKED, "data": "data/nhanes_cholesterol.yml"}, project=ROOT)}  # fmt: skip
    assert set(listed) == {"nhanes_cholesterol.yml", "nhanes_cholesterol_2009_2010.csv"}
    digest, origin = listed["nhanes_cholesterol_2009_2010.csv"]
    assert digest == card_of("nhanes_cholesterol")["sha256"]
    assert origin["source"] == "nhanes_cholesterol"
    assert origin["licence"].startswith("Public-use data")


def test_the_preflight_refuses_what_the_review_would_refuse(project):
    with pytest.raises(ParameterError) as caught:
        check_inputs({**ASKED, "data": "data/nhanes_cholesterol.yml", "confidence": 95}, project=project)
    assert caught.value.faults[0].column == "confidence"
    (project / "data" / "nhanes_cholesterol_2009_2010.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(DataError, match="another file"):
        check_inputs({**ASKED, "data": "data/nhanes_cholesterol.yml"}, project=project)


def test_every_text_that_is_not_written_in_welsh_is_listed_before_anything_runs(project):
    card = made_up_card()
    card["caveats"] = ["Only in English"]
    card["group"]["categories"]["b"]["label"] = "B"
    path = write(project, card, made_up_rows())
    with pytest.raises(ParameterError) as caught:
        check_inputs({**ASKED, "title": "T", "data": path}, project=project)
    assert len(caught.value.faults) == 3
    assert {f.code for f in caught.value.faults} == {"missing_translation"}
