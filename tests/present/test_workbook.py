"""The workbook of a report, read back by our own reader of government workbooks and in its XML."""

import io
import math
import re
import time
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.present.exhibit import METADATA_KEY
from arwap_analysis.present.tables import Column
from arwap_analysis.present.workbook import write_workbook
from arwap_analysis.sources.formats import read_table
from tests.present.test_exhibit import exhibit

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "{=1}", '=HYPERLINK("http://x")')
LINKS = ("http://example.org/", "javascript:alert(1)", "internal:'Notes'!A1", "external:c:\\x.xlsx", "mailto:a@b")
FRAME = pd.DataFrame(
    {
        "group": ["black", "white", "other", "asian"],
        "numerator": [1290.0, 13_195.0, math.nan, 7.0],
        "share": [0.0535, 0.2, math.nan, 0.0],
        "estimate": [15.867804771284, 0.0421, math.nan, math.nan],
        "lower": [14.1, 0.03, math.nan, math.nan],
        "upper": [17.8, math.inf, math.nan, math.nan],
        "p": [1e-7, 0.2, math.nan, math.nan],
        "gap": [1.5, -0.25, math.nan, 0.0],
        "status": ["published", "published", "suppressed", "low_reliability"],
        "reason": ["", "", "withheld", "too few"],
        "empty": [""] * 4,
    }
)
COLUMNS = (
    Column("group", "Group"),
    Column("numerator", "Count", "count"),
    Column("share", "Share", "percent"),
    Column("estimate", "Rate", "rate"),
    Column("lower", "95% interval", "rate", interval_with="upper"),
    Column("p", "p-value", "p"),
    Column("gap", "Difference", "signed"),
    Column("reason", "Note"),
    Column("empty", "Remark"),
)


WORDS = {
    "id": "rates",
    "title": "The rate was highest",
    "subtitle": "Per 1,000 people",
    "caption": "Rates by group",
    "source": "A publisher, A collection",
    "caution": "Do not add the groups up.",
    "columns": COLUMNS,
}


def payload(frame=FRAME, **changes):
    """Return what an exhibit leaves in a notebook."""
    return exhibit(frame, **{**WORDS, **changes})._repr_mimebundle_()[1][METADATA_KEY]


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a workbook and gives its path."""

    def make(*exhibits, title="A title", **more):
        path = tmp_path / "tables.xlsx"
        write_workbook(exhibits or (payload(),), path, title=title, **more)
        return path

    return make


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def sheets(path):
    """Return sheet name -> rows of (kind, text) read from the XML alone."""
    content = parts(path)
    shared = [
        "".join(t.text or "" for t in item.iter(f"{MAIN}t"))
        for item in ElementTree.fromstring(content["xl/sharedStrings.xml"])
    ]
    names = [sheet.get("name") for sheet in ElementTree.fromstring(content["xl/workbook.xml"]).iter(f"{MAIN}sheet")]
    found = {}
    for number, name in enumerate(names, 1):
        root = ElementTree.fromstring(content[f"xl/worksheets/sheet{number}.xml"])
        found[name] = [
            [(cell.get("t", "n"), shared[int(cell[0].text)] if cell.get("t") == "s" else cell[0].text) for cell in row]
            for row in root.iter(f"{MAIN}row")
        ]
    return found


def test_our_own_reader_reads_the_same_figures_back(write):
    (table,) = read_table(write())
    assert table.title == "Table 1: Rates by group [note 1]"
    found = table.frame.set_index(["Group", "column"])
    expected = {
        "Count": "numerator",
        "Share": "share",
        "Rate": "estimate",
        "95% interval, lower limit": "lower",
        "95% interval, upper limit": "upper",
        "p-value": "p",
        "Difference": "gap",
    }
    for label, name in expected.items():
        for group, value in zip(FRAME["group"], FRAME[name], strict=True):
            got = found.loc[(group, label), "value"]
            if math.isfinite(value):
                assert got == pytest.approx(value, rel=1e-14), (group, label)
            else:
                assert math.isnan(got), (group, label)
    assert found.loc[("other", "Rate"), "status"] == "suppressed"
    assert found.loc[("asian", "Rate"), "status"] == "low_reliability"
    assert found.loc[("white", "95% interval, upper limit"), "status"] == "not_applicable"
    assert set(found["Note"]) == {"No note", "withheld", "too few"}
    assert any("withheld to protect people" in note for note in table.notes)


def test_a_cover_the_contents_and_the_notes_come_before_one_table_a_sheet(write):
    other = payload(caution="", id="gap", caption="Gaps")
    path = write(payload(), other, facts=(("Report made", "1 May 2026"), ("Review", "x")))
    found = sheets(path)
    assert list(found) == ["Cover", "Contents", "Notes", "Table_1", "Table_2"]
    cover = [row[0][1] for row in found["Cover"]]
    assert cover[0] == "A title"
    assert "Report made: 1 May 2026" in cover
    assert cover.count("Source: A publisher, A collection") == 1
    assert [[cell[1] for cell in row] for row in found["Contents"][2:]] == [
        ["Worksheet", "Content"],
        ["Notes", "Notes and shorthand"],
        ["Table_1", "Table 1: Rates by group [note 1]"],
        ["Table_2", "Table 2: Gaps"],
    ]
    assert re.findall(r'<hyperlink ref="A\d" location="([^"]+)"', parts(path)["xl/worksheets/sheet2.xml"]) == [
        "'Notes'!A1",
        "'Table_1'!A1",
        "'Table_2'!A1",
    ]
    assert [row[0][1] for row in found["Table_2"][:6]] == [
        "Table 2: Gaps",
        "The rate was highest",
        "Per 1,000 people",
        "This worksheet contains one table. Notes and shorthand are explained on the worksheet Notes.",
        "Source: A publisher, A collection",
        "Group",
    ]


def test_only_the_shorthand_that_is_used_is_explained(write):
    assert [row[0][1] for row in sheets(write())["Notes"][3:]] == ["[note 1]", "[c]", "[u]", "[z]"]
    whole = FRAME.iloc[:1]
    assert [row[0][1] for row in sheets(write(payload(whole)))["Notes"][3:]] == ["[note 1]"]
    assert "Notes" not in sheets(write(payload(whole, caution="")))


def test_a_caution_that_stands_at_two_tables_is_one_note(write):
    found = sheets(write(payload(), payload(id="again")))
    assert [row[0][1] for row in found["Notes"][3:]].count("[note 1]") == 1
    assert [found[name][0][0][1][-8:] for name in ("Table_1", "Table_2")] == ["[note 1]"] * 2


def test_every_table_is_marked_as_a_table_with_one_header_row_and_no_gap(write):
    path = write()
    content = parts(path)
    assert "mergeCell" not in "".join(content.values())
    tables = {name: text for name, text in content.items() if name.startswith("xl/tables/")}
    assert len(tables) == 3
    assert all('ref="A' in text and "headerRowCount" not in text for text in tables.values())  # one is the default
    names = [re.search(r'displayName="([^"]+)"', text)[1] for text in tables.values()]
    assert len(set(names)) == 3
    rows = sheets(path)["Table_1"]
    header, *body = rows[5:]
    assert [cell[1] for cell in header][:3] == ["Group", "Note", "Count"]
    assert "Remark" not in [cell[1] for cell in header]
    assert all(len(row) == len(header) for row in body)
    assert all(text.strip() for row in body for _, text in row)
    assert tables["xl/tables/table3.xml"].count("<tableColumn ") == len(header)


def test_numbers_are_numbers_with_the_digits_of_the_page(write):
    path = write()
    row = {head[1]: cell for head, cell in zip(*sheets(path)["Table_1"][5:7], strict=True)}
    assert row["Count"] == ("n", "1290")
    assert row["Rate"][0] == "n"
    formats = re.findall(r'formatCode="([^"]+)"', parts(path)["xl/styles.xml"])
    assert "+#,##0.0;-#,##0.0;#,##0.0" in formats
    assert "[&lt;0.001]&quot;&lt; 0.001&quot;;0.000" in formats


def test_columns_of_one_name_say_what_they_are_of(write):
    columns = (
        Column("group", "Group"),
        Column("estimate", "Ratio", "ratio"),
        Column("lower", "95% interval", "ratio", interval_with="upper"),
        Column("gap", "Difference", "signed"),
        Column("lower", "95% interval", "signed", interval_with="upper"),
        Column("share", "difference", "percent"),
    )
    assert [cell[1] for cell in sheets(write(payload(columns=columns)))["Table_1"][5]] == [
        "Group",
        "Ratio",
        "Ratio: 95% interval, lower limit",
        "Ratio: 95% interval, upper limit",
        "Difference",
        "Difference: 95% interval, lower limit",
        "Difference: 95% interval, upper limit",
        "difference (2)",
    ]


def test_a_table_without_rows_says_so(write):
    found = sheets(write(payload(FRAME.iloc[:0])))
    assert found["Table_1"][-1][0][1] == "There is no table here, because it would have no rows."


def test_a_report_without_tables_has_a_cover_that_says_so(tmp_path):
    write_workbook((), tmp_path / "tables.xlsx", title="A title")
    found = sheets(tmp_path / "tables.xlsx")
    assert list(found) == ["Cover"]
    assert found["Cover"][-1][0][1] == "The report shows no table."


def hostile(text):
    frame = FRAME.assign(group=text, reason=text)
    columns = (Column("group", text), *COLUMNS[1:])
    return payload(frame, title=text, subtitle=text, caption=text, source=text, caution=text, columns=columns)


@pytest.mark.parametrize("text", [*FORMULAS, *LINKS, "<script>alert(1)</script>", "&amp;]]>"])
def test_no_text_becomes_a_formula_a_link_or_markup(write, text):
    path = write(hostile(text), title=text, facts=((text, text),))
    content = parts(path)
    for name, part in content.items():
        ElementTree.fromstring(part)
        assert "<f>" not in part, name
        assert "<f " not in part, name
        assert "calculatedColumnFormula" not in part, name
        assert 'TargetMode="External"' not in part, name
    targets = re.findall(r'<hyperlink ref="[A-Z]\d+" location="([^"]+)"', "".join(content.values()))
    assert targets == ["'Notes'!A1", "'Table_1'!A1"]
    found = sheets(path)
    shown = text.replace("\r", "‹U+000D›")
    assert found["Cover"][0][0] == ("s", shown)
    assert found["Table_1"][6][0] == ("s", shown.strip())


def test_controls_are_shown_by_name(write):
    found = sheets(write(hostile("a\u202eb\x00c\x1bd\u2066")))
    assert found["Table_1"][6][0][1] == "a‹U+202E›b‹U+0000›c‹U+001B›d‹U+2066›"
    text = "".join(parts(write(hostile("a\u202eb\x00"))).values())
    assert not set(text) & set("\u202e\u2066\x00\x1b")


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40))
def test_every_text_comes_back_as_text(text):
    buffer = _Memory()
    write_workbook([hostile(text)], buffer, title=text)
    found = sheets(io.BytesIO(buffer.content))
    cell = found["Table_1"][-1][0]
    assert cell[0] == "s"


class _Memory:
    """Stands in for a path."""

    def write_bytes(self, content):
        self.content = content


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(write):
    found = sheets(write(payload(FRAME.assign(group="x" * 40_000))))
    assert found["Table_1"][6][0][1].endswith("(cut here; data.csv has the whole)")


def test_title_and_language_are_properties_of_the_document_and_no_time_is(write):
    core = parts(write())["docProps/core.xml"]
    assert "<dc:title>A title</dc:title>" in core
    assert "<dc:language>en</dc:language>" in core
    assert "dcterms:created" not in core
    assert "dcterms:modified" not in core


def test_equal_tables_give_equal_bytes(write):
    first = write().read_bytes()
    time.sleep(1.1)
    assert write().read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_workbook_costs_a_fraction_of_a_second_and_its_library_loads_when_it_is_written(write):
    import subprocess
    import sys

    program = "import sys; import arwap_analysis.present.bundle; print('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "False"
    exhibits = [payload(id=f"x{n}") for n in range(8)]
    write(*exhibits)
    start = time.process_time()
    write(*exhibits)
    assert time.process_time() - start < 0.5
