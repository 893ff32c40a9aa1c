"""Commands that make reports: run, validate, new, list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from arwap_analysis.cli.app import app, console, counted, print_list

if TYPE_CHECKING:
    from arwap_analysis.run import RunResult

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
    release: Annotated[
        bool,
        typer.Option("--release", help="Make it only if no hidden figure gets out and its figures fit together."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the path of the report.")] = False,
) -> None:
    """Render one report into outputs/ID: page, executed notebook, data, figures, manifest.

    Everything is checked before the notebook starts. Outputs are moved into place whole: a run that fails
    leaves the earlier report as it was and the failed notebook in outputs/ID.failed. The tables of every report
    are audited; one that gives a hidden figure away says on its pages that it may not be published, and is not made at
    all with --release.

    Example: arwap run params/homelessness.yml --set focus_period=2011-12
    """
    from arwap_analysis.run import load_report, run_report

    report = load_report(params, overrides=set_ or [])
    if quiet:
        result = run_report(report, out=out, release=release)
    else:
        with progress_bar(report.id) as progress:
            result = run_report(report, out=out, progress=progress, release=release)
        console.print(f"[green]Report ready[/] after {result.seconds:.1f} s:", soft_wrap=True)
        _say_audit(result)
        for doubt in result.doubts:
            console.print(f"Figures that cannot all be true: {doubt}", style="bold red", markup=False)
    typer.echo(result.page)


def _say_audit(result: RunResult) -> None:
    """Say what the audit of data that are not open found, and where the notebook lies that is not to be published."""
    if result.audit is None or not result.audit.protected:
        return
    console.print(result.audit.statement, style=None if result.audit.safe else "bold red", markup=False)
    for finding in result.audit.findings[:5]:
        console.print(f"  {finding}", markup=False)
    console.print(f"Not to be published, for this user alone: {result.private}", markup=False, soft_wrap=True)


class progress_bar:
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
            console=console,
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
    typer.echo(f"{file} is ready to run: report '{report.id}', {counted(len(report.inputs), 'data file')} checked.")


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

    written = list(new_review(name, project=find_project(), notebook=notebook, data=data))
    for path in written:
        typer.echo(path)
    blank = any("Write here" in Path(path).read_text(encoding="utf-8") for path in written)
    what = "fill in what says 'Write here'" if blank else "put your own title, question and data in place of ours"
    console.print(f"Next: {what}, then arwap validate params/{name}.yml", soft_wrap=True)


@app.command(name="list")
def list_() -> None:
    """List the notebooks, parameters files, indicators, sources and classifications at hand."""
    from arwap_analysis.run.inventory import inventory

    for heading, lines in inventory().items():
        print_list(heading, lines)
