"""Tables of the Plan as other excerpts may have them: every action is found, and what is not understood is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.errors import DataError
from arwap_analysis.registers.plan import import_plan, read_leads

HEAD = "Actions\tOutputs\tImpact\tBy when\tLead and partners"


def read(*lines, head=HEAD, end="\n"):
    return import_plan(end.join([head, *lines]) if head else end.join(lines))


def codes(found):
    return [(remark.code, remark.line) for remark in found.remarks]


def test_columns_are_found_by_their_headings_in_any_order():
    found = read("WG\t\tMarch 2024\tDo this\tA list", head="Lead(s)\tNumber\tDeadline\tKey actions\tDeliverables")
    (action,) = found.actions
    assert (action.action, action.outputs, action.by_when) == ("Do this", "A list", "March 2024")
    assert action.leading == ("WG",)
    assert codes(found) == [("missing_column", 1)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_end_of_lines_does_not_matter(end):
    found = read("Goal: G\t\t\t\t", "Do this\tO\tI\tJune 2022\tWG", end=end)
    assert [(a.goal, a.by_when, a.leading) for a in found.actions] == [("G", "June 2022", ("WG",))]


@pytest.mark.parametrize(
    "goal", ["Goal: Better care\t\t\t\t", "Goal: Better care", "Goal 2: Better care\t", "GOAL ONE - Better care\t\t",
             "Goal 1.2 \u2013 Better\u00a0care"])  # fmt: skip
def test_a_goal_is_a_row_of_its_own_however_it_is_written(goal):
    found = read(goal, "Do this\tO\tI\tJune 2022\tWG")
    assert [a.goal for a in found.actions] == ["Better care"]
    assert found.goals == (("Better care", 2),)


def test_a_goal_above_the_head_of_its_table_is_its_goal():
    found = read("Policy area: Health", "", "Goal 1: Better care", "", HEAD, "Do this\tO\tI\tJune 2022\tWG", head="")
    assert [(a.goal, a.policy_area) for a in found.actions] == [("Better care", "Health")]


def test_a_column_of_goals_goes_on_until_the_next():
    found = read("G1\tOne\tMay 2023", "\tTwo\tJune 2023", "G2\tThree\tJuly 2023", head="Goal\tAction\tWhen")
    assert [a.goal for a in found.actions] == ["G1", "G1", "G2"]


def test_a_new_table_does_not_inherit_a_goal_and_a_repeated_head_does_not_lose_it():
    rows = "One\tO\tI\tMay 2023\tWG", "Two\tO\tI\tMay 2023\tWG", "Three\tO\tI\tMay 2023\tWG"
    found = read("Goal: G\t\t\t\t", rows[0], HEAD, rows[1], "", HEAD, rows[2])
    assert [a.goal for a in found.actions] == ["G", "G", None]
    assert found.tables == 2


def test_a_goal_without_an_action_is_named():
    found = read("Goal: Nobody\t\t\t\t", "Goal: Somebody\t\t\t\t", "Do this\t\t\tMay 2023\tWG")
    assert codes(found) == [("goal_without_action", 2)]


def test_cells_broken_over_lines_are_put_together():
    found = read("Write a plan for", "housing that works\tOne output that", "goes on\tI\tMay 2023\t\u2022 Housing",
                 "\u2022 Health", "Second\tO\tI\tJune 2023\tWG")  # fmt: skip
    first, second = found.actions
    assert (first.action, first.outputs) == ("Write a plan for\nhousing that works", "One output that\ngoes on")
    assert (first.leading, first.by_when) == (("Housing", "Health"), "May 2023")
    assert second.action == "Second"
    assert found.remarks == ()


def test_a_row_without_an_action_goes_on_with_the_one_above_and_is_named():
    found = read("Do this\tO\tI\tMay 2023\tWG", "\tmore\t\tJune 2023\tHealth")
    (action,) = found.actions
    assert (action.outputs, action.leading) == ("O\nmore", ("WG", "Health"))
    assert [str(d.latest) for d in action.deadlines] == ["2023-05-31", "2023-06-30"]
    assert codes(found) == [("row_goes_on", 3)]


def test_ragged_rows_and_empty_cells_stay_empty():
    found = read("One", "Two is a sentence of an action.\t", "Three\tO", "Four\t\t\t\tWG\t\t\t")
    assert [(a.action, a.outputs, a.leading) for a in found.actions] == [
        ("Two is a sentence of an action.", "", ()), ("Three", "O", ()), ("Four", "", ("WG",)),
    ]  # fmt: skip
    assert found.headings == (("One", 2),)
    assert codes(found) == [("line_as_heading", 2)]
    assert "no_deadline" in found.actions[0].attention
    assert "no_lead" in found.actions[0].attention


@pytest.mark.parametrize("mark", ["\u2022 ", "- ", "o ", "\u25aa "])
def test_a_list_of_actions_in_one_row_is_as_many_actions(mark):
    found = read(f"{mark}Train staff", f"{mark}Count people\tO\tI\tMay 2023\tWG")
    assert [a.action for a in found.actions] == ["Train staff", "Count people"]
    assert {a.leading for a in found.actions} == {("WG",)}
    assert "several_actions" in [remark.code for remark in found.remarks]


def test_each_action_of_a_list_has_its_own_deadline_where_there_are_as_many():
    found = read("\u2022 Train staff \u2022 Count people\tO\tI\t\u2022 May 2023 \u2022 June 2023\tWG")
    assert [[str(d.latest) for d in a.deadlines] for a in found.actions] == [["2023-05-31"], ["2023-06-30"]]


def test_what_is_no_action_is_named_and_never_read_as_one():
    found = read("Do this\tO\tI\tMay 2023\tWG\tbeyond", "", "Indicator\tSource", "Pay gap\tONS", "", "Prose.",
                 "A\tB\tC\tD\tE")  # fmt: skip
    assert [a.action for a in found.actions] == ["Do this"]
    assert codes(found) == [("cells_beyond", 2), ("row_outside", 4), ("row_outside", 5), ("row_outside", 8)]
    assert "beyond" in found.actions[0].other


def test_texts_under_an_unknown_heading_are_kept():
    found = read("Do this\tin Gwent", head="Actions\tRegion")
    assert found.actions[0].other == "Region: in Gwent"
    assert codes(found)[0] == ("unknown_heading", 1)


@pytest.mark.parametrize("text", ["", "Prose only.\n\nMore.", "Indicator\tSource\na\tb"])
def test_a_text_without_a_table_of_actions_is_refused(text):
    with pytest.raises(DataError, match="no table of actions"):
        import_plan(text)


def test_the_same_action_twice_is_kept_twice_under_two_ids():
    found = read("Do this\tO\tI\tMay 2023\tWG", "Do this\tO\tI\tJune 2024\tWG")
    assert len({a.id for a in found.actions}) == 2
    assert codes(found) == [("same_action", 3)]


def test_an_id_depends_on_the_words_of_the_action_alone():
    one = read("Do this well\tO\tI\tMay 2023\tWG").actions[0]
    other = read("Goal: G\t\t\t\t", "First\t\t\tMay 2023\tX", "Do  this\u00a0WELL.\t\t\tJune 2024\t").actions[1]
    assert one.id == other.id


LEADS = {
    "\u2022 A Unit supported by B Team.": [("lead", "A Unit"), ("partner", "B Team")],
    "Public Bodies UnitAcademi Wales": [("lead", "Public Bodies Unit"), ("named", "Academi Wales")],
    "Health Boards;Local authorities": [("lead", "Health Boards"), ("named", "Local authorities")],
    "Welsh Government, NHS Wales, WLGA": [("lead", "Welsh Government"), ("named", "NHS Wales"), ("named", "WLGA")],
    "Permanent Secretary, Welsh Government": [("lead", "Permanent Secretary, Welsh Government")],
    "Lead: Health Boards. Partners: Diverse Cymru, BAWSO": [
        ("lead", "Health Boards"), ("partner", "Diverse Cymru"), ("partner", "BAWSO")],
    "Health and Social Care": [("lead", "Health and Social Care")],
    "- A Unit\no B Team": [("lead", "A Unit"), ("named", "B Team")],
    "": [],
}  # fmt: skip


@pytest.mark.parametrize("cell", LEADS)
def test_leads_are_told_from_partners_and_from_each_other(cell):
    assert [(lead.role, lead.name) for lead in read_leads(cell)[0]] == LEADS[cell]


def test_names_that_ran_together_are_divided_and_doubted():
    _, doubts = read_leads("Public Bodies UnitAcademi Wales")
    assert "ran together" in doubts[0]
    assert read_leads("StatsWales")[1] == ()


ROW = (
    "Every leader is to have one objective that is about fairness. The Board will see reports of it.",
    "An announcement by the Board, and guidance for leaders.", "More leaders from every community.", "By end of 2023.",
    "\u2022 The Unit supported by Human Resources.",
)  # fmt: skip


@given(st.data())
def test_a_cell_broken_anywhere_is_put_together_or_the_line_is_named(data):
    whole = "\t".join(ROW)
    place = data.draw(st.sampled_from([n for n, letter in enumerate(whole) if letter == " "]))
    found = read("Goal: G\t\t\t\t", f"{whole[:place]}\n{whole[place + 1 :]}", "\t".join(ROW).replace("one", "two"))
    got = found.actions[0]
    cells = (got.action, got.outputs, got.impact, got.by_when, got.lead_text)
    assert len(found.actions) == 2
    assert found.remarks or tuple(cell.replace("\n", " ") for cell in cells) == ROW


def test_short_rows_that_follow_each_other_stay_two_rows():
    found = read("One does this.\tAn output\tAn impact", "Two does that.\tAn output\tAn impact")
    assert [a.action for a in found.actions] == ["One does this.", "Two does that."]


def test_a_line_without_tabs_that_is_taken_for_a_heading_is_named():
    found = read(
        "Goal: G\t\t\t\t", "One does this.\tO\tI\tMay 2023\tWG.", "Housing", "Two does that.\tO\tI\tMay 2023\tWG."
    )
    assert [(a.goal, a.policy_area) for a in found.actions] == [("G", None), (None, "Housing")]
    assert codes(found) == [("line_as_heading", 4)]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n\v\f"), max_size=30)


@given(st.lists(st.lists(cells, min_size=1, max_size=7), min_size=1, max_size=6))
def test_any_rows_are_read_or_named_without_an_error(rows):
    text = "\n".join(["\t".join(row) for row in rows])
    found = import_plan(f"{HEAD}\nDo this now.\tO\tI\tMay 2023\tWG\n{text}")
    assert found.actions[0].action.startswith("Do this now.")
    assert len({action.id for action in found.actions}) == len(found.actions)
