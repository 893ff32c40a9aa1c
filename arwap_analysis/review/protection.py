"""Protect the counts of a source before anything is computed from them.

What the analysis never sees cannot leave: rates, ratios, trends, charts, sentences and text alternatives are all made
from the protected counts, so that whatever would need a hidden one is absent with the same reason.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import ValidationError

from arwap_analysis.documents import Document, faults_of
from arwap_analysis.errors import Fault, ParameterError
from arwap_analysis.sources import Protection, SourceCard, SourceTable

# The solver behind it is loaded only for data that are not open.
if TYPE_CHECKING:
    from arwap_analysis.disclosure import DisclosurePolicy, ProtectedIndicator

__all__ = ["policy_of", "protect_source", "refuse_protected_population", "rounding_base_of"]


def policy_of(card: SourceCard, *, project: Path) -> DisclosurePolicy | None:
    """Return the rule of a source, None for open data.

    Raises ParameterError when its card of the rule is missing, or with every fault of the rule.
    """
    if not isinstance(card.disclosure, Protection):
        return None
    from arwap_analysis.disclosure import DisclosurePolicy, read_policy

    if isinstance(card.disclosure.policy, str):
        return read_policy(project / card.disclosure.policy)
    content = {"id": card.id, **card.disclosure.policy}
    try:
        return DisclosurePolicy.model_validate(content)
    except ValidationError as error:
        document = Document(f"source card '{card.id}', disclosure.policy", content, {})
        raise ParameterError(faults_of(error, DisclosurePolicy, document)) from None


def protect_source(
    source: SourceTable, table: pd.DataFrame, policy: DisclosurePolicy
) -> tuple[SourceTable, ProtectedIndicator]:
    """Return the source with its counts protected, and what was done.

    Parameters
    ----------
    source : SourceTable
        Counts as the reader left them.
    table : DataFrame
        The indicator table of all of them: every period of the source, so that two reports on different periods hide
        the same figures.

    Raises
    ------
    DataError
        When totals that are published elsewhere give hidden counts away.
    """
    from arwap_analysis.disclosure import protect_indicator

    protection = source.card.disclosure
    if not isinstance(protection, Protection):
        raise ParameterError(Fault("open_data", f"the source '{source.card.id}' is open data and needs no protection"))
    # The sum over groups is taken as known in any case: the reader of the source compares with it, and says so.
    totals = tuple(dict.fromkeys(("group", *protection.totals)))
    protected = protect_indicator(table, policy=policy, totals=totals, broad=protection.broad)
    safe = protected.frame.set_index(["group", "period"])
    keys = pd.MultiIndex.from_frame(source.frame[["group", "period"]])
    columns = {"numerator": "value", "status": "status", "reason": "reason"}
    counts = {ours: safe[theirs].reindex(keys).to_numpy() for theirs, ours in columns.items()}
    hidden = counts["status"] == "suppressed"
    # Of a count that is shown, the source's own status and reason stay; the table's speak of its population as well.
    frame = source.frame.assign(
        value=counts["value"].astype(float),
        status=source.frame["status"].mask(hidden, "suppressed"),
        reason=source.frame["reason"].mask(hidden, counts["reason"]),
    )
    return replace(source, frame=frame), protected


def refuse_protected_population(source: SourceTable) -> None:
    """Refuse a population that is not open: whoever knows it can work out counts from rates."""
    if isinstance(source.card.disclosure, Protection):
        raise ParameterError(
            Fault(
                "protected_population",
                "a population has to be open data, because a reader is taken to know it",
                f"source card '{source.card.id}'",
                column="disclosure",
                hint="Divide by published populations, or protect the rates as a table of their own (arwap protect).",
            )
        )


def rounding_base_of(card: SourceCard, policy: DisclosurePolicy | None) -> int | None:
    """Return the multiple to which counts are rounded, by the publisher or by us, as bounds of rounding take it."""
    if policy is None or policy.rounding is None:
        return card.rounding_base
    if policy.rounding.method == "nearest":
        return policy.rounding.base
    # Up or down by as much as the whole base: as far as rounding to the nearest multiple of twice that.
    return 2 * (policy.rounding.base - 1)
