import gzip
import json
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import Outcome, Reduction, explain_sql, reduce_microdata
from arwap_analysis.sources.microdata.engine import connect, plain_errors

NASTY = ['a"b', "it's; DROP TABLE person; --", 'x" FROM person; SELECT 1; --', "$p1", "lliw ŷ 民", "a,b", "c0", "n?"]


def people(rows=3000, seed=1):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "ethnic": random.choice(["White", "Black", "Asian", "-9", None], rows),
            "area": random.choice(["W06000001", "W06000002"], rows),
            "psu": random.integers(0, 40, rows),
            "w": random.gamma(2, 1, rows),
            "income": np.where(random.random(rows) < 0.1, np.nan, random.normal(30_000, 9_000, rows)),
            "age": random.integers(0, 100, rows),
            "poor": random.choice(["Yes", "No", "Refused", None], rows),
        }
    )


def save(frame, path):
    """Write Parquet with the engine, which the tests need in any case, rather than with another library."""
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute(f"""COPY frame TO '{str(path).replace("'", "''")}' (FORMAT parquet)""")
    connection.close()
    return path


def written(frame, tmp_path, kind):
    path = tmp_path / f"people.{kind}"
    if kind == "parquet":
        return save(frame, path)
    frame.to_csv(path, index=False, encoding="utf-8")
    return path


def reduction(path, **changes):
    base = {
        "file": str(path),
        "by": ["ethnic", "area"],
        "values": ["income", "age"],
        "outcomes": {"poor": Outcome(column="poor", values=["Yes"])},
        "missing_values": ["-9", "Refused"],
    }
    return Reduction(**{**base, **changes})


def by_pandas(frame, keys, *, weighted=True):
    """The same statistics by the definitions, one group at a time."""
    frame = frame.assign(ethnic=frame["ethnic"].replace("-9", None).fillna("missing"))
    known = frame["poor"].isin(["Yes", "No"])
    rows = []
    for key, part in frame.groupby(keys):
        w = part["w"].to_numpy()
        yes, no = (part["poor"] == "Yes").to_numpy(), known[part.index].to_numpy()
        row = dict(zip(keys, map(str, key), strict=True)) | {"n": len(part)}
        row |= {"poor.count": yes.sum(), "poor.n_known": no.sum()}
        if weighted:
            row |= {"sum_w": w.sum(), "sum_w2": (w**2).sum(), "poor.sum_w": w[yes].sum()}
            row |= {"poor.sum_w2": (w[yes] ** 2).sum(), "poor.known_w": w[no].sum()}
            row |= {"poor.known_w2": (w[no] ** 2).sum()}
        for name in ("income", "age"):
            there = part[name].notna().to_numpy()
            x, v = part[name].to_numpy()[there], w[there]
            row |= {f"{name}.n_known": len(x), f"{name}.sum": x.sum(), f"{name}.sum_sq": (x.astype(float) ** 2).sum()}
            row[f"{name}.sum_sq_dev"] = ((x - x.mean()) ** 2).sum() if len(x) else 0
            if weighted:
                mean = (v * x).sum() / v.sum() if len(x) else 0
                row |= {f"{name}.known_w": v.sum(), f"{name}.known_w2": (v**2).sum()}
                row |= {f"{name}.sum_wx": (v * x).sum(), f"{name}.sum_wx2": (v * x**2).sum()}
                row[f"{name}.sum_w_sq_dev"] = (v * (x - mean) ** 2).sum()
        rows.append(row)
    return pd.DataFrame(rows)


def same(ours, theirs, keys):
    assert set(ours.columns) == set(theirs.columns)
    ours = ours.sort_values(keys).reset_index(drop=True)
    theirs = theirs[ours.columns].sort_values(keys).reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=1e-10, atol=1e-9)


def faults(request):
    with pytest.raises(DataError) as caught:
        reduce_microdata(request)
    return caught.value.faults


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("weighted", [True, False])
def test_every_statistic_is_what_pandas_gives(tmp_path, kind, weighted):
    frame = people()
    found = reduce_microdata(reduction(written(frame, tmp_path, kind), weight="w" if weighted else None))
    same(found.frame, by_pandas(frame, ["ethnic", "area"], weighted=weighted), ["ethnic", "area"])
    assert found.clusters is None
    assert found.checks == ()
    assert found.frame["n"].dtype == "int64"
    assert found.frame["poor.count"].dtype == "int64"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 60), seed=st.integers(0, 10_000), kind=st.sampled_from(["csv", "parquet"]))
def test_small_and_lopsided_data_agree_with_pandas_too(tmp_path, rows, seed, kind):
    frame = people(rows, seed)
    frame.loc[0, ["ethnic", "poor"]] = ["White", "Yes"]
    found = reduce_microdata(reduction(written(frame, tmp_path, kind), weight="w"))
    same(found.frame, by_pandas(frame, ["ethnic", "area"]), ["ethnic", "area"])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_clusters_are_kept_and_add_up_to_the_groups(tmp_path, kind):
    frame = people()
    found = reduce_microdata(reduction(written(frame, tmp_path, kind), weight="w", cluster="psu"))
    same(found.frame, by_pandas(frame, ["ethnic", "area"]), ["ethnic", "area"])
    same(found.clusters, by_pandas(frame, ["ethnic", "area", "psu"]), ["ethnic", "area", "psu"])
    totals = found.clusters.groupby(["ethnic", "area"], sort=False)["n"].sum()
    assert list(totals) == list(found.frame["n"])


def test_the_missing_are_a_group_of_their_own_at_the_end_and_nobody_is_lost(tmp_path):
    frame = pd.DataFrame({"g": ["Zulu", None, "", "  ", "-9", " Refused", "Arab ", "Arab"], "h": 1})
    request = Reduction(file=str(written(frame, tmp_path, "csv")), by=["g"], missing_values=[-9, "Refused"])
    found = reduce_microdata(request).frame
    assert found.to_dict("list") == {"g": ["Arab", "Zulu", "missing"], "n": [2, 1, 5]}


def test_missing_codes_are_not_numbers_to_sum_nor_answers_known(tmp_path):
    frame = pd.DataFrame({"g": ["a"] * 4, "x": [1, -9, 3, None], "y": [1, -9, 2, 1]})
    for kind in ("csv", "parquet"):
        request = Reduction(
            file=str(written(frame, tmp_path, kind)),
            by=["g"],
            values=["x"],
            outcomes={"y": Outcome(column="y", values=[1])},
            missing_values=["-9"] if kind == "parquet" else ["-9", "-9.0"],
        )
        (row,) = reduce_microdata(request).frame.to_dict("records")
        assert (row["n"], row["x.n_known"], row["x.sum"]) == (4, 2, 4)
        assert (row["y.count"], row["y.n_known"]) == (2, 3)


def test_codes_keep_their_zeros_and_numbers_gain_no_decimals(tmp_path):
    text = reduce_microdata(Reduction(file=str(written(pd.DataFrame({"g": ["01", "1"]}), tmp_path, "csv")), by=["g"]))
    assert list(text.frame["g"]) == ["01", "1"]
    holes = written(pd.DataFrame({"g": [1.0, 2.5, np.nan]}), tmp_path, "parquet")
    assert list(reduce_microdata(Reduction(file=str(holes), by=["g"])).frame["g"]) == ["1", "2.5", "missing"]
    coded = str(written(pd.DataFrame({"g": [1.0, -9.0, np.nan, np.inf]}), tmp_path, "parquet"))
    for code in (-9, -9.0, "-9"):
        found = reduce_microdata(Reduction(file=coded, by=["g"], missing_values=[code])).frame
        assert found.to_dict("list") == {"g": ["1", "inf", "missing"], "n": [1, 1, 2]}


def test_exact_decimals_empty_columns_and_categories_are_understood(tmp_path):
    connection = duckdb.connect()
    connection.execute("CREATE TYPE answer AS ENUM ('Yes', 'No')")
    connection.execute(
        f"""COPY (SELECT 2::decimal(9, 2) AS g, 'Yes'::answer AS e, NULL AS nobody, true AS t, 0.1::decimal(9, 2) AS x
        FROM range(10)) TO '{tmp_path}/d.parquet' (FORMAT parquet)"""
    )
    connection.close()
    outcomes = {"o": Outcome(column="e", values=["Yes"]), "none": Outcome(column="nobody", values=["Yes"])}
    path = tmp_path / "d.parquet"
    request = Reduction(file=path, by=["g", "e"], values=["x", "t", "nobody"], outcomes=outcomes, weight="t")
    (row,) = reduce_microdata(request).frame.to_dict("records")
    assert (row["g"], row["e"], row["n"], row["sum_w"]) == ("2", "Yes", 10, 10)
    assert (row["x.sum"], row["t.sum"], row["nobody.n_known"], row["nobody.sum"]) == (1.0, 10, 0, 0)
    assert (row["o.count"], row["none.count"], row["none.n_known"]) == (10, 0, 0)


def test_a_folder_is_not_taken_for_a_file(tmp_path):
    (tmp_path / "people.parquet").mkdir()
    (found,) = faults(reduction(tmp_path / "people.parquet"))
    assert found.hint == "Name the files in it, such as 'people.parquet/*.parquet'."


def test_small_spread_about_a_large_mean_keeps_its_digits(tmp_path):
    random = np.random.default_rng(5)
    x = 1e9 + random.normal(0, 1, 20_000)
    w = random.gamma(2, 1, 20_000)
    path = written(pd.DataFrame({"g": np.where(np.arange(20_000) % 3, "a", "b"), "x": x, "w": w}), tmp_path, "parquet")
    found = reduce_microdata(Reduction(file=str(path), by=["g"], values=["x"], weight="w")).frame.set_index("g")
    for group, kept in (("a", np.arange(20_000) % 3 > 0), ("b", np.arange(20_000) % 3 == 0)):
        y, v = x[kept] - 1e9, w[kept]
        mean = (v * y).sum() / v.sum()
        assert found.loc[group, "x.sum_sq_dev"] == pytest.approx(((y - y.mean()) ** 2).sum(), rel=1e-6)
        assert found.loc[group, "x.sum_w_sq_dev"] == pytest.approx((v * (y - mean) ** 2).sum(), rel=1e-5)


def test_whole_numbers_and_counts_are_exact(tmp_path):
    frame = pd.DataFrame({"g": ["a"] * 3, "x": [2**52, 1, -(2**52)]})
    found = reduce_microdata(Reduction(file=str(written(frame, tmp_path, "parquet")), by=["g"], values=["x"])).frame
    assert found.loc[0, "x.sum"] == 1


def test_kish_counts_how_many_equal_weights_would_do(tmp_path):
    frame = pd.DataFrame({"g": ["a", "a", "b", "b", "c"], "w": [1, 1, 1, 3, 0]})
    path = str(written(frame, tmp_path, "csv"))
    assert reduce_microdata(Reduction(file=path, by=["g"], weight="w")).kish == pytest.approx(
        [2, 1.6, np.nan], nan_ok=True
    )
    assert list(reduce_microdata(Reduction(file=path, by=["g"])).kish) == [2, 2, 1]


def test_one_thread_repeats_every_digit(tmp_path):
    request = reduction(written(people(20_000), tmp_path, "parquet"), weight="w")
    first, second = (reduce_microdata(request, threads=1).frame for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


# Several files


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_several_files_count_once_each_whatever_the_order_of_their_columns(tmp_path, kind):
    frame = people()
    halves = [frame.iloc[:1000], frame.iloc[1000:][frame.columns[::-1]]]
    for name, half in zip(("one [1] é's", "two*"), halves, strict=True):
        (tmp_path / name).mkdir()
        written(half, tmp_path / name, kind)
    # A pattern that overlaps a path must not count anybody twice.
    request = reduction("x", file=[f"*/people.{kind}", f"one [1] é's/people.{kind}"], weight="w")
    found = reduce_microdata(request, folder=tmp_path)
    assert len(found.files) == 2
    same(found.frame, by_pandas(frame, ["ethnic", "area"]), ["ethnic", "area"])


def test_a_compressed_csv_is_read_as_it_is(tmp_path):
    with gzip.open(tmp_path / "p.csv.gz", "wt", encoding="utf-8") as stream:
        stream.write("g\na\nb\na\n")
    assert list(reduce_microdata(Reduction(file=tmp_path / "p.csv.gz", by=["g"])).frame["n"]) == [2, 1]


def test_a_column_that_only_one_file_lacks_is_an_error_not_missing_values(tmp_path):
    for kind in ("csv", "parquet"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "b").mkdir()
        written(people(), tmp_path / kind, kind)
        written(people().drop(columns="income"), tmp_path / kind / "b", kind)
        (found,) = faults(reduction(f"{tmp_path}/{kind}/**/people.{kind}"))
        assert (found.code, found.column) == ("missing_column", "income")
        assert "b" in found.file


def test_csv_and_parquet_are_not_mixed(tmp_path):
    written(people(), tmp_path, "csv")
    written(people(), tmp_path, "parquet")
    assert faults(reduction(tmp_path / "people.*"))[0].code == "mixed_formats"


# Names and labels are never SQL


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("name", NASTY)
def test_names_with_quotes_semicolons_or_sql_are_only_names(tmp_path, kind, name):
    frame = pd.DataFrame({name: ["a", "b", "a"], name + " x": [1, 2, 3], name + " w": [1.0, 1.0, 2.0]})
    request = Reduction(
        file=str(written(frame, tmp_path, kind)),
        by=[name],
        values=[name + " x"],
        outcomes={name + " o": Outcome(column=name, values=["a"])},
        weight=name + " w",
        missing_label=name,
    )
    found = reduce_microdata(request).frame
    assert list(found[name]) == ["a", "b"]
    assert list(found[f"{name} x.sum_wx"]) == [7, 2]
    assert list(found[f"{name} o.count"]) == [2, 0]


@pytest.mark.parametrize("label", ["' OR 1=1; --", "a'); DROP TABLE person; --", "line\nbreak", "\\", "$p0", "%"])
def test_labels_with_sql_in_them_are_only_labels(tmp_path, label):
    path = written(pd.DataFrame({"g": [label, "b"]}), tmp_path, "csv")
    outcomes = {"o": Outcome(column="g", values=[label])}
    found = reduce_microdata(Reduction(file=str(path), by=["g"], outcomes=outcomes)).frame.set_index("g")
    assert found["o.count"].to_dict() == {label: 1, "b": 0}
    gone = reduce_microdata(Reduction(file=str(path), by=["g"], missing_values=[label])).frame
    assert list(gone["g"]) == ["b", "missing"]
    sql = explain_sql(Reduction(file=str(path), by=["g"], outcomes=outcomes))
    assert not [line for line in sql.splitlines() if line.startswith("break")]


def test_a_name_that_differs_only_in_case_is_another_name(tmp_path):
    path = written(pd.DataFrame({"Ethnic": ["a"]}), tmp_path, "parquet")
    (found,) = faults(Reduction(file=str(path), by=["ethnic"]))
    assert found.code == "missing_column"
    assert "'Ethnic'" in found.hint


def test_the_engine_opens_the_named_files_and_nothing_else(tmp_path):
    path, other = written(people(), tmp_path, "parquet"), save(people(), tmp_path / "other.parquet")
    with connect([str(path)], memory_limit="100MB", threads=1) as engine:
        for sql in (
            f"SELECT * FROM read_parquet('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            "SELECT * FROM read_csv('https://example.org/x.csv')",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(DataError), plain_errors([str(path)]):
                engine.execute(sql)
    assert not (tmp_path / "out.csv").exists()


def test_the_statement_can_be_read_beforehand_and_is_the_one_that_ran(tmp_path):
    request = reduction(written(people(), tmp_path, "csv"), weight="w")
    sql = explain_sql(request)
    assert sql == reduce_microdata(request).sql
    assert "GROUP BY" in sql
    assert '= "Yes"' in sql
    assert sql.count("read_csv") == 1


# Errors


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


def test_importing_the_readers_does_not_load_the_engine():
    program = "import sys, arwap_analysis.sources; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


REDUCE_LARGE = """
import json, resource, sys
from arwap_analysis.sources import Outcome, Reduction, reduce_microdata
request = Reduction(file=sys.argv[1], by=["g", "a"], values=["x"], weight="w", cluster="c",
                    outcomes={"y": Outcome(column="y", values=["Yes"])})
found = reduce_microdata(request, memory_limit="256MB")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({"n": int(found.frame["n"].sum()), "clusters": len(found.clusters), "gb": peak}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is read the POSIX way")
def test_five_million_rows_are_reduced_in_a_quarter_of_a_gigabyte(tmp_path):
    path = tmp_path / "large.parquet"
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("SELECT setseed(0.2)")
    connection.execute(
        f"""COPY (SELECT 'group ' || floor(random() * 6)::int AS g, 'area ' || floor(random() * 22)::int AS a,
        floor(random() * 500)::int AS c, random() AS w, random() * 1e5 AS x,
        CASE WHEN random() < 0.3 THEN 'Yes' ELSE 'No' END AS y FROM range(5000000)) TO '{path}' (FORMAT parquet)"""
    )
    connection.close()
    result = subprocess.run([sys.executable, "-c", REDUCE_LARGE, path], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert found["n"] == 5_000_000
    assert found["clusters"] == 6 * 22 * 500
    assert found["gb"] < 1.5
