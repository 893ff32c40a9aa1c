"""Find the action tables in the Plan's text, and the goals, headings and actions in their rows.

The text is what is left when a page or a document is turned into plain text: cells apart by tabs, rows ragged, a cell
sometimes broken over lines, headings of tables repeated or in another order. Nothing is dropped: a row that is not
understood is reported with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from arwap_analysis.registers.plan.read_deadlines import plain, read_deadlines

__all__ = ["COLUMNS", "Layout", "Remark", "Row", "read_layout"]

COLUMNS = {
    "number": r"(?:action )?(?:no|number|ref|reference|id)",
    "policy_area": r"policy areas?|themes?|chapters?|areas?",
    "goal": r"goals?",
    "action": r"(?:key )?actions?(?: (?:we will|to) (?:take|be taken))?|commitments?|what (?:we|will we) (?:will )?do",
    "outputs": r"(?:key |intended |expected )?(?:outputs?|deliverables?)",
    "impact": r"(?:key |intended |expected )?(?:impacts?|outcomes?)(?: and impacts?)?",
    "by_when": r"by when|when|timelines?|time ?scales?|time ?frames?|deadlines?|timings?|target dates?|dates?"
    r"|(?:date for )?completion(?: date)?|due(?: date)?",
    "partners": r"partners?|(?:supporting|delivery|key) partners?",
    "leads": r"leads?(?: (?:and|&) (?:key |delivery )?partners?)?|(?:policy |action )?(?:leads?|owners?)|lead partners?"
    r"|led by|responsib(?:le|ility)(?: (?:body|organisation|lead))?|by whom|who",
}
"""What the headings of each column may say, in small letters without marks."""

_GOAL = re.compile(
    r"goals?\s*(?:\d+(?:\.\d+)*|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten)?\s*[:.\-\u2013\u2014]\s*", re.I
)
_AREA = re.compile(r"(?:policy area|theme|chapter)\s*\d*\s*[:.\-\u2013\u2014]\s*", re.I)
_TAILS = {"partners", "and partners", "partner", "when"}
_GOES_ON = re.compile(r"[a-z,;)\u2022\u25cf\u25aa\u00b7]|[-\u2013*] ")
# No cell ends with such a word or sign.
_UNENDED = re.compile(
    r"(?:\b(?:the|of|and|or|for|to|in|with|by|an?|on|at|from|as|that|will|be|is|are|their|our|its)|[,\-(&\u2022\u25cf\u25aa])$",
    re.I,
)
# A heading is short and is no sentence; a lone cell that is longer is an action whose other cells are empty.
_LONGEST_HEADING = 14


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a line of the text that a person has to look at."""

    code: str
    message: str
    line: int
    text: str = ""


@dataclass(slots=True)
class Row:
    """One action of a table before its cells are read; `cells` has the columns that the table has."""

    line: int
    goal: str | None
    policy_area: str | None
    cells: dict[str, str]


@dataclass(slots=True)
class Layout:
    """What was found in a text: its goals in order, headings, actions, and what was not understood."""

    goals: list[tuple[str, int]] = field(default_factory=list)
    headings: list[tuple[str, int]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    tables: int = 0


def heading_of(cell: str) -> str | None:
    """Return which column a heading names, None for any other text."""
    words = re.sub(r"[^a-z& ]+", " ", plain(cell).casefold().replace("(s)", "s"))
    words = re.sub(r"\s+", " ", words).strip().removesuffix(" and").removesuffix(" &")
    return next((name for name, pattern in COLUMNS.items() if re.fullmatch(pattern, words)), None)


def read_layout(text: str) -> Layout:
    """Return the goals and actions of every action table in a text."""
    reader = _Reader()
    for line, content in _logical_lines(text):
        reader.take(line, content)
    reader.finish()
    return reader.found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; whatever ends lines, and with usual spaces."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, line.replace("\u00a0", " ").replace("\u2028", " ").replace("\u200b", "")


class _Reader:
    """Take one line after the other, and know in which table, under which goal, it stands."""

    def __init__(self) -> None:
        self.found = Layout()
        self.columns: list[str] = []
        self.width = 0
        self.last_line = self.last_tabs = -1
        self.in_table = False
        self.after_blank = True
        self.goal: str | None = None
        self.area: str | None = None
        self.announced: tuple[str | None, str | None] = (None, None)
        self.maybe: tuple[int, str] | None = None  # a heading, if a row of the table follows it
        self.pending: list[tuple[int, str]] = []  # lines without a tab whose place the next line shows

    def take(self, line: int, content: str) -> None:
        """Take one line of the text."""
        if not content.strip():
            self._settle()
            self.after_blank = True
            return
        cells = [cell.strip() for cell in content.split("\t")]
        names = [heading_of(cell) for cell in cells]
        if "action" in names and "\t" in content and all(len(cell.split()) <= 6 for cell in cells):
            self._settle()
            self._begin_table(line, cells, names)
            self.after_blank = False
            return
        if "\t" not in content:
            self._take_bare(line, content.strip())
        elif self.in_table and self._belongs(cells):
            self._take_row(line, cells)
        else:
            message = "a row with tabs stands outside any table of actions, so its columns are not known"
            self.found.remarks.append(Remark("row_outside", message, line, content.strip()))
        self.after_blank = False

    def _belongs(self, cells: Sequence[str]) -> bool:
        """Tell whether a row after what may be a heading is a row of the table, by the number of its cells."""
        if self.maybe is None:
            return True
        (line, text), self.maybe = self.maybe, None
        self.in_table = len(cells) == self.width
        if self.in_table:
            self._set_heading(line, text)
        return self.in_table

    def finish(self) -> None:
        """Settle what the last lines were, and look for goals that have no action."""
        self._settle()
        used = {row.goal for row in self.found.rows}
        for goal, line in self.found.goals:
            if goal not in used:
                self.found.remarks.append(Remark("goal_without_action", "no action stands under this goal", line, goal))

    def _begin_table(self, line: int, cells: Sequence[str], names: Sequence[str | None]) -> None:
        repeated = self.in_table and not self.after_blank
        self.columns, self.width, self.maybe = [], len(cells), None
        for cell, name in zip(cells, names, strict=True):
            if name is None or name in self.columns:
                name = f"other:{cell}" if cell else ""
                if cell:
                    message = "this heading is not known; what stands under it is kept with the action"
                    self.found.remarks.append(Remark("unknown_heading", message, line, cell))
            self.columns.append(name)
        while self.columns and not self.columns[-1]:
            self.columns.pop()
        missing = [name for name in ("outputs", "impact", "by_when", "leads") if name not in self.columns]
        if missing:
            message = f"the table has no column for {', '.join(missing)}"
            self.found.remarks.append(Remark("missing_column", message, line, " | ".join(filter(None, cells))))
        if not repeated:
            # A new table says its goal anew: the text between two tables may be missing from an excerpt.
            self.goal, self.area = self.announced
            self.found.tables += 1
        self.announced = (None, None)
        self.in_table = True

    def _take_bare(self, line: int, text: str) -> None:
        """Take a line without a tab: a goal, a heading, part of a broken row, or prose."""
        goal = _GOAL.match(text)
        if goal and text[goal.end() :]:
            self._settle()
            self._set_goal(line, text[goal.end() :].strip())
            self.announced = (self.goal, self.announced[1])
            return
        area = _AREA.match(text)
        if area and text[area.end() :]:
            self._settle()
            self.area = text[area.end() :].strip()
            self.announced = (None, self.area)
            return
        if not self.in_table:
            return
        if self.after_blank or self.maybe:
            # Prose after a blank line ends the table; a heading may stand between its rows.
            self.maybe = (line, text) if _is_heading(text) and not self.maybe else None
            self.in_table = self.maybe is not None
            return
        last = self.found.rows[-1] if self.found.rows else None
        if self.columns and not self.pending and self._is_heading_tail(line, text):
            return
        if last is not None and not self.pending and self.last_line == line - 1 and self._continues(text):
            name = self.columns[min(self.last_tabs, len(self.columns) - 1)]
            self._give(last, {name or "action": text})
            self.last_line = line
            return
        end = "" if last is None else last.cells.get(self.columns[-1], "")
        ended = end.endswith((".", ";")) or not text.endswith(".") or len(text.split()) > _LONGEST_HEADING
        if last is not None and end and not ended and not self.pending and self.last_line == line - 1:
            message = "a line without tabs was read as going on with the last cell of the row above it"
            self.found.remarks.append(Remark("line_goes_on", message, line, text))
            self._give(last, {self.columns[-1]: text})
            self.last_line = line
            return
        self.pending.append((line, text))

    def _is_heading_tail(self, line: int, text: str) -> bool:
        """Tell whether a line is the end of a heading that was broken: "Lead and", "partners"."""
        return text.casefold() in _TAILS and (not self.found.rows or self.found.rows[-1].line < line - 1)

    def _continues(self, text: str) -> bool:
        """Tell whether a line goes on with the last cell of the row before it."""
        last = self.found.rows[-1].cells
        end = last.get(self.columns[min(self.last_tabs, len(self.columns) - 1)], "")
        return bool(_GOES_ON.match(text)) or bool(_UNENDED.search(end.rstrip()))

    def _take_row(self, line: int, cells: list[str]) -> None:
        """Take a line with tabs inside a table."""
        if self.pending:
            first_line, first = self.pending[-1]
            broken = self._broken(first, cells[0])
            if broken or (cells[0] and not _is_heading(first) and first_line == line - 1):
                self.pending.pop()
                if not broken:
                    message = "a line without tabs was read as the beginning of the row below it"
                    self.found.remarks.append(Remark("line_goes_on", message, first_line, first))
                cells = [f"{first}\n{cells[0]}", *cells[1:]]
                line = first_line
            self._settle()
        filled = [cell for cell in cells if cell]
        if not filled:
            return
        if self.after_blank and self._is_other_table(cells):
            self.in_table = False
            message = "a row after the table looks like the head of another table, whose rows are not actions"
            self.found.remarks.append(Remark("row_outside", message, line, " | ".join(filled)))
            return
        goal = _GOAL.match(filled[0])
        if goal and filled[0][goal.end() :] and "goal" not in self.columns:
            self._set_goal(line, filled[0][goal.end() :].strip())
            if len(filled) > 1:
                message = "cells stand beside a goal and belong to no action"
                self.found.remarks.append(Remark("cells_beside_goal", message, line, " | ".join(filled[1:])))
            return
        if self._goes_on(line, cells):
            return
        if len(filled) == 1 and _is_heading(filled[0]):
            place = cells.index(filled[0])
            if place < len(self.columns) and self.columns[place] in ("action", "number"):
                self._set_heading(line, filled[0])
                return
        self._add(line, cells)

    def _is_other_table(self, cells: Sequence[str]) -> bool:
        """Tell whether a row after a blank line is no row of this table: another width, or a row of short headings."""
        if _GOAL.match(next(filter(None, cells))):
            return False
        if len(cells) != self.width:
            return True
        when = cells[self.columns.index("by_when")] if "by_when" in self.columns else ""
        read = read_deadlines(when)
        return all(cell and len(cell.split()) <= 4 for cell in cells) and all(d.rule == "unread" for d in read)

    @staticmethod
    def _broken(first: str, second: str) -> bool:
        """Tell whether two lines are one cell that was broken in two."""
        return bool(second) and bool(_UNENDED.search(first) or _GOES_ON.match(second))

    def _goes_on(self, line: int, cells: list[str]) -> bool:
        """Give a row to the row before it where it goes on with it: broken inside a cell, or without an action."""
        if not self.found.rows or self.last_line != line - 1 or self.found.rows[-1].goal != self.goal:
            return False
        row = self.found.rows[-1]
        place = self.columns.index("action")
        whole = self.last_tabs + len(cells) - 1 == self.width - 1 and self.last_tabs < self.width - 1
        if whole and (self._continues(cells[0]) or self._makes_a_deadline(row, cells)):
            self._give(row, dict(zip(self.columns[self.last_tabs :], cells, strict=False)))
            self.last_tabs += len(cells) - 1
        elif (len(cells) > place and cells[place]) or any(
            cell for cell, name in zip(cells, self.columns, strict=False) if name in ("goal", "policy_area")
        ):
            return False
        else:
            self._give(row, dict(zip(self.columns, cells, strict=False)))
            message = "a row without an action was read as going on with the row above it"
            self.found.remarks.append(Remark("row_goes_on", message, line, " | ".join(filter(None, cells))))
        self.last_line = line
        return True

    def _makes_a_deadline(self, row: Row, cells: list[str]) -> bool:
        """Tell whether two short rows have a deadline where one belongs put together, and the second alone has not."""
        if "by_when" not in self.columns:
            return False
        place = self.columns.index("by_when")
        joined = dict(zip(self.columns[self.last_tabs :], cells, strict=False))
        words = [row.cells.get("by_when", ""), joined.get("by_when", "")]
        alone = cells[place] if place < len(cells) else ""
        return _reads("\n".join(filter(None, words))) and not _reads(alone)

    @staticmethod
    def _give(row: Row, cells: dict[str, str]) -> None:
        for name, cell in cells.items():
            if name and cell:
                row.cells[name] = f"{row.cells.get(name, '')}\n{cell}".strip()

    def _add(self, line: int, cells: list[str]) -> None:
        row: dict[str, str] = {name: cell for name, cell in zip(self.columns, cells, strict=False) if name}
        beyond = [cell for cell in cells[len(self.columns) :] if cell]
        if beyond:
            message = "cells stand beyond the last heading and are kept with the action"
            self.found.remarks.append(Remark("cells_beyond", message, line, " | ".join(beyond)))
            row["other:beyond the last heading"] = "\n".join(beyond)
        if row.get("goal"):
            matched = _GOAL.match(row["goal"])
            self._set_goal(line, row["goal"][matched.end() if matched else 0 :].strip() or row["goal"])
        if row.get("policy_area"):
            self.area = row["policy_area"]
        if not row.get("action"):
            if set(filter(None, row.values())) <= {row.get("goal"), row.get("policy_area")}:
                return
            message = "this row names no action, and no row above it can be meant"
            text = " | ".join(filter(None, cells))
            self.found.remarks.append(Remark("row_without_action", message, line, text))
            return
        self.announced = (None, None)
        cells_of = {name: cell for name, cell in row.items() if name not in ("goal", "policy_area")}
        self.found.rows.append(Row(line, self.goal, self.area, cells_of))
        self.last_line, self.last_tabs = line + cells[0].count("\n"), len(cells) - 1

    def _set_goal(self, line: int, goal: str) -> None:
        goal = plain(goal)
        if goal != self.goal:
            self.goal = goal
            self.found.goals.append((goal, line))

    def _set_heading(self, line: int, heading: str) -> None:
        self.area = plain(heading)
        if self.found.rows and self.found.rows[-1].goal == self.goal:
            self.goal = None  # a new part of the table says its goal anew
        self.found.headings.append((self.area, line))

    def _settle(self) -> None:
        """Decide what lines without a tab were, now that what follows them is known."""
        for line, text in self.pending:
            if _is_heading(text):
                message = "a line without tabs was read as a heading"
                self.found.remarks.append(Remark("line_as_heading", message, line, text))
                self._set_heading(line, text)
            else:
                message = "this line stands between the rows of a table and was not read as an action"
                self.found.remarks.append(Remark("line_in_table", message, line, text))
        self.pending.clear()


def _reads(words: str) -> bool:
    """Tell whether a cell says when, in words that are read."""
    read = read_deadlines(words)
    return bool(read) and all(deadline.rule != "unread" for deadline in read)


def _is_heading(text: str) -> bool:
    words = text.split()
    return len(words) <= _LONGEST_HEADING and not text.rstrip().endswith((".", ";", "!", "?")) and "\n" not in text
