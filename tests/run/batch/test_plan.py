"""What a batch sets out to do; nothing here starts a kernel."""

import json

import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.run import load_report, spec
from arwap_analysis.run.batch import plan_jobs

MATRIX = """
parameters: {word: "gair {word}"}
matrix:
  word: [un, 2011-12]
"""


def test_files_folders_and_patterns_become_one_job_for_each_report(small_project):
    for name in ("a", "b", "c"):
        small_project.add(name, "1")
    params = small_project.folder / "params"
    for paths in ([params], [str(params / "*.yml")], [params / "a.yml", params / "*.yml"]):
        assert [job.id for job in plan_jobs(paths)] == ["a", "b", "c"]
        assert {job.out for job in plan_jobs(paths)} == {small_project.out}


def test_a_path_that_leads_nowhere_is_refused_with_its_like(small_project):
    small_project.add("adroddiad", "1")
    with pytest.raises(ParameterError, match=r"Did you mean 'adroddiad\.yml'"):
        plan_jobs([small_project.folder / "params" / "adrodiad.yml"])
    with pytest.raises(ParameterError, match="no file matches"):
        plan_jobs([small_project.folder / "params" / "*.json"])


def test_a_file_that_cannot_be_used_fails_by_name_and_the_others_are_planned(small_project):
    small_project.add("good", "1")
    (small_project.folder / "params" / "bad.yml").write_text("id: [\n", encoding="utf-8")
    (small_project.folder / "params" / "typo.yml").write_text("id: typo\nnotebok: good\n", encoding="utf-8")
    jobs = {job.id: job for job in plan_jobs([small_project.folder / "params"])}
    assert set(jobs) == {"good", "bad.yml", "typo.yml"}
    assert jobs["good"].fault is None
    assert "not YAML" in str(jobs["bad.yml"].fault)
    assert "Did you mean 'notebook'" in str(jobs["typo.yml"].fault)


def test_two_reports_in_one_folder_are_refused(small_project):
    small_project.add("a", "1")
    (small_project.folder / "params" / "b.yml").write_text("id: a\nnotebook: a\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="two reports would be written into the folder 'a'"):
        plan_jobs([small_project.folder / "params"])


def test_a_matrix_is_a_report_for_each_combination(small_project):
    file = small_project.add("many", "1", text=MATRIX)
    jobs = plan_jobs([file])
    assert [job.id for job in jobs] == ["many_un", "many_2011_12"]
    report = load_report(file, overrides=jobs[1].overrides)
    assert report.id == "many_2011_12"
    assert report.parameters["word"] == "2011-12"
    assert "--set word=2011-12" in jobs[1].command


def test_the_value_of_a_matrix_is_filled_in_where_texts_name_it(small_project):
    text = "parameters: {word: '{other} {number}'}\nmatrix: {number: [1]}\n"
    file = small_project.add("many", "1", text=text)
    path = small_project.folder / "notebooks" / "many.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# a word", "# a word\\nnumber: int = 0  # a number"))
    report = load_report(file, overrides=plan_jobs([file])[0].overrides)
    assert (report.id, report.parameters["word"], report.parameters["number"]) == ("many_1", "{other} 1", 1)
    file.write_text(file.read_text().replace("id: many", "id: n_{number}_of_many"))
    assert [job.id for job in plan_jobs([file])] == ["n_1_of_many"]


def test_a_file_of_many_reports_and_its_notebook_are_each_read_once(small_project, monkeypatch):
    # Read for each report, a matrix of hundreds would take the square of its length.
    read = []
    for name in ("read_document", "notebook_parameters"):
        real = getattr(spec, name)
        monkeypatch.setattr(spec, name, lambda path, real=real: read.append(path.suffix) or real(path))
    file = small_project.add("many", "1", text="matrix:\n  word: [a, b, c, d]\n")
    assert len(plan_jobs([file])) == 4
    assert sorted(read) == [".ipynb", ".yml"]


def test_an_override_of_a_key_of_the_matrix_holds_for_all(small_project):
    text = "matrix: {word: [un, dau], number: [1, 2]}\n"
    file = small_project.add("many", "1", text=text)
    path = small_project.folder / "notebooks" / "many.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# a word", "# a word\\nnumber: int = 0  # a number"))
    assert [job.id for job in plan_jobs([file], overrides=["word=tri"])] == ["many_tri_1", "many_tri_2"]


@pytest.mark.parametrize(("pair", "message"), [("wrod=x", "Did you mean 'word'"), ("word", "takes key=value")])
def test_an_override_that_cannot_be_used_is_bad_input_and_no_failure_of_each_report(small_project, pair, message):
    file = small_project.add("a", "1")
    with pytest.raises(ParameterError, match=message):
        plan_jobs([file], overrides=[pair])


def test_reports_cannot_be_written_into_a_file(small_project):
    file = small_project.add("a", "1")
    with pytest.raises(ParameterError, match="this is not a folder"):
        plan_jobs([file], out=file)


def test_one_report_of_a_matrix_has_to_be_chosen(small_project):
    file = small_project.add("many", "1", text=MATRIX)
    with pytest.raises(ParameterError, match=r"stands for 2 reports.*arwap batch.*--set word=un"):
        load_report(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("matrix: {wrod: [a]}", "Did you mean 'word'"),
        ("matrix: {word: []}", "cannot be used"),
        ("matrix: {word: {a: 1}}", "cannot be used"),
    ],
)
def test_a_matrix_that_cannot_be_used_is_named_with_its_place(small_project, text, message):
    (job,) = plan_jobs([small_project.add("many", "1", text=text)])
    assert message in str(job.fault)


def test_a_value_that_cannot_name_a_folder_is_refused(small_project):
    file = small_project.add("many", "1", text="matrix: {word: ['ŵ/../x', '日本']}")
    jobs = plan_jobs([file])
    assert jobs[0].id == "many_w_x"
    assert "cannot be used" not in str(jobs[1].fault)
    file.write_text(file.read_text().replace("id: many", "id: '{word}'"))
    assert "lower case letters" in str(plan_jobs([file])[1].fault)


def test_a_report_that_was_never_made_says_so(small_project):
    file = small_project.add("a", "1")
    assert plan_jobs([file])[0].why == "it has not been made yet"


def test_a_manifest_that_cannot_be_read_means_made_again(small_project):
    file = small_project.add("a", "1")
    manifest = small_project.earlier("a").with_name("manifest.json")
    manifest.write_text("{", encoding="utf-8")
    assert "cannot be read" in plan_jobs([file])[0].why
    manifest.write_text(json.dumps({"review": "a"}), encoding="utf-8")
    assert "earlier version" in plan_jobs([file])[0].why
