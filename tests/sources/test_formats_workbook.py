"""Workbooks as software writes them, and workbooks made to harm."""

import datetime
import zipfile

import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.sources.formats import Limits, read_table
from tests.sources.formats_examples import SHEETS, ods_bytes, xlsx_bytes, zip_bytes

TABLE = {"Table": [["Area", "2022", "2023"], ["Cardiff", 10, 20], ["Newport", 30, 40]]}
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def faults(folder, data, name="t.xlsx", **options):
    path = folder / name
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    assert all(name in fault.file for fault in caught.value.faults)
    return caught.value.faults


def replaced(sheets, value):
    """Return the sheets with the figure 20 replaced."""
    return {name: [[value if cell == 20 else cell for cell in row] for row in rows] for name, rows in sheets.items()}


def test_formulas_are_refused_by_their_cell(tmp_path):
    def xlsx(value, at):
        return f'<c r="{at}"><f>SUM(A1:A2)</f><v>20</v></c>' if value == 20 else None

    (fault,) = faults(tmp_path, xlsx_bytes(TABLE, cell=xlsx))
    assert (fault.code, fault.row, fault.column) == ("formula", 2, "Table!C")

    def ods(value):
        wrong = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
        return wrong if value == 20 else None

    (fault,) = faults(tmp_path, ods_bytes(TABLE, cell=ods), "t.ods")
    assert (fault.code, fault.row, fault.column) == ("formula", 2, "Table!C")


def test_merged_cells_are_refused(tmp_path):
    tail = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    (fault,) = faults(tmp_path, xlsx_bytes(TABLE, tail=tail))
    assert (fault.code, fault.row, fault.value) == ("merged_cells", 2, "A2:A3")

    def ods(value):
        wrong = '<table:table-cell table:number-rows-spanned="2" office:value-type="float" office:value="2"/>'
        return wrong if value == 20 else None

    assert faults(tmp_path, ods_bytes(TABLE, cell=ods), "t.ods")[0].code == "merged_cells"


@pytest.mark.parametrize(("make", "name"), [(xlsx_bytes, "t.xlsx"), (ods_bytes, "t.ods")])
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["Area", "2022", "2023"], ["Cardiff", 10, 20], ["Newport", 30, "many"]], "not_a_number"),
        ([["Area", "2022", "2023"], ["Cardiff", 10, 20], ["Newport", 30, ""]], "not_a_number"),
        ([["Area", "2022", "2022"], ["Cardiff", 10, 20], ["Newport", 30, 40]], "repeated_column"),
        ([["Area", "", "2022"], ["Cardiff", 10, 20], ["Newport", 30, 40]], "empty_header"),
        ([["Area", "2022", "2023"], ["Cardiff", 10, 20], ["", 30, 40]], "empty_label"),
        ([["only words"]], "no_table"),
        ([["Area", "Name"], ["a", "b"], ["c", "d"]], "no_figures"),
    ],
)
def test_a_malformed_sheet_is_refused(tmp_path, make, name, rows, code):
    fault = faults(tmp_path, make({"Table": rows}), name)[0]
    assert fault.code == code
    assert fault.hint


def test_errors_of_a_spreadsheet_are_refused(tmp_path):
    def cell(value, at):
        return f'<c r="{at}" t="e"><v>#REF!</v></c>' if value == 20 else None

    (fault,) = faults(tmp_path, xlsx_bytes(TABLE, cell=cell))
    assert (fault.code, fault.value, fault.column) == ("error_value", "#REF!", "Table!C")


def test_zip_bombs_are_refused_before_they_unpack(tmp_path):
    packed = xlsx_bytes(TABLE, more={"xl/big.xml": b" " * 30_000_000})
    assert faults(tmp_path, packed)[0].code == "zip_bomb"
    assert faults(tmp_path, xlsx_bytes(TABLE), limits=Limits(unpacked_bytes=100))[0].code == "zip_bomb"
    many = zip_bytes({f"p{n}": "" for n in range(6_000)})
    assert faults(tmp_path, many)[0].code == "zip_bomb"


def test_a_part_that_lies_about_its_size_is_cut_off(tmp_path):
    data = bytearray(
        zip_bytes({"xl/_rels/workbook.xml.rels": "<a>" + "x" * 100_000 + "</a>", "xl/workbook.xml": "<a/>"})
    )
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (50).to_bytes(4, "little")
    assert faults(tmp_path, bytes(data))[0].code == "malformed_workbook"


def test_entities_cannot_expand(tmp_path):
    assert faults(tmp_path, ods_bytes(TABLE, prolog=BOMB), "t.ods")[0].code == "unsafe_xml"
    for part in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        made = xlsx_bytes(TABLE, more={part: BOMB + "<x>&b;</x>"})
        assert faults(tmp_path, made)[0].code in ("unsafe_xml", "malformed_workbook")
    utf16 = xlsx_bytes(
        TABLE, more={"xl/styles.xml": ('<?xml version="1.0" encoding="UTF-16"?>' + BOMB + "<x/>").encode("utf-16")}
    )
    assert faults(tmp_path, utf16)[0].code == "unsafe_xml"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\0" * 100,
        xlsx_bytes(TABLE)[:-40],
        xlsx_bytes(TABLE)[:200],
        zip_bytes({"a.txt": "hello"}),
        zip_bytes({"xl/workbook.xml": "<workbook/>"}),
        zip_bytes({"content.xml": "<a><b></a>"}),
        zip_bytes({"content.xml": "<a>" * 5_000}),
        zip_bytes({"content.xml": ""}),
    ],
)
def test_a_broken_archive_is_refused(tmp_path, data):
    assert faults(tmp_path, data)[0].code in ("malformed_workbook", "unknown_format", "unsafe_xml")


def test_cells_that_repeat_a_million_times_are_refused(tmp_path):
    def cell(value):
        wrong = '<table:table-cell table:number-columns-repeated="900000" office:value-type="float" office:value="2"/>'
        return wrong if value == 20 else None

    assert faults(tmp_path, ods_bytes(TABLE, cell=cell), "t.ods")[0].code == "too_many_columns"
    content = ods_bytes(TABLE)
    path = tmp_path / "u.ods"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("content.xml").decode()
    rows = text.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="9000000">')
    assert faults(tmp_path, zip_bytes({"content.xml": rows}), "t.ods")[0].code == "too_many_cells"
    assert faults(tmp_path, xlsx_bytes(TABLE), limits=Limits(cells=5))[0].code == "too_many_cells"


def test_comments_hidden_sheets_and_phonetics_are_no_figures(tmp_path):
    def cell(value):
        note = "<office:annotation><text:p>secret 99</text:p></office:annotation>"
        made = f'<table:table-cell office:value-type="string">{note}<text:p>20 [p]</text:p></table:table-cell>'
        return made if value == 20 else None

    path = tmp_path / "t.ods"
    path.write_bytes(ods_bytes(TABLE, cell=cell))
    (table,) = read_table(path)
    assert list(table.frame["value"]) == [10, 20, 30, 40]
    assert table.frame.loc[1, "note"] == "provisional"


def test_workbooks_written_by_openpyxl(tmp_path):
    openpyxl = pytest.importorskip(
        "openpyxl", reason="openpyxl, which writes workbooks for this test, is not installed"
    )
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    sheet = book.create_sheet("Table_4")
    sheet.append(["Day", "Area", "Count", "Share"])
    for area in ("Cardiff", "Newport"):
        sheet.append([datetime.date(2021, 3, 21), area, 1234.5, 0.125])
        sheet.cell(sheet.max_row, 4).number_format = "0.0%"
        sheet.cell(sheet.max_row, 3).number_format = "#,##0.0"
    hidden = book.create_sheet("Workings")
    hidden.append(["=1+1", "=2"])
    hidden.sheet_state = "hidden"
    path = tmp_path / "book.xlsx"
    book.save(path)
    *first, last = read_table(path)
    assert [table.title for table in first] == ["Table 1: pupils", "Table 2", "Table 3"]
    assert list(first[0].frame["value"].dropna()) == [16_980, 97.5, 25]
    assert list(last.frame["Day"]) == ["2021-03-21"] * 4
    assert list(last.frame["value"]) == [1234.5, 0.125] * 2
    assert "percentage" in last.frame.loc[1, "note"]
    assert last.frame.loc[0, "note"] == ""


def test_workbooks_written_by_odfpy(tmp_path):
    pytest.importorskip("odf", reason="odfpy, which writes workbooks for this test, is not installed")
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    table = Table(name="Table 1")
    for row in TABLE["Table"]:
        made = TableRow()
        for value in row:
            number = isinstance(value, int)
            cell = TableCell(valuetype="float", value=value) if number else TableCell(valuetype="string")
            cell.addElement(P(text=str(value)))
            made.addElement(cell)
        table.addElement(made)
    book.spreadsheet.addElement(table)
    path = tmp_path / "book.ods"
    book.save(str(path))
    (read,) = read_table(path)
    assert list(read.frame["value"]) == [10, 20, 30, 40]
    assert list(read.frame["column"]) == ["2022", "2023"] * 2
