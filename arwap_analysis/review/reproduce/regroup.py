"""The groups of a claim's data read otherwise: people of unknown ethnicity counted elsewhere, and broad groups."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from arwap_analysis.ethnicity import get_classification, harmonise_labels
from arwap_analysis.registers.claims import Claim, NotAllowed

__all__ = ["APART", "BROAD", "EVERYONE", "WITHOUT", "WITH_GROUP", "WITH_REFERENCE", "groupings", "regrouped",
           "unknown_labels", "unknown_places"]  # fmt: skip

APART, WITHOUT = "unknown apart", "unknown left out"
WITH_GROUP, WITH_REFERENCE = "unknown with the group", "unknown with the reference"
BROAD = "broad groups"
EVERYONE = "everyone"
_BROAD = "ethnic_group_5"
_OF_EVERYBODY = {"share", "representation_index"}


def _labels(claim: Claim, frame: pd.DataFrame) -> list[str]:
    """Return the labels of the claim's groups; none where it has no column of words for them."""
    if claim.is_model or claim.group_value is None or claim.group not in frame:
        return []
    column = frame[str(claim.group)].dropna()
    return [] if pd.api.types.is_numeric_dtype(column) else list(dict.fromkeys(column.astype(str)))


def unknown_labels(claim: Claim, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the labels that say that somebody's ethnicity is not known."""
    return tuple(found.label for found in harmonise_labels(_labels(claim, frame)) if found.status == "unknown")


def unknown_places(claim: Claim, frame: pd.DataFrame) -> Iterator[str]:
    """Yield where people of unknown ethnicity can be counted, first as the claim does.

    Of a share they may be left out of the whole; of anything else they may all be in the group, or all in the
    reference: the truth lies between.
    """
    yield APART
    labels = unknown_labels(claim, frame)
    if not labels or claim.group_value in labels or claim.metric == "count":
        return
    if claim.metric in _OF_EVERYBODY:
        yield WITHOUT
        return
    yield WITH_GROUP
    if claim.reference_value is not None and claim.reference_numerator is None:
        yield WITH_REFERENCE


def groupings(claim: Claim, frame: pd.DataFrame) -> dict[str, str]:
    """Return the broad group of each label, where a claim compares detailed groups that lie in different ones.

    Empty where that would change nothing: a sum over a broad group would answer another question, and where the data
    hold the broad groups already, or one detailed group of each, there is nothing to join.
    """
    labels = _labels(claim, frame)
    if claim.reference_value is None or claim.reference_numerator is not None:
        return {}
    names = {group.code: group.name_en for group in get_classification(_BROAD).groups}
    broad = {
        found.label: names[found.code] for found in harmonise_labels(labels, to=_BROAD) if found.status == "mapped"
    }
    own, against = broad.get(claim.group_value or ""), broad.get(claim.reference_value)
    joined = [label for label, name in broad.items() if name in (own, against)]
    return broad if own and against and own != against and len(joined) > 2 else {}


def regrouped(claim: Claim, frame: pd.DataFrame, *, place: str, is_broad: bool) -> tuple[Claim, pd.DataFrame]:
    """Return the claim and its data with people counted in other groups.

    A row of counts of people of unknown ethnicity often has no population: none is added to the group they join.

    Raises
    ------
    NotAllowed
        Where the people are in the reference already, or both groups are one.
    """
    if place != APART:
        frame = _placed(claim, frame, place)
    if is_broad:
        names = groupings(claim, frame)
        if not names:
            raise NotAllowed("the two groups have no broad groups of their own")
        column = frame[str(claim.group)]
        frame = frame.assign(**{str(claim.group): column.map(names).fillna(column)})
        changes = {"group_value": names[str(claim.group_value)], "reference_value": names[str(claim.reference_value)]}
        claim = claim.model_copy(update=changes)
    if claim.reference_value == EVERYONE:  # every row again, as a group of all
        frame = pd.concat([frame, frame.assign(**{str(claim.group): EVERYONE})], ignore_index=True)
    return claim, frame


def _placed(claim: Claim, frame: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return the data with people of unknown ethnicity in their place."""
    if place == WITH_REFERENCE and claim.reference_value == EVERYONE:
        raise NotAllowed("everyone holds them already")
    column = frame[str(claim.group)]
    unknown = column.isin(unknown_labels(claim, frame))
    if place == WITHOUT:
        return frame[~unknown].reset_index(drop=True)
    target = claim.group_value if place == WITH_GROUP else claim.reference_value
    moved = frame.assign(**{str(claim.group): column.mask(unknown, target)})
    if claim.is_counted:
        numbers = list(moved.select_dtypes("number").columns)
        moved.loc[unknown, numbers] = moved.loc[unknown, numbers].fillna(0)
    return moved
