"""A batch that is stopped, by whatever: no kernel outlives it, nothing is half made, and the next one goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from arwap_analysis.errors import EXIT_FAILED, EXIT_INTERRUPTED
from arwap_analysis.run.batch import only_failed, plan_jobs, read_record, run_batch
from tests.run.batch.test_warm import gone

pytestmark = pytest.mark.slow

WAITS = (
    "import os, time\nfrom arwap_analysis.project import find_project\n"
    "(find_project() / f'pid_{word}').write_text(f'{os.getpid()} {os.getppid()}')\n"
    "while not (find_project() / 'go on').exists(): time.sleep(0.05)"
)


@pytest.fixture
def start():
    """Return what starts a batch; one that a failed test leaves running is ended, and what it printed is shown."""
    started = []

    def begin(project, *options):
        command = [sys.executable, "-c", "from arwap_analysis.cli import main; main()", "batch", "-j", "2"]
        started.append(
            subprocess.Popen(
                [*command, str(project.folder / "params"), *options],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
            print(process.communicate(timeout=60)[0])


def until(condition, what, within=90):
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


def kernels(project, number):
    """Wait until so many kernels have said who they and their parents are."""
    files = until(
        lambda: [f for f in sorted(project.folder.glob("pid_*")) if len(f.read_text().split()) == 2][: number or None],
        "no kernel started",
    )
    files = until(lambda: found if len(found := sorted(project.folder.glob("pid_*"))) >= number else None, "too few")
    time.sleep(0.2)
    return [int(pid) for file in files for pid in file.read_text().split()]


def waiting(project):
    """Put one report that is quickly made and three that wait into a project, each over an earlier report."""
    project.add("a_quick", "print('made')")
    for name in ("b", "c", "d"):
        project.add(f"{name}_waits", WAITS, text=f"parameters: {{word: {name}}}")
        project.earlier(f"{name}_waits")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("options", [(), ("--cold",)], ids=["warm", "cold"])
def test_a_stopped_batch_leaves_no_kernel_and_no_half_report_and_the_next_goes_on(
    small_project, start, number, options
):
    waiting(small_project)
    process = start(small_project, *options)
    pids = kernels(small_project, 2)
    until(lambda: (small_project.out / "a_quick" / "manifest.json").exists(), "the quick report was not made")
    process.send_signal(number)
    text, _ = process.communicate(timeout=60)
    for pid in pids:
        assert gone(pid), (pid, text)
    for name in ("b_waits", "c_waits", "d_waits"):
        assert (small_project.out / name / "report.html").read_text() == "the earlier report"
    if number != signal.SIGKILL:
        assert process.returncode == EXIT_INTERRUPTED, text
        assert {p.name for p in small_project.out.iterdir() if p.is_dir()} == {
            "a_quick",
            "b_waits",
            "c_waits",
            "d_waits",
        }
        statuses = {o.id: o.status for o in read_record(small_project.out).outcomes}
        assert statuses == {"a_quick": "made", "b_waits": "not_run", "c_waits": "not_run", "d_waits": "not_run"}

    (small_project.folder / "go on").touch()
    jobs = plan_jobs([small_project.folder / "params"])
    assert [job.id for job in jobs if job.why] == ["b_waits", "c_waits", "d_waits"]
    if number != signal.SIGKILL:
        assert [job.id for job in only_failed(jobs)] == ["b_waits", "c_waits", "d_waits"]
    result = run_batch(jobs)
    assert [outcome.status for outcome in result.outcomes] == ["up_to_date", "made", "made", "made"]
    assert not [path for path in small_project.out.iterdir() if path.is_dir() and path.name.startswith(".")]


def test_a_batch_stopped_while_it_loads_the_libraries_says_so_and_leaves_nothing(
    small_project, start, tmp_path, monkeypatch
):
    (tmp_path / "t").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    small_project.add("a", "print('made')")
    process = start(small_project)
    until(lambda: list((tmp_path / "t").iterdir()), "no server was started")
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    text, _ = process.communicate(timeout=60)
    assert process.returncode == EXIT_INTERRUPTED, text
    assert [outcome.status for outcome in read_record(small_project.out).outcomes] == ["not_run"]
    assert list((tmp_path / "t").iterdir()) == []


def test_fail_fast_makes_nothing_where_a_parameters_file_cannot_be_used(small_project):
    small_project.add("a", "print('made')")
    (small_project.folder / "params" / "bad.yml").write_text("id: [", encoding="utf-8")
    result = run_batch(plan_jobs([small_project.folder / "params"]), fail_fast=True)
    assert {outcome.id: outcome.status for outcome in result.outcomes} == {"a": "not_run", "bad.yml": "failed"}


def test_fail_fast_stops_what_runs_and_starts_nothing_more(small_project, start):
    for name in ("b", "c"):
        small_project.add(f"{name}_waits", WAITS, text=f"parameters: {{word: {name}}}")
    small_project.add("a_fails", "1/0")
    process = start(small_project, "--fail-fast")
    text, _ = process.communicate(timeout=120)
    assert process.returncode == EXIT_FAILED, text
    statuses = {o.id: o.status for o in read_record(small_project.out).outcomes}
    assert statuses == {"a_fails": "failed", "b_waits": "not_run", "c_waits": "not_run"}, text
    for file in small_project.folder.glob("pid_*"):
        assert gone(int(file.read_text().split()[0]))
    assert "ZeroDivisionError" in text
    assert "alone: arwap run" in text
    assert Path(small_project.out / "a_fails.failed" / "report.ipynb").exists()


def test_two_batches_at_once_make_each_report_once_and_neither_is_harmed(small_project, start):
    waiting(small_project)
    first, second = start(small_project), start(small_project)
    kernels(small_project, 2)
    (small_project.folder / "go on").touch()
    texts = [process.communicate(timeout=180)[0] for process in (first, second)]
    assert {first.returncode, second.returncode} <= {0, EXIT_FAILED}, texts
    for outcome in read_record(small_project.out).outcomes:
        assert outcome.code in ("", "busy"), outcome
    result = run_batch(plan_jobs([small_project.folder / "params"]))
    assert not result.failed
    for name in ("a_quick", "b_waits", "c_waits", "d_waits"):
        assert "earlier report" not in (small_project.out / name / "report.html").read_text()
    assert os.listdir(small_project.out)  # noqa: PTH208
