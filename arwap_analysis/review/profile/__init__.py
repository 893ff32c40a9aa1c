"""The profile of a local authority: who lives here, and what can and cannot be known of how groups fare.

Each section is one call; what it shows is made from the findings alone.
"""

from arwap_analysis.review.profile.evidence import Evidence, Voice, gather
from arwap_analysis.review.profile.exhibits import show_detectable, show_groups, show_indicators, show_people
from arwap_analysis.review.profile.findings import Findings, assess
from arwap_analysis.review.profile.request import Profile
from arwap_analysis.review.profile.statements import describe_limits, list_sources, main_points

__all__ = [
    "Evidence",
    "Findings",
    "Profile",
    "Voice",
    "assess",
    "describe_limits",
    "gather",
    "list_sources",
    "main_points",
    "show_detectable",
    "show_groups",
    "show_indicators",
    "show_people",
]
