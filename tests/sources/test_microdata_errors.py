import gzip

import duckdb
import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import Outcome, Reduction, reduce_microdata
from arwap_analysis.sources.microdata.engine import plain_errors
from tests.sources.people import faults, people, reduction, written


def test_a_missing_file_and_a_missing_column_suggest_the_nearest(tmp_path):
    path = written(people(), tmp_path, "csv")
    (found,) = faults(reduction(tmp_path / "peopel.csv"))
    assert (found.code, found.hint) == ("missing_file", "Did you mean 'people.csv'?")
    assert faults(reduction(tmp_path / "none" / "*.csv"))[0].code == "missing_file"
    found = faults(reduction(path, values=["incme"], weight="weigth"))
    assert [(f.code, f.column) for f in found] == [("missing_column", "incme"), ("missing_column", "weigth")]
    assert found[0].hint == "Did you mean 'income'?"
    (tmp_path / "people.xlsx").write_bytes(b"PK")
    assert faults(reduction(tmp_path / "people.xlsx"))[0].code == "unknown_format"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_text_in_a_value_is_counted_and_never_quoted(tmp_path, kind):
    frame = pd.DataFrame({"g": list("abc"), "x": ["1", "secret", "1,5"]})
    (found,) = faults(Reduction(file=str(written(frame, tmp_path, kind)), by=["g"], values=["x"]))
    assert (found.code, found.column, found.value) == ("not_a_number", "x", None)
    assert found.message.startswith("2 of 3 rows")
    assert "secret" not in str(found)


@pytest.mark.parametrize("x", [["1", "inf"], ["1", "nan"], [1.0, np.inf], ["1", "1e400"]])
def test_what_is_not_finite_is_never_summed(tmp_path, x):
    kind = "csv" if isinstance(x[1], str) else "parquet"
    frame = pd.DataFrame({"g": ["a", "a"], "x": x})
    (found,) = faults(Reduction(file=str(written(frame, tmp_path, kind)), by=["g"], values=["x"]))
    assert found.code == "not_a_number"
    assert found.message.startswith("1 of 2 rows")


def test_numbers_whose_squares_overflow_are_refused(tmp_path):
    frame = pd.DataFrame({"g": ["a", "a"], "x": [1e200, -1e200]})
    assert (
        faults(Reduction(file=str(written(frame, tmp_path, "parquet")), by=["g"], values=["x"]))[0].code == "too_large"
    )


def test_dates_and_lists_are_no_numbers(tmp_path):
    frame = pd.DataFrame({"g": ["a"], "x": pd.to_datetime(["2020-01-01"]), "y": [[1, 2]]})
    found = faults(Reduction(file=str(written(frame, tmp_path, "parquet")), by=["g"], values=["x", "y"]))
    assert [(f.code, f.column) for f in found] == [("not_numeric", "x"), ("not_numeric", "y")]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_weights_that_cannot_be_are_refused_with_their_number(tmp_path, kind):
    frame = people(100).assign(w=[*[-1.0] * 3, *[np.nan] * 4, *[1.0] * 93])
    found = faults(reduction(written(frame, tmp_path, kind), weight="w"))
    assert {f.code: f.message.split(" have")[0] for f in found} == {
        "missing_weight": "4 of 100 rows",
        "negative_weight": "3 of 100 rows",
    }


def test_weights_that_are_text_are_told_from_weights_that_are_absent(tmp_path):
    frame = pd.DataFrame({"g": list("abc"), "w": ["1", "heavy", None]})
    found = faults(Reduction(file=str(written(frame, tmp_path, "csv")), by=["g"], weight="w"))
    assert [(f.code, f.message.split(" rows")[0]) for f in found] == [
        ("missing_weight", "1 of 3"),
        ("not_a_number", "1 of 3"),
    ]


def test_rows_without_their_cluster_are_refused(tmp_path):
    frame = people(10).assign(psu=["1", "-9", None, *"1234567"])
    (found,) = faults(reduction(written(frame, tmp_path, "csv"), cluster="psu"))
    assert (found.code, found.message) == ("missing_cluster", "2 of 10 rows have no cluster")


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b[:-3], lambda b: b"", lambda b: b"a,b\n1,2\n"]
)
def test_a_damaged_parquet_file_is_one_clear_line(tmp_path, damage):
    path = written(people(), tmp_path, "parquet")
    path.write_bytes(damage(path.read_bytes()))
    (found,) = faults(reduction(path))
    assert (found.code, found.file) == ("unreadable_parquet", str(path))
    assert "\n" not in str(found)


def test_a_damaged_archive_is_one_clear_line(tmp_path):
    packed = gzip.compress(people().to_csv(index=False).encode())
    (tmp_path / "p.csv.gz").write_bytes(packed[:40] + b"\0" * 400 + packed[440:])
    (found,) = faults(reduction(tmp_path / "p.csv.gz"))
    assert (found.code, found.message) == ("unreadable_file", "cannot be read: damaged")


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("g,x\nsecret,1\n".encode("utf-16"), "wrong_encoding", 1),
        ("g,x\nsecret,1\n".encode("utf-16-le"), "wrong_encoding", 1),
        (b"g,x\na,1\n\xe9secret,2\n", "wrong_encoding", 3),
        (b"\xe9,g,x\na,1,2\n", "wrong_encoding", 1),
        (b"g,x\na,1\nsecret\n", "ragged_row", 3),
        (b"g,x\na,1\nsecret,2,3\n", "ragged_row", 3),
        (b'g,x\n"secret,1\nb,2\n', "open_quote", 2),
        (b"", "empty_file", 1),
        (b"\ng,x\n", "empty_file", 1),
        (b"g,x\n", "empty_file", None),
        (b"g,x,x\na,1,2\n", "repeated_column", 1),
    ],
)
def test_a_damaged_csv_file_is_one_clear_line_that_quotes_nobody(tmp_path, content, code, row):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    (found,) = faults(Reduction(file=str(path), by=["g"], values=["x"]))
    assert (found.code, found.row, found.file) == (code, row, str(path))
    assert "secret" not in str(found)
    assert "\n" not in str(found)


def test_a_csv_that_a_spreadsheet_saved_is_understood(tmp_path):
    (tmp_path / "p.csv").write_bytes(b'\xef\xbb\xbf"g", x\r\n"a, b",1\r\n\r\na,"2"\r\n')
    found = reduce_microdata(Reduction(file=str(tmp_path / "p.csv"), by=["g"], values=["x"])).frame
    assert found[["g", "x.sum"]].to_dict("list") == {"g": ["a", "a, b"], "x.sum": [2, 1]}


def test_an_outcome_of_the_wrong_type_or_that_nobody_has_is_told(tmp_path):
    frame = pd.DataFrame({"g": ["a"], "x": [1], "t": [True], "s": ["Yes"]})
    path = str(written(frame, tmp_path, "parquet"))

    def request(column, values):
        return Reduction(file=path, by=["g"], outcomes={"o": Outcome(column=column, values=values)})

    assert faults(request("x", ["Yes"]))[0].code == "wrong_type"
    assert faults(request("t", ["Yes"]))[0].code == "wrong_type"
    assert reduce_microdata(request("t", ["true"])).frame.loc[0, "o.count"] == 1
    assert reduce_microdata(request("x", ["1"])).checks == ()
    for values in (["Yes", "Yess"], ["Yess"]):
        assert "'Yess'" in reduce_microdata(request("s", values)).checks[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"by": []},
        {"by": ["a", "a"]},
        {"by": ["n"]},
        {"cluster": "ethnic"},
        {"by": ["Ethnic", "ethnic"]},
        {"weight": "Income"},
        {"file": []},
        {"outcomes": {"o": Outcome(column="poor", values=["-9"])}},
        {"outcomes": {"income": Outcome(column="poor", values=["Yes"])}},
        {"sql": "DROP"},
    ],
)
def test_a_reduction_that_cannot_be_is_refused(changes):
    with pytest.raises(ValidationError):
        reduction("x.csv", **changes)


@pytest.mark.parametrize("options", [{"memory_limit": "much"}, {"memory_limit": "1GB'; --"}, {"threads": 0}])
def test_options_that_cannot_be_are_refused(options):
    with pytest.raises(ParameterError):
        reduce_microdata(reduction("x.csv"), **options)


def test_more_groups_than_fit_are_an_error_in_words(tmp_path):
    with pytest.raises(DataError, match="memory limit") as caught, plain_errors(["x.parquet"]):
        raise duckdb.OutOfMemoryException("secret")
    assert caught.value.faults[0].code == "out_of_memory"
