"""Make the reports of a batch on the workers of a dask cluster, which need not share a disk with this machine.

Inputs are found and checked here, and travel by content. Into a folder only this machine writes: reports come back and
are moved into place whole, so that a report that dask ran twice, for a worker was lost, is still one. Into a store that
is reached by URL the workers write, so that a thousand reports do not all pass through here.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import arwap_analysis
from arwap_analysis.errors import ArwapError, DataError, Fault, ParameterError, RunError
from arwap_analysis.run.batch.local import Hear
from arwap_analysis.run.batch.plan import Job
from arwap_analysis.run.batch.remote import manifest_digest, put_input, remove
from arwap_analysis.run.batch.worker import failure
from arwap_analysis.run.execute import changes_between
from arwap_analysis.run.limits import Limits, part_of_memory
from arwap_analysis.run.place import exclusive, failed_folder, is_url, move_into_place
from arwap_analysis.run.provenance import revision_of, shown_path
from arwap_analysis.run.spec import Report, load_report
from arwap_analysis.sources import file_digest

__all__ = ["Cluster", "capacity", "lend_cluster"]

_CONNECT_SECONDS = 10
# The scheduler takes a moment to learn that a worker is lost, and fails to speak to it until then.
_TRIES, _BETWEEN_TRIES_SECONDS = 10, 0.5
_INSTALL = "pip install 'arwap_analysis[cluster]'"
# What goes to the workers through the scheduler is held in its memory.
_LARGEST_SENT = 512 * 2**20


def capacity(address: str) -> tuple[int, int | None]:
    """Return how many threads the workers of a cluster have, and the memory for each report on the smallest of them.

    The memory is None where a worker has no limit. Raises ParameterError as `lend_cluster` does.
    """
    with _connect(address) as client:
        _refuse_other_versions(client)
        from arwap_analysis.run.batch.desk import room

        rooms = list(client.run(room).values())
        shares = [part_of_memory(memory, threads) for threads, memory in rooms]
        return sum(threads for threads, _ in rooms), min(shares) if all(shares) else None


@contextlib.contextmanager
def _connect(address: str) -> Iterator[Any]:
    """Lend a client of a scheduler that has workers."""
    try:
        from distributed import Client
    except ImportError as error:
        what = f"a batch on a cluster needs a package that is not installed ({error.name})"
        raise ParameterError(Fault("not_installed", what, "--scheduler", hint=_INSTALL)) from None
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False, name="arwap")
    except (OSError, ValueError, TypeError) as error:
        last = f"{error.__cause__ or error}"
        raise ParameterError(
            Fault("no_scheduler", f"the scheduler cannot be reached: {last}", "--scheduler", value=address,
                  hint="Write it as tcp://MACHINE:8786, the address that 'dask scheduler' prints.")
        ) from None  # fmt: skip
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError:
            hint = f"Start some with 'dask worker {address}'."
            fault = Fault("no_workers", "the scheduler has no workers", "--scheduler", value=address, hint=hint)
            raise ParameterError(fault) from None
        yield client


@contextlib.contextmanager
def lend_cluster(address: str, *, limits: Limits, warm: bool) -> Iterator[Cluster]:
    """Lend the cluster of a scheduler for one batch, and leave nothing of the batch there.

    Raises
    ------
    ParameterError
        When dask.distributed is not installed, the scheduler cannot be reached or has no workers, or a worker has
        another version of this package, of Python or of a package that bears on the figures.
    """
    with _connect(address) as client:
        _refuse_other_versions(client)
        cluster = Cluster(client, address, limits, warm)
        try:
            yield cluster
        finally:
            cluster.close()


def _refuse_other_versions(client: Any) -> None:
    from arwap_analysis.run.batch.desk import unlike, versions

    ours = versions()
    faults = []
    for worker, theirs in client.run(versions, on_error="return").items():
        if isinstance(theirs, BaseException):
            what = f"this worker cannot load the package: {type(theirs).__name__}: {theirs}"
        elif different := unlike(theirs, ours):
            what = f"this worker has {different}"
        else:
            continue
        hint = "Figures could differ by machine: install the same requirements.lock and the same project everywhere."
        faults.append(Fault("other_version", what, worker, hint=hint))
    if faults:
        raise ParameterError(faults)


class Cluster:
    """Makes reports on the workers of a cluster: a `local.Maker`."""

    def __init__(self, client: Any, address: str, limits: Limits, warm: bool) -> None:
        from arwap_analysis.run.batch.desk import Desk, versions

        self._client = client
        self._address = address
        self._limits = limits
        self._batch = f"arwap-{uuid.uuid4().hex[:12]}"
        self.threads = sum(client.nthreads().values())
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._futures: dict[str, Any] = {}
        self._hear: dict[str, Hear] = {}
        # Of its own, for who hears of progress must never wait for who sends.
        self._sending = threading.Lock()
        self._sent: set[tuple[str, Any]] = set()
        self._scratch: set[Path] = set()
        self._said: set[str] = set()
        environment = {"PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0")}  # dask gives its workers another
        if "SOURCE_DATE_EPOCH" in os.environ:
            environment["SOURCE_DATE_EPOCH"] = os.environ["SOURCE_DATE_EPOCH"]
        self._register(Desk(self._batch, expected=versions(), warm=warm, environment=environment))
        client.subscribe_topic(self._batch, self._heard)

    @property
    def kernels(self) -> str:
        """How the workers start kernels, in words."""
        return f"on the cluster at {self._address}, {'; '.join(sorted(self._said)) or 'none was started'}"

    def make(self, job: Job, hear: Hear) -> dict[str, Any]:
        """Make one attempt at a report on some worker."""
        try:
            report = load_report(job.file, overrides=job.overrides)
            if report.is_protected:
                raise RunError(job.id, "its data are not open and stay on this machine: make it without --scheduler",
                               code="not_open")  # fmt: skip
            if is_url(job.out):
                return self._into_store(job, self._ask(job, report, hear))
            try:
                with exclusive(job.folder) as aside:
                    return _into_folder(job, aside, self._ask(job, report, hear))
            except OSError as error:
                raise RunError(
                    job.id, f"it cannot be written: {error.strerror or error}", code="cannot_write"
                ) from error
        except Exception as error:  # noqa: BLE001 - the boundary of the batch: whatever it is, the report is named
            return {"failed": failure(error)}

    def _ask(self, job: Job, report: Report, hear: Hear) -> dict[str, Any]:
        """Have a worker make it, and wait; losing the worker is dask's to mend."""
        from arwap_analysis.run.batch.desk import make_report

        key = f"{self._batch}-{job.id}-{uuid.uuid4().hex[:8]}"
        scratch: Any = job.out / f".{self._batch}" if is_url(job.out) else None
        task = {
            "batch": self._batch,
            "key": key,
            "id": job.id,
            "file": shown_path(report.file.resolve(), report.project),
            "overrides": list(job.overrides),
            "limits": asdict(self._limits),
            "revision": revision_of(report.project),
            "release": job.release,
            "files": self._send(report, scratch),
            "inputs": None if scratch is None else str(scratch / "inputs"),
            "target": None if scratch is None else str(job.folder),
            "note": None if scratch is None else str(scratch / "notes" / f"{key}.json"),
        }
        with self._lock:
            if self._stop.is_set():
                return _failed("stopped", "the batch was stopped")
            self._hear[key] = hear
            future = self._futures[key] = self._client.submit(make_report, task, key=key, pure=False)
        try:
            said: dict[str, Any] = future.result()
        except CancelledError:
            return _failed("cluster_lost", f"the connection to the scheduler at {self._address} was lost")
        except Exception as error:
            if type(error).__name__ == "KilledWorker":
                return _failed("worker_lost", f"each worker that was to make it was lost: {error}")
            raise
        finally:
            with self._lock:
                del self._hear[key], self._futures[key]
            future.release()
        if "kernels" in said:
            self._said.add(said.pop("kernels"))
        return said

    def _heard(self, event: tuple[float, dict[str, Any]]) -> None:
        with self._lock:
            hear = self._hear.get(event[1]["key"])
            if hear is not None:
                hear(*event[1]["at"])

    def _send(self, report: Report, scratch: Any) -> dict[str, str]:
        """Bring the files of a report within reach of every worker, each once; return their digests by path."""
        files = {}
        for path, sha256 in _files(report):
            name = shown_path(path, report.project)
            if PurePosixPath(name).parts[0] == "..":
                hint = "Copy it into the project: the machines of the cluster get nothing else."
                raise ParameterError(
                    Fault("outside_project", "this file lies outside the project folder", name, hint=hint)
                )
            files[name] = sha256
            with self._sending:
                if (sha256, scratch) not in self._sent:
                    self._bring(path, sha256, scratch)
                    self._sent.add((sha256, scratch))
        return files

    def _bring(self, path: Path, sha256: str, scratch: Any) -> None:
        from arwap_analysis.run.batch.desk import Delivery

        if scratch is not None:
            self._scratch.add(scratch)
            put_input(path, sha256, scratch / "inputs")
            return
        if (size := path.stat().st_size) > _LARGEST_SENT:
            hint = "Give --out a URL that the workers reach as well: they fetch inputs from there."
            what = f"this file has {size:,} bytes, too many to send to each worker"
            raise ParameterError(Fault("too_large", what, str(path), hint=hint))
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DataError(Fault("changed", "this file has changed since it was checked", str(path)))
        self._register(Delivery(self._batch, sha256, content))

    def _register(self, plugin: Any) -> None:
        """Give every worker a plugin; one that is lost at this moment has no need of it."""
        for left in reversed(range(_TRIES)):
            try:
                self._client.register_plugin(plugin)
            except OSError:
                if not left:
                    raise
                time.sleep(_BETWEEN_TRIES_SECONDS)
            else:
                return

    def _into_store(self, job: Job, said: dict[str, Any]) -> dict[str, Any]:
        """Hold what a worker says it has written against what is seen from here."""
        if "made" in said and manifest_digest(job.folder) != said["manifest"]:
            return _failed("not_seen", f"a worker wrote it to {job.folder}, where this machine sees no such report")
        if "failed" in said and said["failed"].get("notebook"):
            said["failed"]["notebook"] = str(failed_folder(job.folder) / "report.ipynb")
        return said

    def stop(self) -> None:
        """Cancel what runs; `close` waits until it has ended."""
        with self._lock:
            self._stop.set()
            futures = list(self._futures.values())
        if futures:
            with contextlib.suppress(OSError):
                self._client.cancel(futures, force=True)

    def close(self) -> None:
        """End everything of this batch on every worker, and remove what it left there and in stores."""
        names = [self._batch, *(f"{self._batch}-{sha256}" for sha256, scratch in self._sent if scratch is None)]
        self._client.unsubscribe_topic(self._batch)
        # The desk comes last, for it removes the files. A scheduler that has gone has taken its workers along, and a
        # worker that is lost at this moment has taken everything of its own.
        for name in reversed(names):
            with contextlib.suppress(OSError):
                self._client.unregister_worker_plugin(name)
        for place in self._scratch:
            try:
                remove(place)
            except Exception:  # noqa: BLE001 - each kind of store raises errors of its own
                logging.getLogger(__name__).warning("the inputs of the batch could not be removed from %s", place)


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"failed": {"code": code, "message": message}}


def _files(report: Report) -> Iterator[tuple[Path, str]]:
    """Yield what a report is made from, but for what every worker has: the files of this package."""
    package = Path(arwap_analysis.__file__).resolve().parent
    yield report.file.resolve(), file_digest(report.file)
    yield report.notebook, file_digest(report.notebook)
    for file in report.inputs:
        if not file.path.resolve().is_relative_to(package):
            yield file.path, file.sha256


def _into_folder(job: Job, aside: Path, said: dict[str, Any]) -> dict[str, Any]:
    """Write the files that a worker sent into `aside`, and move them into place whole."""
    files = said.pop("files", {})
    failed = failed_folder(job.folder)
    if "made" in said:
        _write(files, aside)
        said["made"]["changes"] = changes_between(job.folder, aside)
        move_into_place(aside, job.folder)
        shutil.rmtree(failed, ignore_errors=True)
    elif files:
        shutil.rmtree(failed, ignore_errors=True)
        _write(files, failed)
    if "failed" in said and said["failed"].get("notebook"):
        said["failed"]["notebook"] = str(failed / "report.ipynb")
    return said


def _write(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ArwapError(f"a worker sent a file from outside its folder: {name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
