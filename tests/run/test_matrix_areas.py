"""A matrix over areas names each of them, in the language of each text."""

import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.run.spec import load_report, matrix_overrides, read_report

FILE = """\
id: {id}
notebook: area_profile
matrix:
  area: [{areas}]
parameters:
  title: {title}
  language: {language}
"""


@pytest.fixture
def written(project):
    def write(id="look_{area.name}", areas="W06000005, W06000022", title="'In {area.name}'", language="en"):
        path = project / "params" / "named.yml"
        path.write_text(FILE.format(id=id, areas=areas, title=title, language=language), encoding="utf-8")
        return path

    return write


def test_the_name_of_an_area_is_filled_in_in_the_language_of_the_text(written):
    path = written(title="{en: 'In {area.name}, {area}', cy: 'Lle: {area.name}'}", language="[en, cy]")
    reports = [read_report(path, overrides=pair) for pair in matrix_overrides(path)]
    assert [report.parameters["title"] for report in reports] == [
        {"en": "In Flintshire, W06000005", "cy": "Lle: Sir y Fflint"},
        {"en": "In Newport, W06000022", "cy": "Lle: Casnewydd"},
    ]
    assert [report.id for report in reports] == ["look_flintshire", "look_newport"]


def test_a_text_without_a_language_takes_the_english_name(written):
    path = written()
    assert read_report(path, overrides=("area=W06000022",)).parameters["title"] == "In Newport"


def test_an_id_without_the_area_gets_its_code_so_that_no_two_reports_share_a_folder(written):
    path = written(id="look")
    assert read_report(path, overrides=("area=W06000022",)).id == "look_w06000022"


def test_a_value_that_is_no_area_cannot_be_named_and_says_so_with_the_file(written):
    path = written(areas="W06000025")
    with pytest.raises(ParameterError) as caught:
        load_report(path, overrides=("area=W06000025",))
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.value) == ("unknown_area", str(path), "W06000025")
    assert "Did you mean" in fault.hint
