"""Warm kernels: what one report does cannot reach the next, and what is forked shows the same as what is not."""

import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

from arwap_analysis.run import load_report, run_report
from arwap_analysis.run.batch import plan_jobs, run_batch
from arwap_analysis.run.warm import client
from arwap_analysis.run.warm.client import ADDRESS_VARIABLE, ForkServer, ask, why_not_warm
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(why_not_warm() is not None, reason=f"no warm kernels here: {why_not_warm()}"),
]

VANDAL = """
import builtins, gc, locale, os, random, sys, threading, warnings
import matplotlib, numpy as np, pandas as pd, seaborn as sns
builtins.leftover = word = 'left'
os.environ['LEFTOVER'] = 'left'
sys.path.insert(0, '/nowhere'); os.chdir('/')
matplotlib.rcParams['font.size'] = 40; sns.set_theme('poster')
pd.set_option('display.precision', 1); pd.DataFrame.sum = None
random.seed(1); np.random.seed(1); np.seterr(all='raise'); warnings.simplefilter('ignore')
from arwap_analysis import measures
measures.rate = None
hoard = [bytearray(1_000_000) for _ in range(200)]
threading.Thread(target=lambda: __import__('time').sleep(100), daemon=True).start()
"""
WITNESS = """
import builtins, hashlib, json, os, random, sys, threading, warnings, pathlib
import matplotlib, numpy as np, pandas as pd
from arwap_analysis import measures
seen = dict(
    leftover=hasattr(builtins, 'leftover'), variable=os.environ.get('LEFTOVER'), path=sys.path[:3],
    folder=[p.name for p in pathlib.Path.cwd().iterdir()], style=dict(matplotlib.rcParams)['font.size'],
    precision=pd.get_option('display.precision'), frame=callable(pd.DataFrame.sum), measure=callable(measures.rate),
    chance=[random.random(), np.random.random()], errors=np.geterr(), filters=len(warnings.filters),
    threads=sorted(thread.name for thread in threading.enumerate()),
)
print(json.dumps(seen, sort_keys=True, default=str))
"""


@pytest.fixture(scope="module")
def witnesses(tmp_path_factory):
    """What a report saw alone, and what it saw after another had done its worst."""
    from tests.run.batch.conftest import Project

    project = Project(tmp_path_factory.mktemp("isolation") / "p")
    project.add("witness", WITNESS)
    alone = run_batch(plan_jobs([project.folder / "params"]), workers=1)
    first = project.shown("witness")
    project.add("vandal", VANDAL)
    project.add("other", WITNESS)
    jobs = sorted(plan_jobs([project.folder / "params"], force=True), key=lambda job: job.id == "witness")
    after = run_batch(jobs, workers=1)
    assert not alone.failed
    assert not after.failed, after.failed
    return json.loads(first), json.loads(project.shown("witness")), json.loads(project.shown("other"))


def test_a_report_sees_nothing_of_one_that_ran_before(witnesses):
    alone, after, _ = witnesses
    assert after == alone
    assert (after["leftover"], after["variable"], after["folder"]) == (False, None, [])
    assert after["frame"]
    assert after["measure"]


def test_each_report_has_a_seed_of_its_own_that_repeats(witnesses):
    alone, after, other = witnesses
    assert alone["chance"] == after["chance"]
    assert alone["chance"] != other["chance"]


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_nothing_but_the_report_draws_from_its_seed(small_project, warm):
    """A client may ask a kernel who it is any number of times: the answer once drew a tip of the day."""
    small_project.add("witness", WITNESS)
    run_batch(plan_jobs([small_project.folder / "params"]), workers=1, warm=warm)
    seed = json.loads((small_project.out / "witness" / "manifest.json").read_text(encoding="utf-8"))["seed"]
    expected = [random.Random(seed).random(), np.random.RandomState(seed % 2**32).random()]
    assert json.loads(small_project.shown("witness"))["chance"] == expected


def test_forked_and_ordinary_kernels_start_from_the_same_state(small_project, witnesses):
    small_project.add("witness", WITNESS)
    result = run_batch(plan_jobs([small_project.folder / "params"]), workers=1, warm=False)
    assert "warm kernels were not wanted" in result.kernels
    cold = json.loads(small_project.shown("witness"))
    for name in ("leftover", "variable", "folder", "style", "precision", "frame", "measure", "chance", "errors"):
        assert cold[name] == witnesses[0][name], name


def test_a_plot_is_drawn_into_the_notebook_as_by_an_ordinary_kernel(small_project):
    small_project.add("plots", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert not run_batch(plan_jobs([small_project.folder / "params"])).failed
    notebook = json.loads((small_project.out / "plots" / "report.ipynb").read_text(encoding="utf-8"))
    assert [list(o["data"]) for o in notebook["cells"][-1]["outputs"]] == [["image/png", "text/plain"]]


def test_a_forked_report_is_the_same_to_the_byte_as_an_ordinary_one(project, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    file = project / "params" / "homelessness.yml"
    run_report(load_report(file), out=project / "cold")
    result = run_batch(plan_jobs([file], out=project / "warm"))
    assert not result.failed, result.failed
    assert result.kernels == "forked from a warm process"
    names = ["data.csv", "report.html", *(f"figures/{p.name}" for p in (project / "cold").rglob("*.svg"))]
    assert len(names) > 5
    for name in names:
        cold, warm = (project / kind / "homelessness" / name for kind in ("cold", "warm"))
        assert cold.read_bytes() == warm.read_bytes(), name


def test_kernels_talk_over_sockets_that_only_their_user_can_reach(small_project):
    small_project.add(
        "sockets",
        "import json, os, stat, pathlib\nfrom ipykernel.connect import get_connection_info\n"
        "info = get_connection_info(unpack=True)\nfolder = pathlib.Path(info['ip']).parent\n"
        "print(json.dumps([info['transport'], folder.stat().st_mode & 0o077, os.getsid(0) == os.getpid()]))",
    )
    assert not run_batch(plan_jobs([small_project.folder / "params"])).failed
    assert json.loads(small_project.shown("sockets")) == ["ipc", 0, True]


def sleeping_child(server, seconds=100):
    """Ask for a kernel's process, which is not yet told what to do."""
    listens, ready = os.pipe()
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        request = {"target": "kernel", "arguments": ["-f", str(server.folder / f"k{time.time_ns()}.json")]}
        request |= {"env": dict(os.environ), "cwd": "/"}
        child = ask(server.address, request, said=nowhere.fileno(), channel=ready)
    os.close(ready)
    assert os.read(listens, 1) == b"\n"
    os.close(listens)
    return child


def gone(pid, within=10):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as state:  # noqa: PTH123
                if state.read().split(")")[1].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_the_server_forks_from_one_thread_in_a_folder_of_its_own_and_ends_with_its_client():
    with ForkServer() as server:
        tasks = os.listdir(f"/proc/{server.pid}/task")  # noqa: PTH208
        assert len(tasks) == 1
        assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
        child = sleeping_child(server)
        pid, folder = server.pid, server.folder
    assert gone(pid)
    assert gone(child.pid)
    assert not folder.exists()
    child.wait(5)


def test_a_process_ends_with_the_connection_that_stands_for_it_and_tells_its_exit_code():
    with ForkServer() as server:
        lost, killed = sleeping_child(server), sleeping_child(server)
        lost._connection.close()
        assert gone(lost.pid)
        assert killed.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            killed.wait(0.1)
        killed.kill()
        assert killed.wait(10) == -signal.SIGKILL
        assert killed.poll() == -signal.SIGKILL


def test_a_killed_server_takes_its_kernels_along():
    with ForkServer() as server:
        child = sleeping_child(server)
        os.kill(server.pid, signal.SIGKILL)
        assert gone(child.pid)
        assert child.wait(10) == -signal.SIGKILL
        assert not server.is_alive()


def test_a_server_whose_libraries_start_a_thread_refuses_to_fork(tmp_path, monkeypatch):
    program = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    (tmp_path / "sitecustomize.py").write_text(program)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="2 threads run after the libraries are loaded"):
        ForkServer().__enter__()


def test_where_fork_is_not_to_be_had_the_batch_says_so_and_goes_on(small_project, monkeypatch):
    small_project.add("good", "print('all well')")
    monkeypatch.setattr(client.sys, "platform", "darwin")
    from arwap_analysis.run.batch import local

    monkeypatch.setattr(local, "why_not_warm", lambda: "this system (darwin) does not fork safely")
    result = run_batch(plan_jobs([small_project.folder / "params"]))
    assert not result.failed
    assert "started anew for each report: this system (darwin)" in result.kernels


def test_papermill_alone_finds_the_warm_kernels_by_their_entry_point(tmp_path):
    """The command of papermill, told of nothing but a kernel specification, starts its kernel in the server."""
    kernels = tmp_path / "kernels" / "warm"
    kernels.mkdir(parents=True)
    argv = [sys.executable, "-m", "arwap_analysis.run.warm.kernel", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "warm", "language": "python"}
    spec["metadata"] = {"kernel_provisioner": {"provisioner_name": "arwap-warm"}}
    (kernels / "kernel.json").write_text(json.dumps(spec))
    shutil.copy(ROOT / "notebooks" / "evidence_review.ipynb", tmp_path)
    source = json.loads((tmp_path / "evidence_review.ipynb").read_text(encoding="utf-8"))
    source["cells"] = [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None,
                        "source": "import os\nprint(os.getppid())"}]  # fmt: skip
    (tmp_path / "in.ipynb").write_text(json.dumps(source), encoding="utf-8")
    with ForkServer() as server:
        environment = {**os.environ, "JUPYTER_PATH": str(tmp_path), ADDRESS_VARIABLE: server.address}
        command = [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb", "-k", "warm"]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        executed = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
        parent = "".join(executed["cells"][0]["outputs"][0]["text"]).strip()
        assert parent == str(server.pid)


def test_a_long_name_of_the_temporary_folder_is_no_hindrance(small_project, tmp_path, monkeypatch):
    long = tmp_path / ("l" * 100)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(tempfile, "tempdir", None)
    small_project.add("good", "print('all well')")
    for warm in (True, False):
        assert not run_batch(plan_jobs([small_project.folder / "params"], force=True), warm=warm).failed


@pytest.mark.parametrize("warm", [True, False])
def test_nothing_is_left_in_the_temporary_folder(small_project, monkeypatch, warm):
    folder = tempfile.mkdtemp(prefix="t")  # short, so that it is really used
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", None)
    small_project.add("good", "import tempfile; print(tempfile.mkdtemp())")
    small_project.add("killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    result = run_batch(plan_jobs([small_project.folder / "params"]), retries=0, warm=warm)
    assert [outcome.id for outcome in result.failed] == ["killed"]
    assert os.listdir(folder) == []  # noqa: PTH208
    os.rmdir(folder)  # noqa: PTH106
