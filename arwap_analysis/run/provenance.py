"""Say where a report came from: inputs, parameters, code, packages and outputs, each with its digest."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import arwap_analysis
from arwap_analysis import __version__
from arwap_analysis.run.crate import NOTEBOOK_NAME, write_crate
from arwap_analysis.run.private import keyed_digest, without_outputs
from arwap_analysis.run.spec import InputFile, Report
from arwap_analysis.run.varying import VARYING
from arwap_analysis.sources import file_digest

__all__ = [
    "PACKAGES",
    "code_digest",
    "package_versions",
    "report_date",
    "revision_of",
    "seed_of",
    "shown_path",
    "write_manifest",
]

# The packages that bear on the numbers, the pictures or the page.
PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "pydantic",
    "papermill",
    "nbclient",
    "nbconvert",
    "ipykernel",
)


@cache
def code_digest() -> str:
    """SHA-256 over every file of this package, so that a changed line of code or a changed card is noticed."""
    root = Path(arwap_analysis.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(root).as_posix()}\0{file_digest(path)}\0".encode())
    return digest.hexdigest()


@cache
def package_versions() -> dict[str, str]:
    """Return the version of each of PACKAGES."""
    return {name: metadata.version(name) for name in PACKAGES}


def seed_of(report: Report) -> int:
    """Return the seed of a report: the same for the same report and parameters, whatever ran before."""
    text = json.dumps([report.id, dict(report.parameters)], sort_keys=True, default=str)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def report_date(started: datetime) -> date:
    """Return the date that the pages print; SOURCE_DATE_EPOCH fixes it for byte-identical output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    day = datetime.fromtimestamp(int(epoch), UTC) if epoch and epoch.isdigit() else started
    return day.date()


def write_manifest(
    report: Report,
    folder: Path,
    *,
    started: datetime,
    revision: Mapping[str, Any] | None = None,
    disclosure: Mapping[str, Any] | None = None,
    doubts: Sequence[str] = (),
) -> Path:
    """Write `ro-crate-metadata.json` and `manifest.json` into the folder of a finished report; return the latter.

    The manifest comes last and lists every other file, the crate among them. `revision` is what `revision_of` says of
    the project, asked for unless given; `disclosure` what the audit of the report's tables found, and
    `doubts` which figures cannot all be true.
    """
    closed = report.is_protected or bool((disclosure or {}).get("protected"))
    if closed:
        text = report.notebook.read_text(encoding="utf-8")
        (folder / NOTEBOOK_NAME).write_text(without_outputs(text), encoding="utf-8")
    else:
        shutil.copyfile(report.notebook, folder / NOTEBOOK_NAME)
    facts: dict[str, Any] = {
        "review": report.id,
        "parameters_file": shown_path(report.file.resolve(), report.project),
        "parameters": dict(report.parameters),
        "notebook": {"path": shown_path(report.notebook, report.project), "sha256": file_digest(report.notebook)},
        "inputs": [_input(file, report.project, closed=closed) for file in report.inputs],
        "inputs_known": report.inputs_known,
        "absent": [shown_path(path, report.project) for path in report.absent],
        "seed": seed_of(report),
        "code": {
            "package": "arwap_analysis",
            "version": __version__,
            "sha256": code_digest(),
            **(revision_of(report.project) if revision is None else revision),
        },
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
        "disclosure": dict(disclosure or {}),
        "doubts": list(doubts),
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    outputs = [_output(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    crate = write_crate(folder, facts, outputs)
    varying = {name: VARYING[name] for name in VARYING if name == "manifest.json" or (folder / name).is_file()}
    manifest = {**facts, "outputs": [*outputs, _output(crate, folder)], "varies_between_runs": varying}
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _input(file: InputFile, project: Path, *, closed: bool) -> dict[str, Any]:
    """Describe what went in; the digest of data that are not open is made with the project's key (`keyed`).

    So is, in a report that rests on any such data, that of every file of which no card says what it is.
    """
    entry: dict[str, Any] = {"path": shown_path(file.path, project), "sha256": file.sha256, "origin": dict(file.origin)}
    secret = file.is_protected or (closed and not file.origin)
    return {**entry, "sha256": keyed_digest(file.sha256, project), "keyed": True} if secret else entry


def _output(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(folder).as_posix(),
        "sha256": file_digest(path),
        "bytes": path.stat().st_size,
    }


def shown_path(path: Path, project: Path) -> str:
    """Return a path as it reads from the project folder, so that a manifest names no machine."""
    package = Path(arwap_analysis.__file__).resolve().parent
    if path.resolve().is_relative_to(package) and not path.resolve().is_relative_to(project.resolve()):
        return path.resolve().relative_to(package.parent).as_posix()
    return Path(os.path.relpath(path, project.resolve())).as_posix()


@cache
def revision_of(project: Path) -> dict[str, Any]:
    """Return the git commit of the project and whether files had changed since; empty outside a checkout."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(project), *arguments], capture_output=True, text=True, timeout=20, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    if commit is None:
        return {}
    return {
        "commit": commit,
        "changed_since_commit": bool(git("status", "--porcelain", "--untracked-files=no")),
    }
