"""The register as a file: written whole, read with doubt, and never poorer after another import."""

from dataclasses import replace

import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.registers.plan import import_file, import_plan, read_register, write_register

TEXT = (
    "Actions\tOutputs\tImpact\tBy when\tLead and partners\n"
    "Goal: G\t\t\t\t\n"
    "Count how many people are treated fairly.\tA list\tMore people\tMay 2023\tHealth Boards\n"
    "=SUM(A1) is how an action may begin.\t- a list\t\tTBC\tNHS WalesAcademi Wales\n"
)


@pytest.fixture
def plan(tmp_path):
    """Return a function that writes a text and imports it into one register."""

    def bring(text=TEXT, **options):
        (tmp_path / "plan.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_file(tmp_path / "plan.txt", register=tmp_path / "plan_register.csv", **options)

    bring.register = tmp_path / "plan_register.csv"
    return bring


def faults(call):
    with pytest.raises(DataError) as caught:
        call()
    return [(fault.code, fault.row) for fault in caught.value.faults]


def edited(plan, old, new):
    plan()
    text = plan.register.read_text(encoding="utf-8")
    assert old in text
    plan.register.write_text(text.replace(old, new), encoding="utf-8")
    return faults(lambda: read_register(plan.register))


def test_what_was_imported_is_what_is_read_back(plan):
    read, merged = plan()
    assert read_register(plan.register) == merged.actions
    assert [replace(a, source="") for a in merged.actions] == list(import_plan(TEXT).actions)
    assert read.actions[1].action.startswith("=SUM")
    assert "'=SUM" in plan.register.read_text(encoding="utf-8")


def test_importing_the_same_text_again_leaves_the_file_as_it_is(plan):
    plan()
    before = (plan.register.read_bytes(), plan.register.stat().st_mtime_ns)
    _, merged = plan()
    assert (plan.register.read_bytes(), plan.register.stat().st_mtime_ns) == before
    assert (merged.added, merged.changes, len(merged.unchanged)) == ((), (), 2)


def test_another_part_of_the_plan_is_added_and_nothing_goes(plan):
    _, first = plan()
    _, merged = plan("Actions\tBy when\nA third action that is new.\tJune 2024\n")
    assert [a.id for a in merged.actions[:2]] == [a.id for a in first.actions]
    assert (len(merged.added), len(merged.absent)) == (1, 2)
    assert len(read_register(plan.register)) == 3


def test_a_text_that_would_change_an_action_is_refused_with_the_row_and_nothing_is_written(plan):
    plan()
    before = plan.register.read_bytes()
    assert faults(lambda: plan(TEXT.replace("May 2023", "May 2027"))) == [("would_change", 2)]
    assert plan.register.read_bytes() == before


def test_accepted_changes_keep_the_id_and_the_register_as_it_was(plan):
    _, first = plan()
    before = plan.register.read_bytes()
    text = TEXT.replace("May 2023", "May 2027").replace("treated fairly", "treated fairly today")
    _, merged = plan(text, accept_changes=True)
    assert [a.id for a in merged.actions] == [a.id for a in first.actions]
    assert [str(d.latest) for d in read_register(plan.register)[0].deadlines] == ["2027-05-31"]
    assert merged.kept.read_bytes() == before


def test_an_empty_cell_of_a_later_text_empties_nothing(plan):
    plan()
    _, merged = plan(TEXT.replace("\tA list\tMore people\tMay 2023\tHealth Boards", "\t\t\t\t"))
    assert merged.changes == ()
    assert read_register(plan.register)[0].outputs == "A list"


def test_a_deadline_that_a_person_settled_counts_and_survives_an_import(plan):
    plan()
    text = plan.register.read_text(encoding="utf-8").replace(
        "../.. not_set,NHS WalesAcademi Wales,lead: NHS Wales; named: Academi Wales,,,",
        "../.. not_set,NHS WalesAcademi Wales,lead: NHS Wales; partner: Academi Wales,,2025-03-31,The Board on 1 May",
    )
    plan.register.write_text(text, encoding="utf-8")
    plan()
    action = read_register(plan.register)[1]
    assert [(d.rule, str(d.latest)) for d in action.due] == [("settled", "2025-03-31")]
    assert [lead.role for lead in action.leads] == ["lead", "partner"]
    assert not {"unread_deadline", "deadline_without_day"} & set(action.attention)


def test_a_deadline_other_than_its_words_give_is_a_contradiction(plan):
    assert edited(plan, "2023-05-01/2023-05-31 month", "2023-05-01/2027-05-31 month") == [("contradicting_deadline", 2)]


def test_words_other_than_the_deadline_beside_them_are_a_contradiction(plan):
    assert edited(plan, "May 2023", "May 2027") == [("contradicting_deadline", 2)]


def test_two_rows_with_one_id_contradict_each_other(plan):
    _, merged = plan()
    one, other = merged.actions
    write_register(plan.register, [one, replace(other, id=one.id)])
    assert faults(lambda: read_register(plan.register)) == [("repeated_id", 3)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (",lead: Health Boards,,,,", ",lead: Health Boards,,2024-13-01,why,", "no_date"),
        (",lead: Health Boards,,,,", ",lead: Health Boards,,2024-12-01,,", "settled_without_reason"),
        (",lead: Health Boards,,,,", ",boss: Health Boards,,,,", "no_lead"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(plan, old, new, code):
    assert edited(plan, old, new) == [(code, 2)]


def test_a_file_that_is_no_register_is_refused_and_left_alone(plan):
    plan.register.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="no such column"):
        plan()
    assert plan.register.read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_a_missing_register_says_how_one_is_made(tmp_path):
    with pytest.raises(DataError, match="arwap plan import"):
        read_register(tmp_path / "plan_register.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_the_encodings_of_office_programs(plan, encoding):
    read, _ = plan(TEXT.replace("A list", "caf\u00e9").encode(encoding))
    assert read.actions[0].outputs == "caf\u00e9"


def test_a_file_that_is_not_text_is_refused(plan):
    with pytest.raises(DataError, match="not a text file"):
        plan(b"PK\x03\x04\x00\x00\x81\x8d\x00")


def test_a_write_that_fails_leaves_the_register_as_it_was(plan, monkeypatch):
    plan()
    before = plan.register.read_bytes()

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(DataError, match="No space left"):
        plan("Actions\tBy when\nAn action that is new.\tJune 2024\n")
    assert plan.register.read_bytes() == before
    assert [path.name for path in plan.register.parent.iterdir() if path.name.startswith(".")] == []
