"""Spark gives what DuckDB gives, or refuses; on a small local engine, where pyspark and Java are there."""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from importlib.util import find_spec

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import Outcome, Reduction, explain_sql, reduce_microdata
from arwap_analysis.sources.microdata.spark_session import end_java, local_settings, plain_spark_errors
from tests.sources.people import by_pandas, people, reduction, same, save, written
from tests.sources.test_microdata import NASTY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed: make extras"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed, which Spark needs"),
]


@pytest.fixture(scope="module")
def session():
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\.")
        from pyspark import SparkConf, SparkContext
        from pyspark.sql import SparkSession

        chosen = local_settings(folder, memory_limit="700MB", threads=2) | {
            "spark.sql.shuffle.partitions": "2",
            # What clusters are set to, and must not change a result.
            "spark.sql.ansi.enabled": "false",
            "spark.sql.caseSensitive": "false",
            "spark.sql.files.ignoreCorruptFiles": "true",
            "spark.sql.session.timeZone": "Pacific/Apia",
        }
        context = SparkContext(conf=SparkConf().setAll(list(chosen.items())))
        try:
            yield SparkSession(context)
        finally:
            context.stop()
            end_java(SparkContext)


def both(session, request, *, spread=1e-9, **options):
    """Return the result of Spark, having held it against that of DuckDB."""
    theirs = reduce_microdata(request, **options)
    ours = reduce_microdata(request, **options, engine="spark", spark=session)
    for mine, other in ((ours.frame, theirs.frame), (ours.clusters, theirs.clusters)):
        assert (mine is None) == (other is None)
        if mine is not None:
            alike(mine, other, spread)
    assert (ours.files, ours.checks, ours.reduction) == (theirs.files, theirs.checks, theirs.reduction)
    assert ours.sql == explain_sql(request, folder=options.get("folder"), engine="spark")
    return ours


def alike(ours, theirs, spread):
    assert list(ours.columns) == list(theirs.columns)
    for name in theirs.columns:
        if name.endswith("_dev"):
            np.testing.assert_allclose(ours[name], theirs[name], rtol=spread, atol=1e-9)
        elif theirs[name].dtype.kind == "f":
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-12)
        else:
            assert list(ours[name]) == list(theirs[name]), name
            assert ours[name].dtype == theirs[name].dtype, name


def refused(session, request, **options):
    with pytest.raises(DataError) as caught:
        reduce_microdata(request, engine="spark", spark=session, **options)
    text = str(caught.value)
    assert "secret" not in text
    assert "\tat " not in text
    assert caught.value.__cause__ is None
    return caught.value.faults


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("changes", [{}, {"weight": "w"}, {"weight": "w", "cluster": "psu"}])
def test_every_statistic_is_that_of_duckdb_and_of_pandas(session, tmp_path, kind, changes):
    frame = people()
    found = both(session, reduction(written(frame, tmp_path, kind), **changes))
    same(found.frame, by_pandas(frame, ["ethnic", "area"], weighted=bool(changes)), ["ethnic", "area"])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    "changes",
    [
        {"by": ["age"]},
        {"by": ["income"], "values": [], "weight": "w"},
        {"missing_values": [-9, "Refused", 17, 42.0]},
        {"missing_label": "White"},
        {"outcomes": {"o": Outcome(column="poor", values=["Yes", "No"])}, "weight": "w"},
        {"outcomes": {"o": Outcome(column="age", values=[1, 2.0, "3"]), "none": Outcome(column="area", values=["x"])}},
        {"outcomes": {}, "values": []},
        {"missing_values": [10**30, 2**63]},
    ],
)
def test_every_feature_of_a_reduction_gives_the_same(session, tmp_path, kind, changes):
    if kind == "csv" and "o" in changes.get("outcomes", {}) and "none" in changes["outcomes"]:
        changes = {**changes, "outcomes": {**changes["outcomes"], "o": Outcome(column="age", values=["1", "2", "3"])}}
    both(session, reduction(written(people(400), tmp_path, kind), **changes))


CELLS = st.sampled_from(
    [
        "a",
        " a\u00a0",
        "",
        "  ",
        "-9",
        "-9.0",
        "Refused",
        'q"q',
        '""',
        "x,y",
        "1",
        "01",
        "1.0",
        "ŷ",
        "'",
        "\\",
        "`",
        "民",
    ]
)
NUMBERS = st.sampled_from(["1", "-2.5", " 3 ", "", "-9", "1e3", ".5", "7.", "+4", "0.1", "123456789.123"])


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, NUMBERS, st.integers(0, 3)), min_size=1, max_size=40), tab=st.booleans())
def test_made_up_csv_gives_the_same(session, tmp_path, rows, tab):
    delimiter = "\t" if tab else ","
    frame = pd.DataFrame(rows, columns=["g", "h", "x", "w"])
    frame.to_csv(tmp_path / "p.csv", index=False, sep=delimiter)
    outcomes = {"o": Outcome(column="h", values=["a", 'q"q', "\\"])}
    request = Reduction(
        file=tmp_path / "p.csv", by=["g", "h"], values=["x"], weight="w", outcomes=outcomes,
        missing_values=["-9", "Refused"], delimiter=delimiter,
    )  # fmt: skip
    both(session, request)


REALS = st.sampled_from([1.0, -0.0, 0.0, 2.5, 1e20, 1e-4, 1e-5, 1e16, 123456789.25, np.nan, np.inf, -np.inf, -9.0, 0.1])


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(REALS, min_size=1, max_size=14), code=st.sampled_from([-9, "-9", -9.0, 1]))
def test_real_keys_are_labelled_alike(session, tmp_path, keys, code):
    frame = pd.DataFrame({"g": keys, "f": np.array(keys, dtype="float32"), "x": np.arange(len(keys))})
    both(
        session, Reduction(file=save(frame, tmp_path / "p.parquet"), by=["g", "f"], values=["x"], missing_values=[code])
    )


def test_every_type_of_parquet_is_labelled_and_summed_alike(session, tmp_path):
    types = ("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "float",
             "double", "decimal(9, 2)", "decimal(38, 10)", "decimal(18, 8)", "boolean", "varchar")  # fmt: skip
    columns = ", ".join(f"CASE WHEN i = 3 THEN NULL ELSE (i % 2)::{kind} END AS t{j}" for j, kind in enumerate(types))
    make(
        f"SELECT {columns}, NULL AS nobody, DATE '1400-02-28' + i::int AS d FROM range(9) t(i)", tmp_path / "p.parquet"
    )
    names = [f"t{j}" for j in range(len(types))]
    for by in (names[:5], names[5:10], names[10:], ["d", "nobody"]):
        values = ["t14", "nobody"] if "d" not in by else [*names, "nobody"]
        both(session, Reduction(file=tmp_path / "p.parquet", by=by, values=values, missing_values=[7]))
    for name, value in (("t5", 1), ("t9", "1"), ("t10", 1.0), ("t13", True), ("t14", "1"), ("d", "1400-03-01")):
        outcomes = {"o": Outcome(column=name, values=[value])}
        found = both(session, Reduction(file=tmp_path / "p.parquet", by=["nobody"], outcomes=outcomes))
        assert found.frame.loc[0, "o.count"] > 0


def make(select, path):
    connection = duckdb.connect()
    connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    connection.close()


def test_files_whose_types_differ_are_brought_together_as_in_duckdb(session, tmp_path):
    make("SELECT 1::tinyint AS g, 'a' AS h, NULL AS x", tmp_path / "a.parquet")
    make("SELECT 'b' AS h, 0.5::double AS x, 300::bigint AS g", tmp_path / "b.parquet")
    make("SELECT NULL AS h, 2::decimal(5, 1) AS x, 1::integer AS g", tmp_path / "c.parquet")
    found = both(session, Reduction(file=tmp_path / "*.parquet", by=["g", "h"], values=["x"]))
    assert found.frame["x.sum"].sum() == 2.5


def test_whole_numbers_are_added_exactly_and_small_spreads_keep_their_digits(session, tmp_path):
    frame = pd.DataFrame(
        {"g": ["a"] * 4, "x": [2**62, 2**62, 1, -(2**62)], "y": 1e9 + np.arange(4) / 7, "w": [1, 2, 3, 4.5]}
    )
    # About a mean of 1e9 a double has seven digits left for a spread of 0.1, in either engine.
    request = Reduction(file=save(frame, tmp_path / "p.parquet"), by=["g"], values=["x", "y"], weight="w")
    found = both(session, request, spread=1e-5)
    assert found.frame.loc[0, "x.sum"] == 2**62 + 1


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("name", [*NASTY, "a`b", "a.b", "`", ":p0", "{x}", "%s", "a\\b"])
def test_names_with_quotes_dots_or_sql_are_only_names(session, tmp_path, kind, name):
    frame = pd.DataFrame({name: ["a", "b", "a"], name + " x": [1, 2, 3], name + " w": [1.0, 1.0, 2.0]})
    outcomes = {name + " o": Outcome(column=name, values=["a"])}
    request = Reduction(file=written(frame, tmp_path, kind), by=[name], values=[name + " x"], outcomes=outcomes,
                        weight=name + " w", missing_label=name)  # fmt: skip
    assert list(both(session, request).frame[f"{name} x.sum_wx"]) == [7, 2]


@pytest.mark.parametrize("label", ["' OR 1=1; --", "a'); DROP TABLE person; --", "\\", "\\'", ":p0", "%", "${x}", "`"])
def test_labels_with_sql_in_them_are_only_labels(session, tmp_path, label):
    path = written(pd.DataFrame({"g": [label, "b"]}), tmp_path, "csv")
    found = both(session, Reduction(file=path, by=["g"], outcomes={"o": Outcome(column="g", values=[label])}))
    assert found.frame.set_index("g")["o.count"].to_dict() == {label: 1, "b": 0}
    gone = both(session, Reduction(file=path, by=["g"], missing_values=[label]))
    assert list(gone.frame["g"]) == ["b", "missing"]


def test_a_column_is_told_from_one_that_differs_only_in_case(session, tmp_path):
    (tmp_path / "p.csv").write_text("G,g\na,b\n", encoding="utf-8")
    for name, label in (("g", "b"), ("G", "a")):
        assert list(both(session, Reduction(file=tmp_path / "p.csv", by=[name])).frame[name]) == [label]
    writer = session.newSession()
    writer.conf.set("spark.sql.caseSensitive", "true")
    writer.sql("SELECT 'a' AS G, 'b' AS g").coalesce(1).write.parquet(f"{tmp_path}/p")
    found = both(session, Reduction(file="p/*.parquet", by=["G"]), folder=tmp_path)
    assert list(found.frame["G"]) == ["a"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_several_files_count_once_each_whatever_their_names_and_columns_order(session, tmp_path, kind):
    frame = people()
    cuts = [0, 700, 1500, 2000, 3000]
    for i, name in enumerate(("one [1] é's", "two*", "{a,b} %20#", "q ?")):
        (tmp_path / name).mkdir()
        part = frame.iloc[cuts[i] : cuts[i + 1]]
        written(part[part.columns[:: -1 if i == 1 else 1]], tmp_path / name, kind)
    found = both(session, reduction("x", file=[f"*/people.{kind}", f"two*/people.{kind}"], weight="w"), folder=tmp_path)
    assert len(found.files) == 4
    same(found.frame, by_pandas(frame, ["ethnic", "area"]), ["ethnic", "area"])


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf"g", x\r\n"a, b",1\r\n\r\na,"2"\r\n',
        b'g,x\n "a" ,1\n5" p,2\n5"p"q,3\n"a""",4\n,\n#c,5',
        b"g,x\nNULL,1\n\\N,2\nnull,3\n",
        "g,x\nÂ\u2028é\u0085,1\n\ufeffa,2\n\ufffd,3\n".encode(),
    ],
)
def test_a_csv_as_programs_save_it_is_read_alike(session, tmp_path, content):
    (tmp_path / "p.csv").write_bytes(content)
    (tmp_path / "q.csv.gz").write_bytes(gzip.compress(content))
    plain = both(session, Reduction(file=tmp_path / "p.csv", by=["g"], values=["x"])).frame
    packed = both(session, Reduction(file=tmp_path / "q.csv.gz", by=["g"], values=["x"])).frame
    pd.testing.assert_frame_equal(plain, packed)


@pytest.mark.parametrize("content", [b"g\na\n\n  \nb\n", b'g\n""\n\t\n'])
def test_an_empty_line_is_an_empty_cell_where_there_is_one_column(session, tmp_path, content):
    (tmp_path / "p.csv").write_bytes(content)
    assert list(both(session, Reduction(file=tmp_path / "p.csv", by=["g"])).frame["n"])[-1] == 2


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("g,x\nsecret,1\n".encode("utf-16"), "wrong_encoding", ""),
        (b"g,x\na,1\n\xe9secret,2\n", "wrong_encoding", ""),
        (b"g,x,y\na,1,\n,2,\xe9secret\n", "wrong_encoding", ""),
        (b"g,x\na,1\nsecret\n", "ragged_row", "in 1 of its rows"),
        (b"g,x\na,1\n   \n", "ragged_row", "in 1 of its rows"),
        (b"g,x\na,1\nsecret,2,3\nsecret,2,3\n", "ragged_row", "in 2 of its rows"),
        (b"g,x\na,1,\n", "ragged_row", "in 1 of its rows"),
        (b'g,x\n"secret,1\nb,2\n', "open_quote", "in 1 of its lines"),
        (b'g,x\na,"1\nb,2\nc,3\n', "open_quote", "in 1 of its lines"),
        (b'g,x\n"secret"s,1\n', "open_quote", "in 1 of its lines"),
        (b'g,x\n"sec\nret",1\n', "open_quote", "in 1 of its lines"),
        (b'g,x\n"sec\rret",1\n', "open_quote", "in 1 of its lines"),
        (b"g,x\ra,1\rb,2\r", "broken_csv", "cannot be told apart"),
        (b'g,"x\ny"\na,1\n', "missing_column", ""),
        (b'g,x,"x\ny"\na,1,2\n', "broken_csv", "line breaks"),
        (b"g,x\na,1\ng,x\n", "broken_csv", "header stands again"),
        (b"", "empty_file", ""),
        (b"g,x\n", "empty_file", ""),
        (b"g,x,x\na,1,2\n", "repeated_column", ""),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_csv_file_is_one_clear_line_that_quotes_nobody(session, tmp_path, content, code, message, packed):
    path = tmp_path / ("p.csv.gz" if packed else "p.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    (found,) = refused(session, Reduction(file=path, by=["g"], values=["x"]))
    assert (found.code, found.file) == (code, str(path))
    assert message in found.message


def test_every_damaged_file_of_several_is_named(session, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"g,x\na,1\n")
    (tmp_path / "b.csv").write_bytes(b"g,x\nsecret\n")
    (tmp_path / "c.csv").write_bytes(b"x,g\n1,secret,2\n")
    found = refused(session, Reduction(file=tmp_path / "*.csv", by=["g"], values=["x"]))
    assert [(f.code, f.file[-5:]) for f in found] == [("ragged_row", "b.csv"), ("ragged_row", "c.csv")]


@pytest.mark.parametrize("name", ["_people", ".people"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_files_that_spark_would_pass_over_in_silence_are_refused(session, tmp_path, kind, name):
    hidden = written(people(10), tmp_path, kind).rename(tmp_path / f"{name}.{kind}")
    written(people(10), tmp_path, kind)
    (found,) = refused(session, reduction("x", file=[hidden, tmp_path / f"people.{kind}"]))
    assert (found.code, found.file) == ("unreadable_file", str(hidden))


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:40] + b"\0" * 400 + b[440:]]
)
@pytest.mark.parametrize("kind", ["csv.gz", "parquet"])
def test_a_file_that_is_not_whole_is_refused(session, tmp_path, kind, damage):
    written(people(), tmp_path, "parquet")
    packed = gzip.compress(people().to_csv(index=False).encode())
    path = tmp_path / f"people.{kind}"
    path.write_bytes(damage(path.read_bytes() if kind == "parquet" else packed))
    (found,) = refused(session, reduction(path))
    assert found.code in ("unreadable_parquet", "unreadable_file", "broken_csv", "empty_file")
    assert found.file == str(path)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_no_number_is_refused_alike(session, tmp_path, kind):
    frame = pd.DataFrame({"g": list("abcdefgh"), "x": ["1", "secret", "1,5", "1d", "0x1p3", "inf", "NaN", "1e400"]})
    request = Reduction(file=written(frame, tmp_path, kind), by=["g"], values=["x"])
    assert refused(session, request) == refused_by_duckdb(request)
    assert refused(session, request)[0].message.startswith("7 of 8 rows")


def refused_by_duckdb(request):
    with pytest.raises(DataError) as caught:
        reduce_microdata(request)
    return caught.value.faults


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    "changes",
    [
        {"w": [-1.0, np.nan, 1, 1]},
        {"w": ["1", "heavy", None, "2"]},
        {"psu": ["1", "-9", None, " "]},
        {"income": [1e200, -1e200, 1, 2]},
        {"income": [1e308, 1e308, 1e308, 1e308]},
    ],
)
def test_weights_clusters_and_sizes_that_cannot_be_are_refused_alike(session, tmp_path, kind, changes):
    frame = people(4).assign(**{"area": "W06000001", "ethnic": "White", "psu": "1", "w": 1.0, **changes})
    request = reduction(written(frame, tmp_path, kind), weight="w", cluster="psu")
    assert refused(session, request) == refused_by_duckdb(request)


def test_whole_and_decimal_sums_that_overflow_are_refused(session, tmp_path):
    make("SELECT 'a' AS g, repeat('9', 38)::decimal(38, 0) AS x FROM range(20)", tmp_path / "p.parquet")
    (found,) = refused(session, Reduction(file=tmp_path / "p.parquet", by=["g"], values=["x"]))
    assert found.code == "too_large"


def test_types_that_the_engines_write_differently_are_refused(session, tmp_path):
    make("SELECT [1, 2] AS l, TIMESTAMP '2020-01-01' AS t, 1 AS x", tmp_path / "p.parquet")
    found = refused(session, Reduction(file=tmp_path / "p.parquet", by=["l", "t"], values=["x"]))
    assert [(f.code, f.column) for f in found] == [("unsupported_type", "l"), ("unsupported_type", "t")]


def test_the_session_handed_in_is_neither_changed_nor_stopped(session, tmp_path):
    before = session.conf.getAll if isinstance(session.conf.getAll, dict) else dict(session.conf.getAll())
    both(session, reduction(written(people(50), tmp_path, "csv"), weight="w"))
    after = session.conf.getAll if isinstance(session.conf.getAll, dict) else dict(session.conf.getAll())
    assert after == before
    assert session.catalog.listTables() == []
    assert session.range(3).count() == 3


def test_what_is_no_session_is_refused(session, tmp_path):
    with pytest.raises(ParameterError, match="no Spark session"):
        reduce_microdata(reduction(written(people(5), tmp_path, "csv")), engine="spark", spark="local[2]")


def test_rows_that_spark_reads_twice_or_not_at_all_are_noticed(session, tmp_path, monkeypatch):
    path = written(people(50), tmp_path, "parquet")
    monkeypatch.setattr("arwap_analysis.sources.microdata.spark_engine.rows_of", lambda *_: 49)
    (found,) = refused(session, reduction(path))
    assert (found.code, found.message) == ("wrong_rows", "Spark read 50 rows, and there are 49")


def test_a_session_that_was_not_handed_in_is_not_taken_over(session, tmp_path):
    with pytest.raises(ParameterError, match="spark=session"):
        reduce_microdata(reduction(written(people(50), tmp_path, "csv")), engine="spark")
    assert session.range(3).count() == 3


def test_an_error_that_nobody_foresaw_is_one_line_too(session, capfd):
    with pytest.raises(DataError) as caught, plain_spark_errors(["p.csv"]):
        session.sql("SELECT secret").collect()
    (found,) = caught.value.faults
    assert (found.code, "secret" in str(found), "\n" in str(found)) == ("engine_failed", False, False)
    assert capfd.readouterr().err == ""


LOCAL = """
import sys, tempfile
from pathlib import Path
from arwap_analysis.sources import Reduction, reduce_microdata
request = Reduction(file=sys.argv[1], by=["ethnic"], values=["income"], missing_values=["-9"])
for _ in range(2):
    found = reduce_microdata(request, engine="spark", threads=1, memory_limit="600MB")
other = reduce_microdata(request)
assert list(found.frame["n"]) == list(other.frame["n"])
assert not [p for p in Path(tempfile.gettempdir()).glob("arwap-*")], "something is left behind"
from pyspark import SparkContext
from pyspark.sql import SparkSession
assert SparkContext._active_spark_context is None
print(found.frame["n"].sum())
"""


def test_a_local_engine_starts_by_itself_and_leaves_nothing_behind(tmp_path):
    path = written(people(200), tmp_path, "csv")
    (tmp_path / "temporary").mkdir()
    result = subprocess.run([sys.executable, "-W", "error", "-c", LOCAL, path], capture_output=True, text=True,
                            check=False, env=os.environ | {"TMPDIR": str(tmp_path / "temporary")})  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stdout == "200\n"


def test_a_session_that_was_stopped_is_refused_in_words(tmp_path):
    program = """
import sys
from pyspark.sql import SparkSession
from arwap_analysis.sources import Reduction, reduce_microdata
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).getOrCreate()
spark.stop()
reduce_microdata(Reduction(file=sys.argv[1], by=["ethnic"]), engine="spark", spark=spark)
"""
    path = written(people(5), tmp_path, "csv")
    result = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert "ParameterError: the session in 'spark' is not running" in result.stderr, result.stderr
