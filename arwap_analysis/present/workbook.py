"""Write the tables of a report as an accessible workbook, after the Government Analysis Function's guidance.

A cover, contents, notes with every shorthand that is used, and one table a sheet: marked as a table with a header row,
no cell merged, none blank, and nothing said by colour alone. Numbers are numbers, shown with the digits of the page.
Nothing that comes from data can become a formula or a link. The same bytes for the same tables.
"""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from arwap_analysis.present.harmless import name_controls
from arwap_analysis.present.sentences import say
from arwap_analysis.present.workbook_tables import Number, Table, read_table

__all__ = ["WORKBOOK_NAME", "write_workbook"]

WORKBOOK_NAME = "tables.xlsx"
_LONGEST = 32_000  # Excel holds 32,767 characters in a cell
_NARROWEST, _WIDEST = 11, 44
_TEXT_WIDTH = 90
_LINE_HEIGHT, _HIGHEST = 16, 409  # points; no row can be higher
_STYLE = "Table Style Light 1"
_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")


def write_workbook(
    exhibits: Sequence[Mapping[str, Any]],
    path: Path,
    *,
    title: str,
    language: str = "en",
    facts: Sequence[tuple[str, str]] = (),
) -> None:
    """Write the tables of exhibits into one .xlsx file.

    Parameters
    ----------
    exhibits : sequence of mapping
        The payloads of exhibits as a notebook shows them, in order; one sheet each. Without any, the cover says so.
    path : Path
        Where the workbook goes.
    title : str
        Title of the report.
    language : str
        Language of the workbook's own words, and of the document.
    facts : sequence of (name, value)
        Shown on the cover.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    workbook = Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            # A face without serifs, in the size that the guidance asks for.
            "default_format_properties": {"font_name": "Arial", "font_size": 12},
        },
    )
    workbook.set_properties({"title": name_controls(title)})
    tables = [read_table(exhibit, language=language) for exhibit in exhibits]
    _Writer(workbook, language).write(tables, title, facts)
    workbook.close()
    path.write_bytes(_settled(buffer.getvalue(), language))


def _settled(content: bytes, language: str) -> bytes:
    """Return the file with its language in its properties and without the time at which it was made."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == _CORE:
                spoken = f"<dc:language>{escape(language)}</dc:language></cp:coreProperties>".encode()
                data = _TIMES.sub(b"", data).replace(b"</cp:coreProperties>", spoken)
            new.writestr(entry, data, compress_type=zipfile.ZIP_DEFLATED, compresslevel=6)
    return result.getvalue()


class _Writer:
    """Writes the sheets of one workbook, each text as text."""

    def __init__(self, workbook: Any, language: str) -> None:
        self._workbook, self._language = workbook, language
        self._title = workbook.add_format({"bold": True, "font_size": 16})
        self._line = workbook.add_format({"valign": "top"})
        self._wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        header = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
        self._header = workbook.add_format(header)
        self._header_right = workbook.add_format({**header, "align": "right"})
        self._mark = workbook.add_format({"align": "right", "valign": "top"})
        self._link = workbook.add_format({"font_color": "#0000EE", "underline": 1, "text_wrap": True, "valign": "top"})
        self._formats: dict[str, Any] = {}

    def write(self, tables: Sequence[Table], title: str, facts: Sequence[tuple[str, str]]) -> None:
        """Write every sheet, in the order in which a reader needs them."""
        names = [self._say("workbook_sheet_table", number=number) for number in range(1, len(tables) + 1)]
        notes = list(dict.fromkeys(table.note for table in tables if table.note))
        numbered = {note: self._say("workbook_note", number=number) for number, note in enumerate(notes, 1)}
        titles = [
            self._say("workbook_title", number=number, caption=table.caption)
            + (f" {numbered[table.note]}" if table.note else "")
            for number, table in enumerate(tables, 1)
        ]
        meanings = [(mark, note) for note, mark in numbered.items()]
        marks = sorted({mark for table in tables for mark in table.marks})
        meanings += [(mark, self._say(f"workbook_mark_{mark.strip('[]')}")) for mark in marks]
        self._cover(tables, title, facts, has_notes=bool(meanings))
        if not tables:
            return
        self._contents([*zip(names, titles, strict=True)], has_notes=bool(meanings))
        if meanings:
            self._notes(meanings)
        for name, heading, table in zip(names, titles, tables, strict=True):
            self._table(name, heading, table)

    def _say(self, id: str, **values: str | int) -> str:
        return say(id, language=self._language, **values)

    def _sheet(self, name: str, title: str) -> Any:
        sheet = self._workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        self._text(sheet, 0, 0, title, self._title)
        return sheet

    def _text(self, sheet: Any, row: int, column: int, text: str, look: Any) -> None:
        """Write a text as text, whatever it begins with."""
        shown = name_controls(text)
        if len(shown) > _LONGEST:
            shown = self._say("workbook_cut", beginning=shown[:_LONGEST])
        sheet.write_string(row, column, shown, look)

    def _cover(self, tables: Sequence[Table], title: str, facts: Sequence[tuple[str, str]], *, has_notes: bool) -> None:
        sheet = self._sheet(self._say("workbook_sheet_cover"), title)
        sheet.set_column(0, 0, _TEXT_WIDTH)
        sources = dict.fromkeys(table.source for table in tables)
        lines = [self._say("workbook_about")]
        lines += [self._say("workbook_fact", name=name, value=value) for name, value in facts]
        lines += [self._say("workbook_source", source=source) for source in sources]
        where = "workbook_where_notes" if has_notes else "workbook_where_contents"
        lines.append(self._say(where if tables else "workbook_no_tables"))
        for row, line in enumerate(lines, 1):
            self._text(sheet, row, 0, line, self._wrapped)
            _fit(sheet, row, {line: _TEXT_WIDTH})

    def _contents(self, listed: Sequence[tuple[str, str]], *, has_notes: bool) -> None:
        name = self._say("workbook_sheet_contents")
        rows = [(self._say("workbook_sheet_notes"), self._say("workbook_notes_title"))] * has_notes + list(listed)
        sheet = self._list(name, name, (self._say("workbook_worksheet"), self._say("workbook_content")), rows)
        for row, (target, _) in enumerate(rows, 3):
            sheet.write_url(row, 0, f"internal:'{target}'!A1", self._link, target)

    def _notes(self, meanings: Sequence[tuple[str, str]]) -> None:
        name, title = self._say("workbook_sheet_notes"), self._say("workbook_notes_title")
        self._list(name, title, (self._say("workbook_mark"), self._say("workbook_meaning")), meanings)

    def _list(self, name: str, title: str, header: tuple[str, str], rows: Sequence[tuple[str, str]]) -> Any:
        """Write a sheet with one table of short names and what they stand for."""
        sheet = self._sheet(name, title)
        self._text(sheet, 1, 0, self._say("workbook_one_table"), self._line)
        self._mark_as_table(sheet, 2, len(rows), header, name, labels=2)
        for row, (short, meaning) in enumerate(rows, 3):
            self._text(sheet, row, 0, short, self._wrapped)
            self._text(sheet, row, 1, meaning, self._wrapped)
            _fit(sheet, row, {meaning: _TEXT_WIDTH})
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, _TEXT_WIDTH)
        return sheet

    def _table(self, name: str, heading: str, table: Table) -> None:
        """Write one table below its title, what it shows, and where its notes and its source are."""
        sheet = self._sheet(name, heading)
        explained = table.note or table.marks
        where = "workbook_one_table_notes" if explained else "workbook_one_table"
        lines = [table.finding, table.unit, self._say(where), self._say("workbook_source", source=table.source)]
        if not table.rows:
            lines.append(self._say("workbook_no_rows"))
        for row, line in enumerate(lines, 1):
            self._text(sheet, row, 0, line, self._line)
        if not table.rows:
            return
        top = len(lines) + 1
        widths = _widths(table)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._mark_as_table(
            sheet, top, len(table.rows), table.header, name, labels=table.labels, description=table.caption
        )
        sheet.repeat_rows(top)  # on every printed page
        _fit(sheet, top, dict(zip(table.header, widths, strict=True)))
        for row, cells in enumerate(table.rows, top + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, Number):
                    sheet.write_number(row, column, cell.value, self._number(cell.format))
                else:
                    self._text(sheet, row, column, cell, self._wrapped if column < table.labels else self._mark)
            words = zip(cells[: table.labels], widths, strict=False)
            _fit(sheet, row, {cell: width for cell, width in words if isinstance(cell, str)})

    def _number(self, shown: str) -> Any:
        if shown not in self._formats:
            self._formats[shown] = self._workbook.add_format({"num_format": shown, "valign": "top"})
        return self._formats[shown]

    def _mark_as_table(
        self, sheet: Any, top: int, rows: int, header: Sequence[str], name: str, *, labels: int, description: str = ""
    ) -> None:
        """Mark a header row and the rows below it as a table, which assistive software then announces as one."""
        options: dict[str, Any] = {
            # A name has no spaces and may not read as the address of a cell.
            "name": re.sub(r"\W", "_", name) + ("" if "_" in name else "_list"),
            "columns": [
                {"header": name_controls(text), "header_format": self._header if n < labels else self._header_right}
                for n, text in enumerate(header)
            ],
            "autofilter": False,
            "banded_rows": False,
            "first_column": True,
            "style": _STYLE,
        }
        if description:
            options["description"] = name_controls(description)
        if sheet.add_table(top, 0, top + rows, len(header) - 1, options) not in (0, None):
            raise ValueError(f"the worksheet '{name}' cannot hold its table")


def _widths(table: Table) -> list[int]:
    """Return a width in characters for each column: its longest word or number, within reason."""
    widths = []
    for index, header in enumerate(table.header):
        cells = (row[index] for row in table.rows)
        lengths = [len(cell.shown if isinstance(cell, Number) else cell) for cell in cells]
        longest = max([*lengths, *map(len, header.split())], default=0)
        widths.append(min(max(_NARROWEST, longest + 3), _WIDEST))
    return widths


def _fit(sheet: Any, row: int, texts: Mapping[str, int]) -> None:
    """Make a row high enough for its wrapped texts, each with the width of its column; not every program does."""
    lines = max((len(textwrap.wrap(text, width - 1)) for text, width in texts.items()), default=1)
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE_HEIGHT, _HIGHEST))
