"""Make reports on this machine: each attempt in a process of its own, within its time, and ended when asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from arwap_analysis.run.batch.attempt import Attempt
from arwap_analysis.run.batch.plan import Job
from arwap_analysis.run.limits import Limits
from arwap_analysis.run.place import clean_up
from arwap_analysis.run.warm.client import ForkServer, why_not_warm

__all__ = ["Hear", "LocalMaker", "Maker", "lend_server"]

Hear = Callable[[int, int, str], None]
"""Called with the cells done, all cells and the heading that comes next."""

# A process that has been asked to end cleans up within this time, or is ended.
_GRACE_SECONDS = 5.0
# Beyond the limit of its cells a report needs time to start, and to make its page.
_BEYOND_CELLS_SECONDS = 120.0


class Maker(Protocol):
    """What carries out the attempts of a batch, several at once."""

    @property
    def kernels(self) -> str:
        """How kernels are started, in words."""

    def make(self, job: Job, hear: Hear) -> dict[str, Any]:
        """Make one attempt and return its last message, `made` or `failed`."""

    def stop(self) -> None:
        """End what runs; attempts that begin later end at once."""


@contextlib.contextmanager
def lend_server(warm: bool, environment: Mapping[str, str] | None = None) -> Iterator[tuple[ForkServer | None, str]]:
    """Lend a fork server, or None where there is none, and say in words how kernels are started."""
    why = why_not_warm() if warm else "warm kernels were not wanted"
    if why is None:
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(ForkServer(environment))
            except RuntimeError as error:
                why = str(error)
            else:
                yield server, "forked from a warm process"
                return
    yield None, f"started anew for each report: {why}"


class LocalMaker:
    """Makes reports in processes of this machine; `environment` is added to that of each."""

    def __init__(
        self, server: ForkServer | None, kernels: str, limits: Limits, environment: Mapping[str, str] | None = None
    ) -> None:
        self.kernels = kernels
        self._server = server
        self._limits = limits
        self._environment = environment or {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._running: set[Attempt] = set()

    def make(self, job: Job, hear: Hear) -> dict[str, Any]:
        """Make one attempt at a report of the plan."""
        return self.attempt(
            {
                "file": str(job.file.absolute()),
                "overrides": list(job.overrides),
                "out": str(job.out),
                "release": job.release,
            },
            hear,
            target=job.folder,
        )

    def attempt(self, task: Mapping[str, Any], hear: Hear, *, target: Path) -> dict[str, Any]:
        """Run one attempt to its end and return its last message; a process without one is a failure too.

        `task` is what `worker.work` takes but for the limits; `target` the folder of the report.
        """
        if self._stop.is_set():  # no server is to be started again for it
            return {"failed": {"code": "stopped", "message": "the batch was stopped"}}
        try:
            if self._server is not None:
                self._server.revive()
            attempt = Attempt({**task, "limits": asdict(self._limits)}, self._server, self._environment)
        except (OSError, RuntimeError) as error:
            return {"failed": {"code": "no_process", "message": f"no process could be started: {error}"}}
        with self._lock:
            self._running.add(attempt)
        late = threading.Event()
        timer = self._timer(attempt, late)
        said: dict[str, Any] = {}
        try:
            if self._stop.is_set():  # since this attempt was begun
                self._end(attempt)
            for message in attempt:
                if "at" in message:
                    hear(*message["at"])
                else:
                    said = message
            code = attempt.code
            words = attempt.last_words
        finally:
            if timer:
                timer.cancel()
            with self._lock:
                self._running.discard(attempt)
            attempt.close()
        if not said:
            said = {"failed": _silence(code, words, timed_out=late.is_set())}
            clean_up(target)
        return said

    def _timer(self, attempt: Attempt, late: threading.Event) -> threading.Timer | None:
        """Kill an attempt that is still there long after its cells had to end, and say that it was `late`."""

        def kill() -> None:
            late.set()
            self._kill(attempt)

        limit = self._limits.report_seconds
        return None if limit is None else _later(limit + _BEYOND_CELLS_SECONDS, kill)

    def _kill(self, attempt: Attempt) -> None:
        with self._lock:
            if attempt in self._running:  # the number of a process that has ended may be another's by now
                attempt.kill()

    def _end(self, attempt: Attempt) -> None:
        """Ask an attempt to end, and make it end a little later."""
        attempt.terminate()
        _later(_GRACE_SECONDS, lambda: self._kill(attempt))

    def stop(self) -> None:
        """End what runs; attempts that begin later end at once."""
        self._stop.set()
        with self._lock:
            running = list(self._running)
        for attempt in running:
            self._end(attempt)


def _later(seconds: float, action: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
    return timer


def _silence(code: int, words: str, *, timed_out: bool) -> dict[str, Any]:
    """Name the failure of a process that could not name it itself."""
    last = f" Its last words: {words.splitlines()[-1]}" if words else ""
    if timed_out:
        return {"code": "timed_out", "message": f"the process did not end in time and was killed.{last}"}
    if code < 0:
        return {"code": "process_died", "message": f"the process that made it was killed by signal {-code}.{last}"}
    return {"code": "unexpected", "message": f"the process that made it ended with code {code}.{last}"}
