"""Census populations: their parts add up, they agree with each other and with what others published of them."""

import pytest

from arwap_analysis import review
from arwap_analysis.areas import area_codes, get_area
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.ethnicity import crosswalk
from arwap_analysis.sources import Area, load_source, read_published
from arwap_analysis.sources.base import Layout
from tests.conftest import ROOT

WALES = Area(code="W92000004", name="Wales")
AUTHORITIES = [Area(code=code, name=get_area(code).name_en) for code in area_codes("local_authority")]


def population(source, area=WALES):
    """Return residents by period and group."""
    table = read_published(load_source(source), folder=ROOT / "data", area=area)
    assert table.card.area == area
    assert table.checks[0].startswith("The groups add up to the published total")
    return table.frame.set_index(["period", "group"])["value"]


def in_five_groups(source, classification, area):
    to = {m.source: m.code for m in crosswalk(classification, "ethnic_group_5") if m.code}
    return population(source, area).rename(index=to, level="group").groupby(level=[0, 1]).sum()


@pytest.mark.parametrize("area", [WALES, *AUTHORITIES], ids=lambda area: area.code)
def test_the_detailed_groups_of_each_area_are_its_high_level_groups(area):
    five = population("census_population_areas", area)
    assert len(five) == 10
    assert in_five_groups("census_population_2011", "census_2011", area)["2011"].to_dict() == five["2011"].to_dict()
    assert in_five_groups("census_population_2021", "census_2021", area)["2021"].to_dict() == five["2021"].to_dict()


def test_wales_is_as_published():
    assert population("census_population_areas").to_dict() == {
        (row.period, row.group): row.value
        for row in read_published(load_source("census_population"), folder=ROOT / "data").frame.itertuples()
    }


@pytest.mark.parametrize(("source", "most"), [("census_population_2011", 0), ("census_population_2021", 7)])
def test_the_local_authorities_add_up_to_wales_but_for_what_protects_people(source, most):
    assert len(AUTHORITIES) == 22
    added = sum(population(source, area) for area in AUTHORITIES)
    assert (added - population(source)).abs().max() <= most
    assert abs(added.sum() - population(source).sum()) == (19 if most else 0)


def test_four_authorities_are_the_dyfed_powys_that_the_home_office_divides_by():
    """Use of force in the year to March 2023, published with 1,286 Black and 501,963 White residents of Census 2021."""
    names = {"Ceredigion", "Pembrokeshire", "Carmarthenshire", "Powys"}
    added = sum(population("census_population_areas", area) for area in AUTHORITIES if area.name in names)
    assert (added["2021", "black"], added["2021", "white"]) == (1_286, 501_963)


def test_without_an_area_the_population_is_that_of_the_card_and_an_unknown_area_is_refused():
    table = read_published(load_source("census_population_areas"), folder=ROOT / "data")
    assert table.card.area == WALES
    with pytest.raises(DataError, match="no row has 'W06000099'"):
        population("census_population_areas", Area(code="W06000099", name="Nowhere"))


def test_a_column_of_areas_goes_with_a_long_table_and_no_other_filter():
    long = {"kind": "long", "group_column": "g", "period_column": "p", "value_column": "v", "area_column": "a"}
    assert Layout.model_validate(long).area_column == "a"
    for wrong in ({"where": {"a": "x"}}, {"kind": "wide", "period_column": None, "value_column": None}):
        with pytest.raises(ValueError, match="area_column"):
            Layout.model_validate({**long, **wrong})


CARD = """
id: made_up
title: {en: Made up}
policy_area: x
numerator:
  counts: events
  source:
    id: made_up_source
    title: {en: Made up}
    publisher: Nobody
    licence: none
    file: made_up.csv
    layout: {kind: long, group_column: group, period_column: year, value_column: count}
    area: {code: W06000015, name: Cardiff}
    disclosure: open
denominator: {source: SOURCE, method: fixed, period: "2021", counts: people}
better: lower
reference_group: white
"""


def test_a_rate_of_one_local_authority_needs_no_second_file(project):
    (project / "data" / "made_up.csv").write_text(
        "group,year,count\nWhite,2022,900\nBlack,2022,90\nAsian,2022,70\n", encoding="utf-8"
    )
    (project / "made_up.yml").write_text(CARD.replace("SOURCE", "census_population_areas"), encoding="utf-8")
    request = review.Review(review_id="x", title="T", question="Q?", indicator="made_up.yml")
    findings = review.assess(review.gather(request, project=project))
    rates = findings.rates.set_index("group")
    assert rates.loc["black", "estimate"] == pytest.approx(1000 * 90 / 13_896)
    assert rates.loc["white", "denominator"] == 286_931
    (project / "made_up.yml").write_text(CARD.replace("SOURCE", "census_population"), encoding="utf-8")
    with pytest.raises(ParameterError, match="census_population_areas has every local authority"):
        review.gather(request, project=project)
