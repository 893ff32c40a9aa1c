"""The frame level: indicator table in, tidy result out, with the method named in every row."""

from arwap_analysis.analyse.disparities import Better, Reference, compare_with_reference
from arwap_analysis.analyse.levels import estimate_levels, reliability, standardise_levels
from arwap_analysis.analyse.quality import describe_quality
from arwap_analysis.analyse.results import FEW_EVENTS, RESULT_COLUMNS
from arwap_analysis.analyse.robustness import ratio_under_other_choices, recording_completeness
from arwap_analysis.analyse.shares import compare_pipeline, compare_representation
from arwap_analysis.analyse.small import detectable_ratios, pool_periods, shrink_over_areas
from arwap_analysis.analyse.summaries import compare_over_areas, measure_segregation, summarise_inequality
from arwap_analysis.analyse.trends import MINIMUM_PERIODS, trend_of_gap

__all__ = [
    "FEW_EVENTS",
    "MINIMUM_PERIODS",
    "RESULT_COLUMNS",
    "Better",
    "Reference",
    "compare_over_areas",
    "compare_pipeline",
    "compare_representation",
    "compare_with_reference",
    "describe_quality",
    "detectable_ratios",
    "estimate_levels",
    "measure_segregation",
    "pool_periods",
    "ratio_under_other_choices",
    "recording_completeness",
    "reliability",
    "shrink_over_areas",
    "standardise_levels",
    "summarise_inequality",
    "trend_of_gap",
]
