"""Reports in a store that is reached by URL, which cannot rename a folder: a manifest there means a whole report.

The files of a new report go aside first, so that a broken connection harms nothing. Then the earlier manifest is taken
away, the files are copied into place within the store, and the manifest comes last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.sources import file_digest

__all__ = [
    "MANIFEST",
    "fetch_report",
    "get_input",
    "manifest_digest",
    "publish",
    "put_input",
    "read_note",
    "remove",
    "write_note",
]

MANIFEST = "manifest.json"


def publish(folder: Path, target: Any) -> None:
    """Put a whole local folder in the place of `target`, what `place_of` returned for a URL.

    Raises OSError, or what the store raises, before anything in `target` is touched if the files cannot be brought.
    """
    store = target.fs
    aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    names.sort(key=lambda name: name == MANIFEST)
    try:
        _make_folders(aside, names)
        for name in names:
            store.put_file(str(folder / name), (aside / name).path)
        with contextlib.suppress(FileNotFoundError):
            store.rm_file((target / MANIFEST).path)
        _make_folders(target, names)
        kept = {store._strip_protocol((target / name).path) for name in names}
        for old in store.find(target.path):
            if store._strip_protocol(old) not in kept:
                store.rm_file(old)
        for name in names:
            store.cp_file((aside / name).path, (target / name).path)
    finally:
        remove(aside)


def _make_folders(place: Any, names: list[str]) -> None:
    for parent in dict.fromkeys((place / name).parent for name in names):
        parent.fs.makedirs(parent.path, exist_ok=True)


def remove(place: Any) -> None:
    """Remove a folder of a store, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        place.fs.rm(place.path, recursive=True)
    place.fs.invalidate_cache()


def manifest_digest(place: Any) -> str | None:
    """Return the SHA-256 of the manifest of a report in a store, None where there is none."""
    try:
        return hashlib.sha256(place.fs.cat_file((place / MANIFEST).path)).hexdigest()
    except FileNotFoundError:
        return None


def fetch_report(place: Any, folder: Path) -> None:
    """Bring a report from a store into a folder; nothing where there is no manifest, or it cannot be read."""
    try:
        manifest = json.loads(place.fs.cat_file((place / MANIFEST).path))
        names = [MANIFEST, *(entry["path"] for entry in manifest["outputs"])]
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            place.fs.get_file((place / name).path, str(folder / name))
    except (OSError, ValueError, KeyError, TypeError):
        (folder / MANIFEST).unlink(missing_ok=True)


def put_input(path: Path, sha256: str, store: Any) -> None:
    """Put an input into the folder `store` under its SHA-256."""
    _make_folders(store, [sha256])
    store.fs.put_file(str(path), (store / sha256).path)


def get_input(sha256: str, store: Any, path: Path) -> None:
    """Bring an input from the folder `store`; raises OSError when it is not what its name says."""
    store.fs.get_file((store / sha256).path, str(path))
    if file_digest(path) != sha256:
        path.unlink()
        raise OSError(f"the input {sha256[:12]} in {store} is not what it was")


def read_note(place: Any) -> Mapping[str, Any] | None:
    """Return what a JSON file of a store says, None where there is none."""
    try:
        note: dict[str, Any] = json.loads(place.fs.cat_file(place.path))
    except (FileNotFoundError, ValueError):
        return None
    return note


def write_note(place: Any, note: Mapping[str, Any]) -> None:
    """Write a JSON file of a store."""
    _make_folders(place.parent, [place.name])
    place.fs.pipe_file(place.path, json.dumps(note).encode())
