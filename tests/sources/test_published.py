import contextlib
import hashlib
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import load_source, read_published, source_ids
from tests.conftest import ROOT

GOOD = "group,year,count\nWhite,2011-12,100\nBlack,2011-12,20\n"


def card(**changes):
    base = {
        "id": "made_up",
        "title": {"en": "Made up"},
        "publisher": "Nobody",
        "licence": "none",
        "file": "tabl ŵ.csv",
        "layout": {"kind": "long", "group_column": "group", "period_column": "year", "value_column": "count"},
        "area": {"code": "W92000004", "name": "Wales"},
        "disclosure": "open",
    }
    return load_source({**base, **changes})


def read(folder: Path, text: str, **changes):
    (folder / "tabl ŵ.csv").write_text(text, encoding="utf-8")
    return read_published(card(**changes), folder=folder)


def faults(folder: Path, text: str, **changes):
    with pytest.raises(DataError) as caught:
        read(folder, text, **changes)
    return caught.value.faults


@pytest.mark.parametrize("name", source_ids())
def test_every_source_of_the_package_reads_and_its_card_is_complete(name):
    source = load_source(name)
    table = read_published(source, folder=ROOT / "data")
    assert len(table.frame)
    assert source.sha256 == table.sha256
    assert source.licence
    assert source.publisher
    assert source.title.cy
    assert f"`{source.file}`" in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_the_eligible_table_adds_up_and_keeps_the_unknown(tmp_path):
    table = read_published(load_source("homeless_households_eligible"), folder=ROOT / "data")
    values = table.frame.set_index(["period", "group"])["value"]
    assert values["2011-12", "black"] == 290
    assert values["2011-12", "white"] == 13_195
    assert values["2014-15", "unknown"] == 755
    assert "total" not in set(table.frame["group"])
    assert table.checks == ("The groups add up to the published total in all 8 periods within its rounding to 5.",)


def test_parts_of_a_group_are_left_out_so_that_nobody_counts_twice():
    frame = read_published(load_source("homeless_households_accepted"), folder=ROOT / "data").frame
    white = frame[(frame["group"] == "white") & (frame["period"] == "2014-15")]
    assert list(white["value"]) == [4_345]


def test_the_census_groups_add_up_to_the_published_totals():
    frame = read_published(load_source("census_population"), folder=ROOT / "data").frame
    assert frame.groupby("period")["value"].sum().to_dict() == {"2011": 3_063_456, "2021": 3_107_494}


def test_thousands_separators_and_marks_are_understood(tmp_path):
    text = 'group,year,count\nWhite,2011-12,"12,345"\nBlack,2011-12,[c]\nAsian,2011-12,*\n'
    frame = read(tmp_path, text, missing={"*": "not_collected"}).frame.set_index("group")
    assert frame.loc["white", "value"] == 12_345
    assert math.isnan(frame.loc["black", "value"])
    assert (frame.loc["black", "status"], frame.loc["asian", "status"]) == ("suppressed", "not_collected")
    assert "[c]" in frame.loc["black", "reason"]


@pytest.mark.parametrize(
    ("line", "code", "column", "value"),
    [
        ("Black,2011-12,many", "not_a_number", "count", "many"),
        ("Black,2011-12,", "not_a_number", "count", ""),
        ("Black,2011-12,-5", "negative_count", "count", "-5"),
        ("Black,2011-12,−5", "negative_count", "count", "−5"),
        ("Black,2011-12,1e3", "not_a_number", "count", "1e3"),
        ("Black,2011-12,nan", "not_a_number", "count", "nan"),
        ("Black,2011-12,=1+1", "not_a_number", "count", "=1+1"),
        ("Blak,2011-12,5", "unknown_label", "group", "Blak"),
        ("Black,2011-13,5", "unreadable_period", "year", "2011-13"),
        ("White,2011/12,5", "duplicate_row", "group", "White"),
    ],
)
def test_a_bad_cell_is_named_by_file_row_column_and_value(tmp_path, line, code, column, value):
    (fault,) = faults(tmp_path, f"group,year,count\nWhite,2011-12,100\n{line}\n")
    assert (fault.code, fault.row, fault.column, fault.value) == (code, 3, column, value)
    assert fault.file.endswith("tabl ŵ.csv")
    assert fault.hint


def test_a_negative_number_in_a_count_never_becomes_a_number(tmp_path):
    assert faults(tmp_path, "group,year,count\nWhite,2011-12,-100\n")[0].code == "negative_count"


def test_a_wide_table_names_the_column_of_a_bad_cell(tmp_path):
    layout = {"kind": "wide", "group_column": "group"}
    found = faults(tmp_path, "group,2011-12,2012-13\nWhite,1,x\nBlack,2,3\n", layout=layout)
    assert (found[0].row, found[0].column) == (2, "2012-13")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("\n\n", "empty_file"),
        ("group,year,count\n", "empty_file"),
        ("group,year,count\nWhite,2011-12\n", "ragged_row"),
        ("group,year,count\nWhite,2011-12,12,345\n", "ragged_row"),
        ("group,year\nWhite,2011-12\n", "missing_column"),
        ("group,year,count,count\nWhite,2011-12,1,2\n", "repeated_column"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(tmp_path, text, code):
    assert faults(tmp_path, text)[0].code == code


def test_a_missing_file_suggests_the_nearest_name(tmp_path):
    (tmp_path / "tabl w.csv").write_text(GOOD)
    with pytest.raises(DataError, match=r"Did you mean 'tabl w\.csv'"):
        read_published(card(), folder=tmp_path)


def test_a_file_in_another_encoding_is_refused_not_misread(tmp_path):
    (tmp_path / "tabl ŵ.csv").write_bytes("group,year,count\nDŵr,2011-12,5\n".encode("utf-16"))
    with pytest.raises(DataError, match="UTF-8"):
        read_published(card(), folder=tmp_path)


def test_a_file_that_changed_since_its_card_was_written_is_refused(tmp_path):
    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    assert len(read(tmp_path, GOOD, sha256=digest).frame) == 2
    assert faults(tmp_path, GOOD.replace("20", "21"), sha256=digest)[0].code == "changed_file"


def test_a_total_that_is_not_the_sum_of_its_parts_is_reported_with_both_figures(tmp_path):
    table = read(tmp_path, "group,year,count\nWhite,2011-12,100\nBlack,2011-12,20\nAll,2011-12,150\n")
    assert table.checks == ("In 2011-12 the groups add up to 120 and the published total is 150.",)


def test_rows_are_chosen_by_the_card_and_a_filter_without_rows_is_refused(tmp_path):
    text = "group,year,count,area\nWhite,2011-12,1,Gwynedd\nWhite,2011-12,2,Conwy\n"
    layout = {"kind": "long", "group_column": "group", "period_column": "year", "value_column": "count"}
    chosen = read(tmp_path, text, layout={**layout, "where": {"area": "Conwy"}})
    assert list(chosen.frame["value"]) == [2]
    assert "Did you mean 'Conwy'" in faults(tmp_path, text, layout={**layout, "where": {"area": "Conwi"}})[0].hint


def test_groups_written_in_a_card_are_used(tmp_path):
    text = "group,year,count\nBlack Africans,2011-12,7\n"
    assert list(read(tmp_path, text, groups={"Black Africans": "black"}).frame["group"]) == ["black"]
    with pytest.raises(ParameterError, match="Did you mean 'black'"):
        read(tmp_path, text, groups={"Black Africans": "blck"})


def test_a_card_that_does_not_declare_its_data_open_is_refused():
    with pytest.raises(ParameterError, match="disclosure"):
        card(disclosure="secret")


def test_unknown_keys_of_a_card_are_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'publisher'"):
        card(publsher="x")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_or_refused_but_never_crashes(tmp_path, text):
    with contextlib.suppress(DataError):
        assert len(read(tmp_path, text).frame)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=st.text(alphabet="0123456789,.-+eE %£", max_size=9).filter(lambda text: "," not in text))
def test_a_cell_is_a_number_exactly_when_it_is_written_as_one(tmp_path, cell):
    text = f"group,year,count\nWhite,2011-12,{cell}\n"
    try:
        value = read(tmp_path, text).frame["value"].iloc[0]
    except DataError:
        return
    assert value == float(cell)
