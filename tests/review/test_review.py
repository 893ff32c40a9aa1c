"""The sections of a review, on the real tables and on awkward ones."""

from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from arwap_analysis import review
from arwap_analysis.errors import DataError, ParameterError
from tests.conftest import ROOT

SECTIONS = (
    review.show_question, review.main_points, review.show_data, review.show_data_quality,
    review.show_rates, review.show_rates_over_time,
    review.show_gap, review.show_gap_over_time, review.show_trend, review.show_robustness, review.describe_limits,
    review.describe_methods, review.list_sources,
)  # fmt: skip

CARD = """
id: made_up
title: {{en: Made up}}
policy_area: x
numerator:
  counts: events
  source: &source
    id: made_up_source
    title: {{en: Made up}}
    publisher: Nobody
    licence: none
    file: made_up.csv
    layout: {{kind: long, group_column: group, period_column: year, value_column: count}}
    area: {{code: W92000004, name: Wales}}
    disclosure: open
denominator:
  counts: people
  method: match
  source:
    <<: *source
    layout: {{kind: long, group_column: group, period_column: year, value_column: people}}
better: {better}
reference_group: white
"""


@pytest.fixture(scope="module")
def homelessness():
    request = review.Review(review_id="x", title="T", question="Q?", indicator="homeless_households_eligible")
    return review.assess(review.gather(request, project=ROOT))


@pytest.fixture
def made_up(project):
    """Return a function that assesses a made-up table of (year, group, count, people)."""

    def assess(rows, better="lower", **options):
        lines = ["year,group,count,people", *[",".join(map(str, row)) for row in rows]]
        (project / "data" / "made_up.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (project / "made_up.yml").write_text(CARD.format(better=better), encoding="utf-8")
        request = review.Review(review_id="x", title="T", question="Q?", indicator="made_up.yml", **options)
        return review.assess(review.gather(request, project=project))

    return assess


def test_the_main_points_are_the_numbers_that_can_be_checked_by_hand(homelessness):
    points = " ".join(review.main_points(homelessness).sentences)
    assert f"{1000 * 530 / 18_276:.1f} per 1,000" in points
    assert f"{(530 / 18_276) / (12_110 / 2_928_253):.1f} times the rate for White people" in points
    assert "755 of the 14,160 households" in points
    assert f"({100 * 755 / 14_160:.1f}%)" in points
    assert "no clear difference from White people for Asian people" in points


def test_the_source_says_for_whom_it_cannot_speak(homelessness, made_up):
    exhibit = review.show_data_quality(homelessness)
    assert exhibit.title.startswith("The figure for people from Mixed or multiple ethnic groups is the least precise")
    assert "Ethnicity was not known for 5.3%" in exhibit.caution
    rows = [(2020, "White", 9000, 900_000), (2020, "Black", 3, 250), (2020, "Asian", 220, 20_000)]
    small = review.show_data_quality(made_up(rows))
    assert "Too imprecise to lean on (over 20%): Black people" in small.caution
    assert "cannot speak for people from Mixed" in small.caution


def test_the_effective_number_of_people_is_shown_where_a_survey_has_it_and_only_there(homelessness):
    assert "Effective number of people" not in [c.label for c in review.show_data_quality(homelessness).columns]
    sizes = homelessness.quality["group"].map({"white": 812.4, "black": 41.6, "asian": 60.0})
    survey = replace(homelessness, quality=homelessness.quality.assign(effective_sample_size=sizes))
    exhibit = review.show_data_quality(survey)
    assert "Effective number of people" in [c.label for c in exhibit.columns]
    assert "the figure for Black people rests on as many people as 42 drawn at random" in exhibit.caution


def test_the_share_of_unknown_ethnicity_is_told_for_each_period(homelessness):
    known = homelessness.completeness.set_index("period")["estimate"]
    assert len(known) > 5
    caution = review.show_data(homelessness).caution
    assert all(f"{period} {100 * share:.1f}%" in caution for period, share in known.items())


def test_no_clear_difference_is_never_left_to_be_read_as_equal(homelessness, made_up):
    points = " ".join(review.main_points(homelessness).sentences)
    assert "That does not show that the rates are equal: for Asian people a true ratio between 0.84 and 1.17" in points
    rows = [(2020, "White", 9000, 900_000), (2020, "Black", 3, 250), (2020, "Asian", 220, 20_000)]
    small = " ".join(review.main_points(made_up(rows)).sentences)
    assert "The data cannot say whether the rate differs for Black people" in small
    assert "for Asian people a true ratio between" in small


def test_the_year_of_the_question_can_be_asked_for():
    request = review.Review(
        review_id="x", title="T", question="Q?", indicator="homeless_households_eligible", focus_period="2011/12"
    )
    points = review.main_points(review.assess(review.gather(request, project=ROOT))).sentences
    assert points[0].startswith(
        "In 2011-12, households eligible for homelessness help were most frequent among Black people"
    )
    assert "15.9 per 1,000 people" in points[0]
    assert "3.5 times the rate for White people, 4.5 per 1,000" in points[0]


def test_the_caveat_of_households_over_people_stands_with_the_rates_and_in_the_limits(homelessness):
    assert "sets households over people" in review.show_rates(homelessness).caution
    assert any("sets households over people" in s for s in review.describe_limits(homelessness).sentences)


def test_people_of_unknown_ethnicity_are_in_the_chart_its_table_and_its_alt_text(homelessness):
    exhibit = review.show_rates(homelessness)
    assert "No rate for: Not known." in exhibit.alt
    assert "Not known | 755" in exhibit.to_text()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_section_shows_itself_the_same_way_twice_with_no_hole_in_its_words(homelessness, section):
    shown = section(homelessness)
    data, metadata = shown._repr_mimebundle_()
    assert (data, metadata) == section(homelessness)._repr_mimebundle_()
    text = BeautifulSoup(data["text/html"], "html.parser").get_text(" ")
    for hole in ("nan", "None", "{", "}", " inf", "()", "  ,"):
        assert hole not in text, hole
    if getattr(shown, "svg", None):
        assert len(shown.alt) > 100


AWKWARD = {
    "no events at all": [("2011-12", "White", 0, 1000), ("2011-12", "Black", 0, 100)],
    "a group with zero events": [("2011-12", "White", 50, 1000), ("2011-12", "Black", 0, 100)],
    "a reference with zero events": [("2011-12", "White", 0, 1000), ("2011-12", "Black", 5, 100)],
    "one group": [("2011-12", "White", 50, 1000)],
    "no reference group": [("2011-12", "Black", 5, 100), ("2011-12", "Asian", 5, 200)],
    "one period": [("2011-12", "White", 50, 1000), ("2011-12", "Black", 20, 100)],
    "a suppressed count": [("2011-12", "White", 50, 1000), ("2011-12", "Black", "[c]", 100)],
    "a period with no data": [
        ("2011-12", "White", 50, 1000), ("2011-12", "Black", 20, 100),
        ("2012-13", "White", "[x]", 1000), ("2012-13", "Black", "[x]", 100),
    ],
    "events in every year but few": [
        (f"{year}", group, count, people) for year in range(2011, 2016)
        for group, count, people in (("White", 50, 1000), ("Black", 1, 100))
    ],
    "identical groups": [
        (f"{year}", group, 50, 1000) for year in range(2011, 2016) for group in ("White", "Black")
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", AWKWARD, ids=lambda case: case.replace(" ", "-"))
@pytest.mark.parametrize("better", ["lower", "neither"])
def test_awkward_data_make_a_full_report_with_no_hole_and_no_warning(made_up, case, better):
    findings = made_up(AWKWARD[case], better)
    for section in SECTIONS:
        html = section(findings)._repr_mimebundle_()[0]["text/html"]
        text = BeautifulSoup(html, "html.parser").get_text(" ")
        assert "nan" not in text.lower().split()
        assert "None" not in text


def test_a_reference_without_events_is_said_in_the_first_sentence(made_up):
    points = review.main_points(made_up(AWKWARD["a reference with zero events"])).sentences
    assert "No ratio to White people can be made: no events in the reference group" in points[0]


def test_groups_that_the_source_lacks_are_named_as_missing(made_up):
    limits = " ".join(review.describe_limits(made_up(AWKWARD["one period"])).sentences)
    assert "no figure at all for Asian people, people from Mixed or multiple ethnic groups" in limits


def test_the_latest_period_without_figures_is_not_the_one_reported(made_up):
    assert made_up(AWKWARD["a period with no data"]).evidence.focus_period == "2011-12"


def test_a_period_that_was_asked_for_and_has_no_figures_is_refused(made_up):
    with pytest.raises(ParameterError, match="no figures for this period"):
        made_up(AWKWARD["a period with no data"], focus_period="2012-13")


def test_data_without_any_rate_are_refused(made_up):
    with pytest.raises(DataError, match="no group has both"):
        made_up([("2011-12", "White", "[c]", 1000)])


def test_a_numerator_over_its_denominator_is_refused(made_up):
    with pytest.raises(DataError, match="larger than the denominator"):
        made_up([("2011-12", "White", 1001, 1000)])


def test_no_claim_of_worse_or_better_is_made_where_no_direction_is_set(made_up):
    text = review.show_gap(made_up(AWKWARD["one period"], "neither")).to_text()
    assert "not assessed" in text
    assert "worse" not in text


def test_different_areas_or_classifications_are_never_divided(project):
    text = CARD.format(better="lower").replace(
        "value_column: people}", "value_column: people}\n    area: {code: W06000015, name: Cardiff}"
    )
    (project / "data" / "made_up.csv").write_text("year,group,count,people\n2011-12,White,5,100\n", encoding="utf-8")
    (project / "made_up.yml").write_text(text, encoding="utf-8")
    request = review.Review(review_id="x", title="T", question="Q?", indicator="made_up.yml")
    with pytest.raises(ParameterError, match="about the same area"):
        review.gather(request, project=project)


def test_every_result_of_the_example_is_finite_or_explained(homelessness):
    for frame in (homelessness.rates, homelessness.gaps, homelessness.trends, homelessness.choices):
        absent = frame["estimate"].isna()
        assert frame.loc[absent, "reason"].ne("").all()
        known = frame.loc[~absent & frame["lower"].notna()]
        assert np.all(known["lower"] <= known["upper"])
