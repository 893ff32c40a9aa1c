"""The request of a report on published claims, and what was found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import field_validator

from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.project import find_project
from arwap_analysis.registers.claims import Claim
from arwap_analysis.review.report_request import ReportRequest
from arwap_analysis.review.reproduce.compute import Reproduction, reproduce_claims
from arwap_analysis.review.reproduce.sensitivity import SpecificationCurve, specification_curve

__all__ = ["ClaimsRequest", "ReproductionFindings", "recompute"]


class ClaimsRequest(ReportRequest):
    """Which claims to recompute; its fields are the parameters of `notebooks/reproduce_findings.ipynb`."""

    claims: str = "claims"
    claim: str | None = None

    @field_validator("claims")
    @classmethod
    def _inside_the_project(cls, value: str) -> str:
        if Path(value).is_absolute() or ".." in Path(value).parts:
            raise ValueError("the claims have to lie in the project folder")
        return value


@dataclass(frozen=True)
class ReproductionFindings:
    """The outcomes of the claims of a request, and the specification curve of the chosen one."""

    request: ClaimsRequest
    reproduction: Reproduction
    curve: SpecificationCurve | None

    @property
    def languages(self) -> Sequence[str]:
        """Language tags, that of the main page first."""
        return self.request.language

    def title_of(self, id: str, language: str) -> str:
        """Return what a claim is called in a language; its id where the row is no claim."""
        outcome = next(outcome for outcome in self.reproduction.outcomes if outcome.id == id)
        if outcome.claim is None:
            return outcome.id
        return (outcome.claim.title_cy if language == "cy" else outcome.claim.title) or outcome.id


def recompute(request: ClaimsRequest, *, project: Path | None = None) -> ReproductionFindings:
    """Recompute the claims of a request, and the chosen one (or the first that can be) under other choices.

    Raises
    ------
    ParameterError
        When there are no claims, or none of the id asked for that can be computed.
    """
    folder = (project or find_project()) / request.claims
    reproduction = reproduce_claims(folder)
    known = {o.id: o.claim for o in reproduction.outcomes if o.claim is not None and o.computed is not None}
    if request.claim is not None and request.claim not in known:
        fault = Fault("no_such_claim", "no claim of this id can be computed", value=request.claim, column="claim",
                      hint=did_you_mean(request.claim, sorted(known)))  # fmt: skip
        raise ParameterError(fault)
    chosen: Claim | None = known.get(request.claim or "") or next(iter(known.values()), None)
    curve = None
    if chosen is not None:
        curve = specification_curve(chosen, reproduction.claims.data.frame(chosen.data))
    return ReproductionFindings(request, reproduction, curve)
