import json

import pytest

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.run import load_report

PARAMS = """id: homelessness
notebook: evidence_review
parameters:
  indicator: homeless_households_eligible
"""


def write(project, text, name="adroddiad.yml"):
    path = project / "params" / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(project, text, *overrides):
    with pytest.raises(ParameterError) as caught:
        load_report(write(project, text), overrides=overrides)
    return caught.value.faults


def test_a_good_file_becomes_a_report_with_every_parameter_and_its_inputs(project):
    report = load_report(write(project, PARAMS), overrides=["focus_period=2011-12", "confidence=0.9"])
    assert report.parameters["focus_period"] == "2011-12"
    assert report.parameters["confidence"] == 0.9
    assert report.parameters["reference_group"] is None
    assert report.parameters["review_id"] == "homelessness"
    assert sorted(i.path.name for i in report.inputs) == [
        "census_population.csv",
        "homeless_households_eligible.csv",
    ]


def test_every_text_that_is_not_in_welsh_is_listed_before_anything_runs(project):
    with pytest.raises(ParameterError) as caught:
        load_report(write(project, PARAMS + "  language: [en, cy]\n"))
    assert {(f.code, f.column) for f in caught.value.faults} == {
        ("missing_translation", "title"), ("missing_translation", "question"),
    }  # fmt: skip


def test_prose_without_its_welsh_counterpart_is_refused_before_anything_runs(project):
    path = project / "notebooks" / "evidence_review.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "cell-13-cy"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    file = project / "params" / "homelessness.yml"
    with pytest.raises(ParameterError, match=r"The gap between groups.*tagged 'cy'"):
        load_report(file)
    load_report(file, overrides=["language=en"])


def test_an_older_file_with_one_language_or_none_still_reads(project):
    for line in ("", "  language: en\n", "  language: [en]\n"):
        assert load_report(write(project, PARAMS + line)).id == "homelessness"


@pytest.mark.parametrize(
    ("line", "message", "row"),
    [
        ("  indicatr: x", "Did you mean 'indicator'", 5),
        ("  confidence: high", "confidence", 5),
        ("  confidence: 95", "less than 1", 5),
        ("  focus_period: 2011", "quotation marks", 5),
        ("  focus_period: '2099'", "no figures for this period", 5),
        ("  periods: ['2011-12', '1999-00']", "no such period", 5),
        ("  periods: ['2011-13']", "not a period", None),
        ("  reference_group: whit", "Did you mean 'white'", 5),
        ("  reference_group: unknown", "cannot be the reference group", 5),
        ("  correction: bonferroni", "holm", 5),
        ("  language: fr", "'cy'", 5),
        ("  language: [en, en]", "each language once", 5),
        ("  language: []", "language", 5),
        ("  language: [en, cy]", "'title' is not written in Welsh", 3),
        ("  data_folder: nowhere", None, None),
        ("extra: 1", "no option 'extra'", 5),
    ],
)
def test_each_mistake_is_one_line_that_says_where_and_what_to_do(project, line, message, row):
    path = write(project, PARAMS + line + "\n")
    with pytest.raises((ParameterError, DataError)) as caught:
        load_report(path)
    (fault,) = caught.value.faults[:1]
    assert message is None or message in str(fault)
    if row is not None:
        assert (fault.row, fault.file) == (row, str(path))


def test_an_unknown_indicator_suggests_the_nearest(project):
    text = PARAMS.replace("homeless_households_eligible", "homeless_household_eligible")
    assert "Did you mean 'homeless_households_eligible'" in str(faults(project, text)[0])


def test_an_unknown_notebook_lists_those_at_hand(project):
    assert "evidence_review" in str(faults(project, PARAMS.replace("evidence_review", "evidence"))[0])


def test_overrides_are_checked_like_the_file(project):
    assert "key=value" in str(faults(project, PARAMS, "confidence")[0])
    assert "Did you mean 'confidence'" in str(faults(project, PARAMS, "confidense=0.9")[0])
    assert "confidence" in str(faults(project, PARAMS, "confidence=high")[0])


def test_an_id_cannot_leave_the_outputs_folder(project):
    assert faults(project, PARAMS.replace("id: homelessness", "id: ../escape"))[0].code == "wrong_value"


def test_a_parameters_file_outside_a_project_is_refused(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text(PARAMS)
    with pytest.raises(ParameterError, match="notebooks"):
        load_report(path)


def test_a_missing_data_file_is_found_before_anything_runs(project):
    (project / "data" / "homeless_households_eligible.csv").unlink()
    with pytest.raises(DataError, match=r"homeless_households_eligible\.csv"):
        load_report(write(project, PARAMS))


def test_a_changed_data_file_is_found_before_anything_runs(project):
    path = project / "data" / "homeless_households_eligible.csv"
    path.write_text(path.read_text().replace("290", "291"))
    with pytest.raises(DataError, match="SHA-256"):
        load_report(write(project, PARAMS))
