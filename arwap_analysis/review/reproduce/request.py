"""The request of a report on published claims, and what was found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import field_validator

from arwap_analysis.errors import Fault, ParameterError, did_you_mean
from arwap_analysis.project import find_project
from arwap_analysis.registers.claims import Claim, read_claims
from arwap_analysis.review.report_request import ReportRequest
from arwap_analysis.review.reproduce.compute import Outcome, Reproduction, judge_claim, reproduce_claims
from arwap_analysis.review.reproduce.consistency import check_claims
from arwap_analysis.review.reproduce.inputs import Inputs, inputs_of
from arwap_analysis.review.reproduce.sensitivity import SpecificationCurve, specification_curve

__all__ = ["ClaimsRequest", "ReproductionFindings", "recompute", "recompute_claim"]


class ClaimsRequest(ReportRequest):
    """Which claims to recompute; its fields are the parameters of `reproduce_findings.ipynb` and `claim_page.ipynb`."""

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
    """The outcomes of the claims of a request; of the chosen one its specification curve and what it follows from.

    `curve` and `inputs` are None where the chosen claim cannot be computed.
    """

    request: ClaimsRequest
    reproduction: Reproduction
    chosen: Outcome
    curve: SpecificationCurve | None = None
    inputs: Inputs | None = None

    @property
    def languages(self) -> Sequence[str]:
        """Language tags, that of the main page first."""
        return self.request.language

    def title_of(self, id: str, language: str) -> str:
        """Return what a claim is called in a language; its id where the row is no claim."""
        found = next(claim for claim in self.reproduction.claims.claims if claim.id == id)
        if not isinstance(found, Claim):
            return found.id
        return (found.title_cy if language == "cy" else found.title) or found.id


def recompute(request: ClaimsRequest, *, project: Path | None = None) -> ReproductionFindings:
    """Recompute the claims of a request, and the chosen one (or the first that can be) under other choices.

    Raises
    ------
    ParameterError
        When there are no claims, or none of the id asked for that can be computed.
    """
    folder = (project or find_project()) / request.claims
    reproduction = reproduce_claims(folder)
    known = {o.id: o for o in reproduction.outcomes if o.claim is not None and o.computed is not None}
    if request.claim is not None and request.claim not in known:
        fault = Fault("no_such_claim", "no claim of this id can be computed", value=request.claim, column="claim",
                      hint=did_you_mean(request.claim, sorted(known)))  # fmt: skip
        raise ParameterError(fault)
    first = next(iter(known.values()), reproduction.outcomes[0])
    return _with_chosen(request, reproduction, known.get(request.claim or "", first))


def recompute_claim(request: ClaimsRequest, *, project: Path | None = None) -> ReproductionFindings:
    """Recompute one claim of a folder by itself; printed figures of the others are held against its own.

    No data but its own are read, so that its page stays as it is when those of another claim change.

    Raises
    ------
    ParameterError
        When there are no claims, or none of the id asked for. A claim that cannot be computed has a page too.
    """
    read = read_claims((project or find_project()) / request.claims)
    asked = next((claim for claim in read.claims if claim.id == request.claim), None)
    if asked is None:
        fault = Fault("no_such_claim", "there is no claim of this id", value=request.claim, column="claim",
                      hint=did_you_mean(str(request.claim), sorted(claim.id for claim in read.claims)))  # fmt: skip
        raise ParameterError(fault)
    checks = check_claims(claim for claim in read.claims if isinstance(claim, Claim))
    outcome = judge_claim(asked, read.data)
    own = tuple(check for check in checks if asked.id in check.claims)
    return _with_chosen(request, Reproduction(read, (outcome,), own), outcome)


def _with_chosen(request: ClaimsRequest, reproduction: Reproduction, chosen: Outcome) -> ReproductionFindings:
    """Add the curve of the chosen claim and what it follows from, where it can be computed."""
    if chosen.claim is None or chosen.computed is None:
        return ReproductionFindings(request, reproduction, chosen)
    frame = reproduction.claims.data.frame(chosen.claim.data)
    try:
        curve = specification_curve(chosen.claim, frame)
    except ValueError:  # it can be computed only when missing cells are read otherwise, which the page names
        curve = None
    return ReproductionFindings(request, reproduction, chosen, curve, inputs_of(chosen.claim, frame, chosen.reading))
