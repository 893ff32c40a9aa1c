"""What the engines write differently; everything else of the statement is the same SQL for all of them."""

from __future__ import annotations

from typing import Literal

__all__ = ["DUCKDB", "SPARK", "Dialect", "Family", "SparkDialect", "family_of", "quoted"]

Family = Literal["whole", "decimal", "real", "truth", "text", "other"]
_WHOLE = frozenset(f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")) | {
    "INTEGER",
    "UINTEGER",
}


def family_of(kind: str) -> Family:
    """Return how values of a DuckDB type are to be treated."""
    if kind in _WHOLE:
        return "whole"
    if kind.startswith("DECIMAL") and not kind.endswith("]"):
        return "decimal"
    if kind in ("FLOAT", "DOUBLE"):
        return "real"
    if kind == "BOOLEAN":
        return "truth"
    # A column in which every cell is empty has the type NULL, and no type to hold against it.
    return (
        "text"
        if kind in ("VARCHAR", "NULL", '"NULL"') or (kind.startswith("ENUM") and not kind.endswith("]"))
        else "other"
    )


class Dialect:
    """SQL as DuckDB writes it."""

    sigil = "$"
    text = "VARCHAR"

    def quoted(self, name: str) -> str:
        """Return a name as an identifier, whatever characters it has."""
        return '"' + name.replace('"', '""') + '"'

    def trim(self, text: str, characters: str) -> str:
        """Remove a set of characters from both ends."""
        return f"trim({text}, {characters})"

    def finite(self, number: str) -> str:
        """Condition that a number is neither infinite nor not a number; NULL stays NULL."""
        return f"isfinite({number})"

    def infinite(self, number: str) -> str:
        """Condition that a number is infinite."""
        return f"isinf({number})"

    def spelled(self, text: str) -> str:
        """The number that a text spells, or NULL."""
        return f"TRY_CAST({text} AS DOUBLE)"

    def exact(self, whole: str) -> str:
        """A whole number in a type in which any count of them is added exactly."""
        return whole

    def key(self, alias: str, kind: str) -> str:
        """The label of a group of a DuckDB type: made once a group, not once a row."""
        family, text = family_of(kind), f"CAST({alias} AS {self.text})"
        if family not in ("real", "decimal"):
            return text
        # A column of codes with a gap in it often arrives as 1.0, 2.0; its labels are still '1' and '2'.
        whole = f"TRY_CAST({alias} AS HUGEINT)"
        label = f"CASE WHEN {alias} = {whole} THEN CAST({whole} AS VARCHAR) ELSE {text} END"
        return f"CASE WHEN isnan({alias}) THEN NULL ELSE {label} END" if family == "real" else label


class SparkDialect(Dialect):
    """SQL as Spark writes it (ANSI mode)."""

    sigil = ":"
    text = "STRING"

    def quoted(self, name: str) -> str:
        """Return a name as an identifier, whatever characters it has."""
        return "`" + name.replace("`", "``") + "`"

    def trim(self, text: str, characters: str) -> str:
        """Remove a set of characters from both ends."""
        return f"btrim({text}, {characters})"

    def finite(self, number: str) -> str:
        """Condition that a number is neither infinite nor not a number; NULL stays NULL."""
        # Spark orders NaN above infinity.
        return f"abs({number}) < DOUBLE('Infinity')"

    def infinite(self, number: str) -> str:
        """Condition that a number is infinite."""
        return f"abs({number}) = DOUBLE('Infinity')"

    def spelled(self, text: str) -> str:
        """The number that a text spells, or NULL."""
        # Java would take '1d' and '0x1p3' for numbers.
        number = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"
        return f"CASE WHEN {text} RLIKE '{number}' THEN TRY_CAST({text} AS DOUBLE) END"

    def exact(self, whole: str) -> str:
        """A whole number in a type in which any count of them is added exactly."""
        return f"CAST({whole} AS DECIMAL(20, 0))"

    def key(self, alias: str, kind: str) -> str:
        """The value of a group; DuckDB gives that of fractions its label, for Java writes 1e20 as 1.0E20."""
        return alias if family_of(kind) == "real" else f"CAST({alias} AS STRING)"


DUCKDB = Dialect()
SPARK = SparkDialect()


def quoted(name: str) -> str:
    """Return a name as an identifier of DuckDB."""
    return DUCKDB.quoted(name)
