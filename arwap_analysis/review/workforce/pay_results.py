"""Pay gaps, what explains them, and who is in each quarter of the pay scale, as tables that may be shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.errors import DataError, Fault
from arwap_analysis.estimate import normal_quantile
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.measures import proportion
from arwap_analysis.models import oaxaca_blinder, pay_gap
from arwap_analysis.review.workforce.cards import PayCard, QuartersCard
from arwap_analysis.review.workforce.protect import ALL, KNOWN, TOTAL, Protection, protect_counts
from arwap_analysis.review.workforce.results import unknown_group
from arwap_analysis.review.workforce.tables import CountTable

__all__ = ["NO_INTERVAL", "QUARTERS", "assess_pay", "assess_quarters", "decompose"]

QUARTERS = ("lower", "lower_middle", "upper_middle", "upper")
NO_INTERVAL = "Only averages are published, so that no interval can be made"
_AVERAGES = "gap in published averages, in per cent of the reference group's; interval by the delta method"


def _protection(card: PayCard, numbers: pd.DataFrame, path: Path) -> Protection:
    """Return which groups are too small to be shown; averages of few people tell of each of them."""
    if card.policy is None:
        return Protection()
    if "people" not in numbers:
        hint = "Add a column 'people', by which groups that are too small are found."
        raise DataError(Fault("missing_column", "pay that is not open needs the number of people", str(path), 1,
                              "people", None, hint))  # fmt: skip
    grouped = numbers.groupby("group", sort=False)["people"]
    people = grouped.max() if card.kind == "averages" else grouped.sum()
    frame = pd.DataFrame({"level": ALL, "group": people.index, "count": people.to_numpy(float)})
    groups = tuple(code for code in get_classification(card.classification).codes if code in set(people.index))
    table = CountTable(frame, (ALL,), groups, path)
    return protect_counts(table, policy=card.policy, unknown=unknown_group(card), additive=False)


def _uses(protection: Protection, frame: pd.DataFrame, reference: str) -> list[bool]:
    return [protection.uses((ALL, group), (ALL, reference)) for group in frame["group"]]


def assess_pay(card: PayCard, numbers: pd.DataFrame, path: Path, *, confidence: float) -> ProtectedTable:
    """Return the pay gap of each group against the reference group, in per cent of its pay: above 0, it is paid less.

    Columns: `quantity` (mean, median, adjusted), `group, pay` (NaN where only the gap is modelled), `reference_pay,
    estimate, lower, upper, people, status, reason, confidence, method`.
    """
    protection = _protection(card, numbers, path)
    if card.reference_group not in set(numbers["group"]):
        raise DataError(Fault("no_reference", "the reference group is not in the table", str(path), None, "group",
                              card.reference_group, "Choose another in the card."))  # fmt: skip
    frame = (_averages if card.kind == "averages" else _rates)(card, numbers, path, confidence)
    return protection.release(
        frame.assign(confidence=confidence), uses=_uses(protection, frame, card.reference_group), keep=("confidence",)
    )


def _averages(card: PayCard, numbers: pd.DataFrame, path: Path, confidence: float) -> pd.DataFrame:
    faults = [
        Fault("unknown_measure", "an average is a mean or a median", str(path), int(row.row), "measure", row.measure,
              "Write mean or median.")
        for row in numbers.itertuples()
        if row.measure not in ("mean", "median")
    ]  # fmt: skip
    twice = numbers[numbers.duplicated(["measure", "group"])]
    faults += [Fault("repeated_row", "this measure and group stand twice", str(path), int(row.row), "group", row.group)
               for row in twice.itertuples()]  # fmt: skip
    if faults:
        raise DataError(faults)
    rows = []
    for quantity, part in numbers.groupby("measure", sort=False):
        by = part.set_index("group")
        if card.reference_group not in by.index:
            raise DataError(Fault("no_reference", f"there is no {quantity} of the reference group", str(path), None,
                                  "group", card.reference_group))  # fmt: skip
        rows += [_average(str(quantity), group, by, card.reference_group, confidence)
                 for group in by.index if group != card.reference_group]  # fmt: skip
    return pd.DataFrame(rows)


def _average(quantity: str, group: str, by: pd.DataFrame, reference: str, confidence: float) -> dict[str, object]:
    """Return one gap; its interval is made on the log scale, where means have people and deviations."""
    row, base = by.loc[group], by.loc[reference]
    log = float(np.log(row["value"] / base["value"]))
    error = np.nan
    if quantity == "mean" and {"people", "standard_deviation"} <= set(by.columns):
        error = float(np.sqrt(sum(
            (one["standard_deviation"] / one["value"]) ** 2 / one["people"] for one in (row, base)
        )))  # fmt: skip
    half = normal_quantile(confidence) * error
    return {
        "quantity": quantity, "group": group, "pay": float(row["value"]), "reference_pay": float(base["value"]),
        "estimate": -100 * np.expm1(log), "lower": -100 * np.expm1(log + half), "upper": -100 * np.expm1(log - half),
        "people": float(row["people"]) if "people" in by.columns else np.nan,
        "status": "published", "reason": NO_INTERVAL if np.isnan(error) else "", "method": _AVERAGES,
    }  # fmt: skip


def _rates(card: PayCard, numbers: pd.DataFrame, path: Path, confidence: float) -> pd.DataFrame:
    fractions = numbers[numbers["people"] != numbers["people"].round()]
    if len(fractions):
        raise DataError([Fault("not_whole", "a number of people is a whole number", str(path), int(row.row), "people",
                               f"{row.people:g}", "Write 1 for a row of one person.")
                         for row in fractions.itertuples()])  # fmt: skip
    covariates = {name: numbers[name].to_numpy() for name in card.covariates}
    found = pay_gap(
        numbers["pay"], numbers["people"], group=numbers["group"], reference=card.reference_group,
        covariates=covariates or None, confidence=confidence,
    )  # fmt: skip
    rows = found.frame().rename(columns={"n": "people"})
    absent = rows["lower"].isna()
    return rows[["quantity", "group", "estimate", "lower", "upper", "people", "method"]].assign(
        pay=np.nan, reference_pay=np.nan, status="published",
        reason=np.where(absent, "Fewer than six people, so that no interval can be made", ""),
    )  # fmt: skip


def decompose(card: PayCard, numbers: pd.DataFrame, path: Path, *, confidence: float) -> ProtectedTable | None:
    """Return how much of each group's gap in log pay goes with the covariates; None where there are none.

    Columns: `group, part` (gap, explained, unexplained), `estimate, lower, upper` in per cent of the reference group's
    pay (above 0: paid less), `status, reason, confidence, method`.
    """
    if card.kind != "rates" or not card.covariates:
        return None
    protection = _protection(card, numbers, path)
    unknown, reference = unknown_group(card), card.reference_group
    order = [code for code in get_classification(card.classification).codes if code in set(numbers["group"])]
    rows: list[dict[str, object]] = []
    for group in order:
        if group in (reference, unknown):
            continue
        pair = numbers[numbers["group"].isin([group, reference])]
        rows += _parts(group, pair, card, confidence)
    frame = pd.DataFrame(rows)
    return protection.release(
        frame.assign(confidence=confidence), uses=_uses(protection, frame, reference), keep=("confidence",)
    )


def _parts(group: str, pair: pd.DataFrame, card: PayCard, confidence: float) -> list[dict[str, object]]:
    people = pair["people"].to_numpy(float)
    amount = np.log(pair["pay"].to_numpy(float))
    parts = ("gap", "explained", "unexplained")
    try:
        found = oaxaca_blinder(
            amount * people, people, squares=amount**2 * people, group=pair["group"].to_numpy(),
            reference=card.reference_group, covariates={name: pair[name].to_numpy() for name in card.covariates},
            confidence=confidence,
        )  # fmt: skip
    except DataError:
        nothing = dict.fromkeys(("estimate", "lower", "upper"), np.nan)
        reason = "The group's grades and other characteristics cannot be told apart, so that its gap cannot be split"
        return [{"group": group, "part": part, **nothing, "status": "not_applicable", "reason": reason, "method": ""}
                for part in parts]  # fmt: skip
    rows = []
    for part in parts:
        # A gap of the model is group less reference in logarithms; ours is what the group is paid less, in per cent.
        one = found.at(part=part, covariate="total")
        ends = {"estimate": one["estimate"], "lower": one["upper"], "upper": one["lower"]}
        rows.append({"group": group, "part": part, **{name: -100 * value for name, value in ends.items()},
                     "status": "published", "reason": "", "method": found.method})  # fmt: skip
    return rows


def assess_quarters(card: QuartersCard, counts: CountTable, *, confidence: float) -> ProtectedTable:
    """Return each group's share of each quarter of staff by pay, and of all staff.

    Columns: `level, group, count, denominator, estimate, lower, upper` (of staff whose ethnicity is known, for unknown
    ethnicity of all), `benchmark` (the group's share of all quarters), `status, reason, confidence, method`.
    """
    unknown = unknown_group(card)
    protection = protect_counts(counts, policy=card.policy, unknown=unknown, additive=True)
    matrix = counts.matrix()
    known = np.array([group != unknown for group in counts.groups])
    denominator = np.where(known, np.where(known, matrix, 0.0).sum(axis=1, keepdims=True),
                           matrix.sum(axis=1, keepdims=True))  # fmt: skip
    share = proportion(matrix, denominator, confidence=confidence)
    whole = matrix.sum(axis=0) / denominator.sum(axis=0)
    file = counts.frame.set_index(["level", "group"])
    frame = pd.DataFrame(
        {
            "level": np.repeat(counts.levels, len(counts.groups)),
            "group": list(counts.groups) * len(counts.levels),
            "count": matrix.ravel(),
            "denominator": denominator.ravel(),
            "estimate": share.estimate.ravel(),
            "lower": share.lower.ravel(),
            "upper": share.upper.ravel(),
            "benchmark": np.broadcast_to(whole, matrix.shape).ravel(),
            "confidence": confidence,
            "method": share.method,
        }
    )
    said = [file.loc[(row.level, row.group)] for row in frame.itertuples()]
    frame = frame.assign(status=[row["status"] for row in said], reason=[row["reason"] for row in said])
    uses = [
        protection.uses(*((level, one) for level in (row.level, ALL)
                          for one in (row.group, TOTAL if row.group == unknown else KNOWN)))
        for row in frame.itertuples()
    ]  # fmt: skip
    return protection.release(frame, uses=uses, keep=("confidence",))
