"""The door through which data reach a reader: only a ProtectedTable can be shown.

Open data, which its publisher has already protected, pass as they are (`release_open`); a source has to declare
them open, nothing is assumed so. Anything else passes through a policy and an attack (`release_protected`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

__all__ = ["OPEN_DATA", "AuditResult", "Policy", "ProtectedTable", "release_open"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The rule under which a table may be shown: in words that the report prints, and for the audit of what leaves.

    `rule` is the JSON of the policy and of the totals that a reader knows; empty for open data.
    """

    id: str
    statement: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What the attack on a protected table found: whether it is safe, how many figures are hidden, and notes."""

    safe: bool
    hidden: int
    statement: str


OPEN_DATA = Policy(
    "open",
    "The inputs are published open data, protected by their publishers; no further protection was applied.",
)


@dataclass(frozen=True, slots=True, init=False)
class ProtectedTable:
    """A table that may be shown: its data, the policy, what was done to it, and what an attack on it found.

    `present` accepts nothing else, so that unprotected data cannot reach a chart by accident. The frame is
    handed out as a copy: what was protected cannot be changed afterwards. `audit` is None for open data alone.
    """

    policy: Policy
    actions: tuple[str, ...]
    audit: AuditResult | None
    _frame: pd.DataFrame

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        policy: Policy,
        actions: tuple[str, ...] = (),
        audit: AuditResult | None = None,
    ) -> None:
        if audit is not None and not audit.safe:
            raise ValueError("a table from which hidden figures can be worked out may not be shown")
        if audit is None and policy != OPEN_DATA:
            raise ValueError("only open data pass without an attack")
        object.__setattr__(self, "policy", policy)
        object.__setattr__(self, "actions", actions)
        object.__setattr__(self, "audit", audit)
        object.__setattr__(self, "_frame", frame.copy())

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the data that may be shown."""
        return self._frame.copy()

    def derived(self, make: Callable[[pd.DataFrame], pd.DataFrame]) -> ProtectedTable:
        """Return what `make` makes of the data that may be shown (names, other columns), under the same protection."""
        return ProtectedTable(make(self.frame), policy=self.policy, actions=self.actions, audit=self.audit)

    def __len__(self) -> int:
        return len(self._frame)


def release_open(frame: pd.DataFrame) -> ProtectedTable:
    """Return a table of open data as it is; its card has declared the data open."""
    return ProtectedTable(frame, policy=OPEN_DATA)
