"""Commands of disclosure control: protect, audit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arwap_analysis.cli.app import app, console
from arwap_analysis.errors import EXIT_FAILED

if TYPE_CHECKING:
    from arwap_analysis.disclosure import DisclosurePolicy

_Threshold = Annotated[int | None, typer.Option("--threshold", min=2, help="Counts below it must be hidden (5).")]
_RoundingBase = Annotated[
    int | None, typer.Option("--rounding", min=2, help="Figures are rounded to multiples of this.")
]
_Method = Annotated[str, typer.Option("--rounding-method", help="nearest, random or controlled.")]
_Zeros = Annotated[str | None, typer.Option("--zeros", help="small (0 is hidden too) or shown.")]
_Width = Annotated[int | None, typer.Option("--width", min=1, help="Least width of the range of a hidden figure.")]
_Card = Annotated[Path | None, typer.Option("--policy", help="YAML card of the rule; the options above override it.")]
_Parts = Annotated[
    Path | None, typer.Option("--parts", help="CSV with the columns total and part: labels that are sums of others.")
]
_Dimensions = Annotated[
    str | None, typer.Option("--dimensions", help="The tables are long: their columns of labels, separated by commas.")
]
_Value = Annotated[str, typer.Option("--value", help="Column of counts in a long table.")]


@app.command()
def audit(
    tables: Annotated[list[Path], typer.Argument(help="CSV files, all that is published, linked by equal labels.")],
    threshold: _Threshold = None,
    rounding: _RoundingBase = None,
    rounding_method: _Method = "nearest",
    zeros: _Zeros = None,
    width: _Width = None,
    policy: _Card = None,
    parts: _Parts = None,
    dimensions: _Dimensions = None,
    value: _Value = "value",
    per_file: Annotated[
        str | None, typer.Option("--per-file", help="Each file is one label of this dimension, such as year.")
    ] = None,
    shares: Annotated[
        list[Path] | None,
        typer.Option("--shares", help="CSV of published percentages: labels, percent, base; repeat for more."),
    ] = None,
    only_small: Annotated[
        bool, typer.Option("--only-small", help="Readers know that every [c] is under the threshold.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the range of every hidden figure as JSON.")] = False,
) -> None:
    r"""Try to work out hidden figures from everything published; exits 1 when one can be.

    A two-way table has its labels in the first column, margins named Total and hidden figures as \[c].
    """
    from arwap_analysis.disclosure import audit_tables, read_parts, read_shares, read_table

    rule = _policy(policy, threshold, rounding, rounding_method, zeros, width)
    wanted = [name.strip() for name in dimensions.split(",")] if dimensions else None
    found = audit_tables(
        [read_table(path, dimensions=wanted, value=value) for path in tables],
        policy=rule,
        parts=read_parts(parts) if parts else None,
        per_table=per_file,
        only_small=only_small,
        shares=[share for path in shares or [] for share in read_shares(path)],
    )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    else:
        for cell in found.recoverable:
            typer.echo(str(cell))
        typer.echo(found.summary)
    if not found.safe:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def protect(
    tables: Annotated[
        list[Path], typer.Argument(help="CSV files of true figures, two-way or long, linked by equal labels.")
    ],
    threshold: _Threshold = None,
    rounding: _RoundingBase = None,
    rounding_method: _Method = "nearest",
    zeros: _Zeros = None,
    width: _Width = None,
    policy: _Card = None,
    parts: _Parts = None,
    dimensions: _Dimensions = None,
    value: _Value = "value",
    published: Annotated[
        list[Path] | None, typer.Option("--published", help="Earlier releases of the same figures.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write, or folder for several; standard output otherwise.")
    ] = None,
) -> None:
    """Hide small counts, and as many others as it takes that nobody can work them out; writes the tables."""
    from arwap_analysis.disclosure import protect_files, read_parts

    wanted = [name.strip() for name in dimensions.split(",")] if dimensions else None
    release, texts = protect_files(
        tables,
        policy=_policy(policy, threshold, rounding, rounding_method, zeros, width),
        dimensions=wanted,
        value=value,
        parts=read_parts(parts) if parts else None,
        published=published or [],
        out=out,
    )
    if out is None:
        typer.echo("\n".join(texts), nl=False)
    console.print(release.policy.statement, markup=False)
    for line in release.actions:
        console.print(line, markup=False)


def _policy(
    card: Path | None, threshold: int | None, rounding: int | None, method: str, zeros: str | None, width: int | None
) -> DisclosurePolicy:
    """Make the rule from the card and the options that override it."""
    from arwap_analysis.disclosure import policy_with, read_policy

    start = read_policy(card) if card else None
    return policy_with(start, threshold=threshold, rounding=rounding, method=method, zeros=zeros, width=width)
