"""Whether the printed figures of claims can be true together, whatever the data: of one claim, and of several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from arwap_analysis import inference
from arwap_analysis.registers.claims import Claim, Printed

__all__ = ["Check", "check_claims"]

_RATIOS = {"ratio", "odds_ratio", "relative_rate_index", "mantel_haenszel_odds_ratio", "common_rate_ratio",
           "pooled_ratio", "pooled_odds_ratio", "mean_ratio", "standardised_ratio", "representation_index"}  # fmt: skip
_LEVELS = {"percentage", "rate", "share", "mean"}
_FROM_LEVELS = {"ratio": ("percentage", "rate"), "relative_rate_index": ("percentage", "rate"),
                "difference_points": ("percentage",), "rate_difference": ("rate",)}  # fmt: skip
_SAME = ("data", "outcome", "outcome_value", "group", "where", "weight", "numerator", "denominator")


@dataclass(frozen=True)
class Check:
    """One check of printed figures.

    `claims`: ids of the claims whose figures were held together. `name`: ratio_from_rates, difference_from_rates,
    limits_in_order, symmetric_interval, error_from_interval, p_from_error, p_from_interval, possible_percentage or
    shares_of_a_total. `agrees`: whether the figures can be true together. `is_doubt`: a disagreement has an innocent
    explanation, which `said` names.
    """

    claims: tuple[str, ...]
    name: str
    agrees: bool
    said: str
    is_doubt: bool = False

    @property
    def is_contradiction(self) -> bool:
        """Whether the figures cannot all be true, whatever the method."""
        return not self.agrees and not self.is_doubt


def check_claims(claims: Iterable[Claim]) -> tuple[Check, ...]:
    """Return every check that the printed figures of some claims allow; no data are read.

    Figures printed as bounds are left out. Two claims are held together when they name the same data, outcome, rows and
    groups.
    """
    listed = list(claims)
    checks = [check for claim in listed for check in _of_one(claim)]
    checks += _of_levels(listed)
    checks += _of_shares(listed)
    return tuple(checks)


def _half(printed: Printed) -> float:
    return float(printed.unit) / 2


def _value(printed: Printed) -> float:
    return float(printed.value)


def _plain(claim: Claim, name: str) -> Printed | None:
    """Return a printed figure that is not a bound."""
    found = claim.printed(name)
    return None if found is None or found.bound else found


def _agrees(found: Any) -> bool:
    return bool(float(found.agrees) != 0)  # NaN: nothing can be said against it


def _of_one(claim: Claim) -> Iterator[Check]:
    scale = "ratio" if claim.metric in _RATIOS else "difference"
    estimate, se, lower, upper = (_plain(claim, name) for name in ("estimate", "se", "lower", "upper"))
    if estimate and lower and upper:
        yield _in_order(claim, estimate, lower, upper)
        yield _symmetric(claim, estimate, lower, upper, scale)
    # A printed error of a ratio may be that of its logarithm or not; only differences and coefficients say which.
    if scale == "difference" and se and lower and upper:
        found = inference.error_agrees_with_interval(
            _value(se), _value(lower), _value(upper), error_half=_half(se),
            limit_half=max(_half(lower), _half(upper)), confidence=claim.confidence,
        )  # fmt: skip
        said = (f"the standard error {se.text} beside the interval {lower.text} to {upper.text}, which has one of "
                f"{float(found.lower):.3g} to {float(found.upper):.3g}")  # fmt: skip
        yield Check((claim.id,), "error_from_interval", _agrees(found), said,
                    is_doubt=not claim.is_model)  # fmt: skip
    printed_p = claim.printed("p")
    if printed_p and estimate and lower and upper and not claim.is_model:
        yield _p_from_interval(claim, estimate, lower, upper, printed_p, scale)
    people = claim.printed("n")
    if claim.metric in ("percentage", "mean") and estimate and people and claim.weight is None:
        yield _possible(claim, estimate, people)
    if claim.is_model and estimate and se and printed_p and se.value > 0:
        yield _p_from_error(claim, estimate, se, printed_p)


def _in_order(claim: Claim, estimate: Printed, lower: Printed, upper: Printed) -> Check:
    agrees = lower.value - lower.unit / 2 <= estimate.value + estimate.unit / 2 and (
        estimate.value - estimate.unit / 2 <= upper.value + upper.unit / 2
    )
    said = f"{estimate.text} between its limits {lower.text} and {upper.text}"
    return Check((claim.id,), "limits_in_order", bool(agrees and lower.value <= upper.value), said)


def _symmetric(claim: Claim, estimate: Printed, lower: Printed, upper: Printed, scale: str) -> Check:
    found = inference.interval_is_symmetric(
        _value(estimate), _value(lower), _value(upper), scale=scale, estimate_half=_half(estimate),
        limit_half=max(_half(lower), _half(upper)),
    )  # fmt: skip
    on = " on the scale of logarithms" if scale == "ratio" else ""
    said = (f"{estimate.text} beside the middle of {lower.text} to {upper.text}{on}, {float(found.lower):.4g} to "
            f"{float(found.upper):.4g}; exact and score intervals need not be symmetric")  # fmt: skip
    return Check((claim.id,), "symmetric_interval", _agrees(found), said, is_doubt=True)


def _p_from_error(claim: Claim, estimate: Printed, se: Printed, p: Printed) -> Check:
    found = inference.p_value_agrees_with_error(
        _value(p), _value(estimate), _value(se), p_half=0.0 if p.bound else _half(p), estimate_half=_half(estimate),
        error_half=_half(se),
    )  # fmt: skip
    low, high = float(found.lower), float(found.upper)
    agrees = _agrees(found)
    if p.bound:
        agrees = low <= _value(p) if p.bound.startswith("<") else high >= _value(p)
    said = f"p {p.text} beside {estimate.text} with the standard error {se.text}, which have {low:.3g} to {high:.3g}"
    return Check((claim.id,), "p_from_error", agrees, said)


def _p_from_interval(claim: Claim, estimate: Printed, lower: Printed, upper: Printed, p: Printed, scale: str) -> Check:
    """Hold a p-value against the error that the interval has; tests of other kinds give other p-values."""
    half = max(_half(lower), _half(upper))
    implied = inference.error_agrees_with_interval(
        0.0, _value(lower), _value(upper), scale=scale, limit_half=half, confidence=claim.confidence
    )
    least, most = float(implied.lower), float(implied.upper)
    found = inference.p_value_agrees_with_error(
        _value(p), _value(estimate), (least + most) / 2, scale=scale, p_half=0.0 if p.bound else _half(p),
        estimate_half=_half(estimate), error_half=(most - least) / 2,
    )  # fmt: skip
    low, high = float(found.lower), float(found.upper)
    agrees = _agrees(found)
    if p.bound:
        agrees = low <= _value(p) if p.bound.startswith("<") else high >= _value(p)
    said = (f"p {p.text} beside {estimate.text} ({lower.text} to {upper.text}), which have {low:.3g} to {high:.3g}; "
            "a test of another kind may give another p-value")  # fmt: skip
    return Check((claim.id,), "p_from_interval", agrees, said, is_doubt=True)


def _possible(claim: Claim, estimate: Printed, people: Printed) -> Check:
    """Check that whole numbers of as many people as were printed can have the printed percentage or mean."""
    unit = 100.0 if claim.metric == "percentage" else 1.0
    found = inference.mean_is_possible(_value(estimate), max(_value(people), 1.0), half=_half(estimate), unit=unit)
    said = (f"{estimate.text} of {people.text} people, of whom the nearest possible are {float(found.lower):.6g} and "
            f"{float(found.upper):.6g}")  # fmt: skip
    # A mean of people may be one of values that are not whole.
    return Check((claim.id,), "possible_percentage", _agrees(found), said, is_doubt=claim.metric == "mean")


def _key(claim: Claim) -> tuple[str | None, ...]:
    return tuple(getattr(claim, name) for name in _SAME)


def _of_levels(claims: Sequence[Claim]) -> Iterator[Check]:
    """Hold ratios and differences against the levels of the same groups."""
    levels = {(_key(c), str(c.metric), c.per, c.group_value): c for c in claims if c.metric in _LEVELS}
    for claim in claims:
        for metric in _FROM_LEVELS.get(claim.metric, ()):
            pers = sorted({per for _, kind, per, _ in levels if kind == metric})
            for per in pers:
                group, reference = (
                    levels.get((_key(claim), metric, per, value))
                    for value in (claim.group_value, claim.reference_value)
                )
                if group is not None and reference is not None:
                    check = _from_levels(claim, group, reference)
                    if check is not None:
                        yield check


def _from_levels(claim: Claim, group: Claim, reference: Claim) -> Check | None:
    printed, one, other = (_plain(c, "estimate") for c in (claim, group, reference))
    if printed is None or one is None or other is None or min(one.value, other.value) < 0:
        return None
    ids = (claim.id, group.id, reference.id)
    if claim.metric in ("ratio", "relative_rate_index"):
        found = inference.ratio_agrees_with_rates(
            _value(printed), _value(one), _value(other), ratio_half=_half(printed), rate_half=_half(one),
            reference_half=_half(other),
        )  # fmt: skip
        name, what = "ratio_from_rates", "ratio"
    else:
        if claim.metric == "rate_difference" and claim.per != group.per:
            return None
        found = inference.parts_agree_with_total(
            [_value(one), -_value(other)], _value(printed), part_half=[_half(one), _half(other)],
            total_half=_half(printed),
        )  # fmt: skip
        name, what = "difference_from_rates", "difference"
    said = (f"the {what} {printed.text} beside {one.text} and {other.text}, which allow {float(found.lower):.4g} to "
            f"{float(found.upper):.4g}")  # fmt: skip
    return Check(ids, name, _agrees(found), said)


def _of_shares(claims: Sequence[Claim]) -> Iterator[Check]:
    """Hold the shares of one whole together: no more than 100 per cent within their rounding."""
    families: dict[tuple[str | None, ...], list[Claim]] = {}
    for claim in claims:
        if claim.metric == "share":
            families.setdefault(_key(claim), []).append(claim)
    for family in families.values():
        printed = [p for p in (_plain(claim, "estimate") for claim in family) if p is not None]
        if len(printed) < 2 or len({claim.group_value for claim in family}) < len(family):
            continue
        total = sum(p.value for p in printed)
        spread = sum(p.unit / 2 for p in printed)
        said = f"shares of {', '.join(p.text for p in printed)}: together {total}, of 100 at most"
        yield Check(tuple(claim.id for claim in family), "shares_of_a_total", total - spread <= 100, said)
