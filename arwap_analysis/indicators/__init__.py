"""The indicator table, the cards of indicators, and how numerators meet denominators."""

from arwap_analysis.indicators.assemble import assemble_indicator
from arwap_analysis.indicators.catalogue import (
    Denominator,
    IndicatorCard,
    Numerator,
    Title,
    indicator_ids,
    load_indicator,
)
from arwap_analysis.indicators.periods import Period, parse_period
from arwap_analysis.indicators.schema import COLUMNS, STATUSES, validate

__all__ = [
    "COLUMNS",
    "STATUSES",
    "Denominator",
    "IndicatorCard",
    "Numerator",
    "Period",
    "Title",
    "assemble_indicator",
    "indicator_ids",
    "load_indicator",
    "parse_period",
    "validate",
]
