"""Filters of rows and expressions of columns, walked node by node: whatever is not named here is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.errors import did_you_mean
from arwap_analysis.registers.claims.grammar import (
    NotAllowed,
    Parsed,
    column_name,
    number_of,
    parse_text,
    spelled,
)
from arwap_analysis.registers.claims.values import as_number, as_numbers, is_flag, is_value

__all__ = [
    "Kept",
    "check_condition",
    "check_number",
    "column_of",
    "evaluate_expression",
    "keep_rows",
    "names_in",
    "parse_expression",
    "parse_filter",
]

_FILTER_MARKS = {"&": "and", "&&": "and", "|": "or", "||": "or", "~": "not", "!": "not", "<>": "!=", "=": "==",
                 "^": "**"}  # fmt: skip
_FILTER_WORDS = {"AND": "and", "OR": "or", "NOT": "not", "IN": "in", "and": "and", "or": "or", "not": "not",
                 "in": "in", "True": "True", "False": "False", "true": "True", "false": "False", "TRUE": "True",
                 "FALSE": "False"}  # fmt: skip
_MISSING = {"ðisna": True, "ðisnull": True, "ðnotna": False, "ðnotnull": False}
_GREATEST_POWER = 10
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """Which rows a filter keeps, and of which it cannot be said because a cell is missing: (N,) bool arrays."""

    rows: np.ndarray
    unknown: np.ndarray


@lru_cache(maxsize=4096)
def parse_filter(text: str) -> Parsed:
    """Read a filter such as `city == 'Chicago' and not age < 18`; raises NotAllowed for anything else."""
    parsed = parse_text(text, marks=_FILTER_MARKS, words=_FILTER_WORDS)
    check_condition(parsed.tree)
    if not names_in(parsed):
        raise NotAllowed("it names no column")
    return parsed


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Parsed:
    """Read a sum of columns such as `false_positive + true_negative`; raises NotAllowed for anything else."""
    parsed = parse_text(text, marks={"^": "**"}, words={})
    check_number(parsed.tree)
    return parsed


def names_in(parsed: Parsed) -> tuple[str, ...]:
    """Return the columns that a text names, each once."""
    names = [column_name(node, parsed) for node in ast.walk(parsed.tree) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(name for name in names if name not in _MISSING))


def _refuse(node: ast.AST) -> NotAllowed:
    return NotAllowed(f"'{spelled(node)}' is not part of its language")


def check_condition(node: ast.expr) -> None:
    """Refuse a tree that is not a condition on columns."""
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            check_condition(value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        check_condition(node.operand)
    elif isinstance(node, ast.Compare):
        _check_value(node.left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
                    raise NotAllowed("'in' needs a list of values in square brackets")
                for item in right.elts:
                    _literal(item)
            elif isinstance(operator, ast.Eq | ast.NotEq | ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                _check_value(right)
            else:
                raise _refuse(node)
    elif not isinstance(node, ast.Name) and not _asks_for_missing(node):
        raise _refuse(node)


def _asks_for_missing(node: ast.expr) -> bool:
    """Whether a node is `column.isna()` or one of its kin, as the scanner spells it."""
    return (
        isinstance(node, ast.Call) and not node.args and not node.keywords and isinstance(node.func, ast.Subscript)
        and isinstance(node.func.value, ast.Name) and node.func.value.id in _MISSING
        and isinstance(node.func.slice, ast.Name)
    )  # fmt: skip


def _check_value(node: ast.expr) -> None:
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str | bool)):
        check_number(node)


def check_number(node: ast.expr) -> None:
    """Refuse a tree that is not arithmetic on columns and numbers."""
    if isinstance(node, ast.Name) or number_of(node) is not None:
        return None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return check_number(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        power = number_of(node.right)
        if power is None or abs(power) > _GREATEST_POWER:
            raise NotAllowed(f"the power in '{spelled(node)}' has to be a number up to {_GREATEST_POWER}")
        return check_number(node.left)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        check_number(node.left)
        return check_number(node.right)
    raise _refuse(node)


def _literal(node: ast.expr) -> str | float | bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bool):
        return node.value
    number = number_of(node)
    if number is None:
        raise _refuse(node)
    return number


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column; raises NotAllowed with the nearest name when the data have none of that name."""
    if name not in frame.columns:
        raise NotAllowed(f"the data have no column '{name}'. {did_you_mean(name, [str(c) for c in frame.columns])}")
    return frame[name]


def evaluate_expression(parsed: Parsed, frame: pd.DataFrame) -> np.ndarray:
    """Return the value of an expression in each row, NaN where a cell that it needs is missing.

    Raises
    ------
    NotAllowed, ValueError
        For a column that the data do not have, or that holds words.
    """
    with np.errstate(all="ignore"):
        return np.broadcast_to(_number(parsed.tree, parsed, frame), (len(frame),)).astype(float)


def _number(node: ast.expr, parsed: Parsed, frame: pd.DataFrame) -> Any:
    number = number_of(node)
    if number is not None:
        return np.float64(number)
    if isinstance(node, ast.Name):
        name = column_name(node, parsed)
        return as_numbers(column_of(frame, name), name)
    if isinstance(node, ast.UnaryOp):
        inner = _number(node.operand, parsed, frame)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return np.power(_number(node.left, parsed, frame), number_of(node.right) or 0.0)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _ARITHMETIC[type(node.op)](_number(node.left, parsed, frame), _number(node.right, parsed, frame))
    raise _refuse(node)


def keep_rows(parsed: Parsed, frame: pd.DataFrame, *, two_valued: bool = False) -> Kept:
    """Return which rows a filter keeps. A missing cell makes a comparison unknown, which keeps no row.

    `two_valued`: a missing cell is another value instead, so that `x != 1` keeps it.
    """
    with np.errstate(all="ignore"):
        true, unknown = _condition(parsed.tree, replace(parsed, two_valued=two_valued), frame)
    return Kept(true, unknown)


Truth = tuple[np.ndarray, np.ndarray]


def _condition(node: ast.expr, parsed: Parsed, frame: pd.DataFrame) -> Truth:
    """Return where a condition is true, and where it is unknown (Kleene's logic)."""
    if isinstance(node, ast.BoolOp):
        parts = [_condition(value, parsed, frame) for value in node.values]
        is_and = isinstance(node.op, ast.And)
        if is_and:
            true = np.logical_and.reduce([part[0] for part in parts])
            false = np.logical_or.reduce([~part[0] & ~part[1] for part in parts])
        else:
            true = np.logical_or.reduce([part[0] for part in parts])
            false = np.logical_and.reduce([~part[0] & ~part[1] for part in parts])
        return true, ~true & ~false
    if isinstance(node, ast.UnaryOp):
        true, unknown = _condition(node.operand, parsed, frame)
        return ~true & ~unknown, unknown
    if isinstance(node, ast.Name):
        name = column_name(node, parsed)
        column = column_of(frame, name)
        if not is_flag(column):
            raise NotAllowed(f"column '{name}' is not true or false: compare it with a value")
        return is_value(column, True), column.isna().to_numpy()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript):
        missing = column_of(frame, column_name(node.func.slice, parsed)).isna().to_numpy()  # type: ignore[arg-type]
        wanted = _MISSING[node.func.value.id]  # type: ignore[attr-defined]
        return (missing if wanted else ~missing), np.zeros(len(frame), dtype=bool)
    if isinstance(node, ast.Compare):
        return _comparison(node, parsed, frame)
    raise _refuse(node)


def _comparison(node: ast.Compare, parsed: Parsed, frame: pd.DataFrame) -> Truth:
    true, unknown, left = np.ones(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool), node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        one, doubt = _pair(left, operator, right, parsed, frame)
        false = (~true & ~unknown) | (~one & ~doubt)
        true = true & one
        unknown = ~true & ~false
        left = right
    return true, unknown


def _pair(left: ast.expr, operator: ast.cmpop, right: ast.expr, parsed: Parsed, frame: pd.DataFrame) -> Truth:
    true, doubt = _compared(left, operator, right, parsed, frame)
    if not parsed.two_valued:
        return true, doubt
    another = isinstance(operator, ast.NotEq | ast.NotIn)
    return (true | doubt if another else true), np.zeros(len(frame), dtype=bool)


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr, parsed: Parsed, frame: pd.DataFrame) -> Truth:
    if isinstance(operator, ast.In | ast.NotIn):
        items = right.elts if isinstance(right, ast.List | ast.Tuple) else []
        found = [_equal(left, item, parsed, frame) for item in items]
        true, doubt = np.logical_or.reduce([part[0] for part in found]), found[0][1]
        return (true, doubt) if isinstance(operator, ast.In) else (~true & ~doubt, doubt)
    if isinstance(operator, ast.Eq | ast.NotEq):
        true, doubt = _equal(left, right, parsed, frame)
        return (true, doubt) if isinstance(operator, ast.Eq) else (~true & ~doubt, doubt)
    first, second = _ordered(left, right, parsed, frame)
    doubt = np.broadcast_to(pd.isna(first) | pd.isna(second), (len(frame),))
    true = np.zeros(len(frame), dtype=bool)
    first, second = np.broadcast_to(first, (len(frame),)), np.broadcast_to(second, (len(frame),))
    true[~doubt] = _ORDER[type(operator)](first[~doubt], second[~doubt])
    return true, np.asarray(doubt)


def _equal(left: ast.expr, right: ast.expr, parsed: Parsed, frame: pd.DataFrame) -> Truth:
    if not isinstance(left, ast.Name) and isinstance(right, ast.Name):
        left, right = right, left
    if isinstance(left, ast.Name):
        column = column_of(frame, column_name(left, parsed))
        missing = column.isna().to_numpy()
        if isinstance(right, ast.Name):
            other = column_of(frame, column_name(right, parsed))
            doubt = missing | other.isna().to_numpy()
            if pd.api.types.is_numeric_dtype(column.dtype) and pd.api.types.is_numeric_dtype(other.dtype):
                return np.asarray(column.to_numpy(float) == other.to_numpy(float)) & ~doubt, doubt
            same = column.astype("string").str.strip() == other.astype("string").str.strip()
            return np.asarray(same.fillna(False), dtype=bool), doubt
        if isinstance(right, ast.Constant) or number_of(right) is not None:
            return is_value(column, _literal(right)), missing
    first, second = _number(left, parsed, frame), _number(right, parsed, frame)
    doubt = np.broadcast_to(np.isnan(first) | np.isnan(second), (len(frame),))
    return np.broadcast_to(first == second, (len(frame),)) & ~doubt, np.asarray(doubt)


def _ordered(left: ast.expr, right: ast.expr, parsed: Parsed, frame: pd.DataFrame) -> tuple[Any, Any]:
    """Return both sides of < or > as numbers, or as words where one is a text that is no number (a date)."""
    texts = [
        node.value for node in (left, right)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and as_number(node.value) is None
    ]  # fmt: skip
    sides = []
    for node in (left, right):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            sides.append(np.array(node.value, dtype=object) if texts else np.float64(as_number(node.value) or 0.0))
        elif texts and isinstance(node, ast.Name):
            column = column_of(frame, column_name(node, parsed))
            if pd.api.types.is_numeric_dtype(column.dtype):
                raise NotAllowed(f"column '{column.name}' holds numbers; '{texts[0]}' is none")
            sides.append(column.astype(object).to_numpy())
        else:
            sides.append(_number(node, parsed, frame))
    return sides[0], sides[1]
