"""Simulate how often the 95% intervals hold the truth, for groups from 10 people to 1,000; then those of models.

Prints a table and ends with one line of JSON. `tests/test_coverage.py` holds the results for groups of 50 and more to
93% to 97% (exact intervals: 95% or more); below that they are reported here and in docs/methods.md, not hidden.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from arwap_analysis import measures as m
from arwap_analysis.estimate import Estimate
from benchmarks import coverage_models

__all__ = ["SCENARIOS", "SIZES", "Scenario", "coverage"]

SIZES = (10, 20, 50, 200, 1000)
DRAWS = 20_000
# Six groups with true shares or rates that differ as published ones do; the last is the reference.
LEVELS = np.array([0.12, 0.18, 0.25, 0.32, 0.42, 0.22])
WEIGHTS = np.array([0.5, 1.0, 1.0, 1.0, 1.5, 6.0])
ORDER = np.array([1, 2, 3, 4, 5, 6])
Drawn = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Scenario:
    """An interval, the truth that it should hold, and whether it promises at least 95% (exact) or about 95%.

    `from_size`: the smallest group for which the test holds it to that.
    """

    estimate: Callable[[np.ndarray, np.ndarray], Estimate]
    truth: Callable[[np.ndarray], np.ndarray]
    events: str = "binomial"
    exact: bool = False
    from_size: int = 50


def _pair(x: np.ndarray, n: np.ndarray) -> dict[str, np.ndarray]:
    return {"reference_numerator": x[..., -1:], "reference_denominator": n[..., -1:]}


def _two(function: Callable[..., Estimate], **options: object) -> Callable[[np.ndarray, np.ndarray], Estimate]:
    return lambda x, n: function(x[..., :-1], n[..., :-1], **_pair(x, n), **options)


def _over(function: Callable[..., Estimate], **options: object) -> Callable[[np.ndarray, np.ndarray], Estimate]:
    """A measure over groups, from shares and their standard errors (with half a person added, so that none is 0)."""

    def estimate(x: np.ndarray, n: np.ndarray) -> Estimate:
        share = x / n
        smoothed = (x + 0.5) / (n + 1)
        return function(share, n, standard_error=np.sqrt(smoothed * (1 - smoothed) / n), **options)

    return estimate


def _true_over(function: Callable[..., Estimate], **options: object) -> Callable[[np.ndarray], np.ndarray]:
    return lambda n: function(LEVELS, n, **options).estimate


def _true_ratio(_: np.ndarray) -> np.ndarray:
    return LEVELS[:-1] / LEVELS[-1]


def _true_odds(_: np.ndarray) -> np.ndarray:
    odds = LEVELS / (1 - LEVELS)
    return odds[:-1] / odds[-1]


def _true_difference(_: np.ndarray) -> np.ndarray:
    return LEVELS[:-1] - LEVELS[-1]


def _spread(function: Callable[..., Estimate], **options: object) -> Scenario:
    return Scenario(_over(function, **options), _true_over(function, **options))


def _simulated(function: Callable[..., Estimate]) -> Callable[[np.ndarray, np.ndarray], Estimate]:
    """The bias-corrected simulated interval, on the first 500 draws (10,000 simulations each)."""

    def estimate(x: np.ndarray, n: np.ndarray) -> Estimate:
        x, n = x[:500], n[:500]
        smoothed = (x + 0.5) / (n + 1)
        error = np.sqrt(smoothed * (1 - smoothed) / n)
        return m.simulated_interval(function, x / n, n, standard_error=error, seed=9)

    return estimate


def _standardised(x: np.ndarray, n: np.ndarray) -> Estimate:
    return m.directly_standardised_rate(x, n, standard_population=WEIGHTS)


SCENARIOS: dict[str, Scenario] = {
    "proportion, Wilson": Scenario(lambda x, n: m.proportion(x, n), lambda n: LEVELS),
    "proportion, Jeffreys": Scenario(lambda x, n: m.proportion(x, n, method="jeffreys"), lambda n: LEVELS),
    "proportion, Agresti-Coull": Scenario(
        lambda x, n: m.proportion(x, n, method="agresti_coull"), lambda n: LEVELS, exact=True
    ),
    "proportion, Clopper-Pearson": Scenario(
        lambda x, n: m.proportion(x, n, method="clopper_pearson"), lambda n: LEVELS, exact=True
    ),
    "proportion_difference, Newcombe": Scenario(_two(m.proportion_difference), _true_difference),
    "proportion_difference, score": Scenario(
        _two(m.proportion_difference, method="miettinen_nurminen"), _true_difference
    ),
    "proportion_ratio, Koopman": Scenario(_two(m.proportion_ratio), _true_ratio),
    "proportion_ratio, Katz": Scenario(_two(m.proportion_ratio, method="katz"), _true_ratio),
    "odds_ratio, score": Scenario(_two(m.odds_ratio), _true_odds),
    "rate, Byar": Scenario(lambda x, n: m.rate(x, n), lambda n: LEVELS, events="poisson", exact=True),
    "rate_ratio, exact": Scenario(_two(m.rate_ratio), _true_ratio, events="poisson", exact=True),
    "rate_ratio, log": Scenario(_two(m.rate_ratio, method="log"), _true_ratio, events="poisson"),
    "rate_difference, MOVER": Scenario(_two(m.rate_difference), _true_difference, events="poisson", exact=True),
    "ratio_to_average, exact": Scenario(
        lambda x, n: m.ratio_to_average(x, n),
        lambda n: LEVELS / ((LEVELS * n).sum() / n.sum()),
        events="poisson",
        exact=True,
    ),
    "directly_standardised_rate": Scenario(
        _standardised, lambda n: (LEVELS * WEIGHTS).sum() / WEIGHTS.sum(), events="poisson"
    ),
    "group_difference, ordered": _spread(lambda y, n, **o: m.group_difference(y, favourable=True, order=ORDER, **o)),
    "group_ratio, ordered": _spread(lambda y, n, **o: m.group_ratio(y, favourable=True, order=ORDER, **o)),
    "absolute_concentration_index": _spread(m.absolute_concentration_index, order=ORDER),
    "relative_concentration_index": _spread(m.relative_concentration_index, order=ORDER),
    "slope_index_of_inequality": _spread(m.slope_index_of_inequality, order=ORDER),
    "relative_index_of_inequality": _spread(m.relative_index_of_inequality, order=ORDER),
    "between_group_variance": _spread(m.between_group_variance),
    "between_group_standard_deviation": _spread(m.between_group_standard_deviation),
    "coefficient_of_variation": _spread(m.coefficient_of_variation),
    "mean_difference_from_mean": _spread(m.mean_difference_from_mean),
    "index_of_disparity": _spread(m.index_of_disparity),
    "mean_difference_from_reference": _spread(m.mean_difference_from_reference, reference=5),
    "theil_index": _spread(m.theil_index),
    "mean_log_deviation": _spread(m.mean_log_deviation),
    "theil_index, simulated": Scenario(_simulated(m.theil_index), _true_over(m.theil_index), from_size=200),
    "index_of_disparity, simulated": Scenario(
        _simulated(m.index_of_disparity),
        _true_over(m.index_of_disparity),
    ),
    "mean_difference_from_best": _spread(m.mean_difference_from_best, favourable=True),
    "population_attributable_risk": _spread(m.population_attributable_risk, favourable=True),
    "population_attributable_fraction": _spread(m.population_attributable_fraction, favourable=True),
}


def coverage(scenario: Scenario, size: int, *, draws: int = DRAWS, seed: int = 1) -> float:
    """Share of intervals that hold the truth; one that has no value (no events to compare with) counts as not.

    `size` is the people of each compared group; weights make some larger, and the reference six times as large.
    """
    rng = np.random.default_rng([seed, size])
    n = np.broadcast_to(np.maximum(np.round(WEIGHTS * size * 2), size), (draws, 6)).astype(float)
    n = np.where(np.arange(6) == 0, float(size), n)
    x = rng.binomial(n.astype(int), LEVELS) if scenario.events == "binomial" else rng.poisson(n * LEVELS)
    found = scenario.estimate(x.astype(float), n)
    truth = scenario.truth(n[0])
    held = (found.lower <= truth) & (truth <= found.upper)
    # Of the groups compared, the first is the one of `size` people; the others are larger.
    return float(held[..., 0].mean() if held.ndim == 2 else held.mean())


def main() -> None:
    """Print the coverage of every interval at every size."""
    print(f"{'coverage of 95% intervals, per cent':<36}" + "".join(f"{size:>8,}" for size in SIZES))
    result = {}
    for name, scenario in SCENARIOS.items():
        found = [coverage(scenario, size) for size in SIZES]
        result[name] = {str(size): round(share, 4) for size, share in zip(SIZES, found, strict=True)}
        print(f"{name:<36}" + "".join(f"{100 * share:>8.1f}" for share in found))
    of_models = coverage_models.measure()
    print(json.dumps({"benchmark": "coverage", "draws": DRAWS, "coverage": result, "models": of_models}))


if __name__ == "__main__":
    sys.exit(main())
