"""The coding frame: which codes there are, what each means, and which is part of which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from arwap_analysis.documents import Document, StrictModel, load_model, read_document
from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.indicators.catalogue import ID_PATTERN
from arwap_analysis.texts import Text

__all__ = ["Code", "CodingFrame", "load_frame"]


class Code(StrictModel):
    """One code: its id, its name and definition in each language, and the code that it is part of."""

    id: str = Field(pattern=ID_PATTERN)
    name: Text
    definition: Text
    parent: str | None = None


class CodingFrame(StrictModel):
    """A list of codes, in the order in which reports show them."""

    id: str = Field(pattern=ID_PATTERN)
    title: Text
    codes: list[Code] = Field(min_length=1)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all codes, in order."""
        return tuple(code.id for code in self.codes)

    @property
    def assignable(self) -> tuple[str, ...]:
        """Ids of the codes that an excerpt can be given: those of which no other is a part."""
        parents = {code.parent for code in self.codes}
        return tuple(code.id for code in self.codes if code.id not in parents)

    def code(self, id: str) -> Code:
        """Return a code; raises ParameterError with the nearest one."""
        for code in self.codes:
            if code.id == id:
                return code
        raise ParameterError(Fault("unknown_code", f"there is no code '{id}'", hint=did_you_mean(id, self.ids)))


def load_frame(path: Path) -> CodingFrame:
    """Read a coding frame from a YAML file.

    Raises
    ------
    ParameterError
        With every fault and its line: a code written twice, a parent that there is not, or that is part of itself.
    """
    frame = load_model(path, CodingFrame)
    document = read_document(path)
    if faults := list(_faults(frame, document)):
        raise ParameterError(faults)
    return frame


def _faults(frame: CodingFrame, document: Document) -> Iterator[Fault]:
    file = document.name
    parents = {code.id: code.parent for code in frame.codes}
    seen: set[str] = set()
    for number, code in enumerate(frame.codes):
        row = document.line(("codes", number, "id"))
        if code.id in seen:
            yield Fault("code_twice", f"the code '{code.id}' is written twice", file, row, hint="Keep one.")
        seen.add(code.id)
        if code.parent is not None and code.parent not in parents:
            hint = did_you_mean(code.parent, frame.ids)
            row = document.line(("codes", number, "parent"))
            yield Fault("unknown_parent", "there is no such code", file, row, "parent", code.parent, hint)
        above, path = code.parent, {code.id}
        while above is not None and above in parents and above not in path:
            path.add(above)
            above = parents[above]
        if above in path:
            row = document.line(("codes", number, "parent"))
            yield Fault("circular_parent", f"the code '{code.id}' is part of itself", file, row, "parent", code.parent)
