"""What can be told of the Spark engine where neither Spark nor Java is installed."""

import subprocess
import sys

import pytest

from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.sources import Outcome, Reduction, explain_sql, reduce_microdata
from arwap_analysis.sources.microdata.spark_session import _check_java, local_settings
from tests.sources.people import people, reduction, written


def test_spark_that_is_not_installed_is_named_with_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ParameterError) as caught:
        reduce_microdata(reduction(written(people(5), tmp_path, "csv")), engine="spark")
    (found,) = caught.value.faults
    assert (found.code, "pip install 'arwap_analysis[spark]'" in found.hint) == ("missing_package", True)


@pytest.mark.parametrize("home", [None, "/nowhere"])
def test_java_that_is_not_installed_is_named(monkeypatch, home):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home:
        monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(ParameterError, match="Java 17 or later"):
        _check_java()


def test_the_statement_for_spark_can_be_read_without_spark(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    outcomes = {"o": Outcome(column="poor", values=["it's; DROP TABLE person"])}
    for kind in ("csv", "parquet"):
        sql = explain_sql(reduction(written(people(5), tmp_path, kind), weight="w", outcomes=outcomes), engine="spark")
        assert "FROM people" in sql
        assert "`ethnic`" in sql
        assert "DROP" not in "".join(line for line in sql.splitlines() if not line.startswith("-- :p"))


def test_faults_of_columns_are_found_before_spark_starts(tmp_path):
    for kind in ("csv", "parquet"):
        with pytest.raises(DataError, match="Did you mean 'income'"):
            reduce_microdata(reduction(written(people(5), tmp_path, kind), values=["incme"]), engine="spark")


@pytest.mark.parametrize(
    ("options", "message"),
    [({"engine": "hadoop"}, "no such engine"), ({"spark": object()}, "Add engine='spark'")],
)
def test_options_that_do_not_fit_together_are_refused(tmp_path, options, message):
    with pytest.raises(ParameterError, match=message):
        reduce_microdata(Reduction(file=written(people(5), tmp_path, "csv"), by=["area"]), **options)


def test_a_local_engine_listens_to_this_machine_alone_and_has_the_memory_asked_for():
    settings = local_settings("/x", memory_limit="1.5 GiB", threads=3)
    assert (settings["spark.driver.memory"], settings["spark.master"]) == ("1536m", "local[3]")
    assert settings["spark.driver.bindAddress"] == settings["spark.driver.host"] == "127.0.0.1"
    assert local_settings("/x", memory_limit="1GB", threads=None)["spark.master"] == "local[*]"
    with pytest.raises(ParameterError, match="512MB or more"):
        local_settings("/x", memory_limit="100MB", threads=None)


def test_importing_the_readers_does_not_load_spark():
    program = "import sys, arwap_analysis.sources; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
