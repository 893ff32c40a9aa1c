"""The API samples that R survey carries, and a made-up survey with strata, clusters and weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.peers import FIXTURES

__all__ = ["api", "made_up", "needs_api"]

needs_api = pytest.mark.skipif(
    not (FIXTURES / "data" / "apiclus1.csv").is_file(), reason="the API samples are not beside the project"
)


def api(name: str) -> pd.DataFrame:
    return pd.read_csv(FIXTURES / "data" / f"{name}.csv")


def made_up(seed: int = 1, *, strata: int = 4, clusters: int = 5, people: int = 6) -> pd.DataFrame:
    """A survey of strata with clusters of people of three groups, who are alike within clusters."""
    rng = np.random.default_rng(seed)
    size = strata * clusters * people
    cluster = np.repeat(np.arange(strata * clusters), people)
    away = rng.normal(0, 2, strata * clusters)[cluster]
    x = rng.normal(0, 1, size)
    return pd.DataFrame(
        {
            "stratum": cluster // clusters,
            "cluster": cluster,
            "weight": rng.uniform(0.5, 4, size),
            "group": rng.choice(["a", "b", "c"], size),
            "x": x,
            "z": rng.integers(0, 2, size).astype(float),
            "y": 10 + away + x + rng.normal(0, 1, size),
            "yes": (rng.uniform(size=size) < 1 / (1 + np.exp(-0.4 * away))).astype(float),
            "events": rng.poisson(np.exp(0.2 * x)).astype(float),
        }
    )
