"""Whether the figures of one report of ours can be true together: the last look before it leaves.

Every figure of a report is computed once and shown in several places. What is checked is what a careful reader could
check: counts against rates, rates against ratios, limits against estimates, p-values against intervals.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from arwap_analysis import inference
from arwap_analysis.errors import Fault, ParameterError

__all__ = ["Inconsistency", "check_report", "check_rows"]

Row = dict[str, str]
_RELATIVE = 1e-9
_PLACE = ("indicator", "area", "period", "classification", "choice")
_ABOUT = ("exhibit", *_PLACE, "measure", "group", "reference")
# Columns of words or of numbers that results have; any other (sex, age band) tells strata apart.
_KNOWN = {
    *_ABOUT, "area_name", "scale", "estimate", "lower", "upper", "confidence", "standard_error", "p_value",
    "p_adjusted", "numerator", "denominator", "reference_numerator", "reference_denominator", "direction", "status",
    "reason", "method", "source", "unit", "group_label", "finding", "reliability", "choice_label",
}  # fmt: skip
_RATIO_OF = {"rate_ratio": "rate", "relative_rate_index": "rate", "proportion_ratio": "proportion"}
_DIFFERENCE_OF = {"rate_difference": "rate", "proportion_difference": "proportion"}
_PER = re.compile(r"per ([\d,]+)\b")
# Methods whose p-value and interval say the same by construction.
_TESTS_AGREE = ("exact conditional (Clopper-Pearson", "Wald on the log scale")
_NULL = {"relative": 1.0, "absolute": 0.0}


@dataclass(frozen=True)
class Inconsistency:
    """Figures of a report that cannot all be true.

    `check`: a stable name. `about`: the exhibit and the row. `said`: the figures, and what they should be.
    """

    check: str
    about: str
    said: str

    def __str__(self) -> str:
        return f"{self.about}: {self.said}"


def check_report(folder: Path | str) -> tuple[Inconsistency, ...]:
    """Return what does not fit together among the figures of a report, from its `data.csv`.

    Parameters
    ----------
    folder : path
        What `arwap run` left, or is about to leave; only `data.csv` is read.

    Returns
    -------
    tuple of Inconsistency
        Empty for a report whose figures fit together.

    Raises
    ------
    ParameterError
        When there is no `data.csv`, or it cannot be read.
    """
    path = Path(folder) / "data.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [{str(k): str(v or "") for k, v in row.items()} for row in csv.DictReader(stream)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(Fault("unreadable_file", f"cannot be read: {error}", str(path))) from None
    return check_rows(rows)


def check_rows(rows: Iterable[Row]) -> tuple[Inconsistency, ...]:
    """Return what does not fit together among rows in the shape of `data.csv`; see `check_report`."""
    listed = list(rows)
    found = [fault for row in listed for check in _ROW_CHECKS for fault in check(row)]
    return (*found, *_shown_twice(listed), *_ratios_and_rates(listed), *_shares(listed))


def _number(row: Row, name: str) -> float:
    try:
        return float(row.get(name) or "nan")
    except ValueError:
        return math.nan


def _about(row: Row) -> str:
    return " ".join(row[name] for name in _ABOUT if row.get(name))


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-12)


def _in_range(row: Row) -> Iterator[Inconsistency]:
    """Check what a number of its kind can be."""
    ranges = {"p_value": (0, 1), "p_adjusted": (0, 1), "confidence": (0, 1), "standard_error": (0, math.inf),
              "numerator": (0, math.inf), "denominator": (0, math.inf)}  # fmt: skip
    if row.get("measure") == "proportion" and row.get("unit", "proportion") in ("", "proportion"):
        ranges |= {"estimate": (0, 1), "lower": (0, 1), "upper": (0, 1)}
    for name, (least, most) in ranges.items():
        value = _number(row, name)
        if value < least - _RELATIVE or value > most + _RELATIVE:
            yield Inconsistency("out_of_range", _about(row), f"{name} is {value:.6g}, not {least} to {most}")
    if _number(row, "p_adjusted") < _number(row, "p_value") * (1 - _RELATIVE) - 1e-300:
        yield Inconsistency("adjusted_below_p", _about(row), "the adjusted p-value is below the p-value")
    if row.get("status") == "suppressed":
        for name in ("estimate", "numerator"):
            if not math.isnan(_number(row, name)):
                yield Inconsistency("suppressed_shown", _about(row), f"it is suppressed and its {name} is shown")


def _between_limits(row: Row) -> Iterator[Inconsistency]:
    """Check that an estimate lies between its limits, and the limits in order; control limits are no interval."""
    if math.isnan(_number(row, "confidence")) or row.get("measure", "").startswith("funnel"):
        return
    lower, estimate, upper = (_number(row, name) for name in ("lower", "estimate", "upper"))
    slack = _RELATIVE * max(1e-3, *(abs(v) for v in (lower, estimate, upper) if math.isfinite(v)), 0)
    if lower > upper + slack or lower > estimate + slack or estimate > upper + slack:
        yield Inconsistency("outside_limits", _about(row), f"{estimate:.6g} with limits {lower:.6g} to {upper:.6g}")


def _symmetric(row: Row) -> Iterator[Inconsistency]:
    """Check the middle of intervals that are made on the log scale."""
    method = row.get("method", "")
    if "log scale" not in method or row.get("scale") != "relative":
        return
    lower, estimate, upper = (_number(row, name) for name in ("lower", "estimate", "upper"))
    if lower > 0 and math.isfinite(upper) and estimate > 0:
        found = inference.interval_is_symmetric(
            estimate, lower, upper, scale="ratio", estimate_half=1e-6 * estimate, limit_half=0.0
        )
        if float(found.agrees) == 0:
            middle = math.sqrt(lower * upper)
            yield Inconsistency("not_symmetric", _about(row), f"{estimate:.6g} is not the middle {middle:.6g}")


def _p_and_interval(row: Row) -> Iterator[Inconsistency]:
    """Check that p is below 1 - confidence exactly where the interval leaves the null value out."""
    null = _NULL.get(row.get("scale", ""))
    p, confidence, lower, upper = (_number(row, name) for name in ("p_value", "confidence", "lower", "upper"))
    known = not any(math.isnan(value) for value in (p, confidence, lower, upper))
    if null is None or not known or not row.get("method", "").startswith(_TESTS_AGREE):
        return
    if row.get("measure") not in {*_RATIO_OF, *_DIFFERENCE_OF} or row.get("choice", "main") not in ("", "main"):
        return
    alpha = 1 - confidence
    clear = lower > null * (1 + 1e-7) or upper < null * (1 - 1e-7)
    if abs(p - alpha) > 1e-6 and clear != (p < alpha):
        yield Inconsistency(
            "p_and_interval", _about(row), f"p is {p:.4g} and the interval {lower:.6g} to {upper:.6g}"
        )  # fmt: skip


def _counts(row: Row) -> Iterator[Inconsistency]:
    """Check levels, ratios and differences against the counts in the same row."""
    # Estimates of a survey are weighted, its counts are people.
    if row.get("choice", "main") not in ("", "main") or row.get("effective_sample_size"):
        return
    measure, estimate = row.get("measure", ""), _number(row, "estimate")
    a, n, b, m = (_number(row, name) for name in
                  ("numerator", "denominator", "reference_numerator", "reference_denominator"))  # fmt: skip
    said = _PER.search(row.get("method", "")) or _PER.search(row.get("unit", ""))
    per = float(said[1].replace(",", "")) if said else 1.0
    expected = math.nan
    if measure in ("rate", "proportion") and n > 0:
        expected = per * a / n
    elif measure in _RATIO_OF and n > 0 and m > 0 and b > 0:
        expected = (a / n) / (b / m)
    elif measure in _DIFFERENCE_OF and n > 0 and m > 0:
        expected = per * (a / n - b / m)
    if not math.isnan(expected) and not math.isnan(estimate) and not _close(estimate, expected):
        yield Inconsistency("not_from_counts", _about(row), f"{estimate:.8g}, and its counts give {expected:.8g}")


_ROW_CHECKS: tuple[Callable[[Row], Iterator[Inconsistency]], ...] = (
    _in_range, _between_limits, _symmetric, _p_and_interval, _counts,
)  # fmt: skip


def _strata(row: Row) -> tuple[tuple[str, str], ...]:
    """Return what tells a row from others of its place: columns of words that no result has."""
    return tuple(
        (name, cell) for name, cell in row.items()
        if cell and name not in _KNOWN and not name.endswith(("_cy", "_en", "_label")) and not _is_number(cell)
    )  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _key(row: Row, *names: str) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in (*_PLACE, *names))


def _shown_twice(rows: list[Row]) -> Iterator[Inconsistency]:
    """Check that a figure which stands in two exhibits is the same in both."""
    seen: dict[tuple[object, ...], tuple[str, float]] = {}
    for row in rows:
        estimate = _number(row, "estimate")
        if not row.get("measure") or math.isnan(estimate) or not row.get("group") or _strata(row):
            continue
        key = (*_key(row, "measure", "group", "reference", "method", "source"),)
        exhibit, before = seen.setdefault(key, (row.get("exhibit", ""), estimate))
        if exhibit != row.get("exhibit") and not _close(before, estimate):
            yield Inconsistency(
                "shown_differently", _about(row), f"{estimate:.8g} here and {before:.8g} in the exhibit {exhibit}"
            )  # fmt: skip


def _levels(rows: list[Row]) -> dict[tuple[str, ...], float]:
    levels: dict[tuple[str, ...], float] = {}
    for row in rows:
        if row.get("measure") in ("rate", "proportion") and not _strata(row):
            estimate = _number(row, "estimate")
            if not math.isnan(estimate):
                levels.setdefault((*_key(row, "group"), row["measure"]), estimate)
    return levels


def _ratios_and_rates(rows: list[Row]) -> Iterator[Inconsistency]:
    """Check ratios against the rates of both groups, where the report shows them."""
    levels = _levels(rows)
    for row in rows:
        level = _RATIO_OF.get(row.get("measure", ""))
        estimate = _number(row, "estimate")
        if level is None or math.isnan(estimate) or row.get("choice", "main") not in ("", "main") or _strata(row):
            continue
        group = levels.get((*_key(row, "group"), level))
        reference = levels.get((*_key(row, "reference"), level))
        if group is None or reference is None:
            continue
        found = inference.ratio_agrees_with_rates(estimate, group, reference, ratio_half=1e-7 * estimate)
        if float(found.agrees) == 0:
            expected = group / reference
            yield Inconsistency("not_from_rates", _about(row), f"{estimate:.8g}, and the rates give {expected:.8g}")


def _shares(rows: list[Row]) -> Iterator[Inconsistency]:
    """Check that shares of one whole are no more than the whole."""
    families: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for row in rows:
        estimate = _number(row, "estimate")
        if row.get("measure") in ("share", "composition") and not math.isnan(estimate) and not _strata(row):
            families[(row.get("exhibit", ""), *_key(row, "unit"))][row.get("group", "")] = estimate
    for key, shares in families.items():
        total = sum(shares.values())
        whole = 100.0 if max(shares.values()) > 1 else 1.0
        if total > whole * (1 + 1e-7):
            yield Inconsistency("more_than_the_whole", " ".join(k for k in key if k), f"shares sum to {total:.8g}")
