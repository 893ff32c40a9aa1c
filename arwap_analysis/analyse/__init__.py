"""The frame level: indicator table in, tidy result out, with the method named in every row."""

from arwap_analysis.analyse.disparities import Better, compare_with_reference, estimate_rates
from arwap_analysis.analyse.results import FEW_EVENTS, RESULT_COLUMNS
from arwap_analysis.analyse.robustness import ratio_under_other_choices, recording_completeness
from arwap_analysis.analyse.trends import MINIMUM_PERIODS, trend_of_gap

__all__ = [
    "FEW_EVENTS",
    "MINIMUM_PERIODS",
    "RESULT_COLUMNS",
    "Better",
    "compare_with_reference",
    "estimate_rates",
    "ratio_under_other_choices",
    "recording_completeness",
    "trend_of_gap",
]
