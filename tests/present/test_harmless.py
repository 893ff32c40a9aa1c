"""What escaping leaves: formulas in a CSV, and characters that hide or turn round."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.present.bundle import _write_data
from arwap_analysis.present.harmless import name_controls, plain_cell
from arwap_analysis.present.tables import Column
from tests.present.test_workbook import COLUMNS, FRAME, payload


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "  =1",
        "\t=1",
        "\r=1",
        "\n=1",
        "=cmd|' /C calc'!A0",
        "-",
        "+44 29",
        "\uff1d1",
    ],
)
def test_a_text_that_begins_like_a_formula_has_an_apostrophe_before_it(text):
    assert plain_cell(text) == name_controls(f"'{text}")


@pytest.mark.parametrize(
    "text", ["-0.5", "+3", "-1e-05", "0", "-inf", "12.0", "Black", "a=b", "", "2011-12", "'s-Gravenhage"]
)
def test_numbers_and_other_texts_stay_as_they_are(text):
    assert plain_cell(text) == text


@given(st.floats(allow_nan=False))
def test_no_number_is_touched(value):
    assert plain_cell(repr(value)) == repr(value)


@given(st.text())
def test_what_begins_like_a_formula_is_a_number(text):
    cell = plain_cell(text)
    if cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r", "\n")):
        assert str(float(cell)) is not None


@given(st.text())
def test_no_control_is_left_and_naming_them_twice_changes_nothing(text):
    shown = name_controls(text)
    assert not set(shown) & set("\x00\r\x1b\x7f\x85\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert name_controls(shown) == shown


def test_a_control_is_named_by_its_code():
    assert name_controls("a\u202eb\tc\nd") == "a‹U+202E›b\tc\nd"


def test_names_of_columns_in_the_csv_are_no_formulas_either(tmp_path):
    frame = FRAME.rename(columns={"empty": "=1+1"}).assign(reason=["=1", "@x", "a\rb", "-"])
    columns = [*COLUMNS[:-1], Column("=1+1", "Remark")]
    _write_data([payload(frame, columns=columns)], tmp_path / "data.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "data.csv").read_text(encoding="utf-8"))))
    assert "'=1+1" in rows[0]
    place = rows[0].index("reason")
    assert [row[place] for row in rows[1:]] == ["'=1", "'@x", "a‹U+000D›b", "'-"]
    assert pd.to_numeric(pd.Series([row[rows[0].index("gap")] for row in rows[1:]])).tolist()[1] == -0.25
