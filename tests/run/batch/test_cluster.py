"""A batch on dask.distributed: the same reports as on this machine, whatever becomes of the workers."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

distributed = pytest.importorskip("distributed", reason="a cluster needs dask.distributed: the extra 'cluster'")

from arwap_analysis.errors import ParameterError  # noqa: E402
from arwap_analysis.run.batch import cluster as cluster_module  # noqa: E402
from arwap_analysis.run.batch import only_failed, plan_jobs, read_record, run_batch  # noqa: E402
from arwap_analysis.run.place import place_of  # noqa: E402
from arwap_analysis.run.varying import stable_content  # noqa: E402
from tests.run.batch.test_warm import gone  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="whether a process has ended is read from /proc"),  # noqa: PTH112
]


@contextlib.contextmanager
def local_cluster(**options):
    """Lend a small cluster on this machine, seen by nobody else."""
    # With port 0 the scheduler takes any free port for its page.
    place = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": "127.0.0.1:0"}
    whole = {"n_workers": 2, "threads_per_worker": 1, **place, **options}
    with distributed.LocalCluster(**whole) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster():
    with local_cluster() as cluster:
        yield cluster


def worker_pids(cluster):
    with distributed.Client(cluster, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def left_on(cluster):
    """What a batch has left on workers: plugins, files, and processes that they started."""
    with distributed.Client(cluster, set_as_default=False) as client:
        return [left for lefts in client.run(_left).values() for left in lefts]


def _left(dask_worker):
    files = [path for path in os.listdir(dask_worker.local_directory) if path.startswith("arwap-")]  # noqa: PTH208
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children", encoding="ascii") as stream:  # noqa: PTH123
        children = [pid for pid in stream.read().split() if _is_ours(pid)]
    return files + children + [name for name in dask_worker.plugins if name.startswith("arwap-")]


def _is_ours(pid):
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as stream:  # noqa: PTH123
        return "arwap_analysis" in stream.read()


def files_of(folder):
    return {p.relative_to(folder).as_posix(): stable_content(p) for p in folder.rglob("*") if p.is_file()}


def test_reports_of_a_cluster_are_those_of_this_machine_to_the_byte(cluster, project):
    files = [project / "params" / "homelessness.yml"]
    local = run_batch(plan_jobs(files, out=project / "local"))
    events = []
    far = run_batch(plan_jobs(files, out=project / "far"), scheduler=cluster.scheduler_address, on_event=events.append)
    assert not local.failed
    assert not far.failed, far.failed
    here, there = (files_of(project / name / "homelessness") for name in ("local", "far"))
    assert len(here) > 8
    assert set(here) == set(there)
    assert [name for name in here if here[name] != there[name]] == []
    assert plan_jobs(files, out=project / "far")[0].why == "", "a local look finds the report up to date"
    assert [event.kind for event in events][:: len(events) - 1] == ["started", "ended"]
    assert sum(event.kind == "at" for event in events) > 5
    assert f"on the cluster at {cluster.scheduler_address}" in read_record(project / "far").kernels
    assert left_on(cluster) == []


def test_a_failing_report_is_named_with_its_cell_and_harms_no_other(cluster, small_project):
    small_project.add("raises", "raise ValueError('dim data')")
    small_project.add("killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    small_project.add("good", "print('all well')")
    earlier = small_project.earlier("raises")
    result = run_batch(plan_jobs([small_project.folder / "params"]), scheduler=cluster.scheduler_address)
    outcomes = {outcome.id: outcome for outcome in result.outcomes}
    assert (outcomes["raises"].code, outcomes["raises"].attempts) == ("cell_failed", 1)
    assert (outcomes["killed"].code, outcomes["killed"].attempts) == ("kernel_died", 2)
    assert outcomes["raises"].cell == "cell [3] under 'The only section'"
    assert outcomes["raises"].notebook == str(small_project.out / "raises.failed" / "report.ipynb")
    assert "dim data" in (small_project.out / "raises.failed" / "report.ipynb").read_text(encoding="utf-8")
    assert earlier.read_text(encoding="utf-8") == "the earlier report"
    assert outcomes["good"].status == "made"
    assert {job.id for job in only_failed(plan_jobs([small_project.folder / "params"]))} == {"raises", "killed"}
    small_project.add("raises", "print('mended')")
    result = run_batch(plan_jobs([small_project.folder / "params" / "raises.yml"]), scheduler=cluster.scheduler_address)
    assert result.outcomes[0].status == "made", result.outcomes
    assert not (small_project.out / "raises.failed").exists()


def test_a_file_outside_the_project_and_an_unknown_one_are_named(cluster, small_project):
    (small_project.folder.parent / "beside.csv").write_text("a", encoding="utf-8")
    small_project.add("outside", "1", reads=["../*.csv"])
    (small_project.folder / "data" / "a.csv").write_text("a", encoding="utf-8")
    reads = "from arwap_analysis.project import find_project\nprint((find_project() / 'data' / 'a.csv').read_text())"
    small_project.add("unsaid", reads)
    small_project.add("said", reads, reads=["data/*.csv"])
    result = run_batch(plan_jobs([small_project.folder / "params"]), scheduler=cluster.scheduler_address)
    outcomes = {outcome.id: outcome for outcome in result.outcomes}
    assert outcomes["outside"].code == "outside_project"
    assert "FileNotFoundError" in outcomes["unsaid"].message
    assert outcomes["said"].status == "made", outcomes["said"]


LOGGED = """
import os, pathlib, time
folder = pathlib.Path({folder!r})
(folder / f"{name}.{{os.getpid()}}").touch()
time.sleep(1.5)
"""


def add_logged(project, name, *, then=""):
    """Add a report that leaves a file with its process number, on the disk that all workers of a test share."""
    log = project.folder.parent / "log"
    log.mkdir(exist_ok=True)
    project.add(name, LOGGED.format(folder=str(log), name=name) + then)
    return log


def logged(log):
    return [path.name.split(".") for path in log.iterdir()]


def wait_for(condition, what, within=60):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def parent(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
        return int(stat.read().split(")")[1].split()[1])


def test_a_worker_that_is_killed_in_mid_batch_loses_nothing_and_does_nothing_twice(small_project):
    names = [f"r{number}" for number in range(8)]
    for name in names:
        log = add_logged(small_project, name)
    events, killed = [], []
    with local_cluster() as cluster:
        pids = worker_pids(cluster)

        def kill_one():
            wait_for(lambda: sum(e.kind == "ended" for e in events) >= 2, "no report ended", 120)
            ended = {event.job.id for event in list(events) if event.kind == "ended"}
            wait_for(lambda: any(name not in ended for name, _ in logged(log)), "no report was under way")
            kernel = next(pid for name, pid in logged(log) if name not in ended)
            worker = parent(parent(kernel))  # between them is the fork server
            assert worker in pids
            killed.append(worker)
            os.kill(worker, signal.SIGKILL)

        killer = threading.Thread(target=kill_one)
        killer.start()
        result = run_batch(
            plan_jobs([small_project.folder / "params"]),
            workers=4,
            scheduler=cluster.scheduler_address,
            on_event=events.append,
        )
        killer.join()
    assert killed, "no worker was killed"
    assert {outcome.id: outcome.status for outcome in result.outcomes} == dict.fromkeys(names, "made"), result.outcomes
    assert Counter(e.job.id for e in events if e.kind == "ended") == dict.fromkeys(names, 1)
    starts = Counter(name for name, _ in logged(log))
    assert set(starts) == set(names)
    assert sum(starts.values()) > len(names), "the worker was killed while it made nothing, which shows nothing"
    assert [job.id for job in plan_jobs([small_project.folder / "params"]) if job.why] == [], "a report is not whole"
    folders = {path.name for path in small_project.out.iterdir() if path.is_dir()}
    assert folders == set(names)
    assert [outcome.status for outcome in read_record(small_project.out).outcomes] == ["made"] * len(names)
    assert [pid for _, pid in logged(log) if not gone(pid)] == []


def test_the_first_failure_of_a_fail_fast_batch_ends_every_kernel(cluster, small_project):
    log = add_logged(small_project, "endless", then="while True: pass")
    file = small_project.folder.parent / "log"
    small_project.add(
        "fails",
        f"import pathlib, time\nwhile not list(pathlib.Path({str(file)!r}).iterdir()): time.sleep(0.1)\nraise OSError",
    )
    small_project.add("later", "1")
    jobs = sorted(plan_jobs([small_project.folder / "params"]), key=lambda job: job.id == "later")
    result = run_batch(jobs, workers=2, scheduler=cluster.scheduler_address, fail_fast=True)
    assert {o.id: o.status for o in result.outcomes} == {"endless": "not_run", "fails": "failed", "later": "not_run"}
    assert [pid for _, pid in logged(log) if not gone(pid, within=0.1)] == []
    assert left_on(cluster) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_kernel_outlives_a_batch_that_was_stopped(cluster, small_project, number):
    for name in ("a", "b"):
        log = add_logged(small_project, name, then="while True: pass")
    earlier = small_project.earlier("a")
    command = [
        sys.executable,
        "-c",
        "from arwap_analysis.cli import main; main()",
        "batch",
        str(small_project.folder / "params"),
        "--quiet",
    ]
    with subprocess.Popen([*command, "--scheduler", cluster.scheduler_address], stderr=subprocess.PIPE) as process:
        wait_for(lambda: len(logged(log)) == 2, "the reports did not start", 120)
        process.send_signal(number)
        process.stderr.read()
        code = process.wait(30)
    assert code == (-number if number == signal.SIGKILL else 130)
    # Whoever is killed cannot wait for the workers, which learn of it from the scheduler.
    assert [pid for _, pid in logged(log) if not gone(pid, within=20 if number == signal.SIGKILL else 0.1)] == []
    assert earlier.read_text(encoding="utf-8") == "the earlier report"
    if number != signal.SIGKILL:
        assert [outcome.status for outcome in read_record(small_project.out).outcomes] == ["not_run"] * 2
        assert left_on(cluster) == []


def test_a_worker_of_another_version_is_refused(cluster, small_project, monkeypatch):
    from arwap_analysis.run.batch import desk

    jobs = plan_jobs([small_project.add("a", "1")])
    monkeypatch.setattr(desk, "code_digest", lambda: "0" * 64)
    with pytest.raises(ParameterError, match=r"tcp://127.*arwap_analysis \w{12} instead of 0{12}.*could differ"):
        run_batch(jobs, scheduler=cluster.scheduler_address)
    assert not small_project.out.exists()


def test_a_worker_of_another_version_that_joins_later_makes_nothing(cluster, small_project, monkeypatch):
    from arwap_analysis.run.batch import desk

    jobs = plan_jobs([small_project.add("a", "1")])
    monkeypatch.setattr(cluster_module, "_refuse_other_versions", lambda client: None)
    monkeypatch.setattr(desk, "code_digest", lambda: "0" * 64)
    (outcome,) = run_batch(jobs, scheduler=cluster.scheduler_address).outcomes
    assert (outcome.status, outcome.code) == ("failed", "other_version")


def test_a_scheduler_that_cannot_be_reached_is_named(small_project, monkeypatch):
    monkeypatch.setattr(cluster_module, "_CONNECT_SECONDS", 1)
    jobs = plan_jobs([small_project.add("a", "1")])
    with pytest.raises(ParameterError, match="the scheduler cannot be reached"):
        run_batch(jobs, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ParameterError, match="the scheduler cannot be reached"):
        run_batch(jobs, scheduler="nowhere at all")


@pytest.fixture
def store():
    """A store in memory: only a cluster in this very process sees the same one."""
    memory = pytest.importorskip("fsspec.implementations.memory", reason="stores need fsspec: the extra 'cluster'")
    pytest.importorskip("upath", reason="stores need universal-pathlib: the extra 'cluster'")
    yield place_of("memory://box/reports")
    memory.MemoryFileSystem.store.clear()
    memory.MemoryFileSystem.pseudo_dirs[:] = [""]


def test_workers_write_reports_into_a_store(small_project, store):
    (small_project.folder / "data" / "a.csv").write_text("a,b", encoding="utf-8")
    reads = "from arwap_analysis.project import find_project\nprint((find_project() / 'data' / 'a.csv').read_text())"
    small_project.add("reads", reads, reads=["data/*.csv"])
    small_project.add("raises", "raise ValueError('dim data')")
    params = small_project.folder / "params"
    with local_cluster(n_workers=1, threads_per_worker=2, processes=False) as cluster:
        result = run_batch(plan_jobs([params], out=str(store)), scheduler=cluster.scheduler_address)
        outcomes = {outcome.id: outcome for outcome in result.outcomes}
        assert outcomes["reads"].status == "made", outcomes
        assert outcomes["raises"].notebook == "memory://box/reports/raises.failed/report.ipynb"
        assert "dim data" in place_of(outcomes["raises"].notebook).read_text(encoding="utf-8")
        assert {path.name for path in store.iterdir()} == {
            "batch.json",
            "index.cy.html",
            "index.html",
            "raises.failed",
            "reads",
        }
        assert {job.id: job.why for job in plan_jobs([params], out=str(store))} == {
            "raises": "it failed last time",
            "reads": "",
        }
        (small_project.folder / "data" / "a.csv").write_text("a,c", encoding="utf-8")
        (job,) = plan_jobs([params / "reads.yml"], out=str(store))
        assert job.why == "the input data/a.csv has changed"
        again = run_batch([job], scheduler=cluster.scheduler_address)
        assert again.outcomes[0].changes is not None, "the report that it replaced was compared"
        assert "a,c" in (store / "reads" / "report.ipynb").read_text(encoding="utf-8")
        (store / "reads" / "report.html").write_text("meddled with", encoding="utf-8")
        assert "report.html is not what" in plan_jobs([params / "reads.yml"], out=str(store))[0].why
    here = run_batch(plan_jobs([params / "reads.yml"]))
    assert not here.failed
    manifests = [
        json.loads((place / "manifest.json").read_text()) for place in (store / "reads", small_project.out / "reads")
    ]
    assert manifests[0]["inputs"] == manifests[1]["inputs"]


def test_a_store_that_this_machine_does_not_see_is_a_named_failure(cluster, small_project, store):
    jobs = plan_jobs([small_project.add("a", "1")], out=str(store))
    (outcome,) = run_batch(jobs, scheduler=cluster.scheduler_address).outcomes
    assert outcome.status == "failed"
    assert outcome.code in ("no_input", "not_seen")
