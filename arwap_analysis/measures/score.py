"""Score statistics of two proportions at any difference, ratio or odds ratio, and the limits where they turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from arwap_analysis.estimate import FloatArray, TwoGroups

__all__ = ["difference_score", "odds_ratio_limits", "odds_ratio_score", "ratio_limits", "ratio_score", "score_limits"]

# Log ratios are sought this far either side of a start that is never infinite.
_REACH = 40.0
_FLOOR = 1e-30
_CLOSE = 1e-9
# Beyond this many people the cubic of the difference has lost the digits that few events need.
_MOST = 1e7


def _standardised(away: FloatArray, variance: FloatArray) -> FloatArray:
    """Away over its error; where no variance is left the value is impossible and the score huge."""
    return np.asarray(away / np.sqrt(np.maximum(variance, _FLOOR)))


def difference_score(delta: FloatArray, a: FloatArray, n: FloatArray, b: FloatArray, m: FloatArray) -> FloatArray:
    """Miettinen and Nurminen's z of the difference a/n - b/m against `delta` (1985, appendix 1)."""
    total, cases = n + m, a + b
    l2 = (n + 2 * m) * delta - total - cases
    l1 = (m * delta - total - 2 * b) * delta + cases
    l0 = b * delta * (1 - delta)
    third = l2 / (3 * total)
    q = third**3 - l1 * l2 / (6 * total**2) + l0 / (2 * total)
    radius = np.where(q < 0, -1.0, 1.0) * np.sqrt(np.maximum(third**2 - l1 / (3 * total), 0))
    cosine = np.clip(q / np.where(radius == 0, 1.0, radius) ** 3, -1, 1)
    low = np.clip(2 * radius * np.cos((np.pi + np.arccos(cosine)) / 3) - third, 0, 1)
    high = np.clip(low + delta, 0, 1)
    variance = (high * (1 - high) / n + low * (1 - low) / m) * total / (total - 1)
    away = a / n - b / m - delta
    return np.where(away == 0, 0.0, _standardised(away, variance))


def ratio_score(log_ratio: FloatArray, a: FloatArray, n: FloatArray, b: FloatArray, m: FloatArray) -> FloatArray:
    """Koopman's z of the ratio of proportions against exp(`log_ratio`)."""
    ratio = np.exp(log_ratio)
    linear = ratio * (n + b) + a + m
    # Roots and complements written so that nothing cancels, however large the counts or the ratio.
    root = np.sqrt((ratio * (n + b) - a - m) ** 2 + 4 * ratio * (n - a) * (m - b))
    low = np.clip(2 * (a + b) / (linear + root), 0, 1)
    high = np.clip(ratio * low, 0, 1)
    variance = high * _complement(1 / ratio, root / ratio, a, n, b, m) / n
    variance = variance + ratio**2 * low * _complement(ratio, root, b, m, a, n) / m
    away = a / n - ratio * b / m
    return np.where(away == 0, 0.0, _standardised(away, variance))


def _complement(
    ratio: FloatArray, root: FloatArray, x: FloatArray, n: FloatArray, other_x: FloatArray, other_n: FloatArray
) -> FloatArray:
    """Return 1 - p for the fitted proportion p of the group (x, n) that `ratio` times p is compared with."""
    linear = 2 * ratio * (other_n + n) - ratio * (other_n + x) - other_x - n
    plain = (linear + root) / (2 * ratio * (other_n + n))
    stable = 2 * (ratio - 1) * (n - x) / np.where(linear - root < 0, linear - root, np.nan)
    return np.clip(np.where(linear >= 0, plain, stable), 0, 1)


def odds_ratio_score(log_ratio: FloatArray, a: FloatArray, n: FloatArray, b: FloatArray, m: FloatArray) -> FloatArray:
    """Miettinen and Nurminen's z of the odds ratio against exp(`log_ratio`)."""
    ratio = np.exp(log_ratio)
    total, cases = n + m, a + b
    # The cases of the group that give this odds ratio with all cases held solve a quadratic; each branch is the
    # form of its root in which nothing cancels.
    linear = m - cases + ratio * (n + cases)
    root = np.sqrt(np.maximum(linear**2 + 4 * (1 - ratio) * ratio * n * cases, 0))
    plain = 2 * ratio * n * cases / np.maximum(linear + root, 1e-300)
    fitted = np.where(linear >= 0, plain, (root - linear) / (2 * np.where(ratio < 1, 1 - ratio, 1.0)))
    fitted = np.clip(fitted, np.maximum(cases - m, 0), np.minimum(n, cases))
    other = cases - fitted
    spread = n / np.maximum(fitted * (n - fitted), _FLOOR) + m / np.maximum(other * (m - other), _FLOOR)
    away = a - fitted
    return np.where(away == 0, 0.0, away * np.sqrt(spread * (total - 1) / total))


def odds_ratio_limits(counts: TwoGroups, alpha: float) -> tuple[FloatArray, FloatArray]:
    """Miettinen and Nurminen's limits of an odds ratio."""
    return score_limits(odds_ratio_score, counts, None, alpha)


def ratio_limits(counts: TwoGroups, alpha: float) -> tuple[FloatArray, FloatArray]:
    """Koopman's limits of a ratio of proportions: in closed form, and sought where that form loses its precision.

    Eliminating the ratio from the score equation leaves a cubic in the reference group's proportion (Nam 1995,
    Biometrics 51:177-182); its two smaller roots give the limits. Huge or extreme tables cancel too many digits,
    so each root is put back into the score.
    """
    z = float(special.ndtri(1 - alpha / 2))
    with np.errstate(all="ignore"):  # what fails shows in the score, and is sought
        roots = _cubic_roots(*counts, z)
        a, n, b, m = counts
        found = [np.array((1 - (n - a) * (1 - root) / (b + n - (n + m) * root)) / root) for root in roots]
        exact = [
            np.abs(ratio_score(np.log(limit), *counts) - quantile) < _CLOSE
            for limit, quantile in zip(found, (z, -z), strict=True)
        ]
    doubtful = ~(exact[0] & exact[1]) & ~np.isnan(sum(counts))
    if np.any(doubtful):
        sought = score_limits(ratio_score, tuple(count[doubtful] for count in counts), None, alpha)  # type: ignore[arg-type]
        for limit, better in zip(found, sought, strict=True):
            limit[doubtful] = better
    return found[0], found[1]


def _cubic_roots(a: FloatArray, n: FloatArray, b: FloatArray, m: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Return the reference group's proportion at the lower and the upper limit."""
    square, total, cases = z**2, n + m, a + b
    cubic = m * (m * total * a + n * (m + a) * square)
    b1 = -m * (m * n * cases + 2 * total * a * b + n * (m + b + 2 * a) * square) / cubic
    b2 = (2 * m * n * b * cases + total * b**2 * a + m * n * cases * square) / cubic
    b3 = -n * b**2 * cases / cubic
    c1 = b2 - b1**2 / 3
    c2 = b3 + b1 * (2 * b1 * b1 / 9 - b2) / 3
    angle = np.arccos(np.clip(np.sqrt(27) * c2 / (2 * c1 * np.sqrt(-c1)), -1, 1)) / 3
    radius = 2 * np.sqrt(-c1 / 3)
    # The three roots lie on a circle; the largest is not a proportion of interest.
    one, two = -radius * np.cos(np.pi / 3 - angle) - b1 / 3, -radius * np.cos(np.pi / 3 + angle) - b1 / 3
    return np.maximum(one, two), np.minimum(one, two)


def score_limits(
    score: Callable[..., FloatArray], counts: TwoGroups, span: tuple[float, float] | None, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Values at which a falling score meets the normal quantiles, for all tables at once.

    `span` is (least, greatest) for a difference; None seeks on the log scale and returns ratios.
    Limits that are not met within the span are its ends. NaN for one person or fewer in all (weighted counts), and
    for a difference among more than ten million.
    """
    from scipy.optimize import elementwise

    total = counts[1] + counts[3]
    known = ~np.isnan(sum(counts)) & (total > 1) & (total <= (_MOST if span is not None else np.inf))
    tables = tuple(np.where(known, count, fill) for count, fill in zip(counts, (1.0, 2.0, 1.0, 2.0), strict=True))
    z = special.ndtri(1 - alpha / 2)
    if span is None:
        a, n, b, m = tables
        middle = np.log((a + 0.5) / (n + 1)) - np.log((b + 0.5) / (m + 1))
        ends = middle - _REACH, middle + _REACH
    else:
        ends = np.full(tables[0].shape, span[0]), np.full(tables[0].shape, span[1])
    limits = []
    for quantile in (z, -z):

        def away(value: FloatArray, *count: FloatArray, quantile: float = quantile) -> FloatArray:
            return score(value, *count) - quantile

        at_low, at_high = (away(end, *tables) for end in ends)
        met = (at_low > 0) & (at_high < 0)
        low, high = np.where(met, ends[0], 0.0), np.where(met, ends[1], 0.0)
        found = elementwise.find_root(away, (low, high), args=tables, tolerances={"xatol": 1e-13, "xrtol": 1e-13})
        unmet = ends[0] if quantile > 0 else ends[1]
        limits.append(np.where(met, found.x, unmet))
    lower, upper = limits if span is not None else np.exp(limits)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)
