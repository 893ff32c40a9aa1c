import numpy as np
import pandas as pd
import pytest

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources.tidy import to_indicator_table

ROWS = [
    ("Bridgend", "2023/24", "White British", 900.0), ("Bridgend", "2023/24", "Gypsy (from 2018)", 5),
    ("Bridgend", "2023/24", "Roma (from 2018)", 10), ("Bridgend", "2023/24", "Indian", 20),
    ("Bridgend", "2023/24", "Pakistani", np.nan), ("Bridgend", "2023/24", "African", 15),
    ("Bridgend", "2023/24", "Information refused", 4), ("Bridgend", "2023/24", "Total", 960),
    ("Sir Fynwy", "2023/24", "White British", 700), ("Sir Fynwy", "2023/24", "African", 7),
]  # fmt: skip


def long(rows=ROWS):
    table = pd.DataFrame(rows, columns=["Local Authority", "Year", "Ethnic Background", "value"])
    absent = table["value"].isna()
    return table.assign(
        status=np.where(absent, "suppressed", "published"),
        reason=np.where(absent, "The publisher withheld this figure", ""),
        source_row=np.arange(2, len(table) + 2),
    )


COLUMNS = {
    "group": "Ethnic Background",
    "area": "Local Authority",
    "period": "Year",
    "indicator": "pupils",
    "source": "x",
}


def only(table, **values):
    for name, value in values.items():
        table = table[table[name] == value]
    (index,) = table.index
    return table.loc[index]


def test_labels_are_added_up_into_the_groups_wanted():
    found = to_indicator_table(long(), **COLUMNS)
    white = only(found, area="W06000013", group="white")
    assert (white["numerator"], white["area_name"], white["period"], white["status"]) == (
        915, "Bridgend", "2023-24", "published",
    )  # fmt: skip
    assert only(found, area="W06000021", group="black")["numerator"] == 7
    assert only(found, area="W06000013", group="unknown")["numerator"] == 4
    assert "all" not in set(found["group"])


def test_a_missing_part_leaves_the_sum_missing_with_the_reason():
    asian = only(to_indicator_table(long(), **COLUMNS), area="W06000013", group="asian")
    assert np.isnan(asian["numerator"])
    assert asian["status"] == "suppressed"
    assert "not published" in asian["reason"]


def test_every_uncertain_label_area_and_period_is_named_once_with_its_row():
    rows = [*ROWS, ("Bristol", "2023/24", "Somali", 3.0), ("Bristol", "sometime", "Somali", 3.0)]
    with pytest.raises(DataError) as caught:
        to_indicator_table(long(rows), **COLUMNS)
    found = {(f.column, f.value, f.row) for f in caught.value.faults}
    assert found == {("Ethnic Background", "Somali", 12), ("Local Authority", "Bristol", 12), ("Year", "sometime", 13)}
    settled = to_indicator_table(long(rows[:-1]), **COLUMNS, groups={"Somali": "black"}, areas={"Bristol": "W06000022"})
    assert only(settled, area="W06000022", group="black")["numerator"] == 3


def test_values_are_kept_and_never_added_up():
    rates = long([(None, "2020-21", "White", 8.0), (None, "2020-21", "Black", 56.0)])
    options = {**COLUMNS, "area": None, "unit": "rate"}
    found = to_indicator_table(rates, **options)
    assert only(found, group="black")["value"] == 56
    assert set(found["area"]) == {"W92000004"}
    with pytest.raises(DataError, match="do not add up"):
        to_indicator_table(long([(None, "2020-21", "Indian", 8.0), (None, "2020-21", "Pakistani", 5.0)]), **options)


def test_columns_and_periods_must_be_there():
    with pytest.raises(ParameterError, match="no column 'Ethnicity'"):
        to_indicator_table(long(), **{**COLUMNS, "group": "Ethnicity"})
    with pytest.raises(ParameterError, match="no period column"):
        to_indicator_table(long(), **{**COLUMNS, "period": None})
    fixed = to_indicator_table(long(), **{**COLUMNS, "period": None}, fixed_period="2023-24")
    assert set(fixed["period"]) == {"2023-24"}


def test_strata_are_kept_apart():
    both = pd.concat([long().assign(sex="F"), long().assign(sex="M")], ignore_index=True)
    found = to_indicator_table(both, **COLUMNS, strata=["sex"])
    assert len(found) == 2 * len(to_indicator_table(long(), **COLUMNS))
