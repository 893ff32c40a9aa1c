"""The command on published claims: reproduce."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from arwap_analysis.cli.app import app, console, counted


@app.command()
def reproduce(
    place: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|FILE", help="A folder with claims.csv and data/, or one file of claims.", show_default=False
        ),
    ],
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only this claim; may be given several times.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of the data, where it is not beside the claims.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 for claims that are partly reproduced or cannot be computed too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects, one a claim.")] = False,
) -> None:
    """Recompute published claims from their data and say which of them follow.

    A claim is reproduced when every printed figure agrees within half a unit of its last printed place, partly
    reproduced when the estimate does and another printed figure does not. docs/claims.md has the layout of claims.

    Exit codes: 0 no claim is "not reproduced", 1 one is, 2 bad usage or no claims.

    Example: arwap reproduce claims
    """
    from arwap_analysis.review.reproduce import reproduce_claims

    found = reproduce_claims(place, data=data, ids=ids or ())
    if as_json:
        objects = [_as_object(outcome, found.checks) for outcome in found.outcomes]
        typer.echo(json.dumps(objects, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _print(found)
    for note in found.claims.notes:
        console.print(escape(note), soft_wrap=True)
    well = found.is_well and not (strict and found.counts()["reproduced"] < len(found.outcomes))
    raise typer.Exit(0 if well else 1)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _as_object(outcome: Any, checks: Any) -> dict[str, Any]:
    """Return an outcome as JSON has it; what could not be computed is null."""
    claim = outcome.claim
    return {
        "id": outcome.id,
        "title": outcome.title,
        "verdict": outcome.verdict,
        "published": outcome.published,
        "computed": _finite(outcome.computed),
        "distance": _finite(outcome.distance),
        "reason": outcome.reason,
        "metric": claim.metric if claim else None,
        "data": claim.data if claim else None,
        "method": outcome.method,
        "basis": outcome.basis,
        "rows": outcome.rows,
        "notes": list(outcome.notes),
        "consistency": [
            {
                "check": check.name,
                "claims": list(check.claims),
                "agrees": check.agrees,
                "doubt": check.is_doubt,
                "said": check.said,
            }
            for check in checks
            if outcome.id in check.claims
        ],
        "figures": [
            {
                "name": figure.name,
                "published": figure.published,
                "computed": _finite(figure.computed),
                "distance": _finite(figure.distance),
                "agrees": figure.agrees,
                "method": figure.method,
            }
            for figure in outcome.figures
        ],
    }


def _print(found: Any) -> None:
    from arwap_analysis.cli.compare import print_table

    rows: list[tuple[str, ...]] = [
        (
            outcome.verdict,
            outcome.id,
            outcome.published,
            "" if outcome.computed is None else f"{outcome.computed:.9g}",
            "" if _finite(outcome.distance) is None else f"{outcome.distance:+.2f}",
        )
        for outcome in found.outcomes
    ]
    print_table(("verdict", "claim", "published", "computed", "units of the last place"), rows)
    for outcome in found.outcomes:
        said = [part for part in (outcome.reason, *outcome.notes) if part]
        if said:
            typer.echo(f"  {outcome.id}: {'; '.join(said)}")
    doubtful = [check for check in found.checks if not check.agrees]
    wrong = sum(check.is_contradiction for check in doubtful)
    if found.checks:
        summary = f"{wrong} cannot all be true" + (
            f", {len(doubtful) - wrong} doubtful" if wrong < len(doubtful) else ""
        )
        typer.echo(f"Printed figures held together without data: {len(found.checks)} checks, {summary}.")
    for check in doubtful:
        typer.echo(f"  {', '.join(check.claims)}: {check.said}")
    counts = [f"{number} {verdict}" for verdict, number in found.counts().items() if number]
    typer.secho(f"{counted(len(found.outcomes), 'claim')}: {', '.join(counts)}.", bold=True)
