"""The application that every command registers with, and how commands speak."""

from __future__ import annotations

import typer
from rich.console import Console

__all__ = ["app", "console", "counted", "print_list"]

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
console = Console(stderr=True, highlight=False)
"""What is said to a person; results go to standard output."""


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, such as "1 action" or "6 actions"; for nouns whose plural ends in s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_list(heading: str, lines: list[tuple[str, str]]) -> None:
    """Print a heading and a line for each name and its meaning."""
    typer.secho(heading, bold=True)
    for name, meaning in lines or [("none", "")]:
        typer.echo(f"  {name:<32} {meaning}".rstrip())
