"""Claims that compare a group with a reference: ratios, differences, odds ratios, representation, means."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from arwap_analysis import inference, measures
from arwap_analysis.estimate import Comparison, normal_quantile
from arwap_analysis.registers.claims import Claim
from arwap_analysis.review.reproduce.computed import Computed, Extras, merge, of_comparison
from arwap_analysis.review.reproduce.levels import left_out_note
from arwap_analysis.review.reproduce.rows import (
    Reading,
    Side,
    kept_rows,
    members_of,
    total_of,
    two_sides,
    values_of,
)

__all__ = ["compare_means", "compare_two_groups", "representation"]

Sides = tuple[Side, Side]
_EXACT_UP_TO = 100_000
_FEW = 1e-300


def compare_two_groups(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return a ratio, a difference, an odds ratio or a relative rate index of a group and its reference."""
    sides = two_sides(claim, frame, kept_rows(claim, frame, reading), reading)
    estimate, method, extras = _METRICS[claim.metric](sides, claim)
    reason = ""
    if not np.isfinite(estimate):
        reason = f"it has no value for {sides[0]} against {sides[1]}"
    return Computed(
        estimate, method, f"{sides[0]} against {sides[1]}", sides[0].rows + sides[1].rows, extras,
        left_out_note(*sides), reason,
    )  # fmt: skip


Made = tuple[float, str, Callable[[], Extras]]


def _over(over: float, under: float) -> float:
    return over / under if under else float("nan")


def _counts(sides: Sides) -> dict[str, float]:
    group, reference = sides
    return {
        "numerator": group.numerator, "denominator": group.denominator,
        "reference_numerator": reference.numerator, "reference_denominator": reference.denominator,
    }  # fmt: skip


def _are_shares(sides: Sides) -> bool:
    return all(0 <= side.numerator <= side.denominator and side.denominator > 0 for side in sides)


def _each(measure: Callable[..., Comparison], sides: Sides, methods: tuple[str, ...], claim: Claim) -> list[Extras]:
    return [of_comparison(measure(**_counts(sides), confidence=claim.confidence, method=method)) for method in methods]


def _wald(estimate: float, errors: dict[str, float], claim: Claim) -> Extras:
    """Return normal intervals and p-values of no difference (0) from some errors."""
    z = normal_quantile(claim.confidence)
    return Extras(
        errors,
        {f"Wald ({name})": (estimate - z * error, estimate + z * error) for name, error in errors.items()},
        {f"z ({name})": float(2 * special.ndtr(-abs(estimate) / max(error, _FEW))) for name, error in errors.items()},
    )


def _ratio(sides: Sides, claim: Claim) -> Made:
    (group, reference) = sides
    estimate = _over(_over(group.numerator, group.denominator), _over(reference.numerator, reference.denominator))

    def extras() -> Extras:
        rates = _each(measures.rate_ratio, sides, ("exact", "log"), claim)
        shares = _each(measures.proportion_ratio, sides, ("koopman", "katz"), claim) if _are_shares(sides) else []
        made = merge(*shares, *rates, _tests(sides))
        # Papers print the error of the ratio as often as that of its logarithm.
        errors = {f"{name}, log scale": error for name, error in made.errors.items()}
        errors |= {f"{name}, delta method": error * estimate for name, error in made.errors.items()}
        delta = _wald(estimate, {k: v for k, v in errors.items() if k.endswith("delta method")}, claim)
        return Extras(errors, {**made.intervals, **delta.intervals}, made.p_values)

    return estimate, "ratio: (numerator / denominator) / (the same of the reference)", extras


def _relative_rate_index(sides: Sides, claim: Claim) -> Made:
    estimate, _, extras = _ratio(sides, claim)
    return estimate, "relative rate index: the rate at this point over that of the reference", extras


def _shares(sides: Sides) -> tuple[float, float, float, float]:
    (group, reference) = sides
    return (
        _over(group.numerator, group.denominator), group.denominator,
        _over(reference.numerator, reference.denominator), reference.denominator,
    )  # fmt: skip


def _difference_points(sides: Sides, claim: Claim) -> Made:
    p, n, q, m = _shares(sides)
    estimate = 100 * (p - q)

    def extras() -> Extras:
        if not _are_shares(sides):
            return Extras()
        pooled = (n * p + m * q) / (n + m)
        errors = {
            "unpooled": 100 * np.sqrt(p * (1 - p) / n + q * (1 - q) / m),
            "unpooled, n - 1": 100 * np.sqrt(p * (1 - p) / max(n - 1, _FEW) + q * (1 - q) / max(m - 1, _FEW)),
            "pooled": 100 * np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)),
        }
        if n + m > 2:  # what regressions of the outcome on the group give
            within = (n * p * (1 - p) + m * q * (1 - q)) / (n + m - 2)
            errors["least squares"] = 100 * np.sqrt(within * (1 / n + 1 / m))
            errors["least squares, HC1"] = errors["unpooled"] * np.sqrt((n + m) / (n + m - 2))
        scores = _each(measures.percentage_point_gap, sides, ("newcombe", "miettinen_nurminen"), claim)
        wald = _wald(estimate, {name: float(error) for name, error in errors.items()}, claim)
        return merge(wald, *(Extras({}, score.intervals, score.p_values) for score in scores), _tests(sides))

    return estimate, "difference in percentage points: group less reference", extras


def _rate_difference(sides: Sides, claim: Claim) -> Made:
    p, _, q, _ = _shares(sides)

    def extras() -> Extras:
        return merge(*(
            of_comparison(measures.rate_difference(
                **_counts(sides), per=claim.per, confidence=claim.confidence, method=method))
            for method in ("mover", "wald")
        ))  # fmt: skip

    return claim.per * (p - q), f"difference of rates per {claim.per:,g}: group less reference", extras


def _odds_ratio(sides: Sides, claim: Claim) -> Made:
    odds = [_over(side.numerator, side.denominator - side.numerator) for side in sides]

    def extras() -> Extras:
        if not _are_shares(sides):
            return Extras()
        made = merge(*_each(measures.odds_ratio, sides, ("woolf", "miettinen_nurminen"), claim), _tests(sides))
        woolf = next(iter(made.errors.values()), None)
        errors = {} if woolf is None else {
            "Woolf, log scale": woolf, "Woolf, delta method": woolf * _over(*odds),
        }  # fmt: skip
        return Extras(errors, made.intervals, made.p_values)

    return _over(*odds), "odds ratio: odds of the group over odds of the reference", extras


_METRICS: dict[str, Callable[[Sides, Claim], Made]] = {
    "ratio": _ratio,
    "relative_rate_index": _relative_rate_index,
    "difference_points": _difference_points,
    "rate_difference": _rate_difference,
    "odds_ratio": _odds_ratio,
}


def _tests(sides: Sides) -> Extras:
    """Return the p-values of tests of no difference between two shares."""
    if not _are_shares(sides):
        return Extras()
    table = np.array([[s.numerator, s.denominator - s.numerator] for s in sides])
    if np.any(table.sum(axis=0) == 0):
        return Extras()
    pearson, likelihood = inference.chi_squared_test(table), inference.g_test(table)
    p_values = {"Pearson's chi-squared": float(pearson.p_value), "likelihood ratio": float(likelihood.p_value)}
    total, margins = table.sum(), table.sum(axis=0).prod() * table.sum(axis=1).prod()
    cross = abs(table[0, 0] * table[1, 1] - table[0, 1] * table[1, 0])
    corrected = total * max(cross - total / 2, 0) ** 2 / margins
    p_values["chi-squared with continuity correction"] = float(special.chdtrc(1, corrected))
    if total <= _EXACT_UP_TO and np.all(table == np.round(table)):
        p_values["Fisher's exact"] = _fisher(table)
    p, n, q, m = _shares(sides)
    unpooled = np.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    p_values["z (unpooled)"] = float(2 * special.ndtr(-abs(p - q) / max(unpooled, _FEW)))
    if n > 1 and m > 1:
        sampled = np.sqrt(p * (1 - p) / (n - 1) + q * (1 - q) / (m - 1))
        p_values["t (unequal variances)"] = float(2 * special.stdtr(n + m - 2, -abs(p - q) / max(sampled, _FEW)))
    return Extras({}, {}, p_values)


def _fisher(table: np.ndarray) -> float:
    """Return the p-value of Fisher's exact test without the search for the conditional odds ratio, which costs most."""
    from scipy.stats import fisher_exact

    return float(fisher_exact(table.astype(int)).pvalue)


def representation(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return a group's share of those counted by `numerator` over its share of those counted by `denominator`."""
    rows = kept_rows(claim, frame, reading)
    members = members_of(claim, frame, rows, claim.group_value)
    parts = [
        total_of(claim, str(expression), frame, chosen)
        for expression in (claim.numerator, claim.denominator) for chosen in (members, rows)
    ]  # fmt: skip
    found = measures.representation_index(
        parts[0], parts[1], population=parts[2], total_population=parts[3], confidence=claim.confidence
    )
    estimate = float(found.estimate)
    basis = f"{parts[0]:,.10g} of {parts[1]:,.10g} against {parts[2]:,.10g} of {parts[3]:,.10g}"
    reason = "" if np.isfinite(estimate) else f"it has no value for {basis}"
    return Computed(estimate, "representation: share of the body over share of the population", basis,
                    int(rows.sum()), lambda: of_comparison(found), (), reason)  # fmt: skip


def compare_means(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return the difference or the ratio of the means of two groups."""
    rows = kept_rows(claim, frame, reading)
    sides = [values_of(claim, frame, rows, value) for value in (claim.group_value, claim.reference_value)]
    means = [float((values * weights).sum() / weights.sum()) for values, weights in sides]
    size = [float(weights.sum()) for _, weights in sides]
    spread = [
        float((weights * (values - mean) ** 2).sum()) for (values, weights), mean in zip(sides, means, strict=True)
    ]
    is_ratio = claim.metric == "mean_ratio"
    estimate = _over(means[0], means[1]) if is_ratio else claim.per * (means[0] - means[1])

    def extras() -> Extras:
        if min(size) < 2:
            return Extras()
        own = [s / (n - 1) / n for s, n in zip(spread, size, strict=True)]
        common = sum(spread) / (sum(size) - 2)
        if is_ratio:
            log_error = np.sqrt(sum(variance / mean**2 for variance, mean in zip(own, means, strict=True)))
            return _wald(estimate, {"delta method": float(estimate * log_error)}, claim)
        errors = {
            "unequal variances": claim.per * np.sqrt(sum(own)),
            "equal variances": claim.per * np.sqrt(common * sum(1 / n for n in size)),
        }
        return _wald(estimate, {name: float(error) for name, error in errors.items()}, claim)

    what = "ratio" if is_ratio else "difference"
    basis = f"means {means[0]:.6g} of {size[0]:,.10g} against {means[1]:.6g} of {size[1]:,.10g}"
    reason = "" if np.isfinite(estimate) else f"it has no value for {basis}"
    return Computed(estimate, f"{what} of means", basis, sum(len(v) for v, _ in sides), extras, (), reason)
