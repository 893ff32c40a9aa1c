"""Time a batch of reports beside its floor and its peer, and see that neither time nor memory grows with its size.

Floor: the notebook's own code, each cell in turn, in a process forked from one that has loaded the libraries; as many
at once as the batch has workers. Peer: the `papermill` and `jupyter nbconvert` commands, report by report, as many
loops at once. Prints a table and ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from arwap_analysis.run.batch import Event, default_workers, plan_jobs, run_batch
from arwap_analysis.run.parameters import read_notebook

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = ROOT / "notebooks" / "evidence_review.ipynb"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}

FLOOR = """
import json, os, sys, time
from arwap_analysis.run.warm.server import _load
_load()
cells = json.loads(sys.stdin.readline())
codes = [[compile(part, "cell", kind) for part, kind in cell] for cell in cells]
def run():
    names = {}
    for parts in codes:
        for code in parts:
            shown = eval(code, names)
        if hasattr(shown, "_repr_mimebundle_"):
            shown._repr_mimebundle_()
workers, number = int(sys.argv[1]), int(sys.argv[2])
for _ in range(int(sys.argv[3])):
    start, running, left = time.perf_counter(), 0, number
    while left or running:
        while left and running < workers:
            if os.fork() == 0:
                run()
                os._exit(0)
            left, running = left - 1, running + 1
        _, status = os.wait()
        assert status == 0
        running -= 1
    print((time.perf_counter() - start) / number, flush=True)
    sys.stdin.readline()
"""


def _cells() -> list[list[tuple[str, str]]]:
    """Each code cell as what to execute and what to evaluate, the last expression of a cell being shown."""
    cells = []
    for cell in read_notebook(NOTEBOOK)["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse(cell["source"]).body
        last = [(ast.unparse(body.pop()), "eval")] if isinstance(body[-1], ast.Expr) else []
        cells.append(([(ast.unparse(ast.Module(body, [])), "exec")] if body else []) + last)
    return cells


class _Floor:
    """A warm process that runs the notebook's code in forks of itself, once for each `seconds`."""

    def __init__(self, workers: int, number: int, rounds: int) -> None:
        command = [sys.executable, "-c", FLOOR, str(workers), str(number), str(rounds)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
            cwd=ROOT,
        )
        self._say(json.dumps(_cells()))

    def _say(self, text: str) -> None:
        self._process.stdin.write(text + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]

    def seconds(self) -> float:
        """Return the seconds for each report of the round that has just ended, and start the next."""
        return float(self._process.stdout.readline())  # type: ignore[union-attr]

    def go_on(self) -> None:
        self._say("")


class _Batch:
    """A project of many reports, and the time that each batch of them takes."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.number = folder, number
        for name in ("notebooks", "data"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / "params").mkdir()
        # The notebook's own defaults, which the floor runs with too.
        titles = ", ".join(f"number {n}" for n in range(number))
        text = f"id: report\nnotebook: {NOTEBOOK.stem}\nmatrix:\n  title: [{titles}]\n"
        (folder / "params" / "many.yml").write_text(text, encoding="utf-8")

    def run(self, workers: int, *, force: bool = False) -> tuple[float, list[float]]:
        """Return the seconds of the whole, planning included, and when each report ended after the first began."""
        start = time.perf_counter()
        begun: list[float] = []
        ends: list[float] = []

        def note(event: Event) -> None:
            if event.kind == "started" and not begun:
                begun.append(time.perf_counter())
            if event.kind == "ended":
                ends.append(time.perf_counter() - begun[0])

        result = run_batch(plan_jobs([self.folder / "params"], force=force), workers=workers, on_event=note)
        if result.failed:
            raise SystemExit(f"a report failed: {result.failed[0].message}")
        return time.perf_counter() - start, ends


def _peer(workers: int, number: int) -> float:
    """Seconds for each report of the command loop."""

    def one(folder: str) -> None:
        report = Path(folder) / "report.ipynb"
        render = [BIN / "papermill", NOTEBOOK, report, "--cwd", ROOT, "-k", "python3"]
        convert = [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", report]
        for command in (render, convert):
            subprocess.run(
                [str(part) for part in command], check=True, capture_output=True, env={**os.environ, **ONE_THREAD}
            )

    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(workers) as pool:
        folders = [tempfile.mkdtemp(dir=root) for _ in range(number)]
        start = time.perf_counter()
        list(pool.map(one, folders))
        return (time.perf_counter() - start) / number


def main() -> None:
    """Measure in turns, so that a slow moment of the machine meets all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=24, help="reports of a batch (500 for the growth)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--no-peer", action="store_true", help="leave out the slow command loop")
    options = parser.parse_args()
    workers, number = options.workers, options.reports
    small = min(number, 24)
    times: dict[str, list[float]] = {"ours": [], "floor": [], "peer": []}
    with tempfile.TemporaryDirectory() as folder:
        batch = _Batch(Path(folder), small)
        floor = _Floor(workers, small, options.rounds)
        for _ in range(options.rounds):
            times["floor"].append(floor.seconds())
            times["ours"].append(batch.run(workers, force=True)[1][-1] / small)
            if not options.no_peer:
                times["peer"].append(_peer(workers, max(workers, 4)))
            floor.go_on()
    medians = {name: statistics.median(values) for name, values in times.items() if values}
    for name, seconds in medians.items():
        print(f"{name:<8}{seconds:8.3f} s a report{seconds / medians['floor']:8.2f} x the floor")
    result = {
        "benchmark": "batch",
        "workers": workers,
        "time_per_unit": round(medians["ours"], 3),
        "ratio_to_floor": round(medians["ours"] / medians["floor"], 3),
        "ratio_to_peer": round(medians["ours"] / medians["peer"], 4) if "peer" in medians else None,
    }
    with tempfile.TemporaryDirectory() as folder:
        batch = _Batch(Path(folder), number)
        before = _held()
        whole, ends = batch.run(workers)
        again, _ = batch.run(workers)
        tenth = max(1, number // 10)
        result |= {
            "reports": number,
            "seconds_whole": round(whole, 1),
            "seconds_unchanged": round(again, 2),
            "last_tenth_to_first": round((ends[-1] - ends[-1 - tenth]) / (ends[tenth] - ends[0]), 2),
            "parent_memory_grew_mb": round((_held() - before) / 1e6, 1),
        }
    print(json.dumps(result))


def _held() -> int:
    """Bytes of memory that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
