"""Render one report: execute its notebook aside, write every output, and move the folder into place whole."""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault, ParameterError, RunError
from arwap_analysis.present.bundle import write_bundle
from arwap_analysis.present.page import prepare_page
from arwap_analysis.run.kernels import kernel_manager_class
from arwap_analysis.run.parameters import read_notebook
from arwap_analysis.run.provenance import report_date, write_manifest
from arwap_analysis.run.spec import Report
from arwap_analysis.run.varying import settle_notebook

__all__ = ["Progress", "RunResult", "run_report"]

Progress = Callable[[int, int, str], None]
"""Called after each cell with the cells done, all cells, and the heading that the next cell stands under."""

_KERNEL = "python3"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")  # colours that a terminal would show and a text file would not


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished report: its folder, its page, and the seconds that it took."""

    id: str
    folder: Path
    page: Path
    seconds: float


def run_report(report: Report, *, out: Path | None = None, progress: Progress | None = None) -> RunResult:
    """Render a report into `out`/ID (default: the project's `outputs`).

    Everything is written into a folder beside the target, which is renamed when all is done; whatever
    goes wrong, an earlier report stays as it was. A failed notebook is kept in `ID.failed`.

    Raises
    ------
    ParameterError
        When the outputs folder cannot be written to.
    RunError
        When a cell fails, or another run is writing the same report.
    """
    # Absolute, because papermill changes the working folder while the notebook runs.
    root = report.project / "outputs" if out is None else Path(out).absolute()
    started = datetime.now(UTC)
    target = root / report.id
    # The page's converter loads while the kernel works; the first use would otherwise wait for it.
    threading.Thread(target=prepare_page, daemon=True).start()
    with _exclusive(target) as aside:
        notebook = _execute(report, aside / "report.ipynb", target, progress)
        settle_notebook(aside / "report.ipynb", report)
        title = str(report.parameters.get("title", report.id))
        page = write_bundle(
            notebook,
            aside,
            title=title,
            language=str(report.parameters.get("language", "en")),
            facts=(("Report made", report_date(started)), ("Review", report.id)),
        )
        write_manifest(report, aside, started=started)
        _move_into_place(aside, target)
    shutil.rmtree(_failed(target), ignore_errors=True)
    seconds = (datetime.now(UTC) - started).total_seconds()
    return RunResult(report.id, target, target / page.name, seconds)


def _failed(target: Path) -> Path:
    return target.with_name(f"{target.name}.failed")


def _execute(report: Report, destination: Path, target: Path, progress: Progress | None) -> Any:
    """Execute the notebook with papermill; on failure keep it beside the earlier report."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    hooks = {} if progress is None else {"on_cell_executed": _progress_hook(report, progress)}
    # papermill warns of types that its own parser cannot read; ours has checked them already.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    log = destination.parent.with_name("kernel.log")  # beside the outputs, so that it is not one of them
    try:
        return papermill.execute_notebook(
            str(report.notebook),
            str(destination),
            parameters=dict(report.parameters),
            kernel_name=_KERNEL,
            cwd=str(report.project),
            progress_bar=False,
            kernel_manager_class=kernel_manager_class(log),
            log_output=False,
            **hooks,
        )
    except PapermillExecutionError as error:
        kept = _keep_failed(destination, target, str(error), log)
        message = f"{error.ename}: {error.evalue}"
        raise RunError(report.id, message, cell=str(error.cell_index), notebook=str(kept)) from None
    except RuntimeError as error:  # nbclient: the kernel died, or did not start
        kept = _keep_failed(destination, target, str(error), log)
        raise RunError(report.id, str(error), notebook=str(kept)) from None


def _progress_hook(report: Report, progress: Progress) -> Callable[..., None]:
    """Return what nbclient calls after each cell: it counts cells and names the section that comes next."""
    sections = _sections(report.notebook)
    done = 0

    def after_cell(**_: Any) -> None:
        nonlocal done
        done += 1
        progress(min(done, len(sections)), len(sections), sections[min(done, len(sections) - 1)])

    return after_cell


def _sections(path: Path) -> list[str]:
    """Return the heading above each cell that will run, the one with the injected parameters included."""
    sections, heading = [], ""
    for cell in read_notebook(path)["cells"]:
        if cell["cell_type"] == "markdown":
            headings = [line for line in cell["source"].splitlines() if line.startswith("#")]
            heading = headings[-1].lstrip("# ") if headings else heading
        elif cell["cell_type"] == "code":
            sections += [heading] * (2 if "parameters" in cell["metadata"].get("tags", ()) else 1)
    return sections


def _keep_failed(notebook: Path, target: Path, error: str, log: Path) -> Path:
    """Move the failed notebook and its error beside the earlier report, replacing an older failure."""
    folder = _failed(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if notebook.exists():  # a kernel that never started leaves none
        shutil.move(notebook, folder / "report.ipynb")
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    text = f"{error}\n\nWhat the kernel said outside the cells:\n{said}" if said.strip() else error
    (folder / "error.txt").write_text(_ANSI.sub("", text), encoding="utf-8")
    return folder / "report.ipynb"


@contextmanager
def _exclusive(target: Path) -> Iterator[Path]:
    """Lend an empty folder beside `target` to the one run that may write it, and remove it afterwards."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(target.with_name(f".{target.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise ParameterError(
            Fault(
                "cannot_write",
                f"the outputs folder cannot be written to: {error.strerror}",
                str(target.parent),
                hint="Choose another folder with --out, or ask for the right to write there.",
            )
        ) from None
    try:
        if not _lock(lock):
            raise RunError(target.name, "another run is writing this report; wait for it, or use another --out")
        _recover(target)
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
        ) as aside:
            inner = Path(aside) / target.name
            inner.mkdir()
            yield inner
    finally:
        os.close(lock)


def _lock(handle: int) -> bool:
    """Take the lock of a report; it falls when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no fcntl; there, two runs into one folder are the user's to avoid
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _recover(target: Path) -> None:
    """Clean up after a run that was killed: bring back a report that stood aside, drop what was half made."""
    previous = target.with_name(f".{target.name}.previous")
    if previous.exists():
        if target.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(target)
    for leftover in target.parent.glob(f".{target.name}.*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)


def _move_into_place(aside: Path, target: Path) -> None:
    """Replace the earlier report by the new one; if the second rename fails, the earlier one comes back."""
    previous = target.with_name(f".{target.name}.previous")
    if target.exists():
        target.rename(previous)
    try:
        aside.rename(target)
    except OSError:
        if previous.exists():
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)
