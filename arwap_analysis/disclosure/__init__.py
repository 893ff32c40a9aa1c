"""x"""
from arwap_analysis.disclosure.protect import OPEN_DATA, Policy, ProtectedTable, release_open
__all__ = ["OPEN_DATA", "Policy", "ProtectedTable", "release_open"]
