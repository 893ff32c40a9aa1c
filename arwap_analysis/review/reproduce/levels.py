"""Claims about one group: percentages, rates, shares, counts, means and medians."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from arwap_analysis import measures
from arwap_analysis.estimate import normal_quantile
from arwap_analysis.registers.claims import Claim, NotAllowed
from arwap_analysis.review.reproduce.computed import Computed, Extras, merge, of_comparison
from arwap_analysis.review.reproduce.rows import (
    Reading,
    Side,
    kept_rows,
    members_of,
    side_of,
    total_of,
    values_of,
)

__all__ = ["count", "left_out_note", "mean", "median", "percentage", "rate", "share"]


def left_out_note(*sides: Side) -> tuple[str, ...]:
    """Say how many rows had no outcome, if any."""
    out = sum(side.left_out for side in sides)
    return (f"{out:,} rows without an outcome left out",) if out else ()


def percentage(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return 100 times the people with the outcome over all people of the group."""
    side = side_of(claim, frame, kept_rows(claim, frame, reading), claim.group_value, reading)
    return _level(claim, side, 100.0, "percentage: 100 x numerator / denominator")


def rate(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return events over people times `per`."""
    side = side_of(claim, frame, kept_rows(claim, frame, reading), claim.group_value, reading)
    return _level(claim, side, claim.per, f"rate: {claim.per:,g} x numerator / denominator")


def share(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return the per cent that a group makes of everything counted in the rows kept."""
    rows = kept_rows(claim, frame, reading)
    members = members_of(claim, frame, rows, claim.group_value)
    part, whole = (total_of(claim, str(claim.numerator), frame, chosen) for chosen in (members, rows))
    side = Side(part, whole, int(rows.sum()))
    return _level(claim, side, 100.0, "share: 100 x the group / all rows kept")


def count(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return the sum of an expression over the rows kept."""
    rows = members_of(claim, frame, kept_rows(claim, frame, reading), claim.group_value)
    total = total_of(claim, str(claim.numerator), frame, rows)
    return Computed(total, "count: sum over the rows kept", f"{int(rows.sum()):,} rows", int(rows.sum()))


def _level(claim: Claim, side: Side, factor: float, method: str) -> Computed:
    estimate = factor * side.numerator / side.denominator if side.denominator else float("nan")
    reason = "" if side.denominator else "the denominator is 0"
    return Computed(
        estimate, method, str(side), side.rows, lambda: _level_extras(side, factor, claim.confidence),
        left_out_note(side), reason,
    )  # fmt: skip


def _level_extras(side: Side, factor: float, confidence: float) -> Extras:
    x, n, z = side.numerator, side.denominator, normal_quantile(confidence)
    found = [
        of_comparison(measures.rate(x, n, per=factor, confidence=confidence, method=method), error="Poisson")
        for method in ("byar", "exact")
    ] if x >= 0 and n > 0 else []  # fmt: skip
    middle = factor * x / n
    errors = {"Poisson": factor * np.sqrt(x) / n}
    if 0 <= x <= n and n > 1:
        share = x / n
        of_shares = [
            of_comparison(measures.proportion(x, n, confidence=confidence, method=method).times(factor, method=method),
                          error="binomial")
            for method in ("wilson", "clopper_pearson", "jeffreys", "agresti_coull")
        ]  # fmt: skip
        found = [*of_shares, *found]
        errors = {
            "binomial": factor * np.sqrt(share * (1 - share) / n),
            "binomial, n - 1": factor * np.sqrt(share * (1 - share) / (n - 1)), **errors,
        }  # fmt: skip
    wald = {f"Wald ({name})": (middle - z * error, middle + z * error) for name, error in errors.items()}
    if x > 0:
        spread = np.exp(z / np.sqrt(x))
        wald["log of the rate"] = (middle / spread, middle * spread)
    if 0 < x < n:
        logit, error = np.log(x / (n - x)), np.sqrt(1 / x + 1 / (n - x))
        low, high = factor * special.expit(logit - z * error), factor * special.expit(logit + z * error)
        wald["logit of the share"] = (float(low), float(high))
    return merge(Extras({name: float(error) for name, error in errors.items()}, wald), *found)


def _expanded(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return one value for each person; weights have to be whole for that."""
    if np.all(weights == 1):
        return values
    if np.any(weights != np.round(weights)) or weights.sum() > 1e7:
        raise NotAllowed("a median or an error of a mean needs weights that are whole numbers of people")
    return np.repeat(values, weights.astype(int))


def mean(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return the mean of a numeric column in the group."""
    values, weights = values_of(claim, frame, kept_rows(claim, frame, reading), claim.group_value)
    return Computed(
        claim.per * float((values * weights).sum() / weights.sum()), "mean", f"{weights.sum():,.10g} people",
        len(values), lambda: _mean_extras(values, weights, claim),
    )  # fmt: skip


def _mean_extras(values: np.ndarray, weights: np.ndarray, claim: Claim) -> Extras:
    people = _expanded(values, weights)
    found = measures.sample_mean(people, confidence=claim.confidence)
    error, z = float(found.standard_error), normal_quantile(claim.confidence)
    normal = {"normal": (float(found.estimate) - z * error, float(found.estimate) + z * error)}
    made = merge(of_comparison(found, error="s / sqrt(n)"), Extras({}, normal))
    return Extras(
        {name: claim.per * e for name, e in made.errors.items()},
        {name: (claim.per * low, claim.per * high) for name, (low, high) in made.intervals.items()},
    )


def median(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return the median of a numeric column in the group."""
    values, weights = values_of(claim, frame, kept_rows(claim, frame, reading), claim.group_value)
    found = measures.sample_quantile(_expanded(values, weights), confidence=claim.confidence).times(
        claim.per, method="ranks by the binomial distribution"
    )
    return Computed(
        float(found.estimate), "median (type 7)", f"{weights.sum():,.10g} people", len(values),
        lambda: of_comparison(found),
    )  # fmt: skip
