"""Describe a finished report as an RO-Crate, so that any repository or tool can read where it came from.

The crate follows RO-Crate 1.1 and the Workflow Run RO-Crate profiles 0.5: the notebook is the workflow, one
action is its run, with the inputs and parameters that went in and the files that came out. Inputs are named by
their path in the project and their SHA-256, not copied. No person is named, because the run knows none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from arwap_analysis.texts import FIRST_LANGUAGE, LANGUAGES, text_of

__all__ = ["CRATE_NAME", "NOTEBOOK_NAME", "write_crate"]

CRATE_NAME = "ro-crate-metadata.json"
NOTEBOOK_NAME = "notebook.ipynb"
"""The notebook as it was before it ran: the workflow of the crate has to lie inside it."""

Entity = dict[str, Any]

_CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
_CRATE_PROFILE = "https://w3id.org/ro/crate/1.1"
_WORKFLOW_PROFILE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    _WORKFLOW_PROFILE: ("Workflow RO-Crate", "1.0"),
}
_BIOSCHEMAS = "https://bioschemas.org/profiles"
_LICENCES = {
    "Open Government Licence v3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
}
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MEANINGS = {
    "report.html": "The report, to read",
    **{f"report.{tag}.html": f"The report, to read ({name})" for tag, name in LANGUAGES.items()},
    "report.ipynb": "The executed notebook",
    "data.csv": "What the charts and tables of the report show",
    "tables.xlsx": "The tables of the report as an accessible workbook",
    **{f"tables.{tag}.xlsx": f"The tables of the report ({name})" for tag, name in LANGUAGES.items()},
    "manifest.json": "Inputs, parameters, code, packages and outputs of the run, each with its SHA-256",
    NOTEBOOK_NAME: "The notebook as it was before it ran",
}
_TYPES = {bool: "Boolean", int: "Integer", float: "Float", str: "Text"}


def write_crate(folder: Path, facts: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> Path:
    """Write `ro-crate-metadata.json` into the folder of a report.

    Parameters
    ----------
    folder : Path
        Holds every output already, and the notebook as `notebook.ipynb`; `manifest.json` may come later.
    facts : mapping
        What the manifest says: review, parameters, notebook, inputs, code, python, packages, started, finished.
    outputs : sequence of mapping
        The `path`, `sha256` and `bytes` of each file.
    """
    files = [_file(output) for output in outputs] + [_manifest_file()]
    graph = [
        _descriptor(),
        _root(facts, files),
        *[_profile(id, *named) for id, named in _PROFILES.items()],
        *[_workflow(facts, file) if file["@id"] == NOTEBOOK_NAME else file for file in files],
        _run(facts, files),
        *_parameters(facts["parameters"]),
        *_inputs(facts["inputs"]),
        *_software(facts),
    ]
    path = folder / CRATE_NAME
    text = json.dumps({"@context": _CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _refer(ids: Sequence[str]) -> list[Entity]:
    return [{"@id": id} for id in ids]


def _local(kind: str, *names: str) -> str:
    """Return the id of something described here that is no file of the crate."""
    return f"#{kind}/" + "/".join(quote(name) for name in names)


def _descriptor() -> Entity:
    return {
        "@id": CRATE_NAME,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": _refer([_CRATE_PROFILE, _WORKFLOW_PROFILE]),
    }


def _root(facts: Mapping[str, Any], files: Sequence[Entity]) -> Entity:
    parameters = facts["parameters"]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": text_of(parameters.get("title", facts["review"]), FIRST_LANGUAGE),
        "description": text_of(
            parameters.get("question", f"What the run of the report '{facts['review']}' left."), FIRST_LANGUAGE
        ),
        "datePublished": facts["started"][:10],
        "license": {"@id": "#licence"},
        "conformsTo": _refer(list(_PROFILES)),
        "hasPart": _refer([file["@id"] for file in files]),
        "mainEntity": {"@id": NOTEBOOK_NAME},
        "mentions": {"@id": "#run"},
    }


def _profile(id: str, name: str, version: str) -> Entity:
    return {"@id": id, "@type": "CreativeWork", "name": name, "version": version}


def _file(output: Mapping[str, Any]) -> Entity:
    path = Path(output["path"])
    file: Entity = {
        "@id": quote(output["path"]),
        "@type": "File",
        "name": output["path"],
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(output["bytes"]),
        "sha256": output["sha256"],
    }
    meaning = "A chart of the report" if path.parts[0] == "figures" else _MEANINGS.get(output["path"])
    return {**file, "description": meaning} if meaning else file


def _manifest_file() -> Entity:
    """Describe the manifest without its size and digest: it holds those of this very crate."""
    return {
        "@id": "manifest.json",
        "@type": "File",
        "name": "manifest.json",
        "encodingFormat": "application/json",
        "description": _MEANINGS["manifest.json"],
    }


def _workflow(facts: Mapping[str, Any], file: Entity) -> Entity:
    version = facts["code"].get("commit", facts["code"]["version"])
    return {
        **file,
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": facts["notebook"]["path"],
        "version": version,
        "conformsTo": {"@id": f"{_BIOSCHEMAS}/ComputationalWorkflow/1.0-RELEASE"},
        "programmingLanguage": {"@id": "#language/jupyter"},
        "input": _refer([_local("parameter", name) for name in facts["parameters"]]),
        "softwareRequirements": _refer([_local("software", name) for name in _versions(facts)]),
    }


def _run(facts: Mapping[str, Any], files: Sequence[Entity]) -> Entity:
    made = [file["@id"] for file in files if file["@id"] not in (NOTEBOOK_NAME, "manifest.json")]
    objects = [_local("input", entry["path"]) for entry in facts["inputs"]]
    objects += [_local("value", name) for name in facts["parameters"]]
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of the report '{facts['review']}'",
        "description": f"arwap run {facts['parameters_file']}",
        "instrument": {"@id": NOTEBOOK_NAME},
        "object": _refer(objects),
        "result": _refer(made),
        "startTime": facts["started"],
        "endTime": facts["finished"],
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _parameters(parameters: Mapping[str, Any]) -> list[Entity]:
    """Describe each parameter twice, as the profile asks: the slot of the notebook, and the value of this run."""
    entities: list[Entity] = []
    for name, value in parameters.items():
        slot, filled = _local("parameter", name), _local("value", name)
        plain = type(value) in _TYPES
        entities += [
            {
                "@id": slot,
                "@type": "FormalParameter",
                "name": name,
                # A list, or a parameter that was left open, has no type of its own in the vocabulary.
                "additionalType": _TYPES[type(value)] if plain else "PropertyValue",
                "conformsTo": {"@id": f"{_BIOSCHEMAS}/FormalParameter/1.0-RELEASE"},
                "workExample": {"@id": filled},
            },
            {
                "@id": filled,
                "@type": "PropertyValue",
                "name": name,
                "value": value if plain else json.dumps(value, ensure_ascii=False),
                "exampleOfWork": {"@id": slot},
            },
        ]
    return entities


_NOT_HERE = "Not in this folder; found by path and SHA-256"


def _inputs(inputs: Sequence[Mapping[str, Any]]) -> list[Entity]:
    """Describe what went in, with publisher and licence where a source card states them."""
    entities: dict[str, Entity] = {}
    licences: dict[str, str] = {}
    for entry in inputs:
        origin = entry.get("origin", {})
        said = [
            origin.get("collection", ""),
            origin.get("obtained", ""),
            "Not open data, and not in this folder" if entry.get("keyed") else _NOT_HERE,
        ]
        entity: Entity = {
            "@id": _local("input", entry["path"]),
            "@type": "CreativeWork",
            "name": origin.get("title", entry["path"]),
            "identifier": entry["path"],
            **({} if entry.get("keyed") else {"sha256": entry["sha256"]}),
            "description": "".join(f"{text.strip().rstrip('.')}. " for text in said if text.strip()).strip(),
        }
        if publisher := origin.get("publisher"):
            entity["publisher"] = {"@id": _local("publisher", _slug(publisher))}
            entities[entity["publisher"]["@id"]] = {
                "@id": entity["publisher"]["@id"],
                "@type": "Organization",
                "name": publisher,
            }
        if licence := origin.get("licence"):
            licences[licence] = _LICENCES.get(licence, _local("licence", _slug(licence)))
            entity["license"] = {"@id": licences[licence]}
        entities[entity["@id"]] = entity
    named = [{"@id": id, "@type": "CreativeWork", "name": licence} for licence, id in licences.items()]
    return [*entities.values(), *named, _report_licence(list(licences))]


def _report_licence(licences: Sequence[str]) -> Entity:
    """Say what is known of the licence of the report; who runs a notebook has not chosen one by that."""
    under = f" It contains information licensed under: {', '.join(licences)}." if licences else ""
    return {
        "@id": "#licence",
        "@type": "CreativeWork",
        "name": "No licence has been stated for this report",
        "description": f"Whoever publishes the report states its licence.{under}",
    }


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.casefold()).strip("-")


def _versions(facts: Mapping[str, Any]) -> dict[str, str]:
    return {"python": facts["python"], facts["code"]["package"]: facts["code"]["version"], **facts["packages"]}


def _software(facts: Mapping[str, Any]) -> list[Entity]:
    language = {
        "@id": "#language/jupyter",
        "@type": "ComputerLanguage",
        "name": "Jupyter Notebook",
        "identifier": {"@id": "https://jupyter.org/"},
        "url": {"@id": "https://jupyter.org/"},
    }
    return [
        language,
        *[
            {"@id": _local("software", name), "@type": "SoftwareApplication", "name": name, "softwareVersion": version}
            for name, version in _versions(facts).items()
        ],
    ]
