"""Representation by grade, and who passes each stage of selection, as tables that may be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.errors import DataError, Fault
from arwap_analysis.estimate import FloatArray
from arwap_analysis.ethnicity import get_classification
from arwap_analysis.inference import adjust_p_values
from arwap_analysis.measures import pipeline_likelihoods, proportion, representation_index
from arwap_analysis.review.workforce.cards import PipelineCard, RepresentationCard, TableCard
from arwap_analysis.review.workforce.protect import ALL, KNOWN, TOTAL, protect_counts
from arwap_analysis.review.workforce.tables import CountTable

__all__ = [
    "NO_POPULATION",
    "assess_pipeline",
    "assess_representation",
    "falling_stages",
    "unknown_group",
    "verdicts",
]

NO_POPULATION = "No population is counted for this group"
NOT_COMPARED = "People of unknown ethnicity are not compared"
IS_REFERENCE = "The reference group is not compared with itself"


def unknown_group(card: TableCard) -> str | None:
    """Return the code of the group of unknown ethnicity, where the classification has one."""
    return get_classification(card.classification).code_of_kind("unknown")


def verdicts(ratio: FloatArray, p_value: FloatArray, *, confidence: float) -> list[str]:
    """Return above, below, none or not_assessed for each ratio, by p-values that were adjusted."""
    clear = p_value < 1 - confidence
    found = np.where(clear, np.where(ratio > 1, "above", "below"), "none")
    return np.where(np.isnan(ratio) | np.isnan(p_value), "not_assessed", found).tolist()


def assess_representation(
    card: RepresentationCard, counts: CountTable, population: pd.Series, *, confidence: float
) -> ProtectedTable:
    """Return each group's share of each grade, and its index against the benchmark.

    Columns: `level, group, count, denominator, estimate, lower, upper` (shares, 0 to 1; of staff whose ethnicity is
    known, for unknown ethnicity of all), `benchmark` (share of the population), `index, index_lower, index_upper,
    p_value, p_adjusted, clear` (above, below, none, not_assessed), `status, reason, confidence, method`.
    """
    unknown = unknown_group(card)
    protection = protect_counts(counts, policy=card.policy, unknown=unknown, additive=card.additive)
    matrix, levels = counts.matrix(), list(counts.levels)
    if card.additive and len(levels) > 1:
        matrix, levels = np.vstack([matrix, matrix.sum(axis=0)]), [*levels, ALL]
    known = np.array([group != unknown for group in counts.groups])
    of_known = np.where(known, matrix, 0.0).sum(axis=1, keepdims=True)
    denominator = np.where(known, of_known, matrix.sum(axis=1, keepdims=True))
    share = proportion(matrix, denominator, confidence=confidence)
    people = population.reindex(counts.groups).to_numpy(float)
    index = representation_index(
        np.where(known, matrix, np.nan), of_known, population=people, total_population=float(population.sum()),
        confidence=confidence,
    )  # fmt: skip
    adjusted = adjust_p_values(index.p_value, method="holm")
    frame = _frame(counts, levels, matrix, denominator).assign(
        estimate=share.estimate.ravel(), lower=share.lower.ravel(), upper=share.upper.ravel(),
        benchmark=np.broadcast_to(people / float(population.sum()), matrix.shape).ravel(),
        index=index.estimate.ravel(), index_lower=index.lower.ravel(), index_upper=index.upper.ravel(),
        p_value=index.p_value.ravel(), p_adjusted=adjusted.ravel(),
        clear=verdicts(index.estimate.ravel(), adjusted.ravel(), confidence=confidence),
        confidence=confidence, method=index.method,
    )  # fmt: skip
    frame.loc[(frame["group"] == unknown) & (frame["reason"] == ""), "reason"] = NO_POPULATION
    uses = [
        protection.uses((row.level, row.group), (row.level, TOTAL if row.group == unknown else KNOWN))
        for row in frame.itertuples()
    ]
    return protection.release(frame, uses=uses, keep=("benchmark", "confidence"))


def _frame(counts: CountTable, levels: list[str], matrix: FloatArray, denominator: FloatArray) -> pd.DataFrame:
    """Return a row for each level and group, with status and reason of the file; a sum has those of its parts."""
    frame = pd.DataFrame(
        {
            "level": np.repeat(levels, len(counts.groups)),
            "group": list(counts.groups) * len(levels),
            "count": matrix.ravel(),
            "denominator": denominator.ravel(),
        }
    )
    file = counts.frame.set_index(["level", "group"])
    said = [_status(file, row.level, row.group) for row in frame.itertuples()]
    return frame.assign(status=[status for status, _ in said], reason=[reason for _, reason in said])


def _status(file: pd.DataFrame, level: str, group: str) -> tuple[str, str]:
    if (level, group) in file.index:
        row = file.loc[(level, group)]
        return str(row["status"]), str(row["reason"])
    absent = file.xs(group, level="group").query("status != 'published'")
    return ("published", "") if absent.empty else (str(absent["status"].iloc[0]), str(absent["reason"].iloc[0]))


def falling_stages(counts: CountTable) -> None:
    """Refuse a table in which more people are at a stage than at the one before it; raises DataError with each."""
    matrix = counts.matrix()
    rows = counts.frame.set_index(["level", "group"])["row"]
    faults = [
        Fault("more_than_before", f"more people than at the stage before ({matrix[s - 1, g]:g})", str(counts.path),
              int(rows[counts.levels[s], counts.groups[g]]), "count", f"{matrix[s, g]:g}",
              "Everybody at a stage has to have been at the one before it; count people, not applications.")
        for s, g in np.argwhere(np.diff(matrix, axis=0) > 0) + np.array([1, 0])
    ]  # fmt: skip
    if faults:
        raise DataError(faults)


def assess_pipeline(card: PipelineCard, counts: CountTable, *, confidence: float) -> ProtectedTable:
    """Return who passes each step and all of them, and the relative likelihood against the reference group.

    Columns: `level` (the stage that a step leads to; all for the whole way), `group, before, count, estimate, lower,
    upper` (share that passes), `ratio, ratio_lower, ratio_upper` (reference over group: above 1, the group has a
    disadvantage), `p_value, p_adjusted, clear, status, reason, confidence, method`.
    """
    unknown, groups = unknown_group(card), list(counts.groups)
    protection = protect_counts(counts, policy=card.policy, unknown=unknown, additive=False)
    matrix, reference = counts.matrix(), groups.index(card.reference_group)
    several = len(counts.levels) > 2
    before = np.vstack([matrix[:-1], matrix[:1]]) if several else matrix[:1]
    after = np.vstack([matrix[1:], matrix[-1:]]) if several else matrix[1:]
    starts = [*counts.levels[:-1], *([counts.levels[0]] if several else [])]
    ends = [*counts.levels[1:], *([counts.levels[-1]] if several else [])]
    names = [*counts.levels[1:], *([ALL] if several else [])]
    share = proportion(after, before, confidence=confidence)
    compared = np.where([group != unknown for group in groups], matrix, np.nan)
    found = pipeline_likelihoods(compared, reference=reference, confidence=confidence)
    steps = slice(None) if several else slice(0, 1)
    ratio, lower, upper, p_value = (part[steps] for part in (found.estimate, found.lower, found.upper, found.p_value))
    adjusted = adjust_p_values(p_value, method="holm")
    frame = pd.DataFrame(
        {
            "level": np.repeat(names, len(groups)),
            "group": groups * len(names),
            "before": before.ravel(),
            "count": after.ravel(),
            "estimate": share.estimate.ravel(),
            "lower": share.lower.ravel(),
            "upper": share.upper.ravel(),
            "ratio": ratio.ravel(),
            "ratio_lower": lower.ravel(),
            "ratio_upper": upper.ravel(),
            "p_value": p_value.ravel(),
            "p_adjusted": adjusted.ravel(),
            "clear": verdicts(ratio.ravel(), adjusted.ravel(), confidence=confidence),
            "confidence": confidence,
            "method": found.method,
        }
    )
    file = counts.frame.set_index(["level", "group"])
    said = [
        _reason_of_step(file, start, end, group, card.reference_group, unknown)
        for start, end in zip(starts, ends, strict=True)
        for group in groups
    ]
    frame = frame.assign(status=[status for status, _ in said], reason=[reason for _, reason in said])
    cells = [(start, end) for start, end in zip(starts, ends, strict=True) for _ in groups]
    uses = [
        protection.uses(*((stage, one) for stage in step for one in (group, card.reference_group)))
        for step, group in zip(cells, frame["group"], strict=True)
    ]
    return protection.release(frame, uses=uses, keep=("confidence",))


def _reason_of_step(
    file: pd.DataFrame, start: str, end: str, group: str, reference: str, unknown: str | None
) -> tuple[str, str]:
    """Return the status of a step, and why it has no comparison; the file's own reason comes first."""
    for stage in (end, start):
        row = file.loc[(stage, group)]
        if row["status"] != "published":
            return str(row["status"]), str(row["reason"])
    if group == unknown:
        return "published", NOT_COMPARED
    return "published", IS_REFERENCE if group == reference else ""
