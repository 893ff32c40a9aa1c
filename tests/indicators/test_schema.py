import math

import pandas as pd
import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.indicators import COLUMNS, validate
from tests.conftest import indicator_table

ROWS = [("2011-12", "white", 100, 1000), ("2011-12", "black", 20, 100), ("2011-12", "unknown", 5, math.nan)]


def faults(table):
    with pytest.raises(DataError) as caught:
        validate(table, file="table.csv")
    return caught.value.faults


def test_a_good_table_comes_back_in_column_order_and_is_not_changed_in_place():
    table = indicator_table(ROWS)[list(reversed(indicator_table(ROWS).columns))]
    before = table.copy()
    assert list(validate(table).columns) == list(COLUMNS)
    pd.testing.assert_frame_equal(table, before)


def test_strata_are_kept_behind_the_columns():
    checked = validate(indicator_table(ROWS).assign(sex="female"))
    assert list(checked.columns) == [*COLUMNS, "sex"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("numerator", -1, "negative_count"),
        ("denominator", -1, "negative_count"),
        ("numerator", "twenty", "not_a_number"),
        ("numerator", 101, "numerator_over_denominator"),
        ("status", "ok", "unknown_status"),
        ("unit", "furlongs", "unknown_unit"),
        ("group", "blak", "unknown_group"),
        ("group", "white", "duplicate_row"),
        ("group", "all", "total_among_parts"),
        ("numerator", math.nan, "unexplained_absence"),
    ],
)
def test_each_fault_names_the_file_the_row_the_column_and_the_value(column, value, code):
    table = indicator_table(ROWS).astype({column: object})
    table.loc[1, column] = value
    found = [fault for fault in faults(table) if fault.code == code]
    assert found, faults(table)
    assert (found[0].file, found[0].row, found[0].column) == ("table.csv", 3, column)
    assert found[0].hint
    assert found[0].value == str(value) or math.isnan(float(found[0].value))


def test_all_faults_are_reported_at_once():
    table = indicator_table([("2011-12", "white", -1, 1000), ("2011-12", "blak", 20, 10)])
    assert {fault.code for fault in faults(table)} == {
        "negative_count",
        "unknown_group",
        "numerator_over_denominator",
    }


def test_missing_columns_are_named_with_those_present():
    found = faults(indicator_table(ROWS).drop(columns=["area", "status"]))
    assert [fault.column for fault in found] == ["area", "status"]
    assert "numerator" in found[0].hint


def test_an_empty_table_is_refused():
    assert faults(indicator_table([]))[0].code == "empty_table"


def test_the_nearest_group_is_suggested():
    table = indicator_table([("2011-12", "blak", 1, 10)])
    assert "'black'" in faults(table)[0].hint


def test_a_long_list_of_faults_is_cut_when_printed_but_kept_whole():
    table = indicator_table([(f"{1900 + i}", "white", -1, 10) for i in range(50)])
    with pytest.raises(DataError) as caught:
        validate(table)
    assert len(caught.value.faults) == 50
    assert "30 more" in str(caught.value)
