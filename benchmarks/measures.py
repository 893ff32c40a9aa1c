"""Time the measures beside a plain numpy expression of the same formulas and a per-stratum loop over statsmodels.

Prints a table and ends with one line of JSON. The floor does less: it checks nothing, knows no missing groups and
returns bare arrays. The peer is timed on few strata and its time multiplied, which flatters it: nothing is kept.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable

import numpy as np
from scipy import special

from arwap_analysis import measures as m

STRATA, GROUPS, REPEATS, PEER_STRATA = 100_000, 6, 5, 40
Z = 1.959963984540054
RNG = np.random.default_rng(20220607)
N = RNG.integers(500, 5000, (STRATA, GROUPS)).astype(float)
X = np.floor(N * RNG.uniform(0.05, 0.5, (STRATA, GROUPS)))
Y = X / N
SE = np.sqrt(Y * (1 - Y) / N)
ORDER = np.arange(1.0, GROUPS + 1)
STANDARD = np.array([1.0, 2, 3, 3, 2, 1])
A, AN, B, BN = X[:, 1:], N[:, 1:], X[:, :1], N[:, :1]
Arrays = tuple[np.ndarray, ...]


def _share() -> Arrays:
    p = N / N.sum(-1, keepdims=True)
    return p, (p * Y).sum(-1, keepdims=True)


def _normal(estimate: np.ndarray, gradient: np.ndarray, *, log: bool = False) -> Arrays:
    """What every plain expression ends with: the delta method."""
    se = np.sqrt((gradient**2 * SE**2).sum(-1))
    if log:
        return estimate, estimate * np.exp(-Z * se), estimate * np.exp(Z * se), se
    return estimate, estimate - Z * se, estimate + Z * se, se


def _wilson(x: np.ndarray, n: np.ndarray) -> Arrays:
    centre, half = (x + Z**2 / 2) / (n + Z**2), Z / (n + Z**2) * np.sqrt(x * (n - x) / n + Z**2 / 4)
    return centre - half, centre + half


def _byar(x: np.ndarray) -> Arrays:
    return (
        x * (1 - 1 / (9 * x) - Z / (3 * np.sqrt(x))) ** 3,
        (x + 1) * (1 - 1 / (9 * (x + 1)) + Z / (3 * np.sqrt(x + 1))) ** 3,
    )


def _score_p(a: np.ndarray, n: np.ndarray, b: np.ndarray, o: np.ndarray) -> np.ndarray:
    q = (a + b) / (n + o)
    return 2 * special.ndtr(-np.abs((a / n - b / o) / np.sqrt(q * (1 - q) * (1 / n + 1 / o))))


def _central_p(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.minimum(1, 2 * np.minimum(special.betainc(a, b + 1, share), special.betaincc(a + 1, b, share)))


def _exact_ratio() -> Arrays:
    low, high = special.betaincinv(A, B + 1, 0.025), special.betaincinv(A + 1, B, 0.975)
    scale = BN / AN
    p_value = _central_p(A, B, AN / (AN + BN))
    return A / AN / (B / BN), low / (1 - low) * scale, high / (1 - high) * scale, np.sqrt(1 / A + 1 / B), p_value


def _mover(a: np.ndarray, n: np.ndarray, b: np.ndarray, o: np.ndarray) -> Arrays:
    (al, ah), (bl, bh), d = _byar(a), _byar(b), a / n - b / o
    return (
        d,
        d - np.hypot((a - al) / n, (bh - b) / o),
        d + np.hypot((ah - a) / n, (b - bl) / o),
        np.sqrt(a / n**2 + b / o**2),
        _central_p(a, b, n / (n + o)),
    )


def _newcombe() -> Arrays:
    (al, ah), (bl, bh), p, q = _wilson(A, AN), _wilson(B, BN), A / AN, B / BN
    d = p - q
    se = np.sqrt(p * (1 - p) / AN + q * (1 - q) / BN)
    return d, d - np.hypot(p - al, bh - q), d + np.hypot(ah - p, q - bl), se, _score_p(A, AN, B, BN)


def _log_ratio(ratio: np.ndarray, se: np.ndarray) -> Arrays:
    p_value = 2 * special.ndtr(-np.abs(np.log(ratio) / se))
    return ratio, ratio * np.exp(-Z * se), ratio * np.exp(Z * se), se, p_value


def _to_average() -> Arrays:
    total, share = X.sum(-1, keepdims=True), N / N.sum(-1, keepdims=True)
    low, high = special.betaincinv(X, total - X + 1, 0.025), special.betaincinv(X + 1, total - X, 0.975)
    p_value = _central_p(X, total - X, share)
    return X / total / share, low / share, high / share, np.sqrt(1 / X - 1 / total), p_value


def _variance() -> Arrays:
    p, mean = _share()
    away = Y - mean
    second = 2 * ((p * (1 - p)) ** 2 * SE**4).sum(-1) + 2 * (p**2 * SE**2).sum(-1) ** 2 - 2 * (p**4 * SE**4).sum(-1)
    value = (p * away**2).sum(-1)
    se = np.sqrt(((2 * p * away) ** 2 * SE**2).sum(-1) + second)
    return value, value - Z * se, value + Z * se, se


def _deviation(*, relative: bool) -> Arrays:
    p, mean = _share()
    away = Y - mean
    sd = np.sqrt((p * away**2).sum(-1, keepdims=True))
    slope = p * away / sd
    if relative:
        return _normal(100 * (sd / mean)[:, 0], 100 * (slope / mean - sd * p / mean**2))
    return _normal(sd[:, 0], slope)


def _from_mean(*, relative: bool) -> Arrays:
    p, mean = _share()
    away = Y - mean
    distance, sign = (p * np.abs(away)).sum(-1, keepdims=True), np.sign(away)
    slope = p * sign - p * (p * sign).sum(-1, keepdims=True)
    if relative:
        return _normal(100 * (distance / mean)[:, 0], 100 * (slope / mean - distance * p / mean**2))
    return _normal(distance[:, 0], slope)


def _from_one(position: np.ndarray) -> Arrays:
    p, _ = _share()
    away = Y - np.take_along_axis(Y, position, -1)
    pull = p * np.sign(away)
    at = np.arange(GROUPS) == position
    return _normal((p * np.abs(away)).sum(-1), pull - at * pull.sum(-1, keepdims=True))


def _entropy(*, theil: bool) -> Arrays:
    p, mean = _share()
    r = Y / mean
    logs = np.log(r)
    index = (p * r * logs if theil else -p * logs).sum(-1)
    slope = p / mean * (logs - index[:, None]) if theil else p / mean - p / Y
    return _normal(1000 * index, 1000 * slope)


def _pair(*, ratio: bool) -> Arrays:
    high, low = Y.argmax(-1)[:, None], Y.argmin(-1)[:, None]
    a, b = np.take_along_axis(Y, high, -1), np.take_along_axis(Y, low, -1)
    first, second = np.arange(GROUPS) == high, np.arange(GROUPS) == low
    if ratio:
        return _normal((a / b)[:, 0], first / a - second / b, log=True)
    return _normal((a - b)[:, 0], first.astype(float) - second)


def _attributable(*, fraction: bool) -> Arrays:
    p, mean = _share()
    best = Y.argmax(-1)[:, None]
    risk = np.take_along_axis(Y, best, -1) - mean
    slope = (np.arange(GROUPS) == best) - p
    if fraction:
        return _normal(100 * (risk / mean)[:, 0], 100 * (slope / mean - risk * p / mean**2))
    return _normal(risk[:, 0], slope)


def _rank() -> np.ndarray:
    p, _ = _share()
    return np.cumsum(p, -1) - p / 2


def _concentration(*, relative: bool) -> Arrays:
    p, mean = _share()
    weight = p * (2 * _rank() - 1)
    index = (weight * Y).sum(-1, keepdims=True)
    if relative:
        return _normal((index / mean)[:, 0], weight / mean - index * p / mean**2)
    return _normal(index[:, 0], weight)


def _slope(*, ratio: bool) -> Arrays:
    p, _ = _share()
    rank = _rank()
    middle = (p * rank).sum(-1, keepdims=True)
    x = rank - middle
    by = p * x / (p * x**2).sum(-1, keepdims=True)
    low, high = p + by * (0 - middle), p + by * (1 - middle)
    at_low, at_high = (low * Y).sum(-1, keepdims=True), (high * Y).sum(-1, keepdims=True)
    if ratio:
        return _normal((at_high / at_low)[:, 0], high / at_high - low / at_low, log=True)
    return _normal((at_high - at_low)[:, 0], high - low)


def _standardised() -> Arrays:
    w = STANDARD / STANDARD.sum()
    total = X.sum(-1)
    low, high = _byar(total)
    value, se = (w * X / N).sum(-1), np.sqrt((w**2 * X / N**2).sum(-1))
    scale = se / np.sqrt(total)
    return value, value - scale * (total - low), value + scale * (high - total), se


def _observed_over_expected() -> Arrays:
    total, expected = X.sum(-1), (N * (X[0] / N[0])).sum(-1)
    low, high = _byar(total)
    return total / expected, low / expected, high / expected, np.sqrt(total) / expected


def _dissimilarity() -> Arrays:
    rest = N - X
    return (np.abs(X / X.sum(-1, keepdims=True) - rest / rest.sum(-1, keepdims=True)).sum(-1) / 2,)


def _mean() -> Arrays:
    mean, se = Y.mean(-1), Y.std(-1, ddof=1) / np.sqrt(GROUPS)
    t = special.stdtrit(GROUPS - 1, 0.975)
    return mean, mean - t * se, mean + t * se, se


PAIR = {"reference_numerator": B, "reference_denominator": BN}
ERRORS = {"standard_error": SE}
Subject = tuple[Callable[[], object], Callable[[], object]]
# Our call, and the plain expression of the same estimate, interval, standard error and p-value.
SUBJECTS: dict[str, Subject] = {
    "rate": (lambda: m.rate(X, N), lambda: (X / N, *(v / N for v in _byar(X)), np.sqrt(X) / N)),
    "proportion": (lambda: m.proportion(X, N), lambda: (X / N, *_wilson(X, N), np.sqrt(Y * (1 - Y) / N))),
    "sample_mean": (lambda: m.sample_mean(Y), _mean),
    "directly_standardised_rate": (
        lambda: m.directly_standardised_rate(X, N, standard_population=STANDARD),
        _standardised,
    ),
    "indirectly_standardised_ratio": (
        lambda: m.indirectly_standardised_ratio(X, N, reference_numerator=X[0], reference_denominator=N[0]),
        _observed_over_expected,
    ),
    "rate_ratio": (lambda: m.rate_ratio(A, AN, **PAIR), _exact_ratio),
    "rate_ratio, log": (
        lambda: m.rate_ratio(A, AN, **PAIR, method="log"),
        lambda: _log_ratio(A / AN / (B / BN), np.sqrt(1 / A + 1 / B)),
    ),
    "rate_difference": (lambda: m.rate_difference(A, AN, **PAIR), lambda: _mover(A, AN, B, BN)),
    "proportion_difference": (lambda: m.proportion_difference(A, AN, **PAIR), _newcombe),
    "proportion_ratio, katz": (
        lambda: m.proportion_ratio(A, AN, **PAIR, method="katz"),
        lambda: _log_ratio(A / AN / (B / BN), np.sqrt(1 / A - 1 / AN + 1 / B - 1 / BN)),
    ),
    "odds_ratio, woolf": (
        lambda: m.odds_ratio(A, AN, **PAIR, method="woolf"),
        lambda: _log_ratio(A * (BN - B) / (B * (AN - A)), np.sqrt(1 / A + 1 / (AN - A) + 1 / B + 1 / (BN - B))),
    ),
    "ratio_to_average": (lambda: m.ratio_to_average(X, N), _to_average),
    "group_difference": (lambda: m.group_difference(Y, favourable=True, **ERRORS), lambda: _pair(ratio=False)),
    "group_ratio": (lambda: m.group_ratio(Y, favourable=True, **ERRORS), lambda: _pair(ratio=True)),
    "absolute_concentration_index": (
        lambda: m.absolute_concentration_index(Y, N, order=ORDER, **ERRORS),
        lambda: _concentration(relative=False),
    ),
    "relative_concentration_index": (
        lambda: m.relative_concentration_index(Y, N, order=ORDER, **ERRORS),
        lambda: _concentration(relative=True),
    ),
    "slope_index_of_inequality": (
        lambda: m.slope_index_of_inequality(Y, N, order=ORDER, **ERRORS),
        lambda: _slope(ratio=False),
    ),
    "relative_index_of_inequality": (
        lambda: m.relative_index_of_inequality(Y, N, order=ORDER, **ERRORS),
        lambda: _slope(ratio=True),
    ),
    "between_group_variance": (lambda: m.between_group_variance(Y, N, **ERRORS), _variance),
    "between_group_standard_deviation": (
        lambda: m.between_group_standard_deviation(Y, N, **ERRORS),
        lambda: _deviation(relative=False),
    ),
    "coefficient_of_variation": (
        lambda: m.coefficient_of_variation(Y, N, **ERRORS),
        lambda: _deviation(relative=True),
    ),
    "index_of_disparity": (lambda: m.index_of_disparity(Y, N, **ERRORS), lambda: _from_mean(relative=True)),
    "mean_difference_from_mean": (
        lambda: m.mean_difference_from_mean(Y, N, **ERRORS),
        lambda: _from_mean(relative=False),
    ),
    "mean_difference_from_best": (
        lambda: m.mean_difference_from_best(Y, N, favourable=True, **ERRORS),
        lambda: _from_one(Y.argmax(-1)[:, None]),
    ),
    "mean_difference_from_reference": (
        lambda: m.mean_difference_from_reference(Y, N, reference=2, **ERRORS),
        lambda: _from_one(np.full((STRATA, 1), 2)),
    ),
    "theil_index": (lambda: m.theil_index(Y, N, **ERRORS), lambda: _entropy(theil=True)),
    "mean_log_deviation": (lambda: m.mean_log_deviation(Y, N, **ERRORS), lambda: _entropy(theil=False)),
    "population_attributable_risk": (
        lambda: m.population_attributable_risk(Y, N, favourable=True, **ERRORS),
        lambda: _attributable(fraction=False),
    ),
    "population_attributable_fraction": (
        lambda: m.population_attributable_fraction(Y, N, favourable=True, **ERRORS),
        lambda: _attributable(fraction=True),
    ),
    "dissimilarity_index": (lambda: m.dissimilarity_index(X, N), _dissimilarity),
}


def _peers() -> dict[str, Callable[[int], object]]:
    """One stratum by statsmodels: a call for each group where it takes no arrays."""
    from statsmodels.stats import proportion, rates
    from statsmodels.stats.weightstats import DescrStatsW

    counts = [[(int(A[i, g]), int(AN[i, g]), int(B[i, 0]), int(BN[i, 0])) for g in range(GROUPS - 1)]
              for i in range(PEER_STRATA)]  # fmt: skip

    def pairs(i: int, function: Callable[..., object], **options: object) -> list[object]:
        return [function(*counts[i][g], **options) for g in range(GROUPS - 1)]

    def proportions(i: int, compare: str, method: str) -> object:
        confint = pairs(i, proportion.confint_proportions_2indep, compare=compare, method=method)
        return confint, pairs(i, proportion.test_proportions_2indep, compare=compare)

    return {
        "rate": lambda i: [rates.confint_poisson(X[i, g], N[i, g], method="exact-c") for g in range(GROUPS)],
        "proportion": lambda i: proportion.proportion_confint(X[i], N[i], method="wilson"),
        "sample_mean": lambda i: DescrStatsW(Y[i]).tconfint_mean(),
        "rate_ratio": lambda i: (
            pairs(i, rates.confint_poisson_2indep, method="score-log", compare="ratio"),
            pairs(i, rates.test_poisson_2indep, method="exact-cond"),
        ),
        "rate_difference": lambda i: (
            pairs(i, rates.confint_poisson_2indep, method="mover", compare="diff"),
            pairs(i, rates.test_poisson_2indep, method="exact-cond"),
        ),
        "proportion_difference": lambda i: proportions(i, "diff", "newcomb"),
        "proportion_ratio, katz": lambda i: proportions(i, "ratio", "log"),
        "proportion_ratio": lambda i: proportions(i, "ratio", "score"),
        "odds_ratio, woolf": lambda i: proportions(i, "odds-ratio", "logit"),
        "odds_ratio": lambda i: proportions(i, "odds-ratio", "score"),
    }


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _peak(strata: int) -> int:
    """Most memory that one call holds, in bytes."""
    tracemalloc.start()
    m.theil_index(Y[:strata], N[:strata], standard_error=SE[:strata])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Measure ours and the floor in turns, so that a slow moment of the machine meets both."""
    warnings.simplefilter("ignore")
    searched = {
        "proportion_ratio": lambda: m.proportion_ratio(A, AN, **PAIR),
        "odds_ratio": lambda: m.odds_ratio(A, AN, **PAIR),
    }
    peers = _peers()
    print(f"{STRATA:,} strata x {GROUPS} groups; best of {REPEATS}; peer: statsmodels, one stratum at a time")
    print(f"{'measure':<34}{'ms':>9}{'x floor':>9}{'x faster than peer':>20}")
    floors, faster = [], []
    for name, (ours, floor) in {**SUBJECTS, **{k: (v, None) for k, v in searched.items()}}.items():
        times = [(_seconds(ours), _seconds(floor) if floor else np.nan) for _ in range(REPEATS)]
        mine, least = (min(column) for column in zip(*times, strict=True))
        line = f"{name:<34}{1000 * mine:>9.1f}" + (f"{mine / least:>9.2f}" if floor else f"{'-':>9}")
        if floor:
            floors.append((mine / least, name))
        if name in peers:
            one = (
                min(_seconds(lambda n=name: [peers[n](i) for i in range(PEER_STRATA)]) for _ in range(2)) / PEER_STRATA
            )
            faster.append((one * STRATA / mine, name))
            line += f"{faster[-1][0]:>20,.0f}"
        print(line)
    part = slice(0, 1000)
    drawn = _seconds(lambda: m.simulated_interval(m.theil_index, Y[part], N[part], standard_error=SE[part], seed=1))
    memory = _peak(STRATA) / _peak(STRATA // 2)
    print(f"simulated interval of 1,000 strata at {m.MINIMUM_DRAWS:,} draws: {drawn:.1f} s")
    print(f"memory of twice the strata: {memory:.2f} x")
    slowest, least_faster = max(floors), min(faster)
    result = {
        "benchmark": "measures",
        "time_per_unit": round(sum(_seconds(ours) for ours, _ in SUBJECTS.values()) / len(SUBJECTS) / STRATA, 9),
        "ratio_to_floor": round(slowest[0], 2),
        "slowest_against_floor": slowest[1],
        "ratio_to_peer": round(1 / least_faster[0], 6),
        "times_faster_than_peer_at_least": round(least_faster[0]),
        "memory_ratio_for_twice_the_strata": round(memory, 2),
        "simulated_seconds": round(drawn, 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
