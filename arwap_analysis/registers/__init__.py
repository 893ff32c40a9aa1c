"""Registers: what others have said, promised or found, as typed records that can be checked.

`plan` is the register of the Plan's actions; what most callers need of it is here too.
"""

from __future__ import annotations

import importlib
from typing import Any

_FROM_PLAN = ("import_plan", "plan_status", "read_register", "read_updates")
__all__ = ["import_plan", "plan_status", "read_register", "read_updates"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is first used; an error inside it is never hidden."""
    if name in _FROM_PLAN:
        return getattr(importlib.import_module(f"{__name__}.plan"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
