"""An adjusted disparity: its numbers are those of the models, nothing is left out in silence, its guards hold."""

import numpy as np
import pandas as pd
import pytest

from arwap_analysis import models
from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.inference import adjust_p_values
from arwap_analysis.present.exhibit import Statements
from arwap_analysis.review import adjusted
from arwap_analysis.review.adjusted.preflight import check_inputs
from tests.conftest import ROOT
from tests.review.kinds import ASKED, assert_welsh, card_of, words_in_chart, write

SECTIONS = (
    adjusted.show_question, adjusted.main_points, adjusted.show_groups, adjusted.show_covariates, adjusted.show_ratios,
    adjusted.show_differences, adjusted.show_confounding, adjusted.show_crossings, adjusted.describe_limits,
    adjusted.describe_methods, adjusted.list_sources,
)  # fmt: skip
# Names of a publisher and its product, which stay as they are.
NAMES = frozenset({"city", "police", "stop", "data"})


def assessed(data="data/minneapolis_stops.yml", *, project=ROOT, **options):
    request = adjusted.AdjustedReview(**{**ASKED, "data": data, **options})
    return adjusted.assess(adjusted.gather(request, project=project))


@pytest.fixture(scope="module")
def findings():
    return assessed(second="gender")


@pytest.fixture(scope="module")
def cells():
    """Return the cells of the file, read by hand."""
    frame = pd.read_csv(ROOT / "data" / "minneapolis_stops_2017.csv", dtype=str, keep_default_na=False)
    frame["gender"] = frame["gender"].replace("", "Unknown")
    frame[["stops", "searched"]] = frame[["stops", "searched"]].astype(float)
    return frame[frame["race"] != "Unknown"]


def fitted(cells, model="logistic", covariates=("precinct", "problem", "gender")):
    return models.fit_adjusted(
        cells["searched"], cells["stops"], group=cells["race"].to_numpy(), reference="White", model=model,
        covariates={name: cells[name].to_numpy() for name in covariates},
    )  # fmt: skip


def quantity(finding, name, groups):
    frame = finding.frame()
    return frame[frame["quantity"] == name].set_index("group").loc[groups]


@pytest.mark.parametrize("model", ["logistic", "poisson"])
def test_the_adjusted_figures_are_those_of_the_models(cells, model):
    ours = assessed(model=model).gaps.set_index("group")
    theirs = models.standardised_disparities(fitted(cells, model))
    ratio = quantity(theirs, "risk ratio", ours.index)
    difference = quantity(theirs, "risk difference", ours.index)
    for ending, name in (("", "estimate"), ("_lower", "lower"), ("_upper", "upper")):
        np.testing.assert_allclose(ours[f"adjusted_ratio{ending}"], ratio[name], rtol=1e-9)
        np.testing.assert_allclose(ours[f"adjusted_difference{ending}"], 100 * difference[name], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours["p_adjusted"], adjust_p_values(difference["p_value"].to_numpy()), rtol=1e-9)
    if model == "logistic":
        odds = quantity(fitted(cells).ratios(), "odds ratio", ours.index)
        np.testing.assert_allclose(ours["odds_ratio_upper"], odds["upper"], rtol=1e-9)
    else:
        assert "odds_ratio" not in ours.columns


def test_the_unadjusted_figures_are_the_shares_themselves(findings, cells):
    sums = cells.groupby("race")[["searched", "stops"]].sum()
    share = sums["searched"] / sums["stops"]
    ours = findings.gaps.set_index("group")
    np.testing.assert_allclose(ours["unadjusted_ratio"], (share / share["White"]).loc[ours.index], rtol=1e-7)
    np.testing.assert_allclose(
        ours["unadjusted_difference"], (100 * (share - share["White"])).loc[ours.index], rtol=1e-6
    )


def test_the_e_values_are_those_of_the_adjusted_ratios_in_their_order(findings):
    for _, row in findings.gaps.iterrows():
        ratio, lower, upper = (row[f"adjusted_ratio{ending}"] for ending in ("", "_lower", "_upper"))
        assert [row["e_value"], row["e_value_limit"]] == pytest.approx(models.e_value(ratio, lower, upper).estimate)


def test_the_crossings_are_those_of_the_model_against_the_named_one(findings, cells):
    known = cells[cells["gender"] != "Unknown"]
    theirs = models.crossing_disparities(
        known["searched"], known["stops"],
        dimensions={"group": known["race"].to_numpy(), "second": known["gender"].to_numpy()},
        favourable=False, reference={"group": "White", "second": "Male"},
    ).frame().set_index(["group", "second"])  # fmt: skip
    ours = findings.crossings.set_index(["group", "second"])
    np.testing.assert_allclose(ours["estimate"], 100 * theirs["estimate"].loc[ours.index], rtol=1e-9)
    np.testing.assert_allclose(ours["p_adjusted"], theirs["p_adjusted"].loc[ours.index], rtol=1e-9)
    assert ours["direction"].loc[("White", "Male")] == "reference"


def test_the_main_points_say_what_is_left_and_that_it_is_no_cause(findings):
    points = adjusted.main_points(findings).sentences
    assert points[0].startswith(
        "The person was searched: 3.8 times as often among Native American people as among White people before "
        "anything is taken into account, and 2.4 times (95% interval 2.2 to 2.6) with these equal: "
        "police precinct, reason for the stop and gender."
    )
    said = " ".join(points)
    assert "This is not a causal estimate" in said
    assert "Officers decide what looks suspicious" in said
    assert "risk ratio of 4.2 each" in said
    assert f"{100 * 9219 / 43699:.1f}% of all; 1.1% of them have the outcome" in said


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_the_welsh_one_is_welsh(findings, show):
    assert_welsh(show(findings), beside=NAMES)


def test_the_words_in_every_chart_are_welsh(findings, monkeypatch):
    for show in (adjusted.show_ratios, adjusted.show_crossings):
        written = words_in_chart(show(findings), monkeypatch, lambda show=show: show(findings))
        assert "Asiaidd" in written
        assert "Asian" not in written


def test_the_chart_holds_both_ratios_of_each_group(findings, monkeypatch):
    exhibit = adjusted.show_ratios(findings)
    for row in findings.gaps.itertuples():
        assert f"{row.unadjusted_ratio:.{1 if row.unadjusted_ratio >= 2 else 2}f} before" in exhibit.alt
    written = words_in_chart(exhibit, monkeypatch, lambda: adjusted.show_ratios(findings))
    assert written.count("wedi'i haddasu") == len(findings.gaps)
    assert written.count("heb ei haddasu") == len(findings.gaps)


def test_without_a_second_characteristic_the_page_says_so():
    shown = adjusted.show_crossings(assessed())
    assert isinstance(shown, Statements)
    assert shown.sentences == ("No second characteristic was asked for, so that no crossings are shown.",)


def test_only_the_covariates_asked_for_are_taken_into_account(cells):
    found = assessed(covariates=["gender"])
    theirs = models.standardised_disparities(fitted(cells, covariates=("gender",)))
    ours = found.gaps.set_index("group")
    np.testing.assert_allclose(
        ours["adjusted_ratio"], quantity(theirs, "risk ratio", ours.index)["estimate"], rtol=1e-9
    )
    assert found.covariates["covariate"].tolist() == ["gender"]
    assert not any("suspicious" in point for point in adjusted.main_points(found).sentences)


HEADER = "group,sex,age,copy,people,cases"


def made_up_card(**changes):
    card = card_of("minneapolis_stops")
    words = {"en": "x", "cy": "x"}
    card |= {
        "file": "made_up.csv",
        "cells": {"people": "people"},
        "group": {
            "column": "group",
            "reference": "a",
            "unknown": "u",
            "categories": {code: {"label": {"en": code.upper(), "cy": code.upper()}} for code in "abcdu"},
        },
        "outcomes": {"case": {"name": words, "column": "cases", "favourable": False}},
        "covariates": {
            "sex": {"column": "sex", "label": {"en": "sex", "cy": "rhyw"}, "levels": {"f": words, "m": words}},
            "age": {"column": "age", "label": {"en": "age", "cy": "oed"}, "levels": {"young": words, "old": words}},
            "copy": {"column": "copy", "label": {"en": "copy", "cy": "copi"}, "levels": {"f": words, "m": words}},
        },
    }
    return card | changes


def made_up_rows():
    rng = np.random.default_rng(11)
    rows = []
    for group, base in zip("abcdu", (0.2, 0.3, 0.25, 0.2, 0.1), strict=True):
        for sex in "fm":
            for age in ("young", "old"):
                people = int(rng.integers(60, 200))
                cases = int(rng.binomial(people, base + 0.1 * (sex == "m") + 0.1 * (age == "old")))
                rows.append(f"{group},{sex},{age},{sex},{people},{cases}")
    return [HEADER, *rows]


@pytest.fixture
def made_up(project):
    def assess(card=None, rows=None, **options):
        path = write(project, card or made_up_card(), rows or made_up_rows())
        return assessed(path, project=project, **options)

    return assess


def test_a_covariate_that_repeats_another_is_left_out_and_said(made_up):
    found = made_up()
    assert found.fitted.covariates == ("sex", "age")
    (dropped,) = found.fitted.dropped
    assert (dropped.name, dropped.code) == ("copy", "collinear")
    assert "Not taken into account: copy. The data cannot tell it apart" in " ".join(
        adjusted.main_points(found).sentences
    )
    used = found.covariates.set_index("covariate")["used"]
    assert used.to_dict() == {"sex": True, "age": True, "copy": False}
    assert adjusted.show_covariates(found).title == "Taken into account: sex and age"
    for show in SECTIONS:
        assert_welsh(show(found), beside=NAMES)


def test_a_covariate_with_a_level_that_nobody_has_the_outcome_in_is_left_out_as_a_whole(made_up):
    rows = [row.rsplit(",", 1)[0] + ",0" if ",young," in row else row for row in made_up_rows()]
    found = made_up(rows=rows, covariates=["sex", "age"])
    (dropped,) = found.fitted.dropped
    assert (dropped.name, dropped.code, dropped.level) == ("age", "separation", "young")
    people = sum(float(row.split(",")[4]) for row in rows[1:] if not row.startswith("u"))
    assert found.fitted.adjusted.design.cells.people.sum() == people
    assert "At one level nobody, or everybody, has the outcome (x)" in " ".join(
        adjusted.describe_limits(found).sentences
    )


def test_when_nothing_can_be_taken_into_account_both_figures_are_the_same_and_it_is_said(made_up):
    rows = [row.rsplit(",", 1)[0] + ",0" if ",young," in row else row for row in made_up_rows()]
    found = made_up(rows=rows, covariates=["age"])
    np.testing.assert_allclose(found.gaps["adjusted_ratio"], found.gaps["unadjusted_ratio"], rtol=1e-9)
    assert "Nothing could be taken into account" in adjusted.main_points(found).sentences[0]
    assert_welsh(adjusted.main_points(found))


def test_a_group_in_which_nobody_has_the_outcome_has_no_ratio_and_the_reason(made_up):
    rows = [row.rsplit(",", 1)[0] + ",0" if row.startswith("d,") else row for row in made_up_rows()]
    found = made_up(rows=rows)
    gap = found.gaps.set_index("group").loc["d"]
    assert np.isnan(gap["adjusted_ratio"])
    assert gap["reason"].startswith("Nobody, or everybody, of this group has the outcome")
    assert "Not compared: D." in " ".join(adjusted.main_points(found).sentences)
    assert found.gaps.set_index("group").loc["b", "adjusted_ratio"] > 1
    with pytest.raises(DataError, match="nobody of the"):
        made_up(rows=rows, reference_group="d")


def test_small_groups_are_not_compared_and_the_reason_is_said(made_up):
    rows = [row for row in made_up_rows() if not row.startswith("d,")]
    found = made_up(rows=[*rows, "d,f,old,f,9,3"], second="sex")
    assert found.gaps.set_index("group").loc["d", "reason"] == "Fewer than 10 people"
    assert np.isnan(found.gaps.set_index("group").loc["d", "adjusted_ratio"])
    assert "d" not in set(found.crossings["group"])
    with pytest.raises(DataError, match="reference group cannot be compared"):
        made_up(rows=[*rows, "d,f,old,f,9,3"], reference_group="d")


def test_counts_under_the_threshold_are_not_shown_nor_anything_made_of_them(made_up, project):
    (project / "data").mkdir(exist_ok=True)
    (project / "data" / "policy.yml").write_text("id: register\nthreshold: 10\n", encoding="utf-8")
    rows = [row for row in made_up_rows() if not row.startswith("d,")]
    # The reference group is the largest, so that another one is hidden beside the small one.
    rows += ["d,f,old,f,40,4", "d,m,old,m,40,3", "a,f,old,f,3000,900", "a,m,old,m,3000,1000"]
    found = made_up(made_up_card(disclosure="policy.yml"), rows, second="sex")
    assert "d" in found.shield.groups
    assert len(found.shield.groups) > 1
    assert found.groups.set_index("group").loc["d", "reason"] == REASON
    for show in SECTIONS:
        shown = show(found)
        assert_welsh(shown, beside=NAMES)
        if isinstance(shown, Statements):
            continue
        assert shown.table.policy.id == "register"
        if "group" in shown.table.frame.columns:
            hidden = shown.table.frame[shown.table.frame["group"].isin(found.shield.groups)]
            assert hidden.select_dtypes("number").isna().all().all()
    hidden = found.crossings[[(g, s) in found.shield.hidden for g, s in zip(
        found.crossings["group"], found.crossings["second"], strict=True)]]  # fmt: skip
    assert hidden["people"].isna().all()


@pytest.mark.parametrize(
    ("row", "column", "code", "value"),
    [
        ("z,f,old,f,100,10", "group", "unknown_label", "z"),
        ("a,q,old,f,100,10", "sex", "unknown_label", "q"),
        ("a,,old,f,100,10", "sex", "missing_label", None),
        ("a,f,old,f,many,10", "people", "not_a_count", "many"),
        ("a,f,old,f,100,-1", "cases", "not_a_count", "-1"),
        ("a,f,old,f,100,1.5", "cases", "not_a_count", "1.5"),
        ("a,f,old,f,100,", "cases", "not_a_count", ""),
        ("a,f,old,f,100,101", "cases", "more_than_all", "101"),
    ],
)
def test_bad_rows_are_refused_with_row_column_and_value(made_up, row, column, code, value):
    rows = made_up_rows()
    with pytest.raises(DataError) as caught:
        made_up(rows=[*rows[:4], row, *rows[4:]])
    (fault,) = caught.value.faults
    assert (fault.code, fault.column, fault.row, fault.value or None) == (code, column, 5, value or None)


def test_every_fault_of_a_file_is_reported_at_once(made_up):
    with pytest.raises(DataError) as caught:
        made_up(rows=[*made_up_rows(), "z,f,old,f,many,10", "a,q,old,f,100,x"])
    assert {(f.column, f.row) for f in caught.value.faults} == {
        ("group", 22),
        ("people", 22),
        ("sex", 23),
        ("cases", 23),
    }


def test_a_file_without_a_column_is_refused(made_up):
    rows = [row.rsplit(",", 1)[0] for row in made_up_rows()]
    with pytest.raises(DataError, match="lacks a column"):
        made_up(rows=rows)


def people_card():
    card = made_up_card()
    del card["cells"]
    card["outcomes"]["case"] |= {"column": "answer", "values": ["yes"]}
    return card


def people_rows():
    rows = ["group,sex,age,copy,answer"]
    for line in made_up_rows()[1:]:
        group, sex, age, copy, people, cases = line.split(",")
        rows += [f"{group},{sex},{age},{copy},yes"] * int(cases)
        rows += [f"{group},{sex},{age},{copy},no"] * (int(people) - int(cases))
    return rows


def test_rows_of_people_give_what_their_cells_give(made_up):
    of_cells = made_up()
    of_people = made_up(people_card(), [*people_rows(), "a,f,old,f,", "b,m,old,m,"])
    pd.testing.assert_frame_equal(of_people.gaps, of_cells.gaps, rtol=1e-9)
    assert of_people.evidence.no_outcome == 2
    assert "Left out because their outcome is not known: 2." in adjusted.describe_limits(of_people).sentences


def test_a_small_number_without_an_outcome_is_not_shown_under_a_policy(made_up, project):
    (project / "data").mkdir(exist_ok=True)
    (project / "data" / "policy.yml").write_text("id: register\nthreshold: 5\n", encoding="utf-8")
    found = made_up(people_card() | {"disclosure": "policy.yml"}, [*people_rows(), "a,f,old,f,", "b,m,old,m,"])
    said = adjusted.describe_limits(found)
    assert "Left out because their outcome is not known: fewer than 5 people." in said.sentences
    assert_welsh(said)


def test_a_bad_label_among_rows_of_people_is_refused_with_column_and_row(made_up):
    rows = people_rows()
    with pytest.raises(DataError) as caught:
        made_up(people_card(), [*rows[:9], "z,f,old,f,yes", *rows[9:]])
    (fault,) = caught.value.faults
    assert (fault.column, fault.row, fault.value) == ("group", 10, "z")


@pytest.mark.parametrize("options", [{"covariates": ["agee"]}, {"second": "agee"}, {"outcome": "agee"}])
def test_names_that_the_card_does_not_have_are_refused(options):
    with pytest.raises(ParameterError, match="no such name"):
        assessed(**options)


def test_the_preflight_lists_the_card_the_data_and_the_policy(project):
    (project / "data" / "policy.yml").write_text("id: register\nthreshold: 5\n", encoding="utf-8")
    path = write(project, made_up_card(disclosure="policy.yml"), made_up_rows())
    listed = check_inputs({**ASKED, "data": path}, project=project)
    assert [file.name for file, _, _ in listed] == ["made_up.csv", "made_up.yml", "policy.yml"]
    assert all(digest for _, digest, _ in listed)
    # What a run leaves beside its report is kept private by this entry.
    assert ["disclosure" in dict(origin) for _, _, origin in listed] == [True, False, False]
    names = [file.name for file, _, _ in check_inputs({**ASKED, "data": "data/minneapolis_stops.yml"}, project=ROOT)]
    assert names == ["minneapolis_stops_2017.csv", "minneapolis_stops.yml"]


def test_the_preflight_refuses_what_the_report_would_refuse(project):
    with pytest.raises(ParameterError) as caught:
        check_inputs({**ASKED, "data": "data/minneapolis_stops.yml", "model": "probit"}, project=project)
    assert caught.value.faults[0].column == "model"
    path = write(project, made_up_card(), made_up_rows()[:5])
    with pytest.raises(DataError, match="no group is left"):
        check_inputs({**ASKED, "data": path}, project=project)
