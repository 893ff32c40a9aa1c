import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.ethnicity import classification_ids, crosswalk, get_classification, map_group, series_breaks

SIZES = {
    "census_2021": 19, "census_2011": 18, "census_2001": 16, "ethnic_group_5": 5, "ethnic_group_5_2001": 5,
    "gss_wales": 18, "nhs": 16, "police_16": 16, "police_18": 18, "school_census": 18, "school_census_2017": 17,
    "hesa": 16, "hesa_2022": 19, "annual_population_survey": 5, "officer_observed": 4, "officer_observed_ic": 6,
}  # fmt: skip


@pytest.mark.parametrize(("id", "size"), SIZES.items())
def test_each_classification_has_its_published_number_of_groups(id, size):
    assert len(get_classification(id).comparable) == size


@pytest.mark.parametrize("id", [c for c in classification_ids() if get_classification(c).basis == "self_defined"])
def test_the_groups_of_a_classification_hold_everyone_once(id):
    """Every finest group of 2021 is in exactly one group of every self-defined classification."""
    everyone = [d for g in get_classification("census_2021").groups for d in g.detail]
    held = [d for g in get_classification(id).groups for d in g.detail]
    assert sorted(held) == sorted(everyone)


def test_what_is_not_settled_in_welsh_is_marked():
    for id in classification_ids():
        assert {group.welsh_status for group in get_classification(id).groups} <= {"official", "to_review"}


def test_detail_goes_up_and_never_down():
    up = map_group("pakistani", source="census_2021", target="ethnic_group_5")
    assert (up.code, up.relation) == ("asian", "many_to_one")
    down = map_group("asian", source="ethnic_group_5", target="census_2021")
    assert (down.code, down.relation) == (None, "not_possible")
    assert set(down.candidates) == {"bangladeshi", "chinese", "indian", "pakistani", "asian_other"}
    same = map_group("indian", source="nhs", target="census_2021")
    assert (same.code, same.relation) == ("indian", "exact")


def test_chinese_people_moved_in_2011():
    assert map_group("chinese", source="census_2001", target="ethnic_group_5_2001").code == "other"
    assert map_group("chinese", source="census_2001", target="ethnic_group_5").code == "asian"
    moved = map_group("other", source="ethnic_group_5_2001", target="ethnic_group_5")
    assert (moved.code, moved.candidates) == (None, ("asian", "other"))
    assert "2011" in moved.note
    assert {b.source for b in series_breaks("ethnic_group_5_2001", "ethnic_group_5")} == {"asian", "other"}


def test_new_boxes_break_the_series():
    breaks = {b.source: b for b in series_breaks("census_2011", "census_2021")}
    assert set(breaks) == {"roma", "white_other"}
    assert breaks["roma"].candidates == ("white_other",)
    earlier = {b.source for b in series_breaks("census_2001", "census_2011")}
    assert {"gypsy_traveller", "arab", "white_other", "any_other"} <= earlier
    assert series_breaks("census_2011", "gss_wales") == ()


def test_students_were_white_as_one_group_to_2021():
    """HESA's codes changed in 2022/23: what was White as one group is four, and the unknown keep their codes apart."""
    breaks = {b.source: b.candidates for b in series_breaks("hesa", "hesa_2022")}
    assert breaks == dict.fromkeys(("white_british", "white_irish", "roma", "white_other"), ("white",))
    assert map_group("white", source="hesa", target="hesa_2022").code is None
    assert {m.relation for m in crosswalk("hesa_2022", "census_2021")} == {"exact"}
    codes = {group.publisher_code: group.code for group in get_classification("hesa_2022").groups}
    assert (codes["104"], codes["142"], codes["168"], codes["899"]) == (
        "pakistani", "white_black_caribbean", "roma", "any_other"
    )  # fmt: skip
    assert codes["997 998 999"] == "unknown"


def test_gypsy_and_roma_pupils_were_counted_together_to_2017():
    assert map_group("gypsy", source="school_census", target="school_census_2017").code == "gypsy_roma"
    assert map_group("gypsy_roma", source="school_census_2017", target="school_census").code is None


def test_what_an_officer_saw_is_nobodys_own_answer():
    for group in crosswalk("officer_observed", "ethnic_group_5"):
        if group.source not in ("unknown", "all"):
            assert group.relation == "not_possible"
            assert "officer" in group.note
    into = map_group("white", source="ethnic_group_5", target="officer_observed")
    assert into.relation == "not_possible"


def test_groupings_say_whom_they_hide():
    for id in ("white_and_other", "white_british_and_other", "ethnic_group_4"):
        classification = get_classification(id)
        assert classification.basis == "grouping"
        assert all(len(group.hides) > 20 for group in classification.groups if group.code.startswith("other"))
    assert map_group("chinese", source="census_2021", target="white_and_other").code == "other"


def test_unknown_and_total_map_to_themselves():
    found = {m.source: m.code for m in crosswalk("nhs", "census_2021")}
    assert found["unknown"] == "unknown"
    assert found["all"] == "all"
    assert len(crosswalk("nhs", "census_2021")) == 18


def test_a_classification_that_is_not_there_is_named():
    with pytest.raises(ParameterError, match="census_2021"):
        crosswalk("census_2012", "census_2021")
