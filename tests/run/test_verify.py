"""A report is run again from its manifest and every figure compared; the slow ones start kernels."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.errors import ParameterError
from arwap_analysis.run import compare_outputs, load_report, new_review, run_report, verify_output
from arwap_analysis.run.varying import VARYING, stable_content
from tests.conftest import ROOT
from tests.run.outputs import gap, write_output
from tests.run.test_crate import check_crate
from tests.run.test_new import CSV, fill_in


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Render the example of the README once, in a project of its own."""
    project = tmp_path_factory.mktemp("prosiect ŵ")
    for name in ("notebooks", "params", "data"):
        shutil.copytree(ROOT / name, project / name)
    return project, run_report(load_report(project / "params" / "homelessness.yml")).folder


@pytest.fixture
def copied(example, tmp_path):
    """Return a copy of the example and of its project, to be damaged."""
    shutil.copytree(example[0], tmp_path / "copy")
    return tmp_path / "copy", tmp_path / "copy" / "outputs" / "homelessness"


def test_a_manifest_that_cannot_be_read_is_a_fault(tmp_path):
    with pytest.raises(ParameterError, match="no report with a manifest"):
        verify_output(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ParameterError, match="cannot be read"):
        verify_output(tmp_path)
    (tmp_path / "manifest.json").write_text('{"review": "x"}')
    with pytest.raises(ParameterError, match="does not say 'parameters'"):
        verify_output(tmp_path)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "figures/../../secret"])
def test_a_manifest_cannot_point_outside_its_folder(tmp_path, path):
    folder = write_output(tmp_path / "a", [gap()])
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["outputs"].append({"path": path, "sha256": "0" * 64, "bytes": 1})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ParameterError, match="outside the folder"):
        verify_output(folder)


def test_a_report_that_cannot_be_run_again_is_not_verified_and_its_damage_is_named(project):
    folder = write_output(project / "outputs" / "made_up", [gap()])
    (folder / "data.csv").write_text("exhibit\n")
    (folder / "figures" / "gap.svg").unlink()
    (folder / "note.txt").write_text("mine")
    found = verify_output(folder)
    assert not found.is_same
    assert "there is no such notebook" in found.failure
    assert [damage.path for damage in found.damaged] == ["data.csv", "figures/gap.svg"]
    assert {(cause.name, cause.after) for cause in found.changed_inputs} == {
        ("data/ŵyn a b.csv", None),
        ("data/own.yml", None),
        ("notebooks/made_up.ipynb", None),
    }
    assert "does not know the file note.txt" in " ".join(found.notes)
    assert "2 recorded files are damaged" in found.summary()
    assert "could not be run again" in found.summary()
    result = CliRunner().invoke(app, ["verify", str(folder)])
    assert result.exit_code == 1
    assert "there is no such notebook" in result.output


@pytest.mark.slow
def test_a_report_is_verified_and_its_folder_is_left_as_it_was(example):
    project, folder = example
    before = contents(folder)
    found = verify_output(folder)
    assert found.is_same, found
    assert found.compared > 2000
    assert (found.causes, found.notes) == ((), ())
    assert contents(folder) == before
    assert sorted(path.name for path in (project / "outputs").iterdir() if path.is_dir()) == ["homelessness"]


@pytest.mark.slow
def test_every_figure_sentence_and_picture_that_was_tampered_with_is_listed(copied):
    project, folder = copied
    with (folder / "data.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    row = next(r for r in rows if r["exhibit"] == "gap" and r["group"] == "black")
    true, row["estimate"] = row["estimate"], "3.2"
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(r for r in rows if (r["exhibit"], r["group"], r["period"]) != ("data", "mixed", "2008-09"))
    notebook = (folder / "report.ipynb").read_text(encoding="utf-8")
    said = "7.0 times the rate for White people, 4.1 per 1,000."
    assert said in notebook
    (folder / "report.ipynb").write_text(notebook.replace(said, "no more than for others."), encoding="utf-8")
    (folder / "figures" / "rates.svg").write_text("<svg/>")
    params = project / "params" / "homelessness.yml"
    params.write_text(params.read_text(encoding="utf-8").replace("0.95", "0.9"), encoding="utf-8")
    result = CliRunner().invoke(app, ["verify", "--json", str(folder)])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    (cell,) = found["cells"]
    assert (cell["column"], cell["before"], cell["after"]) == ("estimate", "3.2", true)
    assert cell["relative"] == pytest.approx((float(true) - 3.2) / float(true))
    assert [dict(row["key"])["group"] for row in found["rows"]] == ["mixed"]
    (sentence,) = found["sentences"]
    assert (sentence["place"], sentence["before"][-24:]) == ("main_points", "no more than for others.")
    assert found["files"] == ["figures/rates.svg"]
    assert [damage["path"] for damage in found["damaged"]] == ["data.csv", "figures/rates.svg", "report.ipynb"]
    assert "now says otherwise for confidence" in found["notes"][0]


@pytest.mark.slow
def test_a_damaged_notebook_is_named_and_the_rest_is_still_compared(copied):
    _, folder = copied
    (folder / "report.ipynb").write_bytes(b"\xff{")
    found = verify_output(folder)
    assert [damage.path for damage in found.damaged] == ["report.ipynb"]
    assert (found.cells, found.files, found.failure) == ((), (), None)
    assert found.compared > 2000
    assert not found.is_same


@pytest.mark.slow
def test_changed_data_are_named_and_what_they_change_is_listed(project):
    data = project / "data" / "x.csv"
    data.write_text(CSV, encoding="utf-8")
    files = new_review("x", project=project, data=data)
    fill_in(*files)
    folder = run_report(load_report(files[0])).folder
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    data.write_text(CSV.replace("Black,2021-22,18", "Black,2021-22,28"), encoding="utf-8")
    refused = verify_output(folder)  # the card still pins the old file
    assert "SHA-256" in refused.failure
    assert [(cause.kind, cause.name) for cause in refused.changed_inputs] == [("input", "data/x.csv")]
    card = files[1].read_text(encoding="utf-8")
    files[1].write_text(card.replace(digest, hashlib.sha256(data.read_bytes()).hexdigest()), encoding="utf-8")
    found = verify_output(folder)
    assert [(cause.kind, cause.name) for cause in found.changed_inputs] == [
        ("input", "data/x.csv"),
        ("input", "data/x.yml"),
    ]
    assert (found.damaged, found.failure) == ((), None)
    assert {cell.after for cell in found.cells if cell.column == "numerator"} == {"28.0"}
    assert found.sentences
    assert "2 inputs have changed" in found.summary()
    after = run_report(load_report(files[0]), out=project / "later").folder
    told = compare_outputs(folder, after).sentences()
    assert told[0].startswith("The input data/x.csv changed")
    assert any(sentence.startswith("Rate ratio, Black compared with White, 2021-22: 3.3 to 5.1") for sentence in told)
    assert "Count, Black, 2021-22: 18 to 28." in told


@pytest.mark.slow
def test_two_runs_are_the_same_to_the_byte_but_for_what_the_manifest_names(example, tmp_path):
    """Run again from another folder, with other hashes, in another year; only listed fields may differ."""
    project, folder = example
    params = os.path.relpath(project / "params" / "homelessness.yml", tmp_path)
    command = [sys.executable, "-c", "from arwap_analysis.cli import main; main()", "run", "-q", "--out", "again"]
    again = subprocess.run(
        [*command, params],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "86400", "LC_ALL": "C", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    first, second = contents(folder), contents(tmp_path / "again" / "homelessness")
    assert first.keys() == second.keys()
    differing = {name for name in first if first[name] != second[name]}
    assert differing == set(json.loads(first["manifest.json"])["varies_between_runs"])
    assert differing == set(VARYING) - {"report.en.html", "tables.en.xlsx"}
    for name in first:
        assert stable_content(folder / name) == stable_content(tmp_path / "again" / "homelessness" / name), name


@pytest.mark.slow
def test_the_crate_of_the_example_holds_and_nothing_names_the_machine(example):
    project, folder = example
    entities = check_crate(folder)
    assert any("Welsh Government" in entity["name"] for entity in entities.values() if "name" in entity)
    for name, content in contents(folder).items():
        assert str(project).encode() not in content, name
        assert project.name.encode() not in content, name
