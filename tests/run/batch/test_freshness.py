"""What is up to date is left alone, and a change makes exactly the reports that depend on it again."""

import json
import os
import shutil

import pytest

from arwap_analysis.run import freshness, provenance
from arwap_analysis.run.batch import plan_jobs, run_batch

pytestmark = pytest.mark.slow


@pytest.fixture
def made(small_project):
    """Three reports, made: of file a, of file b, and of no file."""
    for name in ("a", "b"):
        (small_project.folder / "data" / f"{name}.csv").write_text("1\n", encoding="utf-8")
        small_project.add(name, "print(word)", reads=[f"data/{name}.csv"])
    small_project.add("c", "print(word)")
    result = run_batch(plan_jobs([small_project.folder / "params"]))
    assert not result.failed, result.failed
    return small_project


def reasons(project, **options):
    return {job.id: job.why for job in plan_jobs([project.folder / "params"], **options)}


def test_what_is_up_to_date_is_not_made_again_and_says_when_it_was(made):
    before = {path: os.stat(path).st_mtime_ns for path in made.out.rglob("*") if path.name != "batch.json"}  # noqa: PTH116
    assert reasons(made) == {"a": "", "b": "", "c": ""}
    result = run_batch(plan_jobs([made.folder / "params"]))
    assert {outcome.status for outcome in result.outcomes} == {"up_to_date"}
    assert result.kernels == "none was needed"
    after = {path: os.stat(path).st_mtime_ns for path in made.out.rglob("*") if path.name != "batch.json"}  # noqa: PTH116
    assert {p: t for p, t in after.items() if p.parent != made.out} == {
        p: t for p, t in before.items() if p.parent != made.out
    }


def test_a_changed_input_makes_exactly_its_reports_again_and_says_what_changed(made):
    (made.folder / "data" / "a.csv").write_text("2\n", encoding="utf-8")
    assert reasons(made) == {"a": "the input data/a.csv has changed", "b": "", "c": ""}
    made.add("a", "print(word, 2)", reads=["data/a.csv"])
    assert reasons(made)["a"] == "its notebook has changed"
    result = run_batch(plan_jobs([made.folder / "params"]))
    assert [outcome.status for outcome in result.outcomes] == ["made", "up_to_date", "up_to_date"]
    assert any("data/a.csv" in sentence for sentence in result.outcomes[0].changes)
    assert reasons(made) == {"a": "", "b": "", "c": ""}
    (made.folder / "data" / "b.csv").unlink()
    assert reasons(made)["b"] == "the input data/b.csv is gone"


def test_everything_a_figure_could_depend_on_makes_a_report_again(made, monkeypatch):
    assert reasons(made, overrides=["word=arall"])["c"] == "parameters have changed: word"
    assert reasons(made, force=True)["c"] == "it was asked for"
    assert reasons(made, out=made.folder / "elsewhere")["c"] == "it has not been made yet"
    (made.out / "c" / "data.csv").write_text("another\n", encoding="utf-8")
    assert reasons(made)["c"] == "its file data.csv is not what the run left"
    (made.out / "b" / "report.html").unlink()
    assert reasons(made)["b"] == "its file report.html is not what the run left"
    with monkeypatch.context() as patch:
        patch.setattr(freshness, "code_digest", lambda: "another")
        assert reasons(made)["a"] == "arwap_analysis has changed"
    with monkeypatch.context() as patch:
        patch.setattr(freshness, "package_versions", lambda: {**provenance.package_versions(), "numpy": "9"})
        assert reasons(made)["a"] == "packages have changed: numpy"
    with monkeypatch.context() as patch:
        patch.setattr(freshness.platform, "python_version", lambda: "9")
        assert reasons(made)["a"] == "Python has changed"
    (made.out / "a.failed").mkdir()
    assert reasons(made)["a"] == "it failed last time"


def test_a_notebook_that_does_not_say_what_it_reads_is_always_made(made):
    path = made.folder / "notebooks" / "c.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    del notebook["metadata"]["arwap"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    run_batch(plan_jobs([made.folder / "params"]))
    assert reasons(made)["c"] == "its notebook does not say what it reads"


def test_a_copy_of_a_file_of_the_package_comes_first_once_it_is_there(project):
    import arwap_analysis

    file = project / "params" / "homelessness.yml"
    assert not run_batch(plan_jobs([file])).failed
    assert plan_jobs([file])[0].why == ""
    own = next((project.__class__(arwap_analysis.__file__).parent / "sources").rglob("census_population.csv"))
    shutil.copy(own, project / "data")
    assert plan_jobs([file])[0].why == "the input data/census_population.csv is there now"
