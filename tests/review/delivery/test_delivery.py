"""The sections of a delivery report, on the shipped register and on histories that are made up."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.present.sentences import catalogue_content
from arwap_analysis.registers.plan import RULES, import_plan, write_register
from arwap_analysis.review import delivery
from arwap_analysis.review.delivery.preflight import check_delivery
from tests.conftest import ROOT
from tests.welsh import english_in

SECTIONS = (
    delivery.describe_delivery, delivery.main_delivery_points, delivery.show_overdue,
    delivery.show_deadlines_over_time, delivery.show_due, delivery.show_changes, delivery.show_leads,
    delivery.show_areas, delivery.show_missing, delivery.show_dates_inside, delivery.show_implementation_gap,
    delivery.show_all_actions, delivery.describe_delivery_limits, delivery.list_deadline_rules,
    delivery.list_delivery_sources,
)  # fmt: skip

TEXT = (
    "Actions\tImpact\tBy when\tLead and partners\n"
    "Goal: Fair homes.\t\t\t\n"
    "First made-up action.\tMore people\tMay 2023\t\u2022 Unit A\n"
    "Second made-up action.\tFewer\tJune 2023. End of 2024.\t\u2022 Unit A\n\u2022 Unit B\n"
    "Goal: Fair work.\t\t\t\n"
    "Third made-up action.\t\tOngoing\t\n"
    "Fourth made-up action.\tBetter\tWhenever\tUnit B\n"
    "Fifth made-up action.\tA rate\tEnd of 2023\tUnit B\n"
)
ACTIONS = import_plan(TEXT).actions
IDS = [action.id for action in ACTIONS]
UPDATES = (
    ("2023-02-01", IDS[1], "started", ""),
    ("2023-05-20", IDS[0], "delivered", "https://example.org/a"),
    ("2023-06-10", IDS[2], "at_risk", ""),
    ("2023-06-11", IDS[3], "withdrawn", ""),
    ("2024-02-01", IDS[4], "delivered", ""),
)


def request(**options):
    fields = {"review_id": "x", "title": {"en": "T", "cy": "T"}, "as_of": "2026-11-24", "language": ["en", "cy"]}
    return delivery.Delivery(**{**fields, **options})


@pytest.fixture
def made_up(project):
    """Return a function that assesses the made-up plan, with some of its updates, as of a day."""

    def assess(count=None, *, links="", **options):
        write_register(project / "data" / "register.csv", ACTIONS)
        lines = ["date,action,status,who,evidence", *(f"{d},{a},{s},Unit Z,{e}" for d, a, s, e in UPDATES[:count])]
        (project / "data" / "updates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        if links:
            (project / "data" / "goals.yml").write_text(links, encoding="utf-8")
            options["goals"] = "data/goals.yml"
        asked = request(register_file="data/register.csv", updates="data/updates.csv", **options)
        return delivery.assess_delivery(delivery.gather_delivery(asked, project=project))

    return assess


@pytest.fixture(scope="module")
def shipped():
    return delivery.assess_delivery(delivery.gather_delivery(request(), project=ROOT))


LINKS = "goals:\n  - goal: fair homes\n    indicators: [homeless_households_eligible]\n"


def in_welsh(shown):
    """Return what a Welsh page says, apart from the cells that are marked as English."""
    page = BeautifulSoup(shown.to_html(), "html.parser")
    for cell in page.find_all(lang="en"):
        cell.decompose()
    return " ".join([page.text, *(image["alt"] for image in page.find_all("img"))])


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_made_in_both_languages_and_only_quotations_are_english(shipped, show):
    shown = show(shipped)
    (welsh,) = shown.translations
    assert (shown.language, welsh.language) == ("en", "cy")
    assert english_in(re.sub(r"data/\S+", "", in_welsh(welsh))) == set()


@pytest.mark.parametrize("show", SECTIONS, ids=lambda show: show.__name__)
def test_each_section_is_welsh_on_a_history_with_every_state(made_up, show):
    shown = show(made_up(as_of="2024-06-30", since="2023-06-01", links=LINKS))
    (welsh,) = shown.translations
    words = in_welsh(welsh)
    assert english_in(re.sub(r"(data/\S+|homeless_\w+)", "", words)) == set()


def test_the_plan_is_quoted_on_the_welsh_page_and_marked_as_english(shipped):
    (welsh,) = delivery.show_overdue(shipped).translations
    page = BeautifulSoup(welsh.to_html(), "html.parser")
    assert "Academi Wales will develop" in " ".join(cell.text for cell in page.find_all("td", lang="en"))
    assert "Testun Saesneg y Cynllun" in page.text
    assert not BeautifulSoup(delivery.show_overdue(shipped).to_html(), "html.parser").find_all(lang=True)


def test_without_updates_the_report_says_that_it_cannot_know(shipped):
    points = delivery.main_delivery_points(shipped).to_text()
    assert "No updates are recorded" in points
    assert "6 of 6 actions" in points
    assert "1,424 days" in points
    assert "No action is reported as delivered." in points
    assert "none was reported as met" in delivery.show_deadlines_over_time(shipped).title
    assert (
        "On the strictest reading the same actions are overdue." in delivery.describe_delivery_limits(shipped).to_text()
    )
    assert set(delivery.show_overdue(shipped).table.frame["last_report"]) == {"no update recorded"}


def test_a_goal_without_an_indicator_is_an_explicit_absence(shipped):
    frame = delivery.show_implementation_gap(shipped).table.frame
    assert frame["movement"].tolist() == ["no indicator is linked to this goal", "no goal, so nothing to link"]


def test_a_linked_indicator_stands_beside_what_was_delivered(made_up):
    frame = delivery.show_implementation_gap(made_up(as_of="2024-06-30", links=LINKS)).table.frame
    homes, work = frame.to_dict("records")
    assert (homes["actions"], homes["delivered"], homes["overdue"]) == (2, 1, 1)
    assert homes["movement"].startswith("2007-08 to 2014-15: widening: Other")
    assert "end before the Plan was published" in homes["movement"]
    assert work["movement"] == "no indicator is linked to this goal"


@pytest.mark.parametrize("goal", ["Nothing like it", "Fair"])
def test_a_goal_that_is_not_in_the_register_or_could_be_two_is_refused(made_up, goal):
    with pytest.raises(ParameterError) as caught:
        made_up(links=LINKS.replace("fair homes", goal))
    assert [fault.code for fault in caught.value.faults] == ["unknown_goal"]


def test_each_state_is_counted_in_the_main_points(made_up):
    points = delivery.main_delivery_points(made_up(as_of="2024-06-30")).to_text()
    assert "Overdue on 30 June 2024, as far as is known: 1 of 5 actions" in points
    assert "Reported as delivered: 2 of 5 actions; in time: 1; late: 1" in points
    assert "without a link to evidence: 1" in points
    assert "Withdrawn: 1 of 5 actions" in points


def test_before_any_deadline_nothing_is_overdue_and_the_table_is_empty(made_up):
    found = made_up(0, as_of="2022-12-31")
    shown = delivery.show_overdue(found)
    assert len(shown.table) == 0
    assert shown.title.startswith("No action is overdue")
    assert "<table" not in shown.to_html()
    for show in SECTIONS:
        assert show(found).to_html()


def test_a_report_on_one_of_several_deadlines_says_which(made_up, project):
    made_up(0)
    (project / "data" / "updates.csv").write_text(
        f"date,action,status,who,stage\n2023-06-01,{IDS[1]},delivered,Unit Z,1\n", encoding="utf-8"
    )
    asked = request(register_file="data/register.csv", updates="data/updates.csv", as_of="2023-05-31")
    with pytest.raises(DataError, match="after 2023-05-31"):
        delivery.assess_delivery(delivery.gather_delivery(asked, project=project))
    asked = request(register_file="data/register.csv", updates="data/updates.csv", as_of="2023-07-31")
    found = delivery.assess_delivery(delivery.gather_delivery(asked, project=project))
    frame = delivery.show_due(found).table.frame.set_index("id")
    assert frame.loc[IDS[1], "last_report"] == "delivered (deadline 1 of 2), 1 June 2023"


def test_what_is_still_due_comes_with_the_days_left(made_up):
    shown = delivery.show_due(made_up(0, as_of="2023-05-31"))
    assert shown.table.frame["days_left"].tolist() == [0, 30, 214]
    assert shown.title == "Still due: 3 of 5 actions; the next deadline is 31 May 2023"
    assert delivery.show_due(made_up(0, as_of="2026-11-24")).title == "No action in the register is still due"


def test_what_slipped_since_the_last_meeting_is_named(made_up):
    shown = delivery.show_changes(made_up(as_of="2024-06-30", since="2023-06-01"))
    changes = dict(zip(shown.table.frame["id"], shown.table.frame["change"], strict=True))
    assert changes == {IDS[1]: "became_overdue", IDS[3]: "withdrawn", IDS[4]: "delivered_late"}
    assert shown.title == "Since 1 June 2023: became overdue: 1; reported as delivered: 1"


def test_the_chart_tells_deadlines_met_from_those_passed(made_up):
    shown = delivery.show_deadlines_over_time(made_up(as_of="2024-06-30"))
    assert shown.title == "By 30 June 2024, 3 of 4 deadlines had passed; 2 were reported as met"
    assert "31 December 2024: 4" in shown.alt
    assert shown.svg.count("<path") > 5


def test_who_reported_is_shown_nowhere(made_up):
    found = made_up(as_of="2024-06-30", since="2023-06-01")
    for show in SECTIONS:
        bundle, metadata = show(found)._repr_mimebundle_()
        assert "Unit Z" not in str(bundle) + str(metadata)


def test_every_rule_has_its_sentence_in_the_report():
    sentences = catalogue_content("en")["sentences"]
    assert {id.removeprefix("delivery_rule_") for id in sentences if id.startswith("delivery_rule_")} == {
        *RULES,
        "used",
    }


def test_preflight_returns_the_files_with_their_digests(project):
    files = check_delivery({**request().model_dump(), "language": ["en"]}, project=project)
    assert [path.name for path, _, _ in files] == ["plan_register.csv"]
    assert len(files[0][1]) == 64
    assert ("licence", "Open Government Licence v3.0") in files[0][2]


@pytest.mark.parametrize(
    ("options", "column"),
    [({"as_of": "24.11.2026"}, "as_of"), ({"as_of": "2022-01-01"}, "as_of"), ({"since": "2027-01-01"}, "since"),
     ({"title": "Only English"}, "title")],
)  # fmt: skip
def test_preflight_names_the_parameter_that_cannot_be_used(project, options, column):
    values = {**request().model_dump(), "title": {"en": "T", "cy": "T"}, **options}
    with pytest.raises(ParameterError) as caught:
        check_delivery(values, project=project)
    assert [fault.column for fault in caught.value.faults] == [column]


def test_preflight_refuses_updates_that_cannot_be_true(project):
    (project / "data" / "updates.csv").write_text("date,action,status,who\n2023-01-01,nobody,started,A\n")
    with pytest.raises(DataError) as caught:
        check_delivery({**request().model_dump(), "title": "T", "language": "en", "updates": "data/updates.csv"},
                       project=project)  # fmt: skip
    assert [(fault.code, fault.row) for fault in caught.value.faults] == [("unknown_action", 2)]


def test_a_register_without_any_dated_action_still_makes_a_report(project):
    undated = [replace(action) for action in ACTIONS if not action.due]
    write_register(project / "data" / "register.csv", undated)
    found = delivery.assess_delivery(
        delivery.gather_delivery(request(register_file="data/register.csv"), project=project)
    )
    for show in SECTIONS:
        assert show(found).to_html()
