"""The command about the languages of reports: translations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from arwap_analysis.cli.app import app, print_list


@app.command()
def translations(
    out: Annotated[
        Path | None, typer.Option("--out", help="Write every text with its state as CSV, for a translator.")
    ] = None,
) -> None:
    """Say how many Welsh texts a translator has reviewed, file by file."""
    from arwap_analysis.run.word_list import count_states, write_translations

    lines = [
        (file, ", ".join(f"{number} {state}" for state, number in sorted(states.items())))
        for file, states in count_states().items()
    ]
    print_list("Welsh texts", lines)
    if out is not None:
        typer.echo(f"{write_translations(out)} texts written to {out}")
