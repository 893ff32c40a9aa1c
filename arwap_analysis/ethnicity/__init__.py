"""Ethnic group classifications: codes, names in English and Welsh, whom each hides, and ways between them."""

from arwap_analysis.ethnicity.classifications import (
    Classification,
    EthnicGroup,
    classification_ids,
    get_classification,
)
from arwap_analysis.ethnicity.crosswalk import GroupMapping, crosswalk, map_group, series_breaks
from arwap_analysis.ethnicity.harmonise import (
    Harmonised,
    harmonise_file,
    harmonise_labels,
    names_an_observation,
    read_mapping,
)

__all__ = [
    "Classification",
    "EthnicGroup",
    "GroupMapping",
    "Harmonised",
    "classification_ids",
    "crosswalk",
    "get_classification",
    "harmonise_file",
    "harmonise_labels",
    "map_group",
    "names_an_observation",
    "read_mapping",
    "series_breaks",
]
