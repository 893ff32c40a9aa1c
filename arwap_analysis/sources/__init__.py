"""Readers of published tables, the cards that say what each table is, and the reduction of microdata to sums."""

from arwap_analysis.sources.base import (
    Area,
    Layout,
    Protection,
    SourceCard,
    SourceTable,
    file_digest,
    load_source,
    source_ids,
)
from arwap_analysis.sources.microdata import (
    Outcome,
    Reduction,
    SufficientStatistics,
    explain_sql,
    reduce_microdata,
)
from arwap_analysis.sources.published import read_published
from arwap_analysis.sources.survey import survey_indicator_table
from arwap_analysis.sources.tidy import to_indicator_table

__all__ = [
    "Area",
    "Layout",
    "Outcome",
    "Protection",
    "Reduction",
    "SourceCard",
    "SourceTable",
    "SufficientStatistics",
    "explain_sql",
    "file_digest",
    "load_source",
    "read_published",
    "reduce_microdata",
    "source_ids",
    "survey_indicator_table",
    "to_indicator_table",
]
