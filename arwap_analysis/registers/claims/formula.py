"""Formulas of models, `y ~ a + C(b) + a:b`, read by the small grammar: terms, never code.

Libraries of formulas evaluate what stands in them as Python; here a function is a name in a table.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from arwap_analysis.registers.claims.filters import check_condition, check_number
from arwap_analysis.registers.claims.grammar import NotAllowed, Parsed, number_of, parse_text, spelled

__all__ = ["FUNCTIONS", "Factor", "Formula", "parse_formula"]

FUNCTIONS = ("log", "log10", "log2", "log1p", "sqrt", "exp", "abs", "square")
_CATEGORIES = ("C", "factor", "as_factor", "i", "relevel")
_MARKS = {"^": "**", ":": "@", "==": "=="}
_WORDS = {"as.factor": "as_factor", "and": "and", "or": "or", "not": "not", "in": "in", "True": "True",
          "False": "False", "TRUE": "True", "FALSE": "False"}  # fmt: skip
_HIGHEST_ORDER = 4
_MOST_TERMS = 200


@dataclass(frozen=True)
class Factor:
    """One variable of a term.

    `kind`: "plain" (numbers are numbers, words are categories), "category", "number" (an arithmetic expression in I()),
    "condition" (a comparison in I()), or the name of a function. `reference`: the level that a category is compared
    with, where the formula names one. `text`: as the formula spells it.
    """

    kind: str
    text: str
    node: ast.expr
    reference: str | None = None


Term = tuple[Factor, ...]


@dataclass(frozen=True)
class Formula:
    """An outcome and the terms that explain it; the term () is the intercept."""

    outcome: Factor
    terms: tuple[Term, ...]
    parsed: Parsed
    outcome_parsed: Parsed


@lru_cache(maxsize=4096)
def parse_formula(text: str) -> Formula:
    """Read a formula: `+`, `-1`, `*`, `:`, `(a + b)^2`, `C(x)`, `C(x, Treatment('a'))`, `I(...)` and a few functions.

    Raises
    ------
    NotAllowed
        For anything else.
    """
    left, tilde, right = text.partition("~")
    if not tilde or "~" in right or not left.strip() or not right.strip():
        raise NotAllowed("a formula is an outcome, one '~', and terms: y ~ a + b")
    outcome_parsed, parsed = (parse_text(side, marks=_MARKS, words=_WORDS) for side in (left, right))
    outcome = _factor(outcome_parsed.tree, outcome_parsed)
    if outcome.kind == "category":
        raise NotAllowed("the outcome of a formula cannot be a category")
    terms = _expand(parsed.tree, parsed)
    has_intercept = _NO_INTERCEPT not in terms
    kept = [term for term in terms if term not in (_NO_INTERCEPT, ())]
    if not kept and not has_intercept:
        raise NotAllowed("the formula has no terms")
    return Formula(outcome, (*(((),) if has_intercept else ()), *_by_order(kept)), parsed, outcome_parsed)


_NO_INTERCEPT: Term = (Factor("none", "0", ast.Constant(0)),)


def _by_order(terms: list[Term]) -> list[Term]:
    return sorted(_once(terms), key=len)


def _key(term: Term) -> frozenset[str]:
    return frozenset(factor.text for factor in term)


def _once(terms: list[Term]) -> list[Term]:
    return list({_key(term): term for term in reversed(terms)}.values())[::-1]


def _expand(node: ast.expr, parsed: Parsed) -> list[Term]:
    """Return the terms that a node stands for."""
    number = number_of(node)
    if number is not None:
        if number in (1.0, 0.0, -1.0):
            return [()] if number == 1 else [_NO_INTERCEPT]
        raise NotAllowed(f"'{spelled(node)}' is no term: of numbers only 0 and 1 may stand alone")
    if isinstance(node, ast.BinOp):
        return _limited(_combine(node, parsed))
    return [(_factor(node, parsed),)]


def _combine(node: ast.BinOp, parsed: Parsed) -> list[Term]:
    if isinstance(node.op, ast.Pow):
        order = number_of(node.right)
        if order not in range(1, _HIGHEST_ORDER + 1):
            raise NotAllowed(
                f"the power in '{spelled(node)}' has to be 1 to {_HIGHEST_ORDER}; write I(x**2) for squares"
            )
        terms = base = _expand(node.left, parsed)
        for _ in range(int(order or 1) - 1):
            terms = _limited([*terms, *_crossed(terms, base)])
        return terms
    left, right = _expand(node.left, parsed), _expand(node.right, parsed)
    if isinstance(node.op, ast.Add):
        return [*left, *right]
    if isinstance(node.op, ast.Sub):
        without = {_key(term) for term in right}
        kept = [term for term in left if _key(term) not in without or term == ()]
        return [*kept, _NO_INTERCEPT] if () in right else kept
    if any(isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mult | ast.MatMult)
           and type(side.op) is not type(node.op) for side in (node.left, node.right)):  # fmt: skip
        raise NotAllowed("'*' and ':' stand in one term: write it out with '+'")
    if isinstance(node.op, ast.Mult):
        return [*left, *right, *_crossed(left, right)]
    if isinstance(node.op, ast.MatMult):
        return _crossed(left, right)
    raise NotAllowed(f"'{spelled(node)}' is not a term; write I(...) around arithmetic")


def _crossed(left: list[Term], right: list[Term]) -> list[Term]:
    if _NO_INTERCEPT in left or _NO_INTERCEPT in right:
        raise NotAllowed("0 cannot stand in an interaction")
    return _limited([_joined(a, b) for a in left for b in right])


def _joined(a: Term, b: Term) -> Term:
    return tuple({factor.text: factor for factor in (*a, *b)}.values())


def _limited(terms: list[Term]) -> list[Term]:
    found = _once(terms)
    if len(found) > _MOST_TERMS:
        raise NotAllowed(f"it has more than {_MOST_TERMS} terms")
    return found


def _factor(node: ast.expr, parsed: Parsed) -> Factor:
    text = ast.unparse(node)
    for given, column in parsed.columns.items():
        text = text.replace(given, column)
    if isinstance(node, ast.Name):
        return Factor("plain", text, node)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise NotAllowed(f"'{spelled(node)}' is not a term")
    name = node.func.id
    if name == "Q" and len(node.args) == 1 and not node.keywords:
        inner = node.args[0]
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and not inner.value.startswith("__"):
            quoted = f"ðquoted{len(parsed.columns)}"
            parsed.columns[quoted] = inner.value
            return Factor("plain", inner.value, ast.Name(quoted))
    if name in _CATEGORIES:
        return _category(node, text)
    if len(node.args) != 1 or node.keywords:
        raise NotAllowed(f"'{spelled(node)}' is not a term")
    inner = node.args[0]
    if name == "I":
        if isinstance(inner, ast.Compare | ast.BoolOp):
            check_condition(inner)
            return Factor("condition", text, inner)
        check_number(inner)
        return Factor("number", text, inner)
    if name in FUNCTIONS:
        check_number(inner)
        return Factor(name, text, inner)
    raise NotAllowed(f"the function '{name}' is not one of {', '.join((*FUNCTIONS, 'I', 'C'))}")


def _category(node: ast.Call, text: str) -> Factor:
    """Read C(x), C(x, Treatment('a')), C(x, Treatment(reference='a')), factor(x), relevel(x, ref='a')."""
    if not node.args or len(node.args) + len(node.keywords) > 2:
        raise NotAllowed(f"'{spelled(node)}' is not a term")
    inner = node.args[0]
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in _CATEGORIES:
        inner = _category(inner, text).node
    if not isinstance(inner, ast.Name):
        raise NotAllowed(f"'{spelled(node)}': a category is one column")
    rest = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg in {"ref", "reference"})]
    if len(rest) != len(node.args) + len(node.keywords) - 1:
        raise NotAllowed(f"'{spelled(node)}' is not a term")
    return Factor("category", text, inner, _reference(rest[0]) if rest else None)


def _reference(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name) and node.id == "Treatment":
        return None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Treatment":
        given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "reference")]
        if len(given) != 1 or len(node.args) + len(node.keywords) != 1:
            raise NotAllowed(f"'{spelled(node)}' does not name one reference")
        return _reference(given[0])
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bool):
        return str(node.value)
    if (number := number_of(node)) is not None:
        return f"{number:g}"
    raise NotAllowed(f"'{spelled(node)}': only treatment coding against one reference is known")
