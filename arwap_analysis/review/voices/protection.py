"""Hide small counts of people, also from a reader who knows how many spoke at all.

Themes overlap, so that the numbers of a group do not add up over them; but nobody speaks of a theme who did not
speak. A reader who knows how many people of a group spoke has an upper bound for each of its counts, and a lower one
where everybody has a theme. Which of these numbers may stand beside the counts is decided by trying to undo it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from arwap_analysis.disclosure import OPEN_DATA, AuditResult, DisclosurePolicy, Entry, Policy, Table, protect_table
from arwap_analysis.disclosure.marks import CellText
from arwap_analysis.estimate import FloatArray

__all__ = ["ProtectedThemes", "protect_themes"]


@dataclass(frozen=True)
class ProtectedThemes:
    """Counts as they may be shown.

    `frame`: group, code, people (NaN where hidden), status. `totals`: people by code over all groups, NaN where
    hidden. `groups`: people by group, NaN where hidden. `everyone`: how many spoke, NaN where hidden.
    """

    frame: pd.DataFrame
    totals: pd.Series
    groups: pd.Series
    everyone: float
    policy: Policy
    actions: tuple[str, ...]
    audit: AuditResult | None

    @property
    def hidden(self) -> frozenset[tuple[str, str]]:
        """The (group, code) whose count is hidden."""
        rows = self.frame[self.frame["people"].isna()]
        return frozenset(zip(rows["group"], rows["code"], strict=True))


def protect_themes(
    themes: pd.DataFrame, *, groups: pd.Series, everyone: int, threshold: int | None, all_have_a_theme: bool
) -> ProtectedThemes:
    """Hide small counts, as many others as it takes, and the numbers of speakers that would give them away.

    Parameters
    ----------
    themes : DataFrame
        group, code, people: true counts, zeros too.
    groups : Series
        True number of people by group.
    everyone : int
        True number of people.
    threshold : int or None
        Counts below it are hidden, zeros too. None for passages of published documents: nothing is hidden.
    all_have_a_theme : bool
        Whether everybody has a theme, which a reader may guess.
    """
    grid = themes.pivot(index="group", columns="code", values="people").loc[
        groups.index, themes["code"].drop_duplicates()
    ]
    if threshold is None:
        frame = themes.assign(people=themes["people"].astype(float), status="published")
        return ProtectedThemes(
            frame, grid.sum().astype(float), groups.astype(float), float(everyone), OPEN_DATA, (), None
        )
    policy = DisclosurePolicy(id="small_counts_of_people", threshold=threshold)
    shown, totals, actions = _hide(grid, policy)
    bases, number = groups.to_numpy(float), float(everyone)
    for known_bases, known_number in ((True, True), (False, True), (False, False)):
        if known_bases and (bases < threshold).any():
            continue
        if not known_number or _holds(
            shown, totals, bases if known_bases else None, number, policy, all_have_a_theme=all_have_a_theme
        ):
            break
    frame = themes.assign(people=shown.ravel(), status=np.where(np.isnan(shown.ravel()), "suppressed", "published"))
    audit = AuditResult(True, int(np.isnan(shown).sum()), "No hidden count can be worked out closely.")
    return ProtectedThemes(
        frame,
        pd.Series(totals, index=grid.columns),
        groups.astype(float) if known_bases else groups * np.nan,
        number if known_number else float("nan"),
        policy.summary,
        actions,
        audit,
    )


def _hide(grid: pd.DataFrame, policy: DisclosurePolicy) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Return counts and totals with the hidden ones as NaN, and what was done."""
    counts = grid.to_numpy(float)
    # Labels of our own, so that a group that calls itself Total is no total.
    cells = [*((f"group {g}", f"code {c}", counts[g, c]) for g, c in np.ndindex(counts.shape)),
             *(("Total", f"code {c}", total) for c, total in enumerate(counts.sum(axis=0)))]  # fmt: skip
    entries = tuple(
        Entry((g, c), CellText("number", float(value)), row, "people") for row, (g, c, value) in enumerate(cells)
    )
    done = protect_table(Table("themes", ("group", "code"), entries), policy=policy)
    texts = done.text_of(0)
    shown = np.array(
        [np.nan if texts[row, "people"].startswith("[") else value for row, (*_, value) in enumerate(cells)]
    )
    return shown[: counts.size].reshape(counts.shape), shown[counts.size :], done.statements


def _holds(
    shown: FloatArray,
    totals: FloatArray,
    bases: FloatArray | None,
    everyone: float,
    policy: DisclosurePolicy,
    *,
    all_have_a_theme: bool,
) -> bool:
    """Whether no hidden count has a narrower range than the rule allows for one who knows the numbers of speakers."""
    groups, codes = shown.shape
    size = shown.size
    cells = np.arange(size).reshape(shown.shape)
    lower = np.concatenate([np.where(np.isnan(shown), 0.0, shown).ravel(), np.zeros(groups)])
    upper = np.concatenate([np.where(np.isnan(shown), everyone, shown).ravel(), np.full(groups, everyone)])
    if bases is not None:
        lower[size:], upper[size:] = bases, bases
    at_most, at_most_value, equal, equal_value = [], [], [np.r_[np.zeros(size), np.ones(groups)]], [everyone]
    for g in range(groups):
        for c in range(codes):  # nobody speaks of a theme who did not speak
            line = np.zeros(size + groups)
            line[cells[g, c]], line[size + g] = 1, -1
            at_most.append(line)
            at_most_value.append(0.0)
        if all_have_a_theme:
            line = np.zeros(size + groups)
            line[cells[g]], line[size + g] = -1, 1
            at_most.append(line)
            at_most_value.append(0.0)
    for known in np.flatnonzero(~np.isnan(totals)):
        line = np.zeros(size + groups)
        line[cells[:, known]] = 1
        equal.append(line)
        equal_value.append(float(totals[known]))
    needed = policy.range_width
    for cell in np.flatnonzero(np.isnan(shown.ravel())):
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(size + groups)
            goal[cell] = sign
            found = linprog(goal, np.array(at_most), at_most_value, np.array(equal), equal_value,
                            bounds=np.column_stack([lower, upper]))  # fmt: skip
            if found.x is None:
                return False
            ends.append(sign * float(found.fun))
        if np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6) < needed:
            return False
    return True
