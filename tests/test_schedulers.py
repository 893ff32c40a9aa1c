"""The files for schedulers, and every command in the pages on batches, are true of the command that we have."""

import ast
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from arwap_analysis.cli import app
from arwap_analysis.run import notebook_parameters, read_report
from arwap_analysis.run.batch import plan_jobs
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "schedulers"
PAGES = (ROOT / "docs" / "batch.md", ROOT / "docs" / "schedulers.md")
COMMANDS = typer.main.get_command(app).commands
# From the word arwap to what the shell, or the language around it, reads as its end.
CALL = re.compile(r"(?<![\w-])arwap ([a-z][^|&;<>()\"`\n]*)")


def parse(text):
    """Parse the arguments of `arwap` as the command does, without running it; raises what a user would see."""
    name, *arguments = shlex.split(text)
    command = COMMANDS[name]
    with command.make_context(name, arguments) as context:
        return context.params


def blocks(page):
    """Return the commands in the indented blocks of a page."""
    return re.findall(r"^    arwap (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def calls(path):
    """Return the commands in a file for a scheduler, its comments and docstrings left out."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tree = ast.parse(text)
        strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        text = "\n".join(string for string in strings if string != ast.get_docstring(tree, clean=False))
    else:
        text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [call.strip() for call in CALL.findall(text)]


def option_names(command):
    return {name for parameter in COMMANDS[command].params for name in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_is_one_that_we_have(page):
    found = blocks(page)
    assert found
    for text in found:
        parse(text)


def test_every_option_that_a_page_names_exists_and_the_page_on_batches_names_them_all():
    known = option_names("batch") | option_names("run")
    named = {page: set(re.findall(r"`(--[a-z-]+|-[a-z])\b", page.read_text(encoding="utf-8"))) for page in PAGES}
    for page, options in named.items():
        assert options <= known, (page, options - known)
    told = " ".join(PAGES[0].read_text(encoding="utf-8").split())
    assert [name for name in sorted(option_names("batch")) if name not in told and name != "--help"] == []


def test_the_matrix_of_the_page_stands_for_the_reports_that_the_page_names(project):
    page = PAGES[0].read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = project / "params" / "areas.yml"
    file.write_text(example, encoding="utf-8")
    jobs = plan_jobs([file])
    assert [job.fault for job in jobs] == [None] * 4
    assert f"`{jobs[0].id}` to `{jobs[-1].id}`" in page
    (command,) = [text for text in blocks(PAGES[0]) if "params/areas.yml" in text]
    report = read_report(file, overrides=parse(command)["set_"])
    assert report.id == "homelessness_asian_0_9"
    assert "'asian'" in report.parameters["title"]


@pytest.mark.parametrize(
    "name", ["arwap.cron", "arwap-batch.service", "nightly-reports.yml", "airflow_batch.py"], ids=str
)
def test_every_file_calls_the_batch_with_options_that_exist(name):
    found = calls(FOLDER / name)
    assert [text.split()[0] for text in found] == ["batch"]
    assert parse(found[0])["report_timeout"] == 1800


@pytest.mark.parametrize("text", ["batch params --no-such-option", "batch", "batch params --workers 0", "btach params"])
def test_the_check_notices_a_command_that_we_do_not_have(text):
    with pytest.raises(Exception, match=r"No such option|Missing|greater than|not in the range|btach"):
        parse(text)


def test_the_page_lists_every_file_and_no_other():
    listed = re.findall(r"\(schedulers/([^)]+)\)", PAGES[1].read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in FOLDER.iterdir() if path.is_file())


def cron_line():
    lines = (FOLDER / "arwap.cron").read_text(encoding="utf-8").splitlines()
    (line,) = [text for text in lines if re.match(r"[\d*]", text)]
    return line.split(maxsplit=5)


def test_the_crontab_line_has_a_time_that_exists_and_no_bare_per_cent():
    *fields, command = cron_line()
    for field, highest in zip(fields, (59, 23, 31, 12, 7), strict=True):
        assert field == "*" or 0 <= int(field) <= highest
    assert "%" not in command  # cron reads it as the end of the line


@pytest.fixture
def nightly(tmp_path):
    """Return a function that runs the crontab's command with an `arwap` that ends with a code."""
    if not all(map(shutil.which, ("flock", "timeout"))):
        pytest.skip("no flock or timeout on this machine (util-linux, coreutils), which the crontab line needs")
    stub = tmp_path / ".venv" / "bin" / "arwap"
    stub.parent.mkdir(parents=True)

    def run(script):
        stub.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        stub.chmod(0o755)
        command = cron_line()[-1].replace("/srv/reviews", shlex.quote(str(tmp_path)))
        return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)

    return run


def test_the_crontab_line_is_silent_when_all_is_well_and_mails_the_end_of_the_log_when_not(nightly, tmp_path):
    assert nightly('echo made: "$@"').stdout == ""
    failed = nightly("echo homelessness failed >&2; exit 1")
    assert failed.stdout.splitlines()[0] == "The batch ended with code 1"
    assert failed.stdout.splitlines()[-1] == "homelessness failed"
    log = (tmp_path / "batch.log").read_text(encoding="utf-8")
    assert log.startswith("made: batch params --quiet --report-timeout 1800\n")


def test_the_crontab_line_starts_no_second_batch_while_one_runs(nightly, tmp_path):
    with subprocess.Popen(["flock", str(tmp_path / ".batch.lock"), "sh", "-c", "echo held; read end"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # fmt: skip
        assert other.stdout.readline() == "held\n"
        assert "ended with code 75" in nightly("touch ran").stdout
        other.communicate("\n", timeout=10)
    assert not (tmp_path / "ran").exists()


def units(tmp_path):
    """Copy the units, with a project folder that is there."""
    arwap = tmp_path / ".venv" / "bin" / "arwap"
    arwap.parent.mkdir(parents=True)
    arwap.write_text("#!/bin/sh\n", encoding="utf-8")
    arwap.chmod(0o755)
    for path in FOLDER.glob("arwap-batch.*"):
        text = path.read_text(encoding="utf-8").replace("/srv/reviews", str(tmp_path))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return sorted(map(str, tmp_path.glob("arwap-batch.*")))


def verify(paths):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze on this machine (package systemd), so the units cannot be verified")
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )


def test_systemd_accepts_the_units(tmp_path):
    result = verify(units(tmp_path))
    assert (result.returncode, result.stderr.strip()) == (0, "")


def test_systemd_would_have_noticed_a_mistake(tmp_path):
    service, _ = paths = units(tmp_path)
    with Path(service).open("a", encoding="utf-8") as file:
        file.write("[Service]\nTimeoutStopSecs=1\n")
    assert "TimeoutStopSecs" in verify(paths).stderr


def test_a_stop_is_sent_to_the_batch_alone_and_leaves_it_time_to_clean_up():
    service = (FOLDER / "arwap-batch.service").read_text(encoding="utf-8")
    assert "\nKillMode=mixed\n" in service
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", service, re.MULTILINE)[1]) > 10


def workflow():
    content = yaml.safe_load((FOLDER / "nightly-reports.yml").read_text(encoding="utf-8"))
    content["on"] = content.pop(True)  # YAML 1.1 reads the key `on` as true
    return content


def test_the_workflow_makes_keeps_and_uploads_the_reports_and_fails_when_one_failed():
    content = workflow()
    assert len(content["on"]["schedule"][0]["cron"].split()) == 5
    assert content["permissions"] == {"contents": "read"}
    steps = content["jobs"]["batch"]["steps"]
    (batch,) = [step for step in steps if "arwap" in step.get("run", "")]
    # The step's own code is the job's: nothing may swallow it.
    assert not {"continue-on-error", "if"} & batch.keys()
    assert not re.search(r"[|;&]", batch["run"])
    after = steps[steps.index(batch) + 1 :]
    assert [step["uses"].split("@")[0] for step in after] == ["actions/cache/save", "actions/upload-artifact"]
    assert {step["if"] for step in after} == {"always()"}
    (restore,) = [step for step in steps if step.get("uses", "").startswith("actions/cache/restore@")]
    assert restore["with"]["key"] == after[0]["with"]["key"]
    assert restore["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert {restore["with"]["path"], *(step["with"]["path"] for step in after)} == {"outputs"}


def shell_texts():
    yield "cron", cron_line()[-1]
    for number, step in enumerate(workflow()["jobs"]["batch"]["steps"]):
        if "run" in step:
            yield f"workflow step {number}", step["run"]
    for page in PAGES:
        yield (
            page.name,
            "\n".join(re.findall(r"^    ((?:arwap|jq) .+)$", page.read_text(encoding="utf-8"), re.MULTILINE)),
        )
    yield "airflow", task("airflow_batch.py")["bash_command"]


@pytest.mark.parametrize("checker", [("bash", "-n"), ("shellcheck", "--shell=sh", "-")], ids=lambda c: c[0])
def test_every_shell_text_is_well_formed(checker):
    if not shutil.which(checker[0]):
        pytest.skip(f"no {checker[0]} on this machine, so the shell texts cannot be checked with it")
    for name, text in shell_texts():
        result = subprocess.run(checker, input=text + "\n", capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, (name, result.stdout, result.stderr)


def task(name):
    """Return the literal arguments of the one task of a DAG."""
    tree = ast.parse((FOLDER / name).read_text(encoding="utf-8"))
    (call,) = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "").endswith("Operator")]
    return {k.arg: ast.literal_eval(k.value) for k in call.keywords if not isinstance(k.value, ast.Call)}


@pytest.mark.parametrize("name", ["airflow_batch.py", "airflow_papermill.py"])
def test_a_dag_compiles_and_runs_once_at_a_time(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    compile(text, name, "exec")
    (dag,) = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "DAG"]
    options = {k.arg: ast.literal_eval(k.value) for k in dag.keywords if not isinstance(k.value, ast.Call)}
    assert (options["catchup"], options["max_active_runs"], len(options["schedule"].split())) == (False, 1, 5)


@pytest.mark.parametrize("name", ["airflow_batch.py", "airflow_papermill.py"])
def test_airflow_loads_the_dag(name):
    pytest.importorskip("airflow", reason="Airflow is not installed, so the DAG can only be compiled")
    import runpy

    assert any(type(value).__name__ == "DAG" for value in runpy.run_path(str(FOLDER / name)).values())


def test_the_notebook_of_the_papermill_task_has_the_parameters_that_it_is_given():
    given = task("airflow_papermill.py")
    notebook = ROOT / given["input_nb"].removeprefix("/srv/reviews/")
    declared = {parameter.name for parameter in notebook_parameters(notebook)}
    assert given["parameters"]
    assert set(given["parameters"]) <= declared
