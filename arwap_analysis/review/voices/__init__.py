"""What people said: themes by group, words that may be quoted, agreement of coders, and the numbers beside them."""

from arwap_analysis.review.voices.exhibits import show_agreement, show_beside, show_codes, show_themes
from arwap_analysis.review.voices.findings import Material, VoicesFindings, assess, gather
from arwap_analysis.review.voices.request import VoicesRequest
from arwap_analysis.review.voices.statements import (
    describe_collection,
    describe_limits,
    describe_methods,
    describe_withheld,
    list_sources,
    main_points,
    show_quotations,
)

__all__ = [
    "Material",
    "VoicesFindings",
    "VoicesRequest",
    "assess",
    "describe_collection",
    "describe_limits",
    "describe_methods",
    "describe_withheld",
    "gather",
    "list_sources",
    "main_points",
    "show_agreement",
    "show_beside",
    "show_codes",
    "show_quotations",
    "show_themes",
]
