"""Write the list of quotations that a person has to look at before any of them is shown."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from arwap_analysis.errors import DataError, Fault
from arwap_analysis.present.harmless import plain_cell
from arwap_analysis.registers import voices

__all__ = ["write_review_list"]


def write_review_list(card: Path, *, out: Path) -> tuple[int, int]:
    """Check the excerpts of a card and write its list; return the number of excerpts and of quotations to look at.

    The file holds people's words and is meant for the person who decides; no report reads it.

    Raises
    ------
    ParameterError, DataError
        For faults of card, frame, excerpts or reviews, or when `out` cannot be written; an earlier file stays.
    """
    described = voices.load_card(card)
    frame = voices.load_frame(card.parent / described.frame)
    coded = voices.read_coded(card.parent / described.file, frame=frame)
    reviews = voices.read_reviews(card.parent / described.reviews) if described.reviews else {}
    listed = voices.review_list(coded, reviews=reviews)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(listed.columns)
    writer.writerows([plain_cell(cell) for cell in row] for row in listed.itertuples(index=False))
    aside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        aside.write_text(buffer.getvalue(), encoding="utf-8")
        aside.replace(out)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise DataError(Fault("cannot_write", f"cannot be written: {error.strerror}", str(out))) from None
    return coded.frame["excerpt"].nunique(), len(listed)
