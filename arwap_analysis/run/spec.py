"""Read a parameters file and check all of it before anything runs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from arwap_analysis.documents import Document, StrictModel, faults_of, read_document
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.project import find_project
from arwap_analysis.run.parameters import notebook_parameters, parameters_model, read_notebook

__all__ = ["InputFile", "Report", "check_report", "load_report"]


class _ParametersFile(StrictModel):
    """The keys of a parameters file."""

    id: str = Field(pattern=ID_PATTERN)
    notebook: str = Field(min_length=1)
    parameters: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input of a report and the SHA-256 that it had when the report was checked.

    `origin` holds (name, value) pairs of what its source card says: title, publisher, licence and so on.
    """

    path: Path
    sha256: str
    origin: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report that has passed every check and can be rendered.

    `parameters` holds a value for every parameter of the notebook; `inputs` the data files that the
    notebook's own preflight found and checked.
    """

    id: str
    file: Path
    project: Path
    notebook: Path
    parameters: Mapping[str, Any]
    inputs: tuple[InputFile, ...]


def load_report(file: Path | str, *, overrides: Sequence[str] = ()) -> Report:
    """Read a parameters file, apply `key=value` overrides, and check everything that can be checked.

    Raises
    ------
    ParameterError
        For unknown keys, wrong types, unknown groups, indicators or periods, a missing notebook.
    DataError
        For data files that are missing or cannot be trusted.
    """
    path = Path(file)
    document = read_document(path)
    try:
        spec = _ParametersFile.model_validate(document.content)
    except ValidationError as error:
        raise ParameterError(faults_of(error, _ParametersFile, document)) from None
    project = find_project(path.resolve().parent)
    notebook = _notebook_path(project, spec.notebook)
    types = {p.name: p.type for p in notebook_parameters(notebook)}
    given = {**spec.parameters, **_overrides(overrides, types)}
    return check_report(spec.id, file=path, project=project, notebook=notebook, given=given, document=document)


def check_report(
    id: str, *, file: Path, project: Path, notebook: Path, given: Mapping[str, Any], document: Document
) -> Report:
    """Check the given parameters against the notebook and its data, and return the report that is ready to run.

    `document` is where the parameters were written, so that every fault names its line. Raises as `load_report`.
    """
    declared = notebook_parameters(notebook)
    model = parameters_model(declared)
    chosen = dict(given)
    if any(p.name == "review_id" for p in declared):
        chosen.setdefault("review_id", id)
    try:
        values = model.model_validate(chosen).model_dump()
    except ValidationError as error:
        faults = [_with_quote_hint(f) for f in faults_of(error, model, document, prefix=("parameters",))]
        raise ParameterError(faults) from None
    inputs = _preflight(notebook, values, project, document)
    return Report(id, file, project, notebook, values, inputs)


def _notebook_path(project: Path, name: str) -> Path:
    """Return the notebook by its name in `notebooks`, or by a path from the project folder."""
    if name.endswith(".ipynb"):
        return project / name
    return project / "notebooks" / f"{name}.ipynb"


def _overrides(pairs: Sequence[str], types: Mapping[str, Any]) -> dict[str, Any]:
    """Read `key=value` pairs, each value as YAML, or as it stands where the parameter is text."""
    values: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign:
            fault = Fault("not_a_pair", "--set takes key=value", value=pair, hint="For example --set confidence=0.99.")
            raise ParameterError(fault)
        if key not in types:
            raise ParameterError(
                Fault("unknown_key", f"there is no option '{key}'", "--set", hint=did_you_mean(key, list(types)))
            )
        value = yaml.safe_load(text) if text else ""
        is_text = types[key] in (str, str | None) and value is not None
        values[key] = text if is_text else value
    return values


def _with_quote_hint(fault: Fault) -> Fault:
    """Tell of YAML's habit of reading 2011 as a number and no as false where text was meant."""
    if "valid string" not in fault.message:
        return fault
    return Fault(
        fault.code,
        fault.message,
        fault.file,
        fault.row,
        fault.column,
        fault.value,
        "Put it in quotation marks, so that YAML keeps it as text.",
    )


def _preflight(notebook: Path, values: Mapping[str, Any], project: Path, document: Document) -> tuple[InputFile, ...]:
    """Call the check that the notebook names in its metadata, on the very values that it will run with."""
    name = read_notebook(notebook)["metadata"].get("arwap", {}).get("preflight")
    if name is None:
        return ()
    module, _, function = str(name).partition(":")
    if not module.startswith("arwap_analysis.") or not function:
        raise ParameterError(
            Fault(
                "unknown_preflight",
                "the notebook names a check outside this package",
                str(notebook),
                value=str(name),
                hint="Write arwap_analysis.<module>:<function>.",
            )
        )
    check = getattr(importlib.import_module(module), function)
    try:
        return tuple(InputFile(*found) for found in check(values, project=project))
    except ParameterError as error:
        # A fault that names no file is about a value in the parameters file: say on which line it stands.
        raise ParameterError(
            [
                fault
                if fault.file
                else Fault(
                    fault.code,
                    fault.message,
                    document.name,
                    document.line(("parameters", fault.column or "")),
                    fault.column,
                    fault.value,
                    fault.hint,
                )
                for fault in error.faults
            ]
        ) from None
