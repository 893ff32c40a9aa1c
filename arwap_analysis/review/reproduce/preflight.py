"""Check the parameters and the claims of a report before a notebook is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arwap_analysis.errors import Fault
from arwap_analysis.review.input_files import InputFile, input_file
from arwap_analysis.review.report_request import refuse_untranslated, validated
from arwap_analysis.review.reproduce.request import ClaimsRequest, ReproductionFindings, recompute, recompute_claim

__all__ = ["check_claim", "check_inputs"]


def check_inputs(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the files of claims and every data file that they name, each with its SHA-256.

    Raises ParameterError with every fault of the parameters, and with every text that is not written in one of the
    languages asked for.
    """
    return _checked(recompute(validated(ClaimsRequest, parameters), project=project))


def check_claim(parameters: Mapping[str, Any], *, project: Path) -> tuple[InputFile, ...]:
    """Return the files of claims and the data of the one claim that is asked for; raises as `check_inputs` does."""
    return _checked(recompute_claim(validated(ClaimsRequest, parameters), project=project))


def _checked(findings: ReproductionFindings) -> tuple[InputFile, ...]:
    request = findings.request
    refuse_untranslated(request, {}, _untranslated(findings))
    found = findings.reproduction.claims
    names = dict.fromkeys(o.claim.data for o in findings.reproduction.outcomes if o.claim and o.computed is not None)
    return (*map(input_file, found.files), *((found.data.path(name), found.data.sha256(name), ()) for name in names))


def _untranslated(findings: ReproductionFindings) -> list[Fault]:
    if "cy" not in findings.request.language:
        return []
    return [
        Fault("missing_translation", "the claim has no title in Welsh", outcome.claim.id, column="title_cy",
              value=outcome.claim.title, hint="Write it there, or leave 'cy' out of 'language'.")
        for outcome in findings.reproduction.outcomes
        if outcome.claim is not None and not outcome.claim.title_cy
    ]  # fmt: skip
