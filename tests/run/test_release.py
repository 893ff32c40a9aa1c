"""Reports on data that are not open: what of them leaves, what stays, and when nothing leaves at all."""

import base64
import json
import os
import re
import shutil
import stat
import zipfile

import nbformat
import pytest
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.errors import EXIT_FAILED, RunError
from arwap_analysis.run import load_report, run_report
from arwap_analysis.run.batch import plan_jobs, run_batch
from arwap_analysis.run.batch.index import write_index
from arwap_analysis.run.freshness import digests, may_be_released, why_stale
from arwap_analysis.run.varying import stable_content
from arwap_analysis.run.verify import verify_output
from tests.conftest import ROOT
from tests.review.restricted import COUNTS, write_restricted

pytestmark = pytest.mark.slow

# The true counts are other than small whole numbers where nothing else in a page is: a rule of under 1,000 hides them.
# In the twin one of the two is no small one.
TRUE = (613, 687)
BIG = {year: tuple(17 * count + 1009 for count in counts) for year, counts in COUNTS.items()}
BIG["2020"] = (*BIG["2020"][:2], TRUE[0], BIG["2020"][3], TRUE[1], BIG["2020"][5])
TWIN = {**BIG, "2020": (*BIG["2020"][:2], TRUE[0] - 50, BIG["2020"][3], TRUE[1] + 50, BIG["2020"][5])}
RULE = "{policy: {threshold: 700}}"


def make_project(folder, counts=BIG, **options):
    for name in ("notebooks", "params", "data"):
        shutil.copytree(ROOT / name, folder / name)
    return write_restricted(folder, counts=counts, disclosure=RULE, **options)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Render the restricted report, and its twin, of which only hidden counts are others."""
    found = []
    for name, counts in (("un", BIG), ("dau", TWIN)):
        params = make_project(tmp_path_factory.mktemp(name) / "prosiect", counts)
        found.append((load_report(params), run_report(load_report(params), release=True)))
    return found


def files(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def test_nothing_that_is_published_depends_on_what_is_hidden(made):
    (_, first), (_, second) = made
    ours, theirs = files(first.folder), files(second.folder)
    assert ours.keys() == theirs.keys()
    digest_of_data = re.compile(rb'"sha256": "[0-9a-f]{64}"')
    for name in ours:
        a, b = stable_content(ours[name]), stable_content(theirs[name])
        if name in ("manifest.json", "ro-crate-metadata.json"):  # these name the files that went in, by a key
            a, b = digest_of_data.sub(b"", a), digest_of_data.sub(b"", b)
        assert a == b, name


def readable_parts(path):
    """Yield every text in a file: what is packed or encoded in it as well."""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode(errors="replace") for name in archive.namelist())
        return
    text = content.decode(errors="replace")
    yield text
    for packed in re.findall(r"base64,([A-Za-z0-9+/=]{16,})", text):
        yield base64.b64decode(packed).decode(errors="replace")


def test_no_byte_of_what_is_published_says_a_true_count_or_what_follows_from_it(made):
    report, result = made[0]
    people = {"Black": 28_000, "Other": 26_000}
    rates = [1000 * count / n for count, n in zip(TRUE, people.values(), strict=True)]
    numbers = [str(count) for count in TRUE] + [f"{rate:.3f}" for rate in rates]
    hunted = re.compile(r"(?<![\w.,])(" + "|".join(map(re.escape, numbers)) + r")(?:\.0)?(?![\w]|[.,]\d)")
    for name, path in files(result.folder).items():
        for text in readable_parts(path):
            # Coordinates of drawings are no figures; the twin above shows that they do not depend on any.
            text = re.sub(r'(?: d| points| transform| viewBox|x|y|width|height|x1|x2|y1|y2)=\\?"[^"]*"', "", text)
            assert not hunted.search(text), (name, hunted.search(text))
    private = result.private.read_text(encoding="utf-8")
    assert "restricted.yml" in private
    true = (report.project / "data" / "cyfrif.csv").read_text()
    assert all(f",{count}\n" in true for count in TRUE), "the hunt is for what is really there"


def test_the_digest_of_hidden_counts_is_made_with_a_key_that_stays(made):
    report, result = made[0]
    manifest = json.loads((result.folder / "manifest.json").read_text())
    entry = next(entry for entry in manifest["inputs"] if entry["path"] == "data/cyfrif.csv")
    true = next(file.sha256 for file in report.inputs if file.path.name == "cyfrif.csv")
    assert entry["keyed"]
    assert entry["sha256"] != true
    for path in files(result.folder).values():
        assert true.encode() not in path.read_bytes()
    assert manifest["disclosure"]["safe"]
    assert manifest["disclosure"]["hidden"] >= 2
    # The key lets the same machine see that nothing has changed, and that something has.
    assert why_stale(report, result.folder, digests()) is None
    assert verify_output(result.folder).is_same
    data = report.project / "data" / "cyfrif.csv"
    before = data.read_text()
    data.write_text(before.replace("2023,White", "2023,White ", 1).replace("White ,", "White,"), encoding="utf-8")
    assert why_stale(report, result.folder, digests()) is None
    data.write_text(before + "\n", encoding="utf-8")
    assert why_stale(report, result.folder, digests()) == "the input data/cyfrif.csv has changed"
    data.write_text(before, encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permissions of this kind")
def test_the_notebook_as_it_came_from_the_kernel_is_for_this_user_alone(made):
    report, result = made[0]
    assert result.private.is_relative_to(report.project / ".arwap")
    for path in (result.private, *[p for p in result.private.parents if p.is_relative_to(report.project / ".arwap")]):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE((report.project / ".arwap" / "key").stat().st_mode) == 0o600
    assert (report.project / ".arwap" / ".gitignore").read_text() == "*\n"


def add_cell(project, source, name="leaky"):
    notebook = nbformat.read(project / "notebooks" / "evidence_review.ipynb", as_version=4)
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["no-words"]})
    notebook.cells.append(cell)
    nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")


READ = "import pandas as pd; from arwap_analysis.project import find_project\n"
READ += "true = pd.read_csv(find_project() / 'data' / 'cyfrif.csv')\n"


def test_what_somebody_prints_beside_the_exhibits_stays_in_the_private_notebook(tmp_path):
    project = tmp_path / "prosiect"
    params = make_project(project, notebook="leaky")
    add_cell(project, READ + "print('printed', *true['count'])\ntrue")
    result = run_report(load_report(params), release=True)
    assert str(TRUE[0]) in result.private.read_text(encoding="utf-8")
    for name in ("report.ipynb", "report.html", "report.cy.html", "data.csv"):
        text = (result.folder / name).read_text(encoding="utf-8")
        assert not re.search(rf"(?<![\d.]){TRUE[0]}(?![\d.])", text), name
    assert "withheld: only protected tables" in (result.folder / "report.ipynb").read_text(encoding="utf-8")


LEAK = (
    READ
    + """
from arwap_analysis.present.exhibit import Exhibit
from arwap_analysis.present.tables import Column
rates = findings.rates.copy()
rates.loc[rates["status"] == "suppressed", "numerator"] = 613.0
words = {"title": "x", "subtitle": "x", "caption": "x", "source": "x"}
shown = evidence.show(rates)
columns = (Column("group", "x"), Column("numerator", "x", "count"))
english = Exhibit(id="leak", table=shown, columns=columns, **words)
from arwap_analysis.present.exhibit import with_translations
with_translations(english, Exhibit(id="leak", table=shown, columns=columns, language="cy", **words))
"""
)


def test_a_report_that_gives_a_count_away_is_not_released_and_says_why(tmp_path):
    project = tmp_path / "prosiect"
    params = make_project(project, notebook="leaky")
    earlier = run_report(load_report(make_project_again(project)), release=True)
    add_cell(project, LEAK)
    write_restricted(project, counts=BIG, disclosure=RULE, notebook="leaky")
    answer = CliRunner().invoke(app, ["run", str(params), "--release", "--quiet"])
    assert answer.exit_code == EXIT_FAILED, answer.output
    with pytest.raises(RunError, match="it is not released: The tables of the report give hidden") as caught:
        run_report(load_report(params), release=True)
    assert caught.value.code == "not_released"
    assert "leak" not in str(caught.value), "which counts are small stands in the closed folder alone"
    failed = project / "outputs" / "restricted.failed"
    assert "table 'leak'" in (failed / "error.txt").read_text(encoding="utf-8")
    assert stat.S_IMODE(failed.stat().st_mode) & 0o077 == 0
    assert may_be_released(earlier.folder), "the earlier report stays"

    draft = run_report(load_report(params))
    assert not draft.audit.safe
    for page, words in (("report.html", "may not be published"), ("report.cy.html", "Ni chaniateir cyhoeddi")):
        assert words in (draft.folder / page).read_text(encoding="utf-8")
    assert not json.loads((draft.folder / "manifest.json").read_text())["disclosure"]["safe"]
    assert plan_jobs([params])[0].why == ""
    (job,) = plan_jobs([params], release=True)
    assert job.why == "it was not fit to be released"
    assert "--release" in job.command
    (failure,) = run_batch([job], workers=1).failed
    assert failure.code == "not_released"


WRONG = """
from arwap_analysis.present.exhibit import Exhibit, with_translations
from arwap_analysis.present.tables import Column
rates = findings.rates.assign(estimate=2 * findings.rates["estimate"], upper=2 * findings.rates["upper"])
words = {"title": "x", "subtitle": "x", "caption": "x", "source": "x"}
shown = evidence.show(rates)
columns = (Column("group", "x"), Column("estimate", "x", "rate"))
english = Exhibit(id="wrong", table=shown, columns=columns, **words)
with_translations(english, Exhibit(id="wrong", table=shown, columns=columns, language="cy", **words))
"""


def test_a_report_whose_figures_cannot_all_be_true_is_not_released(tmp_path):
    project = tmp_path / "prosiect"
    params = make_project(project, notebook="leaky")
    add_cell(project, WRONG)
    with pytest.raises(RunError, match="it is not released: Its figures cannot all be true") as caught:
        run_report(load_report(params), release=True)
    assert caught.value.code == "not_released"
    assert "wrong" in (project / "outputs" / "restricted.failed" / "error.txt").read_text(encoding="utf-8")
    draft = run_report(load_report(params))
    assert draft.audit.safe
    assert draft.doubts
    assert json.loads((draft.folder / "manifest.json").read_text())["doubts"] == list(draft.doubts)
    assert not may_be_released(draft.folder)


def test_the_notebook_beside_a_report_has_none_of_the_outputs_that_were_stored_in_it(tmp_path):
    project = tmp_path / "prosiect"
    params = make_project(project)
    template = project / "notebooks" / "evidence_review.ipynb"
    stored = nbformat.read(template, as_version=4)
    stored.cells[-1].outputs = [nbformat.v4.new_output("stream", text=f"Black 2020: {TRUE[0]} events")]
    stored.metadata["widgets"] = {"state": f"{TRUE[0]} events"}
    nbformat.write(stored, template)
    (project / "rule.yml").write_text("id: our_rule\nthreshold: 700\n", encoding="utf-8")
    write_restricted(project, counts=BIG, disclosure="{policy: rule.yml}")
    result = run_report(load_report(params), release=True)
    for path in files(result.folder).values():
        for text in readable_parts(path):
            assert f"{TRUE[0]} events" not in text, path
    assert any(cell.cell_type == "code" for cell in nbformat.read(result.folder / "notebook.ipynb", 4).cells)
    inputs = json.loads((result.folder / "manifest.json").read_text())["inputs"]
    assert {entry["path"] for entry in inputs if not entry.get("keyed")} == {"data/pobl.csv"}
    assert why_stale(load_report(params), result.folder, digests()) is None
    (project / "rule.yml").write_text("id: our_rule\nthreshold: 900\n", encoding="utf-8")
    assert why_stale(load_report(params), result.folder, digests()) == "the input rule.yml has changed"


def make_project_again(project):
    return write_restricted(project, counts=BIG, disclosure=RULE)


def test_the_words_of_an_error_stay_private_where_data_are_not_open(tmp_path):
    project = tmp_path / "prosiect"
    params = make_project(project, notebook="leaky")
    add_cell(project, READ + "raise ValueError(f'the counts are {list(true[\"count\"])}')")
    with pytest.raises(RunError, match=r"ValueError \(the data are not open") as caught:
        run_report(load_report(params))
    assert str(TRUE[0]) not in str(caught.value)
    failed = project / "outputs" / "restricted.failed"
    assert str(TRUE[0]) in (failed / "error.txt").read_text(encoding="utf-8")
    assert str(TRUE[0]) not in write_index(project / "outputs").read_text(encoding="utf-8")
    assert stat.S_IMODE(failed.stat().st_mode) & 0o077 == 0
