"""An adjusted disparity: the request, the data, the findings, and the sections that a notebook shows.

Whether a gap between ethnic groups is still there once other characteristics are taken into account.
"""

from arwap_analysis.review.adjusted.card import AdjustedCard, AdjustedReview
from arwap_analysis.review.adjusted.crossings import show_crossings
from arwap_analysis.review.adjusted.evidence import AdjustedEvidence, gather
from arwap_analysis.review.adjusted.exhibits import (
    show_confounding,
    show_covariates,
    show_differences,
    show_groups,
    show_ratios,
)
from arwap_analysis.review.adjusted.findings import AdjustedFindings, assess
from arwap_analysis.review.adjusted.statements import (
    describe_limits,
    describe_methods,
    list_sources,
    main_points,
    show_question,
)

__all__ = [
    "AdjustedCard",
    "AdjustedEvidence",
    "AdjustedFindings",
    "AdjustedReview",
    "assess",
    "describe_limits",
    "describe_methods",
    "gather",
    "list_sources",
    "main_points",
    "show_confounding",
    "show_covariates",
    "show_crossings",
    "show_differences",
    "show_groups",
    "show_question",
    "show_ratios",
]
