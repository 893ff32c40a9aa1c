"""Reduce microdata to sufficient statistics: the parts that the engine sums, put together group by group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from arwap_analysis.errors import DataError, Fault, ParameterError
from arwap_analysis.sources.microdata.engine import connect, prepare, sum_parts
from arwap_analysis.sources.microdata.files import find_files
from arwap_analysis.sources.microdata.plan import Reduction
from arwap_analysis.sources.microdata.spark_engine import spark_statement, sum_parts_on_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["Engine", "SufficientStatistics", "explain_sql", "reduce_microdata"]

Engine = Literal["duckdb", "spark"]

_MEMORY = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class SufficientStatistics:
    """Sums that stand for the rows of people they were made from.

    These sums are not protected: a group of one person shows that person. Disclosure control comes after.

    Attributes
    ----------
    frame
        A row for each group, with the columns of `by` as text, and these statistics.

        - `n`: rows; `sum_w`, `sum_w2`: sums of the weights and of their squares.
        - for an outcome `o`: `o.count` rows that have it, of `o.n_known` in which it is known; the same by
          weight (`o.sum_w`, `o.sum_w2` of those who have it; `o.known_w`, `o.known_w2` of those known).
        - for a value `x`: `x.n_known`, `x.sum`, `x.sum_sq`, and `x.sum_sq_dev`, the sum of squares about the
          group's own mean; by weight `x.known_w`, `x.known_w2`, `x.sum_wx`, `x.sum_wx2`, and
          `x.sum_w_sq_dev`, the weighted sum of squares about the weighted mean.

        Take variances from `sum_sq_dev` and `sum_w_sq_dev`: they were centred while they were summed.
        `sum_sq` and `sum_wx2` are for adding groups together, and cannot give back a small variance.
    clusters
        The same for each sampling unit in each group, when the reduction names a cluster.
    reduction
        What was asked for.
    files
        The files that were read.
    sql
        The statement that was run, with its parameters.
    checks
        In words, what the analyst should look at.
    """

    frame: pd.DataFrame
    clusters: pd.DataFrame | None
    reduction: Reduction
    files: tuple[str, ...]
    sql: str
    checks: tuple[str, ...]

    @property
    def kish(self) -> np.ndarray:
        """Kish's effective sample size of each group, `sum_w**2 / sum_w2`; the rows themselves without weights."""
        if self.reduction.weight is None:
            return self.frame["n"].to_numpy(dtype=float)
        total, squares = self.frame["sum_w"].to_numpy(), self.frame["sum_w2"].to_numpy()
        return np.divide(total**2, squares, out=np.full(total.shape, np.nan), where=squares > 0)


def reduce_microdata(
    reduction: Reduction,
    *,
    folder: Path | None = None,
    memory_limit: str = "1GB",
    threads: int | None = None,
    engine: Engine = "duckdb",
    spark: SparkSession | None = None,
) -> SufficientStatistics:
    """Read files of people once, whatever their size, and keep only sums for each group.

    Labels are text without white space around them; whole numbers keep no decimals. Rows whose label is
    missing form a group of their own. With more than one thread, sums of fractions can differ in their last
    digits from run to run, because the order of adding does; `threads=1` repeats them exactly. Either engine
    gives the same counts and labels, and the same sums to that precision.

    Parameters
    ----------
    reduction
        The columns to group by and what to sum.
    folder
        Where relative paths start; the current folder unless given.
    memory_limit
        Most memory that the engine holds, such as `"512MB"`; what exceeds it goes to a temporary folder.
    threads
        How many threads read; all processors unless given.
    engine
        `"duckdb"`, which is always there, or `"spark"` (an extra; needs Java), for what one machine cannot read.
    spark
        The session of a cluster whose machines all see the files under the same path. It is neither changed nor
        stopped, and keeps its own memory and threads. Without it Spark runs on this machine, and ends afterwards.

    Raises
    ------
    DataError
        With every fault found: no such file; no such column; a file that is damaged or in another encoding;
        text or an infinite number in a column to sum; an absent or negative weight; a row without its
        cluster. Rows are counted, and no value of a person is quoted.
    ParameterError
        When an option cannot be used, or what Spark needs is absent.
    """
    _check_options(memory_limit, threads, engine)
    if spark is not None and engine != "spark":
        raise ParameterError(Fault("wrong_value", "'spark' is a session of an engine that is not asked for",
                                   hint="Add engine='spark'."))  # fmt: skip
    files = find_files(reduction, folder or Path())
    if engine == "spark":
        parts, sql = sum_parts_on_spark(reduction, files, spark=spark, memory_limit=memory_limit, threads=threads)
    else:
        parts, sql = sum_parts(reduction, files, memory_limit=memory_limit, threads=threads)
    _check_parts(reduction, parts, files)
    parts = _named(reduction, parts)
    frame = _rolled_up(reduction, parts, reduction.by)
    clusters = _rolled_up(reduction, parts, reduction.keys) if reduction.cluster else None
    return SufficientStatistics(frame, clusters, reduction, tuple(files), sql, _notes(reduction, parts))


def explain_sql(reduction: Reduction, *, folder: Path | None = None, engine: Engine = "duckdb") -> str:
    """Return the SQL that `reduce_microdata` would run, and as comments the parameters bound to it.

    Raises
    ------
    DataError
        When a file or a column is absent, or a file cannot be read.
    """
    _check_options("1GB", 1, engine)
    files = find_files(reduction, folder or Path())
    if engine == "spark":
        return str(spark_statement(reduction, files))
    with connect(files, memory_limit="1GB", threads=1) as connection:
        return str(prepare(connection, reduction, files))


def _check_options(memory_limit: str, threads: int | None, engine: str) -> None:
    faults = []
    if engine not in get_args(Engine):
        faults.append(
            Fault("wrong_value", "there is no such engine", value=str(engine), hint="Use 'duckdb' or 'spark'.")
        )
    if not _MEMORY.fullmatch(memory_limit):
        faults.append(Fault("wrong_value", "'memory_limit' is no amount of memory", value=memory_limit,
                            hint="Write it as '512MB' or '4GB'."))  # fmt: skip
    if threads is not None and threads < 1:
        faults.append(Fault("wrong_value", "'threads' has to be 1 or more", value=str(threads)))
    if faults:
        raise ParameterError(faults)


def _check_parts(reduction: Reduction, parts: pd.DataFrame, files: list[str]) -> None:
    file = files[0] if len(files) == 1 else f"{len(files)} files"
    rows = int(parts["n"].sum())
    if not rows:
        raise DataError(Fault("empty_file", "there are no rows", file, hint="Export the data again."))
    faults = []

    def fault(code: str, statistic: str, what: str, column: str | None, hint: str) -> None:
        if count := int(parts[statistic].sum()):
            faults.append(Fault(code, f"{count:,} of {rows:,} rows {what}", file, None, column, None, hint))

    number = "If it stands for a missing answer, name it in 'missing_values'; numbers have no thousands separators."
    for i, column in enumerate(reduction.values):
        fault("not_a_number", f"x{i}_bad", "hold something that is not a finite number", column, number)
    if reduction.weight is not None:
        weight = "Every person needs a weight; leave out beforehand, and say so, whom the survey gives none."
        parts = parts.assign(w_absent=parts["w_absent"] - parts["w_bad"])
        fault("missing_weight", "w_absent", "have no weight", reduction.weight, weight)
        fault("not_a_number", "w_bad", "have a weight that is not a finite number", reduction.weight, weight)
        fault("negative_weight", "w_negative", "have a negative weight", reduction.weight, "Check the column.")
    if reduction.cluster is not None:
        cluster = parts[f"k{len(reduction.by)}"].map(_label, na_action="ignore")
        parts = parts.assign(lost=parts["n"].where(_is_missing(reduction, cluster), 0))
        fault("missing_cluster", "lost", "have no cluster", reduction.cluster, "Every row needs its sampling unit.")
    sums = parts.select_dtypes("number").to_numpy(dtype=float)
    if not np.isfinite(sums).all():
        faults.append(Fault("too_large", "the numbers are too large for their squares to be summed", file))
    if faults:
        raise DataError(faults)


def _label(text: object) -> str:
    return str(text).strip()


def _is_missing(reduction: Reduction, labels: pd.Series) -> pd.Series:
    return labels.isna() | labels.isin(reduction.missing_texts)


def _named(reduction: Reduction, parts: pd.DataFrame) -> pd.DataFrame:
    """Give keys their columns and labels, and make the sums of parts such that they can be put together."""
    data: dict[str, pd.Series] = {}
    for i, _ in enumerate(reduction.keys):
        labels = parts[f"k{i}"].map(_label, na_action="ignore").astype(object)
        data[f"k{i}"] = labels.mask(_is_missing(reduction, labels), reduction.missing_label)
    return parts.assign(**data)


def _rolled_up(reduction: Reduction, parts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put the parts of each group together: plain sums, and centred squares about the mean of the whole."""
    names = [f"k{i}" for i in range(len(keys))]
    ranks = [parts[name].map(_ranks(parts[name], reduction.missing_label)) for name in names]
    group = parts.groupby(ranks, sort=True).ngroup().to_numpy()
    columns: list[np.ndarray] = [values.to_numpy() for _, values in parts[names].groupby(group).first().items()]

    def total(values: pd.Series | np.ndarray) -> np.ndarray:
        return pd.Series(np.asarray(values)).groupby(group).sum().to_numpy()

    columns.append(total(parts["n"]))
    weighted = reduction.weight is not None
    if weighted:
        columns += [total(parts["sum_w"]), total(parts["sum_w2"])]
    for i in range(len(reduction.outcomes)):
        statistics = ("count", "n_known", *(("sum_w", "sum_w2", "known_w", "known_w2") if weighted else ()))
        columns += [total(parts[f"o{i}_{statistic}"]) for statistic in statistics]
    for i in range(len(reduction.values)):
        p = {name.removeprefix(f"x{i}_"): parts[name].to_numpy() for name in parts if name.startswith(f"x{i}_")}
        n, sums = total(p["n_known"]), total(p["sum"])
        middle, mean = _ratio(p["sum"], p["n_known"]), _ratio(sums, n)
        squares = total(p["var"] * p["n_known"] + p["n_known"] * (middle - mean[group]) ** 2)
        columns += [n, sums, squares + sums * mean, squares]
        if weighted:
            w, wx = total(p["known_w"]), total(p["sum_wx"])
            # Weighted squares of a part about its plain mean; the covariances keep the digits that sums would lose.
            drift = p["cov_w"] * p["n_known"]
            about = np.maximum(p["cov_wx"] * p["n_known"] - middle * drift, 0)
            away = _ratio(wx, w)[group] - middle
            spread = np.maximum(total(about - 2 * away * drift + away**2 * p["known_w"]), 0)
            columns += [w, total(p["known_w2"]), wx, spread + wx * _ratio(wx, w), spread]
    return pd.DataFrame(dict(zip([*keys, *reduction.statistics], columns, strict=True)))


def _ranks(labels: pd.Series, missing: str) -> dict[str, int]:
    """Order labels as text, with the missing ones last."""
    return {label: i for i, label in enumerate(sorted(labels.unique(), key=lambda label: (label == missing, label)))}


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Divide, and give 0 where nobody is: every term that meets it is multiplied by their number."""
    return np.divide(top, bottom, out=np.zeros(np.shape(top)), where=np.asarray(bottom) > 0)


def _notes(reduction: Reduction, parts: pd.DataFrame) -> tuple[str, ...]:
    """Say which asked-for value no row has: more often a slip of the pen than a finding."""
    notes = []
    for i, (name, outcome) in enumerate(reduction.outcomes.items()):
        several = len(outcome.values) > 1
        for j, value in enumerate(outcome.values):
            seen = parts[f"o{i}_{j}"].any() if several else parts[f"o{i}_count"].sum() > 0
            if not seen:
                notes.append(f"No row has '{value}' in '{outcome.column}', which the outcome '{name}' counts.")
    return tuple(notes)
