"""Claims over strata and over studies: standardised rates, Mantel-Haenszel, common and pooled ratios, decomposition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis import inference, measures, models
from arwap_analysis.estimate import normal_quantile
from arwap_analysis.models.survey_results import t_quantile
from arwap_analysis.registers.claims import Claim, NotAllowed
from arwap_analysis.registers.claims.filters import evaluate_expression, parse_expression
from arwap_analysis.review.reproduce.computed import Computed, Extras, of_comparison
from arwap_analysis.review.reproduce.rows import Reading, Side, kept_rows, side_of, strata_of, total_of, two_sides

__all__ = ["by_strata", "pooled"]


def by_strata(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return a measure that is made over the strata of a claim."""
    rows = kept_rows(claim, frame, reading)
    strata = strata_of(claim, frame, rows)
    if claim.metric == "standardised_rate":
        return _standardised_rate(claim, frame, strata, reading)
    pairs = [_pair(claim, frame, chosen, reading, label) for label, chosen in strata]
    a, n, b, m = (
        np.array([getattr(pair[side], name) for pair in pairs])
        for side in (0, 1) for name in ("numerator", "denominator")
    )  # fmt: skip
    basis = f"{len(pairs)} strata; {Side(a.sum(), n.sum(), 0)} against {Side(b.sum(), m.sum(), 0)}"
    if claim.metric == "decomposition":
        return _decomposition(claim, strata, (a, n, b, m), basis, len(frame[rows]))
    if claim.metric == "standardised_ratio":
        found = measures.indirectly_standardised_ratio(
            a, n, reference_numerator=b, reference_denominator=m, per=claim.per, confidence=claim.confidence
        )
        method = "indirectly standardised ratio: observed over expected at the reference's rates"
    elif claim.metric == "common_rate_ratio":
        found = inference.common_rate_ratio(
            a, n, reference_numerator=b, reference_denominator=m, confidence=claim.confidence
        )
        method = "common rate ratio (conditional maximum likelihood)"
    else:
        tables = np.stack([np.stack([a, n - a], axis=-1), np.stack([b, m - b], axis=-1)], axis=-2)
        found = inference.mantel_haenszel_odds_ratio(tables, confidence=claim.confidence)
        method = "Mantel-Haenszel odds ratio"
    return Computed(float(found.estimate), method, basis, int(rows.sum()), lambda: of_comparison(found))


def _pair(claim: Claim, frame: pd.DataFrame, rows: np.ndarray, reading: Reading, label: str) -> tuple[Side, Side]:
    try:
        return two_sides(claim, frame, rows, reading)
    except ValueError as error:
        raise NotAllowed(f"in the stratum '{label}': {error}") from None


def _standardised_rate(
    claim: Claim, frame: pd.DataFrame, strata: list[tuple[str, np.ndarray]], reading: Reading
) -> Computed:
    """Return rates weighted by the standard, which is summed over all rows that the filter keeps, whatever group."""
    sides = [side_of(claim, frame, chosen, claim.group_value, reading) for _, chosen in strata]
    standard = [total_of(claim, str(claim.standard), frame, chosen) for _, chosen in strata]
    a, n = (np.array([getattr(side, name) for side in sides]) for name in ("numerator", "denominator"))
    found = measures.directly_standardised_rate(
        a, n, standard_population=np.array(standard), per=claim.per, confidence=claim.confidence
    )
    estimate = float(found.estimate)
    reason = "" if np.isfinite(estimate) else "a stratum has nobody in it"
    basis = f"{len(strata)} strata; {Side(a.sum(), n.sum(), 0)}"
    return Computed(
        estimate, f"directly standardised rate per {claim.per:,g}", basis,
        sum(side.rows for side in sides), lambda: of_comparison(found), (), reason,
    )  # fmt: skip


def _decomposition(
    claim: Claim, strata: list[tuple[str, np.ndarray]], counts: tuple[np.ndarray, ...], basis: str, rows: int
) -> Computed:
    a, n, b, m = counts
    shares = bool(np.all(a <= n) and np.all(b <= m))
    found = models.kitagawa_decomposition(
        a, n, reference_events=b, reference_people=m, strata=[label for label, _ in strata],
        outcome="proportion" if shares else "rate", per=claim.per, confidence=claim.confidence,
    )  # fmt: skip
    table = found.frame()
    row = int(np.flatnonzero((table["part"] == claim.part) & (table["stratum"] == "total"))[0])
    numbers = {name: float(getattr(found, name)[row]) for name in ("estimate", "standard_error", "lower", "upper")}
    extras = Extras(
        {"delta method": numbers["standard_error"]}, {"delta method": (numbers["lower"], numbers["upper"])},
        {"delta method": float(found.p_value[row])},
    )  # fmt: skip
    method = f"Kitagawa decomposition per {claim.per:,g}: {claim.part}"
    return Computed(numbers["estimate"], method, basis, rows, lambda: extras)


def pooled(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Computed:
    """Return the ratio or odds ratio of several studies, one a row, pooled on the log scale."""
    rows = kept_rows(claim, frame, reading)
    expressions = (claim.numerator, claim.denominator, claim.reference_numerator, claim.reference_denominator)
    a, n, b, m = (evaluate_expression(parse_expression(str(e)), frame)[rows] for e in expressions)
    if not np.all(np.isfinite(a + n + b + m)) or np.any(np.minimum(a, b) <= 0):
        raise NotAllowed("a study lacks a count, or has nobody with the outcome on one side")
    if claim.metric == "pooled_ratio":
        effect, variance = np.log((a / n) / (b / m)), 1 / a - 1 / n + 1 / b - 1 / m
    else:
        effect = np.log(a * (m - b) / (b * (n - a)))
        variance = 1 / a + 1 / (n - a) + 1 / b + 1 / (m - b)
    found = models.pool_effects(
        effect, variance, method=claim.pooling, interval="normal", scale="ratio", confidence=claim.confidence
    )
    log, error = float(found.estimate[0]), float(found.standard_error[0])
    adjusted = models.pool_effects(
        effect, variance, method=claim.pooling, interval="hartung_knapp", scale="ratio", confidence=claim.confidence
    )

    def extras() -> Extras:
        z, t = normal_quantile(claim.confidence), float(t_quantile(claim.confidence, np.array(float(len(a) - 1))))
        spread = float(adjusted.standard_error[0])
        return Extras(
            {"log scale": error, "log scale, Hartung-Knapp": spread, "delta method": error * np.exp(log)},
            {"normal": (float(np.exp(log - z * error)), float(np.exp(log + z * error))),
             "Hartung-Knapp": (float(np.exp(log - t * spread)), float(np.exp(log + t * spread)))},
            {"normal": float(found.p_value[0]), "Hartung-Knapp": float(adjusted.p_value[0])},
        )  # fmt: skip

    name = "risk ratio" if claim.metric == "pooled_ratio" else "odds ratio"
    method = f"pooled {name}, {'common effect' if claim.pooling == 'FE' else f'random effects ({claim.pooling})'}"
    return Computed(float(np.exp(log)), method, f"{len(a)} studies", len(a), extras)
