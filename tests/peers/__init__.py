"""Hold the library against reference values that other software produced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FIXTURES", "fixture_cases"]

FIXTURES = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"


def fixture_cases(name: str) -> list[Any]:
    """Return the cases of one fixture file as pytest parameters, or one that says why it is skipped."""
    path = FIXTURES / name
    if not path.is_file():
        reason = f"the reference values {name} are not beside the project (shared/fixtures)"
        return [pytest.param({"id": "absent"}, marks=pytest.mark.skip(reason=reason))]
    return json.loads(path.read_text(encoding="utf-8"))["cases"]
