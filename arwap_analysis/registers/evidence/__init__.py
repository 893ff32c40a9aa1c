"""What evidence there is by ethnic group: a register of sources, whom they cover, and where the gaps are."""

from arwap_analysis.registers.evidence.coverage import CROSSINGS, coverage_of, crossings_map, evidence_map
from arwap_analysis.registers.evidence.priorities import PARTS, gap_parts
from arwap_analysis.registers.evidence.register import EvidenceRegister, EvidenceSource, PolicyArea, load_register

__all__ = [
    "CROSSINGS",
    "PARTS",
    "EvidenceRegister",
    "EvidenceSource",
    "PolicyArea",
    "coverage_of",
    "crossings_map",
    "evidence_map",
    "gap_parts",
    "load_register",
]
