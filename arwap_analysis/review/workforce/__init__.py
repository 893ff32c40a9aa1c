"""A report on a workforce and its pay: representation by grade, recruitment, pay gaps, and the sections of a notebook.

Each section is one call; what it shows is made from the findings alone. A section whose table was not given says so.
"""

from arwap_analysis.review.workforce.findings import Evidence, Findings, assess, gather
from arwap_analysis.review.workforce.pay import show_decomposition, show_pay_gap, show_pay_quarters
from arwap_analysis.review.workforce.request import Workforce
from arwap_analysis.review.workforce.sections import show_pipeline, show_representation
from arwap_analysis.review.workforce.statements import (
    describe_limits,
    describe_methods,
    list_sources,
    main_points,
    show_question,
)

__all__ = [
    "Evidence",
    "Findings",
    "Workforce",
    "assess",
    "describe_limits",
    "describe_methods",
    "gather",
    "list_sources",
    "main_points",
    "show_decomposition",
    "show_pay_gap",
    "show_pay_quarters",
    "show_pipeline",
    "show_question",
    "show_representation",
]
