"""Each kind of report from its parameters file to its pages, with everything that a run leaves."""

import csv
import json
import shutil

import pytest
from bs4 import BeautifulSoup

from arwap_analysis.run import load_report, run_report
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

KINDS = {
    "cholesterol": (("survey", "estimates", "gaps", "quality"), "nhanes_cholesterol_2009_2010.csv"),
    "searches": (("groups", "covariates", "ratios", "differences", "confounding", "crossings"),
                 "minneapolis_stops_2017.csv"),
}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def made(request, tmp_path_factory):
    """Return a report's id and its output folder."""
    folder = tmp_path_factory.mktemp("prosiect")
    for name in ("notebooks", "params", "data"):
        shutil.copytree(ROOT / name, folder / name)
    return request.param, run_report(load_report(folder / "params" / f"{request.param}.yml")).folder


def test_both_pages_hold_every_exhibit_and_no_failure(made):
    id, folder = made
    for name in ("report.html", "report.cy.html"):
        page = BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")
        assert {figure["id"] for figure in page.find_all("figure")} == {f"exhibit-{e}" for e in KINDS[id][0]}
        assert all(image["alt"] for image in page.find_all("img"))
        assert "failed" not in page.text
        assert "nan" not in page.text.split()


def test_the_data_hold_what_the_exhibits_show(made):
    id, folder = made
    with (folder / "data.csv").open(encoding="utf-8") as stream:
        exhibits = {row["exhibit"] for row in csv.DictReader(stream)}
    assert exhibits == set(KINDS[id][0])


def test_the_manifest_names_the_card_and_the_data_with_their_licence(made):
    id, folder = made
    inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    named = {entry["path"].rpartition("/")[2]: entry for entry in inputs}
    assert KINDS[id][1] in named
    assert "licence" in json.dumps(named[KINDS[id][1]])
