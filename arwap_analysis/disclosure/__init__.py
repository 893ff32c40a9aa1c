"""Disclosure control: what may be shown and under which policy, and an attacker who tries to undo it.

What needs a solver is loaded when it is first used, so that showing open data does not wait for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from arwap_analysis.disclosure.protect import OPEN_DATA, AuditResult, Policy, ProtectedTable, release_open

if TYPE_CHECKING:
    from arwap_analysis.disclosure.audit import Audit, AuditedCell, audit_tables
    from arwap_analysis.disclosure.files import protect_files
    from arwap_analysis.disclosure.indicator import ProtectedIndicator, protect_indicator, release
    from arwap_analysis.disclosure.outputs import OutputsAudit, ShownTable, audit_outputs
    from arwap_analysis.disclosure.policy import DisclosurePolicy, Dominance, Rounding, policy_with, read_policy
    from arwap_analysis.disclosure.read import long_table, read_parts, read_table, two_way_table
    from arwap_analysis.disclosure.shares import KnownShare, read_shares
    from arwap_analysis.disclosure.tables import Entry, Table
    from arwap_analysis.disclosure.tabular import Release, protect_table, protect_tables

__all__ = [
    "OPEN_DATA",
    "Audit",
    "AuditResult",
    "AuditedCell",
    "DisclosurePolicy",
    "Dominance",
    "Entry",
    "KnownShare",
    "OutputsAudit",
    "Policy",
    "ProtectedIndicator",
    "ProtectedTable",
    "Release",
    "Rounding",
    "ShownTable",
    "Table",
    "audit_outputs",
    "audit_tables",
    "long_table",
    "policy_with",
    "protect_files",
    "protect_indicator",
    "protect_table",
    "protect_tables",
    "read_parts",
    "read_policy",
    "read_shares",
    "read_table",
    "release",
    "release_open",
    "two_way_table",
]

_WHERE = {
    **dict.fromkeys(("Audit", "AuditedCell", "audit_tables"), "audit"),
    **dict.fromkeys(("OutputsAudit", "ShownTable", "audit_outputs"), "outputs"),
    **dict.fromkeys(("DisclosurePolicy", "Dominance", "Rounding", "policy_with", "read_policy"), "policy"),
    **dict.fromkeys(("ProtectedIndicator", "protect_indicator", "release"), "indicator"),
    **dict.fromkeys(("long_table", "read_parts", "read_table", "two_way_table"), "read"),
    **dict.fromkeys(("KnownShare", "read_shares"), "shares"),
    **dict.fromkeys(("Release", "protect_table", "protect_tables"), "tabular"),
    **dict.fromkeys(("Entry", "Table"), "tables"),
    "protect_files": "files",
}


def __getattr__(name: str) -> Any:
    """Load a name from its module when it is first used; an error inside it is never hidden."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
