"""Read who leads an action and who is a partner in it, from one cell in which they stand together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from arwap_analysis.registers.plan.read_deadlines import plain

__all__ = ["ROLES", "Lead", "read_leads"]

ROLES = ("lead", "named", "partner")
"""Lead: named first, or as lead. Named: after the first, the Plan does not say as what. Partner: said to be one."""

_BULLETS = re.compile(
    "(?:^|\n|(?<=\\s))\\s*[\u2022\u25cf\u25aa\u25e6\u2023\u00b7\uf0b7]\\s*|(?:^|\n)\\s*(?:[-\u2013*]|o(?=\\s))\\s+|\n"
)
_SENTENCES = re.compile(r"(?<=[a-z)])\.\s+(?=[A-Z(])|;\s*")
# A small letter, or a full stop, that runs into a capital: two cells or two lines lost what was between them.
_GLUED = re.compile(r"(?<=[a-z])\.(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z][a-z]{2})|(?<=[a-z]{2})(?=[A-Z]{3})")
_WHOLE = (
    "GovTech", "StatsWales", "StatsCymru", "DataCymru", "ColegauCymru", "CollegesWales", "MacDonald", "McDonald",
)  # fmt: skip
"""Names with a capital inside that are whole."""
_RELATION = re.compile(
    r",?\s+(?P<how>(?:jointly |working |and |)(?:supported by|with (?:the )?support (?:from|of)|in consultation with"
    r"|in partnership with|in collaboration with|in conjunction with|together with|alongside|working with|along with"
    r"|in co-?operation with|with input from|with))\s+",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"\s+(?P<task>to (?:commission|lead|support|co-?ordinate|oversee|deliver|manage|report|review|develop|advise"
    r"|provide)\b.*"
    r"|(?:reporting|leading|commissioning|coordinating|overseeing|responsible for|who will)\b.*)$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?P<label>(?:policy |joint |co-)?leads?|owners?|(?:key |delivery )?partners?)\s*[:\-\u2013]\s*", re.I
)
_OFFICES = re.compile(
    r"\b(?:secretary|director|minister|officer|head|chair|commissioner|chief|manager|professor|dr|deputy|adviser)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Lead:
    """One body or office that the Plan names beside an action.

    `role` is one of `ROLES`; `relation` holds the words that say how ("supported by"), `task` what it is to do.
    """

    name: str
    role: str
    relation: str = ""
    task: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"there is no role '{self.role}'")


def read_leads(cell: str, *, partners: str = "") -> tuple[tuple[Lead, ...], tuple[str, ...]]:
    """Return the leads and partners of a cell, and in words what a person should look at.

    Parameters
    ----------
    cell : str
        The cell as it stands: bullets, sentences, several names run together.
    partners : str
        A cell of partners of its own, where the table has one.

    Notes
    -----
    The body that is named first leads; who is named after "supported by" or "with" is a partner. Of further bodies in
    one cell the Plan does not say whether they lead. "And" joins names of one body as often as two bodies, so nothing
    is divided there.
    """
    leads: list[Lead] = []
    doubts: list[str] = []
    role = "lead"
    for item in _items(cell, doubts):
        label = _LABEL.match(item)
        if label:
            role = "partner" if "partner" in label["label"].casefold() else "lead"
            item = item[label.end() :]
            names = [name for part in _listed(item) for name in _one(part, role)]
        else:
            names = _one(item, role)
        leads += names
        if not label and role == "lead":
            role = "named"
    for item in _items(partners, doubts):
        leads += _one(_LABEL.sub("", item), "partner")
    once = {(lead.name.casefold(), lead.role): lead for lead in reversed(leads) if lead.name}
    return tuple(reversed(once.values())), tuple(dict.fromkeys(doubts))


def _items(cell: str, doubts: list[str]) -> list[str]:
    """Divide a cell where bullets, lines, sentences or lost spaces divide it."""
    items: list[str] = []
    for part in _BULLETS.split(cell):
        for sentence in _SENTENCES.split(plain(part)):
            pieces = _unglued(sentence)
            if len(pieces) > 1:
                doubts.append(f"names ran together and were divided: {' | '.join(pieces)}")
            for piece in pieces:
                items += _listed(piece)
    return [item.strip(" .,;") for item in items if item.strip(" .,;-")]


def _unglued(text: str) -> list[str]:
    protected = text
    for n, word in enumerate(_WHOLE):
        protected = protected.replace(word, f"\ue000{n}\ue001")
    pieces = [piece.strip() for piece in _GLUED.split(protected) if piece.strip()]
    return [re.sub("\ue000(\\d+)\ue001", lambda found: _WHOLE[int(found[1])], piece) for piece in pieces] or [text]


def _listed(text: str) -> list[str]:
    """Divide a list with commas; an office and its body ("Permanent Secretary, Welsh Government") stay together."""
    parts = [part.strip() for part in re.split(r",\s+(?:and )?", text)]
    capital = all(part[:1].isupper() for part in parts if part)
    if len(parts) < 2 or not capital or (len(parts) == 2 and _OFFICES.search(parts[0])) or _RELATION.search(parts[0]):
        return [text]
    return parts


def _one(item: str, role: str) -> list[Lead]:
    """Read one lead, and the partners that are named after it."""
    first, *rest = _RELATION.split(item)
    lead = _named(first, role)
    leads = [lead] if lead.name else []
    for how, names in zip(rest[::2], rest[1::2], strict=True):
        leads += [_named(name, "partner", relation=plain(how).casefold()) for name in _listed(names)]
    return leads


def _named(text: str, role: str, *, relation: str = "") -> Lead:
    task = _TASK.search(text)
    name = text[: task.start()] if task else text
    name = re.sub(r"^(?:the|and)\s+", "", name.strip(" .,;:"), flags=re.IGNORECASE)
    return Lead(name, role, relation, plain(task["task"]).rstrip(".") if task else "")
