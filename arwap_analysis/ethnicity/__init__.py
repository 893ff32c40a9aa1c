"""Ethnic group classifications: codes, names in English and Welsh, and whom each group hides."""

from arwap_analysis.ethnicity.classifications import (
    Classification,
    EthnicGroup,
    classification_ids,
    get_classification,
)

__all__ = ["Classification", "EthnicGroup", "classification_ids", "get_classification"]
