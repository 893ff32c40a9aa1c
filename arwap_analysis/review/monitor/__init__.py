"""The indicator monitor: every measure of the Plan's framework, those with figures followed, the others listed.

Each section is one call; what it shows is made from the findings alone.
"""

from arwap_analysis.review.monitor.evidence import Followed, Gathered, Monitored, assess, gather
from arwap_analysis.review.monitor.request import Monitor
from arwap_analysis.review.monitor.sections import describe_limits, list_sources, main_points, show_gaps
from arwap_analysis.review.monitor.tables import show_closing, show_missing, show_summary

__all__ = [
    "Followed",
    "Gathered",
    "Monitor",
    "Monitored",
    "assess",
    "describe_limits",
    "gather",
    "list_sources",
    "main_points",
    "show_closing",
    "show_gaps",
    "show_missing",
    "show_summary",
]
