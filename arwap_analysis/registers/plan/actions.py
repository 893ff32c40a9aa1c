"""The actions of the Plan as typed rows, read from its text as it stands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.registers.plan.deadline import PLAN_PUBLISHED, Deadline
from arwap_analysis.registers.plan.layout import Remark, Row, read_layout
from arwap_analysis.registers.plan.leads import Lead, read_leads
from arwap_analysis.registers.plan.read_deadlines import find_dates, plain, read_deadlines

__all__ = ["Action", "PlanImport", "import_plan", "make_id"]

_MEASURE = re.compile(
    r"\d|%|\b(?:per ?cent|increas\w+|decreas\w+|reduc\w+|improvement in the (?:number|rate|share)|fewer|more \w+"
    r"|less \w+|higher|lower|rates?|proportions?|numbers? of|shares?|gaps?|targets?|measur\w+|indicators?|narrow\w*"
    r"|halv\w+|doubl\w+|parity|proportionate\w*|disproportionate\w*|under-?represent\w+|over-?represent\w+|representative)\b",
    re.IGNORECASE,
)
# "More inclusive", "more confident" say a direction of something that nobody counts.
_NOT_COUNTED = re.compile(
    r"\bmore (?:inclusive|confident|aware|diverse|effective|robust|visible|likely|informed|open|equitable|culturally)\b"
    r"|\bincreas\w+ (?:awareness|understanding|confidence|knowledge|capacity|capability)\b", re.IGNORECASE)  # fmt: skip
_ITEM = re.compile(
    "(?:^|\n|(?<=\\s))\\s*[\u2022\u25cf\u25aa\u25e6\u2023\u00b7\uf0b7]\\s*|(?:^|\n)\\s*(?:[-\u2013*]|o(?=\\s))\\s+"
)


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the Plan.

    Attributes
    ----------
    id : str
        Stable: made of the action's words once, and kept when the register is imported again.
    goal, policy_area : str or None
        As the rows above the action say; None where the text does not say it.
    action, outputs, impact, by_when, lead_text : str
        The cells as they stand; empty where they are blank or the table has no such column.
    deadlines : tuple of Deadline
        What `by_when` says, in order.
    leads : tuple of Lead
        Who is named beside the action.
    source, line : str, int
        The text that was imported, and the line of it.
    settled, settled_why : date or None, str
        A deadline that a person has settled, and why; it stands in place of what was read.
    other : str
        What stood under headings that are not known, or beyond the last one.
    doubts : tuple of str
        What reading the row left open, in words.
    """

    id: str
    action: str
    goal: str | None = None
    policy_area: str | None = None
    outputs: str = ""
    impact: str = ""
    by_when: str = ""
    lead_text: str = ""
    deadlines: tuple[Deadline, ...] = ()
    leads: tuple[Lead, ...] = ()
    source: str = ""
    line: int = 0
    settled: date | None = None
    settled_why: str = ""
    other: str = ""
    doubts: tuple[str, ...] = ()
    published: date = PLAN_PUBLISHED

    @property
    def due(self) -> tuple[Deadline, ...]:
        """The deadlines that count: the settled one, or those read that name a day."""
        if self.settled is not None:
            return (Deadline(self.settled_why, "settled", self.settled, self.settled),)
        return tuple(deadline for deadline in self.deadlines if deadline.is_dated)

    @property
    def leading(self) -> tuple[str, ...]:
        """Names of those who lead, and of those named beside them without a word on their part."""
        return tuple(lead.name for lead in self.leads if lead.role in ("lead", "named"))

    @property
    def outcome(self) -> str:
        """Whether the impact can be measured: none_stated, no_measure_named or measure_named; a rule of words."""
        if not self.impact.strip():
            return "none_stated"
        return "measure_named" if _MEASURE.search(_NOT_COUNTED.sub("", self.impact)) else "no_measure_named"

    @property
    def milestones(self) -> tuple[tuple[str, Deadline], ...]:
        """Dates that the action and its outputs name, each with the column in which it stands."""
        return tuple(
            (column, found)
            for column, text in (("action", self.action), ("outputs", self.outputs))
            for found in find_dates(text, published=self.published)
        )

    @property
    def attention(self) -> tuple[str, ...]:
        """Why a person has to look at the row, as codes."""
        rules = {deadline.rule for deadline in self.deadlines}
        open_deadline = self.settled is None
        found = {
            "no_goal": self.goal is None,
            "no_lead": not self.leading,
            "no_deadline": open_deadline and not self.deadlines,
            "unread_deadline": open_deadline and "unread" in rules,
            "deadline_without_day": open_deadline and not self.due and bool(rules) and "unread" not in rules,
            "doubtful_deadline": open_deadline and any(d.doubt and d.rule != "unread" for d in self.deadlines),
            "no_outputs": not self.outputs.strip(),
            "no_outcome": self.outcome == "none_stated",
            "no_measure": self.outcome == "no_measure_named",
            "doubtful_reading": bool(self.doubts) or bool(self.other),
        }
        return tuple(code for code, holds in found.items() if holds)


@dataclass(frozen=True, slots=True)
class PlanImport:
    """What was read from a text: actions, goals with their lines, headings, and remarks on what needs a person."""

    actions: tuple[Action, ...]
    goals: tuple[tuple[str, int], ...]
    headings: tuple[tuple[str, int], ...]
    remarks: tuple[Remark, ...]
    tables: int
    source: str = ""
    published: date = field(default=PLAN_PUBLISHED)


def import_plan(text: str, *, source: str = "", published: date = PLAN_PUBLISHED) -> PlanImport:
    """Read the action tables of the Plan's text into typed actions.

    Parameters
    ----------
    text : str
        The text with its tables: cells apart by tabs, goals and headings as rows of their own.
    source : str
        What to call the text, for the register and for faults.
    published : date
        When the Plan was published.

    Returns
    -------
    PlanImport
        Every action of every table, in order. Rows that were not understood are remarks, none is dropped.

    Raises
    ------
    DataError
        Where the text has no table of actions.
    """
    layout = read_layout(text)
    if not layout.rows:
        hint = "Look for a line with headings apart by tabs: Actions, Outputs, Impact, By when, Lead and partners."
        faults = [Fault("no_actions", "the text has no table of actions", source or None, hint=hint)]
        faults += [Fault(r.code, r.message, source or None, r.line, value=r.text[:80]) for r in layout.remarks]
        raise DataError(faults)
    remarks = list(layout.remarks)
    actions: list[Action] = []
    taken: dict[str, int] = {}
    for row in layout.rows:
        for single in _single_actions(row, remarks):
            action = _action(single, source, published)
            norm = normal(action.action)
            taken[norm] = taken.get(norm, 0) + 1
            if taken[norm] > 1:
                message = "the same action stands in the text more than once; each is kept"
                remarks.append(Remark("same_action", message, row.line, plain(action.action)[:80]))
            actions.append(replace(action, id=make_id(action.action, (a.id for a in actions))))
    return PlanImport(
        tuple(actions), tuple(layout.goals), tuple(layout.headings), tuple(remarks), layout.tables, source, published
    )


def normal(text: str) -> str:
    """Return a text as its words alone, in small letters: what two readings of one action share."""
    return " ".join(re.findall(r"[^\W_]+", plain(text).casefold()))


def make_id(action: str, taken: Iterable[str] = ()) -> str:
    """Return a readable id made of the words of an action alone, and of nothing that another import could change."""
    words = normal(action)
    digest = hashlib.sha256(words.encode()).hexdigest()
    telling = [word for word in re.findall(r"[a-z]+", words) if len(word) > 3][:3] or ["action"]
    id = "_".join([*telling, digest[:4]])
    used, again = set(taken), 2
    while id in used:
        id = "_".join([*telling, digest[:4], str(again)])
        again += 1
    return id


def _single_actions(row: Row, remarks: list[Remark]) -> list[Row]:
    """Divide a row whose action is a list of several, which share what the row says beside them."""
    items = _list_of(row.cells["action"])
    if len(items) < 2:
        return [row]
    when = _list_of(row.cells.get("by_when", ""))
    paired = len(when) == len(items)
    message = "this row lists several actions; each is an action of its own, with the row's other cells"
    if paired:
        message += " and its own deadline"
    remarks.append(Remark("several_actions", message, row.line, " | ".join(items)[:80]))
    return [
        Row(row.line, row.goal, row.policy_area,
            {**row.cells, "action": item, **({"by_when": when[n]} if paired else {})})
        for n, item in enumerate(items)
    ]  # fmt: skip


def _list_of(cell: str) -> list[str]:
    """Return the items of a cell that is a list from its first word on; none for any other cell."""
    if not _ITEM.match(cell):
        return []
    return [item.strip() for item in _ITEM.split(cell) if item.strip()]


def _action(row: Row, source: str, published: date) -> Action:
    cells = {name: _cell(text) for name, text in row.cells.items()}
    leads, doubts = read_leads(cells.get("leads", ""), partners=cells.get("partners", ""))
    other = [
        f"{name.removeprefix('other:')}: {text}" for name, text in cells.items() if name.startswith("other:") and text
    ]
    lead_text = "\n".join(filter(None, (cells.get("leads", ""), cells.get("partners", ""))))
    return Action(
        id="",
        action=_bare(cells["action"]),
        goal=row.goal,
        policy_area=row.policy_area,
        outputs=cells.get("outputs", ""),
        impact=cells.get("impact", ""),
        by_when=cells.get("by_when", ""),
        lead_text=lead_text,
        deadlines=read_deadlines(cells.get("by_when", ""), published=published),
        leads=leads,
        source=source,
        line=row.line,
        other="\n".join(other),
        doubts=doubts,
        published=published,
    )


def _cell(text: str) -> str:
    """Return a cell with usual spaces, its lines kept."""
    return "\n".join(line for line in (plain_line(part) for part in text.split("\n")) if line)


def plain_line(text: str) -> str:
    """Return one line with usual spaces; letters, marks and dashes stay as the Plan has them."""
    return re.sub(r"[ \u00a0\u2007\u202f\t]+", " ", text.replace("\u200b", "").replace("\u00ad", "")).strip()


def _bare(action: str) -> str:
    items = _list_of(action)
    return items[0] if len(items) == 1 else action
