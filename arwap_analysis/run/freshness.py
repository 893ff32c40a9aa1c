"""Say why a report has to be made again, or that it is up to date: the same notebook, parameters, inputs and code."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from arwap_analysis.errors import DataError
from arwap_analysis.run.private import keyed_digest
from arwap_analysis.run.provenance import code_digest, package_versions, shown_path
from arwap_analysis.run.spec import Report
from arwap_analysis.sources import file_digest

__all__ = ["NOT_MADE", "Digests", "digests", "may_be_released", "why_stale"]

NOT_MADE = "it has not been made yet"

Digests = Callable[[Path], str | None]
"""Return the SHA-256 of a file, None where there is none; a batch asks for each file once."""


def digests() -> Digests:
    """Return a function that remembers the digest of each file for as long as the function lives."""

    @cache
    def digest(path: Path) -> str | None:
        try:
            return file_digest(path)
        except DataError:
            return None

    return digest


def why_stale(report: Report, folder: Path, digest: Digests) -> str | None:
    """Return why the report in `folder` does not stand for `report` any more, in words, or None where it does.

    Only what is cheap is looked at: digests of the files that the earlier run named. A notebook that does not say
    what it reads is never up to date. `report` may come from `read_report`; its inputs are not used.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return NOT_MADE
    except (OSError, ValueError):
        return "its manifest cannot be read"
    try:
        return _compare(report, folder, manifest, digest)
    except (KeyError, TypeError, AttributeError):
        return "its manifest is of an earlier version"


def may_be_released(folder: Path) -> bool:
    """Say whether the checks of a finished report found nothing, by its manifest."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return bool(manifest["disclosure"]["safe"] and not manifest["doubts"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _compare(report: Report, folder: Path, manifest: dict[str, Any], digest: Digests) -> str | None:
    if not manifest["inputs_known"]:
        return "its notebook does not say what it reads"
    if manifest["notebook"] != {
        "path": shown_path(report.notebook, report.project),
        "sha256": digest(report.notebook),
    }:
        return "its notebook has changed"
    given, used = json.loads(json.dumps(dict(report.parameters))), manifest["parameters"]
    if changed := sorted(key for key in given.keys() | used.keys() if given.get(key) != used.get(key)):
        return f"parameters have changed: {', '.join(changed)}"
    for entry in manifest["inputs"]:
        now = digest(_place(entry["path"], report.project))
        if now is not None and entry.get("keyed"):
            now = keyed_digest(now, report.project)
        if now != entry["sha256"]:
            return f"the input {entry['path']} {'is gone' if now is None else 'has changed'}"
    for path in manifest["absent"]:
        if digest(_place(path, report.project)) is not None:
            return f"the input {path} is there now"
    if manifest["code"]["sha256"] != code_digest():
        return "arwap_analysis has changed"
    packages = package_versions()
    if changed := sorted(name for name in packages if manifest["packages"].get(name) != packages[name]):
        return f"packages have changed: {', '.join(changed)}"
    if manifest["python"] != platform.python_version():
        return "Python has changed"
    for entry in manifest["outputs"]:
        if digest(folder / entry["path"]) != entry["sha256"]:
            return f"its file {entry['path']} is not what the run left"
    return None


def _place(path: str, project: Path) -> Path:
    """Return where a file of a manifest lies: in the project, or in the package where the project has none."""
    import arwap_analysis

    ours = Path(arwap_analysis.__file__).resolve().parent
    if path.startswith(f"{ours.name}/") and not (project / path).exists():
        return ours.parent / path
    return project / path
