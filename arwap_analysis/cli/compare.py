"""Commands on finished reports: verify, diff, pdf."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from arwap_analysis.cli.app import app, console
from arwap_analysis.cli.reports import progress_bar
from arwap_analysis.errors import ArwapError
from arwap_analysis.project import find_project

Tolerance = Annotated[
    float, typer.Option(min=0.0, help="Relative difference up to which two figures count as the same.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Output = Annotated[
    Path, typer.Argument(help="The folder of a finished report, or its id under outputs.", show_default=False)
]


def _folder(place: Path) -> Path:
    """Return the folder that is meant: the path itself, or the report of that id in the project's outputs."""
    if place.exists() or len(place.parts) != 1:
        return place
    try:
        report = find_project() / "outputs" / place
    except ArwapError:
        return place
    return report if report.exists() else place


@app.command()
def verify(
    output: Output,
    tolerance: Tolerance = 1e-9,
    project: Annotated[
        Path | None, typer.Option(help="The project folder, where it is not the one around OUTPUT.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a finished report again from its manifest and list every figure that differs.

    The recorded parameters are used, whatever the parameters file says now. The report is rendered into a
    temporary folder; nothing is written into OUTPUT. Recorded files that are damaged and inputs that have
    changed are named: then the report is not verified, even where every figure is the same.

    Exit codes: 0 every figure, sentence, picture and page is the same, 1 something differs or the report could
    not be run again, 2 bad usage or an unreadable manifest.

    Example: arwap verify outputs/homelessness
    """
    from arwap_analysis.run import verify_output

    with progress_bar(output.name) as progress:
        found = verify_output(
            _folder(output), tolerance=tolerance, project=project, progress=None if as_json else progress
        )
    if as_json:
        _print_json({**asdict(found), "is_same": found.is_same, "summary": found.summary()})
    else:
        _print_verification(found)
    raise typer.Exit(0 if found.is_same else 1)


def _print_verification(found: Any) -> None:
    from arwap_analysis.run.differences import describe_cause, describe_sentence

    _print_lines("Damaged files", [f"{damage.path}: {damage.problem}" for damage in found.damaged])
    _print_lines("Not as in the manifest", map(describe_cause, found.causes))
    if found.failure:
        _print_lines("Could not be run again", [found.failure])
    if found.cells:
        relative = ["" if cell.relative is None else f"{cell.relative:.3g}" for cell in found.cells]
        rows: list[tuple[str, ...]] = [
            (*_about(cell.key), cell.column, cell.before, cell.after, difference)
            for cell, difference in zip(found.cells, relative, strict=True)
        ]
        typer.secho("Figures that differ", bold=True)
        print_table(("exhibit", "figure", "column", "recorded", "now", "relative difference"), rows)
    _print_lines(
        "Rows that came or went",
        [f"{' '.join(_about(row.key))}: {'new' if row.appeared else 'gone'}" for row in found.rows],
    )
    _print_lines("Sentences that differ", map(describe_sentence, found.sentences))
    _print_lines("Pages and pictures that differ in their bytes", found.files)
    for note in found.notes:
        console.print(escape(note), soft_wrap=True)
    typer.secho(found.summary(), bold=True)


def _about(key: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Return the exhibit of a row, and what else tells it from the other rows."""
    at = dict(key)
    exhibit = at.pop("exhibit", "")
    return exhibit, " ".join(at.values())


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="The folder of one run, or its id.", show_default=False)],
    after: Annotated[
        Path, typer.Argument(metavar="B", help="The folder of another run, or its id.", show_default=False)
    ],
    tolerance: Tolerance = 1e-9,
    as_json: AsJson = False,
) -> None:
    """Say in words which numbers and sentences changed from one run to another.

    What went in otherwise (data, parameters, notebook, code, packages) comes first, then the sentences, then
    the numbers with the digits that the report shows, then what came or went.

    Exit codes, as those of the Unix diff: 0 the two show the same, 1 they differ, 2 trouble.

    Example: arwap diff outputs/homelessness other/homelessness
    """
    from arwap_analysis.run import compare_outputs

    found = compare_outputs(_folder(before), _folder(after), tolerance=tolerance)
    if as_json:
        _print_json({**asdict(found), "is_empty": found.is_empty, "in_words": found.sentences()})
    else:
        for sentence in found.sentences():
            typer.echo(sentence)
        if found.is_empty:
            console.print(f"{escape(str(before))} and {escape(str(after))} say and show the same.", soft_wrap=True)
    raise typer.Exit(0 if found.is_empty else 1)


@app.command()
def pdf(
    output: Output,
    to: Annotated[Path | None, typer.Option(help="The folder for the PDF, where it is not beside OUTPUT.")] = None,
) -> None:
    """Print a finished report as a tagged PDF with headings, tables and alternative texts, by Chromium or its family.

    OUTPUT.pdf is written beside the folder, which stays as it is.

    Example: arwap pdf outputs/homelessness
    """
    from arwap_analysis.run import print_pdf

    for path in print_pdf(_folder(output), to=to):
        typer.echo(str(path))


def _print_json(content: dict[str, Any]) -> None:
    # Infinite differences have no place in JSON and read as the word.
    typer.echo(json.dumps(_plain(content), ensure_ascii=False, indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return "infinite" if value == float("inf") else value


def _print_lines(heading: str, lines: Iterable[str]) -> None:
    listed = list(lines)
    if listed:
        typer.secho(heading, bold=True)
        for line in listed:
            typer.echo(f"  {line}")


def print_table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print columns side by side, no cell cut short."""
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    for line in (header, *rows):
        typer.echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
