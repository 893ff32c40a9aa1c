"""The `arwap` command: it parses, calls the library, and prints; everything it does is one Python call."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from arwap_analysis import __version__
from arwap_analysis.errors import EXIT_INTERRUPTED, ArwapError

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="""Evidence reviews of racial and ethnic disparity, from published table to report.

A report is a notebook (in [bold]notebooks/[/]) rendered with a parameters file (in [bold]params/[/]) into
[bold]outputs/[/]. Start with the example:

    arwap run params/homelessness.yml

Then write your own: [bold]arwap new NAME --data my.csv[/] makes the files and explains every option,
[bold]arwap validate params/NAME.yml[/] checks them in a second, [bold]arwap run params/NAME.yml[/] renders.

Exit codes: 0 all well, 1 a report failed, 2 bad usage or bad input, 130 interrupted.""",
)
_console = Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command; every error of ours becomes its message and its exit code, never a traceback."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = app(standalone_mode=False)
    except ArwapError as error:
        _console.print(escape(str(error)), style="red", soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:
        # The command-line library keeps its error classes to itself; a usage error is one that can show itself.
        if not hasattr(error, "show") or not hasattr(error, "exit_code"):
            raise
        error.show()
        sys.exit(error.exit_code)
    if code == EXIT_INTERRUPTED:
        _console.print("Interrupted; earlier reports are as they were.", style="yellow")
    sys.exit(code if isinstance(code, int) else 0)


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    """Treat SIGTERM as Ctrl-C, so that a scheduler's stop cleans up as well."""
    raise KeyboardInterrupt


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


ParamsFile = Annotated[
    Path, typer.Argument(help="A parameters file, such as params/homelessness.yml.", show_default=False)
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change one parameter for this run; repeat for more."),
]


@app.command()
def run(
    params: ParamsFile,
    set_: Overrides = None,
    out: Annotated[Path | None, typer.Option(help="Where to write, instead of the project's outputs folder.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the path of the report.")] = False,
) -> None:
    """Render one report into outputs/ID: page, executed notebook, data, figures, manifest.

    Everything is checked before the notebook starts. Outputs are moved into place whole: a run that fails
    leaves the earlier report as it was and the failed notebook in outputs/ID.failed.

    Example: arwap run params/homelessness.yml --set focus_period=2011-12
    """
    from arwap_analysis.run import load_report, run_report

    report = load_report(params, overrides=set_ or [])
    if quiet:
        result = run_report(report, out=out)
    else:
        with _progress(report.id) as progress:
            result = run_report(report, out=out, progress=progress)
        _console.print(f"[green]Report ready[/] after {result.seconds:.1f} s:", soft_wrap=True)
    typer.echo(result.page)


class _progress:
    """Show a bar that moves with each cell; where there is no terminal, print nothing."""

    def __init__(self, name: str) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("[bold]{task.fields[name]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("cells"),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=_console,
            transient=True,
        )
        self._task = self._bar.add_task("starting the kernel", total=None, name=escape(name))

    def __enter__(self) -> Any:
        self._bar.start()
        return self._step

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _step(self, done: int, total: int, text: str) -> None:
        self._bar.update(self._task, completed=done, total=total, description=escape(text[:60]))


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="A parameters file to check.", show_default=False)],
    set_: Overrides = None,
) -> None:
    """Check a parameters file, its notebook and its data, without running anything.

    Every fault is one line: file, row, column, the value found, and what to do.
    """
    from arwap_analysis.run import load_report

    report = load_report(file, overrides=set_ or [])
    typer.echo(f"{file} is ready to run: report '{report.id}', {len(report.inputs)} data files checked.")


@app.command()
def new(
    name: Annotated[
        str, typer.Argument(help="Name of the review: lower case letters, digits and _.", show_default=False)
    ],
    data: Annotated[
        Path | None, typer.Option(help="A CSV with columns for ethnic group, period, count and population.")
    ] = None,
    notebook: Annotated[str, typer.Option(help="The notebook to render; see 'arwap list'.")] = "evidence_review",
) -> None:
    """Write params/NAME.yml with every option explained; with --data also the card that describes the file."""
    from arwap_analysis.project import find_project
    from arwap_analysis.run import new_review

    for path in new_review(name, project=find_project(), notebook=notebook, data=data):
        typer.echo(path)
    _console.print(f"Next: fill in what says 'Write here', then arwap validate params/{name}.yml")


@app.command()
def harmonise(
    file: Annotated[Path, typer.Argument(help="CSV file with labels of ethnic groups.")],
    column: Annotated[str, typer.Option("--column", help="Column that holds the labels.")],
    to: Annotated[str | None, typer.Option("--to", help="Classification to bring the codes to.")] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="CSV with the columns label and code, which settles labels.")
    ] = None,
) -> None:
    """Map labels of ethnic groups, as publishers write them, to codes; prints CSV, one row for each row of the file."""
    import csv
    from collections import Counter

    from arwap_analysis.ethnicity import harmonise_file

    found = harmonise_file(file, column=column, to=to, mapping=mapping)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["label", "code", "name", "classification", "status"])
    writer.writerows((row.label, row.code, row.name, row.classification, row.status) for row in found)
    counts = Counter(row.status for row in found)
    _console.print(", ".join(f"{number} {status}" for status, number in counts.most_common()) or "no labels")
    if counts["ambiguous"] or counts["unmapped"]:
        _console.print("Settle the others with --mapping FILE, a CSV with the columns label and code.")


_source = typer.Typer(no_args_is_help=True, help="Look into published files before anyone relies on them.")
app.add_typer(_source, name="source")


@_source.command("inspect")
def inspect_source(
    file: Annotated[Path, typer.Argument(help="CSV, JSON, XLSX or ODS file as a publisher gives it out.")],
    format: Annotated[str | None, typer.Option("--format", help="Format, where it is not recognised.")] = None,
) -> None:
    """Say which format a file has, what is in it, and what looks wrong."""
    from arwap_analysis.sources.formats import inspect_table

    found = inspect_table(file, format=format)
    for table in found.tables or (found,):
        _print_inspection(table)


def _print_inspection(table: Any) -> None:
    from arwap_analysis.sources.recognise import recognise_labels

    rounding = f"all multiples of {table.rounding_base}" if table.rounding_base else "no rounding seen"
    statuses = ", ".join(f"{number} {status}" for status, number in table.statuses.items())
    facts = [("format", table.format), ("figures", f"{table.rows:,} ({statuses}; {rounding})")]
    _print_list(table.title or table.file, [*facts, ("SHA-256", table.sha256)])
    for dimension in table.dimensions:
        seen = recognise_labels(dimension.values)
        about = "" if seen.kind == "other" else f" - {seen.kind.replace('_', ' ')} ({seen.read} of {seen.total} read)"
        detail = f": {seen.detail}" if seen.detail else ""
        shown = ", ".join(dimension.values[:6]) + (", ..." if dimension.distinct > 6 else "")
        lines = [("1 label" if dimension.distinct == 1 else f"{dimension.distinct} labels", shown)]
        lines += [("not read", ", ".join(seen.open[:10]))] if seen.open else []
        _print_list(f"{dimension.name}{about}{detail}", lines)
    _print_list("Looks wrong", [(fault.code, str(fault)) for fault in table.warnings])


@app.command(name="list")
def list_() -> None:
    """List the notebooks, parameters files, indicators, sources and classifications at hand."""
    from arwap_analysis.run.inventory import inventory

    for heading, lines in inventory().items():
        _print_list(heading, lines)


def _print_list(heading: str, lines: list[tuple[str, str]]) -> None:
    typer.secho(heading, bold=True)
    for name, meaning in lines or [("none", "")]:
        typer.echo(f"  {name:<32} {meaning}".rstrip())
