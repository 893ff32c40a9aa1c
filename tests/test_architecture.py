"""The import contracts hold, and each of them would notice a breach."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a process of its own, on the package in `folder`."""
    program = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": "", "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(ROOT / "arwap_analysis", tmp_path / "arwap_analysis", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy):
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("measures/rates.py", "import pandas", "Numerics know arrays only"),
        ("present/charts/groups.py", "from arwap_analysis import run", "Imports point down only"),
        ("present/charts/groups.py", "from arwap_analysis.measures import rate", "Presentation computes nothing"),
        ("sources/base.py", "from arwap_analysis import analyse", "Imports point down only"),
        ("errors.py", "from arwap_analysis import registry", "Imports point down only"),
    ],
)
def test_a_planted_breach_is_found_and_named(copy, file, line, contract):
    path = copy / "arwap_analysis" / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    result = lint_imports(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [text for text in result.stdout.splitlines() if "BROKEN" in text]
    assert any(contract in text for text in broken), result.stdout


def test_a_new_module_must_find_its_layer(copy):
    (copy / "arwap_analysis" / "extra.py").write_text('"""New."""\n', encoding="utf-8")
    result = lint_imports(copy)
    assert result.returncode == 1
    assert "extra" in result.stdout + result.stderr
