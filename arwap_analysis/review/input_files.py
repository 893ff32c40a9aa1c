"""The files that a report reads, each with its digest and what its card says of where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from arwap_analysis.sources import SourceTable, file_digest
from arwap_analysis.texts import Text

__all__ = ["InputFile", "Origin", "each_once", "files_of", "input_file", "is_open", "origin_of"]

Origin = tuple[tuple[str, str], ...]
InputFile = tuple[Path, str | None, Origin]

# It keeps private what a run leaves beside the report: its notebook, its digests, the words of a failed run.
_NOT_OPEN: Origin = (("disclosure", "not open data: protected before anything is shown"),)


def input_file(path: Path, origin: Origin = ()) -> InputFile:
    """Return a file with its SHA-256, and where it comes from."""
    return path, file_digest(path), origin


def is_open(card: Any) -> bool:
    """Whether the data of a card are open; a card without `disclosure` is of published figures alone."""
    return bool(getattr(card, "disclosure", "open") == "open")


def origin_of(card: Any) -> Origin:
    """Return what a card says of where its file comes from: of title, publisher and licence, what it has.

    One of data that are not open has an entry that says so.
    """
    names = ("title", "publisher", "collection", "licence", "obtained")
    said: dict[str, Text | None] = {name: getattr(card, name, None) for name in names}
    words = {name: (text.en or text.cy or "").strip() for name, text in said.items() if text is not None}
    return (("source", card.id), *words.items(), *(() if is_open(card) else _NOT_OPEN))


def files_of(sources: Iterable[SourceTable], folder: Path) -> list[InputFile]:
    """Return the file of each source, after the place in `folder` where a copy of a file of the package would be."""
    files: list[InputFile] = []
    for source in sources:
        if not source.path.is_relative_to(folder):
            files.append((folder / source.card.file, None, ()))
        files.append((source.path, source.sha256, origin_of(source.card)))
    return files


def each_once(files: Iterable[InputFile]) -> tuple[InputFile, ...]:
    """Return the files without repetition: one file can hold both counts and populations."""
    once: dict[Path, InputFile] = {}
    for file in files:
        once.setdefault(file[0], file)
    return tuple(once.values())
