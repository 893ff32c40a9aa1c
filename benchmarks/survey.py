"""Time the means of groups in a complex survey: reading the rows beside hand-written SQL, and the errors beside numpy.

A million people of 20 groups in 1,000 clusters of 50 strata. The floor of the reduction is the same sums in SQL that
knows its file. The estimates start from the reduced totals, a row for each cluster and group, as they come (words for
labels), and once with whole numbers for labels; their floor is numpy that has those numbers and knows how many there
are of each. Prints a table of the best times and ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.models import SurveyEstimate, survey_design, survey_mean, survey_mean_from_totals
from arwap_analysis.sources import Reduction, reduce_microdata

REPEATS = 7
CLUSTERS, STRATA, GROUPS = 1000, 50, 20

MAKE = """
COPY (
  SELECT
    'group ' || lpad((hash(i * 8) % {groups})::varchar, 2, '0') AS ethnic_group,
    'stratum ' || lpad((hash(i * 8 + 1) % {clusters} % {strata})::varchar, 2, '0') AS stratum,
    'cluster ' || lpad((hash(i * 8 + 1) % {clusters})::varchar, 4, '0') AS cluster,
    0.5 + (hash(i * 8 + 2) % 1000) / 500 AS weight,
    CASE WHEN hash(i * 8 + 3) % 20 = 0 THEN NULL ELSE 8000 + (hash(i * 8 + 4) % 5000000) / 100 END AS income
  FROM range($rows) AS t(i)
) TO '{path}' (FORMAT parquet)
"""
BY_HAND = """
SELECT ethnic_group, stratum, cluster, count(*) AS n, sum(weight) AS sum_w, sum(weight * weight) AS sum_w2,
  count(income) AS income_n, sum(income) AS income_sum, sum(income * income) AS income_sq,
  sum(weight) FILTER (income IS NOT NULL) AS income_w, sum(weight * weight) FILTER (income IS NOT NULL) AS income_w2,
  sum(weight * income) AS income_wx, sum(weight * income * income) AS income_wx2
FROM read_parquet('{path}') GROUP BY ALL ORDER BY ALL
"""


def _connection():
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": False})
    connection.execute("SET enable_progress_bar = false")
    return connection


def _make(path: Path, rows: int) -> None:
    statement = MAKE.format(path=path, clusters=CLUSTERS, strata=STRATA, groups=GROUPS)
    connection = _connection()
    connection.execute(statement, {"rows": rows})
    connection.close()


def _reduced(path: Path) -> pd.DataFrame:
    request = Reduction(
        file=path, by=["ethnic_group", "stratum"], values=["income"], weight="weight", cluster="cluster"
    )
    clusters = reduce_microdata(request, memory_limit="2GB").clusters
    assert clusters is not None
    return clusters


def _by_hand(path: Path) -> pd.DataFrame:
    connection = _connection()
    frame = connection.execute(BY_HAND.format(path=path)).df()
    connection.close()
    return frame


def _ours(totals: pd.DataFrame) -> SurveyEstimate:
    design = survey_design(strata=totals["stratum"], clusters=totals["cluster"])
    return survey_mean_from_totals(
        design, weighted_sum=totals["income.sum_wx"], weight=totals["income.known_w"],
        people=totals["income.n_known"], by=totals["ethnic_group"],
    )  # fmt: skip


def _floor(totals: dict[str, np.ndarray]) -> np.ndarray:
    """Errors of the means of groups between clusters within strata."""
    cells, shape = totals["cluster"] * GROUPS + totals["ethnic_group"], (CLUSTERS, GROUPS)
    wx = np.bincount(cells, totals["income.sum_wx"], CLUSTERS * GROUPS).reshape(shape)
    w = np.bincount(cells, totals["income.known_w"], CLUSTERS * GROUPS).reshape(shape)
    stratum = np.empty(CLUSTERS, dtype=int)
    stratum[totals["cluster"]] = totals["stratum"]
    people = w.sum(axis=0)
    z = (wx - wx.sum(axis=0) / people * w) / people
    sizes = np.bincount(stratum, minlength=STRATA)
    order = np.argsort(stratum, kind="stable")
    means = np.add.reduceat(z[order], np.r_[0, np.cumsum(sizes)[:-1]], axis=0) / sizes[:, None]
    apart = (z - means[stratum]) * np.sqrt(sizes / (sizes - 1))[stratum][:, None]
    return np.sqrt(np.einsum("cg,cg->g", apart, apart))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _best(subjects: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the best time of each, taken in turns, so that a slow moment of the machine meets all."""
    rounds = [[_seconds(subject) for subject in subjects.values()] for _ in range(REPEATS)]
    return {name: min(column) for name, column in zip(subjects, zip(*rounds, strict=True), strict=True)}


def main() -> None:
    """Check that all agree, then time them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        _make(path, rows)
        totals, connection = _reduced(path), _connection()
        people = connection.execute(f"SELECT * FROM read_parquet('{path}')").df()
        connection.close()
        reading = _best({"ours": lambda: _reduced(path), "hand-written SQL": lambda: _by_hand(path)})
    keys = ["ethnic_group", "stratum", "cluster"]
    numbered = totals.assign(**{key: pd.factorize(totals[key], sort=True)[0] for key in keys})
    plain = {name: numbered[name].to_numpy() for name in (*keys, "income.sum_wx", "income.known_w")}
    arrays = {name: people[name].to_numpy() for name in people}
    design = survey_design(weights=arrays["weight"], strata=arrays["stratum"], clusters=arrays["cluster"])
    found = _ours(totals)
    np.testing.assert_allclose(found.standard_error, _floor(plain), rtol=1e-9)
    np.testing.assert_allclose(found.standard_error, _ours(numbered).standard_error, rtol=1e-9)
    from_rows = survey_mean(design, arrays["income"], by=arrays["ethnic_group"])
    np.testing.assert_allclose(found.standard_error, from_rows.standard_error, rtol=1e-9)
    estimating = _best(
        {
            "ours, from totals": lambda: _ours(numbered),
            "ours, from totals with words": lambda: _ours(totals),
            "numpy, from totals": lambda: _floor(plain),
            "ours, from rows": lambda: survey_mean(design, arrays["income"], by=arrays["ethnic_group"]),
        }
    )
    print(f"{rows:,} rows, {CLUSTERS:,} clusters in {STRATA} strata, {GROUPS} groups; best of {REPEATS}")
    for name, seconds in reading.items():
        print(f"{'reduction: ' + name:<42}{1000 * seconds:10.2f} ms{seconds / reading['hand-written SQL']:9.2f} x")
    floor = estimating["numpy, from totals"]
    for name, seconds in estimating.items():
        print(f"{'estimates: ' + name:<42}{1000 * seconds:10.2f} ms{seconds / floor:9.2f} x")
    result = {
        "benchmark": "survey",
        "rows": rows,
        "groups": GROUPS,
        "estimate_seconds": round(estimating["ours, from totals"], 6),
        "estimate_ratio_to_floor": round(estimating["ours, from totals"] / floor, 3),
        "with_words_ratio_to_floor": round(estimating["ours, from totals with words"] / floor, 3),
        "reduction_ratio_to_floor": round(reading["ours"] / reading["hand-written SQL"], 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
