"""Time one report beside the plain papermill and nbconvert commands on the same notebook.

Prints a table of medians and ends with one line of JSON. The peer does less: it checks no parameter, writes no
data, figures or manifest, and its page is nbconvert's own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = ROOT / "notebooks" / "evidence_review.ipynb"
REPEATS = 3


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=ROOT)


def _peer(folder: Path) -> None:
    """The commands that an analyst would type without this package."""
    _run(BIN / "papermill", NOTEBOOK, folder / "report.ipynb", "--cwd", ROOT, "-k", "python3")
    _run(BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", folder / "report.ipynb")


def _ours(folder: Path) -> None:
    _run(BIN / "arwap", "run", ROOT / "params" / "homelessness.yml", "--out", folder, "--quiet")


def _cells(folder: Path) -> None:
    """The notebook's own code in a bare Python: what no tool can do without."""
    import nbformat

    cells = [c.source for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code"]
    (folder / "cells.py").write_text("\n".join(cells), encoding="utf-8")
    _run(sys.executable, folder / "cells.py")


def main() -> None:
    """Measure in turns, so that a slow moment of the machine meets all alike."""
    os.environ["PYTHONWARNINGS"] = "ignore"
    subjects = {"arwap run": _ours, "papermill + nbconvert": _peer, "the notebook's code alone": _cells}
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(REPEATS):
        for name, subject in subjects.items():
            with tempfile.TemporaryDirectory() as folder:
                times[name].append(_seconds(lambda subject=subject, folder=folder: subject(Path(folder))))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours, peer, floor = medians.values()
    for name, seconds in medians.items():
        sys.stdout.write(f"{name:<28}{seconds:7.2f} s{seconds / floor:7.2f} x the floor\n")
    result = {"benchmark": "render", "time_per_unit": round(ours, 3), "ratio_to_peer": round(ours / peer, 3),
              "ratio_to_floor": round(ours / floor, 3), "repeats": REPEATS}  # fmt: skip
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
