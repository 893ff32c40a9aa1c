import pytest

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.run import load_report, new_review

CSV = """ethnic_group,year,count,population
White,2020-21,100,10000
Black,2020-21,20,500
Asian,2020-21,12,700
White,2021-22,110,10000
Black,2021-22,18,500
Asian,2021-22,15,700
"""


def fill_in(*paths):
    for path in paths:
        text = path.read_text(encoding="utf-8").replace('disclosure: "Write here"', "disclosure: open")
        path.write_text(text.replace("Write here", "Filled in:"), encoding="utf-8")


def test_what_has_not_been_filled_in_is_refused_with_its_line(project):
    (project / "data" / "x.csv").write_text(CSV, encoding="utf-8")
    params, _ = new_review("x", project=project, data=project / "data" / "x.csv")
    with pytest.raises(ParameterError, match="has not been filled in") as caught:
        load_report(params)
    assert caught.value.faults[0].row


def test_whether_the_counts_are_open_data_is_for_the_analyst_to_say(project):
    (project / "data" / "x.csv").write_text(CSV, encoding="utf-8")
    params, card = new_review("x", project=project, data=project / "data" / "x.csv")
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("Write here ", "Filled in "), encoding="utf-8")
    params.write_text(params.read_text(encoding="utf-8").replace("Write here ", "Filled in "), encoding="utf-8")
    with pytest.raises(ParameterError, match="has not been filled in") as caught:
        load_report(params)
    assert [fault for fault in caught.value.faults if fault.value == "Write here"]


def test_a_new_parameters_file_explains_every_option_and_is_valid(project):
    (path,) = new_review("fy_adolygiad", project=project)
    text = path.read_text(encoding="utf-8")
    assert "confidence level of every interval" in text
    report = load_report(path)
    assert report.id == "fy_adolygiad"
    assert report.parameters["title"] == "Fy adolygiad"


def test_a_csv_becomes_a_card_and_a_report_that_validates(project):
    (project / "data" / "fy nata ŵ.csv").write_text(CSV, encoding="utf-8")
    params, card = new_review("fy_nata", project=project, data=project / "data" / "fy nata ŵ.csv")
    fill_in(params, card)
    report = load_report(params)
    assert [path.path.name for path in report.inputs] == ["fy nata ŵ.csv", "fy_nata.yml"]
    assert "ethnic_group" in card.read_text(encoding="utf-8")


def test_a_label_that_is_not_recognised_is_left_for_the_analyst_to_settle(project):
    (project / "data" / "x.csv").write_text(CSV.replace("Black", "Blck Afrcn"), encoding="utf-8")
    params, card = new_review("x", project=project, data=project / "data" / "x.csv")
    fill_in(params, card)
    assert '"Blck Afrcn": "?"' in card.read_text(encoding="utf-8")
    with pytest.raises(ParameterError, match=r"'\?' is not a group"):
        load_report(params)


def test_columns_that_cannot_be_recognised_are_named(project):
    (project / "data" / "x.csv").write_text("who,when,n\nWhite,2020,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column could be recognised for the group") as caught:
        new_review("x", project=project, data=project / "data" / "x.csv")
    assert "Present: who, when, n" in str(caught.value)
    assert not (project / "params" / "x.yml").exists()


def test_nothing_is_overwritten(project):
    with pytest.raises(ParameterError, match="there already"):
        new_review("homelessness", project=project)


@pytest.mark.parametrize("name", ["Two words", "../x", "", "1x", "é"])
def test_a_name_that_cannot_be_a_folder_is_refused(project, name):
    with pytest.raises(ParameterError, match="lower case"):
        new_review(name, project=project)
