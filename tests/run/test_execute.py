"""Reports rendered for real: each starts a kernel, so all are slow."""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile

import nbformat
import pytest
from bs4 import BeautifulSoup

from arwap_analysis.errors import EXIT_INTERRUPTED, ParameterError, RunError
from arwap_analysis.run import load_report, run_report
from tests.page_check import page_faults
from tests.welsh import english_in

pytestmark = pytest.mark.slow

SMALL = """id: small
notebook: small
parameters: {parameters}
"""


@pytest.fixture
def small(project):
    """Return a function that makes a project with a one-cell notebook and gives its parameters file."""

    def make(source: str, parameters: str = "{}"):
        cells = [
            nbformat.v4.new_markdown_cell("# Small"),
            nbformat.v4.new_code_cell('word: str = "da"  # a word', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(source),
        ]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), project / "notebooks" / "small.ipynb")
        path = project / "params" / "small.yml"
        path.write_text(SMALL.format(parameters=parameters), encoding="utf-8")
        return path

    return make


@pytest.fixture(scope="module")
def homelessness(tmp_path_factory):
    """Render the example once for all tests that look at it."""
    import shutil

    from tests.conftest import ROOT

    project = tmp_path_factory.mktemp("prosiect ŵ")
    for name in ("notebooks", "params", "data"):
        shutil.copytree(ROOT / name, project / name)
    seen = []
    report = load_report(project / "params" / "homelessness.yml")
    result = run_report(report, progress=lambda done, total, text: seen.append((done, total)))
    return result, seen


def test_the_example_leaves_every_output(homelessness):
    result, seen = homelessness
    names = {path.relative_to(result.folder).as_posix() for path in result.folder.rglob("*") if path.is_file()}
    assert names == {
        "report.html",
        "report.cy.html",
        "tables.cy.xlsx",
        "report.ipynb",
        "notebook.ipynb",
        "data.csv",
        "tables.xlsx",
        "manifest.json",
        "ro-crate-metadata.json",
        "figures/rates.svg",
        "figures/rates_over_time.svg",
        "figures/gap_over_time.svg",
        "figures/quality.svg",
        "figures/robustness.svg",
        "figures/rates.cy.svg",
        "figures/rates_over_time.cy.svg",
        "figures/gap_over_time.cy.svg",
        "figures/quality.cy.svg",
        "figures/robustness.cy.svg",
    }
    assert not list(result.folder.parent.glob(".homelessness.*/"))
    assert seen[-1][0] == seen[-1][1]


def test_the_figures_of_the_question_stand_in_the_data(homelessness):
    with (homelessness[0].folder / "data.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    black = next(
        r for r in rows if r["exhibit"] == "rates_over_time" and (r["group"], r["period"]) == ("black", "2011-12")
    )
    white = next(
        r for r in rows if r["exhibit"] == "rates_over_time" and (r["group"], r["period"]) == ("white", "2011-12")
    )
    gap = next(r for r in rows if r["exhibit"] == "gap_over_time" and (r["group"], r["period"]) == ("black", "2011-12"))
    assert (black["numerator"], black["denominator"]) == ("290.0", "18276.0")
    assert float(black["estimate"]) == pytest.approx(290 / 18_276 * 1000, rel=1e-12)
    assert float(white["estimate"]) == pytest.approx(13_195 / 2_928_253 * 1000, rel=1e-12)
    assert float(gap["estimate"]) == pytest.approx((290 / 18_276) / (13_195 / 2_928_253), rel=1e-12)


def test_the_page_holds_the_findings_the_caveat_and_the_unknown(homelessness):
    page = homelessness[0].page.read_text(encoding="utf-8")
    assert "sets households over people" in page
    assert "Ethnicity was not known for 755 of the 14,160" in page
    assert "Traceback" not in page
    for figure in ("15.9", "4.5", "3.5"):
        assert f">{figure}<" in page


def test_the_example_is_left_in_two_languages_linked_to_each_other(homelessness):
    folder = homelessness[0].folder
    for name, language, other in (("report.html", "en", "report.cy.html"), ("report.cy.html", "cy", "report.html")):
        html = (folder / name).read_text(encoding="utf-8")
        page = BeautifulSoup(html, "html.parser")
        assert page.html["lang"] == language
        (link,) = page.select("nav.languages a")
        assert link["href"] == other
        assert page_faults(html) == []


def test_the_welsh_page_holds_no_english_word(homelessness):
    page = BeautifulSoup((homelessness[0].folder / "report.cy.html").read_text(encoding="utf-8"), "html.parser")
    page.select_one("nav.languages").extract()  # names English in English
    page.style.extract()
    seen = " ".join([page.text, *(image["alt"] for image in page.find_all("img"))])
    assert len(seen) > 10_000
    # The review's own id and the names of the files and of this package are the same in every language.
    assert english_in(seen) - {"homelessness", "arwap", "analysis", "tables"} == set()


def test_the_welsh_workbook_holds_no_english_word(homelessness):
    with zipfile.ZipFile(homelessness[0].folder / "tables.cy.xlsx") as file:
        texts = file.read("xl/sharedStrings.xml").decode() + " ".join(
            re.findall(r'<sheet name="[^"]*"', file.read("xl/workbook.xml").decode())
        ).replace("sheet name", "")
    seen = " ".join(re.findall(r">([^<]+)<", texts)) + texts.rpartition(">")[2]
    assert {"Tabl", "Canfyddiad", "Asiaidd", "Clawr"} <= set(re.findall(r"\w+?(?=\b|_)", seen))
    assert english_in(seen) - {"homelessness"} == set()


def test_both_pages_rest_on_the_same_numbers(homelessness):
    def numbers(name):
        page = BeautifulSoup((homelessness[0].folder / name).read_text(encoding="utf-8"), "html.parser")
        return [re.sub(r" to | i ", "-", cell.text) for cell in page.select("td.num")]

    assert numbers("report.html") == numbers("report.cy.html")
    assert len(numbers("report.html")) > 100


def test_the_manifest_names_inputs_and_outputs_with_their_digests(homelessness):
    folder = homelessness[0].folder
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for output in manifest["outputs"]:
        assert hashlib.sha256((folder / output["path"]).read_bytes()).hexdigest() == output["sha256"]
    assert {i["path"] for i in manifest["inputs"]} == {
        "data/homeless_households_eligible.csv",
        "arwap_analysis/sources/census_population/census_population.csv",
    }
    assert {o["path"] for o in manifest["outputs"]} == {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"
    }
    assert manifest["packages"]["pandas"]
    assert str(folder) not in json.dumps(manifest)


def test_a_failing_run_keeps_the_earlier_report_and_leaves_the_failed_notebook(small):
    run_report(load_report(small("print(word)")))
    outputs = small("raise ValueError('dim data')").parent.parent / "outputs"
    before = (outputs / "small" / "report.html").read_bytes()
    with pytest.raises(RunError, match="dim data") as caught:
        run_report(load_report(outputs.parent / "params" / "small.yml"))
    assert (outputs / "small" / "report.html").read_bytes() == before
    failed = nbformat.read(outputs / "small.failed" / "report.ipynb", as_version=4)
    assert any(o.output_type == "error" for cell in failed.cells for o in cell.get("outputs", ()))
    assert "dim data" in (outputs / "small.failed" / "error.txt").read_text(encoding="utf-8")
    assert "small.failed" in str(caught.value)
    assert "\x1b" not in (outputs / "small.failed" / "error.txt").read_text(encoding="utf-8")
    run_report(load_report(small("print(word)")))
    assert not (outputs / "small.failed").exists()


def test_a_killed_kernel_is_a_named_failure(small):
    path = small("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(RunError, match="small"):
        run_report(load_report(path))
    assert not (path.parent.parent / "outputs" / "small").exists()


def test_parameters_reach_the_notebook_which_finds_its_project_from_a_folder_of_its_own(small, tmp_path):
    seen = tmp_path / "seen.txt"
    path = small(
        "import pathlib\nfrom arwap_analysis.project import find_project\n"
        f"pathlib.Path({str(seen)!r}).write_text(f'{{word}}\\n{{find_project()}}\\n{{pathlib.Path.cwd()}}')\n"
        "pathlib.Path('stray.txt').write_text(word)",
        '{word: "gŵydd"}',
    )
    result = run_report(load_report(path))
    word, project, folder = seen.read_text(encoding="utf-8").splitlines()
    assert (word, project) == ("gŵydd", str(path.parents[1]))
    assert not folder.startswith(str(path.parents[1]))
    assert result.left_behind == ("stray.txt",)
    assert not list(path.parents[1].rglob("stray.txt"))


def test_outputs_that_cannot_be_written_are_one_clear_line(small, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ParameterError, match="cannot be written"):
        run_report(load_report(small("1")), out=tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write everywhere")
def test_a_read_only_outputs_folder_is_one_clear_line(small, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(ParameterError, match="cannot be written"):
        run_report(load_report(small("1")), out=tmp_path / "locked")


def test_two_runs_of_one_report_never_write_together(small):
    path = small("import time; time.sleep(6)")
    first = threading.Thread(target=run_report, args=(load_report(path),))
    first.start()
    lock = path.parent.parent / "outputs" / ".small.lock"
    while not lock.exists():
        time.sleep(0.05)
    time.sleep(0.5)
    with pytest.raises(RunError, match="another run"):
        run_report(load_report(path))
    first.join()
    assert (path.parent.parent / "outputs" / "small" / "report.html").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_the_earlier_report_no_half_output_and_no_kernel(small, number):
    run_report(load_report(small("print(word)")))
    path = small(
        "import os, time\nfrom arwap_analysis.project import find_project\n"
        "(find_project() / 'pid').write_text(str(os.getpid())); time.sleep(60)"
    )
    outputs = path.parent.parent / "outputs"
    before = (outputs / "small" / "report.html").read_bytes()
    command = [sys.executable, "-c", "from arwap_analysis.cli import main; main()", "run", str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    pid_file = path.parent.parent / "pid"
    deadline = time.monotonic() + 60
    while not pid_file.exists() or not pid_file.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(number)
    _, text = process.communicate(timeout=60)
    assert process.returncode == EXIT_INTERRUPTED, text
    assert (outputs / "small" / "report.html").read_bytes() == before
    assert sorted(p.name for p in outputs.iterdir() if p.is_dir()) == ["small"]
    kernel = int(pid_file.read_text())
    deadline = time.monotonic() + 20
    while _alive(kernel):
        assert time.monotonic() < deadline, "the kernel outlived its run"
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
            return stat.read().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_run_killed_between_two_renames_is_mended_by_the_next(small):
    path = small("print(word)")
    result = run_report(load_report(path))
    previous = result.folder.with_name(".small.previous")
    result.folder.rename(previous)
    (result.folder.parent / ".small.half").mkdir()
    with pytest.raises(RunError):
        run_report(load_report(small("1/0")))
    assert result.page.exists()
    assert not previous.exists()
    assert not (result.folder.parent / ".small.half").exists()


def test_two_threads_never_load_modules_that_need_each_other():
    """The page's converter loads in a thread of its own: jupyter_client was once found half loaded beside it."""
    code = (
        "import sys\n"
        "from arwap_analysis.run import execute\n"
        "needed = {'papermill', 'nbclient', 'jupyter_client', 'arwap_analysis.run.engine'}\n"
        "assert not needed & set(sys.modules)\n"
        "def half():\n"
        "    specs = [getattr(module, '__spec__', None) for module in list(sys.modules.values())]\n"
        "    return [spec.name for spec in specs if getattr(spec, '_initializing', False)]\n"
        "execute.prepare_page = lambda: print(sorted(needed - set(sys.modules)), half())\n"
        "execute._load_pages().join()\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[] []\n"
