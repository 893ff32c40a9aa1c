"""Updates are a history that only goes forward; what contradicts it is refused with its row. All names are made up."""

from dataclasses import replace
from datetime import date

import pytest

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.registers.plan import (
    Update,
    add_update,
    change_between,
    count_by,
    delivery_over_time,
    import_plan,
    plan_status,
    read_updates,
    status_dict,
)

ACTIONS = import_plan(
    "Actions\tImpact\tBy when\tLead and partners\n"
    "Goal: G\t\t\t\n"
    "First action of the made-up plan.\tMore people\tMay 2023\t\u2022 Unit A\n"
    "Second action of the made-up plan.\t\tJune 2023. End of 2024.\t\u2022 The UNIT A\n\u2022 Unit B\n"
    "Third action of the made-up plan.\tBetter\tOngoing\t\n"
).actions
ONE, TWO, THREE = (action.id for action in ACTIONS)
HEADER = "date,action,status,evidence link,who,note,stage\n"


@pytest.fixture
def read(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "plan_updates.csv"
        path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return read_updates(path)

    return write


def row(day, action, status, who="Unit Z", note="", stage="", evidence=""):
    return f"{day},{action},{status},{evidence},{who},{note},{stage}"


def refused(call):
    with pytest.raises(DataError) as caught:
        call()
    return [(fault.code, fault.row) for fault in caught.value.faults]


def states(updates=(), day="2023-07-01", **options):
    return [one.state for one in plan_status(ACTIONS, updates, as_of=day, **options).actions]


def test_without_updates_what_is_past_its_deadline_is_overdue_as_far_as_is_known():
    found = plan_status(ACTIONS, as_of="2023-07-01")
    assert [one.state for one in found.actions] == ["overdue", "overdue", "undated"]
    assert [one.days_overdue for one in found.actions] == [31, 1, None]
    assert all(one.no_update for one in found.actions)


def test_a_deadline_of_the_day_is_due_and_of_the_day_before_overdue():
    assert states(day="2023-05-31") == ["due", "due", "undated"]
    assert states(day="2023-06-01") == ["overdue", "due", "undated"]


def test_delivery_is_on_time_on_the_last_day_and_late_on_the_next(read):
    assert states(read(row("2023-05-31", ONE, "delivered")))[0] == "delivered_on_time"
    late = plan_status(ACTIONS, read(row("2023-06-01", ONE, "Completed")), as_of="2023-07-01").actions[0]
    assert (late.state, late.days_late, late.delivered_on) == ("delivered_late", 1, date(2023, 6, 1))


def test_each_deadline_of_an_action_can_be_met_by_itself(read):
    one_met = read(row("2023-06-02", TWO, "delivered", stage="1"))
    found = plan_status(ACTIONS, one_met, as_of="2023-07-01").actions[1]
    assert (found.state, found.deadline) == ("due", date(2024, 12, 31))
    assert plan_status(ACTIONS, one_met, as_of="2025-01-01").actions[1].days_overdue == 1
    both = read(row("2023-06-02", TWO, "delivered", stage="1"), row("2024-12-01", TWO, "delivered", stage="2"))
    assert states(both, "2025-01-01")[1] == "delivered_on_time"


def test_a_whole_delivery_after_a_missed_first_deadline_is_late(read):
    found = plan_status(ACTIONS, read(row("2023-08-01", TWO, "delivered")), as_of="2025-01-01").actions[1]
    assert (found.state, found.days_late) == ("delivered_late", 32)


def test_an_action_without_a_day_is_never_overdue_and_can_be_delivered(read):
    assert states(day="2099-01-01")[2] == "undated"
    assert states(read(row("2023-05-01", THREE, "delivered")))[2] == "delivered_undated"


def test_a_withdrawn_action_is_neither_due_nor_overdue_and_a_reopened_one_is_again(read):
    rows = [row("2022-12-01", ONE, "withdrawn")]
    assert states(read(*rows))[0] == "withdrawn"
    rows.append(row("2023-01-01", ONE, "reopened", note="Asked for by the group"))
    assert states(read(*rows))[0] == "overdue"


def test_an_action_reopened_after_delivery_is_open_again(read):
    rows = [row("2023-05-01", ONE, "delivered"), row("2023-05-20", ONE, "reopened", note="Not so")]
    assert states(read(*rows))[0] == "overdue"
    assert states(read(*rows, row("2023-06-10", ONE, "delivered")))[0] == "delivered_late"


GOING_BACK = {
    "delivered before started": ([("2023-02-01", "delivered"), ("2023-03-01", "started")], "after_delivered"),
    "an earlier date in a later row": ([("2023-03-01", "started"), ("2023-02-01", "on_track")], "back_in_time"),
    "delivered dated before it started": ([("2023-03-01", "started"), ("2023-02-01", "delivered")], "back_in_time"),
    "a status after withdrawn": ([("2023-02-01", "withdrawn"), ("2023-03-01", "delivered")], "after_withdrawn"),
    "delivered twice": ([("2023-02-01", "delivered"), ("2023-03-01", "delivered")], "after_delivered"),
    "not started after started": ([("2023-02-01", "started"), ("2023-03-01", "not started")], "not_started_after"),
    "the same row twice": ([("2023-02-01", "started"), ("2023-02-01", "started")], "repeated_update"),
}


@pytest.mark.parametrize("case", GOING_BACK)
def test_a_history_that_goes_back_in_time_is_refused_with_the_row(read, case):
    rows, code = GOING_BACK[case]
    updates = read(row("2023-01-01", TWO, "started"), *(row(day, ONE, status) for day, status in rows))
    assert refused(lambda: states(updates)) == [(code, 4)]


@pytest.mark.parametrize(
    ("update", "code"),
    [
        (row("2022-06-06", ONE, "started"), "before_plan"),
        (row("2023-07-02", ONE, "started"), "after_as_of"),
        (row("2023-05-01", ONE + "x", "started"), "unknown_action"),
        (row("2023-05-01", ONE, "delivered", stage="2"), "no_such_stage"),
        (row("2023-05-01", ONE, "reopened", note="why"), "not_ended"),
    ],
)
def test_an_update_that_cannot_be_true_is_refused_with_its_row(read, update, code):
    updates = read(row("2023-01-01", TWO, "started"), update)
    assert refused(lambda: states(updates)) == [(code, 3)]


@pytest.mark.parametrize(
    ("update", "code"),
    [
        (row("30/04/2023", ONE, "started"), "no_date"),
        (row("2023-02-30", ONE, "started"), "no_date"),
        (row("2023-02-01", "", "started"), "no_action"),
        (row("2023-02-01", ONE, "finised"), "unknown_status"),
        (row("2023-02-01", ONE, "started", who=""), "no_reporter"),
        (row("2023-02-01", ONE, "started", stage="first"), "no_stage"),
        (row("2023-02-01", ONE, "started", evidence="javascript:alert(1)"), "no_link"),
        (row("2023-02-01", ONE, "started", note="one,two,three"), "too_many_cells"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_number(read, update, code):
    assert (code, 3) in refused(lambda: read(row("2023-01-01", TWO, "started"), update))


def test_every_fault_of_a_file_is_told_at_once(read):
    updates = read(row("2020-01-01", ONE, "started"), row("2023-01-01", "nobody", "started"))
    assert refused(lambda: states(updates)) == [("before_plan", 2), ("unknown_action", 3)]


def test_a_file_without_its_columns_is_refused(read):
    assert ("missing_column", 1) in refused(lambda: read("2023-01-01", header="date\n"))
    assert ("unknown_column", 1) in refused(lambda: read(header="date,action,status,who,colour\n"))


def test_looking_back_leaves_later_updates_out_and_counts_them(read):
    updates = read(row("2023-08-01", ONE, "delivered"))
    found = plan_status(ACTIONS, updates, as_of="2023-07-01", leave_out_later=True)
    assert (found.actions[0].state, found.updates, found.left_out) == ("overdue", 0, 1)


@pytest.mark.parametrize(
    "options", [{"as_of": "2022-06-06"}, {"as_of": "30.4.2023"}, {"as_of": "2023-04-30", "since": "2023-05-01"}]
)
def test_a_day_that_cannot_be_asked_about_is_refused(options):
    with pytest.raises(ParameterError):
        plan_status(ACTIONS, **options)


def test_a_register_in_which_two_actions_share_an_id_is_refused():
    with pytest.raises(DataError, match="same id"):
        plan_status([ACTIONS[0], replace(ACTIONS[1], id=ONE)], as_of="2023-07-01")


def test_who_has_not_reported_since_the_last_meeting_is_known(read):
    updates = read(row("2023-02-01", ONE, "started"), row("2023-06-15", TWO, "at risk"))
    found = plan_status(ACTIONS, updates, as_of="2023-07-01", since="2023-05-01")
    assert [one.quiet for one in found.actions] == [True, False, True]


def test_what_changed_between_two_days_is_named(read):
    updates = read(row("2023-06-05", ONE, "delivered"))
    before = plan_status(ACTIONS, updates, as_of="2023-06-01", leave_out_later=True)
    now = plan_status(ACTIONS, updates, as_of="2023-07-01")
    changes = change_between(before, now)
    assert dict(zip(changes["id"], changes["change"], strict=True)) == {ONE: "delivered_late", TWO: "became_overdue"}
    assert dict(zip(changes["id"], changes["quiet"], strict=True)) == {ONE: False, TWO: True}


def test_actions_are_counted_under_each_of_their_leads_and_under_none():
    found = count_by(plan_status(ACTIONS, as_of="2023-07-01"), "lead")
    assert found["by"].tolist() == ["Unit A", "Unit B", None]
    assert found["actions"].tolist() == [2, 1, 1]
    assert found["overdue"].tolist() == [2, 1, 0]
    assert found["longest_overdue"].tolist()[:2] == [31, 1]


def test_deadlines_met_never_exceed_those_of_the_register_and_stop_at_the_day(read):
    found = plan_status(ACTIONS, read(row("2023-06-05", ONE, "delivered")), as_of="2023-07-01")
    over = delivery_over_time(found).set_index("day")
    assert over["due"].to_dict() == {
        date(2022, 6, 7): 0, date(2023, 5, 31): 1, date(2023, 6, 5): 1, date(2023, 6, 30): 2, date(2023, 7, 1): 2,
        date(2024, 12, 31): 3,
    }  # fmt: skip
    assert over["met"].dropna().to_dict()[date(2023, 7, 1)] == 1
    assert over["met"].isna().to_dict()[date(2024, 12, 31)]


def test_the_status_is_plain_json(read):
    import json

    found = json.loads(json.dumps(status_dict(plan_status(ACTIONS, as_of="2023-07-01"))))
    assert found["counts"]["overdue"] == 2
    assert found["counts"]["no_lead"] == 1
    assert found["actions"][1]["stages"][0]["days_overdue"] == 1
    assert found["by_lead"][2]["by"] is None


def test_an_update_is_appended_and_earlier_rows_stay_as_they_are(read, tmp_path):
    read(row("2023-01-01", ONE, "started"))
    path = tmp_path / "plan_updates.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    before = path.read_bytes()
    add_update(path, Update(date(2023, 2, 1), ONE, "on_track", "Unit Z", note="=1+1, said so"), ACTIONS)
    assert path.read_bytes().startswith(before)
    assert [(u.status, u.note) for u in read_updates(path)] == [("started", ""), ("on_track", "=1+1, said so")]


@pytest.mark.parametrize(
    ("update", "code"),
    [
        (Update(date(2022, 12, 1), ONE, "delivered", "Unit Z"), "back_in_time"),
        (Update(date(2023, 2, 1), "nobody", "delivered", "Unit Z"), "unknown_action"),
        (Update(date(2023, 2, 1), ONE, "delivered", ""), "no_reporter"),
        (Update(date(2030, 2, 1), ONE, "delivered", "Unit Z"), "after_as_of"),
        (Update(date(2023, 1, 1), ONE, "started", "Unit Y"), "repeated_update"),
    ],
)
def test_an_update_that_is_refused_changes_nothing(read, tmp_path, update, code):
    read(row("2023-01-01", ONE, "started"))
    path = tmp_path / "plan_updates.csv"
    before = path.read_bytes()
    found = refused(lambda: add_update(path, update, ACTIONS, today=date(2023, 3, 1)))
    assert [fault for fault, _ in found] == [code]
    assert path.read_bytes() == before


def test_the_first_update_makes_the_file(tmp_path):
    path = tmp_path / "plan_updates.csv"
    add_update(path, Update(date(2023, 2, 1), TWO, "delivered", "Unit Z", stage=1), ACTIONS)
    assert [(u.action, u.stage, u.row) for u in read_updates(path)] == [(TWO, 1, 2)]
