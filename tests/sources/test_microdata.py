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

from arwap_analysis.errors import DataError
from arwap_analysis.sources import Outcome, Reduction, explain_sql, reduce_microdata
from arwap_analysis.sources.microdata.engine import connect, plain_errors
from tests.sources.people import by_pandas, faults, people, reduction, same, save, written

NASTY = ['a"b', "it's; DROP TABLE person; --", 'x" FROM person; SELECT 1; --', "$p1", "lliw ŷ 民", "a,b", "c0", "n?"]


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
