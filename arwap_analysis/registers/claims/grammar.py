"""The words of filters, expressions and formulas, taken apart by ourselves: nothing that a claim says is evaluated.

A text is scanned into words; spellings of other tools (`&`, `AND`, `<>`, back-quoted names) become Python's, whose
parser then only builds a tree. What may stand in the tree is decided by whoever walks it, node by node.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from keyword import iskeyword

__all__ = ["NotAllowed", "Parsed", "column_name", "number_of", "parse_text", "spelled"]

LONGEST = 4000
DEEPEST = 40
MOST_NODES = 800
DEEPEST_TREE = 120  # walkers recurse; a sum of a hundred columns is deep to Python's parser
_WORD = re.compile(
    r"""\s*(?:(?P<string>'[^'\\\n]*'|"[^"\\\n]*")|(?P<quoted>`[^`\n]+`)
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    |(?P<mark><=|>=|==|!=|<>|&&|\|\||\*\*|[-+*/^()\[\],<>=&|~!:])|(?P<end>$))""",
    re.VERBOSE,
)
_OPENING, _CLOSING = "([", ")]"
_STAND_IN = "ðcolumn{}"  # a letter that no table of ours has at the head of a name


class NotAllowed(ValueError):
    """A text that is not a filter, an expression or a formula of the small grammar."""


@dataclass(frozen=True)
class Parsed:
    """A tree, and the column that each stand-in name of it means.

    `two_valued`: a filter takes a missing cell for "another value", as pandas does, instead of unknown, as R and SQL.
    """

    tree: ast.expr
    columns: dict[str, str]
    two_valued: bool = False


def parse_text(text: str, *, marks: dict[str, str], words: dict[str, str]) -> Parsed:
    """Return the tree of a text, after spellings in `marks` and `words` were replaced.

    Raises
    ------
    NotAllowed
        When the text is too long or too deeply nested, has a word that the grammar does not know, or is incomplete.
    """
    if len(text) > LONGEST:
        raise NotAllowed(f"it is longer than {LONGEST} characters")
    columns: dict[str, str] = {}
    pieces: list[str] = []
    depth = position = 0
    while position < len(text):
        found = _WORD.match(text, position)
        if found is None:
            raise NotAllowed(f"'{text[position:].strip()[:20]}' is not part of its language")
        position = found.end()
        kind, word = found.lastgroup, found.group().strip()
        if kind == "end":
            break
        if kind == "mark":
            depth += (word in _OPENING) - (word in _CLOSING)
            if depth > DEEPEST:
                raise NotAllowed(f"its brackets are nested more than {DEEPEST} deep")
            word = marks.get(word, word)
        elif kind == "quoted":
            word = _stand_in(word[1:-1], columns)
        elif kind == "name":
            word = words.get(word) or _checked_name(word, columns)
        pieces.append(word)
    try:
        tree = ast.parse(" ".join(pieces), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotAllowed(f"'{text.strip()[:80]}' cannot be read") from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES or _depth(tree) > DEEPEST_TREE:
        raise NotAllowed("it has too many parts")
    return Parsed(tree, columns)


def _depth(tree: ast.expr) -> int:
    """Return how deep a tree is, level by level, so that nothing recurses."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]  # type: ignore[misc]
    return depth


_METHODS = {"isna", "isnull", "notna", "notnull"}


def _checked_name(word: str, columns: dict[str, str]) -> str:
    """Return a name; a dotted one is a column of that name, unless it asks for missing values or a function."""
    if "ð" in word or any(part.startswith("__") for part in word.split(".")):
        raise NotAllowed(f"'{word}' is not a name of a column")
    if iskeyword(word):  # a column may be called "class"; no keyword reaches Python's parser as one
        return _stand_in(word, columns)
    first, _, last = word.rpartition(".")
    if not first:
        return word
    if first in {"np", "numpy"}:
        return last
    if last in _METHODS:
        return f"ð{last} [{_stand_in(first, columns)}]"
    return _stand_in(word, columns)


def _stand_in(column: str, columns: dict[str, str]) -> str:
    name = _STAND_IN.format(len(columns))
    columns[name] = column
    return name


def column_name(node: ast.Name, parsed: Parsed) -> str:
    """Return the column that a name means."""
    return parsed.columns.get(node.id, node.id)


def number_of(node: ast.expr) -> float | None:
    """Return the number that a node is, with its sign, else None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = number_of(node.operand)
        return None if inner is None else (-inner if isinstance(node.op, ast.USub) else inner)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        try:
            value = float(node.value)  # type: ignore[arg-type]
        except OverflowError:
            raise NotAllowed("a number in it is too large") from None
        if abs(value) > 1e300:
            raise NotAllowed("a number in it is too large")
        return value
    return None


def spelled(node: ast.AST) -> str:
    """Return a node as text, shortened, for messages."""
    text = re.sub("ðcolumn\\d+", "...", ast.unparse(node))
    return text if len(text) <= 60 else f"{text[:57]}..."
