"""The evidence gap map: computed from the register, moved by weights, and honest about what is not known."""

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.registers.evidence import PARTS, load_register
from arwap_analysis.review import gap_map
from arwap_analysis.review.gap_map.package import package_sources
from arwap_analysis.review.gap_map.preflight import check_inputs
from tests.conftest import ROOT
from tests.welsh import english_in

EVIDENCE = "data/evidence_register.yml"


def findings(**changes):
    request = {"review_id": "gaps", "title": {"en": "Gaps", "cy": "Bylchau"}, "evidence": EVIDENCE, **changes}
    return gap_map.assess(gap_map.gather(gap_map.GapRequest(**request), project=ROOT))


def order(found):
    return found.priorities["area"].tolist()


def test_the_ranking_follows_the_weights():
    by_age = findings(**{f"weight_{part}": float(part == "age") for part in PARTS}).priorities
    by_place = findings(**{f"weight_{part}": float(part == "place") for part in PARTS}).priorities
    np.testing.assert_allclose(by_age["score"], by_age["age"])
    np.testing.assert_allclose(by_place["score"], by_place["place"])
    assert by_age["area"].tolist() != by_place["area"].tolist()
    assert findings().priorities["score"].is_monotonic_decreasing


def test_weights_scale_without_changing_anything():
    doubled = findings(**{f"weight_{part}": 2.0 for part in PARTS}).priorities
    np.testing.assert_allclose(doubled["score"], findings().priorities["score"])


def test_what_is_not_known_counts_as_asked_and_the_range_is_shown():
    gap, no_gap = findings().priorities.set_index("area"), findings(unknown="no_gap").priorities.set_index("area")
    assert (no_gap["score"].loc[gap.index] <= gap["score"]).all()
    assert (no_gap["score"].loc[gap.index] < gap["score"]).any()
    np.testing.assert_allclose(gap["score"], gap["score_high"])
    np.testing.assert_allclose(no_gap["score"], no_gap["score_low"])


def test_areas_without_a_source_come_first_and_are_named():
    found = findings()
    without = found.priorities[found.priorities["sources"] == 0]
    assert set(without["rank"]) == {1.0}
    points = " ".join(gap_map.main_points(found).sentences)
    for area in without["area"]:
        assert found.material.register.area(area).name.en in points


def test_what_the_package_reads_is_computed_from_its_cards_and_figures():
    register = load_register(ROOT / EVIDENCE)
    sources, left_out, files = package_sources(register, folder=ROOT / "data", project=ROOT)
    eligible = next(source for source in sources if source.id == "package_homeless_households_eligible")
    assert (eligible.areas, eligible.classification, eligible.place) == (["homes"], "ethnic_group_5", "country")
    assert (eligible.first, eligible.last) == (2007, 2015)
    assert 5 < eligible.median_cv < 15
    assert ROOT / "data" / "homeless_households_eligible.csv" in files
    known = {f"package_{id}" for id in left_out}
    assert known.isdisjoint(source.id for source in sources)


def test_data_that_are_not_there_are_named_and_data_that_were_changed_are_refused(tmp_path):
    register = load_register(ROOT / EVIDENCE)
    _, left_out, _ = package_sources(register, folder=tmp_path, project=ROOT)
    assert "homeless_households_eligible" in left_out
    (tmp_path / "homeless_households_eligible.csv").write_text("ethnic_group,2007-08\nWhite,1\n", encoding="utf-8")
    with pytest.raises(DataError):
        package_sources(register, folder=tmp_path, project=ROOT)


def test_without_the_package_only_the_register_counts():
    found = findings(with_package=False)
    assert len(found.material.sources) == len(found.material.register.sources)
    with_package = findings()
    added = [s for s in with_package.material.sources if s.id.startswith("package_") and "homes" in s.areas]
    assert len(added) >= 2
    alone, together = (f.priorities.set_index("area").loc["homes", "sources"] for f in (found, with_package))
    assert together - alone == len(added)


def test_later_years_make_the_same_figures_older():
    now, later = findings().priorities.set_index("area"), findings(as_of=2030).priorities.set_index("area")
    assert (later["age"].loc[now.index] >= now["age"]).all()
    assert (later["age"].loc[now.index] > now["age"]).any()


def test_the_same_seed_gives_the_same_shares_and_they_add_up_to_the_places():
    first, again = findings(seed=3), findings(seed=3)
    assert first.priorities.equals(again.priorities)
    assert first.priorities["among_first"].sum() == pytest.approx(3)


def test_the_map_has_a_cell_for_each_group_and_area_and_a_source_for_each_that_is_covered():
    found = findings()
    assert len(found.cells) == 19 * len(found.material.register.areas)
    absent = found.cells["coverage"] == "absent"
    assert (found.cells.loc[absent, "sources"] == 0).all()
    assert (found.cells.loc[~absent, "sources"] > 0).all()
    counts = found.groups.set_index("group").sum(axis=1)
    assert set(counts) == {len(found.material.register.areas)}


def test_a_group_that_no_source_names_is_said_to_be_unseen(tmp_path):
    content = yaml.safe_load((ROOT / EVIDENCE).read_text(encoding="utf-8"))
    for source in content["sources"]:
        source["classification"] = "census_2011"
    (tmp_path / "register.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    request = gap_map.GapRequest(review_id="x", title="X", evidence="register.yml", with_package=False)
    found = gap_map.assess(gap_map.gather(request, project=tmp_path))
    # In 2011 Roma people were among the other White people, so neither had a group of exactly its own.
    assert set(found.groups.loc[found.groups["named"] == 0, "group"]) == {"roma", "white_other"}
    assert "Groups that no source names in any area: Roma; Other White." in gap_map.main_points(found).sentences
    assert "2 of 19" in gap_map.show_groups(found).title


@pytest.mark.parametrize(
    "changes",
    [{"weight_age": -1.0}, {"weight_age": float("inf")}, {"unknown": "maybe"}, {"top": 0}, {"evidence": "register.csv"},
     {f"weight_{part}": 0.0 for part in PARTS}],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused(changes):
    with pytest.raises(ValidationError):
        findings(**changes)


def test_preflight_reports_parameters_texts_and_files(tmp_path):
    good = {"review_id": "gaps", "title": {"en": "G", "cy": "B"}, "evidence": EVIDENCE, "language": ["en", "cy"]}
    names = {path.name for path, digest, _ in check_inputs(good, project=ROOT) if digest}
    assert {"evidence_register.yml", "homeless_households_eligible.csv"} <= names
    with pytest.raises(ParameterError, match="not written in Welsh"):
        check_inputs({**good, "title": "G"}, project=ROOT)
    with pytest.raises(ParameterError, match="weight_age"):
        check_inputs({**good, "weight_age": -1.0}, project=ROOT)


def test_every_section_is_written_in_both_languages_without_english_words():
    found = findings(language=["en", "cy"])
    for section in (gap_map.main_points, gap_map.list_priorities, gap_map.describe_limits, gap_map.describe_methods):
        (welsh,) = section(found).translations
        assert english_in(" ".join(welsh.sentences)) == set()
    for section in (gap_map.show_map, gap_map.show_crossings, gap_map.show_priorities, gap_map.show_sensitivity,
                    gap_map.show_groups, gap_map.show_sources):  # fmt: skip
        (welsh,) = section(found).translations
        assert english_in(f"{welsh.title} {welsh.subtitle} {welsh.caution} {welsh.alt} {welsh.caption}") == set()
