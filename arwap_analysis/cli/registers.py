"""Commands for registers: the quotations that a person has to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from arwap_analysis.cli.app import app, console, counted


@app.command()
def quotations(
    card: Annotated[Path, typer.Argument(help="Card (.yml) of a file of coded excerpts.")],
    out: Annotated[Path, typer.Option("--out", help="CSV to write; it holds people's words, so keep it safe.")],
) -> None:
    """Check coded excerpts, and list the quotations that a person has to look at before they can be shown."""
    from arwap_analysis.review.voices.review_list import write_review_list

    excerpts, listed = write_review_list(card, out=out)
    console.print(f"In order: {counted(excerpts, 'excerpt')}. To look at, in {out}: {counted(listed, 'quotation')}.")
