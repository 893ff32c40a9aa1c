"""The evidence gap map: what evidence there is for whom, and what to close first."""

from arwap_analysis.review.gap_map.exhibits import (
    show_crossings,
    show_groups,
    show_map,
    show_priorities,
    show_sensitivity,
    show_sources,
)
from arwap_analysis.review.gap_map.findings import GapFindings, GapMaterial, assess, gather
from arwap_analysis.review.gap_map.request import GapRequest
from arwap_analysis.review.gap_map.statements import describe_limits, describe_methods, list_priorities, main_points

__all__ = [
    "GapFindings",
    "GapMaterial",
    "GapRequest",
    "assess",
    "describe_limits",
    "describe_methods",
    "gather",
    "list_priorities",
    "main_points",
    "show_crossings",
    "show_groups",
    "show_map",
    "show_priorities",
    "show_sensitivity",
    "show_sources",
]
