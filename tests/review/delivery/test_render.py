"""The shipped delivery report from parameters to pages."""

import json

import pytest
from bs4 import BeautifulSoup

from arwap_analysis.run import load_report, run_report
from tests.welsh import english_in


@pytest.mark.slow
def test_the_shipped_report_has_its_pages_tables_and_data_in_both_languages(project):
    folder = run_report(load_report(project / "params" / "delivery_report.yml")).folder
    names = {path.name for path in folder.iterdir()}
    assert {"report.html", "report.cy.html", "tables.xlsx", "tables.cy.xlsx", "data.csv", "manifest.json"} <= names
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Overdue on 24 November 2026: 6 of 6 actions" in page
    assert "No updates are recorded" in page
    welsh = BeautifulSoup((folder / "report.cy.html").read_text(encoding="utf-8"), "html.parser").body
    for cell in welsh.find_all(lang="en"):
        cell.decompose()
    words = welsh.text.replace("delivery_report", "").replace("data/plan_register.csv", "")
    assert english_in(words) <= {"english", "report", "manifest", "data", "json", "list", "tables"}
    inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert "plan_register.csv" in str(inputs)
    assert "Open Government Licence v3.0" in str(inputs)
