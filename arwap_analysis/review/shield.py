"""What of a report may be shown: which groups are hidden under the policy of the data, and the door to the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import (
    AuditResult,
    DisclosurePolicy,
    Entry,
    ProtectedTable,
    Table,
    protect_table,
    read_policy,
    release_open,
)
from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.disclosure.marks import CellText
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.review.dataset import Dataset

__all__ = ["Shield", "make_shield", "policy_of"]

_SAFE = AuditResult(True, 0, "No hidden figure can be worked out more closely than the rule allows.")


@dataclass(frozen=True)
class Shield:
    """The policy of the data and what it hides; None for data that their publisher has protected.

    `hidden` are tuples of labels, one for each dimension of the counts: (group,), or (group, level of a second
    characteristic); a group whose counts are hidden is hidden in all its crossings.
    """

    policy: DisclosurePolicy | None
    hidden: frozenset[tuple[str, ...]] = frozenset()
    actions: tuple[str, ...] = ()

    @property
    def groups(self) -> frozenset[str]:
        """The groups of which nothing is shown."""
        return frozenset(labels[0] for labels in self.hidden if len(labels) == 1)

    def cover(self, frame: pd.DataFrame, *, by: Sequence[str] = ("group",)) -> pd.DataFrame:
        """Return a table of results with the rows that would show a hidden count emptied, and the reason beside them.

        A row is emptied where its own labels are hidden, or those of its reference.
        """
        if not self.hidden:
            return frame
        labels = list(zip(*(frame[name].astype(str) for name in by), strict=True))
        gone = np.array([own in self.hidden or (own[0],) in self.hidden for own in labels], dtype=bool)
        if "reference" in frame.columns:
            gone |= frame["reference"].isin(self.groups).to_numpy()
        covered = frame.copy()
        numbers = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]
        covered[numbers] = covered[numbers].astype(float)
        covered.loc[gone, numbers] = np.nan
        for name, value in (("status", "suppressed"), ("reason", REASON), ("direction", "not_assessed"), ("band", "")):
            if name in covered.columns:
                covered.loc[gone, name] = value
        return covered

    def release(self, frame: pd.DataFrame) -> ProtectedTable:
        """Return a table that has been covered as one that may be shown."""
        if self.policy is None:
            return release_open(frame)
        audit = AuditResult(True, len(self.hidden), _SAFE.statement)
        return ProtectedTable(frame, policy=self.policy.summary, actions=self.actions, audit=audit)


def policy_of(card: Dataset, path: Path) -> DisclosurePolicy | None:
    """Return the policy that a card names; None for open data.

    Raises
    ------
    ParameterError
        For a policy that is missing or wrong, hides no count, or rounds: models of true counts would undo the rounding.
    """
    if card.disclosure == "open":
        return None
    policy = read_policy(path.parent / card.disclosure)
    if policy.rounding is not None or policy.threshold is None:
        raise ParameterError(
            Fault("unfit_policy", "models of people need a policy with a threshold and without rounding",
                  str(path.parent / card.disclosure), hint="Results of true counts would undo the rounding.")
        )  # fmt: skip
    return policy


def make_shield(counts: pd.DataFrame, *, policy: DisclosurePolicy | None, by: Sequence[str] = ("group",)) -> Shield:
    """Decide which groups, and which of their crossings, may not be shown.

    Parameters
    ----------
    counts : DataFrame
        A row for each combination of the labels of `by` (the group first) and of `answer`, and the people in it,
        `people`. Sums over any of them count as known to the reader.
    policy : DisclosurePolicy, optional
        The rule of the data; None for open data.
    by : sequence of str
        The columns of labels.

    Raises
    ------
    DataError
        When the counts cannot be protected under the policy.
    """
    if policy is None:
        return Shield(None)
    names = [*by, "answer"]
    cells = counts.groupby(names, sort=False)["people"].sum()
    grid = pd.MultiIndex.from_product([counts[name].unique() for name in names], names=names)
    cells = cells.reindex(grid, fill_value=0.0)
    entries = [*_entries(cells.reset_index(), names)]
    done = protect_table(Table("counts", tuple(names), tuple(entries)), policy=policy)
    hidden: set[tuple[str, ...]] = set()
    for cell in np.flatnonzero(done.hidden):
        places = done.linked.places[cell]
        labels = entries[places[0][1]].labels[:-1] if places else ()
        # A hidden margin over groups hides nothing that is shown.
        if labels and labels[0] != "Total":
            hidden.add(tuple(label for label in labels if label != "Total"))
    return Shield(policy, frozenset(hidden), done.statements)


def _entries(cells: pd.DataFrame, names: list[str]) -> list[Entry]:
    """Return the cells and every sum over some of their dimensions."""
    frames = [cells]
    for name in names:
        kept = [other for other in names if other != name]
        frames += [
            frame.groupby(kept, sort=False)["people"].sum().reset_index().assign(**{name: "Total"})[[*names, "people"]]
            for frame in list(frames)
        ]
    rows = pd.concat(frames, ignore_index=True)
    return [
        Entry(tuple(str(label) for label in labels), CellText("number", float(people)), number, "people")
        for number, (*labels, people) in enumerate(rows[[*names, "people"]].itertuples(index=False), start=2)
    ]
