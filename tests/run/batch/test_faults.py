"""One batch in which everything goes wrong at once: each fault is named, and nothing else is harmed."""

import fcntl
import os
import subprocess
import time

import nbformat
import pytest

from arwap_analysis.run import Limits
from arwap_analysis.run.batch import plan_jobs, read_record, run_batch
from tests.run.batch.conftest import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="warm kernels and memory limits need Linux"),  # noqa: PTH112
]

FAULTS = {
    "raises": "raise ValueError('dim data')",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "leaves": "import os; os._exit(3)",
    "endless": "while True: pass",
    "greedy": "hoard = [bytearray(100_000_000) for _ in range(100)]",
    "talks": "while True: print('x' * 1000)",
    "loud": "print('x' * 30_000_000)",
    "asks": "input('who is there?')",
    "busy": "print('never')",
}
HEALTHY = {
    "good": "print('all well')",
    "killed_once": (
        "import os, pathlib, signal\nfrom arwap_analysis.project import find_project\n"
        "mark = find_project() / 'mark'\n"
        "if not mark.exists():\n    mark.touch(); os.kill(os.getpid(), signal.SIGKILL)"
    ),
    "offspring": (
        "import subprocess\nfrom arwap_analysis.project import find_project\n"
        "child = subprocess.Popen(['sleep', '1000'])\n(find_project() / 'offspring').write_text(str(child.pid))"
    ),
    "after": "print('all well')",
}
LIMITS = Limits(cell_seconds=10, memory_bytes=600_000_000, output_bytes=5_000_000)


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("batch") / "prosiect ŷ")
    for name, source in {**FAULTS, **HEALTHY}.items():
        project.add(name, source)
        project.earlier(name)
    (project.folder / "params" / "broken.yml").write_text("id: broken\nnotebook: [", encoding="utf-8")
    project.add("blind", "1", reads=["data/*.csv"])
    project.earlier("blind")
    (project.folder / "data" / "secret.csv").symlink_to("secret.csv")  # nobody can read a file that leads to itself
    with (project.out / ".busy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        events = []
        result = run_batch(plan_jobs([project.folder / "params"]), workers=2, limits=LIMITS, on_event=events.append)
    return project, {outcome.id: outcome for outcome in result.outcomes}, events


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("raises", "cell_failed", "ValueError: dim data"),
        ("killed", "kernel_died", "the kernel died"),
        ("crashes", "kernel_died", "the kernel died"),
        ("leaves", "kernel_died", "the kernel died"),
        ("endless", "timed_out", "longer than 10 seconds"),
        ("greedy", "cell_failed", "MemoryError"),
        ("talks", "too_much_output", "more than 5 MB"),
        ("loud", "too_much_output", "more than 5 MB"),
        ("asks", "cell_failed", "StdinNotImplementedError"),
        ("busy", "busy", "another run is writing this report"),
        ("broken.yml", "not_yaml", "this is not YAML"),
    ],
)
def test_each_fault_is_named(batch, name, code, words):
    outcome = batch[1][name]
    assert (outcome.status, outcome.code) == ("failed", code), outcome
    assert words in outcome.message


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "busy"])
def test_a_fault_in_a_cell_is_placed_and_its_notebook_kept(batch, name):
    project, outcomes, _ = batch
    outcome = outcomes[name]
    assert outcome.cell == "cell [3] under 'The only section'"
    kept = nbformat.read(outcome.notebook, as_version=4)
    assert any(o.output_type == "error" for cell in kept.cells for o in cell.get("outputs", ()))
    assert os.path.getsize(outcome.notebook) < 20_000_000  # noqa: PTH202
    assert outcome.command == (f"arwap run '{project.folder}/params/{name}.yml' --out '{project.out}'")


@pytest.mark.parametrize("name", [*FAULTS, "blind"])
def test_no_fault_touches_the_earlier_report(batch, name):
    assert (batch[0].out / name / "report.html").read_text(encoding="utf-8") == "the earlier report"


@pytest.mark.parametrize("name", list(HEALTHY))
def test_the_healthy_reports_are_made_beside_them(batch, name):
    assert batch[1][name].status == "made", batch[1][name]
    assert "earlier report" not in (batch[0].out / name / "report.html").read_text(encoding="utf-8")


def test_only_a_killed_kernel_is_tried_again(batch):
    attempts = {name: outcome.attempts for name, outcome in batch[1].items()}
    assert {name for name, number in attempts.items() if number == 2} == {
        "killed", "killed_once", "crashes", "leaves",
    }  # fmt: skip
    assert attempts["raises"] == 1
    assert sum(event.kind == "again" for event in batch[2]) == 4


def test_what_a_kernel_started_ends_with_it(batch):
    pid = int((batch[0].folder / "offspring").read_text())
    deadline = time.monotonic() + 10
    while os.path.exists(f"/proc/{pid}") and "Z" not in state(pid):  # noqa: PTH110
        assert time.monotonic() < deadline, "a process that a report started outlived it"
        time.sleep(0.1)


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
            return stat.read().split(")")[1].split()[0]
    except OSError:
        return "Z"


def test_nothing_half_made_is_left(batch):
    folders = {path.name for path in batch[0].out.iterdir() if path.is_dir()}
    assert {name for name in folders if name.startswith(".")} == set()
    assert {name.removesuffix(".failed") for name in folders if name.endswith(".failed")} == set(FAULTS) - {"busy"}


def test_the_record_tells_the_same(batch):
    record = read_record(batch[0].out)
    assert record.kernels == "forked from a warm process"
    assert {outcome.id: outcome for outcome in record.outcomes} == batch[1]


def test_a_killed_server_is_started_again_and_its_reports_are_tried_again(small_project):
    source = (
        "import os, signal, time\nfrom arwap_analysis.project import find_project\n"
        "mark = find_project() / 'mark'\n"
        "if not mark.exists():\n    mark.touch(); os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)"
    )
    for name in ("a", "b", "c"):
        small_project.add(name, source if name == "a" else "print('all well')")
    result = run_batch(plan_jobs([small_project.folder / "params"]), workers=1)
    found = [(outcome.id, outcome.status, outcome.attempts) for outcome in result.outcomes]
    assert found == [("a", "made", 2), ("b", "made", 1), ("c", "made", 1)]


KILLS_THE_OTHER = """
import os, pathlib, signal, time
for folder in pathlib.Path('/proc').iterdir():
    if folder.name.isdigit() and int(folder.name) != os.getpid():
        stat = (folder / 'stat').read_text() if (folder / 'stat').exists() else ''
        if stat and int(stat.rsplit(')', 1)[1].split()[1]) == os.getppid():
            os.kill(int(folder.name), signal.SIGKILL)
time.sleep(60)
"""


def test_a_killed_process_that_makes_a_report_is_a_named_failure(small_project):
    small_project.add("a", KILLS_THE_OTHER)
    page = small_project.earlier("a")
    jobs = plan_jobs([small_project.folder / "params"])
    result = run_batch(jobs, workers=1, limits=Limits(report_seconds=1000))
    (outcome,) = result.outcomes
    assert (outcome.status, outcome.code, outcome.attempts) == ("failed", "process_died", 2), outcome
    assert "killed by signal 9" in outcome.message
    assert page.read_text(encoding="utf-8") == "the earlier report"
    assert not [path for path in small_project.out.iterdir() if path.is_dir() and path.name.startswith(".")]


def test_a_record_that_cannot_be_written_is_said_and_the_reports_stand(small_project):
    small_project.add("a", "1")
    small_project.out.mkdir()
    (small_project.out / "batch.json").mkdir()
    result = run_batch(plan_jobs([small_project.folder / "params"]), warm=False)
    assert result.outcomes[0].status == "made"
    assert "could not be recorded" in result.notes[0]


def test_a_full_disk_is_a_named_failure_and_the_earlier_report_stays(small_project, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a disk that can be filled needs the right to mount one: {mounted.stderr.strip()}")
    try:
        file = small_project.add("fills", "print('x' * 900_000)")
        other = small_project.add("fits", "print('x')")
        (disk / "fills").mkdir()
        (disk / "fills" / "report.html").write_text("the earlier report", encoding="utf-8")
        result = run_batch(plan_jobs([file, other], out=disk), workers=1, warm=False)
        fills, fits = result.outcomes
        assert (fills.status, fills.code) == ("failed", "cannot_write"), fills
        assert "No space left" in fills.message
        assert (disk / "fills" / "report.html").read_text(encoding="utf-8") == "the earlier report"
        assert fits.status == "made", fits
        assert not [path for path in disk.iterdir() if path.is_dir() and path.name.startswith(".")]
    finally:
        subprocess.run(["umount", disk], check=True)
