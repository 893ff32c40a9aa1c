"""Protect the counts of a source before anything is computed from them.

What the analysis never sees cannot leave: rates, ratios, trends, charts, sentences and text alternatives are all made
from the protected counts, so that whatever would need a hidden one is absent with the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import ValidationError

from arwap_analysis.documents import Document, faults_of
from arwap_analysis.errors import DataError, Fault, ParameterError
from arwap_analysis.sources import Protection, SourceCard, SourceTable

_WITHOUT_FIGURES = (
    "The table has no total to compare with.",
    "The groups add up to the published total in all ",
    "All figures of the file are multiples of ",
)
_NOT_REPEATED = (
    "What else its reader compared, and what the file notes, is not repeated, because the data are not open."
)

# The solver behind it is loaded only for data that are not open.
if TYPE_CHECKING:
    from arwap_analysis.disclosure import DisclosurePolicy, ProtectedIndicator

__all__ = [
    "policy_files",
    "policy_of",
    "protect_source",
    "refuse_protected_population",
    "rounding_base_of",
    "without_figures",
]


def policy_of(card: SourceCard, *, project: Path) -> DisclosurePolicy | None:
    """Return the rule of a source, None for open data.

    Raises ParameterError when its card of the rule is missing, or with every fault of the rule.
    """
    if not isinstance(card.disclosure, Protection):
        return None
    from arwap_analysis.disclosure import DisclosurePolicy, read_policy

    if isinstance(card.disclosure.policy, str):
        policy = read_policy(project / card.disclosure.policy)
    else:
        content = {"id": card.id, **card.disclosure.policy}
        try:
            policy = DisclosurePolicy.model_validate(content)
        except ValidationError as error:
            document = Document(f"source card '{card.id}', disclosure.policy", content, {})
            raise ParameterError(faults_of(error, DisclosurePolicy, document)) from None
    if policy.threshold is None and policy.rounding is None and policy.dominance is None:
        hint = "Give a threshold or a rounding; if the publisher has protected the figures, write disclosure: open."
        raise ParameterError(
            Fault("no_rule", "the rule hides nothing and rounds nothing", f"source card '{card.id}'", hint=hint)
        )
    return policy


def policy_files(sources: Iterable[SourceTable], *, project: Path) -> tuple[Path, ...]:
    """Return the cards of rules that the cards of sources name: a report is not up to date when one has changed."""
    rules = [s.card.disclosure.policy for s in sources if isinstance(s.card.disclosure, Protection)]
    return tuple(project / rule for rule in rules if isinstance(rule, str))


@contextmanager
def without_figures(card: SourceCard) -> Iterator[None]:
    """Take out of errors about data that are not open what stands in the cells: errors go into lists and logs."""
    try:
        yield
    except DataError as error:
        if isinstance(card.disclosure, Protection):
            raise DataError([replace(fault, value=None) for fault in error.faults]) from None
        raise


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
    if "area" in protection.totals:
        raise ParameterError(
            Fault(
                "one_area",
                "a report reads one area of a source, and cannot protect the sum over several",
                f"source card '{source.card.id}'",
                column="disclosure.totals",
                hint="Protect the table of all areas with arwap protect, and let the reports read what that wrote.",
            )
        )
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
    return replace(source, frame=frame, checks=_checks(source.checks)), protected


def _checks(said: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out of what the reader of a source says whatever may hold figures that are hidden or rounded."""
    kept = tuple(text for text in said if text.startswith(_WITHOUT_FIGURES))
    return kept if kept == said else (*kept, _NOT_REPEATED)


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
