"""How much of a gap in rates goes with the make-up of two populations, and how much with rates: Kitagawa."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from arwap_analysis.errors import DataError, Fault, MeasureError
from arwap_analysis.estimate import FloatArray, as_counts, as_floats, check_confidence
from arwap_analysis.models.finding import Finding, interval

__all__ = ["kitagawa_decomposition"]

_ASSUMES = (
    "events are counted alike in both populations",
    "the strata are the make-up that matters; what differs within a stratum counts as rates",
)


def _population(
    name: str, events: ArrayLike, people: ArrayLike, strata: Sequence[str], proportions: bool
) -> tuple[FloatArray, FloatArray]:
    x, n = as_counts(f"{name} events", events), as_counts(f"{name} people", people)
    if x.shape != (len(strata),) or n.shape != x.shape:
        raise MeasureError(f"{name} needs events and people for each of the {len(strata)} strata, along one axis")
    faults = []
    for stratum, count, size in zip(strata, x, n, strict=True):
        if not np.isfinite(count + size):
            fault = "missing", "a count is missing", "Merge strata, so that all counts are known."
        elif size == 0:
            fault = "empty_stratum", "nobody is in this stratum, so that it has no rate", "Merge it with a related one."
        elif proportions and count > size:
            fault = "numerator", "there are more events than people", "Use outcome='rate' for events that repeat."
        else:
            continue
        faults.append(Fault(fault[0], fault[1], column=name, value=stratum, hint=fault[2]))
    if faults:
        raise DataError(faults)
    return x, n


def kitagawa_decomposition(
    events: ArrayLike,
    people: ArrayLike,
    *,
    reference_events: ArrayLike,
    reference_people: ArrayLike,
    strata: Sequence[str],
    outcome: str = "proportion",
    per: float = 1.0,
    confidence: float = 0.95,
) -> Finding:
    """Gap in crude rates, split by composition and rates: *sum (w - v)(m + k)/2 + sum (m - k)(w + v)/2*.

    *w*, *v* are the shares of the strata, *m*, *k* their rates, in the group and in its reference.

    Parameters
    ----------
    events, people : array_like, (K,)
        Of the group, in each stratum (age bands, areas).
    reference_events, reference_people : array_like, (K,)
        Of the reference.
    strata : sequence of str
        Names of the strata.
    outcome : {"proportion", "rate"}
        proportion: people sampled, each with the outcome or not; composition has sampling error too. rate: events
        over a known population or person-time; Poisson errors of the events alone.
    per : float
        Multiplier: 100 for per cent, 1,000 for rates per thousand.
    confidence : float
        Nominal coverage of the intervals.

    Returns
    -------
    Finding
        Rows named by part ("gap", "composition", "rates") and stratum; stratum "total" is the whole part. A stratum's
        share of composition counts its rate from the mean of both crude rates, so that it is above 0 where the group
        has more people in strata of high rates (Chevan and Sutherland 2009); sums are Kitagawa's.

    Raises
    ------
    DataError
        For missing counts, strata without people, more events than people.
    MeasureError
        For shapes, and unknown outcomes.

    Interpretation
    --------------
    "Of 12 more per 1,000, 9 go with younger ages, and 3 with higher rates at the same age."

    Do not use when
    ---------------
    Rates differ in direction between strata: the sum hides it; look at the strata. Several characteristics at once:
    cross them into strata, or use `fairlie_decomposition`.

    References
    ----------
    Kitagawa E (1955), JASA 50:1168-1194, doi:10.1080/01621459.1955.10501299; Das Gupta P (1993), Standardization and
    decomposition of rates, US Census Bureau P23-186; Chevan A, Sutherland M (2009), Demography 46:429-449.
    """
    if outcome not in ("proportion", "rate"):
        raise MeasureError(f"outcome must be 'proportion' or 'rate'; got '{outcome}'")
    names, sampled = tuple(str(s) for s in strata), outcome == "proportion"
    sides = [
        _population("group", events, people, names, sampled),
        _population("reference", reference_events, reference_people, names, sampled),
    ]
    (m, w, of_m, of_w), (k, v, of_k, of_v) = (_moments(x, n, sampled) for x, n in sides)
    middle = ((w @ m) + (v @ k)) / 2
    scale = float(as_floats("per", per))
    composition, rates = (w - v) * ((m + k) / 2 - middle), (m - k) * (w + v) / 2
    # Slopes of each stratum's part along m, w, k, v; the middle rate moves with all four.
    eye = np.eye(m.size)
    pull = -(w - v)[:, None] / 2
    by_composition = (
        np.diag((w - v) / 2) + pull * w,
        np.diag((m + k) / 2 - middle) + pull * m,
        np.diag((w - v) / 2) + pull * v,
        -np.diag((m + k) / 2 - middle) + pull * k,
    )
    by_rates = (eye * (w + v) / 2, eye * (m - k) / 2, -eye * (w + v) / 2, eye * (m - k) / 2)
    gather = np.vstack([np.ones(m.size), eye])
    parts = [
        (gather @ value, [gather @ way for way in ways])
        for value, ways in ((composition, by_composition), (rates, by_rates))
    ]
    gap = [a[:1] + b[:1] for a, b in zip(parts[0][1], parts[1][1], strict=True)]
    slopes = [np.concatenate([g, a, b]) for g, a, b in zip(gap, parts[0][1], parts[1][1], strict=True)]
    variance = sum(
        np.einsum("si,ij,sj->s", s, covariance, s)
        for s, covariance in zip(slopes, (of_m, of_w, of_k, of_v), strict=True)
    )
    estimate = np.concatenate([[w @ m - v @ k], parts[0][0], parts[1][0]]) * scale
    error = np.sqrt(np.maximum(variance, 0.0)) * scale
    level = check_confidence(confidence)
    return _as_finding(estimate, error, names, sides, outcome, scale, level)


def _moments(x: FloatArray, n: FloatArray, sampled: bool) -> tuple[FloatArray, ...]:
    """Return rates and shares of strata with the covariance of each."""
    rate, share = x / n, n / n.sum()
    spread = rate * (1 - rate) / n if sampled else x / n**2
    of_share = (np.diag(share) - np.outer(share, share)) / n.sum() if sampled else np.zeros((x.size, x.size))
    return rate, share, np.diag(spread), of_share


def _as_finding(
    estimate: FloatArray,
    error: FloatArray,
    names: tuple[str, ...],
    sides: list[tuple[FloatArray, FloatArray]],
    outcome: str,
    scale: float,
    confidence: float,
) -> Finding:
    people = sides[0][1] + sides[1][1]
    n = np.concatenate([[people.sum()], np.tile([people.sum(), *people], 2)])
    parts = ("gap", *(part for part in ("composition", "rates") for _ in range(len(names) + 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * special.ndtr(-np.abs(estimate / error))
    gap, composition, rates = estimate[0], estimate[1], estimate[2 + len(names)]
    return Finding(
        *interval(estimate, error, confidence),
        confidence,
        f"Kitagawa decomposition of a {outcome}, per {scale:,.0f}, delta method",
        n,
        p_value,
        (("part", parts), ("stratum", ("total", *(("total", *names) * 2)))),
        f"The gap is {gap:+.3g}: {composition:+.3g} goes with the make-up of the populations, {rates:+.3g} with rates.",
        _ASSUMES if outcome == "proportion" else (*_ASSUMES, "populations are known without error"),
    )
