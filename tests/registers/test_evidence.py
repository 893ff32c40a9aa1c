"""The register of evidence: whom each source speaks for, and how large the gaps are."""

import numpy as np
import pytest
import yaml

from arwap_analysis.errors import ParameterError
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.registers import evidence
from arwap_analysis.registers.evidence.register import Crossings
from tests.conftest import ROOT

AREAS = [evidence.PolicyArea(id=id, name={"en": id.title(), "cy": id.title()}) for id in ("health", "homes")]
GROUPS = get_classification("census_2021").comparable


def source(id="one", **changes):
    facts = {"title": "One", "areas": ["health"], "publisher": "Somebody", "citation": "somewhere"} | changes
    return evidence.EvidenceSource.model_validate({"id": id, **facts})


def parts(*sources, as_of=2026):
    table = evidence.gap_parts(sources, AREAS, classification="census_2021", as_of=as_of)
    return {(row.area, row.part): (row.low, row.high) for row in table.itertuples()}


@pytest.mark.parametrize(
    ("classification", "group", "coverage"),
    [
        ("census_2021", "roma", "named"),
        ("census_2011", "roma", "within"),  # Roma had no box in 2011
        ("ethnic_group_5", "roma", "within"),
        ("census_2001", "gypsy_traveller", "within"),
        ("school_census", "gypsy_traveller", "named"),  # its Gypsy and Irish Traveller groups together
        ("school_census", "arab", "within"),
        ("white_and_other", "bangladeshi", "within"),
        ("census_2021", "arab", "named"),
        (None, "arab", "unknown"),
    ],
)
def test_a_source_names_a_group_hides_it_or_does_not_say(classification, group, coverage):
    found = evidence.coverage_of(source(classification=classification), group, classification="census_2021")
    assert found == coverage


def test_every_group_of_the_census_is_named_by_the_census_and_none_by_two_groups():
    for group in GROUPS:
        of = lambda c, g=group: evidence.coverage_of(source(classification=c), g, classification="census_2021")  # noqa: E731
        assert of("census_2021") == "named"
        assert of("white_and_other") == "within"


def test_the_map_takes_the_best_coverage_and_the_latest_figures_of_it():
    old, new = source("old", classification="census_2021", last=2011), source("new", classification="ethnic_group_5",
                                                                              last=2024)  # fmt: skip
    table = evidence.evidence_map([old, new], AREAS, classification="census_2021", as_of=2026)
    arab = table[(table["group"] == "arab")].set_index("area")
    assert arab.loc["health", ["coverage", "sources", "latest", "age"]].tolist() == ["named", 1, 2011, 15]
    assert arab.loc["homes", ["coverage", "sources"]].tolist() == ["absent", 0]
    assert np.isnan(arab.loc["homes", "age"])


def test_a_crossing_is_there_absent_or_not_known():
    yes, no = Crossings(sex=True).model_dump(), Crossings(sex=False, age=False).model_dump()
    both = evidence.crossings_map([source("a", crossings=yes), source("b", crossings=no)], AREAS)
    said = both.set_index(["area", "crossing"])["available"]
    assert said["health", "sex"] == "yes"
    assert said["health", "age"] == "unknown"
    assert said["homes", "age"] == "no"
    alone = evidence.crossings_map([source(crossings=no)], AREAS).set_index(["area", "crossing"])["available"]
    assert alone["health", "age"] == "no"


def test_an_area_without_a_source_has_the_largest_gap_in_every_part():
    found = parts(source())
    assert {found["homes", part] for part in evidence.PARTS} == {(1.0, 1.0)}


def test_what_is_not_known_can_hide_a_gap_or_none():
    found = parts(source())
    assert {found["health", part] for part in evidence.PARTS} == {(0.0, 1.0)}


def test_known_facts_make_each_part_one_number():
    everything = {"sex": True, "age": True, "disability": False}
    found = parts(source(classification="ethnic_group_5", last=2021, median_cv=5.0, place="health_board",
                         crossings=everything))  # fmt: skip
    assert found["health", "groups"] == (0.5, 0.5)
    assert found["health", "age"] == (0.5, 0.5)
    assert found["health", "precision"] == (0.25, 0.25)
    assert found["health", "place"] == (0.5, 0.5)
    assert found["health", "crossings"] == pytest.approx((1 / 3, 1 / 3))


def test_another_source_never_widens_a_gap():
    first = source(classification="ethnic_group_5", last=2015, median_cv=12.0, place="country")
    second = source("two", classification="census_2021", last=2021, median_cv=30.0, place="local_authority")
    alone, together = parts(first), parts(first, second)
    for key, (low, high) in together.items():
        assert high <= alone[key][1]
        assert low <= alone[key][0]


def test_age_and_uncertainty_end_at_one_and_the_future_is_not_younger_than_now():
    found = parts(source(last=1990, median_cv=80.0))
    assert found["health", "age"] == (1.0, 1.0)
    assert found["health", "precision"] == (1.0, 1.0)
    assert parts(source(last=2030))["health", "age"] == (0.0, 0.0)


def test_the_shipped_register_is_in_order_and_says_where_each_fact_is_from():
    register = evidence.load_register(ROOT / "data" / "evidence_register.yml")
    assert len(register.sources) > 10
    for one in register.sources:
        assert one.citation
        assert one.title.cy
        assert one.publisher.cy


def test_every_fault_of_a_register_is_reported_with_its_line(tmp_path):
    content = yaml.safe_load((ROOT / "data" / "evidence_register.yml").read_text(encoding="utf-8"))
    content["sources"][0].update(areas=["helth"], classification="census_2012", first=2022, last=2021)
    content["sources"][1]["id"] = content["sources"][0]["id"]
    path = tmp_path / "register.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        evidence.load_register(path)
    assert {f.code for f in caught.value.faults} == {
        "unknown_area", "unknown_classification", "years_turned_round", "id_twice",
    }  # fmt: skip
    assert all(fault.row for fault in caught.value.faults)
    assert "Did you mean 'health'" in str(caught.value)
