"""Time the reduction of microdata beside the same sums in hand-written SQL (the floor) and in pandas (the peer).

The hand-written statement knows its file: no column is checked, nothing is missing but for NULL, and its sums of
squares are not centred. Prints a table of the best times and ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from arwap_analysis.sources import Outcome, Reduction, reduce_microdata

REPEATS = 5
# Beyond this many rows pandas needs more memory than many machines have.
PEER_ROWS = 5_000_000

MAKE = """
COPY (
  SELECT
    'group ' || (hash(i * 8) % 6)::varchar AS ethnic_group,
    'W06' || (hash(i * 8 + 1) % 22)::varchar AS area,
    0.5 + (hash(i * 8 + 2) % 1000) / 500 AS weight,
    CASE WHEN hash(i * 8 + 3) % 20 = 0 THEN NULL ELSE 8000 + (hash(i * 8 + 4) % 5000000) / 100 END AS income,
    (hash(i * 8 + 5) % 100)::integer AS age,
    CASE hash(i * 8 + 6) % 5 WHEN 0 THEN NULL WHEN 1 THEN 'Yes' ELSE 'No' END AS poverty
  FROM range($rows) AS t(i)
) TO '{path}' (FORMAT parquet)
"""
BY_HAND = """
SELECT ethnic_group, area, count(*) AS n, sum(weight) AS sum_w, sum(weight * weight) AS sum_w2,
  count(*) FILTER (poverty = 'Yes') AS poor, count(poverty) AS poor_known,
  sum(weight) FILTER (poverty = 'Yes') AS poor_w, sum(weight * weight) FILTER (poverty = 'Yes') AS poor_w2,
  sum(weight) FILTER (poverty IS NOT NULL) AS poor_known_w,
  sum(weight * weight) FILTER (poverty IS NOT NULL) AS poor_known_w2,
  {values}
FROM read_parquet('{path}') GROUP BY ethnic_group, area ORDER BY ethnic_group, area
"""
VALUE = """count({x}) AS {x}_n, sum({x}) AS {x}_sum, sum({x} * {x}) AS {x}_sq,
  sum(weight) FILTER ({x} IS NOT NULL) AS {x}_w, sum(weight * weight) FILTER ({x} IS NOT NULL) AS {x}_w2,
  sum(weight * {x}) AS {x}_wx, sum(weight * {x} * {x}) AS {x}_wx2"""


def _ours(path: Path) -> np.ndarray:
    request = Reduction(
        file=path,
        by=["ethnic_group", "area"],
        values=["income", "age"],
        outcomes={"poor": Outcome(column="poverty", values=["Yes"])},
        weight="weight",
    )
    return reduce_microdata(request, memory_limit="2GB").frame["income.sum_wx2"].to_numpy()


def _floor(path: Path) -> np.ndarray:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": False})
    connection.execute("SET enable_progress_bar = false")
    values = ",\n  ".join(VALUE.format(x=x) for x in ("income", "age"))
    result = connection.execute(BY_HAND.format(path=path, values=values)).df()["income_wx2"].to_numpy()
    connection.close()
    return result


def _peer(path: Path) -> np.ndarray:
    """The same sums with pandas, with the file read through the engine, the fastest way to a frame here."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    frame = connection.execute(f"SELECT * FROM read_parquet('{path}')").df()
    connection.close()
    w, yes, known = frame["weight"], frame["poverty"] == "Yes", frame["poverty"].notna()
    columns = {"n": 1, "w": w, "w2": w**2, "yes": yes, "known": known}
    columns |= {"yes_w": w * yes, "yes_w2": w**2 * yes, "known_w": w * known, "known_w2": w**2 * known}
    for name in ("income", "age"):
        x = frame[name]
        there = x.notna()
        columns |= {f"{name}_n": there, name: x, f"{name}_sq": x.astype(float) ** 2, f"{name}_w": w * there}
        columns |= {f"{name}_w2": w**2 * there, f"{name}_wx": w * x, f"{name}_wx2": w * x.astype(float) ** 2}
    sums = frame[["ethnic_group", "area"]].assign(**columns).groupby(["ethnic_group", "area"]).sum()
    return sums["income_wx2"].to_numpy()


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _peak() -> float:
    """Most memory that this process ever held, in gigabytes."""
    unit = 1024**3 if sys.platform == "darwin" else 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _make(path: Path, rows: int) -> None:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": False})
    connection.execute("SET enable_progress_bar = false")
    connection.execute(MAKE.format(path=path), {"rows": rows})
    connection.close()


def main() -> None:
    """Measure ours first, alone, for its memory; then in turns, so that a slow moment of the machine meets all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        # In a process of its own, for the memory that it takes to make the file is not ours.
        import multiprocessing

        maker = multiprocessing.get_context("spawn").Process(target=_make, args=(path, rows))
        maker.start()
        maker.join()
        subjects: dict[str, Callable[[Path], np.ndarray]] = {"ours": _ours, "hand-written SQL": _floor}
        expected, peak = _ours(path), _peak()
        if rows <= PEER_ROWS:
            subjects["pandas"] = _peer
        for subject in subjects.values():
            np.testing.assert_allclose(subject(path), expected, rtol=1e-9)
        times = {
            name: min(column)
            for name, column in zip(
                subjects,
                zip(*([_seconds(lambda s=s: s(path)) for s in subjects.values()] for _ in range(REPEATS)), strict=True),
                strict=True,
            )
        }
    print(f"{rows:,} rows; best of {REPEATS}; most memory of ours {peak:.2f} GB")
    for name, seconds in times.items():
        print(f"{name:<20}{seconds:8.3f} s{seconds / times['hand-written SQL']:8.2f} x the floor")
    peer = times.get("pandas")
    result = {
        "benchmark": "reduce",
        "rows": rows,
        "time_per_unit": round(times["ours"] / rows, 12),
        "ratio_to_floor": round(times["ours"] / times["hand-written SQL"], 3),
        "ratio_to_peer": round(times["ours"] / peer, 3) if peer else None,
        "peak_memory_gb": round(peak, 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
