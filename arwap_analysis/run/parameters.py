"""Read the schema of a notebook from its own `parameters` cell, so that nothing is declared twice.

papermill runs a notebook with a mistyped parameter, or with no `parameters` cell, on the defaults and
only warns. Here both are refused before a kernel starts.
"""

from __future__ import annotations

import ast
import io
import json
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from arwap_analysis.errors import Fault, ParameterError

__all__ = ["Parameter", "notebook_parameters", "parameters_model", "read_notebook"]

_TYPES: dict[str, Any] = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a notebook: its name, type, default, and the help written behind it."""

    name: str
    type: Any
    type_text: str
    default: Any
    help: str


def read_notebook(path: Path) -> dict[str, Any]:
    """Return the content of a notebook file, each cell's source as one text.

    The file is read as the JSON that it is: the package that validates notebooks takes over a second to
    load, and papermill validates before it runs one. Raises ParameterError when there is no such file or it
    is not a notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        near = sorted(p.stem for p in path.parent.glob("*.ipynb")) if path.parent.is_dir() else []
        hint = f"Available: {', '.join(near) or 'none'}."
        raise ParameterError(Fault("missing_notebook", "there is no such notebook", str(path), hint=hint)) from None
    except (ValueError, OSError) as error:
        raise ParameterError(Fault("not_a_notebook", f"this is not a Jupyter notebook: {error}", str(path))) from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):
        raise ParameterError(
            Fault(
                "not_a_notebook",
                "this is not a Jupyter notebook of format 4",
                str(path),
                hint="Save it from JupyterLab.",
            )
        )
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def notebook_parameters(path: Path) -> tuple[Parameter, ...]:
    """Return the parameters of a notebook, in order.

    Raises ParameterError when no cell, or more than one, is tagged `parameters`, or when the cell holds
    anything but lines like `name: type = value  # help`.
    """
    notebook = read_notebook(path)
    cells = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", ())]
    if len(cells) != 1:
        raise ParameterError(
            Fault(
                "no_parameters_cell",
                f"{len(cells) or 'no'} cell of the notebook is tagged 'parameters'",
                str(path),
                hint="Tag exactly one; without it every report would silently run on the defaults.",
            )
        )
    source = cells[0]["source"]
    helps = _comments(source)
    found, faults = [], []
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            try:
                default = ast.literal_eval(node.value)
                found.append(
                    Parameter(
                        node.target.id,
                        _type(node.annotation),
                        ast.unparse(node.annotation),
                        default,
                        helps.get(node.lineno, ""),
                    )
                )
                continue
            except ValueError as error:
                reason = str(error)
        else:
            reason = "it is not of the form name: type = value  # help"
        faults.append(
            Fault(
                "unreadable_parameter",
                f"line {node.lineno} of the parameters cell cannot be read: {reason}",
                str(path),
                value=ast.unparse(node),
            )
        )
    if faults:
        raise ParameterError(faults)
    return tuple(found)


def _comments(source: str) -> dict[int, str]:
    """Return the comment at the end of each line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").rstrip() for t in tokens if t.type == tokenize.COMMENT}


def _type(node: ast.expr) -> Any:
    """Return the type that an annotation names; only plain types, their lists and dicts, and None."""
    if isinstance(node, ast.Name) and node.id in _TYPES:
        return _TYPES[node.id]
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _type(node.left) | _type(node.right)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in ("list", "dict"):
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _TYPES[node.value.id][tuple(_type(part) for part in inside)]
    raise ValueError(f"the type '{ast.unparse(node)}' is not one of {', '.join(_TYPES)}, their lists, or None")


def parameters_model(parameters: tuple[Parameter, ...]) -> type[BaseModel]:
    """Return a strict model of the parameters: unknown names and wrong types are refused."""
    fields: dict[str, Any] = {p.name: (p.type, p.default) for p in parameters}
    return create_model("Parameters", __config__=ConfigDict(extra="forbid", strict=True, frozen=True), **fields)
