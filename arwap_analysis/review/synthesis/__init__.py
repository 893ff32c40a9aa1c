"""An evidence synthesis: many sources, one question, and the sections that a notebook shows.

Each section is one call; what it shows is made from the findings alone.
"""

from arwap_analysis.review.synthesis.checks import show_leave_one_out, show_small_sources, show_subgroups
from arwap_analysis.review.synthesis.findings import Findings, assess, gather
from arwap_analysis.review.synthesis.request import Synthesis
from arwap_analysis.review.synthesis.sections import show_evidence, show_forest, show_pooled
from arwap_analysis.review.synthesis.statements import (
    describe_limits,
    describe_methods,
    list_sources,
    main_points,
    show_question,
    state_certainty,
)

__all__ = [
    "Findings",
    "Synthesis",
    "assess",
    "describe_limits",
    "describe_methods",
    "gather",
    "list_sources",
    "main_points",
    "show_evidence",
    "show_forest",
    "show_leave_one_out",
    "show_pooled",
    "show_question",
    "show_small_sources",
    "show_subgroups",
    "state_certainty",
]
