"""Run a batch: as many reports at once as there are workers, each a process of its own that can harm no other."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.run.batch.index import write_index
from arwap_analysis.run.batch.local import LocalMaker, Maker, lend_server
from arwap_analysis.run.batch.plan import Job
from arwap_analysis.run.batch.record import BatchRecord, Outcome, write_record
from arwap_analysis.run.batch.worker import failure
from arwap_analysis.run.limits import Limits
from arwap_analysis.run.place import is_url

__all__ = ["BatchResult", "Event", "default_workers", "run_batch"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a report: it started, came to a section, is tried again, or ended."""

    kind: Literal["started", "at", "again", "ended"]
    job: Job
    done: int = 0
    total: int = 0
    text: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The outcomes in the order of the jobs, how kernels were started, and whether the batch was interrupted.

    `notes` says what could not be recorded.
    """

    outcomes: tuple[Outcome, ...]
    kernels: str
    workers: int
    seconds: float
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Reports that failed, or were not made because the batch was stopped."""
        return tuple(outcome for outcome in self.outcomes if outcome.status in ("failed", "not_run"))


def default_workers() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_batch(
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    limits: Limits | None = None,
    retries: int = 1,
    fail_fast: bool = False,
    warm: bool = True,
    scheduler: str | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> BatchResult:
    """Make the reports of `plan_jobs`, and leave a record in each outputs folder.

    Whatever happens to one report is its own outcome: an error, a killed kernel, an endless loop, too much memory
    or output, a full disk. Reports that are up to date are not made again, so that a batch that was stopped goes on
    where it was.

    Parameters
    ----------
    jobs
        What to make.
    workers
        How many reports at once; as many as there are processors, or threads of the cluster, unless given.
    limits
        What each report may use.
    retries
        How often a report whose kernel or process was killed is tried again. No other failure is.
    fail_fast
        Stop everything at the first failure.
    warm
        Fork kernels from a process that has loaded the libraries, where the system can.
    scheduler
        Address of a dask scheduler, such as `tcp://10.0.0.1:8786`, whose workers make the reports; this machine does
        unless given.
    on_event
        Called from one thread at a time, with each `Event`.

    Raises
    ------
    ParameterError
        When the scheduler cannot be reached, its workers have another version of the code or of a package, or a
        report is to go to a URL and there is no scheduler.
    """
    if scheduler is None:
        _refuse_urls(jobs)
    started, clock = datetime.now(UTC), time.monotonic()
    count = workers or default_workers()
    outcomes = {job: _settled(job) for job in jobs}
    todo = [job for job in jobs if outcomes[job] is None]
    kernels, interrupted = "none was needed", False
    if todo and not (fail_fast and any(job.fault for job in jobs)):
        try:
            with _maker(scheduler, limits or Limits(), warm) as (maker, size):
                count = workers or size
                run = _Run(maker, retries, on_event or (lambda _event: None))
                interrupted = run.all(todo, min(count, len(todo)), fail_fast)
                outcomes |= run.outcomes
                kernels = maker.kernels
        except KeyboardInterrupt:  # while the libraries were loaded
            interrupted = True
    whole = tuple(outcome or _not_run(job) for job, outcome in outcomes.items())
    notes = []
    for folder in dict.fromkeys(job.out for job in jobs):
        here = tuple(o for job, o in zip(jobs, whole, strict=True) if job.out == folder)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_record(folder, BatchRecord(started.isoformat(timespec="seconds"), finished, count, kernels, here))
            write_index(folder)
        except OSError as error:
            notes.append(f"What this batch did could not be recorded in {folder}: {error.strerror}.")
    return BatchResult(whole, kernels, count, time.monotonic() - clock, interrupted, tuple(notes))


@contextlib.contextmanager
def _maker(scheduler: str | None, limits: Limits, warm: bool) -> Iterator[tuple[Maker, int]]:
    """Lend what makes the reports, and say how many it can make at once."""
    if scheduler is not None:
        from arwap_analysis.run.batch.cluster import lend_cluster

        with lend_cluster(scheduler, limits=limits, warm=warm) as cluster:
            yield cluster, cluster.threads
        return
    with lend_server(warm) as (server, kernels):
        yield LocalMaker(server, kernels, limits), default_workers()


def _refuse_urls(jobs: Sequence[Job]) -> None:
    """Only the workers of a cluster write to URLs."""
    faults = [
        Fault("no_scheduler", "without a scheduler reports are written into folders only", str(out),
              hint="Give --out a folder, or --scheduler an address.")
        for out in dict.fromkeys(job.out for job in jobs)
        if is_url(out)
    ]  # fmt: skip
    if faults:
        raise ParameterError(faults)


def _settled(job: Job) -> Outcome | None:
    """Return the outcome of a job that needs no work."""
    if job.fault is not None:
        return _outcome(job, "failed", **_known(failure(job.fault)))
    return None if job.why else _outcome(job, "up_to_date")


def _not_run(job: Job) -> Outcome:
    return _outcome(job, "not_run", code="not_run", message="the batch was stopped before")


def _outcome(job: Job, status: Any, **more: Any) -> Outcome:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Outcome(
        job.id, str(job.file), job.command, str(job.folder), status, **{"why": job.why, "finished": now, **more}
    )


def _known(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in ("code", "message", "cell", "notebook") if name in message}


class _Run:
    """The state of a running batch: what is finished, what runs, and whether to stop."""

    def __init__(self, maker: Maker, retries: int, on_event: Callable[[Event], None]) -> None:
        self.outcomes: dict[Job, Outcome] = {}
        self._maker = maker
        self._retries = retries
        self._on_event = on_event
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def all(self, jobs: Sequence[Job], workers: int, fail_fast: bool) -> bool:
        """Run every job; return whether the batch was interrupted."""
        with ThreadPoolExecutor(workers, thread_name_prefix="report") as pool:
            futures = {pool.submit(self._one, job) for job in jobs}
            try:
                self._wait(futures, fail_fast)
            except KeyboardInterrupt:
                self._end(futures)
                return True
        return False

    def _wait(self, futures: set[Future[Outcome | None]], fail_fast: bool) -> None:
        pending = futures
        while pending:
            # A wait without an end could not be interrupted on every system.
            done, pending = wait(pending, timeout=1, return_when=FIRST_COMPLETED)
            ended = [future.result() for future in done if not future.cancelled()]
            if fail_fast and any(outcome and outcome.status == "failed" for outcome in ended):
                self._end(futures)
                return

    def _end(self, futures: set[Future[Outcome | None]]) -> None:
        """Stop: nothing new starts, what runs is asked to end, and then made to."""
        self._stop.set()
        for future in futures:
            future.cancel()
        self._maker.stop()

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._on_event(event)

    def _one(self, job: Job) -> Outcome | None:
        """Make one report, with as many attempts as it may have; None where the batch was stopped."""
        self._tell(Event("started", job))
        clock = time.monotonic()
        for attempt in range(1, self._retries + 2):
            if self._stop.is_set():
                return None
            said = self._maker.make(job, lambda *at: self._tell(Event("at", job, *at)))
            if self._stop.is_set() and "made" not in said:
                return None
            if said.get("failed", {}).get("code") not in ("kernel_died", "process_died") or attempt > self._retries:
                break
            self._tell(Event("again", job, text=said["failed"]["message"]))
        facts = {"seconds": round(time.monotonic() - clock, 3), "attempts": attempt}
        if "made" in said:
            changes, left = said["made"]["changes"], tuple(said["made"]["left_behind"])
            outcome = _outcome(
                job, "made", changes=None if changes is None else tuple(changes), left_behind=left, **facts
            )
        else:
            outcome = _outcome(job, "failed", **_known(said["failed"]), **facts)
        self.outcomes[job] = outcome
        self._tell(Event("ended", job, outcome=outcome))
        return outcome
