"""Recompute claims, each by itself: one that cannot be computed never keeps the others from being judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arwap_analysis.registers.claims import BrokenClaim, Claim, ClaimData, ClaimSet, NotAllowed, read_claims
from arwap_analysis.review.reproduce import levels, regress, stratified, two_groups
from arwap_analysis.review.reproduce.computed import Computed
from arwap_analysis.review.reproduce.consistency import Check, check_claims
from arwap_analysis.review.reproduce.rows import READINGS, Reading, other_readings
from arwap_analysis.review.reproduce.verdict import CANNOT, Figure, Verdict, judge

__all__ = ["Outcome", "Reproduction", "compute_claim", "judge_claim", "reproduce_claims"]

_COMPUTE: dict[str, Callable[[Claim, pd.DataFrame, Reading], Computed]] = {
    "percentage": levels.percentage,
    "rate": levels.rate,
    "share": levels.share,
    "count": levels.count,
    "mean": levels.mean,
    "median": levels.median,
    **dict.fromkeys(
        ("ratio", "difference_points", "odds_ratio", "rate_difference", "relative_rate_index"),
        two_groups.compare_two_groups,
    ),
    **dict.fromkeys(("mean_difference", "mean_ratio"), two_groups.compare_means),
    "representation_index": two_groups.representation,
    **dict.fromkeys(("ols_coefficient", "probit_coefficient", "logit_coefficient"), regress.regress),
    **dict.fromkeys(
        ("standardised_rate", "standardised_ratio", "mantel_haenszel_odds_ratio", "common_rate_ratio",
         "decomposition"), stratified.by_strata,
    ),
    **dict.fromkeys(("pooled_ratio", "pooled_odds_ratio"), stratified.pooled),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one claim.

    Attributes
    ----------
    claim : Claim or None
        None for a row that is no claim.
    verdict : str
        reproduced, partly, not reproduced, or cannot be computed.
    figures : tuple of Figure
        Each printed figure beside the computed one; the estimate first.
    computed : float or None
        The estimate at full precision.
    distance : float or None
        Computed less printed, in units of the last printed place.
    reason : str
        Why it cannot be computed, or what does not agree.
    method, basis : str
        How it was computed, and from which counts.
    notes : tuple of str
        What was left out, and how missing cells had to be read for the figures to agree.
    reading : Reading
        How missing cells were read.
    """

    id: str
    title: str
    verdict: Verdict
    published: str
    claim: Claim | None = None
    figures: tuple[Figure, ...] = ()
    computed: float | None = None
    distance: float | None = None
    reason: str = ""
    method: str = ""
    basis: str = ""
    rows: int = 0
    notes: tuple[str, ...] = ()
    reading: Reading = READINGS[0]


@dataclass(frozen=True)
class Reproduction:
    """The outcomes of a set of claims, in their order, and whether their printed figures can be true together."""

    claims: ClaimSet
    outcomes: tuple[Outcome, ...]
    checks: tuple[Check, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether every claim is reproduced in its estimate: none is "not reproduced"."""
        return not any(outcome.verdict == "not reproduced" for outcome in self.outcomes)

    def counts(self) -> dict[str, int]:
        """Return how many claims have each verdict."""
        names: tuple[Verdict, ...] = ("reproduced", "partly", "not reproduced", CANNOT)
        return {name: sum(outcome.verdict == name for outcome in self.outcomes) for name in names}


def reproduce_claims(place: Path | str, *, data: Path | str | None = None, ids: Sequence[str] = ()) -> Reproduction:
    """Recompute every claim of a folder or file and judge it by the precision that was printed.

    Parameters
    ----------
    place : path
        A folder with `claims.csv` (or YAML files) and `data/`, or one such file.
    data : path, optional
        The folder of the data, where it is not `data` beside the claims.
    ids : sequence of str
        Only these claims, if any are named.

    Returns
    -------
    Reproduction

    Raises
    ------
    ParameterError
        When there are no claims to run; a claim that cannot be computed is an outcome, not an error.
    """
    claims = read_claims(place, data=data, ids=ids)
    outcomes = tuple(judge_claim(claim, claims.data) for claim in claims.claims)
    return Reproduction(claims, outcomes, check_claims(claim for claim in claims.claims if isinstance(claim, Claim)))


def compute_claim(claim: Claim, frame: pd.DataFrame, reading: Reading = READINGS[0]) -> Computed:
    """Return the figure that a claim describes; raises ValueError with the reason when there is none."""
    computed = _COMPUTE[claim.metric](claim, frame, reading)
    if computed.estimate != computed.estimate or computed.estimate in (float("inf"), float("-inf")):
        raise NotAllowed(computed.reason or "it has no value for these data")
    return computed


def judge_claim(claim: Claim | BrokenClaim, data: ClaimData) -> Outcome:
    """Return the outcome of one claim, whatever goes wrong with it."""
    if isinstance(claim, BrokenClaim):
        return Outcome(claim.id, claim.title, CANNOT, claim.published, reason=claim.reason)
    try:
        return _judged(claim, data.frame(claim.data))
    except ValueError as error:  # every refusal of ours is one, those of the measures too
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - the boundary that keeps one claim from stopping the others
        reason = f"{type(error).__name__}: {error}"
    return Outcome(claim.id, claim.title, CANNOT, claim.published, claim, reason=reason)


_RANK = {"reproduced": 0, "partly": 1, "not reproduced": 2}


def _judged(claim: Claim, frame: pd.DataFrame) -> Outcome:
    """Judge a claim under the usual reading of missing cells, and under the others only if it does not agree."""
    best: Outcome | None = None
    refused: ValueError | None = None
    try:
        best = _under(claim, frame, READINGS[0])
    except ValueError as error:
        refused = error
    if best is not None and best.verdict == "reproduced":
        return best
    for reading in other_readings(claim, frame):
        try:
            other = _under(claim, frame, reading)
        except ValueError:
            continue
        if best is None or _RANK[other.verdict] < _RANK[best.verdict]:
            best = other
    if best is None:
        raise refused or NotAllowed("it has no value for these data")
    return best


def _under(claim: Claim, frame: pd.DataFrame, reading: Reading) -> Outcome:
    computed = compute_claim(claim, frame, reading)
    verdict, figures = judge(claim, computed)
    agrees = "agrees" if verdict == "reproduced" else "computed"
    notes = (*computed.notes, *((f"{agrees} when {reading}",) if str(reading) else ()), *_rounded_twice(figures))
    return Outcome(
        claim.id, claim.title, verdict, claim.published, claim, figures, computed.estimate, figures[0].distance,
        _said(verdict, figures), computed.method, computed.basis, computed.rows, notes,
        reading,
    )  # fmt: skip


def _rounded_twice(figures: Sequence[Figure]) -> tuple[str, ...]:
    return tuple(
        f"{_NAMES[figure.name]} agrees when rounded to two decimals first and then to {figure.published}"
        for figure in figures if figure.twice
    )  # fmt: skip


_NAMES = {"estimate": "the figure", "se": "the standard error", "lower": "the lower limit",
          "upper": "the upper limit", "p": "the p-value"}  # fmt: skip


def _said(verdict: Verdict, figures: Sequence[Figure]) -> str:
    """Say which printed figures do not agree, and how far away each is."""
    if verdict == "reproduced":
        return ""
    parts = []
    for figure in figures:
        if figure.agrees:
            continue
        if figure.computed != figure.computed:
            parts.append(f"{_NAMES[figure.name]} {figure.published}: {figure.method}")
        else:
            parts.append(
                f"{_NAMES[figure.name]} printed as {figure.published} is computed as {figure.computed:.6g}, "
                f"{abs(figure.distance):,.3g} units of the last place away ({figure.method})"
            )
    return "; ".join(parts)
