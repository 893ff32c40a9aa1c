"""Files that must not be read: each is refused with its place and what to do, in little memory."""

import resource
import time
import tracemalloc

import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.sources.formats import Declaration, Limits, detect_format, read_table
from tests.sources.formats_examples import EXAMPLES, NOMIS_DOWNLOAD, ODATA_JSON, STATSWALES

GOOD = "Data values,Data description,Year\n1,n,2020\n"


def faults(folder, data, **options):
    path = folder / "tabl ŵ.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    for fault in caught.value.faults:
        assert "tabl ŵ.csv" in fault.file
        assert str(fault)
    return caught.value.faults


@pytest.mark.parametrize(
    ("data", "code", "row", "column"),
    [
        (GOOD + "2,n\n", "truncated_file", 3, "Data description"),
        (GOOD + "2\n", "truncated_file", 3, "Data values"),
        (GOOD + '2,n,"20', "truncated_file", 3, None),
        (GOOD + "2,n,2021,x\n3,n,2022\n", "ragged_row", 3, "Year"),
        (GOOD + "2,n\n3,n,2022\n", "ragged_row", 3, "Data description"),
        (GOOD + "2,000,n,2021\n", "ragged_row", 3, "Year"),
        (GOOD + '2,n"x"y"\n"2"z,n,1\n', "malformed_csv", 4, None),
        (GOOD + "2,n\0,2021\n", "nul_character", 3, None),
        (GOOD.encode() + b"2,n\xff,2021\n", "wrong_encoding", 3, None),
        (GOOD.encode("utf-16-le"), "nul_character", 1, None),
        (GOOD.encode("utf-16")[:-1], "wrong_encoding", 2, None),
        ("Data values,,Year\n1,n,2020\n", "empty_header", 1, None),
        ("Data values,Year,year\n1,n,2020\n", "repeated_column", 1, "year"),
        (GOOD + "many,n,2021\n", "not_a_number", 3, "Data values"),
        (GOOD + ",n,2021\n", "not_a_number", 3, "Data values"),
        (GOOD + "=1+1,n,2021\n", "not_a_number", 3, "Data values"),
        (GOOD + "1e3,n,2021\n", "not_a_number", 3, "Data values"),
        (GOOD + "nan,n,2021\n", "not_a_number", 3, "Data values"),
        ("Data values,Data description,Year\n", "empty_file", None, None),
        ("", "empty_file", None, None),
        ("\n\n , \n", "empty_file", None, None),
        (b"%PDF-1.7 ...", "binary_file", None, None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "binary_file", None, None),
        (b"\x1f\x8b\x08\0", "binary_file", None, None),
        ("just words\nand more\n", "unknown_format", None, None),
        ("a,b\nx,y\n", "unknown_format", None, None),
    ],
)
def test_a_malformed_file_is_named_by_code_row_and_column(tmp_path, data, code, row, column):
    (fault,) = faults(tmp_path, data)
    assert (fault.code, fault.row, fault.column) == (code, row, column)
    assert fault.hint


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("word", ["many", "1e999", "12;5", "“5”"])
def test_no_format_takes_a_word_for_a_number(tmp_path, name, word):
    lines = EXAMPLES[name].splitlines()
    header = lines[0].split(",")
    if name == "police_stops_csv":
        with pytest.raises(DataError, match="not a date"):
            read_example(tmp_path, EXAMPLES[name].replace("2024-05-31T", word))
        return
    wanted = {"data values", "data", "obs_value", "observation", "value"}
    at = next((i for i, label in enumerate(header) if label.casefold() in wanted), 3)
    row = lines[1].split(",")
    row = ["White", "1", "2", word] if name == "statswales_pivot" else [*row[:at], word, *row[at + 1 :]]
    if name == "ons_census_csv":
        row = ["W06000015", "Cardiff", "1", "Other", word]
    with pytest.raises(DataError) as caught:
        read_example(tmp_path, "\n".join([lines[0], *lines[1:], ",".join(row)]) + "\n")
    fault = caught.value.faults[0]
    assert (fault.code, fault.column, fault.row) == ("not_a_number", header[at], len(lines) + 1)


def read_example(folder, text):
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def test_a_pivot_may_leave_its_first_column_nameless_but_no_other(tmp_path):
    (table,) = read_example(tmp_path, ",2020,2021\nWhite,1,2\n")
    assert table.dimensions == ("row", "column")
    assert faults(tmp_path, "group,2020,\nWhite,1,2\n")[0].code == "empty_header"
    assert faults(tmp_path, "group,2020,2021\nWhite,1,2\n,3,4\n")[0].code == "empty_label"


def test_figures_left_of_a_column_of_words_do_not_become_labels(tmp_path):
    text = "group,2019,remark,2020\nWhite,1,good,2\nBlack,3,fair,4\n"
    (fault,) = faults(tmp_path, text, format="statswales_pivot")
    assert (fault.code, fault.column) == ("mixed_columns", "2019")


def test_a_second_table_below_the_first_is_not_dropped(tmp_path):
    text = NOMIS_DOWNLOAD + "\n" + '"area","code","All","White","Mixed"\n"Cardiff","W1",1,2,3\n'
    assert faults(tmp_path, text)[0].code == "second_table"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ODATA_JSON[:-20], "malformed_json"),
        ('{"value": []}', "empty_file"),
        ('{"value": 5}', "unknown_layout"),
        ('[{"Data": 1}, 5]', "unknown_layout"),
        ('[{"Data": ' + "[" * 100_000, "malformed_json"),
        ('[{"Data": ' + "9" * 10_000 + "}]", "malformed_json"),
        ('[{"Data": NaN, "A_ItemName_ENG": "x"}]', "malformed_json"),
        ('[{"Data": {"a": 1}, "A_ItemName_ENG": "x"}]', "nested_value"),
        ('[{"Data": 1, "A_ItemName_ENG": "x"}, {"Data": 1}]', "ragged_row"),
        ('[{"Data": true, "A_ItemName_ENG": "x"}]', "not_a_number"),
        ('[{"Data": 1}]', "missing_column"),
        ('{"odata.nextLink": "page 2", "value": [{"Data": 1, "A_ItemName_ENG": "x"}]}', "truncated_file"),
    ],
)
def test_json_that_is_no_export_is_refused(tmp_path, text, code):
    assert faults(tmp_path, text, format="statswales_odata")[0].code == code


def test_a_folder_a_missing_file_and_a_wrong_format_are_named(tmp_path):
    for path, code in ((tmp_path, "not_a_file"), (tmp_path / "none.csv", "missing_file")):
        with pytest.raises(DataError) as caught:
            read_table(path)
        assert caught.value.faults[0].code == code
    assert "Did you mean 'nomis_csv'" in faults(tmp_path, GOOD, format="nomis")[0].hint


def test_every_column_that_a_format_needs_is_asked_for(tmp_path):
    for name in ("statswales_csv", "statswales_odata", "ons_census_csv", "eff_csv", "sdmx_csv", "police_stops_csv"):
        assert faults(tmp_path, "a,b\n1,2\n", format=name)[0].code == "missing_column"


def test_limits_hold_for_bytes_columns_rows_cells_and_lines(tmp_path):
    small = Limits(file_bytes=1_000)
    assert faults(tmp_path, GOOD + "1,n,2020\n" * 200, limits=small)[0].code == "file_too_large"
    assert faults(tmp_path, GOOD + "1,n,2020\n" * 9, limits=Limits(rows=5))[0].code == "too_many_rows"
    wide = "g," + ",".join(str(n) for n in range(6_000)) + "\n"
    assert faults(tmp_path, wide)[0].code == "too_many_columns"
    assert faults(tmp_path, GOOD + f"1,{'x' * 40_000},2020\n")[0].code == "cell_too_long"
    assert faults(tmp_path, GOOD + f'1,"{"x" * 200_000}",2020\n')[0].code == "cell_too_long"
    assert faults(tmp_path, GOOD + '1,"' + "x\n" * 60_000)[0].code in ("truncated_file", "cell_too_long")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a" + b"," * 1_000_000 + b"\n", id="a million columns"),
        pytest.param(b"," * 30_000_000, id="thirty million commas"),
        pytest.param(b"x" * 30_000_000, id="one endless word"),
        pytest.param(GOOD.encode() + b'1,"' + b"x\n" * 15_000_000, id="a quotation mark that never closes"),
        pytest.param(GOOD.encode() + b"1,n\n" * 3_000_000, id="every row shifted"),
        pytest.param(GOOD.encode() + b"many,n,2020\n" * 1_000_000, id="a fault in every row"),
        pytest.param(b"\xff\xfe" + b"x\0" * 15_000_000, id="UTF-16 without a line end"),
    ],
)
def test_a_file_made_to_harm_is_refused_soon_and_in_little_memory(tmp_path, data):
    path = tmp_path / "harm.csv"
    path.write_bytes(data)
    del data
    started = time.monotonic()
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.faults[0].hint
    assert len(caught.value.faults) <= 201
    assert peak < 120_000_000, f"{peak:,} bytes"
    assert time.monotonic() - started < 60


def test_detection_looks_at_the_beginning_only(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(STATSWALES + "broken\n", encoding="utf-8")
    assert detect_format(path) == "statswales_csv"
    with pytest.raises(DataError):
        read_table(path)


def test_faults_about_stops_show_nothing_of_a_person(tmp_path):
    text = EXAMPLES["police_stops_csv"].replace("2024-05-01T10:00:00+00:00", "soon")
    (fault,) = faults(tmp_path, text)
    assert (fault.code, fault.row, fault.value) == ("unreadable_date", 2, "soon")
    assert "Misuse" not in str(fault)


def test_reading_leaves_the_limits_of_the_process_alone(tmp_path):
    import csv

    before = csv.field_size_limit(), resource.getrlimit(resource.RLIMIT_AS)
    read_example(tmp_path, STATSWALES)
    assert (csv.field_size_limit(), resource.getrlimit(resource.RLIMIT_AS)) == before


def test_a_declared_column_must_not_be_named_twice(tmp_path):
    (found, *_) = faults(tmp_path, "a,n\nx,1\n", declaration=Declaration(("a", "a"), "n"))
    assert found.code == "repeated_column"
