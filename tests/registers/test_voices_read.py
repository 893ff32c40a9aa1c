"""Coded excerpts: every fault at once, none of them with what a person said."""

import pytest

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.registers import voices
from tests.conftest import ROOT
from tests.registers.voices_examples import FRAME, HEADER, NAMED, rows, write_csv

GOOD = ["e1", "p1", "Forum one", "2024-05", "Welsh Asian", "waiting; trust", NAMED, "en", "quote", "A"]


@pytest.fixture
def frame(tmp_path):
    (tmp_path / "codes.yml").write_text(FRAME, encoding="utf-8")
    return voices.load_frame(tmp_path / "codes.yml")


def changed(**cells):
    return [cells.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True)]


def read(tmp_path, frame, lines, header=HEADER):
    return voices.read_coded(write_csv(tmp_path / "coded.csv", lines, header), frame=frame)


def faults(tmp_path, frame, lines, header=HEADER):
    with pytest.raises(DataError) as caught:
        read(tmp_path, frame, lines, header)
    return caught.value


def test_good_rows_are_read_with_their_codes(tmp_path, frame):
    coded = read(tmp_path, frame, [GOOD])
    assert coded.frame["codes"].tolist() == [("waiting", "trust")]
    assert coded.has_speakers
    assert coded.coders == ("A",)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"consent": ""}, "missing_consent", "consent"),
        ({"consent": "qoute"}, "unknown_consent", "consent"),
        ({"date": "2024-13"}, "not_a_date", "date"),
        ({"date": "last May"}, "not_a_date", "date"),
        ({"date": ""}, "empty_cell", "date"),
        ({"group": ""}, "empty_cell", "group"),
        ({"codes": ""}, "empty_cell", "codes"),
        ({"codes": "wating"}, "unknown_code", "codes"),
        ({"codes": "services"}, "code_with_parts", "codes"),
        ({"codes": "trust; trust"}, "code_twice", "codes"),
        ({"language": "fr"}, "unknown_language", "language"),
    ],
)
def test_each_fault_names_its_row_and_column(tmp_path, frame, cells, code, column):
    (fault,) = faults(tmp_path, frame, [changed(excerpt="e0", speaker="p0"), changed(**cells)]).faults
    assert (fault.code, fault.row, fault.column) == (code, 3, column)


def test_all_faults_are_reported_at_once(tmp_path, frame):
    lines = [
        changed(consent="", date="x", codes="wating"),
        changed(),
        changed(coder="B", consent="none", source="Another"),
        changed(excerpt="e2", group="Black Welsh"),
        changed(excerpt="e3", speaker=""),
    ]
    found = {(f.code, f.row) for f in faults(tmp_path, frame, lines).faults}
    assert found == {
        ("missing_consent", 2), ("not_a_date", 2), ("unknown_code", 2), ("excerpt_twice", 3), ("facts_differ", 3),
        ("facts_differ", 4), ("speaker_in_two_groups", 5), ("missing_speaker", 6),
    }  # fmt: skip


def test_a_mistyped_code_suggests_the_right_one(tmp_path, frame):
    assert "Did you mean 'waiting'" in str(faults(tmp_path, frame, [changed(codes="wating")]))


def test_no_fault_repeats_what_a_person_said(tmp_path, frame):
    lines = [changed(consent=""), changed(quotation="Other words of Zebedee"), changed(excerpt="", date=NAMED),
             changed(excerpt="e9", language=NAMED), changed(excerpt="e8", codes=NAMED, consent=NAMED),
             changed(excerpt=NAMED), changed(excerpt=NAMED)]  # fmt: skip
    text = str(faults(tmp_path, frame, lines))
    assert "Zebedee" not in text
    assert "07700" not in text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_rows"),
        (b"excerpt,source,date,group,codes,quotation,consent,coder\n", "no_rows"),
        (b"excerpt,source\ne1,f\n", "missing_column"),
        (b"\xff\xfe\x00", "not_utf8"),
        (b'excerpt,source,date,group,codes,quotation,consent,coder\n"a', "not_csv"),
        (b"excerpt,source,date,group,codes,quotation,consent,coder\na,b\n", "wrong_number_of_cells"),
        (b"excerpt,sorce,source,date,group,codes,quotation,consent,coder\n", "unknown_column"),
        (b"excerpt,excerpt,source,date,group,codes,quotation,consent,coder\n", "column_twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, frame, content, code):
    path = tmp_path / "coded.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        voices.read_coded(path, frame=frame)
    assert caught.value.faults[0].code == code
    with pytest.raises(DataError, match=r"Did you mean 'coded\.csv'"):
        voices.read_coded(tmp_path / "codd.csv", frame=frame)


def test_who_agreed_to_nothing_is_not_in_the_table_at_all(tmp_path, frame):
    coded = read(tmp_path, frame, rows())
    assert coded.without_consent == 1
    assert "e4" not in set(coded.frame["excerpt"])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("parent: services\n  - id: trust", "parent: servces\n  - id: trust", "unknown_parent"),
        ("- id: trust", "- id: waiting", "code_twice"),
        ("    definition: {en: Services., cy: Gwasanaethau.}\n",
         "    definition: {en: Services., cy: Gwasanaethau.}\n    parent: waiting\n", "circular_parent"),
    ],
)  # fmt: skip
def test_a_frame_that_contradicts_itself_is_refused(tmp_path, old, new, code):
    assert old in FRAME
    (tmp_path / "codes.yml").write_text(FRAME.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        voices.load_frame(tmp_path / "codes.yml")
    assert code in {fault.code for fault in caught.value.faults}
    assert all(fault.row for fault in caught.value.faults)


def test_a_code_counts_when_more_than_half_of_the_coders_gave_it(tmp_path, frame):
    lines = [changed(codes="waiting; trust"), changed(codes="waiting", coder="B"), changed(codes="housing", coder="C")]
    assert voices.settled_codes(read(tmp_path, frame, lines)) == {"e1": ("waiting",)}


def test_people_are_counted_once_however_often_they_speak(tmp_path, frame):
    coded = read(tmp_path, frame, [changed(), changed(excerpt="e2"), changed(excerpt="e3", speaker="p2")])
    themes = voices.count_themes(coded, frame=frame, codes=voices.settled_codes(coded)).set_index("code")["people"]
    assert themes.to_dict() == {"waiting": 2, "trust": 2, "housing": 0}
    assert voices.speakers_by_group(coded).to_dict() == {"Welsh Asian": 2}


def test_without_speakers_excerpts_are_counted(tmp_path, frame):
    coded = read(tmp_path, frame, [changed(speaker=""), changed(speaker="", excerpt="e2")])
    assert not coded.has_speakers
    assert voices.speakers_by_group(coded).to_dict() == {"Welsh Asian": 2}


def test_ratings_say_who_gave_which_code_and_who_did_not_look(tmp_path, frame):
    coded = read(tmp_path, frame, [changed(), changed(coder="B", codes="housing"), changed(excerpt="e2", coder="B")])
    ratings = voices.ratings_by_code(coded, frame=frame)
    assert frame.assignable == ("waiting", "trust", "housing")
    assert ratings.shape == (3, 2, 2)
    assert ratings[0].tolist()[1] == [0, 1]
    assert str(ratings[0, 0, 1]) == "nan"


def test_every_shipped_passage_stands_in_the_plan_word_for_word():
    plan = ROOT.parent / "shared" / "plan"
    if not plan.is_dir():
        pytest.skip("the text of the Plan is not beside the project")
    text = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in sorted(plan.glob("*.txt")))
    frame = voices.load_frame(ROOT / "data" / "plan_consultation_codes.yml")
    coded = voices.read_coded(ROOT / "data" / "plan_consultation.csv", frame=frame)
    assert len(coded.frame) > 5
    for words in coded.frame["quotation"]:
        assert " ".join(words.split()) in text
