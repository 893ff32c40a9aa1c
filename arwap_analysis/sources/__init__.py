"""Readers of published tables, and the cards that say what each table is."""

from arwap_analysis.sources.base import (
    Area,
    Layout,
    SourceCard,
    SourceTable,
    file_digest,
    load_source,
    source_ids,
)
from arwap_analysis.sources.published import read_published
from arwap_analysis.sources.tidy import to_indicator_table

__all__ = [
    "Area",
    "Layout",
    "SourceCard",
    "SourceTable",
    "file_digest",
    "load_source",
    "read_published",
    "source_ids",
    "to_indicator_table",
]
