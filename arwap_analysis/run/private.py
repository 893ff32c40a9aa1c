"""What of a report on data that are not open stays with the team, and what of it may be published.

The executed notebook as it came from its kernel stays in a folder that only this user can enter. Out of the one that is
published everything is taken that is not one of our exhibits or statements, which alone are known to be protected. The
digest of a small table would let anybody try out what its hidden counts are, so that the one which a manifest names is
made with a key that stays here.
"""

from __future__ import annotations

import copy
import csv
import hmac
import io
import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat.v4
import pandas as pd

from arwap_analysis.disclosure import OutputsAudit, ShownTable, audit_outputs
from arwap_analysis.errors import ParameterError
from arwap_analysis.present.bundle import shown_payloads
from arwap_analysis.present.exhibit import METADATA_KEY

__all__ = ["FOLDER", "audit_facts", "audit_report", "keep_private", "keyed_digest", "only_protected", "without_outputs"]

FOLDER = ".arwap"
"""Folder of a project that holds what is not published; it is kept out of version control by a file of its own."""

_WITHHELD = "[withheld: only protected tables leave with a report]"


def _folder(project: Path) -> Path:
    folder = project / FOLDER
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    folder.chmod(0o700)
    return folder


def keyed_digest(sha256: str, project: Path) -> str:
    """Return a digest of a file's SHA-256 that only those who hold the project's key can make."""
    path = _folder(project) / "key"
    if not path.exists():
        _write_private(path, secrets.token_hex(32))
    key = path.read_text(encoding="utf-8").strip()
    return hmac.new(bytes.fromhex(key), sha256.encode(), "sha256").hexdigest()


def keep_private(notebook: Any, *, project: Path, id: str) -> Path:
    """Keep the executed notebook as it is where only this user can read it; return its path."""
    place = _folder(project) / "private" / id
    for folder in (place.parent, place):
        folder.mkdir(mode=0o700, exist_ok=True)
    path = place / "report.ipynb"
    path.unlink(missing_ok=True)
    _write_private(path, nbformat.writes(notebook))
    return path


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read from its first byte on."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def only_protected(notebook: Any) -> Any:
    """Return a copy of an executed notebook without anything that is not an exhibit or a statement of ours."""
    safe = copy.deepcopy(notebook)
    safe.metadata.pop("widgets", None)  # what they show lies there, not in the outputs
    for cell in safe.cells:
        if cell.cell_type == "code":
            cell.outputs = [_kept(output) for output in cell.get("outputs", ())]
    return safe


def without_outputs(notebook: str) -> str:
    """Return the text of a notebook that has not run as if it never had: what Jupyter stored may be true figures."""
    content = json.loads(notebook)
    content["metadata"].pop("widgets", None)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _kept(output: Any) -> Any:
    if output.get("metadata", {}).get(METADATA_KEY):
        return output
    return nbformat.v4.new_output("stream", name="stdout", text=_WITHHELD)


def audit_report(notebook: Any, earlier: Path) -> OutputsAudit:
    """Audit the tables that an executed notebook shows, beside those of the earlier report in the folder `earlier`."""
    shown = (payload for payload in shown_payloads(notebook) if payload.get("rule"))  # the others are open data
    tables = [ShownTable(payload["id"], payload["rule"], _frame(_rows(payload["csv"]))) for payload in shown]
    if not tables:
        return audit_outputs(())
    return audit_outputs(tables, before=_earlier(earlier), findings_before=_findings(earlier))


def _rows(text: str) -> Iterable[Mapping[str, Any]]:
    return csv.DictReader(io.StringIO(text, newline=""))


def _frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), dtype=object)


def _earlier(folder: Path) -> list[ShownTable]:
    """Return the tables of an earlier report; one that was never made, or cannot be read, has none."""
    from arwap_analysis.run.finished import FinishedRun

    try:
        rows = FinishedRun(folder, {}).rows
    except ParameterError:
        return []
    return [ShownTable("earlier", "", _frame(rows))] if rows else []


def _findings(folder: Path) -> list[str]:
    """Return what the audit of an earlier report found, by its manifest."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return [str(finding) for finding in manifest["disclosure"]["findings"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def audit_facts(audit: OutputsAudit) -> dict[str, Any]:
    """Return what the manifest says of an audit."""
    return {
        "protected": audit.protected,
        "hidden": audit.hidden,
        "safe": audit.safe,
        "statement": audit.statement,
        "findings": list(audit.findings),
    }
