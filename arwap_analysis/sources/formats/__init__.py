"""Read what publishers give out: ten formats, each into one long table, and a look at what is inside."""

from arwap_analysis.sources.formats.inspection import Dimension, Inspection, inspect_table
from arwap_analysis.sources.formats.plans import Declaration
from arwap_analysis.sources.formats.read import FORMATS, detect_format, read_table
from arwap_analysis.sources.formats.table import DEFAULT_LIMITS, STATUSES, Limits, LongTable

__all__ = [
    "DEFAULT_LIMITS",
    "FORMATS",
    "STATUSES",
    "Declaration",
    "Dimension",
    "Inspection",
    "Limits",
    "LongTable",
    "detect_format",
    "inspect_table",
    "read_table",
]
