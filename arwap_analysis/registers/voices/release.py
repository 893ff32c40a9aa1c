"""Which quotations may be shown: with consent, in the exact words, and looked at where they could tell who spoke."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from arwap_analysis.registers.voices.identifying import find_identifying
from arwap_analysis.registers.voices.read import Coded
from arwap_analysis.registers.voices.reviews import Review, redacted

__all__ = ["HeldBack", "Quotation", "Released", "quotation_digest", "release_quotations", "review_list"]

Reason = Literal["to_review", "withheld", "review_lapsed", "redaction_differs"]


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that may be shown: exact, in their language; group and source only where the person agreed.

    `group` and `source` are empty where they are withheld; `why_no_group` says why: the person is not to be named so
    ("anonymous"), or few people of the group spoke ("few").
    """

    excerpt: str
    text: str
    language: str
    codes: tuple[str, ...]
    group: str
    source: str
    date: str
    why_no_group: Literal["", "anonymous", "few"] = ""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A quotation with consent that is not shown: why, and what kinds of things were found in it; never the words."""

    excerpt: str
    reason: Reason
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """What may be quoted, what is held back, and how many excerpts may be counted only or have no words."""

    quotations: tuple[Quotation, ...]
    held_back: tuple[HeldBack, ...]
    analysis_only: int


def quotation_digest(text: str) -> str:
    """First 12 digits of the SHA-256 of the exact words: what a review is of."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def release_quotations(
    coded: Coded,
    codes: Mapping[str, tuple[str, ...]],
    *,
    reviews: Mapping[str, Review],
    published: bool = False,
    hidden: Collection[tuple[str, str]] = (),
) -> Released:
    """Return the quotations that may be shown.

    Parameters
    ----------
    coded : Coded
        The excerpts. Only those whose consent is quote or quote_anonymously are looked at.
    codes : mapping of excerpt to codes
        What the coders settled on.
    reviews : mapping of excerpt to Review
        Decisions of a person on quotations in which something was found.
    published : bool
        Whether the excerpts are passages of a published document: then nothing in them is withheld.
    hidden : collection of (group, code)
        Counts that are hidden: a quotation of such a cell is shown without its group, or it would say that the count
        is not 0.

    Returns
    -------
    Released
    """
    quotations: list[Quotation] = []
    held: list[HeldBack] = []
    counted = 0
    for row in _excerpts(coded):
        if row["consent"] not in ("quote", "quote_anonymously"):
            counted += 1
            continue
        if not row["quotation"]:
            continue
        review = reviews.get(row["excerpt"])
        reason = None if published else _reason(row, review)
        if reason is not None:
            kinds = tuple(dict.fromkeys(found.kind for found in find_identifying(row["quotation"])))
            held.append(HeldBack(row["excerpt"], reason, kinds))
            continue
        quotations.append(_quotation(row, codes[row["excerpt"]], hidden, None if published else review))
    return Released(tuple(quotations), tuple(held), counted)


def _excerpts(coded: Coded) -> Iterator[Mapping[str, str]]:
    """Yield one row for each excerpt, whoever coded it."""
    for _, row in coded.frame.drop_duplicates("excerpt").iterrows():
        yield row.to_dict()


def _reason(row: Mapping[str, str], review: Review | None) -> Reason | None:
    """Return why a quotation is held back, None where it may be shown."""
    if review is not None and review.decision == "withhold":
        return "withheld"
    if review is not None and review.words == quotation_digest(row["quotation"]):
        exact = review.decision != "redact" or redacted(row["quotation"], review.text)
        return None if exact else "redaction_differs"
    if not find_identifying(row["quotation"]):
        return None
    return "to_review" if review is None else "review_lapsed"


def _quotation(
    row: Mapping[str, str], codes: tuple[str, ...], hidden: Collection[tuple[str, str]], review: Review | None
) -> Quotation:
    few = any((row["group"], code) in hidden for code in codes)
    anonymous = row["consent"] == "quote_anonymously"
    shown = not (few or anonymous)
    return Quotation(
        row["excerpt"],
        review.text if review is not None and review.decision == "redact" else row["quotation"],
        row["language"],
        codes,
        row["group"] if shown else "",
        row["source"] if shown else "",
        row["date"] if shown else "",
        "anonymous" if anonymous else "few" if few else "",
    )


def review_list(coded: Coded, *, reviews: Mapping[str, Review]) -> pd.DataFrame:
    """Return what a person has to look at before it can be quoted.

    Not for a report: it holds the words. Columns: excerpt, kinds, found (the passages), quotation, words (the digest
    that a decision records), decision, text, by, on (to be filled in).
    """
    rows = []
    for row in _excerpts(coded):
        if row["consent"] not in ("quote", "quote_anonymously") or not row["quotation"]:
            continue
        if _reason(row, reviews.get(row["excerpt"])) in (None, "withheld"):
            continue
        found = find_identifying(row["quotation"])
        rows.append(
            {
                "excerpt": row["excerpt"],
                "kinds": "; ".join(dict.fromkeys(f.kind for f in found)),
                "found": "; ".join(row["quotation"][f.start : f.end] for f in found),
                "quotation": row["quotation"],
                "words": quotation_digest(row["quotation"]),
                "decision": "",
                "text": "",
                "by": "",
                "on": "",
            }
        )
    columns = ["excerpt", "kinds", "found", "quotation", "words", "decision", "text", "by", "on"]
    return pd.DataFrame(rows, columns=columns)
