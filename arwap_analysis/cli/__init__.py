"""The `arwap` command: it parses, calls the library, and prints; everything it does is one Python call."""

from __future__ import annotations

import signal
import sys
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from arwap_analysis import __version__

# Importing a module of commands registers them, in the order of the help.
from arwap_analysis.cli import reports, batch, compare, reproduce, tables, disclosure, plan, registers, languages  # isort: skip # noqa: F401
from arwap_analysis.cli.app import app, console
from arwap_analysis.errors import EXIT_INTERRUPTED, ArwapError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command; every error of ours becomes its message and its exit code, never a traceback."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = app(standalone_mode=False)
    except ArwapError as error:
        console.print(escape(str(error)), style="red", soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:
        # The command-line library keeps its error classes to itself; a usage error is one that can show itself.
        if not hasattr(error, "show") or not hasattr(error, "exit_code"):
            raise
        error.show()
        sys.exit(error.exit_code)
    if code == EXIT_INTERRUPTED:
        console.print("Interrupted; earlier reports are as they were.", style="yellow")
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
