"""The profile of a local authority: its numbers are those of the census files, and what is not known is said."""

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

import arwap_analysis
from arwap_analysis import inference
from arwap_analysis.areas import area_codes, get_area
from arwap_analysis.errors import ParameterError
from arwap_analysis.present.charts import drawing
from arwap_analysis.review import profile
from arwap_analysis.review.profile.preflight import check_inputs
from arwap_analysis.run.spec import load_report, matrix_overrides
from tests.conftest import ROOT
from tests.welsh import english_in

SOURCES = Path(arwap_analysis.__file__).parent / "sources"
AREAS = area_codes("local_authority")
TITLE = {"en": "Who?", "cy": "Pwy?"}
SECTIONS = (
    profile.main_points, profile.show_people, profile.show_groups, profile.show_indicators, profile.show_detectable,
    profile.describe_limits, profile.list_sources,
)  # fmt: skip
BROAD = {"white": "White", "mixed": "Mixed", "asian": "Asian", "black": "Black", "other": "Other"}


def rows_of(source):
    with (SOURCES / source / f"{source}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def findings_of(area):
    request = profile.Profile(review_id="x", title=TITLE, area=area, language=["en", "cy"])
    return profile.assess(profile.gather(request, project=ROOT))


def text_of(shown):
    """Return every word that a reader meets, alt texts too, and what stands in the chart."""
    page = BeautifulSoup(shown.to_html(), "html.parser")
    svg = getattr(shown, "svg", None) or ""
    written = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    return " ".join([page.text, *(image["alt"] for image in page.find_all("img")), written])


@pytest.fixture(scope="module", params=["W06000001", "W06000015", "W06000019"], ids=lambda code: get_area(code).name_en)
def findings(request):
    return findings_of(request.param)


def test_the_high_level_groups_are_those_of_the_census_file(findings):
    code = findings.evidence.area.code
    counted = Counter()
    totals = {}
    for row in rows_of("census_population_areas"):
        if row["area_code"] == code:
            if row["ethnic_group"] == "All usual residents":
                totals[row["census"]] = int(row["usual_residents"])
            else:
                counted[row["census"], row["ethnic_group"].split()[0].strip(",")] += int(row["usual_residents"])
    people = findings.people.set_index("group")
    for group, word in BROAD.items():
        assert people.loc[group, "count_before"] == counted["2011", word]
        assert people.loc[group, "count"] == counted["2021", word]
        assert people.loc[group, "change"] == counted["2021", word] - counted["2011", word]
        assert people.loc[group, "share"] == pytest.approx(counted["2021", word] / totals["2021"], rel=1e-12)
    assert (people["count_before"].sum(), people["count"].sum()) == (totals["2011"], totals["2021"])
    points = profile.main_points(findings).sentences
    assert f"{totals['2021']:,} residents on census day 2021, and {totals['2011']:,} on that of 2011" in points[0]


def test_the_detailed_groups_add_up_to_the_same_residents_and_are_set_beside_wales(findings):
    code = findings.evidence.area.code
    rows = [row for row in rows_of("census_population_2021") if row["area_code"] in (code, "W92000004")]
    parts = [row for row in rows if row["ethnic_group"] != "All usual residents"]
    here = {row["ethnic_group"]: int(row["usual_residents"]) for row in parts if row["area_code"] == code}
    wales = {row["ethnic_group"]: int(row["usual_residents"]) for row in parts if row["area_code"] == "W92000004"}
    groups = findings.groups.set_index("group")
    assert len(groups) == len(here) == 19
    assert groups["count"].sum() == sum(here.values()) == findings.people["count"].sum()
    roma, all_here, all_wales = "White: Roma", sum(here.values()), sum(wales.values())
    quotient = (here[roma] / all_here) / (wales[roma] / all_wales)
    assert groups.loc["roma", "count"] == here[roma]
    assert groups.loc["roma", "quotient"] == pytest.approx(quotient, rel=1e-12)
    assert groups.loc["roma", "expected"] == pytest.approx(all_here * wales[roma] / all_wales, rel=1e-12)
    assert groups.loc["roma", "share_of_wales"] == pytest.approx(here[roma] / wales[roma], rel=1e-12)


def test_groups_of_very_few_people_are_shown_and_their_numbers_called_rough():
    small = findings_of("W06000019")  # Blaenau Gwent
    few = small.groups[small.groups["few"]]
    assert len(few) > 0
    assert (few["count"] < 20).all()
    exhibit = profile.show_groups(small)
    notes = exhibit.table.frame.set_index("group")["note"]
    assert (notes[few["group"]] == "rough: below 20, after small random changes").all()
    assert (notes.drop(few["group"]) == "").all()
    assert len(exhibit.table) == 19


def test_how_evenly_a_group_is_spread_is_the_dissimilarity_over_the_local_authorities(findings):
    rows = [r for r in rows_of("census_population_areas") if r["census"] == "2021" and r["area_code"] in AREAS]
    black = np.array([int(r["usual_residents"]) for r in rows if r["ethnic_group"].startswith("Black")], float)
    total = np.array([int(r["usual_residents"]) for r in rows if r["ethnic_group"] == "All usual residents"], float)
    assert len(black) == len(total) == 22
    by_hand = 0.5 * np.abs(black / black.sum() - (total - black) / (total - black).sum()).sum()
    found = findings.people.set_index("group").loc["black", "dissimilarity"]
    assert found == pytest.approx(by_hand, rel=1e-12)
    assert f"Black people are spread least evenly: {100 * by_hand:.1f}%" in " ".join(
        profile.main_points(findings).sentences
    )


def test_what_figures_could_show_is_what_the_numbers_of_people_allow(findings):
    people = findings.people.set_index("group")["count"]
    rows = findings.detectable.set_index(["indicator", "group"])
    rate = 12_110 / 2_928_253  # White households eligible in 2014-15, over White residents of Wales
    for name, years in (("one_year", 1), ("pooled", 5)):
        direct = inference.minimum_detectable_ratio(
            rate, denominator=people["black"] * years, reference_denominator=people["white"] * years
        )[1]
        assert rows.loc[("homeless_households_eligible", "black"), name] == pytest.approx(float(direct), rel=1e-12)
    assert (rows["pooled"] < rows["one_year"]).all()
    assert rows.loc[("homeless_households_eligible", "black"), "expected"] == pytest.approx(rate * people["black"])


def test_indicators_that_cannot_speak_for_the_area_are_named_with_the_reason(findings):
    exhibit = profile.show_indicators(findings)
    said = exhibit.table.frame.set_index("indicator")["speaks"]
    assert set(said.index) == {"homeless_households_eligible", "homeless_households_accepted"}
    assert (said == "no figures for this area; the indicator is published for Wales only").all()
    assert exhibit.title == f"No indicator at hand has figures for {findings.evidence.area.name_en}"


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_whole_and_welsh_where_it_is_in_welsh(findings, show, monkeypatch):
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    shown = show(findings)
    (welsh,) = shown.translations
    assert (shown.id, shown.language, welsh.language) == (welsh.id, "en", "cy")
    assert english_in(text_of(welsh)) == set()
    assert shown._repr_mimebundle_() == show(findings)._repr_mimebundle_()
    for made in (shown, welsh):
        assert not re.search(r"\bnan\b|\bNone\b(?! of)|[{}]|\binf\b|\(\)", text_of(made))


def test_an_area_that_is_no_local_authority_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="not the code of a local authority") as caught:
        findings_of("W0600015")
    assert (caught.value.faults[0].column, caught.value.faults[0].value) == ("area", "W0600015")
    assert "Did you mean 'W06000015'?" in caught.value.faults[0].hint
    with pytest.raises(ParameterError):
        findings_of("W92000004")


def test_a_title_without_its_welsh_stops_a_profile_before_it_runs():
    parameters = {"review_id": "x", "title": "Only English", "area": "W06000015", "language": ["en", "cy"]}
    with pytest.raises(ParameterError, match="'title' is not written in Welsh"):
        check_inputs(parameters, project=ROOT)


def test_the_batch_has_each_local_authority_once_named_in_both_languages_and_all_pass_the_check():
    file = ROOT / "params" / "area_profiles.yml"
    reports = [load_report(file, overrides=pair) for pair in matrix_overrides(file)]
    assert [report.parameters["area"] for report in reports] == list(AREAS)
    assert len({report.id for report in reports}) == 22
    for report in reports:
        area = get_area(report.parameters["area"])
        assert report.parameters["title"]["en"].startswith(f"{area.name_en}: ")
        assert report.parameters["title"]["cy"].startswith(f"{area.name_cy}: ")
        names = {path.path.name for path in report.inputs}
        assert {"census_population_areas.csv", "census_population_2021.csv"} <= names
    assert reports[0].id == "profile_isle_of_anglesey"


@pytest.mark.slow
def test_two_of_the_profiles_are_made_in_a_batch_in_both_languages(project):
    from typer.testing import CliRunner

    from arwap_analysis.cli import app

    text = (project / "params" / "area_profiles.yml").read_text(encoding="utf-8")
    kept = re.sub(r"^    - (?!W06000001|W06000018).*\n", "", text, flags=re.MULTILINE)
    file = project / "params" / "two.yml"
    file.write_text(kept, encoding="utf-8")
    result = CliRunner().invoke(app, ["batch", str(file)])
    assert result.exit_code == 0, result.output
    for id, en, cy in (("isle_of_anglesey", "Isle of Anglesey", "Ynys Môn"), ("caerphilly", "Caerphilly", "Caerffili")):
        folder = project / "outputs" / f"profile_{id}"
        english = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
        welsh = BeautifulSoup((folder / "report.cy.html").read_text(encoding="utf-8"), "html.parser")
        assert (english.html["lang"], welsh.html["lang"]) == ("en", "cy")
        assert english.h1.get_text(" ", strip=True).startswith(f"{en}:")
        assert welsh.h1.get_text(" ", strip=True).startswith(f"{cy}:")
        assert len(english.select("figure.exhibit")) == 4
