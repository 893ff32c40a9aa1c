import pytest

from arwap_analysis.areas import area_codes, find_area, get_area
from arwap_analysis.errors import ParameterError


def test_wales_has_twenty_two_local_authorities_seven_health_boards_and_four_police_forces():
    sizes = {kind: len(area_codes(kind)) for kind in ("country", "local_authority", "health_board", "police_force")}
    assert sizes == {"country": 1, "local_authority": 22, "health_board": 7, "police_force": 4}
    assert len(set(area_codes())) == 34


@pytest.mark.parametrize("code", area_codes())
def test_every_area_is_found_by_its_code_and_both_names(code):
    area = get_area(code)
    for text in (code, code.lower(), area.name_en, area.name_cy, area.name_en.upper(), f"  {area.name_cy} "):
        assert find_area(text) is area, text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ynys Mon", "Isle of Anglesey"), ("City and County of Swansea", "Swansea"),
        ("The Vale of Glamorgan", "Vale of Glamorgan"),
        ("Caerphilly County Borough Council", "Caerphilly"), ("Rhondda, Cynon, Taff", "Rhondda Cynon Taf"),
        ("Pen y bont ar Ogwr", "Bridgend"), ("Gwent", "Gwent Police"),
        ("Cardiff & Vale", "Cardiff and Vale University Health Board"),
        ("Powys", "Powys"), ("CYMRU", "Wales"),
    ],
)  # fmt: skip
def test_names_as_publishers_write_them(text, name):
    assert find_area(text).name_en == name


def test_what_is_no_area_of_wales_is_none():
    for text in ("", "Bristol", "All Welsh local authorities", "W06000007", "Wales and England"):
        assert find_area(text) is None
    with pytest.raises(ParameterError, match="W06000015"):
        get_area("W0600015")
    assert find_area("Powys", kind="health_board") is None
