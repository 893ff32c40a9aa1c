"""Commands that look into tables: harmonise, source inspect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from arwap_analysis.cli.app import app, console, print_list


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
    console.print(", ".join(f"{number} {status}" for status, number in counts.most_common()) or "no labels")
    if counts["ambiguous"] or counts["unmapped"]:
        console.print("Settle the others with --mapping FILE, a CSV with the columns label and code.")


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
    print_list(table.title or table.file, [*facts, ("SHA-256", table.sha256)])
    for dimension in table.dimensions:
        seen = recognise_labels(dimension.values)
        about = "" if seen.kind == "other" else f" - {seen.kind.replace('_', ' ')} ({seen.read} of {seen.total} read)"
        detail = f": {seen.detail}" if seen.detail else ""
        shown = ", ".join(dimension.values[:6]) + (", ..." if dimension.distinct > 6 else "")
        lines = [("1 label" if dimension.distinct == 1 else f"{dimension.distinct} labels", shown)]
        lines += [("not read", ", ".join(seen.open[:10]))] if seen.open else []
        print_list(f"{dimension.name}{about}{detail}", lines)
    print_list("Looks wrong", [(fault.code, str(fault)) for fault in table.warnings])
