"""Compare totals that a table prints with the sum of their parts, by what rounding can explain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from arwap_analysis.errors import Fault
from arwap_analysis.sources.formats.table import LongTable

__all__ = ["total_warnings"]

TOTAL = re.compile(r"^(all|total|cyfanswm|pob|holl)\b|^(persons|england and wales)$|\b(total|cyfanswm)$", re.IGNORECASE)
_PART_TOTAL = re.compile(r"^(.+?)[\s:,–-]+(?:total|cyfanswm)$", re.IGNORECASE)
_UNKNOWN = re.compile(r"\b(unknown|not (known|stated|recorded|obtained|collected)|refused|no answer)\b", re.IGNORECASE)
# Of all the totals of a table, one in twenty such tables may be named although rounding alone is at work.
_ALARM = 0.05
_MOST_LABELS = 20_000
_MOST_NESTED = 500


def total_warnings(table: LongTable, file: str) -> Iterator[Fault]:
    """Yield what is wrong or doubtful with the totals of a table.

    Three things are told apart: a difference that rounding cannot make; one that it could make but hardly
    would; and a total that agrees with its parts but with nothing outside the table, which is all that a
    pivot can show when it adds up a dimension it does not display.
    """
    frame = table.frame
    base = table.rounding_base or 0
    compared = [
        (dimension, total, pairs)
        for dimension in table.dimensions
        for total, parts in _totals(frame[dimension])
        if not (pairs := _pairs(table, dimension, total, parts)).empty
    ]
    whole = sum(int((pairs["missing"] == 0).sum()) for _, _, pairs in compared)
    likely = NormalDist().inv_cdf(1 - _ALARM / 2 / max(whole, 1))
    for dimension, total, pairs in compared:
        yield from _differences(dimension, total, pairs, base, likely, file)
    if table.format in ("statswales_pivot", "statswales_odata") and compared:
        yield _unverified(table, compared[-1][0], compared[-1][1], file)
    for dimension in table.dimensions:
        yield from _nested(table, dimension, base, file)
        yield from _two_unknowns(frame[dimension], dimension, file)


def _totals(labels: pd.Series) -> Iterator[tuple[str, list[str]]]:
    """Yield each total among the labels of a dimension with the labels that should add up to it."""
    known = list(dict.fromkeys(labels))
    if len(known) > _MOST_LABELS:
        return
    totals = [label for label in known if TOTAL.search(label)]
    parts = [label for label in known if label not in set(totals)]
    for total in totals:
        beginning = _PART_TOTAL.match(total)
        own = [part for part in parts if beginning and part.casefold().startswith(beginning[1].casefold() + " ")]
        chosen = own if own else ([] if beginning else parts)
        if len(chosen) > 1:
            yield total, chosen


def _pairs(table: LongTable, dimension: str, total: str, parts: list[str]) -> pd.DataFrame:
    """Return total, sum, number and missing parts for each combination of the other dimensions."""
    frame = table.frame[table.frame[dimension].isin([total, *parts])]
    others = [name for name in table.dimensions if name != dimension and not _same(frame, dimension, name)]
    keys = others or [dimension]
    is_total = frame[dimension] == total
    totals, rest = frame[is_total], frame[~is_total]
    if not others:
        totals, rest = totals.assign(**{dimension: total}), rest.assign(**{dimension: total})
    sums = rest.groupby(keys, sort=False)["value"].agg(
        sum="sum", parts="size", missing=lambda values: int(values.isna().sum()), fraction=_has_fraction
    )
    joined = totals.drop_duplicates(keys).set_index(keys)[["value", "source_row"]].join(sums, how="inner")
    whole = joined["value"].notna() & ~_fractions(joined["value"]) & ~joined["fraction"].astype(bool)
    # A row of one part only is no sum; nor is a row whose every part is withheld.
    return joined[whole & (joined["parts"] > 1) & (joined["missing"] < joined["parts"])]


def _same(frame: pd.DataFrame, first: str, second: str) -> bool:
    """Whether two columns say the same thing twice, as a code and its name do."""
    pairs = len(frame[[first, second]].drop_duplicates())
    return pairs > 1 and pairs == frame[first].nunique() == frame[second].nunique()


def _fractions(values: pd.Series) -> pd.Series:
    return values.notna() & (values % 1 != 0)


def _has_fraction(values: pd.Series) -> bool:
    return bool(_fractions(values).any())


def _differences(
    dimension: str, total: str, pairs: pd.DataFrame, base: int, likely: float, file: str
) -> Iterator[Fault]:
    """Yield one warning for each kind of difference, with its largest case and how many there are."""
    difference = pairs["sum"] - pairs["value"]
    most = (pairs["parts"] - pairs["missing"] + 1) * base / 2
    complete = pairs["missing"] == 0
    over = difference > most
    under = complete & (difference < -most)
    usual = likely * base / sqrt(12) * np.sqrt(pairs["parts"] + 1)
    doubtful = complete & ~over & ~under & (difference.abs() > usual) if base else complete & False
    kinds = (
        (
            "parts_exceed_total",
            over,
            "more than",
            "The parts overlap or are not all parts of it, or the figures are rates, which do not add up.",
        ),
        (
            "total_not_sum",
            under,
            "less than",
            "A part is missing from the table, or the figures are rates, which do not add up.",
        ),
        (
            "total_unlikely",
            doubtful,
            "not",
            "Rounding can explain this much but hardly would: look for a part that is missing or counted twice.",
        ),
    )
    for code, chosen, word, hint in kinds:
        if not chosen.any():
            continue
        at = difference[chosen].abs().idxmax()
        case = pairs.loc[at]
        gap = difference.loc[at]
        where = "" if at == total else f" for {_named(at)}"
        hidden = f", with {int(case['missing'])} of them withheld" if case["missing"] else ""
        allowed = f"; rounding to {base} explains at most {float(most.loc[at]):,.0f}" if base else ""
        message = (
            f"the {int(case['parts'])} parts add up to {case['sum']:,.0f}{hidden}, {word} '{total}' "
            f"({case['value']:,.0f}){where}: {abs(gap):,.0f} {'too many' if gap > 0 else 'too few'}{allowed}"
            f" ({int(chosen.sum())} of {len(pairs)} totals compared)"
        )
        yield Fault(code, message, file, int(case["source_row"]) or None, dimension, hint=hint)


def _unverified(table: LongTable, dimension: str, total: str, file: str) -> Fault:
    """Warn that a pivot can agree with itself and still count people twice."""
    frame = table.frame
    grand = frame
    for name in table.dimensions:
        totals = grand[grand[name].map(lambda label: TOTAL.search(label) is not None)]
        grand = totals if len(totals) else grand
    row = grand.loc[grand["value"].idxmax()] if grand["value"].notna().any() else grand.iloc[0]
    message = (
        f"the total '{total}' ({row['value']:,.0f} at most) agrees only with its own table: a pivot that leaves out a "
        "dimension with a total of its own counts everybody twice, in every cell alike, and still adds up"
    )
    hint = "Compare it with a total that is published elsewhere before use."
    return Fault("unverified_total", message, file, int(row["source_row"]) or None, dimension, hint=hint)


def _nested(table: LongTable, dimension: str, base: int, file: str) -> Iterator[Fault]:
    """Warn of a category that stands among its own parts, as 'White' beside 'White British' and 'White Irish'."""
    known = list(dict.fromkeys(table.frame[dimension]))
    if len(known) > _MOST_NESTED:
        return
    for label in known:
        start = label.casefold()
        parts = [part for part in known if part.casefold().startswith((f"{start} ", f"{start}:", f"{start},"))]
        if len(parts) < 2 or TOTAL.search(label):
            continue
        pairs = _pairs(table, dimension, label, parts)
        most = (pairs["parts"] + 1) * max(base, 1) / 2
        fits = (pairs["missing"] == 0) & ((pairs["sum"] - pairs["value"]).abs() <= most)
        if len(pairs) and 2 * int(fits.sum()) >= int((pairs["missing"] == 0).sum()) > 0:
            named = ", ".join(f"'{part}'" for part in parts[:5])
            message = f"'{label}' is the sum of other categories of the same column: {named}"
            hint = "Use either the whole or its parts, or people are counted twice."
            yield Fault("nested_categories", message, file, column=dimension, hint=hint)


def _two_unknowns(labels: pd.Series, dimension: str, file: str) -> Iterator[Fault]:
    """Warn of two labels for people of unknown group, one of which is just 'Unknown': they may overlap."""
    known = [label for label in dict.fromkeys(labels) if _UNKNOWN.search(label)]
    plain = [label for label in known if label.casefold() in ("unknown", "not known")]
    if plain and len(known) > 1:
        named = ", ".join(f"'{label}'" for label in known[:5])
        hint = "Ask the publisher whether one contains the other."
        message = f"several categories are for people whose group is unknown: {named}"
        yield Fault("overlapping_unknown", message, file, column=dimension, hint=hint)


def _named(key: object) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    return ", ".join(f"'{part}'" for part in parts)
