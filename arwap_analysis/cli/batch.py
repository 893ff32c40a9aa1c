"""The command that makes many reports: batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from arwap_analysis.cli.app import app, console
from arwap_analysis.errors import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, Fault, ParameterError

if TYPE_CHECKING:
    from arwap_analysis.run.batch import BatchResult, Event, Job, Outcome

__all__ = ["batch"]

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


@app.command()
def batch(
    params: Annotated[
        list[str],
        typer.Argument(
            help="Parameters files, folders of them, or patterns such as 'params/*.yml'.", show_default=False
        ),
    ],
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=1, help="Reports at once; as many as processors by default.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(help="Where to write, instead of the project's outputs folder; with --scheduler also a URL."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one parameter of every report; repeat for more."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make reports that are up to date as well.")] = False,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only reports that the last batch did not finish.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and why; make nothing.")] = False,
    release: Annotated[
        bool,
        typer.Option(
            "--release", help="Fail a report that gives hidden figures away, or whose figures cannot all be true."
        ),
    ] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    retries: Annotated[
        int, typer.Option(min=0, help="How often a report whose kernel was killed is tried again; no other is.")
    ] = 1,
    cell_timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="Longest time for a cell.")] = None,
    report_timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Longest time for all cells of a report.")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="Memory for a report, such as 2GB; 'none' for no limit.", show_default="a fair share"
        ),
    ] = None,
    cold: Annotated[
        bool, typer.Option("--cold", help="Start every kernel anew instead of forking it from a warm process.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Make the reports on the dask cluster of this scheduler, tcp://HOST:8786."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only failures and the index.")] = False,
) -> None:
    """Make many reports: in parallel, each by itself, and only those that are not up to date.

    What goes wrong in one report is its own failure, named with its cell and the command that renders it alone. A
    parameters file with a 'matrix' stands for a report for each combination of its values. The outcome of each is
    kept in outputs/batch.json, and outputs/index.html lists all reports.

    Example: arwap batch params --report-timeout 600
    """
    from arwap_analysis.run import Limits
    from arwap_analysis.run.batch import only_failed as choose_failed
    from arwap_analysis.run.batch import plan_jobs, run_batch

    jobs = plan_jobs(params, out=out, overrides=set_ or [], force=force, release=release)
    jobs = choose_failed(jobs) if only_failed else jobs
    if dry_run:
        raise typer.Exit(_say_what_would_be(jobs))
    count, share = _capacity(scheduler, workers)
    limits = Limits(
        cell_seconds=cell_timeout,
        report_seconds=report_timeout,
        memory_bytes=share if memory is None else _bytes(memory),
    )
    with _Progress(len([job for job in jobs if job.why and not job.fault]), quiet=quiet) as progress:
        result = run_batch(
            jobs,
            workers=count,
            limits=limits,
            retries=retries,
            fail_fast=fail_fast,
            warm=not cold,
            scheduler=scheduler,
            on_event=progress,
        )
    _summarise(result, quiet=quiet)
    for folder in dict.fromkeys(job.out for job in jobs):
        typer.echo(folder / "index.html")
    if result.interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    raise typer.Exit(EXIT_FAILED if result.failed or result.notes else EXIT_OK)


def _capacity(scheduler: str | None, workers: int | None) -> tuple[int, int | None]:
    """Return how many reports to make at once, and the memory for each."""
    if scheduler is not None:
        from arwap_analysis.run.batch.cluster import capacity

        threads, share = capacity(scheduler)
        return workers or threads, share
    from arwap_analysis.run.batch import default_workers
    from arwap_analysis.run.limits import share_of_memory

    count = workers or default_workers()
    return count, share_of_memory(count)


def _bytes(size: str) -> int | None:
    if size.casefold() == "none":
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([KMG]?I?)B?", size.strip().upper())
    if not found or found[2] not in _UNITS:
        hint = "Write it as 500MB or 2GB, or 'none'."
        raise ParameterError(Fault("wrong_value", "this is no amount of memory", "--memory", value=size, hint=hint))
    return int(float(found[1]) * _UNITS[found[2]])


def _say_what_would_be(jobs: list[Job]) -> int:
    """Print a line for each report, and return the exit code."""
    if not jobs:
        console.print("Nothing to make: no report is chosen.")
    for job in jobs:
        what = f"cannot be made: {job.fault}" if job.fault else f"make: {job.why}" if job.why else "up to date"
        typer.echo(f"{job.id}\t{what}")
    return EXIT_BAD_INPUT if any(job.fault for job in jobs) else EXIT_OK


class _Progress:
    """Show a bar for the batch and one for each report under way; where there is no terminal, a line as each ends."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._quiet = quiet
        self._bars = Progress(
            TextColumn("{task.fields[name]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._whole = self._bars.add_task("", total=total, name="[bold]reports[/]")
        self._tasks: dict[Job, Any] = {}
        self._failed = 0

    def __enter__(self) -> _Progress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, event: Event) -> None:
        """Take an event of the batch."""
        if event.kind == "started":
            self._tasks[event.job] = self._bars.add_task("starting", total=None, name=escape(event.job.id))
        elif event.kind == "at":
            text = escape(event.text[:60])
            self._bars.update(self._tasks[event.job], completed=event.done, total=event.total, description=text)
        elif event.kind == "again":
            self._bars.update(self._tasks[event.job], description="again: " + escape(event.text[:50]))
        elif event.outcome is not None:
            self._bars.remove_task(self._tasks.pop(event.job))
            self._failed += event.outcome.status == "failed"
            failed = f"[red]{self._failed} failed[/]" if self._failed else ""
            self._bars.update(self._whole, advance=1, description=failed)
            if not self._quiet and not console.is_terminal:
                console.print(escape(f"{event.job.id}: {event.outcome.status}, {event.outcome.seconds:.1f} s"))


def _summarise(result: BatchResult, *, quiet: bool) -> None:
    """Print a table of what was done, and each failure with what to do about it."""
    if not quiet:
        counts = dict.fromkeys(("made", "up_to_date", "failed", "not_run"), 0)
        for outcome in result.outcomes:
            counts[outcome.status] += 1
        words = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in counts.items() if number)
        console.print(f"{words or 'nothing to do'}; {result.seconds:.1f} s, kernels {escape(result.kernels)}")
        for outcome in result.outcomes:
            for name in outcome.left_behind:
                console.print(escape(f"{outcome.id}: '{name}', left in the working folder, went with the run"))
    for outcome in result.outcomes:
        if outcome.status == "failed":
            _explain(outcome)
    for note in result.notes:
        console.print(escape(note), style="red", soft_wrap=True)


def _explain(outcome: Outcome) -> None:
    where = f" in {outcome.cell}" if outcome.cell else ""
    console.print(
        escape(f"{outcome.id} failed{where} ({outcome.code}): {outcome.message}"), style="red", soft_wrap=True
    )
    console.print(escape(f"  alone: {outcome.command}"), soft_wrap=True)
    if outcome.notebook:
        console.print(escape(f"  failed notebook: {outcome.notebook}"), soft_wrap=True)
