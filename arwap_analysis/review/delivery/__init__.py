"""A report on the Plan's delivery: the request, what is known, the findings, and the sections that a notebook shows."""

from arwap_analysis.review.delivery.accountability import (
    show_all_actions,
    show_dates_inside,
    show_implementation_gap,
    show_missing,
)
from arwap_analysis.review.delivery.findings import (
    DeliveryEvidence,
    DeliveryFindings,
    assess_delivery,
    gather_delivery,
)
from arwap_analysis.review.delivery.request import Delivery
from arwap_analysis.review.delivery.sections import (
    show_areas,
    show_changes,
    show_deadlines_over_time,
    show_due,
    show_leads,
    show_overdue,
)
from arwap_analysis.review.delivery.statements import (
    describe_delivery,
    describe_delivery_limits,
    list_deadline_rules,
    list_delivery_sources,
    main_delivery_points,
)

__all__ = [
    "Delivery",
    "DeliveryEvidence",
    "DeliveryFindings",
    "assess_delivery",
    "describe_delivery",
    "describe_delivery_limits",
    "gather_delivery",
    "list_deadline_rules",
    "list_delivery_sources",
    "main_delivery_points",
    "show_all_actions",
    "show_areas",
    "show_changes",
    "show_dates_inside",
    "show_deadlines_over_time",
    "show_due",
    "show_implementation_gap",
    "show_leads",
    "show_missing",
    "show_overdue",
]
