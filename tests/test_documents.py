import pickle

import pytest
from pydantic import Field

from arwap_analysis.documents import StrictModel, load_model, read_document
from arwap_analysis.errors import DataError, Fault, MeasureError, ParameterError, RunError, did_you_mean


class Inner(StrictModel):
    colour: str = "red"


class Outer(StrictModel):
    name: str
    size: float = Field(default=1.0, gt=0)
    inner: Inner = Inner()
    inners: list[Inner] = []


def faults(tmp_path, text):
    path = tmp_path / "ffeil.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_model(path, Outer)
    return caught.value.faults


def test_every_mistake_of_a_file_is_reported_with_its_line(tmp_path):
    found = faults(tmp_path, "nam: x\nsize: -1\ninner:\n  color: blue\ninners:\n  - colour: 3\n")
    assert {(fault.code, fault.row) for fault in found} == {
        ("missing_key", None),
        ("unknown_key", 1),
        ("wrong_value", 2),
        ("unknown_key", 4),
        ("wrong_value", 6),
    }


def test_a_mistyped_key_suggests_the_right_one_at_every_depth(tmp_path):
    hints = [fault.hint for fault in faults(tmp_path, "nam: x\nname: y\ninner:\n  color: blue\n")]
    assert hints == ["Did you mean 'name'?", "Did you mean 'colour'?"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_keys"),
        ("- a\n- b\n", "no_keys"),
        ("name: [x\n", "not_yaml"),
        ("name: x\nname: y\n", "repeated_key"),
        ("name: x\nsize: big\n", "wrong_value"),
        ("name: 2011\n", "wrong_value"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, code):
    assert faults(tmp_path, text)[0].code == code


def test_a_missing_file_suggests_the_nearest(tmp_path):
    (tmp_path / "homelessness.yml").write_text("name: x")
    with pytest.raises(ParameterError, match=r"Did you mean 'homelessness\.yml'"):
        read_document(tmp_path / "homelesness.yml")


def test_the_name_of_a_report_in_place_of_its_file_suggests_the_file(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "searches.yml").write_text("id: x")
    with pytest.raises(ParameterError, match=r"Did you mean '.*params/searches\.yml'"):
        read_document(tmp_path / "searches")


def test_a_missing_file_without_a_suffix_never_lists_the_folder(tmp_path):
    (tmp_path / ".git").mkdir()
    with pytest.raises(ParameterError, match="Check the name and the folder") as caught:
        read_document(tmp_path / "zzz")
    assert ".git" not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "x.yml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ParameterError, match="cannot be read"):
        read_document(tmp_path / "x.yml")


@pytest.mark.parametrize(
    "error",
    [
        DataError([Fault("a", "b", "c", 1, "d", "e", "f")]),
        ParameterError(Fault("a", "b")),
        MeasureError("no"),
        RunError("x", "failed", cell="3", notebook="n.ipynb"),
    ],
)
def test_every_error_survives_the_border_between_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.exit_code) == (type(error), str(error), error.exit_code)


def test_a_fault_reads_as_one_line_with_place_value_and_hint():
    fault = Fault("x", "a count cannot be negative", "a.csv", 7, "count", "-5", "Correct it at the source.")
    assert (
        str(fault) == "a.csv, row 7, column 'count': a count cannot be negative (found '-5'). Correct it at the source."
    )


def test_a_far_word_gets_the_list_of_what_is_allowed():
    assert did_you_mean("zzz", ["white", "black"]) == "Allowed: 'white', 'black'."
