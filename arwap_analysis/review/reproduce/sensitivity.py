"""How a claim's answer moves under the choices that somebody could have defended: a specification curve.

Every combination of choices is computed, and the published one marked (Simonsohn, Simmons and Nelson 2020, Nature Human
Behaviour 4:1208-1214, doi:10.1038/s41562-020-0912-z). Only choices that leave the question the same are taken: what a
figure is compared with, which people are counted, and how its interval is made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from arwap_analysis.registers.claims import Claim, NotAllowed
from arwap_analysis.registers.claims.formula import parse_formula
from arwap_analysis.review.reproduce.compute import compute_claim
from arwap_analysis.review.reproduce.computed import Computed
from arwap_analysis.review.reproduce.regroup import (
    APART,
    BROAD,
    EVERYONE,
    groupings,
    regrouped,
    unknown_labels,
    unknown_places,
)
from arwap_analysis.review.reproduce.rows import READINGS, Reading, other_readings

__all__ = ["PUBLISHED", "SpecificationCurve", "specification_curve"]

PUBLISHED = "as published"
_MOST = 64
_MOST_GROUPS, _MOST_INTERVALS = 8, 3
_COMPARED = {"ratio", "difference_points", "odds_ratio", "rate_difference", "relative_rate_index"}
_SUMS = {"share", "count", "representation_index"}
_INTERVALS = {
    "wilson": "Wilson score", "clopper_pearson": "Clopper-Pearson exact", "koopman": "Koopman", "katz": "Katz",
    "exact": "exact conditional", "log": "Wald on the log scale", "newcombe": "Newcombe", "byar": "Byar",
    "wald": "Wald", "normal": "normal", "hartung_knapp": "Hartung-Knapp",
}  # fmt: skip
_KINDS = ("nonrobust", "HC1", "HC3")
Choice = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class SpecificationCurve:
    """Every specification of a claim.

    `frame`: a row each, by estimate, with `specification`, `estimate`, `lower`, `upper`, `is_published` and a column
    of words for each kind of choice. `choices`: the kinds that vary, each with its options. `left_out`: specifications
    that cannot be computed, with the reason.
    """

    claim: Claim
    frame: pd.DataFrame
    choices: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...] = ()


def specification_curve(claim: Claim, frame: pd.DataFrame) -> SpecificationCurve:
    """Compute a claim under every combination of its defensible choices.

    Parameters
    ----------
    claim : Claim
    frame : DataFrame
        Its data.

    Returns
    -------
    SpecificationCurve
        The reference group (each other group, or everyone), where people of unknown ethnicity are counted, detailed
        groups or the broad ones that hold them, the denominator (`other_denominator`), the rows (those of the filter,
        or all), how missing cells are read, the other terms of a model (each left out, or all) and its
        covariance, and the interval. At most 64 specifications: intervals are the first to be dropped.

    Raises
    ------
    ValueError
        When the claim itself cannot be computed.
    """
    compute_claim(claim, frame)
    kinds = {name: options for name, options in _choices(claim, frame).items() if len(options) > 1}
    rows: list[dict[str, object]] = []
    left_out: list[str] = []
    for combination in product(*kinds.values()):
        labels = dict(zip(kinds, (label for label, _ in combination), strict=True))
        changes = {k: v for _, change in combination for k, v in change.items()}
        reading = changes.pop("reading", READINGS[0])
        place, is_broad = str(changes.pop("place", APART)), bool(changes.pop("is_broad", False))
        words = ", ".join(f"{kind}: {label}" for kind, label in labels.items())
        try:
            changed, read = regrouped(_changed(claim, changes), frame, place=place, is_broad=is_broad)
            computed = compute_claim(changed, read, reading)  # type: ignore[arg-type]
        except ValueError as error:
            left_out.append(f"{words}: {error}")
            continue
        is_published = all(
            label == options[0][0] for label, options in zip(labels.values(), kinds.values(), strict=True)
        )
        rows += list(_rows(computed, labels, is_published=is_published, is_model=claim.is_model))
    rows = _fewer(rows)
    table = pd.DataFrame(rows).sort_values(["estimate", "is_published"], kind="stable", ignore_index=True)
    table.insert(0, "specification", np.arange(1, len(table) + 1))
    varying = {name: tuple(label for label, _ in options) for name, options in kinds.items()}
    methods = tuple(dict.fromkeys(str(method) for method in table["interval"]))
    if len(methods) > 1:
        varying["interval"] = methods
    return SpecificationCurve(claim, table, varying, tuple(left_out))


def _fewer(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Keep one interval a specification where there would be too many."""
    if len(rows) <= _MOST:
        return rows
    first: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name not in {"lower", "upper", "interval", "is_published"})
        first.setdefault(key, row)
    return list(first.values())[:_MOST]


def _changed(claim: Claim, changes: Mapping[str, object]) -> Claim:
    return claim.model_copy(update=dict(changes)) if changes else claim


def _choices(claim: Claim, frame: pd.DataFrame) -> dict[str, list[Choice]]:
    """Return each kind of choice with its options, the published one first."""
    return {
        "reference": list(_references(claim, frame)),
        "unknown": [(place, {"place": place}) for place in unknown_places(claim, frame)],
        "grouping": list(_groupings(claim, frame)),
        "denominator": list(_denominators(claim)),
        "rows": list(_filters(claim)),
        "missing": list(_readings(claim, frame)),
        "terms": list(_terms(claim)),
        "covariance": list(_covariances(claim)),
    }


def _references(claim: Claim, frame: pd.DataFrame) -> Iterator[Choice]:
    yield claim.reference_value or PUBLISHED, {}
    if claim.metric not in _COMPARED or claim.reference_numerator is not None or claim.group not in frame:
        return
    unknown = unknown_labels(claim, frame)
    others = [str(value) for value in frame[str(claim.group)].dropna().unique() if value not in unknown]
    for value in others[:_MOST_GROUPS]:
        if value not in (claim.group_value, claim.reference_value):
            yield value, {"reference_value": value}
    yield EVERYONE, {"reference_value": EVERYONE}


def _groupings(claim: Claim, frame: pd.DataFrame) -> Iterator[Choice]:
    yield PUBLISHED, {}
    if claim.metric in _COMPARED and groupings(claim, frame):
        yield BROAD, {"is_broad": True}


def _filters(claim: Claim) -> Iterator[Choice]:
    """Yield the claim's filter, and no filter; a sum without it would count another thing, such as two censuses."""
    yield claim.where or PUBLISHED, {}
    if claim.where is not None and claim.metric not in _SUMS:
        yield "all rows", {"where": None}


def _denominators(claim: Claim) -> Iterator[Choice]:
    yield claim.denominator or PUBLISHED, {}
    if claim.other_denominator is not None:
        yield claim.other_denominator, {"denominator": claim.other_denominator}


def _readings(claim: Claim, frame: pd.DataFrame) -> Iterator[Choice]:
    yield "left out", {}
    names = {Reading(True, False): "outcome as without", Reading(False, True): "filter as another value"}
    for reading in other_readings(claim, frame):
        if reading in names:
            yield names[reading], {"reading": reading}


def _terms(claim: Claim) -> Iterator[Choice]:
    """Yield the formula with all terms, with each other term left out, and with none of them."""
    if not claim.is_model:
        yield PUBLISHED, {}
        return
    left, _, right = str(claim.formula).partition("~")
    yield "all terms", {}
    parts = _top_terms(right)
    formula = parse_formula(str(claim.formula))
    others = [part for part in parts if not _holds(part, str(claim.term))]
    if len(parts) < 2 or len(formula.terms) < 2 or not others or len(others) == len(parts):
        return
    subsets = list(combinations(others, len(others) - 1)) if len(others) > 1 else []
    for kept in [*subsets, ()]:
        gone = [part for part in others if part not in kept]
        label = f"without {gone[0]}" if len(gone) == 1 else "no other term"
        terms = [part for part in parts if part not in gone]
        yield label, {"formula": f"{left.strip()} ~ {' + '.join(terms)}"}


def _top_terms(right: str) -> list[str]:
    """Return the terms between the plus signs at the top of a formula's right side, as they are written."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(right):
        depth += (letter == "(") - (letter == ")")
        if letter == "+" and depth == 0:
            parts.append(right[start:place].strip())
            start = place + 1
    return [part for part in (*parts, right[start:].strip()) if part not in ("", "1", "0")]


def _holds(part: str, term: str) -> bool:
    """Whether a term of a formula is the one that a claim is about, or shares a variable with it."""
    names = {word for word in _words(part) if word not in {"C", "I", "log", "np", "Treatment"}}
    return bool(names & set(_words(term))) or any(term.startswith(name) for name in names)


def _words(text: str) -> list[str]:
    words = "".join(letter if letter.isalnum() or letter in "_." else " " for letter in text).split()
    return [word for word in words if not _is_literal(word)]


def _is_literal(word: str) -> bool:
    try:
        ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return False
    return True


def _covariances(claim: Claim) -> Iterator[Choice]:
    yield claim.covariance or "nonrobust", {}
    if claim.metric == "ols_coefficient":
        for kind in _KINDS:
            if kind != (claim.covariance or "nonrobust"):
                yield kind, {"covariance": kind}


def _rows(
    computed: Computed, labels: Mapping[str, str], *, is_published: bool, is_model: bool
) -> Iterator[dict[str, object]]:
    """Yield a row for each interval that is worth telling apart; the first is taken for the published one."""
    if not np.isfinite(computed.estimate):
        raise NotAllowed(computed.reason)
    found: dict[str, tuple[float, float]] = {}
    made = computed.extras().intervals
    # Of a model the covariance is a choice of its own.
    for method, limits in {} if is_model else made.items():
        name = next((id for id, start in _INTERVALS.items() if method.startswith((start, id))), None)
        if name is not None and name not in found:
            found[name] = limits
    if not found:
        found = {"usual": next(iter(made.values()), (np.nan, np.nan))}
    for place, (name, (lower, upper)) in enumerate(list(found.items())[:_MOST_INTERVALS]):
        yield {
            "estimate": computed.estimate, "lower": lower, "upper": upper, "interval": name,
            "is_published": is_published and place == 0, **labels,
        }  # fmt: skip
