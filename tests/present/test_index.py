"""The page that lists reports, as text: complete without script, safe whatever the data hold."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from arwap_analysis.present.index import Failure, ReportIndex, ReportRow, render_index
from tests.page_check import page_faults

NOON = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
MADE = ReportRow(
    "homelessness",
    "Homelessness help in Wales",
    "made",
    made=NOON,
    page="homelessness/report.html",
    files=("homelessness/data.csv", "homelessness/manifest.json"),
    why="its notebook has changed",
    changes=("the ratio for Black people went from 3.4 to 3.5",),
)
FAILED = ReportRow(
    "accepted",
    "Households accepted",
    "failed",
    made=NOON - timedelta(days=28),
    page="accepted/report.html",
    failure=Failure(
        "ValueError: no",
        cell="cell [3] under 'Rates'",
        code="cell_failed",
        when=NOON,
        command="arwap run params/accepted.yml --set area=W06000001",
        notebook="accepted.failed/report.ipynb",
        error="accepted.failed/error.txt",
    ),
)
STOPPED = ReportRow("later", "Later", "not_run", failure=Failure("the batch was stopped before", when=NOON))


def soup(*rows, **options):
    return BeautifulSoup(render_index(ReportIndex(rows, **options)), "html.parser")


def cells(page, id):
    """Return the words of the row of a report, cell by cell."""
    (row,) = [row for row in page.select("tbody tr") if id in row.th.text]
    return [" ".join(cell.text.split()) for cell in row.find_all(["th", "td"])]


def test_the_page_passes_the_checks_and_its_one_script_is_the_one_that_the_policy_names():
    html = render_index(ReportIndex((FAILED, STOPPED, MADE), NOON, NOON, 2, "forked from a warm process"))
    assert page_faults(html) == ["runs or fetches: <script>"]
    page = BeautifulSoup(html, "html.parser")
    (script,) = page.find_all("script")
    assert script.attrs == {}
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2]


def test_a_report_is_listed_with_status_date_reason_changes_and_links():
    page = soup(MADE)
    assert cells(page, "homelessness") == [
        "Homelessness help in Wales homelessness",
        "Made",
        "1 March 2026, 12:05",
        "Why it was made: its notebook has changed. Changed since the run before: "
        "the ratio for Black people went from 3.4 to 3.5",
        "data.csv, homelessness manifest.json, homelessness",
    ]
    links = [a["href"] for a in page.select("tbody a")]
    assert links == ["./homelessness/report.html", "./homelessness/data.csv", "./homelessness/manifest.json"]
    assert page.time["datetime"] == "2026-03-01T12:05:00+00:00"


def test_a_failure_says_where_what_and_how_to_go_on_and_that_the_earlier_report_stands():
    page = soup(FAILED)
    story = cells(page, "accepted")[3]
    assert story == (
        "In cell [3] under 'Rates': ValueError: no Reason code: cell_failed To render it alone: "
        "arwap run params/accepted.yml --set area=W06000001 The earlier report, of 1 February 2026, still stands."
    )
    links = {a["href"] for a in page.select("tbody a")}
    assert {"./accepted/report.html", "./accepted.failed/report.ipynb", "./accepted.failed/error.txt"} <= links


@pytest.mark.parametrize(
    ("changes", "first", "recorded", "words"),
    [
        (None, True, True, "This was its first run."),
        ((), False, True, "Nothing changed since the run before."),
        (None, False, True, ""),
        (None, False, False, "Made outside a batch: why, and what changed, was not recorded."),
    ],
)
def test_what_is_known_of_changes_is_told_and_no_more(changes, first, recorded, words):
    row = ReportRow("a", "a", "made", changes=changes, first=first, recorded=recorded)
    assert cells(soup(row), "a")[3] == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "There is no report yet."),
        ((MADE,), "The one report is made."),
        ((FAILED,), "The one report failed."),
        ((STOPPED,), "The one report was not run, because the batch was stopped."),
        ((MADE, MADE), "All 2 reports are made."),
        ((MADE, FAILED), "1 of 2 reports failed."),
        ((MADE, FAILED, STOPPED), "1 of 3 reports failed. Not run, because the batch was stopped: 1 of 3."),
    ],
)
def test_the_summary_counts_reports_and_failures(rows, words):
    assert soup(*rows).select_one(".summary").text == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 March 2026, 12:05 to 13:05"), (14, "1 March 2026, 12:05, to 2 March 2026, 02:05")],
)
def test_the_last_batch_is_named_with_its_kernels(hours, words):
    page = soup(MADE, started=NOON, finished=NOON + timedelta(hours=hours), workers=2, kernels="forked")
    assert [dd.text for dd in page.select("dl.facts dd")] == [words, "2", "forked"]
    assert not soup(MADE).select("dl.facts")


def test_the_status_is_a_word_and_the_search_is_hidden_without_script():
    page = soup(MADE, FAILED, STOPPED, ReportRow("d", "d", "up_to_date"))
    assert [s.text for s in page.select("td .status")] == ["Made", "Failed", "Not run", "Up to date"]
    assert page.find(id="tools").has_attr("hidden")
    assert not page.select("tbody tr[hidden]")
    options = [o.text for o in page.select("option")]
    assert options == ["All (4)", "Failed (1)", "Not run (1)", "Made (1)", "Up to date (1)"]


HARM = '<script>alert(1)</script> "onclick=x \u202egnorw\x07 javascript:alert(1) &amp; {{ 7 * 7 }}'


def test_text_from_data_never_becomes_markup_and_never_turns_a_line_round():
    failure = Failure(HARM, cell=HARM, code=HARM, when=NOON, command=HARM, notebook="x.failed/report.ipynb")
    made = ReportRow(HARM, HARM, "made", page=HARM + "/report.html", files=(HARM,), why=HARM, changes=(HARM,))
    failed = ReportRow("b", HARM, "failed", page="javascript:alert(1)/report.html", made=NOON, failure=failure)
    html = render_index(ReportIndex((made, failed), NOON, NOON, 1, HARM))
    page = BeautifulSoup(html, "html.parser")
    assert len(page.find_all("script")) == 1
    assert page_faults(html) == ["runs or fetches: <script>"]
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", html)
    assert "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}U+202E" in page.tbody.text
    assert "{{ 7 * 7 }}" in page.tbody.text
    assert not page.find_all(attrs={"onclick": True})
    for link in page.select("tbody a"):
        assert re.fullmatch(r"\./[\w./%~-]+", link["href"]), link


def test_names_that_are_not_plain_become_links_that_lead_to_them():
    row = ReportRow("ŷ", "ŷ", "made", page="ŷ #1?/report.html")
    assert soup(row).select_one("tbody a")["href"] == "./%C5%B7%20%231%3F/report.html"


def test_a_name_that_is_not_text_does_not_stop_the_page():
    row = ReportRow("a\udce9", "a\udce9", "made", page="a\udce9/report.html")
    html = render_index(ReportIndex((row,)))
    assert html.encode("utf-8")
    assert "./a%E9/report.html" in html


def test_an_endless_message_is_cut_and_says_so():
    row = ReportRow("a", "a", "failed", failure=Failure("x" * 3000))
    assert cells(soup(row), "a")[3] == "x" * 1000 + " … (and 2,000 characters more)"
