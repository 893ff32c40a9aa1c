"""A formula and a table become an outcome and a model's matrix, each column with the names that software gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pandas as pd

from arwap_analysis.registers.claims.filters import column_of, evaluate_expression, keep_rows
from arwap_analysis.registers.claims.formula import Factor, Formula
from arwap_analysis.registers.claims.grammar import NotAllowed, Parsed, column_name
from arwap_analysis.registers.claims.values import is_value

__all__ = ["ModelColumn", "ModelMatrix", "build_matrix", "find_term"]

_MOST_LEVELS = 400
_FUNCTIONS = {"log": np.log, "log10": np.log10, "log2": np.log2, "log1p": np.log1p, "sqrt": np.sqrt, "exp": np.exp,
              "abs": np.abs, "square": np.square}  # fmt: skip
_INTERCEPT = ("Intercept", "(Intercept)", "const", "constant", "_cons")


@dataclass(frozen=True)
class ModelColumn:
    """One column of a matrix: its name, and what other software calls it."""

    name: str
    aliases: frozenset[str]


@dataclass(frozen=True, eq=False)
class ModelMatrix:
    """An outcome (N,) and a matrix (N, P) of the rows without a missing cell; `rows` says which those are."""

    outcome: np.ndarray
    matrix: np.ndarray
    columns: tuple[ModelColumn, ...]
    rows: np.ndarray
    outcome_note: str = ""


@dataclass(frozen=True, eq=False)
class _Coded:
    """A factor in numbers: one column of numbers, or a column of 0 and 1 for each level, reference first."""

    values: np.ndarray
    missing: np.ndarray
    levels: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]


def build_matrix(
    formula: Formula, frame: pd.DataFrame, *, keep: np.ndarray | None = None, outcome_value: str | None = None,
    two_values: bool = False,
) -> ModelMatrix:  # fmt: skip
    """Return the matrix of a formula; rows with a missing cell in any of its variables are left out.

    Parameters
    ----------
    frame : DataFrame, (N,)
    keep : (N,) bool array, optional
        Rows to use.
    outcome_value : str, optional
        The outcome is then whether its column has this value.
    two_values : bool
        Whether the outcome has to be 0 or 1 (words of two kinds become so, the later in the alphabet 1).

    Raises
    ------
    NotAllowed, ValueError
        For a column that the data lack, a category of more than 400 levels, or an outcome that is not what it must be.
    """
    chosen = np.ones(len(frame), dtype=bool) if keep is None else keep.copy()
    factors = {factor.text: factor for term in formula.terms for factor in term}
    outcome, missing, note = _outcome(formula, frame, outcome_value, two_values)
    chosen &= ~missing
    for factor in factors.values():
        chosen &= ~_missing(factor, formula.parsed, frame)
    used = frame.loc[chosen]
    if not len(used):
        raise NotAllowed("no row has a value for every variable of the formula")
    y = outcome[chosen]
    if two_values and not set(np.unique(y)) <= {0.0, 1.0}:
        raise NotAllowed(f"the outcome of this model has to be 0 or 1, and '{formula.outcome.text}' is not")
    coded = {text: _code(factor, formula.parsed, used) for text, factor in factors.items()}
    present = {frozenset(factor.text for factor in term) for term in formula.terms}
    blocks: list[np.ndarray] = []
    columns: list[ModelColumn] = []
    for term in formula.terms:
        block, names = _term(tuple(f.text for f in term), coded, present, len(used))
        blocks.append(block)
        columns += names
    return ModelMatrix(y, np.column_stack(blocks), tuple(columns), chosen, note)


def _outcome(
    formula: Formula, frame: pd.DataFrame, outcome_value: str | None, two_values: bool
) -> tuple[np.ndarray, np.ndarray, str]:
    factor, parsed = formula.outcome, formula.outcome_parsed
    if factor.kind == "plain":
        column = column_of(frame, column_name(factor.node, parsed))  # type: ignore[arg-type]
        missing = column.isna().to_numpy()
        if outcome_value is not None:
            return is_value(column, outcome_value).astype(float), missing, f"{factor.text} is {outcome_value}"
        is_words = not pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
        levels = sorted(str(v) for v in column.dropna().unique()) if is_words and column.nunique() == 2 else []
        if levels and not all(_is_number(level) for level in levels):
            if not two_values:
                raise NotAllowed(f"the outcome '{factor.text}' holds words: name an outcome_value")
            return is_value(column, levels[1]).astype(float), missing, f"{factor.text} is {levels[1]}"
    if factor.kind == "condition":
        kept = keep_rows(Parsed(factor.node, parsed.columns), frame)
        return kept.rows.astype(float), kept.unknown, factor.text
    values = _numbers(factor, parsed, frame)
    return values, ~np.isfinite(values), ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(factor: Factor, parsed: Parsed, frame: pd.DataFrame) -> np.ndarray:
    values = evaluate_expression(Parsed(factor.node, parsed.columns), frame)
    if factor.kind in _FUNCTIONS:
        with np.errstate(all="ignore"):
            result = np.asarray(_FUNCTIONS[factor.kind](values), dtype=float)
        if np.any(~np.isfinite(result) & np.isfinite(values)):
            raise NotAllowed(f"'{factor.text}' has no value in some rows (a logarithm of 0?)")
        return result
    return values


def _is_category(factor: Factor, parsed: Parsed, frame: pd.DataFrame) -> bool:
    if factor.kind == "category":
        return True
    if factor.kind != "plain":
        return False
    column = column_of(frame, column_name(factor.node, parsed))  # type: ignore[arg-type]
    return bool(pd.api.types.is_bool_dtype(column.dtype)) or not pd.api.types.is_numeric_dtype(column.dtype)


def _missing(factor: Factor, parsed: Parsed, frame: pd.DataFrame) -> np.ndarray:
    if factor.kind == "condition":
        return keep_rows(Parsed(factor.node, parsed.columns), frame).unknown
    if _is_category(factor, parsed, frame):
        column = column_of(frame, column_name(factor.node, parsed))  # type: ignore[arg-type]
        return np.asarray(column.isna().to_numpy())
    return np.asarray(np.isnan(_numbers(factor, parsed, frame)))


def _code(factor: Factor, parsed: Parsed, frame: pd.DataFrame) -> _Coded:
    none = np.zeros(len(frame), dtype=bool)
    if factor.kind == "condition":
        values = keep_rows(Parsed(factor.node, parsed.columns), frame).rows.astype(float)
        names = (factor.text, f"{factor.text}[T.True]", f"{factor.text}True", f"{factor.text}TRUE")
        return _Coded(values[:, None], none, (), (names,))
    if not _is_category(factor, parsed, frame):
        plain = factor.text.replace("np.", "")
        return _Coded(_numbers(factor, parsed, frame)[:, None], none, (), ((plain, f"Q({plain})"),))
    name = column_name(factor.node, parsed)  # type: ignore[arg-type]
    column = frame[name]
    found = sorted(column.unique()) if column.map(type).nunique() == 1 else sorted(column.unique(), key=str)
    if len(found) > _MOST_LEVELS:
        raise NotAllowed(f"the category '{name}' has more than {_MOST_LEVELS} levels")
    levels = [_label(value) for value in found]
    if factor.reference is not None:
        if factor.reference not in levels:
            raise NotAllowed(f"'{name}' has no level '{factor.reference}' among the rows used")
        first = levels.index(factor.reference)
        order = [first, *(i for i in range(len(levels)) if i != first)]
        found, levels = [found[i] for i in order], [levels[i] for i in order]
    values = np.column_stack([(column == value).to_numpy(dtype=float) for value in found])
    return _Coded(values, none, tuple(levels), tuple(_names(name, factor.text, lev, len(levels)) for lev in levels))


def _label(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value).strip()


def _names(variable: str, text: str, level: str, levels: int) -> tuple[str, ...]:
    """Return what patsy, R and people call the column of a level."""
    stems = dict.fromkeys((variable, f"C({variable})", text))
    names = [f"{stem}[T.{level}]" for stem in stems] + [f"{stem}[{level}]" for stem in stems]
    names += [f"{variable}{level}", f"{variable}{level.upper()}", f"factor({variable}){level}",
              f"as.factor({variable}){level}", f"{variable}={level}", f"{variable}_{level}", level]  # fmt: skip
    return (*names, *stems) if levels == 2 else tuple(names)


def _term(
    names: tuple[str, ...], coded: dict[str, _Coded], present: set[frozenset[str]], length: int
) -> tuple[np.ndarray, list[ModelColumn]]:
    """Return the columns of a term: a category loses its reference where the term without it is in the model too."""
    if not names:
        return np.ones((length, 1)), [ModelColumn("Intercept", frozenset(_INTERCEPT))]
    parts = []
    for name in names:
        factor = coded[name]
        drop = bool(factor.levels) and frozenset(n for n in names if n != name) in present
        first = 1 if drop else 0
        parts.append([(factor.values[:, i], factor.names[i]) for i in range(first, factor.values.shape[1])])
    columns, labels = [], []
    for combination in product(*parts):
        columns.append(np.prod([values for values, _ in combination], axis=0))
        spellings = [part[1] for part in combination]
        aliases = {
            _plain(":".join(order)) for chosen in product(*spellings) for order in permutations(chosen)
        }  # fmt: skip
        labels.append(ModelColumn(":".join(s[0] for s in spellings), frozenset(aliases)))
    return np.column_stack(columns), labels


def _plain(term: str) -> str:
    """Return the name of a term without what software differs in: spaces, quotes, the module, and 1.0 for 1."""
    text = re.sub(r"[\s'\"`]|np\.|numpy\.", "", term).replace("^", "**")
    return re.sub(r"(\d)\.0(?!\d)", r"\1", text)


def find_term(term: str, columns: Sequence[ModelColumn]) -> int:
    """Return the position of the column that a claim names, by the name that statsmodels, R or Stata would give it.

    Raises
    ------
    NotAllowed
        With the terms that there are, when none or several have this name.
    """
    wanted = _plain(term)
    names = [_plain(column.name) for column in columns]
    if wanted in names:
        return names.index(wanted)
    found = [i for i, column in enumerate(columns) if wanted in {_plain(alias) for alias in column.aliases}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(column.name for column in columns[:12])
    if found:
        raise NotAllowed(f"'{term}' could be {' or '.join(columns[i].name for i in found)}")
    raise NotAllowed(f"the model has no term '{term}'. Its terms: {known}")
