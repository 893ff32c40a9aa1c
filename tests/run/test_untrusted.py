"""Text that would run, lead away or turn round, in every place a person can write, through a whole report."""

import csv
import json
import re
import zipfile

import pytest
import yaml

from arwap_analysis.run import load_report, new_review, run_report
from arwap_analysis.run.batch.index import write_index
from tests.browser import evaluate, open_page, requests_made
from tests.page_check import page_faults
from tests.run.test_new import CSV, fill_in

pytestmark = pytest.mark.slow

RUN = "window.ran = true"
HOSTILE = (
    f"=cmd|' /C calc'!A0 <script>{RUN}</script><img src=x onerror='{RUN}'>\" onmouseover=\"{RUN}\" "
    f"[press](javascript:{RUN}) ![see](http://picture.invalid/x.png) **loud** </title></main> {{0}} {{{{7*7}}}} "
    "\u202etxet"
)
# What a reader sees of it: all of it as text, and the control of direction by name.
SEEN = HOSTILE.replace("\u202e", "‹U+202E›")
SCRIPT = f"<script>{RUN}</script>"
BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Render a review of somebody's own table, every text of it hostile, and list it beside a hostile failure."""
    import shutil

    from tests.conftest import ROOT

    project = tmp_path_factory.mktemp("prosiect")
    for name in ("notebooks", "params", "data"):
        shutil.copytree(ROOT / name, project / name)
    data = project / "data" / "x.csv"
    data.write_text(CSV, encoding="utf-8")
    params, card = new_review("x", project=project, data=data)
    fill_in(params, card)
    _spoil(params, card, data)
    run_report(load_report(params))
    failed = project / "outputs" / "y.failed"
    failed.mkdir()
    (failed / "error.txt").write_text(f"cell [2] under '{HOSTILE}': ValueError: {HOSTILE}", encoding="utf-8")
    write_index(project / "outputs")
    return project / "outputs"


def _spoil(params, card, data):
    """Put the hostile text wherever a person writes text: parameters, card, labels of the data."""
    import hashlib

    with data.open(encoding="utf-8", newline="") as stream:
        rows = [[HOSTILE if cell == "Asian" else cell for cell in row] for row in csv.reader(stream)]
    with data.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    content = yaml.safe_load(card.read_text(encoding="utf-8"))
    content.update(title={"en": HOSTILE}, policy_area=HOSTILE, caveats=[HOSTILE])
    for part in ("numerator", "denominator"):
        content[part]["counts"] = HOSTILE
        source = content[part]["source"]
        source.update(title={"en": HOSTILE}, publisher=HOSTILE, licence=HOSTILE, caveats=[HOSTILE], collection=HOSTILE)
        source["sha256"] = hashlib.sha256(data.read_bytes()).hexdigest()
        source["groups"][HOSTILE] = source["groups"].pop("Asian")
        source["area"]["name"] = HOSTILE
    card.write_text(yaml.safe_dump(content), encoding="utf-8")
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["parameters"].update(title=HOSTILE, question=HOSTILE)
    params.write_text(yaml.safe_dump(content), encoding="utf-8")


def pages(outputs):
    return {"report": outputs / "x" / "report.html", "index": outputs / "index.html"}


@pytest.mark.parametrize("name", ["report", "index"])
def test_nothing_runs_nothing_is_fetched_and_the_text_is_there_to_read(outputs, name):
    page = pages(outputs)[name]
    with open_page(page) as tab:
        tab.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.ask("window.ran") is None
        assert tab.ask("performance.getEntriesByType('resource').length") == 0
        text = tab.ask("document.body.innerText.replace(/\\s+/g, ' ')")
        assert SEEN in text
        assert text.count(SCRIPT) > 1
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
        assert tab.ask("[...document.links].filter(a => !/^(file|#)/.test(a.href)).map(a => a.href)") == []
        assert tab.ask("document.querySelectorAll('img[src^=http], [onerror], [onmouseover], main script').length") == 0
        assert tab.ask("document.title").startswith(SEEN if name == "report" else "Reports")
    assert requests_made(page) == []
    if name == "report":
        assert page_faults(page.read_text(encoding="utf-8")) == []


def test_the_same_text_would_run_if_it_were_not_escaped(outputs, tmp_path):
    """Otherwise the test above could not fail."""
    page = tmp_path / "open.html"
    page.write_text(f"<body>{HOSTILE}</body>", encoding="utf-8")
    assert evaluate(page, "window.ran") is True


def test_the_pictures_hold_the_text_as_text(outputs):
    for picture in sorted((outputs / "x" / "figures").glob("*.svg")):
        assert SCRIPT not in picture.read_text(encoding="utf-8")
        assert "\u202e" not in picture.read_text(encoding="utf-8")
        with open_page(picture) as tab:
            assert tab.ask("window.ran") is None
            assert tab.ask("document.documentElement.tagName") == "svg"
            assert tab.ask("document.querySelectorAll('script').length") == 0


def test_what_the_notebook_shows_is_harmless_even_where_no_policy_forbids_scripts(outputs, tmp_path):
    cells = json.loads((outputs / "x" / "report.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [output["data"] for cell in cells for output in cell.get("outputs", ()) if "data" in output]
    html = "".join("".join(data.get("text/html", "")) for data in shown)
    page = tmp_path / "outputs.html"
    page.write_text(f"<meta charset=utf-8><body>{html}</body>", encoding="utf-8")
    with open_page(page) as tab:
        tab.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.ask("window.ran") is None
        assert SEEN in tab.ask("document.body.innerText.replace(/\\s+/g, ' ')")
    assert requests_made(page) == []
    assert not set(json.dumps(shown, ensure_ascii=False)) & set("\u202e\u2066")


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(outputs):
    with zipfile.ZipFile(outputs / "x" / "tables.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    text = "".join(parts.values())
    assert not re.search(r"<f[ >]|calculatedColumnFormula|TargetMode=\"External\"|<definedName[^>]*>[^<]*cmd", text)
    assert "\u202e" not in text
    assert SEEN.replace("<", "&lt;").replace(">", "&gt;") in parts["xl/sharedStrings.xml"]


def test_no_text_of_the_csv_is_a_formula_and_every_number_is_untouched(outputs):
    path = outputs / "x" / "data.csv"
    assert "\u202e" not in path.read_text(encoding="utf-8")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    cells = [cell for row in rows for cell in row if cell]
    suspects = [cell for cell in cells if cell.startswith(BEGIN_FORMULAS)]
    assert all(float(cell) < 0 for cell in suspects)
    assert any(cell == f"'{SEEN}" for cell in cells)
