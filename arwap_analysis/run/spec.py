"""Read a parameters file and check all of it before anything runs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from arwap_analysis.documents import Document, StrictModel, faults_of, read_document
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.present.editions import missing_prose
from arwap_analysis.project import find_project
from arwap_analysis.run.matrix import Matrix, filled_in, id_of, overrides_of, point_of
from arwap_analysis.run.parameters import notebook_parameters, parameters_model, read_notebook
from arwap_analysis.sources import file_digest
from arwap_analysis.texts import FIRST_LANGUAGE, Text, languages_of, missing_texts

__all__ = ["InputFile", "Readings", "Report", "check_report", "load_report", "matrix_overrides", "read_report"]


Origin = tuple[tuple[str, str], ...]
"""(name, value) pairs of what a source card says of where a file comes from."""


OVERRIDE_OPTION = "--set"
"""Where a fault of an override stands."""


class _ParametersFile(StrictModel):
    """The keys of a parameters file."""

    id: str = Field(min_length=1)
    notebook: str = Field(min_length=1)
    parameters: dict[str, Any] = {}
    matrix: Matrix = {}


class Readings:
    """Parameters files and notebooks, each read once for as long as this lives; a batch shares it among its reports."""

    def __init__(self) -> None:
        self.document = cache(read_document)
        self.spec = cache(lambda path: _parameters_file(self.document(path)))
        self.parameters = cache(notebook_parameters)
        self.model = cache(lambda notebook: parameters_model(self.parameters(notebook)))


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input of a report and the SHA-256 that it had when the report was checked.

    `origin` holds (name, value) pairs of what its source card says: title, publisher, licence and so on.
    """

    path: Path
    sha256: str
    origin: Origin = ()

    @property
    def is_protected(self) -> bool:
        """Whether its card says that it is not open data."""
        return "disclosure" in dict(self.origin)


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be rendered.

    `parameters` holds a value for every parameter of the notebook; `inputs` the data files that the notebook's own
    preflight found and checked, and `absent` those that would have been used, had they been there. `inputs_known` is
    False where the notebook does not say what it reads.
    """

    id: str
    file: Path
    project: Path
    notebook: Path
    parameters: Mapping[str, Any]
    inputs: tuple[InputFile, ...] = ()
    absent: tuple[Path, ...] = ()
    inputs_known: bool = False

    @property
    def is_protected(self) -> bool:
        """Whether it rests on data that are not open, by what their cards say."""
        return any(file.is_protected for file in self.inputs)


def load_report(file: Path | str, *, overrides: Sequence[str] = ()) -> Report:
    """Read a parameters file, apply `key=value` overrides, and check everything that can be checked.

    For a file with a `matrix`, the overrides choose the report: they have to name a value for each of its keys.

    Raises
    ------
    ParameterError
        For unknown keys, wrong types, unknown groups, indicators or periods, a missing notebook.
    DataError
        For data files that are missing or cannot be trusted.
    """
    return _with_inputs(*_read_report(file, overrides, Readings()))


def read_report(file: Path | str, *, overrides: Sequence[str] = (), readings: Readings | None = None) -> Report:
    """Read and check a parameters file as `load_report` does, but for the data: `inputs` stays empty.

    `readings` remembers files, for a caller who reads many reports of the same ones.
    """
    return _read_report(file, overrides, readings or Readings())[0]


def check_report(
    id: str, *, file: Path, project: Path, notebook: Path, given: Mapping[str, Any], document: Document
) -> Report:
    """Check the given parameters against the notebook and its data, and return the report that is ready to run.

    `document` is where the parameters were written, so that every fault names its line. Raises as `load_report`.
    """
    report = Report(id, file, project, notebook, given)
    return _with_inputs(_with_values(report, document, Readings()), document)


def matrix_overrides(file: Path | str, *, readings: Readings | None = None) -> list[tuple[str, ...]]:
    """Return the overrides that choose each report of a parameters file: one empty tuple where it has no matrix."""
    return overrides_of((readings or Readings()).spec(Path(file)).matrix)


def _parameters_file(document: Document) -> _ParametersFile:
    try:
        return _ParametersFile.model_validate(document.content)
    except ValidationError as error:
        raise ParameterError(faults_of(error, _ParametersFile, document)) from None


def _read_report(file: Path | str, overrides: Sequence[str], readings: Readings) -> tuple[Report, Document]:
    path = Path(file)
    document, spec = readings.document(path), readings.spec(path)
    project = find_project(path.resolve().parent)
    notebook = _notebook_path(project, spec.notebook)
    types = {p.name: p.type for p in readings.parameters(notebook)}
    faults = [
        Fault("unknown_key", f"there is no option '{key}'", document.name, document.line(("matrix", key)),
              hint=did_you_mean(key, list(types)))
        for key in spec.matrix
        if key not in types
    ]  # fmt: skip
    if faults:
        raise ParameterError(faults)
    chosen = _overrides(overrides, types)
    point = point_of(spec.matrix, chosen, document)
    given = {**filled_in(spec.parameters, point, file=document.name), **chosen}
    report = Report(id_of(spec.id, point, document), path, project, notebook, given)
    return _with_values(report, document, readings), document


def _with_values(report: Report, document: Document, readings: Readings) -> Report:
    """Return the report with a value for every parameter of its notebook, each of the right type."""
    model = readings.model(report.notebook)
    given = dict(report.parameters)
    if "review_id" in model.model_fields:
        given.setdefault("review_id", report.id)
    try:
        return replace(report, parameters=model.model_validate(given).model_dump())
    except ValidationError as error:
        faults = [_with_quote_hint(f) for f in faults_of(error, model, document, prefix=("parameters",))]
        raise ParameterError(faults) from None


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
            hint = "For example --set confidence=0.99."
            raise ParameterError(Fault("not_a_pair", "--set takes key=value", OVERRIDE_OPTION, value=pair, hint=hint))
        if key not in types:
            raise ParameterError(
                Fault(
                    "unknown_key", f"there is no option '{key}'", OVERRIDE_OPTION, hint=did_you_mean(key, list(types))
                )
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


def _with_inputs(report: Report, document: Document) -> Report:
    """Return the report with what its notebook reads, as it says itself: by a check that it names, or by patterns."""
    content = read_notebook(report.notebook)
    about = content["metadata"].get("arwap", {})
    found: list[tuple[Path, str | None, Origin]] = []
    _refuse_untranslated(report, content["cells"], document, checks_texts="preflight" in about)
    for pattern in about.get("inputs", ()):
        files = sorted(path for path in report.project.glob(pattern) if not path.is_dir())
        found += [(path, file_digest(path), ()) for path in files]
    if "preflight" in about:
        found += _preflight(str(about["preflight"]), report, document)
    return replace(
        report,
        inputs=tuple(InputFile(path, sha256, origin) for path, sha256, origin in found if sha256 is not None),
        absent=tuple(path for path, sha256, _ in found if sha256 is None),
        inputs_known=bool({"inputs", "preflight"} & set(about)),
    )


def _refuse_untranslated(report: Report, cells: list[Any], document: Document, *, checks_texts: bool) -> None:
    """Refuse a notebook whose prose, or a title that is not written, in one of the report's languages.

    `checks_texts` says that the notebook's own check looks at the title and whatever else it prints.
    """
    try:
        languages = languages_of(report.parameters)
    except ParameterError as error:
        raise ParameterError([_placed(fault, document) for fault in error.faults]) from None
    faults = list(missing_prose(cells, languages, file=str(report.notebook)))
    if "title" in report.parameters and not checks_texts and languages != (FIRST_LANGUAGE,):
        title = Text.model_validate(report.parameters["title"])
        faults += [_placed(fault, document) for fault in missing_texts({"title": title}, languages)]
    if faults:
        raise ParameterError(faults)


def _preflight(name: str, report: Report, document: Document) -> list[tuple[Path, str | None, Origin]]:
    """Call the check that the notebook names in its metadata, on the very values that it will run with."""
    module, _, function = name.partition(":")
    if not module.startswith("arwap_analysis.") or not function:
        raise ParameterError(
            Fault(
                "unknown_preflight",
                "the notebook names a check outside this package",
                str(report.notebook),
                value=name,
                hint="Write arwap_analysis.<module>:<function>.",
            )
        )
    check = getattr(importlib.import_module(module), function)
    try:
        return list(check(report.parameters, project=report.project))
    except ParameterError as error:
        raise ParameterError([_placed(fault, document) for fault in error.faults]) from None


def _placed(fault: Fault, document: Document) -> Fault:
    """Say of a fault that names no file on which line of the parameters file its value stands."""
    row = document.line(("parameters", fault.column or ""))
    return fault if fault.file else replace(fault, file=document.name, row=row)
