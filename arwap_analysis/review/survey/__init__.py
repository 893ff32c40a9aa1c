"""A survey review: the request, the survey, the findings, and the sections that a notebook shows.

An outcome of a complex survey (a share or a mean) in each ethnic group, with errors that follow the design.
"""

from arwap_analysis.review.survey.card import SurveyCard, SurveyReview
from arwap_analysis.review.survey.evidence import SurveyEvidence, gather
from arwap_analysis.review.survey.exhibits import show_estimates, show_gaps, show_quality, show_survey
from arwap_analysis.review.survey.findings import SurveyFindings, assess
from arwap_analysis.review.survey.statements import (
    describe_limits,
    describe_methods,
    list_sources,
    main_points,
    show_question,
)

__all__ = [
    "SurveyCard",
    "SurveyEvidence",
    "SurveyFindings",
    "SurveyReview",
    "assess",
    "describe_limits",
    "describe_methods",
    "gather",
    "list_sources",
    "main_points",
    "show_estimates",
    "show_gaps",
    "show_quality",
    "show_question",
    "show_survey",
]
