"""How long a thousand claims take: python -m benchmarks.reproduce.

A claim of each metric is written again and again with other filters and values over one table of 5,000 people and one
of counts, so that nothing but the tables can be kept from claim to claim. The floor is 30 seconds for 1,000 claims.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

CLAIMS = 1000
FLOOR = 30.0
PEOPLE = 5000


def write_claims(folder: Path, claims: int = CLAIMS) -> None:
    """Write a folder of claims of every kind, as many as asked for."""
    rng = np.random.default_rng(2)
    (folder / "data").mkdir(parents=True)
    people = pd.DataFrame(
        {
            "group": rng.choice(["A", "B", "C"], PEOPLE),
            "area": rng.choice([f"area {i}" for i in range(20)], PEOPLE),
            "age": rng.integers(18, 65, PEOPLE),
            "pay": rng.normal(15, 4, PEOPLE).clip(5),
            "hired": rng.integers(0, 2, PEOPLE),
        }
    )
    people.to_csv(folder / "data" / "people.csv", index=False)
    counts = people.groupby(["group", "area"], as_index=False).agg(hired=("hired", "sum"), people=("hired", "size"))
    counts.to_csv(folder / "data" / "counts.csv", index=False)
    shared = {"group": "group", "group_value": "A", "reference_value": "B", "published": "1.50"}
    rows = {"data": "people.csv", "outcome": "hired", "outcome_value": "1", **shared}
    summed = {"data": "counts.csv", "numerator": "hired", "denominator": "people", **shared}
    printed = {"published_se": "0.10", "published_lower": "1.10", "published_upper": "2.05", "published_p": "0.012"}
    model = {"data": "people.csv", "formula": "hired ~ C(group) + age", "term": "C(group)[T.B]", "published": "0.10",
             "published_se": "0.05", "covariance": "HC1"}  # fmt: skip
    kinds = [
        {**rows, "metric": "percentage"},
        {**rows, "metric": "ratio", **printed},
        {**rows, "metric": "difference_points", **printed},
        {**summed, "metric": "rate", "per": "1000"},
        {**summed, "metric": "ratio"},
        {**summed, "metric": "odds_ratio", **printed},
        {**model, "metric": "ols_coefficient"},
        {**model, "metric": "logit_coefficient"},
        {**model, "metric": "probit_coefficient"},
        {**summed, "metric": "mantel_haenszel_odds_ratio", "strata": "area"},
    ]
    names = ["id", *dict.fromkeys(name for kind in kinds for name in kind), "where"]
    with (folder / "claims.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        for number in range(claims):
            kind = kinds[number % len(kinds)]
            where = f"age > {18 + number % 20}" if kind["data"] == "people.csv" else f"area != 'area {number % 20}'"
            writer.writerow({**kind, "id": f"claim-{number}", "where": where})


def measure(claims: int = CLAIMS) -> dict[str, float]:
    from arwap_analysis.review.reproduce import reproduce_claims

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "claims"
        write_claims(place, claims)
        start = time.perf_counter()
        found = reproduce_claims(place)
        seconds = time.perf_counter() - start
    failed = [outcome for outcome in found.outcomes if outcome.verdict == "cannot be computed"]
    if failed:
        raise SystemExit(f"{failed[0].id}: {failed[0].reason}")
    return {
        "claims": claims,
        "seconds": seconds,
        "time_per_unit": seconds / claims,
        "ratio_to_floor": seconds / claims * CLAIMS / FLOOR,
    }


if __name__ == "__main__":
    found = measure(int(sys.argv[1]) if sys.argv[1:] else CLAIMS)
    sys.stdout.write(f"{found['claims']:,} claims in {found['seconds']:.1f} s (floor {FLOOR:.0f} s for {CLAIMS:,})\n")
    sys.stdout.write(json.dumps(found) + "\n")
