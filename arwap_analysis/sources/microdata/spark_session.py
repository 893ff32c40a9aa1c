"""Sessions of Spark: one handed in, never stopped nor changed, or a local one that ends; errors in plain words."""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from arwap_analysis.errors import DataError, Fault, ParameterError
from arwap_analysis.sources.microdata.files import is_parquet

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

__all__ = ["end_java", "local_settings", "plain_spark_errors", "spark_session"]

# What the statement and the reader rely on. Some clusters are set to skip damaged files, which would lose people.
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.parquet.binaryAsString": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.session.timeZone": "UTC",
}
_LEAST_MEMORY = 512
_UNITS = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}
_CONDITION = re.compile(r"\[([A-Z][A-Z_]+)[.\]]")


@contextmanager
def spark_session(given: SparkSession | None, *, memory_limit: str, threads: int | None) -> Iterator[SparkSession]:
    """Give a session with settings of its own, beside the one handed in or in a local engine that ends afterwards.

    Raises
    ------
    ParameterError
        When pyspark or Java is absent, a session runs that was not handed in, or `given` is no running session.
    """
    with warnings.catch_warnings():
        # pyspark doubts pandas 3 on import; no frame of pandas passes through it here.
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\.")
        try:
            from pyspark import SparkConf, SparkContext
            from pyspark.sql import SparkSession
        except ImportError:
            hint = "Install it with: pip install 'arwap_analysis[spark]'"
            raise ParameterError(Fault("missing_package", "the Spark engine needs pyspark", hint=hint)) from None
        if given is not None:
            yield _beside(given, SparkSession)
            return
        _check_java()
        with tempfile.TemporaryDirectory(prefix="arwap-", ignore_cleanup_errors=True) as folder:
            settings = local_settings(folder, memory_limit=memory_limit, threads=threads)
            earlier = SparkContext._gateway
            context = _start(lambda: SparkContext(conf=SparkConf().setAll(list(settings.items()))))
            try:
                yield _set(SparkSession(context))
            finally:
                context.stop()
                if earlier is None:
                    end_java(SparkContext)


def end_java(context: type[SparkContext]) -> None:
    """End the Java process, which pyspark would keep until Python ends, with its first memory limit and folder."""
    gateway, context._gateway, context._jvm = context._gateway, None, None
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)


def _beside(given: object, kind: type) -> SparkSession:
    """A session on the same cluster whose settings and views are its own."""
    if not isinstance(given, kind):
        hint = "Hand in a pyspark.sql.SparkSession that runs in this process; Spark Connect is not supported."
        raise ParameterError(Fault("wrong_value", "'spark' is no Spark session", value=type(given).__name__, hint=hint))
    from py4j.protocol import Py4JError

    try:
        # A context that was stopped has no Java side any more.
        return _set(given.newSession())  # type: ignore[attr-defined]
    except (AttributeError, Py4JError):
        raise ParameterError(Fault("wrong_value", "the session in 'spark' is not running", hint="Start it.")) from None


def _set(session: SparkSession) -> SparkSession:
    for name, value in _SETTINGS.items():
        session.conf.set(name, value)
    return session


def local_settings(folder: str, *, memory_limit: str, threads: int | None) -> dict[str, str]:
    """Settings of an engine on this machine that listens to nobody else and leaves nothing behind."""
    number, unit = re.fullmatch(r"([\d.]+) ?([KMGT])i?B", memory_limit, re.IGNORECASE).groups()  # type: ignore[union-attr]
    megabytes = int(float(number) * _UNITS[unit.upper()])
    if megabytes < _LEAST_MEMORY:
        hint = f"Allow {_LEAST_MEMORY}MB or more."
        raise ParameterError(Fault("wrong_value", "Spark does not start with so little memory", None, None,
                                   "memory_limit", memory_limit, hint))  # fmt: skip
    return {
        "spark.master": f"local[{threads or '*'}]",
        "spark.app.name": "arwap_analysis",
        "spark.driver.memory": f"{megabytes}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": str(Path(folder) / "warehouse"),
        "spark.sql.shuffle.partitions": "8",
    }


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=str(Path(home) / "bin") if home else None):
        place = "in the folder that JAVA_HOME names" if home else "on this machine"
        hint = "Install Java 17 or later (on Debian: default-jre-headless)."
        raise ParameterError(Fault("missing_java", f"the Spark engine needs Java, which is not {place}", hint=hint))


def _start(make: Callable[[], SparkContext]) -> SparkContext:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return make()
    except ValueError:
        hint = "Hand it over: reduce_microdata(..., engine='spark', spark=session)."
        raise ParameterError(Fault("session_running", "a Spark session runs in this process", hint=hint)) from None
    except (PySparkException, Py4JError):
        hint = "It needs Java 17 or later; `java -version` says which one is there."
        raise ParameterError(Fault("spark_not_started", "Spark could not be started", hint=hint)) from None


@contextmanager
def plain_spark_errors(files: list[str]) -> Iterator[None]:
    """Turn errors of Spark into one clear line; its own text is a Java stack trace."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    # pyspark would write every error with its stack trace on standard error as well.
    logger = logging.getLogger("SQLQueryContextLogger")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        raise DataError(_fault(error, files)) from None
    finally:
        logger.disabled = before


def _fault(error: Exception, files: list[str]) -> Fault:
    text = str(error)
    found = _CONDITION.search(text)
    condition = found.group(1) if found else type(error).__name__
    if "OutOfMemoryError" in text or "maxResultSize" in text:
        hint = "Give Spark more memory, or group by fewer columns."
        return Fault("out_of_memory", "the sums of so many groups do not fit into the memory of Spark", hint=hint)
    if condition in ("ARITHMETIC_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE", "CAST_OVERFLOW"):
        file = files[0] if len(files) == 1 else None
        return Fault("too_large", "the numbers are too large for their squares to be summed", file)
    if "FILE" in condition or "PATH" in condition:
        named = sorted((file for file in files if Path(file).as_uri().removeprefix("file://") in text), key=len)
        file = named[-1] if named else files[0] if len(files) == 1 else None
        hint = "Copy or export it again, to a folder that every machine of the cluster sees under the same path."
        code = "unreadable_parquet" if is_parquet(files[0]) else "unreadable_file"
        return Fault(code, "Spark cannot read the whole file", file, hint=hint)
    hint = "If the files are whole, the embedded engine (engine='duckdb') can reduce them."
    return Fault("engine_failed", f"Spark could not reduce the files ({condition})", hint=hint)
