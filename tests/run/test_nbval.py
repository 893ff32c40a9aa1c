"""nbval compares what notebooks show with what is stored, and would notice a change in a figure."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_a_figure_whose_data_changed_fails_the_comparison_though_its_picture_is_not_compared(project):
    path = project / "notebooks" / "evidence_review.ipynb"
    stored = path.read_text(encoding="utf-8")
    match = re.search(r"hash [0-9a-f]{16}", stored)
    path.write_text(stored.replace(match[0], "hash 0123456789abcdef", 1), encoding="utf-8")
    sanitize = ROOT / "tests" / "nbval_sanitize.cfg"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", project,
               "--nbval", path, "--nbval-sanitize-with", sanitize]  # fmt: skip
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 failed" in result.stdout
