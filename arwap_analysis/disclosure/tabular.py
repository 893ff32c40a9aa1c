"""Protect linked tables under a policy: round, hide, attack, and say what was done and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from arwap_analysis.disclosure.attack import FAR, Needs
from arwap_analysis.disclosure.audit import known_to_a_reader
from arwap_analysis.disclosure.policy import DisclosurePolicy, Dominance
from arwap_analysis.disclosure.problem import SuppressionProblem
from arwap_analysis.disclosure.rounding import controlled_rounding, nearest_rounding, random_rounding
from arwap_analysis.disclosure.suppress import Pattern, suppress
from arwap_analysis.disclosure.tables import LinkedTables, Table, link_tables
from arwap_analysis.errors import DataError, Fault, ParameterError
from arwap_analysis.estimate import FloatArray

__all__ = ["Release", "protect_linked", "protect_table", "protect_tables"]


@dataclass(frozen=True, slots=True)
class Release:
    """Tables as they may be published.

    `texts` holds what each cell of `linked` shows (N,), `primary` and `hidden` which are hidden by the rule and
    which at all, `shown` the numbers (rounded, NaN where hidden). `pattern` has the loss and its proven bound.
    `actions` says to whoever protects what was done; `statements` says it to readers, who may not learn how many of the
    hidden figures are small, nor what hiding them cost, from which they could be worked out.
    """

    linked: LinkedTables
    policy: DisclosurePolicy
    texts: tuple[str, ...]
    shown: FloatArray
    primary: np.ndarray
    hidden: np.ndarray
    pattern: Pattern
    actions: tuple[str, ...]
    statements: tuple[str, ...] = ()

    def text_of(self, number: int) -> dict[tuple[int, str], str]:
        """What each cell of one table shows, by row (as a spreadsheet counts) and column."""
        found = {}
        for cell, places in enumerate(self.linked.places):
            for table, position in places:
                if table == number:
                    entry = self.linked.tables[number].entries[position]
                    found[entry.row, entry.column] = self.texts[cell]
        return found


def protect_table(table: Table, *, policy: DisclosurePolicy | None = None, **options: object) -> Release:
    """Protect one table; see `protect_tables`."""
    return protect_tables([table], policy=policy, **options)  # type: ignore[arg-type]


def protect_tables(
    tables: Sequence[Table],
    *,
    policy: DisclosurePolicy | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
    per_table: str | None = None,
    largest: Mapping[tuple[str, ...], Sequence[float]] | None = None,
    published: Sequence[Table] = (),
) -> Release:
    """Protect tables as one linked set.

    Parameters
    ----------
    tables : sequence of Table
        True figures; `[c]` where the publisher of the source withheld one.
    policy, parts, per_table
        See `DisclosurePolicy` and `link_tables`.
    largest : mapping of labels to numbers, optional
        The largest contributions to a cell, largest first, for the rules on dominance.
    published : sequence of Table
        Earlier releases: what they show cannot be hidden any more.

    Raises
    ------
    DataError
        When tables contradict each other, when a rule on dominance lacks contributions, or when a figure that has
        to be hidden is published already.
    """
    policy = policy or DisclosurePolicy()
    linked = link_tables([*tables, *published], parts=parts, per_table=per_table)
    barred = np.zeros(len(linked.keys), dtype=bool)
    for cell, places in enumerate(linked.places):
        barred[cell] = any(
            number >= len(tables) and linked.tables[number].entries[position].text.kind == "number"
            for number, position in places
        )
    return protect_linked(linked, policy=policy, barred=barred, largest=largest)


def protect_linked(
    linked: LinkedTables,
    *,
    policy: DisclosurePolicy,
    barred: np.ndarray | None = None,
    largest: Mapping[tuple[str, ...], Sequence[float]] | None = None,
    most: FloatArray | None = None,
    elsewhere: bool = False,
) -> Release:
    """Protect linked cells.

    `most` (N,) is the largest value that a reader thinks possible (a population). `barred` cells cannot be hidden;
    a small one among them is refused, unless they are known from `elsewhere`, not from an earlier release of ours.
    """
    kinds, values, lower, upper = _complete(linked, policy, most)
    whole = linked.whole()
    number = kinds == "number"
    given = np.zeros(values.size, dtype=bool) if barred is None else barred
    barred = given.copy()
    shown = _rounded(linked, values, policy)
    shown_lower, shown_upper = _shown_bounds(policy, shown, values, number, lower, upper)
    primary, low, high = _primary(linked, policy, kinds, values, largest)
    if elsewhere:
        primary &= ~barred
    _refuse_published(linked, primary & barred & number)
    if policy.zeros == "shown":
        barred |= number & (values == 0)
    problem = SuppressionProblem(
        matrix=linked.matrix,
        values=values,
        shown_lower=shown_lower,
        shown_upper=shown_upper,
        hidden_lower=np.where(number | (kinds == "c"), float(policy.smallest) if whole else 0.0, lower),
        hidden_upper=np.where(number, np.inf, upper) if most is None else most,
        primary=primary,
        barred=barred | ~(number | (kinds == "c")),
        weights=_weights(policy, values),
        needs=Needs(
            low, high, np.where(number | (kinds == "c"), policy.range_width if policy.threshold else 1e-6, 0.0)
        ),
        integer=np.full(values.size, whole),
    )
    pattern = suppress(problem, seconds=policy.seconds)
    within = problem.reachable().needs
    short = primary & ((within.high < high) | (within.width < problem.needs.width))
    if not pattern.safe or (short.any() and given.any() and not elsewhere):
        raise DataError(
            Fault(
                "cannot_be_protected",
                "what is published elsewhere, or was before, gives hidden figures away",
                linked.tables[0].name,
                hint="Publish fewer groups, areas or periods, or bring groups together.",
            )
        )
    hidden = pattern.hidden & (number | (kinds == "c"))
    texts = _texts(linked, kinds, hidden, shown, values)
    actions = _actions(policy, kinds, primary, hidden, pattern, int(short.sum()))
    smaller = bool((hidden & (within.width < problem.needs.width)).any())
    statements = _statements(policy, int(hidden.sum()), smaller=smaller)
    numbers = np.where(hidden | ~number, np.nan, shown)
    return Release(linked, policy, texts, numbers, primary, hidden, pattern, actions, statements)


def _complete(
    linked: LinkedTables, policy: DisclosurePolicy, most: FloatArray | None
) -> tuple[np.ndarray, FloatArray, FloatArray, FloatArray]:
    """Return kinds, values with the unknown ones filled in so that all sums hold, and what is known of each."""
    kinds, values = linked.kinds(), linked.numbers()
    lower, upper = known_to_a_reader(linked, policy.model_copy(update={"rounding": None}))
    if most is not None:
        upper = np.where(kinds == "number", upper, np.minimum(upper, most))
    unknown = np.isnan(values)
    whole = linked.whole()
    found = milp(
        unknown.astype(float),
        constraints=LinearConstraint(linked.matrix, 0, 0) if linked.matrix.shape[0] else (),
        integrality=np.full(values.size, int(whole)),
        bounds=Bounds(lower, np.minimum(upper, FAR)),
        options={"time_limit": 30.0},
    )
    if found.x is None:
        raise DataError(
            Fault(
                "does_not_add_up",
                "the figures contradict each other: a total is not the sum of its parts",
                linked.tables[0].name if linked.tables else None,
                hint="'arwap audit' says which; protect tables before they are rounded.",
            )
        )
    filled = np.round(found.x) if whole else found.x
    return kinds, np.where(unknown, filled, values), lower, upper


def _rounded(linked: LinkedTables, values: FloatArray, policy: DisclosurePolicy) -> FloatArray:
    """Return values as the policy's rounding shows them."""
    rounding = policy.rounding
    if rounding is None:
        return values
    if rounding.method == "nearest":
        return nearest_rounding(values, rounding.base)
    if rounding.method == "random":
        if not rounding.key:
            what = "random rounding needs a secret key, without which anybody can make the draws again and undo it"
            hint = "Write rounding: {key: ...} in the card of the rule, and keep the card to yourself."
            raise ParameterError(Fault("no_key", what, column="rounding.key", hint=hint))
        keys = ["|".join(f"{d}={label}" for d, label in sorted(key)) for key in linked.keys]
        return random_rounding(values, rounding.base, keys=keys, secret=rounding.key)
    found = controlled_rounding(linked.matrix, values, rounding.base)
    if found is None:
        raise DataError(
            Fault(
                "no_controlled_rounding",
                f"no rounding to multiples of {rounding.base} was found under which the tables still add up",
                hint="Linked tables may have none: choose the method nearest or random.",
            )
        )
    return found


def _shown_bounds(
    policy: DisclosurePolicy,
    shown: FloatArray,
    values: FloatArray,
    number: np.ndarray,
    lower: FloatArray,
    upper: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """What a reader knows of each cell when it is shown."""
    if policy.rounding is None:
        return np.where(number, values, lower), np.where(number, values, upper)
    reach = max(policy.rounding.reach)
    return np.where(number, np.maximum(shown - reach, 0.0), lower), np.where(number, shown + reach, upper)


def _primary(
    linked: LinkedTables,
    policy: DisclosurePolicy,
    kinds: np.ndarray,
    values: FloatArray,
    largest: Mapping[tuple[str, ...], Sequence[float]] | None,
) -> tuple[np.ndarray, FloatArray, FloatArray]:
    """Return which cells the rule hides, and the range that each needs."""
    number, withheld = kinds == "number", kinds == "c"
    primary = withheld.copy()
    width = policy.range_width
    if policy.threshold is not None:
        primary |= number & (values < policy.threshold) & (values >= policy.smallest)
    low = np.maximum(float(policy.smallest), values - width)
    high = low + width
    if policy.dominance is not None:
        for cell, need in _dominated(linked, policy.dominance, values, number, largest).items():
            primary[cell] = True
            low[cell], high[cell] = max(values[cell] - need, 0.0), values[cell] + need
    return primary, low, high


def _dominated(
    linked: LinkedTables,
    rule: Dominance,
    values: FloatArray,
    number: np.ndarray,
    largest: Mapping[tuple[str, ...], Sequence[float]] | None,
) -> dict[int, float]:
    """Cells in which few contributions dominate, and how far their range has to reach either way.

    Protection levels: Hundepool et al., Statistical Disclosure Control (2012), chapter 4: for p% the largest
    contribution's p% less what the others leave, for (n, k) the sum of the n largest over k% less the total.
    """
    if not largest:
        raise DataError(Fault("no_contributions", "a rule on dominance needs the largest contributions to each cell"))
    by_labels = {
        frozenset(label for label in labels if label.casefold() != "total"): v for labels, v in largest.items()
    }
    found: dict[int, float] = {}
    for cell, key in enumerate(linked.keys):
        amounts = by_labels.get(frozenset(label for _, label in key))
        if not number[cell] or amounts is None or not len(amounts):
            continue
        ordered = sorted(amounts, reverse=True)
        needs = []
        if rule.n is not None and rule.k is not None:
            needs.append(100.0 / rule.k * sum(ordered[: rule.n]) - values[cell])
        if rule.p is not None:
            others = values[cell] - ordered[0] - (ordered[1] if len(ordered) > 1 else 0.0)
            needs.append(rule.p / 100.0 * ordered[0] - others)
        if max(needs) > 0:
            found[cell] = max(needs)
    return found


def _refuse_published(linked: LinkedTables, wrong: np.ndarray) -> None:
    faults = []
    for cell in np.flatnonzero(wrong):
        number, position = linked.places[cell][-1]
        entry = linked.tables[number].entries[position]
        faults.append(
            Fault(
                "published_already",
                f"{linked.names[cell]} has to be hidden and was published before",
                linked.tables[number].name,
                entry.row,
                entry.column,
                hint="It cannot be protected any more; ask whoever answers for the earlier release.",
            )
        )
    if faults:
        raise DataError(faults)


def _weights(policy: DisclosurePolicy, values: FloatArray) -> FloatArray:
    """Information lost when a cell is hidden; a cell of 0 costs as much as one of 1."""
    if policy.loss == "count":
        return np.ones(values.size)
    return np.maximum(values, 1.0) if policy.loss == "value" else np.log1p(np.maximum(values, 1.0))


def _texts(
    linked: LinkedTables, kinds: np.ndarray, hidden: np.ndarray, shown: FloatArray, values: FloatArray
) -> tuple[str, ...]:
    texts = []
    for cell, kind in enumerate(kinds):
        if hidden[cell]:
            texts.append("[c]")
        elif kind != "number":
            texts.append("" if kind == "absent" else f"[{kind}]")
        elif shown[cell] == 0 and values[cell] > 0:
            texts.append("[low]")
        else:
            decimals = max((t.decimals for t in linked.texts[cell] if t.kind == "number"), default=0)
            texts.append(f"{shown[cell]:.{decimals}f}")
    return tuple(texts)


def _actions(
    policy: DisclosurePolicy, kinds: np.ndarray, primary: np.ndarray, hidden: np.ndarray, pattern: Pattern, short: int
) -> tuple[str, ...]:
    """Say what was done to whoever protects the figures."""
    withheld = int((kinds == "c").sum())
    by_rule, others = int((primary & hidden).sum()) - withheld, int((hidden & ~primary).sum())
    figures = "1 figure" if by_rule == 1 else f"{by_rule} figures"
    said = [f"{figures} hidden by the rule, {others} more so that they cannot be worked out."]
    if withheld:
        said.append(f"{withheld} figures had been withheld by the publisher of the source and stay so.")
    if hidden.any():
        units = {"log": "log(1 + value)", "value": "value", "count": "number of figures"}[policy.loss]
        beside = "a proven optimum" if pattern.gap < 1e-6 else f"at most {pattern.gap:.1%} above the least possible"
        said.append(f"Information lost ({units}): {pattern.lost:,.1f}, {beside}.")
    if short:
        said.append(
            f"Of {short} hidden figures a reader knows already, from populations or totals published elsewhere, that "
            "they are smaller than the rule would hide."
        )
    return (*said, *_rounding_said(policy))


def _statements(policy: DisclosurePolicy, hidden: int, *, smaller: bool) -> tuple[str, ...]:
    """Say what was done in sentences that the report prints, from nothing but what its readers see."""
    said = [f"{hidden} figures are hidden: those that the rule hides, and others so that they cannot be worked out."]
    if smaller:
        said.append(
            "Of some hidden figures a reader knows already, from populations or totals published elsewhere, that they "
            "are smaller than the rule would hide."
        )
    return (*said, *_rounding_said(policy))


def _rounding_said(policy: DisclosurePolicy) -> tuple[str, ...]:
    if policy.rounding is None:
        return ()
    return (f"Every other figure is rounded to a multiple of {policy.rounding.base} ({policy.rounding.method}).",)
