"""Make text of data and people harmless where it is shown: controls by name, and no formula in a table of text.

Markup is escaped where it is written, by each writer in its own way; this is what escaping leaves.
"""

from __future__ import annotations

import re
from math import isnan

__all__ = ["name_controls", "plain_cell"]

# Controls have no place in a page; those of direction could make a text read as another one.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Programs take a cell for a formula by its first character; the wide forms count where wide forms are usual.
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def name_controls(text: str) -> str:
    """Return the text with the characters that would not be seen, or change how others are, by name: `‹U+202E›`."""
    return _CONTROLS.sub(
        lambda found: (
            f"\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}U+{ord(found[0]):04X}"
            "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
        ),
        text,
    )


def plain_cell(text: str) -> str:
    """Return a cell of a CSV file that no spreadsheet program takes for a formula.

    A text that begins like a formula gets an apostrophe before it, which says "text" to such programs. A number, which
    may begin with its sign, stays as it is. Controls are named.
    """
    if _is_number(text):
        return text
    return name_controls(f"'{text}" if _FORMULA.match(text) else text)


def _is_number(text: str) -> bool:
    """Tell whether a text is a finite number or an infinite one, written by software: no spaces, no underscores."""
    if not text or text != text.strip() or "_" in text or not text.isascii():
        return False
    try:
        return not isnan(float(text))
    except ValueError:
        return False
