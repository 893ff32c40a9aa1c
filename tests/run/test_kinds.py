"""Each kind of report at hand renders whole in both languages; each starts a kernel, so all are slow."""

import csv

import pytest
from bs4 import BeautifulSoup

from arwap_analysis.run import load_report, run_report
from tests.page_check import page_faults

pytestmark = pytest.mark.slow

REPORTS = {
    "names_in_hiring": (12, {"evidence", "forest", "pooled", "subgroups", "leave_one_out", "small_sources"}),
    "workforce_wales": (10, {"representation"}),
    "workforce_examples": (10, {"representation", "pipeline", "pay_gap", "pay_quarters"}),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_renders_whole_in_both_languages(project, name):
    sections, exhibits = REPORTS[name]
    folder = run_report(load_report(project / "params" / f"{name}.yml")).folder
    for page in ("report.html", "report.cy.html"):
        text = (folder / page).read_text(encoding="utf-8")
        assert list(page_faults(text)) == []
        found = BeautifulSoup(text, "html.parser")
        assert {figure["id"].removeprefix("exhibit-") for figure in found.select("figure.exhibit")} == exhibits
        shown = found.select("figure.exhibit, ul.main-points, ul.cautions, ul.methods, ol.sources, blockquote.question")
        assert len(shown) == sections
    with (folder / "data.csv").open(encoding="utf-8") as file:
        assert {row["exhibit"] for row in csv.DictReader(file)} == exhibits
