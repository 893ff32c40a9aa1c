"""Which cells of a column are a value that a claim names: 1, "1" and 1.0 are one value, "White" and "white" two."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

__all__ = ["as_number", "as_numbers", "distinct_values", "is_flag", "is_value"]

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_TRUE, _FALSE = {"true", "t", "1", "1.0", "yes"}, {"false", "f", "0", "0.0", "no"}


def as_number(text: str) -> float | None:
    """Return the number that a text is, None where it is none (words, "nan" and "1_000" are none)."""
    plain = text.strip()
    if not plain or not (plain[-1].isdigit() or plain[-1] == ".") or "_" in plain:
        return None
    if "," in plain:
        if not _THOUSANDS.fullmatch(plain):
            return None  # "1,5" may be a decimal or a list of codes
        plain = plain.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return None


def is_flag(column: pd.Series) -> bool:
    """Whether a column holds truth values, or numbers that are all 0 or 1."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return True
    return pd.api.types.is_numeric_dtype(column.dtype) and bool(column.dropna().isin([0, 1]).all())


def is_value(column: pd.Series, value: str | float | bool) -> np.ndarray:
    """Return which cells are `value`; a missing cell is never.

    Parameters
    ----------
    column : Series, (N,)
    value : str, float or bool
        Words are compared with words, letter by letter. Where the column holds numbers, or the words of a column of
        words are numbers, numbers are compared. True and False are compared with 1 and 0 as well.

    Returns
    -------
    (N,) bool array
    """
    words = str(value).strip()
    number = float(value) if isinstance(value, bool | int | float) else as_number(words)
    if pd.api.types.is_bool_dtype(column.dtype):
        wanted = words.casefold()
        if wanted in _TRUE or wanted in _FALSE:
            return np.asarray(column == (wanted in _TRUE), dtype=bool)
        return np.zeros(len(column), dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        if number is None and words.casefold() in {"true", "false"} and is_flag(column):
            number = float(words.casefold() == "true")
        if number is None:
            return np.zeros(len(column), dtype=bool)
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan) == number)
    cells = column.astype("string").str.strip()
    same = np.asarray((cells == words).fillna(False), dtype=bool)
    if same.any():
        return same
    if words.casefold() in {"true", "false"}:
        return np.asarray((cells.str.casefold() == words.casefold()).fillna(False), dtype=bool)
    if number is None:
        return same
    numbers = cells.map(lambda cell: as_number(cell) if isinstance(cell, str) else None)
    return np.asarray(pd.to_numeric(numbers, errors="coerce") == number, dtype=bool)


def as_numbers(column: pd.Series, name: str) -> np.ndarray:
    """Return a column as floats, NaN where a cell is empty.

    Raises
    ------
    ValueError
        Naming the first cell that holds something else, such as the mark of a suppressed count.
    """
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    found = np.full(len(column), np.nan)
    for place, cell in enumerate(column):
        if pd.isna(cell):
            continue
        number = as_number(str(cell))
        if number is None:
            raise ValueError(f"column '{name}' holds '{str(cell)[:40]}' in row {place + 2}, which is not a number")
        found[place] = number
    return found


def distinct_values(column: pd.Series, most: int = 8) -> str:
    """Return the values of a column as a list in words, for messages."""
    found = [str(value) for value in column.dropna().unique()[: most + 1]]
    return ", ".join(found[:most]) + (", ..." if len(found) > most else "")
