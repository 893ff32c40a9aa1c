"""Protect an indicator table, and everything that is derived from it.

The counts of an indicator table are the cells; the sums are those that a reader can look up: over groups, over areas,
over strata, over periods, over the detail of a broad group. Populations are taken as known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arwap_analysis.areas import area_codes
from arwap_analysis.disclosure.marks import CellText, Kind
from arwap_analysis.disclosure.policy import DisclosurePolicy
from arwap_analysis.disclosure.protect import AuditResult, ProtectedTable, release_open
from arwap_analysis.disclosure.tables import Entry, LinkedTables, Table, link_tables
from arwap_analysis.disclosure.tabular import Release, protect_linked
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.ethnicity import crosswalk

__all__ = ["REASON", "ProtectedIndicator", "protect_indicator", "release"]

# One reason for all hidden figures: another one would tell which of them are small.
REASON = "Withheld so that no person can be recognised"
WALES = "W92000004"
_KEYS = ("indicator", "area", "period", "group")
_KEPT = {"confidence", "denominator", "reference_denominator", "effective_sample_size"}


@dataclass(frozen=True, slots=True)
class ProtectedIndicator:
    """An indicator table whose small counts are hidden.

    `frame` has the columns of the indicator table. Hidden rows have the status "suppressed" and no number but the
    denominator. `hidden` are the keys of the hidden cells: one row each, with the dimensions as columns. `totals`
    are the dimensions over which a reader is taken to know the sum.
    """

    frame: pd.DataFrame
    hidden: pd.DataFrame
    policy: DisclosurePolicy
    actions: tuple[str, ...]
    audit: AuditResult
    totals: tuple[str, ...] = ()

    @property
    def table(self) -> ProtectedTable:
        """The indicator table as `present` takes it."""
        return self._pass(self.frame)

    def results(self, frame: pd.DataFrame) -> ProtectedTable:
        """Protect results that were computed from the true table; see `release`."""
        if self.policy.rounding is not None:
            raise ParameterError(
                Fault(
                    "results_of_true_counts",
                    "results computed from true counts would undo the rounding",
                    hint="Analyse the frame of the protected indicator instead of the true table.",
                )
            )
        marked = frame.copy()
        touched = _uses_hidden(marked, self.hidden, self.frame)
        numbers = [c for c in marked.columns if pd.api.types.is_float_dtype(marked[c]) and c not in _KEPT]
        marked.loc[touched, numbers] = np.nan
        for column, value in (("status", "suppressed"), ("reason", REASON), ("direction", "not_assessed")):
            if column in marked.columns:
                marked.loc[touched, column] = value
        return self._pass(marked)

    def computed(self, frame: pd.DataFrame) -> ProtectedTable:
        """Return results that were computed from `frame` of this object alone as a table that may be shown.

        What uses a hidden figure is absent from them already, because the analysis never saw it.
        """
        return self._pass(frame)

    def _pass(self, frame: pd.DataFrame) -> ProtectedTable:
        dimensions = [column for column in self.hidden.columns if column != "indicator"]
        cells = self.hidden[dimensions].astype(str).to_numpy().tolist()
        policy = self.policy.summary_of(dimensions=dimensions, totals=self.totals, hidden=cells)
        return ProtectedTable(frame, policy=policy, actions=self.actions, audit=self.audit)


def release(frame: pd.DataFrame, *, protected: ProtectedIndicator | None) -> ProtectedTable:
    """Return results as a table that may be shown.

    Without protection the inputs are open data. Otherwise every row that uses a hidden cell loses its numbers: rows
    of the cell itself, comparisons with it as the reference, summaries over all groups (the others are published,
    so that the hidden one could be worked out), and pooled or trend rows over its area and period.

    Raises
    ------
    ParameterError
        When the policy rounds: results have then to be computed from the protected table.
    """
    return release_open(frame) if protected is None else protected.results(frame)


def protect_indicator(
    table: pd.DataFrame,
    *,
    policy: DisclosurePolicy,
    totals: Sequence[str] = ("group", "area"),
    broad: str | None = None,
) -> ProtectedIndicator:
    """Hide the small counts of an indicator table so that published totals do not give them away.

    Parameters
    ----------
    table : DataFrame
        Indicator table (validated) of one indicator and classification, with true counts.
    policy : DisclosurePolicy
        The rule of the source.
    totals : sequence of str
        Dimensions whose totals a reader can look up and which cannot be hidden here: "group" (all people of an
        area), "area" (all areas of the table together), "period" (all years together), or a stratum. An area
        total needs no row: a row for Wales among the 22 local authorities is the sum of them in any case.
    broad : str, optional
        Classification whose larger groups are published as well ("ethnic_group_5" beside 19 groups).

    Returns
    -------
    ProtectedIndicator
        Denominators stay: populations are public. With rounding, values are made from rounded counts, and
        intervals are left to the analysis of them.

    Raises
    ------
    ParameterError
        For more than one indicator or classification, or a total over no dimension of the table.
    DataError
        When counts contradict each other, or totals that are published elsewhere give hidden counts away.
    """
    dimensions = _dimensions(table, totals)
    linked, barred, most = _link(table, dimensions, totals, broad, least=float(policy.smallest))
    done = protect_linked(linked, policy=policy, barred=barred, most=most, elsewhere=True)
    frame, gone = _marked(table, done)
    audit = AuditResult(True, int(gone.sum()), "No hidden figure can be worked out more closely than the rule allows.")
    hidden = frame.loc[gone, [*_KEYS, *_strata(table)]].reset_index(drop=True)
    return ProtectedIndicator(frame, hidden, policy, done.statements, audit, tuple(totals))


def _strata(table: pd.DataFrame) -> list[str]:
    from arwap_analysis.indicators.schema import COLUMNS, OPTIONAL

    return [column for column in table.columns if column not in (*COLUMNS, *OPTIONAL)]


def _dimensions(table: pd.DataFrame, totals: Sequence[str]) -> list[str]:
    """Return the dimensions of the cells; raises ParameterError for tables that mix what cannot be added."""
    dimensions = ["area", "period", "group", *_strata(table)]
    faults = [
        Fault("mixed_table", f"the table has more than one {column}", column=column, hint="Protect one at a time.")
        for column in ("indicator", "classification")
        if table[column].nunique() != 1
    ]
    faults += [
        Fault("unknown_total", f"there is no dimension '{name}'", value=name, hint=did_you_mean(name, dimensions))
        for name in totals
        if name not in dimensions
    ]
    if faults:
        raise ParameterError(faults)
    return dimensions


def _link(
    table: pd.DataFrame, dimensions: list[str], totals: Sequence[str], broad: str | None, *, least: float
) -> tuple[LinkedTables, np.ndarray, np.ndarray]:
    """Make linked cells of the table's counts and of the sums that a reader can look up.

    Whoever looks up a sum knows it, whatever is absent here: a count that the source withholds is taken into it as the
    `least` that it can be, and any other absent one as no part of it. Neither then stands in for a count to be hidden.
    Where Wales stands among its authorities, absent counts have to agree with it and stay unknown.
    """
    parts: dict[str, list[str]] = {}
    areas = set(table["area"])
    if WALES in areas and set(area_codes("local_authority")) <= areas:
        parts[WALES] = list(area_codes("local_authority"))
    absent: Kind = "x" if parts else "z"
    entries = [
        Entry(tuple(str(v) for v in labels), _text(count, status, absent), row, "numerator")
        for row, (labels, count, status) in enumerate(
            zip(table[dimensions].itertuples(index=False), table["numerator"], table["status"], strict=True), start=2
        )
    ]
    if not parts:
        in_sums = table["status"].eq("suppressed").map({True: least, False: 0.0})
        table = table.assign(numerator=table["numerator"].fillna(in_sums))
    if broad is not None:
        for found in crosswalk(str(table["classification"].iloc[0]), broad):
            if found.code is not None and found.relation == "many_to_one" and found.source in set(table["group"]):
                parts.setdefault(f"{broad}: {found.code}", []).append(found.source)
    own = len(entries)
    # Over one value the total would be the cell itself.
    several = [name for name in totals if table[name].nunique() > 1]
    entries += _sums(table, dimensions, several, parts)
    linked = link_tables([Table("indicator", tuple(dimensions), tuple(entries))], parts=parts)
    barred = np.array([bool(places) and places[0][1] >= own for places in linked.places])
    most = np.full(len(linked.keys), np.inf)
    counted = table["unit"].isin(["proportion", "rate"]).to_numpy() & table["denominator"].notna().to_numpy()
    for cell, places in enumerate(linked.places):
        if places and places[0][1] < own and counted[places[0][1]]:
            most[cell] = float(np.floor(table["denominator"].iloc[places[0][1]]))
    return linked, barred, most


def _text(count: float, status: str, absent: Kind) -> CellText:
    if not np.isnan(count):
        return CellText("number", float(count))
    kinds: dict[str, Kind] = {"suppressed": "c", "not_applicable": "z"}
    return CellText(kinds.get(status, absent), float("nan"))


def _sums(
    table: pd.DataFrame, dimensions: list[str], totals: Sequence[str], parts: dict[str, list[str]]
) -> list[Entry]:
    """Cells of the sums that a reader can look up; those with an unknown part are unknown themselves."""
    found = table[[*dimensions, "numerator"]].astype(dict.fromkeys(dimensions, str)).copy()
    broads = {member: whole for whole, members in parts.items() if whole != WALES for member in members}
    frames = [found]
    if broads:
        lifted = found[found["group"].isin(broads)].assign(group=lambda f: f["group"].map(broads))
        frames.append(_added(lifted, dimensions))
    for name in totals:
        for base in list(frames):
            if name == "group":
                kept = base[~base["group"].isin(set(broads.values()))]
            elif name == "area" and WALES in parts:
                continue
            else:
                kept = base
            if not kept.empty:
                frames.append(_added(kept.assign(**{name: "Total"}), dimensions))
    rows = pd.concat(frames[1:], ignore_index=True) if len(frames) > 1 else found.iloc[:0]
    rows = rows.drop_duplicates(dimensions)
    return [
        Entry(tuple(labels), _text(count, "", "x"), 0, "total")
        for labels, count in zip(rows[dimensions].itertuples(index=False), rows["numerator"], strict=True)
    ]


def _added(frame: pd.DataFrame, dimensions: list[str]) -> pd.DataFrame:
    return frame.groupby(dimensions, sort=False)["numerator"].agg(lambda c: c.sum(skipna=False)).reset_index()


def _marked(table: pd.DataFrame, done: Release) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table with hidden rows emptied and the others rounded, and which rows are hidden."""
    frame = table.reset_index(drop=True).copy()
    cell_of = {places[0][1]: cell for cell, places in enumerate(done.linked.places) if places}
    cells = np.array([cell_of[row] for row in range(len(frame))])
    gone = done.hidden[cells]
    numbers = ["numerator", "value", "standard_error", "lower", "upper"]
    if done.policy.rounding is not None:
        shown = done.shown[cells]
        counts = frame["numerator"].to_numpy(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            made = np.where(counts > 0, frame["value"].to_numpy(float) * shown / counts, frame["value"].to_numpy(float))
        frame["value"] = np.where(np.isnan(counts), frame["value"], made)
        frame["numerator"] = np.where(np.isnan(counts), np.nan, shown)
        frame[["standard_error", "lower", "upper"]] = np.nan
    frame.loc[gone, numbers] = np.nan
    frame.loc[gone, "status"], frame.loc[gone, "reason"] = "suppressed", REASON
    return frame, gone


def _uses_hidden(results: pd.DataFrame, hidden: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Which rows of results use a hidden cell; a column that names no value of the table stands for all of them."""
    uses = np.zeros(len(results), dtype=bool)
    groups = set(table["group"])
    others = [column for column in hidden.columns if column != "group" and column in results.columns]
    values = {column: set(table[column]) for column in others}
    own = results["group"] if "group" in results.columns else pd.Series(None, index=results.index, dtype=object)
    reference = results["reference"] if "reference" in results.columns else pd.Series(None, index=results.index)
    # A reference that is no group (all others, the best, the average) is made of all groups.
    everyone = ~own.isin(groups) | (reference.notna() & ~reference.isin(groups))
    if "reference_numerator" in results.columns:
        everyone |= reference.isna() & results["reference_numerator"].notna()
    for cell in hidden.itertuples(index=False):
        match = (everyone | (own == cell.group) | (reference == cell.group)).to_numpy(bool, copy=True)
        for column in others:
            here = results[column]
            match &= ((here == getattr(cell, column)) | ~here.isin(values[column])).to_numpy(bool)
        uses |= match
    return uses
