"""What a dask worker does for a batch: it makes each report in a process of its own, from files that it was given.

The machines of a cluster need not share a disk. A report is made in a temporary copy of the project that holds its
parameters file, its notebook and its inputs, and so in no place that anyone else reads. What goes in is named by
SHA-256; what comes out goes back to the batch, or by `remote.publish` to a store.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import platform
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from distributed import WorkerPlugin, get_worker

from arwap_analysis.run.batch.local import LocalMaker, lend_server
from arwap_analysis.run.batch.remote import (
    MANIFEST,
    fetch_report,
    get_input,
    manifest_digest,
    publish,
    read_note,
    remove,
    write_note,
)
from arwap_analysis.run.batch.worker import failure
from arwap_analysis.run.limits import Limits
from arwap_analysis.run.place import failed_folder, place_of
from arwap_analysis.run.provenance import code_digest, package_versions

__all__ = ["Delivery", "Desk", "Versions", "make_report", "room", "unlike", "versions"]

Versions = dict[str, str]

# Ending every report takes no longer than their time of grace, and a little.
_ENDS_WITHIN_SECONDS = 10.0


def versions() -> Versions:
    """Return what has to be the same on two machines for their figures to be the same."""
    return {"arwap_analysis": code_digest()[:12], "Python": platform.python_version(), **package_versions()}


def unlike(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """Name in words what differs between the versions of a worker and of the batch; empty where nothing does."""
    return ", ".join(
        f"{name} {theirs.get(name, 'missing')} instead of {ours.get(name, 'none')}"
        for name in sorted({*theirs, *ours})
        if theirs.get(name) != ours.get(name)
    )


def room(dask_worker: Any) -> tuple[int, int]:
    """Return the threads of a worker and the bytes of its memory, 0 where it has no limit."""
    return dask_worker.state.nthreads, int(dask_worker.memory_manager.memory_limit or 0)


def _folder(worker: Any, batch: str) -> Path:
    folder = Path(worker.local_directory) / batch
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Delivery(WorkerPlugin):
    """Brings one input to every worker, also to those that join later."""

    def __init__(self, batch: str, sha256: str, content: bytes) -> None:
        self.name = f"{batch}-{sha256}"
        self._batch, self._sha256, self._content = batch, sha256, content

    def setup(self, worker: Any) -> None:
        """Write it down once, and keep no second copy in memory."""
        path = _folder(worker, self._batch) / self._sha256
        aside = path.with_suffix(".aside")
        aside.write_bytes(self._content)
        aside.replace(path)
        self._content = b""


class Desk(WorkerPlugin):
    """What a worker keeps for one batch: its fork server, its inputs, and the reports under way."""

    def __init__(self, batch: str, *, expected: Versions, warm: bool, environment: Mapping[str, str]) -> None:
        self.name = batch
        self._expected = expected
        self._warm = warm
        self._environment = dict(environment)

    def setup(self, worker: Any) -> None:
        """Begin with nothing under way."""
        self._worker = worker
        self._lock = threading.Lock()
        # Of its own, for the worker's loop takes the other one and must not wait for what takes long.
        self._preparing = threading.Lock()
        self._open = contextlib.ExitStack()
        self._server: Any = None
        self._kernels = ""
        self._ended = False
        self._running: dict[str, LocalMaker] = {}

    async def teardown(self, worker: Any) -> None:
        """End every report and the fork server, and leave no file."""
        with self._lock:
            self._ended = True
            running = list(self._running.values())
        for maker in running:
            maker.stop()
        for _ in range(int(_ENDS_WITHIN_SECONDS / 0.05)):
            if not self._running:
                break
            await asyncio.sleep(0.05)
        await asyncio.to_thread(self._close)
        shutil.rmtree(_folder(worker, self.name), ignore_errors=True)

    def _close(self) -> None:
        with self._preparing:  # a server that is being started is waited for
            self._open.close()
            self._server, self._kernels = None, ""

    def transition(self, key: str, start: str, finish: str, **_: Any) -> None:
        """End a report that nobody waits for any longer: it was cancelled, or who asked for it has gone."""
        if start == "executing" and finish not in ("memory", "error"):
            with self._lock:
                maker = self._running.get(key)
            if maker is not None:
                maker.stop()

    def make(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Make one attempt at a report; return its last message, with its files or what became of them."""
        if self._ended:
            return {"failed": {"code": "stopped", "message": "the batch has ended on this worker"}}
        if different := unlike(versions(), self._expected):
            return {"failed": {"code": "other_version", "message": f"{self._worker.address} has {different}"}}
        target: Any = place_of(task["target"]) if task["target"] else None
        note = None if target is None else place_of(task["note"])
        if note is not None and (done := _done_before(target, note)):
            remove(failed_folder(target))
            return done
        with tempfile.TemporaryDirectory(dir=_folder(self._worker, self.name), ignore_cleanup_errors=True) as place:
            folder = Path(place) / "outputs" / task["id"]
            try:
                self._unpack(task, Path(place) / "project")
                if target is not None:
                    fetch_report(target, folder)  # to say in words what changes
            except Exception as error:  # noqa: BLE001 - each kind of store raises errors of its own
                return {"failed": {"code": "no_input", "message": f"its inputs cannot be had: {error}"}}
            with self._maker(task) as maker:
                said = maker.attempt(
                    {
                        "file": str(Path(place) / "project" / task["file"]),
                        "overrides": task["overrides"],
                        "out": str(folder.parent),
                        "revision": task["revision"],
                        "release": task["release"],
                    },
                    lambda *at: self._worker.log_event(self.name, {"key": task["key"], "at": at}),
                    target=folder,
                )
            said["kernels"] = self._kernels
            return _deliver(said, folder, target, note)

    def _unpack(self, task: Mapping[str, Any], project: Path) -> None:
        """Lay the files of a report out as they lie in its project."""
        (project / "notebooks").mkdir(parents=True)
        for name, sha256 in task["files"].items():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise OSError(f"'{name}' lies outside the project")
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._input(sha256, task["inputs"]), path)

    def _input(self, sha256: str, store: str | None) -> Path:
        path = _folder(self._worker, self.name) / sha256
        if store is not None and not path.exists():
            with self._preparing:
                if not path.exists():
                    aside = path.with_suffix(".aside")
                    get_input(sha256, place_of(store), aside)
                    aside.replace(path)
        return path

    @contextlib.contextmanager
    def _maker(self, task: Mapping[str, Any]) -> Iterator[LocalMaker]:
        with self._preparing:
            if not self._kernels and not self._ended:
                lent = lend_server(self._warm, self._environment)
                self._server, self._kernels = self._open.enter_context(lent)
        maker = LocalMaker(self._server, self._kernels, Limits(**task["limits"]), self._environment)
        with self._lock:
            self._running[task["key"]] = maker
            if self._ended:
                maker.stop()
        try:
            yield maker
        finally:
            with self._lock:
                del self._running[task["key"]]


def _done_before(target: Any, note: Any) -> dict[str, Any] | None:
    """Return what was said when this very attempt was finished on a worker that was lost afterwards."""
    said = read_note(note)
    return dict(said) if said and said["manifest"] == manifest_digest(target) else None


def _deliver(said: dict[str, Any], folder: Path, target: Any, note: Any) -> dict[str, Any]:
    """Publish what was made, or return its files; a failed notebook goes the same way."""
    made = folder if "made" in said else failed_folder(folder)
    if target is None:
        paths = sorted(path for path in made.rglob("*") if path.is_file())
        return {**said, "files": {path.relative_to(made).as_posix(): path.read_bytes() for path in paths}}
    try:
        if "made" in said:
            said["manifest"] = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
            write_note(note, said)  # before, so that no end of this worker can make it be done again
            publish(folder, target)
            remove(failed_folder(target))
        elif made.is_dir():
            publish(made, failed_folder(target))
    except Exception as error:  # noqa: BLE001 - each kind of store raises errors of its own
        return {"failed": {**failure(error), "code": "cannot_write", "message": f"it cannot be written: {error}"}}
    return said


def make_report(task: Mapping[str, Any]) -> dict[str, Any]:
    """Make one attempt at a report: the task of a batch on a cluster."""
    desk = get_worker().plugins.get(task["batch"])
    if desk is None:
        return {"failed": {"code": "stopped", "message": "the batch has ended on this worker"}}
    result: dict[str, Any] = desk.make(task)
    return result
