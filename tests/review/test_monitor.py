"""The monitor of a framework: its figures are those of a review, and a year stands only where a gap clearly closes."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup

from arwap_analysis import review
from arwap_analysis.errors import ParameterError
from arwap_analysis.registers.framework import framework_file
from arwap_analysis.review import monitor
from arwap_analysis.review.monitor.preflight import check_inputs
from arwap_analysis.run import load_report, run_report
from tests.conftest import ROOT
from tests.registers.test_framework import SMALL
from tests.review.test_review import CARD
from tests.welsh import english_in

SECTIONS = (
    monitor.main_points, monitor.show_summary, monitor.show_gaps, monitor.show_closing, monitor.show_missing,
    monitor.describe_limits, monitor.list_sources,
)  # fmt: skip
TITLE = {"en": "Closing?", "cy": "Yn cau?"}


def text_of(shown):
    """Return every word that a reader meets, alt texts too; addresses of pages are no words."""
    page = BeautifulSoup(shown.to_html(), "html.parser")
    return re.sub(r"https?://\S+", "", " ".join([page.text, *(image["alt"] for image in page.find_all("img"))]))


@pytest.fixture(scope="module")
def plan():
    request = monitor.Monitor(review_id="x", title=TITLE, language=["en", "cy"])
    return monitor.assess(monitor.gather(request, project=ROOT))


@pytest.fixture(scope="module", params=["homeless_households_eligible", "homeless_households_accepted"])
def direct(request):
    """The results of a review of one indicator, called for directly."""
    asked = review.Review(review_id="x", title="T", question="Q?", indicator=request.param)
    return review.assess(review.gather(asked, project=ROOT))


@pytest.fixture
def made_up(project):
    """Return a function that follows one made-up measure, of rows (year, group, count, people)."""

    def follow(rows, *changes, language="en"):
        lines = ["year,group,count,people", *[",".join(map(str, row)) for row in rows]]
        (project / "data" / "made_up.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (project / "made_up.yml").write_text(CARD.format(better="lower"), encoding="utf-8")
        text = SMALL.replace("homeless_households_eligible", "made_up.yml")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (project / "own.yml").write_text(text, encoding="utf-8")
        request = monitor.Monitor(review_id="x", title="T", framework="own.yml", language=language)
        return monitor.assess(monitor.gather(request, project=project))

    return follow


def closing_rows(years, fall, start=600):
    return [
        row
        for n, year in enumerate(years)
        for row in ((year, "white", 3000, 100_000), (year, "black", start - fall * n, 10_000))
    ]


def test_the_figures_of_each_measure_are_those_of_a_review_of_its_indicator(plan, direct):
    id = {"homeless_households_eligible": "homeless_eligible", "homeless_households_accepted": "homeless_accepted"}[
        direct.evidence.card.id
    ]
    for ours, theirs in (
        (plan.levels, direct.rates),
        (plan.quality, direct.quality),
        (plan.gaps, direct.gaps[direct.gaps["measure"] == "rate_ratio"]),
        (plan.trends, direct.trends[direct.trends["measure"] == "rate_ratio_trend"]),
    ):
        found = ours[ours["followed"] == id][theirs.columns]
        pd.testing.assert_frame_equal(found.reset_index(drop=True), theirs.reset_index(drop=True))


def test_the_summary_has_one_row_a_measure_with_the_rates_and_the_largest_gap(plan, direct):
    frame = monitor.show_summary(plan).table.frame.set_index("followed")
    assert len(frame) == 2
    id = direct.evidence.card.id.replace("households_", "")
    rates = direct.rates[direct.rates["period"] == "2014-15"].set_index("group")["estimate"]
    for group in ("asian", "black", "mixed", "white", "other"):
        assert frame.loc[id, f"rate_{group}"] == rates[group]
    gaps = direct.gaps[(direct.gaps["period"] == "2014-15") & (direct.gaps["measure"] == "rate_ratio")]
    assert gaps.loc[gaps["estimate"].idxmax(), "group"] == "black"
    assert frame.loc[id, "gap_text"].startswith(f"Black: {gaps['estimate'].max():.1f} (")
    assert frame.loc[id, "gap_text"].endswith("), clearly worse")


def test_no_year_is_named_where_no_gap_clearly_closes_and_the_reason_stands_in_its_place(plan):
    assert set(plan.trends["direction"]) == {"no_clear_change", "reversed", "widening"}
    assert plan.trends[["closing_year", "closing_earliest", "closing_latest"]].isna().all(axis=None)
    table = monitor.show_closing(plan).table.frame
    reasons = dict(zip(plan.trends["direction"], table["closing_text"], strict=True))
    assert reasons == {
        "no_clear_change": "no year: no clear change", "reversed": "no year: the comparison turned round",
        "widening": "no year: the gap is widening",
    }  # fmt: skip
    assert "No gap is clearly narrowing, so no year of closing can be named." in monitor.main_points(plan).sentences


def test_a_trend_that_only_looks_as_if_it_narrowed_gets_no_year(made_up):
    rows = [
        row
        for year, black in zip(range(2010, 2015), (600, 380, 620, 360, 540), strict=True)
        for row in ((year, "white", 3000, 100_000), (year, "black", black, 10_000))
    ]
    findings = made_up(rows)
    (black,) = findings.trends[findings.trends["group"] == "black"].itertuples()
    assert np.isfinite(black.closes)
    assert (black.closing, np.isnan(black.closing_year)) == ("no_clear_change", True)


def test_a_gap_that_clearly_closes_has_the_year_of_the_trend_with_its_limits(made_up):
    findings = made_up(closing_rows(range(2008, 2016), 30))
    (black,) = findings.trends[findings.trends["group"] == "black"].itertuples()
    (direct,) = findings.followed[0].findings.trends.query("group == 'black' and scale == 'relative'").itertuples()
    assert (black.direction, black.closing) == ("closing", "year")
    assert (black.closing_year, black.closing_earliest, black.closing_latest) == (
        int(direct.closes), int(direct.closes_lower), int(direct.closes_upper))  # fmt: skip
    assert 2016 <= black.closing_earliest <= black.closing_year <= black.closing_latest
    text = f"Black: {black.closing_year:.0f} ({black.closing_earliest:.0f} to {black.closing_latest:.0f})"
    assert monitor.show_summary(findings).table.frame["closing_text"].iloc[0] == text
    assert (
        monitor.show_summary(findings).title == "A gap is clearly narrowing in 1 of the 1 measures that can be followed"
    )
    assert "would close for Black people" in monitor.show_closing(findings).title


def test_a_year_further_ahead_than_the_series_is_long_is_called_no_more_than_a_pace(made_up):
    findings = made_up([(y, g, 10 * c, 10 * n) for y, g, c, n in closing_rows(range(2008, 2016), 8)])
    (black,) = findings.trends[findings.trends["group"] == "black"].itertuples()
    assert (black.direction, black.closing) == ("closing", "year_far")
    text = monitor.show_closing(findings).table.frame.set_index("group").loc["black", "closing_text"]
    assert text.endswith("further ahead than the series is long, so no more than a pace")


def test_too_few_periods_are_the_reason_why_there_is_no_year(made_up):
    table = monitor.show_closing(made_up(closing_rows((2014, 2015), 30))).table.frame.set_index("group")
    assert table.loc["black", "closing_text"].startswith("no year: a trend needs counts for at least 3 periods")


def test_a_measure_can_be_followed_as_a_difference(made_up):
    findings = made_up(closing_rows(range(2008, 2016), 30), ("measure: rate_ratio", "measure: rate_difference"))
    direct = findings.followed[0].findings
    assert set(findings.gaps["measure"]) == {"rate_difference"}
    assert set(findings.trends["measure"]) == {"rate_difference_trend"}
    last = direct.gaps.query("measure == 'rate_difference' and period == '2015' and group == 'black'")[
        "estimate"
    ].item()
    assert f"{last:+.1f} (" in monitor.show_summary(findings).table.frame["gap_text"].iloc[0]
    for section in SECTIONS:
        assert "nan" not in text_of(section(findings)).split()


def test_what_has_no_figures_is_listed_with_what_it_lacks(plan):
    table = monitor.show_missing(plan).table.frame
    rows = table.set_index("measure")
    without = [e for e in plan.framework.entries if e.measure.indicator is None]
    for entry in without:
        measure = entry.measure
        row = rows.loc[f"{entry.chapter.title.en}: {measure.title.en}"]
        said = {"source": "a source", "baseline": "a baseline", "target": "a target", "measure": "a measure of the gap"}
        assert {name for name, text in said.items() if text in row["lacks"]} == set(measure.lacks) & set(said)
        assert row["target"] == (measure.target.says.en if measure.target else "not known")
        assert row["citation"].startswith("proposed here") == (measure.standing == "proposed")
    bare = [f"{c.title.en}: {o.text.en}" for c in plan.framework.chapters for o in c.outcomes if not o.measures]
    assert set(rows.index[rows["lacks"] == "any measure"]) == set(bare) != set()
    empty = [c.title.en for c in plan.framework.chapters if not c.outcomes]
    assert rows.index[rows["lacks"] == "any outcome and any measure"].tolist() == empty
    assert len(table) == len(without) + len(bare) + len(empty)


def test_figures_that_end_before_the_plan_began_are_said_to_be_silent_on_it(plan, made_up):
    points = " ".join(monitor.main_points(plan).sentences)
    assert "(2014-15) end before the Plan began, on 7 June 2022" in points
    later = made_up(closing_rows(range(2018, 2026), 30))
    assert "before the Plan began" not in " ".join(monitor.main_points(later).sentences)


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_shows_itself_the_same_way_twice(plan, show):
    shown = show(plan)
    (welsh,) = shown.translations
    assert (shown.language, welsh.language, shown.id) == ("en", "cy", welsh.id)
    assert english_in(text_of(welsh)) == set()
    assert len(text_of(welsh)) > len(text_of(shown)) / 2
    assert shown._repr_mimebundle_() == show(plan)._repr_mimebundle_()
    for hole in ("nan", "None", "{", "}", " inf", "()"):
        assert hole not in text_of(shown), hole


def test_a_framework_without_figures_makes_a_full_report_that_says_so(made_up):
    findings = made_up([], ("indicator: made_up.yml", "indicator: unknown"))
    assert monitor.main_points(findings).sentences == (
        "None of the 1 measures in the framework can be followed with the figures at hand.",
    )
    for section in SECTIONS:
        assert section(findings)._repr_mimebundle_()[0]["text/html"]


def test_a_measure_whose_change_cannot_be_tested_is_refused(made_up):
    with pytest.raises(ParameterError, match="cannot be tested in this measure") as caught:
        made_up([], ("measure: rate_ratio", "measure: percentage_gap"))
    assert "rate_ratio, rate_difference" in caught.value.faults[0].hint


def test_the_check_before_a_run_refuses_unknown_links_and_names_the_files(project):
    parameters = {"review_id": "x", "title": TITLE, "language": ["en", "cy"], "framework": "own.yml"}
    text = framework_file().read_text(encoding="utf-8")
    (project / "own.yml").write_text(text, encoding="utf-8")
    names = [path.name for path, digest, _ in check_inputs(parameters, project=project) if digest]
    assert names == [
        "homeless_households_eligible.csv", "census_population.csv", "homeless_households_accepted.csv", "own.yml",
    ]  # fmt: skip
    wrong = text.replace("homeless_households_eligible", "homeless_people").replace("percentage_gap", "pay_gaps")
    (project / "own.yml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        check_inputs(parameters, project=project)
    assert {fault.code for fault in caught.value.faults} == {"unknown_indicator", "unknown_measure"}
    content = yaml.safe_load(text)
    del content["chapters"][0]["outcomes"][0]["measures"][0]["note"]["cy"]
    (project / "own.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"anti_racism_objectives\.note' is not written in Welsh"):
        check_inputs(parameters, project=project)


@pytest.mark.slow
def test_the_report_is_made_in_both_languages_and_its_data_hold_every_measure_and_what_is_missing(project):
    report = run_report(load_report(project / "params" / "indicator_monitor.yml"))
    assert {"report.html", "report.cy.html", "data.csv"} <= {path.name for path in report.page.parent.iterdir()}
    data = (report.page.parent / "data.csv").read_text(encoding="utf-8")
    assert "homeless_eligible" in data
    assert "Pay gap between ethnic groups" in data
    page = BeautifulSoup((report.page.parent / "report.cy.html").read_text(encoding="utf-8"), "html.parser")
    assert page.html["lang"] == "cy"
    assert len(page.select("figure.exhibit")) == 4
