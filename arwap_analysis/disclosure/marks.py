"""What one cell of a published table says: a number, or a mark in place of one.

The marks are the shorthand of the Government Analysis Function: `[c]` confidential, `[low]` rounds to zero but is not
zero, `[u]` low reliability, `[x]` not available, `[z]` not applicable.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

__all__ = ["MARKS", "CellText", "Kind", "read_cell"]

Kind = Literal["number", "c", "low", "u", "x", "z"]
MARKS: dict[str, Kind] = {"[c]": "c", "[low]": "low", "[u]": "u", "[x]": "x", "[z]": "z"}
_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


class CellText(NamedTuple):
    """A cell as read; `value` is NaN for a mark. `decimals` are the digits after the point."""

    kind: Kind
    value: float
    decimals: int = 0


def read_cell(text: str) -> CellText | None:
    """Read the text of a cell; None when it is neither a number nor a mark of the shorthand."""
    bare = text.strip().casefold()
    if bare in MARKS:
        return CellText(MARKS[bare], float("nan"))
    if not _NUMBER.fullmatch(bare):
        return None
    digits = bare.replace(",", "")
    return CellText("number", float(digits), len(digits.partition(".")[2]))
