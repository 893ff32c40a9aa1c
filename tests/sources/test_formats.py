"""Each format as its publisher gives it out, and every mark that stands in for a number."""

import csv
import hashlib
import io
import math

import pandas as pd
import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.sources.formats import FORMATS, STATUSES, Declaration, detect_format, read_table
from arwap_analysis.sources.formats.marks import EFF_MARKS, PIVOT_MARKS, read_code, read_value
from tests.peers import FIXTURES
from tests.sources.formats_examples import EXAMPLES, NOMIS_DOWNLOAD, ODATA_JSON, SDMX_2, SHEETS, ods_bytes, xlsx_bytes

REAL = FIXTURES.parent / "data"


NO_FIGURES = (
    *("", " ", "many", "1e3", "nan", "inf", "=1+1", "[q]", "[p]", "(!) 5", "12,34", "1,2345", "5*", "٣", "²", "1 2"),
    *("0x1F", "1_000", "TRUE", "--5", "5-", "(5)", "£5", "[c", "c]", "12 [c]x", "%", "-", ".", "9" * 350),
)


def write(folder, text, name="tabl ŵ.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def one(folder, text, **options):
    (table,) = read_table(write(folder, text), **options)
    return table


def figures(table):
    """Return (value or None, status) of each figure in the order of the file."""
    return [
        (None if math.isnan(value) else value, status)
        for value, status in zip(table.frame["value"], table.frame["status"], strict=True)
    ]


def columns_of(table):
    assert list(table.frame.columns) == [*table.dimensions, "value", "status", "reason", "note", "source_row"]
    assert set(table.frame["status"]) <= set(STATUSES)
    missing = table.frame["value"].isna()
    assert (table.frame.loc[missing, "reason"] != "").all()
    assert (table.frame.loc[missing, "status"] != "published").all()
    assert table.frame["value"].dtype == "float64"
    assert table.frame["source_row"].dtype == "int64"
    for name in table.dimensions:
        assert all(isinstance(label, str) for label in table.frame[name])
    return table


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_format_is_known_by_what_it_holds_and_reads_alone(tmp_path, name):
    path = write(tmp_path, EXAMPLES[name])
    assert detect_format(path) == name
    (table,) = read_table(path)
    assert columns_of(table).format == name
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_format_has_an_example():
    assert {*EXAMPLES, "government_workbook", "declared_csv"} == {*FORMATS}


def test_new_statswales(tmp_path):
    table = one(tmp_path, EXAMPLES["statswales_csv"])
    assert table.dimensions == ("Data description", "Year", "Local Authority", "Ethnic Background")
    assert table.title == "Number of pupils"
    assert figures(table) == [(475, "published"), (1080, "published"), (None, "suppressed"), (None, "suppressed")]
    assert list(table.frame["note"]) == ["", "provisional", "", ""]
    assert list(table.frame["source_row"]) == [2, 3, 4, 5]


def test_an_empty_figure_needs_a_note_that_explains_it(tmp_path):
    text = "Data values,Data description,Year,Notes\n,n,2020,p\n"
    with pytest.raises(DataError, match="no mark says why"):
        one(tmp_path, text)
    assert figures(one(tmp_path, text.replace(",p\n", ",Confidential information\n"))) == [(None, "suppressed")]


def test_old_statswales_pivot(tmp_path):
    table = one(tmp_path, EXAMPLES["statswales_pivot"])
    assert table.dimensions == ("ethnic_group", "column")
    values = table.frame.set_index(["ethnic_group", "column"])
    assert tuple(values.loc[("White", "2011-12"), ["value", "status"]]) == (13_195, "low_reliability")
    assert "5% to 10%" in values.loc[("White", "2011-12"), "reason"]
    assert "10% to 20%" in values.loc[("Mixed", "2011-12"), "reason"]
    assert list(values.loc["Mixed", "status"]) == ["low_reliability", "not_applicable", "suppressed"]
    assert list(values.loc["Black or Black British", "status"]) == ["not_collected", "low_reliability", "published"]


def test_odata_keeps_codes_and_names_and_says_what_it_left_out(tmp_path):
    table = one(tmp_path, EXAMPLES["statswales_odata"])
    assert table.dimensions == ("Area_Code", "Area_ItemName_ENG", "Ethnicity_Code", "Ethnicity_ItemName_ENG")
    assert figures(table) == [(12.5, "published"), (None, "suppressed")]
    assert table.notes == ("Columns left out: Area_SortOrder, RowKey, PartitionKey",)


def test_odata_as_json(tmp_path):
    path = write(tmp_path, ODATA_JSON, "table.json")
    assert detect_format(path) == "statswales_odata"
    (table,) = read_table(path)
    assert figures(columns_of(table)) == [(12.5, "published"), (None, "not_collected")]
    assert list(table.frame["source_row"]) == [1, 2]


def test_nomis_by_the_api_and_as_a_download(tmp_path):
    table = one(tmp_path, EXAMPLES["nomis_csv"])
    assert table.dimensions == ("DATE_NAME", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "C2021_ETH_20_NAME", "MEASURES_NAME")
    assert figures(table) == [(300, "published"), (None, "suppressed")]
    path = write(tmp_path, NOMIS_DOWNLOAD)
    assert detect_format(path) == "nomis_csv"
    (table,) = read_table(path)
    assert columns_of(table).title == "QS201EW - Ethnic group"
    assert table.dimensions == ("local authority", "mnemonic", "column")
    assert list(table.frame["value"]) == [330, 300, 30, 140, 130, 10]
    assert list(table.frame["source_row"]) == [9, 9, 9, 10, 10, 10]
    assert "units: Persons" in table.notes
    assert table.notes[-1].startswith("In order to protect")


def test_census_custom_dataset(tmp_path):
    table = one(tmp_path, EXAMPLES["ons_census_csv"])
    assert len(table.dimensions) == 4
    assert table.frame.iloc[1, 2] == "-8"
    assert figures(table) == [(5000, "published"), (0, "published")]


def test_ethnicity_facts_and_figures_gives_its_numerators_too(tmp_path):
    table = one(tmp_path, EXAMPLES["eff_csv"])
    assert table.dimensions[-1] == "quantity"
    found = table.frame.set_index(["Ethnicity", "quantity"])[["value", "status"]]
    assert tuple(found.loc[("White", "Numerator")]) == (850, "published")
    assert found.loc[("Mixed", "Value"), "status"] == "low_reliability"
    assert found.loc[("Mixed", "Numerator"), "status"] == "suppressed"
    assert found.loc[("Other", "Value"), "status"] == "not_applicable"
    assert len(found) == 7


def test_stops_are_counted_and_never_kept(tmp_path):
    table = one(tmp_path, EXAMPLES["police_stops_csv"])
    assert table.dimensions == ("Month", "Self-defined ethnicity", "Officer-defined ethnicity", "Outcome")
    assert sorted(table.frame["value"]) == [1, 2]
    assert set(table.frame["source_row"]) == {0}
    assert "(blank)" in set(table.frame["Self-defined ethnicity"])
    assert set(table.frame["Month"]) == {"2024-05"}
    assert "51.1" not in table.frame.to_csv()
    assert table.rounding_base is None


def test_sdmx_1_and_2(tmp_path):
    table = one(tmp_path, EXAMPLES["sdmx_csv"])
    assert table.dimensions == ("FREQ", "ETHNICITY", "REF_AREA", "TIME_PERIOD")
    assert figures(table) == [(1250, "published"), (None, "suppressed"), (40, "low_reliability")]
    assert "UNIT_MULT = 3" in table.frame.loc[2, "note"]
    table = one(tmp_path, SDMX_2)
    assert table.title == "WG:PUPILS(2.0)"
    assert figures(table) == [(1250, "published"), (None, "not_applicable")]
    with pytest.raises(DataError, match="deleted"):
        one(tmp_path, SDMX_2.replace(",I,MIXED", ",D,MIXED"))


def test_a_plain_csv_needs_its_columns_declared(tmp_path):
    text = "area,group,n,comment,extra\nCardiff,White,7,,1\nCardiff,Black,:,,1\nCardiff,Asian,,c,1\n"
    with pytest.raises(DataError, match="declare"):
        one(tmp_path, text)
    with pytest.raises(DataError, match="no columns are declared"):
        one(tmp_path, text, format="declared_csv")
    declared = Declaration(("area", "group"), "n", note="comment", marks={":": "not_collected"}, rounding_base=7)
    table = one(tmp_path, text, declaration=declared)
    assert (table.format, table.dimensions, table.rounding_base) == ("declared_csv", ("area", "group"), 7)
    assert figures(table) == [(7, "published"), (None, "not_collected"), (None, "suppressed")]
    with pytest.raises(DataError, match="Did you mean 'group'"):
        one(tmp_path, text, declaration=Declaration(("groupe",), "n"))
    with pytest.raises(DataError, match="unknown status"):
        one(tmp_path, text, declaration=Declaration(("area",), "n", marks={":": "gone"}))


@pytest.mark.parametrize(("make", "name"), [(xlsx_bytes, "t.xlsx"), (ods_bytes, "t.ods")])
def test_workbooks_give_every_table_with_its_notes(tmp_path, make, name):
    path = write(tmp_path, make(SHEETS), name)
    assert detect_format(path) == "government_workbook"
    first, second, third = map(columns_of, read_table(path))
    assert (first.title, second.title, third.title) == ("Table 1: pupils", "Table 2", "Table 3")
    assert first.dimensions == ("Ethnic group", "Year", "column")
    assert figures(first) == [
        (16_980, "published"),
        (97.5, "published"),
        (None, "suppressed"),
        (None, "low_reliability"),
        (25, "published"),
        (None, "not_collected"),
    ]
    assert list(first.frame["source_row"]) == [4, 4, 5, 5, 6, 6]
    assert first.frame.loc[0, "column"] == "Pupils"
    assert first.frame.loc[0, "note"] == "note 1"
    assert "note 1: Rounded to 5" in first.notes
    assert list(second.frame["note"]) == ["", "provisional"]
    assert list(third.frame["value"]) == [30, 40]


@pytest.mark.parametrize(
    ("text", "value", "status", "words"),
    [
        ("475", 475, "published", ""),
        ("1,234,567", 1_234_567, "published", ""),
        ("-5", -5, "published", ""),
        ("−5.5", -5.5, "published", ""),
        ("–5", -5, "published", ""),
        (" 12\u00a0", 12, "published", ""),
        ("12.5%", 12.5, "published", "percent"),
        ("[c]", None, "suppressed", "confidential"),
        ("[C]", None, "suppressed", "confidential"),
        ("[x]", None, "not_collected", "not available"),
        ("[z]", None, "not_applicable", "not applicable"),
        ("[w]", None, "not_collected", "none recorded"),
        ("[low]", None, "low_reliability", "rounds to 0 but is not 0"),
        ("[k]", None, "low_reliability", "rounds to 0 but is not 0"),
        ("0 [low]", None, "low_reliability", "rounds to 0 but is not 0"),
        ("0.3 [low]", 0.3, "published", "rounds to 0"),
        ("[u]", None, "low_reliability", "low reliability"),
        ("12 [u]", 12, "low_reliability", "low reliability"),
        ("12[c]", None, "suppressed", "confidential"),
        ("12 [p]", 12, "published", "provisional"),
        ("12 [r]", 12, "published", "revised"),
        ("12 [e]", 12, "published", "estimated"),
        ("12 [t]", 12, "published", "total"),
        ("12 [a]", 12, "published", "average"),
        ("12 [f]", 12, "published", "forecast"),
        ("12 [b]", 12, "published", "break"),
        ("12 [s]", 12, "published", "5%"),
        ("12 [ss]", 12, "published", "1%"),
        ("12 [sss]", 12, "published", "0.1%"),
        ("12 [ns]", 12, "published", "not statistically"),
        ("12 [p] [r]", 12, "published", "provisional"),
        ("12 [note 3]", 12, "published", "note 3"),
        ("[c] [r]", None, "suppressed", "revised"),
        ("<10", None, "suppressed", "below 10"),
        ("> 95%", None, "suppressed", "above 95%"),
    ],
)
def test_what_a_cell_says(text, value, status, words):
    reading = read_value(text)
    assert not isinstance(reading, str), reading
    assert (None if math.isnan(reading.value) else reading.value, reading.status) == (value, status)
    assert words in f"{reading.reason} {reading.note}"


@pytest.mark.parametrize(
    "text",
    NO_FIGURES,
)
def test_a_text_where_a_number_belongs_is_refused(text):
    assert isinstance(read_value(text), str)


@pytest.mark.parametrize(
    ("text", "marks", "value", "status"),
    [
        ("*", PIVOT_MARKS, None, "suppressed"),
        (".", PIVOT_MARKS, None, "not_applicable"),
        ("..", PIVOT_MARKS, None, "not_collected"),
        ("-", PIVOT_MARKS, None, "low_reliability"),
        ("(!) 24,100", PIVOT_MARKS, 24_100, "low_reliability"),
        ("(!!)6,700", PIVOT_MARKS, 6_700, "low_reliability"),
        ("(r) 5", PIVOT_MARKS, 5, "published"),
        ("(p) (!) 5", PIVOT_MARKS, 5, "low_reliability"),
        ("!", EFF_MARKS, None, "suppressed"),
        ("?", EFF_MARKS, None, "low_reliability"),
        ("-", EFF_MARKS, None, "not_collected"),
        ("N/A", EFF_MARKS, None, "not_applicable"),
        ("n/a*", EFF_MARKS, None, "not_applicable"),
    ],
)
def test_marks_of_one_publisher(text, marks, value, status):
    reading = read_value(text, marks)
    assert (None if math.isnan(reading.value) else reading.value, reading.status) == (value, status)


def test_a_mark_that_needs_a_number_is_no_figure_alone():
    assert isinstance(read_value("(!)", PIVOT_MARKS), str)
    assert isinstance(read_value("(?) 5", PIVOT_MARKS), str)


@pytest.mark.parametrize(
    ("number", "code", "words", "status"),
    [
        ("5", "A", "", "published"),
        ("5", "E", "", "published"),
        ("5", "U", "", "low_reliability"),
        ("5", "C", "", "suppressed"),
        ("", "C", "", "suppressed"),
        ("", "Q", "", "suppressed"),
        ("NaN", "O", "", "not_collected"),
        ("", "L", "", "not_collected"),
        ("", "M", "", "not_applicable"),
        ("", "Y", "withheld as disclosive", "suppressed"),
        ("", "7", "", "not_collected"),
    ],
)
def test_codes_of_sdmx(number, code, words, status):
    reading = read_code(number, code, words)
    assert reading.status == status
    assert math.isnan(reading.value) == (status in ("suppressed", "not_collected", "not_applicable"))


def test_an_empty_observation_without_a_status_is_refused():
    assert isinstance(read_code("", "A"), str)
    assert isinstance(read_code("", ""), str)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_line_ends_change_nothing(tmp_path, encoding):
    text = EXAMPLES["statswales_csv"].replace("Bridgend", "Môn ŵ")
    expected = one(tmp_path, text).frame
    for ends in ("\n", "\r\n"):
        found = one(tmp_path, text.replace("\n", ends).encode(encoding)).frame
        pd.testing.assert_frame_equal(found, expected)


def test_cp1252_is_read_only_when_declared(tmp_path):
    data = EXAMPLES["statswales_csv"].replace("Bridgend", "Môn").encode("cp1252")
    with pytest.raises(DataError) as caught:
        one(tmp_path, data)
    assert (caught.value.faults[0].code, caught.value.faults[0].row) == ("wrong_encoding", 2)
    assert "cp1252" in caught.value.faults[0].hint
    assert "Môn" in set(one(tmp_path, data, encoding="cp1252").frame["Local Authority"])


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_tabs_and_semicolons_separate_where_no_comma_does(tmp_path, mark):
    text = mark.join(["Data values", "Data description", "Year"]) + "\n" + mark.join(["1,000", "n", "2020"]) + "\n"
    assert list(one(tmp_path, text).frame["value"]) == [1000]


def test_a_table_read_written_and_read_again_is_the_same(tmp_path):
    table = one(tmp_path, EXAMPLES["statswales_csv"])
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["Data values", *table.dimensions])
    for record in table.frame.itertuples(index=False):
        missing = {"suppressed": "[c]"}.get(record.status)
        writer.writerow(
            [missing or f"{record.value:,.0f}{' [p]' if record.note else ''}", *record[: len(table.dimensions)]]
        )
    again = one(tmp_path, buffer.getvalue())
    pd.testing.assert_frame_equal(again.frame, table.frame)


def test_a_publishers_column_called_value_stays_apart(tmp_path):
    table = one(tmp_path, "status,value,n\na,b,1\n", declaration=Declaration(("status", "value"), "n"))
    assert table.dimensions == ("status (source)", "value (source)")
    columns_of(table)


@pytest.mark.parametrize(
    ("name", "expected", "figures_count"),
    [
        ("statswales_new_format.csv", "statswales_csv", 27),
        ("statswales_old_marks.csv", "statswales_pivot", 45),
        ("children_looked_after_pivot.csv", "statswales_pivot", 184),
        ("homeless_households_accepted.csv", "statswales_pivot", 81),
        ("homeless_households_eligible.csv", "statswales_pivot", 56),
        ("population_estimates_2001_2009.csv", "statswales_pivot", 36),
        ("population_2001_detailed.csv", "statswales_pivot", 33),
    ],
)
def test_real_tables(name, expected, figures_count):
    if not (REAL / name).is_file():
        pytest.skip(f"the real table {name} is not beside the project (shared/data)")
    (table,) = read_table(REAL / name)
    assert (table.format, len(columns_of(table).frame)) == (expected, figures_count)


@pytest.mark.parametrize(
    ("name", "dimensions", "value"),
    [
        ("census_population.csv", ("census", "ethnic_group"), "usual_residents"),
        ("stop_search_rates.csv", ("area", "period", "ethnic_group"), "stops_per_1000"),
        ("police_use_of_force.csv", ("police_force", "period", "ethnic_group"), "use_of_force"),
    ],
)
def test_real_tables_without_a_layout_are_declared(name, dimensions, value):
    if not (REAL / name).is_file():
        pytest.skip(f"the real table {name} is not beside the project (shared/data)")
    with pytest.raises(DataError, match="declare"):
        read_table(REAL / name)
    (table,) = read_table(REAL / name, declaration=Declaration(dimensions, value))
    assert columns_of(table).frame["value"].notna().all()
