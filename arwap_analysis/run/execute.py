"""Render one report: execute its notebook aside, write every output, and move the folder into place whole."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from arwap_analysis.disclosure import OutputsAudit
from arwap_analysis.errors import ParameterError, RunError
from arwap_analysis.present.bundle import write_bundle
from arwap_analysis.present.editions import belongs_to
from arwap_analysis.present.page import prepare_page
from arwap_analysis.project import PROJECT_VARIABLE
from arwap_analysis.run.consistency import check_report
from arwap_analysis.run.limits import Limits
from arwap_analysis.run.parameters import read_notebook
from arwap_analysis.run.place import exclusive, failed_folder, move_into_place, short_temporary_root
from arwap_analysis.run.private import audit_facts, audit_report, keep_private, only_protected
from arwap_analysis.run.provenance import report_date, seed_of, write_manifest
from arwap_analysis.run.spec import Report
from arwap_analysis.run.varying import settle_notebook
from arwap_analysis.run.warm.kernel import MEMORY_VARIABLE, SEED_VARIABLE
from arwap_analysis.texts import FIRST_LANGUAGE, languages_of, text_of

__all__ = ["Progress", "RunResult", "changes_between", "run_report"]

Progress = Callable[[int, int, str], None]
"""Called after each cell with the cells done, all cells, and the heading that the next cell stands under."""

_KERNEL = "python3"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")  # colours that a terminal would show and a text file would not


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished report: its folder, its page, and the seconds that it took.

    `changes` says in words what differs from the report that it replaced, None where there was none.
    `left_behind` names files that the notebook wrote into its working folder, which went with the run. `audit` is what
    the last look at its tables found, and `private` where the executed notebook lies as it came from the kernel, for
    data that are not open. `doubts` names figures that cannot all be true.
    """

    id: str
    folder: Path
    page: Path
    seconds: float
    changes: tuple[str, ...] | None = None
    left_behind: tuple[str, ...] = ()
    audit: OutputsAudit | None = None
    private: Path | None = None
    doubts: tuple[str, ...] = ()


def run_report(
    report: Report,
    *,
    out: Path | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    revision: Mapping[str, Any] | None = None,
    release: bool = False,
) -> RunResult:
    """Render a report into `out`/ID (default: the project's `outputs`).

    Everything is written into a folder beside the target, which is renamed when all is done; whatever
    goes wrong, an earlier report stays as it was. A failed notebook is kept in `ID.failed`. The kernel has a
    working folder, a temporary folder and a seed of its own, which depend on the report alone. `revision` is what git
    says of the project, asked of git unless given: a copy of the project cannot say.

    The tables of every report are audited before they are written, and its figures held against each other. With
    `release`, one that gives a hidden count away, or whose figures cannot all be true, is not made; without, the pages
    say that it may not be published, and the manifest names the figures.

    Raises
    ------
    ParameterError
        When the outputs folder cannot be written to.
    RunError
        When a cell fails or passes a limit, the disk is full, another run is writing the same report, or it is to be
        released and may not be.
    """
    # Absolute, because papermill changes the working folder while the notebook runs.
    root = report.project / "outputs" if out is None else Path(out).absolute()
    started = datetime.now(UTC)
    target = root.absolute() / report.id
    pages = _load_pages()
    try:
        with exclusive(target) as aside, _private_folder() as private:
            place = (private if report.is_protected else aside) / "report.ipynb"
            notebook = _execute(report, place, target, progress, limits or Limits(), private)
            pages.join()
            audit = audit_report(notebook, target)
            closed = report.is_protected or audit.protected
            if release and not audit.safe:
                raise _refused(report, place, target, audit.statement, audit.findings, closed=closed)
            kept = None
            if closed:
                kept = keep_private(notebook, project=report.project, id=report.id)
                notebook = only_protected(notebook)
                nbformat.write(notebook, aside / "report.ipynb")
            settle_notebook(aside / "report.ipynb", report)
            page = write_bundle(
                notebook,
                aside,
                titles={
                    language: text_of(report.parameters.get("title", report.id), language)
                    for language in languages_of(report.parameters)
                },
                made=report_date(started),
                review=report.id,
                publishable=audit.safe,
            )
            doubts = tuple(str(found) for found in check_report(aside))
            if release and doubts:
                statement = "Its figures cannot all be true."
                raise _refused(report, aside / "report.ipynb", target, statement, doubts, closed=closed)
            write_manifest(
                report, aside, started=started, revision=revision, disclosure=audit_facts(audit), doubts=doubts
            )
            work = private / "work"
            left = tuple(sorted(p.relative_to(work).as_posix() for p in work.rglob("*") if p.is_file()))
            changes = changes_between(target, aside)
            move_into_place(aside, target)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise RunError(report.id, f"it cannot be written: {error.strerror}{where}", code="cannot_write") from error
    shutil.rmtree(failed_folder(target), ignore_errors=True)
    seconds = (datetime.now(UTC) - started).total_seconds()
    return RunResult(report.id, target, target / page.name, seconds, changes, left, audit, kept, doubts)


def _load_pages() -> threading.Thread:
    """Load the page's converter while the kernel works, in the thread returned: the first page would wait for it.

    What runs the notebook is loaded before, for where two threads load modules that need each other, one may find
    half a module.
    """
    import arwap_analysis.run.engine
    import arwap_analysis.run.kernels  # noqa: F401

    thread = threading.Thread(target=prepare_page, daemon=True)
    thread.start()
    return thread


def _refused(
    report: Report, notebook: Path, target: Path, statement: str, reasons: Sequence[str], *, closed: bool
) -> RunError:
    """Keep a report that may not be released where failed ones are kept, and say why.

    Which figures they are stands in the closed folder alone where any data are not open (`closed`): that a count is
    small is already something about people, and errors go into lists and logs.
    """
    kept = _keep_failed(notebook, target, "\n".join([statement, *reasons]), None, closed=True)
    where = kept.with_name("error.txt")
    if closed:
        message = f"{statement} Which they are stands in {where}"
    else:
        first, more = reasons[0], len(reasons) - 1
        message = first + (f" (and {more} more in {where})" if more else "")
    return RunError(report.id, f"it is not released: {message}", code="not_released", notebook=str(kept))


def changes_between(before: Path, after: Path) -> tuple[str, ...] | None:
    """Say what differs from the report that is about to be replaced; one that cannot be read says nothing."""
    from arwap_analysis.run.differences import compare_outputs

    if not (before / "manifest.json").is_file():
        return None
    try:
        return compare_outputs(before, after).sentences()
    except ParameterError as error:
        return (f"The earlier report cannot be compared: {error}",)


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Lend a folder that only this user can enter, with a short path; see `kernel_manager_class`."""
    root = short_temporary_root()
    with tempfile.TemporaryDirectory(prefix="arwap-", dir=root, ignore_cleanup_errors=True) as folder:
        (Path(folder) / "work").mkdir()
        yield Path(folder)


def _execute(
    report: Report, destination: Path, target: Path, progress: Progress | None, limits: Limits, private: Path
) -> Any:
    """Execute the notebook with papermill; on failure keep it beside the earlier report."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from arwap_analysis.run.engine import ENGINE, CellStopped, heading_above
    from arwap_analysis.run.kernels import kernel_manager_class

    hooks = {} if progress is None else {"on_cell_executed": _progress_hook(report, progress)}
    # papermill warns of types that its own parser cannot read; ours has checked them already.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    log = private / "kernel.log"
    environment = {PROJECT_VARIABLE: str(report.project), SEED_VARIABLE: str(seed_of(report))}
    if limits.memory_bytes is not None:
        environment[MEMORY_VARIABLE] = str(limits.memory_bytes)

    def failure(message: str, code: str, count: int | None = None, index: int | None = None) -> RunError:
        cell = None
        if index is not None:
            heading = heading_above(read_notebook(destination)["cells"], index)
            cell = f"cell [{count}]" + (f" under '{heading}'" if heading else "")
        place = cell or "before the first cell"
        error = f"{place}: {message}"
        if report.is_protected:  # the words of an error can hold true figures, and travel into lists and logs
            message = f"{message.partition(':')[0]} (the data are not open: the rest stands in error.txt)"
            error = f"{place}: {message}\n\n{error}"  # a list of reports takes the first paragraph
        kept = _keep_failed(destination, target, error, log, closed=report.is_protected)
        return RunError(report.id, message, code=code, cell=cell, notebook=str(kept))

    try:
        return papermill.execute_notebook(
            str(report.notebook),
            str(destination),
            parameters=dict(report.parameters),
            engine_name=ENGINE,
            request_save_on_cell_execute=False,
            kernel_name=_KERNEL,
            cwd=str(private / "work"),
            progress_bar=False,
            kernel_manager_class=kernel_manager_class(private, log=log, environment=environment),
            # All cells are done by then: a kernel that tidies up would only keep the next report waiting.
            shutdown_kernel="immediate",
            limits=limits,
            rescue=str(destination),
            **hooks,
        )
    except PapermillExecutionError as error:
        # papermill has put its own note of the failure on top of the notebook.
        message = f"{error.ename}: {error.evalue}"
        raise failure(message, "cell_failed", error.exec_count, error.cell_index + 1) from None
    except CellStopped as error:
        raise failure(str(error), error.code, error.count, error.index) from None
    except RuntimeError as error:  # the kernel did not start
        raise failure(str(error), "kernel_died") from None


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
        if cell["cell_type"] == "markdown" and belongs_to(cell, FIRST_LANGUAGE):
            headings = [line for line in cell["source"].splitlines() if line.startswith("#")]
            heading = headings[-1].lstrip("# ") if headings else heading
        elif cell["cell_type"] == "code":
            sections += [heading] * (2 if "parameters" in cell["metadata"].get("tags", ()) else 1)
    return sections


def _keep_failed(notebook: Path, target: Path, error: str, log: Path | None, *, closed: bool) -> Path:
    """Move the failed notebook and its error beside the earlier report, replacing an older failure.

    `closed` keeps everybody else out: what failed was not checked for true figures.
    """
    folder = failed_folder(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700 if closed else 0o777)
    if notebook.exists():  # a kernel that never started leaves none
        shutil.move(notebook, folder / "report.ipynb")
    said = log.read_text(encoding="utf-8", errors="replace") if log is not None and log.exists() else ""
    text = f"{error}\n\nWhat the kernel said outside the cells:\n{said}" if said.strip() else error
    (folder / "error.txt").write_text(_ANSI.sub("", text), encoding="utf-8")
    return folder / "report.ipynb"
