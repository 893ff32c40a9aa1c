import json

import pytest

from tests.peers import FIXTURES
from tests.peers.__main__ import main
from tests.peers.adaptors import ADAPTORS, ADAPTORS_OF_CASES
from tests.peers.compare import compare_case, compare_file, reference_files

FILES = list(reference_files(FIXTURES)) if FIXTURES.is_dir() else []
ABSENT = [pytest.param(None, marks=pytest.mark.skip(reason="the reference values are not beside the project"))]
GOOD = {"id": "one", "inputs": {"value": [1.0, 2.0, 3.0]}, "params": {"level": 0.95}, "expected": {"estimate": 2.0}}


@pytest.mark.parametrize("path", FILES or ABSENT, ids=lambda path: path.stem if path else "absent")
def test_every_case_of_a_reference_file_is_met(path):
    """Values of healthequal 1.0.1, PHEindicatormethods 2.1.0 and R 4.2.2; tolerances in tests.peers.adaptors."""
    result = compare_file(path)
    if not result.has_adaptor:
        pytest.skip(f"no adaptor for {result.measure} yet")
    assert result.misses == []
    assert result.passed == result.total > 0


def test_every_adaptor_is_used_by_a_reference_file():
    if not FILES:
        pytest.skip("the reference values are not beside the project")
    known = ADAPTORS.keys() | ADAPTORS_OF_CASES.keys()
    assert known == known & {json.loads(path.read_text())["measure"] for path in FILES}


def write(folder, *, measure="mean_t", case=GOOD):
    content = {"package": "none", "measure": measure, "cases": [case]}
    (folder / "one.json").write_text(json.dumps(content), encoding="utf-8")


def test_the_command_says_how_close_each_file_comes(tmp_path, capsys):
    write(tmp_path)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "one.json: 1/1 passed, worst relative error 0.0e+00\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"case": {**GOOD, "expected": {"estimate": 2.00001}}}, "0/1 passed"),
        ({"case": {**GOOD, "expected": {"estimate": None}}}, "0/1 passed"),
        ({"case": {**GOOD, "inputs": {"value": ["text"]}}}, "MeasureError"),
        ({"case": {**GOOD, "expected": {"no_such_value": 1.0}}}, "KeyError"),
        ({"measure": "something_else"}, "no adaptor for the measure 'something_else'"),
    ],
)
def test_the_command_fails_on_a_miss_an_error_and_an_unknown_measure(tmp_path, capsys, change, said):
    write(tmp_path, **change)
    assert main([str(tmp_path)]) == 1
    assert said in capsys.readouterr().out


def test_the_command_refuses_a_folder_without_reference_values(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2
    assert "no reference values" in capsys.readouterr().err


def test_a_wrong_sought_odds_ratio_is_a_miss_although_r_stops_early():
    case = {"id": "x", "inputs": {"count": [8, 3], "nobs": [10, 10]}, "params": {}, "expected": {"fisher_upper": 99.0}}
    assert compare_case("two_groups", case)["fisher_upper"] > 1e-3
