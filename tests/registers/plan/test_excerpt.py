"""The excerpt of the Plan, held against a key that was written by reading it."""

from datetime import date

import pytest

from arwap_analysis import registers
from arwap_analysis.registers.plan import import_plan, plan_status, read_register, register_file
from tests.conftest import ROOT
from tests.registers.plan.key import ACTIONS, GOAL, HEADING, ON_2023_04_30, ON_2026_11_24

SHARED = sorted((ROOT.parent / "shared" / "plan").glob("*.txt"))


def shipped():
    return read_register(ROOT / "data" / "plan_register.csv")


def text_again(actions):
    """Return the tables as the Plan's text has them, made from a register: goals as rows, ragged, other columns."""
    lines = ["By when\tActions\tOutputs\tImpact\tLead and partners\t\t"]
    goal = None
    for action in actions:
        if action.goal != goal:
            if action.goal is None:
                lines += ["", "By when\tActions\tOutputs\tImpact\tLead and partners"]
            else:
                lines += [f"\t{action.policy_area}", f"\tGoal: {action.goal}\t\t\t"]
            goal = action.goal
        lines.append("\t".join([action.by_when, action.action, action.outputs, action.impact, action.lead_text]))
    return "\r\n".join(lines)


@pytest.fixture(params=["the text itself", "the shipped register", "the register as a text again"])
def actions(request):
    if request.param == "the shipped register":
        return shipped()
    if request.param == "the register as a text again":
        return import_plan(text_again(shipped())).actions
    if not SHARED:
        pytest.skip("the excerpt of the Plan's text is not at hand (../shared/plan)")
    return import_plan(SHARED[0].read_bytes().decode()).actions


def test_every_action_is_there_in_order_with_its_cells(actions):
    assert len(actions) == len(ACTIONS)
    for action, key in zip(actions, ACTIONS, strict=True):
        assert action.action.startswith(key["begins"])
        assert action.outputs.startswith(key["outputs"])
        assert action.impact.startswith(key["impact"])
        assert bool(action.impact) == bool(key["impact"])
        assert action.by_when == key["by_when"]
        assert (action.outcome == "measure_named") == key["measurable"]


def test_every_goal_is_that_of_its_own_table(actions):
    for action, key in zip(actions, ACTIONS, strict=True):
        assert (action.goal is None) == (key["goal"] is None)
        assert action.goal is None or action.goal.startswith(GOAL)
        assert action.goal is None or action.policy_area == HEADING


def test_every_deadline_has_its_first_and_last_day(actions):
    for action, key in zip(actions, ACTIONS, strict=True):
        assert [(str(d.earliest), str(d.latest)) for d in action.deadlines] == key["deadlines"]
        assert [(column, str(d.latest)) for column, d in action.milestones] == key["dates_in_text"]


def test_every_lead_and_partner_is_named_with_its_part(actions):
    for action, key in zip(actions, ACTIONS, strict=True):
        assert [(lead.role, lead.name) for lead in action.leads] == key["leads"]


@pytest.mark.parametrize(("day", "key"), [("2023-04-30", ON_2023_04_30), ("2026-11-24", ON_2026_11_24)])
def test_the_status_is_the_one_that_was_counted_by_hand(actions, day, key):
    found = plan_status(actions, as_of=day)
    days = [one.days_left if one.state == "due" else one.days_overdue for one in found.actions]
    assert list(zip([one.state for one in found.actions], days, strict=True)) == key
    assert all(one.no_update for one in found.actions)


def test_the_day_after_a_deadline_is_the_first_day_overdue(actions):
    found = plan_status(actions, as_of=date(2023, 5, 1))
    assert [one.days_overdue for one in found.actions] == [1, 1, 1, None, None, 121]


@pytest.mark.skipif(not SHARED, reason="the excerpt of the Plan's text is not at hand (../shared/plan)")
def test_the_shipped_register_is_what_the_text_gives():
    read = registers.import_plan(SHARED[0].read_bytes().decode())
    ours = [(a.id, a.goal, a.action, a.outputs, a.impact, a.by_when, a.lead_text, a.deadlines) for a in read.actions]
    theirs = [(a.id, a.goal, a.action, a.outputs, a.impact, a.by_when, a.lead_text, a.deadlines) for a in shipped()]
    assert ours == theirs
    assert read.tables == 2
    assert read.remarks == ()


def test_a_folder_stands_for_the_register_in_it(tmp_path):
    assert register_file(tmp_path) == tmp_path / "plan_register.csv"
