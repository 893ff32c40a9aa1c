"""The door through which data reach a reader: only a ProtectedTable can be shown.

Until disclosure control for unpublished data is built, one policy exists: open data, which its publisher
has already protected. A source has to declare it; nothing is assumed open.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["OPEN_DATA", "Policy", "ProtectedTable", "release_open"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The rule under which a table may be shown, in words that the report prints."""

    id: str
    statement: str


OPEN_DATA = Policy(
    "open",
    "The inputs are published open data, protected by their publishers; no further protection was applied.",
)


@dataclass(frozen=True, slots=True, init=False)
class ProtectedTable:
    """A table that may be shown: its data, the policy, and what was done to it.

    `present` accepts nothing else, so that unprotected data cannot reach a chart by accident. The frame is
    handed out as a copy: what was protected cannot be changed afterwards.
    """

    policy: Policy
    actions: tuple[str, ...]
    _frame: pd.DataFrame

    def __init__(self, frame: pd.DataFrame, *, policy: Policy, actions: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "policy", policy)
        object.__setattr__(self, "actions", actions)
        object.__setattr__(self, "_frame", frame.copy())

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the data that may be shown."""
        return self._frame.copy()

    def __len__(self) -> int:
        return len(self._frame)


def release_open(frame: pd.DataFrame) -> ProtectedTable:
    """Return a table of open data as it is; its card has declared the data open."""
    return ProtectedTable(frame, policy=OPEN_DATA)
