"""What people said: coded excerpts of consultations and dialogues, what may be quoted, and what may be counted."""

from arwap_analysis.registers.voices.card import CONSENTS, Beside, VoicesCard, load_card
from arwap_analysis.registers.voices.frame import Code, CodingFrame, load_frame
from arwap_analysis.registers.voices.identifying import KINDS, Found, find_identifying
from arwap_analysis.registers.voices.read import COLUMNS, Coded, read_coded
from arwap_analysis.registers.voices.release import (
    HeldBack,
    Quotation,
    Released,
    quotation_digest,
    release_quotations,
    review_list,
)
from arwap_analysis.registers.voices.reviews import Review, read_reviews
from arwap_analysis.registers.voices.themes import count_themes, ratings_by_code, settled_codes, speakers_by_group

__all__ = [
    "COLUMNS",
    "CONSENTS",
    "KINDS",
    "Beside",
    "Code",
    "Coded",
    "CodingFrame",
    "Found",
    "HeldBack",
    "Quotation",
    "Released",
    "Review",
    "VoicesCard",
    "count_themes",
    "find_identifying",
    "load_card",
    "load_frame",
    "quotation_digest",
    "ratings_by_code",
    "read_coded",
    "read_reviews",
    "release_quotations",
    "review_list",
    "settled_codes",
    "speakers_by_group",
]
