"""An evidence review: the request, the evidence, the findings, and the sections that a notebook shows.

Each section is one call; what it shows is made from the findings alone.
"""

from arwap_analysis.review.evidence import Evidence, Findings, assess, gather
from arwap_analysis.review.exhibits import (
    show_data,
    show_gap,
    show_gap_over_time,
    show_rates,
    show_rates_over_time,
    show_trend,
)
from arwap_analysis.review.quality import show_data_quality
from arwap_analysis.review.request import Review
from arwap_analysis.review.robustness import show_robustness
from arwap_analysis.review.statements import (
    describe_limits,
    describe_methods,
    list_sources,
    main_points,
    show_question,
)

__all__ = [
    "Evidence",
    "Findings",
    "Review",
    "assess",
    "describe_limits",
    "describe_methods",
    "gather",
    "list_sources",
    "main_points",
    "show_data",
    "show_data_quality",
    "show_gap",
    "show_gap_over_time",
    "show_question",
    "show_rates",
    "show_rates_over_time",
    "show_robustness",
    "show_trend",
]
