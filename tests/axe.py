"""Hold a page against the accessibility rules of axe-core in a real browser.

axe-core comes from the npm registry, pinned in `tests/axe/package-lock.json`: `make axe` installs it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Tab

__all__ = ["axe_faults"]

FOLDER = Path(__file__).parent / "axe"
_SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# The answer holds every rule by its outcome; only what a person needs to find the fault is kept.
_RUN = """axe.run(document, {runOnly: {type: 'tag', values: %s}}).then(r => ({
  passed: r.passes.length,
  faults: r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.target.join(' ') + ': ' + n.failureSummary)),
  doubtful: r.incomplete.map(v => v.id)}))"""


@cache
def _axe() -> str:
    if not _SCRIPT.is_file():
        pytest.skip("axe-core is not installed; run 'make axe' (it needs npm) to test pages against its rules")
    return _SCRIPT.read_text(encoding="utf-8")


def axe_faults(tab: Tab) -> dict[str, Any]:
    """Return how many rules the open page passed, each fault as text, and the rules that need a person to look."""
    tab.ask(_axe() + "; 1")
    return dict(tab.ask(_RUN % list(RULES)))
