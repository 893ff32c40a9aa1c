"""Read YAML files into typed models, so that every mistake is one clear line with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from arwap_analysis.errors import Fault, ParameterError, did_you_mean

__all__ = ["TO_FILL_IN", "Document", "StrictModel", "faults_of", "load_model", "read_document"]

# What `arwap new` writes where only the analyst knows the words.
TO_FILL_IN = "Write here"

Location = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


class StrictModel(BaseModel):
    """A frozen model that refuses unknown keys and does not turn text into numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a YAML file and the line on which each key stands."""

    name: str
    content: dict[str, Any]
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int | None:
        """Return the line of a key, or of the nearest enclosing key that the file has."""
        while location:
            if location in self.lines:
                return self.lines[location]
            location = location[:-1]
        return None


def read_document(path: Path) -> Document:
    """Read one YAML file that holds keys and values; raises ParameterError when it does not."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParameterError(_missing_file(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(Fault("unreadable_file", f"cannot be read: {error}", name)) from None
    try:
        node, content = _parsed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise ParameterError(
            Fault(
                "not_yaml",
                f"this is not YAML: {problem}",
                name,
                mark.line + 1 if mark else None,
                hint="Check the indentation and that every 'key: value' has a space after the colon.",
            )
        ) from None
    if not isinstance(content, dict):
        what = "the file is empty" if content is None else "the file holds no 'key: value' lines"
        raise ParameterError(Fault("no_keys", what, name, hint="'arwap new NAME' writes one to start from."))
    lines: dict[Location, int] = {}
    faults: list[Fault] = []
    _walk(node, (), lines, faults, name)
    if faults:
        raise ParameterError(faults)
    return Document(name, content, lines)


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """Return the nodes of a text, which know their lines, and its content.

    libyaml, where it is there, reads ten times as fast; what it refuses is read again without it, so that an error
    is told in the same words on every machine.
    """
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.compose(text, Loader=fast), yaml.load(text, Loader=fast)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)


def _missing_file(path: Path) -> Fault:
    folder = path.parent
    meant = folder / "params" / f"{path.name}.yml"
    near = sorted(p.name for p in folder.glob(f"*{path.suffix}")) if path.suffix and folder.is_dir() else []
    if not path.suffix and meant.is_file():
        hint = f"Did you mean '{meant.as_posix()}'?"
    else:
        hint = did_you_mean(path.name, near) if near else "Check the name and the folder."
    return Fault("missing_file", "there is no such file", str(path), hint=hint)


def _walk(
    node: yaml.Node | None, location: Location, lines: dict[Location, int], faults: list[Fault], name: str
) -> None:
    """Record the line of every key, and refuse a key written twice (YAML would silently keep the last)."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*location, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                faults.append(
                    Fault(
                        "repeated_key",
                        f"the key '{key.value}' is written twice",
                        name,
                        line,
                        hint=f"It already stands on line {lines[here]}; keep one.",
                    )
                )
            lines[here] = line
            _walk(value, here, lines, faults, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*location, index)] = value.start_mark.line + 1
            _walk(value, (*location, index), lines, faults, name)
    elif isinstance(node, yaml.ScalarNode) and node.value.startswith(TO_FILL_IN):
        line = node.start_mark.line + 1
        hint = "A report would print it: write your own words in its place."
        faults.append(Fault("not_filled_in", "this has not been filled in", name, line, value=node.value, hint=hint))


def load_model(path: Path, model: type[M]) -> M:
    """Read a YAML file as `model`; raises ParameterError with every fault, its line and a hint."""
    document = read_document(path)
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        raise ParameterError(faults_of(error, model, document)) from None


def faults_of(error: ValidationError, model: type[BaseModel], document: Document, prefix: Location = ()) -> list[Fault]:
    """Turn pydantic's errors into faults with the line of the key; `prefix` is where the model sits in the file."""
    faults = []
    for detail in error.errors(include_url=False):
        location: Location = tuple(detail["loc"])
        key = str(location[-1]) if location else "the file"
        row = document.line((*prefix, *location))
        kind = detail["type"]
        if kind == "extra_forbidden":
            allowed = _fields_at(model, location[:-1])
            faults.append(
                Fault("unknown_key", f"there is no option '{key}'", document.name, row, hint=did_you_mean(key, allowed))
            )
        elif kind == "missing":
            faults.append(
                Fault(
                    "missing_key",
                    f"the option '{'.'.join(map(str, location))}' is missing",
                    document.name,
                    row,
                    hint="Add it; 'arwap new' shows every option with its meaning.",
                )
            )
        else:
            message = detail["msg"].removeprefix("Value error, ")
            value = detail.get("input")
            faults.append(
                Fault(
                    "wrong_value",
                    f"the option '{'.'.join(map(str, location))}' cannot be used: {message}",
                    document.name,
                    row,
                    value=None if isinstance(value, dict) else str(value),
                )
            )
    return sorted(faults, key=lambda fault: fault.row or 0)


def _fields_at(model: type[BaseModel], location: Location) -> list[str]:
    """Names of the options of the (nested) model at `location`."""
    current: Any = model
    for step in location:
        field = getattr(current, "model_fields", {}).get(step)
        if field is None:
            continue
        candidates = [field.annotation, *get_args(field.annotation)]
        current = next((c for c in candidates if hasattr(c, "model_fields")), current)
    return list(getattr(current, "model_fields", {}))
