"""Published claims: typed records with the figure exactly as printed, and a grammar that evaluates nothing."""

from arwap_analysis.registers.claims.claim import METRICS, Claim
from arwap_analysis.registers.claims.grammar import NotAllowed
from arwap_analysis.registers.claims.printed import Printed, read_printed
from arwap_analysis.registers.claims.read import BrokenClaim, ClaimData, ClaimSet, read_claims

__all__ = [
    "METRICS",
    "BrokenClaim",
    "Claim",
    "ClaimData",
    "ClaimSet",
    "NotAllowed",
    "Printed",
    "read_claims",
    "read_printed",
]
