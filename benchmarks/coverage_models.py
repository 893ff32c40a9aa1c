"""Simulate how often the 95% intervals of `arwap_analysis.models` hold the truth (part of `benchmarks.coverage`).

Each family draws data from a known truth and asks the public functions as an analyst would. One draw serves every
interval of its family, and an interval that has no value, or that is refused, counts as not holding the truth; only
of a MAIHDA without any variance left between strata, departures are absent with the reason and counted apart.
`tests/test_coverage.py` holds the intervals named in `Family.held` to their promise; all are in docs/methods.md.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from arwap_analysis import models
from arwap_analysis.errors import DataError, MeasureError

__all__ = ["FAMILIES", "Family", "measure", "simulate"]

DRAWS = 1_000
SEED = 1
Held = dict[str, float]
Draw = Callable[[np.random.Generator, int, float], Held]


@dataclass(frozen=True)
class Family:
    """Intervals of one kind of data.

    `draw(rng, size, confidence)` returns for each interval whether it held the truth (or the share of several that
    did), NaN where it is left out; `sizes` are numbers of `unit`. A test holds the intervals of `held` to 95% at the
    greatest size.
    """

    draw: Draw
    unit: str
    sizes: tuple[int, ...]
    held: tuple[str, ...] = ()
    draws: int = DRAWS


def simulate(
    name: str, size: int, *, draws: int | None = None, confidence: float = 0.95, seed: int = SEED
) -> dict[str, tuple[float, float]]:
    """Return for each interval of a family the share that held the truth, and the Monte Carlo error of that share."""
    family = FAMILIES[name]
    rng = np.random.default_rng([seed, size, zlib.crc32(name.encode())])
    found, refused = [], 0
    for _ in range(draws or family.draws):
        try:
            found.append(family.draw(rng, size, confidence))
        except (DataError, MeasureError):
            refused += 1
    shares = {}
    for interval in found[0]:
        each = np.array([held[interval] for held in found] + [0.0] * refused)
        each = each[~np.isnan(each)]
        shares[interval] = float(each.mean()), float(each.std() / np.sqrt(each.size))
    return shares


def _within(lower: object, truth: object, upper: object) -> float:
    """Return the share of intervals that hold their truth; NaN holds nothing."""
    return float(np.mean((np.asarray(lower) <= truth) & (truth <= np.asarray(upper))))


def _at(found: models.Finding, truth: float, **names: str) -> float:
    row = found.at(**names)
    return _within(row["lower"], truth, row["upper"])


# Evidence synthesis: log ratios of sources with standard errors of 0.1 to 0.4, as studies of some 100 to 2,000 people.
EFFECT = 0.3


def _synthesis(tau_squared: float, rng: np.random.Generator, size: int, confidence: float) -> Held:
    variance = rng.uniform(0.1, 0.4, size) ** 2
    effect = rng.normal(EFFECT, np.sqrt(variance + tau_squared))
    another = rng.normal(EFFECT, np.sqrt(tau_squared))
    held = {}
    for method in ("DL", "PM", "REML"):
        first = models.pool_effects(effect, variance, method=method, confidence=confidence)
        pooled = {"Hartung-Knapp": first}
        for name, interval in (("normal", "normal"), ("modified Hartung-Knapp", "modified_hartung_knapp")):
            # The same estimate of tau squared, not searched for again.
            pooled[name] = models.pool_effects(
                effect, variance, method=method, interval=interval, confidence=confidence,
                tau_squared=first.heterogeneity.tau_squared,
            )  # fmt: skip
        for name, of in pooled.items():
            held[f"{method}, {name}"] = _within(of.lower, EFFECT, of.upper)
            if method == "REML":
                held[f"prediction (REML), {name}"] = _within(of.prediction_lower, another, of.prediction_upper)
    return held


# A survey of clusters of 5 to 25 people, four drawn in each stratum; strata differ in risk and weight, and clusters in
# risk (spread as a share of it, so that clusters of the 10% outcome differ by as much as they do for a common one).
GROUP_RATIO = 1.3
GROUP_SHARE = 0.3
CLUSTER_SPREAD = {0.1: 0.9, 0.5: 0.5}
LIMITS = ("logit", "beta", "arcsine", "wald")


def _survey(share: float, rng: np.random.Generator, size: int, confidence: float) -> Held:
    strata = size // 4
    weight = np.linspace(1, 3, strata)
    risk = np.linspace(1.1, 0.9, strata)
    risk *= share / (weight @ risk / weight.sum())
    of_cluster = np.repeat(np.arange(strata), 4)
    own = risk[of_cluster] * (1 + CLUSTER_SPREAD[share] * rng.uniform(-1, 1, size))
    cluster = np.repeat(np.arange(size), rng.integers(5, 26, size))
    in_group = rng.random(cluster.size) < GROUP_SHARE
    reference = 1 / (1 + GROUP_SHARE * (GROUP_RATIO - 1))
    outcome = rng.random(cluster.size) < own[cluster] * reference * np.where(in_group, GROUP_RATIO, 1.0)
    weights = weight[of_cluster][cluster] * rng.uniform(0.5, 1.5, cluster.size)
    design = models.survey_design(weights=weights, strata=of_cluster[cluster], clusters=cluster)
    held = {}
    for limits in LIMITS:
        found = models.survey_proportion(design, outcome, method=limits, confidence=confidence)
        held[f"proportion, {limits}"] = _within(found.lower, share, found.upper)
    label = np.where(in_group, "group", "reference")
    by = models.survey_proportion(design, outcome, by=label, confidence=confidence)
    for name, function, truth in (
        ("group ratio", models.survey_group_ratio, GROUP_RATIO),
        ("group difference", models.survey_group_difference, share * reference * (GROUP_RATIO - 1)),
    ):
        gap = function(by, reference="reference")
        held[name] = _within(gap.lower[gap.groups.index("group")], truth, gap.upper[gap.groups.index("group")])
    return held


# Adjustment and decomposition: a group beside a reference of 2,000, over three ages in two areas. The group is younger.
REFERENCE = 2_000
AGE = np.tile([0, 1, 2], 2)
AREA = np.repeat([0, 1], 3)
GROUP_MIX = np.array([0.25, 0.2, 0.1, 0.2, 0.15, 0.1])
REFERENCE_MIX = np.array([0.1, 0.2, 0.2, 0.15, 0.15, 0.2])
ADJUSTED: dict[str, tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]] = {
    "logistic": (special.expit, -1.5 + 0.5 * AGE - 0.3 * AREA),
    "poisson": (np.exp, np.log(0.15) + 0.3 * AGE - 0.2 * AREA),
}
EXCESS = 0.4


def _adjusted(rng: np.random.Generator, size: int, confidence: float) -> Held:
    people = np.concatenate([rng.multinomial(size, GROUP_MIX), rng.multinomial(REFERENCE, REFERENCE_MIX)])
    everywhere = (size * GROUP_MIX + REFERENCE * REFERENCE_MIX) / (size + REFERENCE)
    observed = (people[:6] + people[6:]) / people.sum()
    there = people > 0
    held = {}
    for model, (inverse, base) in ADJUSTED.items():
        risk = np.concatenate([inverse(base + EXCESS), inverse(base)])
        cases = rng.binomial(people, risk)
        fitted = models.fit_adjusted(
            cases[there], people[there], group=np.repeat(["group", "reference"], 6)[there], reference="reference",
            covariates={"age": np.tile(AGE, 2)[there].astype(str), "area": np.tile(AREA, 2)[there].astype(str)},
            model=model, confidence=confidence,
        )  # fmt: skip
        found = models.standardised_disparities(fitted)
        for who, mix in (("these people", observed), ("all such people", everywhere)):
            level, other = mix @ risk[:6], mix @ risk[6:]
            held[f"risk ratio, {model}, {who}"] = _at(found, level / other, quantity="risk ratio", group="group")
            held[f"risk difference, {model}, {who}"] = _at(
                found, level - other, quantity="risk difference", group="group"
            )
    return held


def _decomposition(rng: np.random.Generator, size: int, confidence: float) -> Held:
    return _kitagawa(rng, size, confidence) | _oaxaca(rng, size, confidence)


def _kitagawa(rng: np.random.Generator, size: int, confidence: float) -> Held:
    mixes = [mix.reshape(2, 3).sum(axis=0) for mix in (GROUP_MIX, REFERENCE_MIX)]
    rates = [np.array([0.18, 0.3, 0.42]), np.array([0.12, 0.2, 0.35])]
    held = {}
    for outcome in ("proportion", "rate"):
        if outcome == "proportion":
            people = [rng.multinomial(n, mix) for n, mix in zip((size, REFERENCE), mixes, strict=True)]
            shares = mixes
            events = [rng.binomial(n, rate) for n, rate in zip(people, rates, strict=True)]
        else:
            people = [np.round(n * mix) for n, mix in zip((size, REFERENCE), mixes, strict=True)]
            shares = [n / n.sum() for n in people]
            events = [rng.poisson(n * rate) for n, rate in zip(people, rates, strict=True)]
        found = models.kitagawa_decomposition(
            events[0], people[0], reference_events=events[1], reference_people=people[1],
            strata=("young", "middle", "old"), outcome=outcome, confidence=confidence,
        )  # fmt: skip
        composition = (shares[0] - shares[1]) @ (rates[0] + rates[1]) / 2
        by_rates = (rates[0] - rates[1]) @ (shares[0] + shares[1]) / 2
        held[f"Kitagawa composition, {outcome}"] = _at(found, composition, part="composition", stratum="total")
        held[f"Kitagawa rates, {outcome}"] = _at(found, by_rates, part="rates", stratum="total")
    return held


# Log pay: intercept, two ages, area. Slopes differ between the groups, and pay scatters more among the old.
SLOPES = np.array([2.4, 0.15, 0.2, -0.1]), np.array([2.5, 0.2, 0.35, -0.05])
ROWS = np.column_stack([np.ones(6), AGE == 1, AGE == 2, AREA]).astype(float)


def _oaxaca_truth(size: int, weights: str) -> tuple[float, float]:
    """Return the true parts, from the true means and slopes: for "pooled" by least squares on everybody."""
    means = GROUP_MIX @ ROWS, REFERENCE_MIX @ ROWS
    common = SLOPES[1]
    if weights == "pooled":
        mix = np.concatenate([size * GROUP_MIX, REFERENCE * REFERENCE_MIX])
        matrix = np.column_stack([np.vstack([ROWS, ROWS]), np.repeat([1.0, 0.0], 6)])
        mean = np.concatenate([ROWS @ SLOPES[0], ROWS @ SLOPES[1]])
        common = np.linalg.solve((matrix * mix[:, None]).T @ matrix, matrix.T @ (mix * mean))[:4]
    explained = (means[0] - means[1]) @ common
    return float(explained), float(means[0] @ SLOPES[0] - means[1] @ SLOPES[1] - explained)


def _oaxaca(rng: np.random.Generator, size: int, confidence: float) -> Held:
    cell = np.concatenate([rng.choice(6, size, p=GROUP_MIX), rng.choice(6, REFERENCE, p=REFERENCE_MIX)])
    in_group = np.arange(size + REFERENCE) < size
    level = np.where(in_group, (ROWS @ SLOPES[0])[cell], (ROWS @ SLOPES[1])[cell])
    pay = rng.normal(level, 0.3 + 0.1 * AGE[cell])
    held = {}
    for weights in ("pooled", "reference"):
        found = models.oaxaca_blinder(
            pay, group=np.where(in_group, "group", "reference"), reference="reference", weights=weights,
            covariates={"age": AGE[cell].astype(str), "area": AREA[cell].astype(str)}, confidence=confidence,
        )  # fmt: skip
        for part, truth in zip(("explained", "unexplained"), _oaxaca_truth(size, weights), strict=True):
            held[f"Oaxaca-Blinder {part}, {weights}"] = _at(found, truth, part=part, covariate="total")
    return held


# Risks of those with neither, either and both disadvantages; those with both are `size`, the others more.
RISKS = np.array([[0.15, 0.25], [0.3, 0.55]])
CROSSING = np.array([[10, 3], [3, 1]])


def _interaction(rng: np.random.Generator, size: int, confidence: float) -> Held:
    people = CROSSING * size
    found = models.additive_interaction(rng.binomial(people, RISKS), people, confidence=confidence)
    first, second, both = RISKS[1, 0] / RISKS[0, 0], RISKS[0, 1] / RISKS[0, 0], RISKS[1, 1] / RISKS[0, 0]
    excess = both - first - second + 1
    truths = {
        "RERI": excess,
        "attributable proportion": excess / both,
        "synergy index": (both - 1) / (first + second - 2),
    }
    return {name: _at(found, truth, quantity=name) for name, truth in truths.items()}


# Crossings of ethnic group, sex and age with 20 to 200 people each, which depart from sums by 0.3 in log odds.
DIMENSIONS = {12: (3, 2, 2), 60: (5, 2, 6)}
DEPARTURE = 0.3


def _crossings(rng: np.random.Generator, size: int, confidence: float) -> Held:
    codes = np.unravel_index(np.arange(size), DIMENSIONS[size])
    people = rng.integers(20, 201, size)
    departure = rng.normal(0, DEPARTURE, size)
    risk = special.expit(-1.2 + 0.2 * codes[0] + 0.3 * codes[1] + 0.15 * codes[2] + departure)
    labels = {name: code.astype(str) for name, code in zip(("ethnic group", "sex", "age"), codes, strict=True)}
    found = models.maihda(rng.binomial(people, risk), people, confidence=confidence, dimensions=labels)
    given, rows = list(zip(*labels.values(), strict=True)), dict(found.strata.rows)
    order = [given.index(stratum) for stratum in zip(*(rows[name] for name in labels), strict=True)]
    absent = np.isnan(found.departures.lower).all()
    return {
        "levels of crossings": _within(found.strata.lower, risk[order], found.strata.upper),
        "departures": np.nan if absent else _within(
            found.departures.lower, departure[order], found.departures.upper
        ),
        "departures absent": float(absent),
    }  # fmt: skip


_POOLED = tuple(f"{method}, Hartung-Knapp" for method in ("DL", "PM", "REML"))
_SURVEYS = (*(f"proportion, {limits}" for limits in LIMITS), "group ratio", "group difference")
_RISKS = tuple(
    f"risk {measure}, {model}, {who}"
    for measure in ("ratio", "difference")
    for model in ADJUSTED
    for who in ("these people", "all such people")
)
_PARTS = (
    *(f"Kitagawa {part}, {outcome}" for part in ("composition", "rates") for outcome in ("proportion", "rate")),
    *(f"Oaxaca-Blinder {part}, {w}" for part in ("explained", "unexplained") for w in ("pooled", "reference")),
)
FAMILIES: dict[str, Family] = {
    f"synthesis, differences between sources: {name}": Family(partial(_synthesis, tau), "sources", (5, 10, 20), _POOLED)
    for name, tau in (("none", 0.0), ("moderate", 0.04), ("large", 0.16))
} | {
    "survey, outcome of 10%": Family(partial(_survey, 0.1), "clusters", (20, 100), _SURVEYS),
    "survey, outcome of 50%": Family(partial(_survey, 0.5), "clusters", (20, 100), _SURVEYS),
    "adjusted": Family(_adjusted, "people in the group", (50, 500), _RISKS),
    "decomposition": Family(_decomposition, "people in the group", (50, 500), _PARTS),
    "additive interaction": Family(
        _interaction, "people with both", (50, 500), ("RERI", "attributable proportion", "synergy index")
    ),
    "MAIHDA": Family(_crossings, "crossings", (12, 60), draws=100),
}


def measure() -> dict[str, dict[str, dict[str, float]]]:
    """Print the coverage of every interval of each family, and return it by family, interval and size."""
    result: dict[str, dict[str, dict[str, float]]] = {}
    for name, family in FAMILIES.items():
        by_size = {size: simulate(name, size) for size in family.sizes}
        print(f"\n{name}, by number of {family.unit}".ljust(60) + "".join(f"{size:>8,}" for size in family.sizes))
        for interval in next(iter(by_size.values())):
            shares = {str(size): round(found[interval][0], 4) for size, found in by_size.items()}
            result.setdefault(name, {})[interval] = shares
            print(f"{interval:<59}" + "".join(f"{100 * share:>8.1f}" for share in shares.values()))
    return result
