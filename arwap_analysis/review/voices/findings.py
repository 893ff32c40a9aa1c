"""Gather what people said, and assess it: everything that the report says is computed here, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from arwap_analysis import inference
from arwap_analysis.errors import DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.project import find_project
from arwap_analysis.registers import voices
from arwap_analysis.review.evidence import Findings
from arwap_analysis.review.evidence import assess as assess_indicator
from arwap_analysis.review.evidence import gather as gather_indicator
from arwap_analysis.review.request import Review
from arwap_analysis.review.voices.protection import ProtectedThemes, protect_themes
from arwap_analysis.review.voices.request import VoicesRequest
from arwap_analysis.sources import file_digest

__all__ = ["Material", "VoicesFindings", "assess", "gather"]

ONE_CODER = "One coder gave all codes"
NEVER_GIVEN = "Never given, or given to every excerpt: there is nothing to agree about"
TOO_FEW = "Too few excerpts with this code, or without it, for an interval"
HIDDEN = "Withheld so that no person can be recognised"
NO_INDICATOR = "No indicator of the same topic is named in the card"
NO_RATIO = "The indicator has no ratio in its latest period"


@dataclass(frozen=True)
class Material:
    """What a report rests on: the request, the card, its coding frame, the excerpts, and decisions on quotations."""

    request: VoicesRequest
    card: voices.VoicesCard
    folder: Path
    frame: voices.CodingFrame
    coded: voices.Coded
    reviews: dict[str, voices.Review]

    @property
    def of_people(self) -> bool:
        """Whether individuals spoke, who have to be protected."""
        return self.card.kind == "people"


@dataclass(frozen=True)
class VoicesFindings:
    """Every result of a report on what people said.

    `agreement` has a row for each code: agreement, alpha, its interval, kappa, status and reason. `beside` has a row
    for each theme: the indicator of the same topic, if any, and its largest ratio.
    """

    material: Material
    themes: ProtectedThemes
    released: voices.Released
    agreement: pd.DataFrame
    beside: pd.DataFrame
    indicators: dict[str, Findings]

    @property
    def languages(self) -> list[str]:
        """The languages of the report, that of the main page first."""
        return list(self.material.request.language)


def gather(request: VoicesRequest, *, project: Path | None = None) -> Material:
    """Read card, coding frame, excerpts and reviews.

    Raises
    ------
    ParameterError
        For faults of the card or the frame, or a theme with a number beside it that is no code.
    DataError
        For excerpts that cannot be trusted as they stand, with every fault; none repeats what a person said.
    """
    root = find_project() if project is None else project
    path = root / request.voices
    card = voices.load_card(path)
    folder = path.parent
    frame = voices.load_frame(folder / card.frame)
    file = folder / card.file
    coded = voices.read_coded(file, frame=frame)
    if card.sha256 is not None and file_digest(file) != card.sha256:
        hint = "Read it again, then write its new SHA-256 into the card."
        raise DataError(Fault("changed_file", "the file is not the one that its card describes", str(file), hint=hint))
    reviews = dict(voices.read_reviews(folder / card.reviews)) if card.reviews else {}
    faults = [
        Fault("unknown_code", "the coding frame has no such code", str(path), column="beside", value=one.code,
              hint=did_you_mean(one.code, frame.assignable))
        for one in card.beside
        if one.code not in frame.assignable
    ]  # fmt: skip
    if faults:
        raise ParameterError(faults)
    return Material(request, card, folder, frame, coded, reviews)


def assess(material: Material, *, project: Path | None = None) -> VoicesFindings:
    """Count themes by group, release quotations, measure agreement, and look up the numbers of the same topics."""
    coded, frame = material.coded, material.frame
    codes = voices.settled_codes(coded)
    groups = voices.speakers_by_group(coded)
    themes = protect_themes(
        voices.count_themes(coded, frame=frame, codes=codes),
        groups=groups,
        everyone=int(groups.sum()),
        threshold=material.card.threshold if material.of_people else None,
        all_have_a_theme=all(codes.values()),
    )
    released = voices.release_quotations(
        coded, codes, reviews=material.reviews, published=not material.of_people, hidden=themes.hidden
    )
    indicators = {one.indicator: _indicator(one.indicator, material.request, project) for one in material.card.beside}
    return VoicesFindings(
        material, themes, released, _agreement(material, themes), _beside(material, themes, indicators), indicators
    )


def _agreement(material: Material, themes: ProtectedThemes) -> pd.DataFrame:
    """Return agreement on each code, with a reason where there is no figure."""
    request, frame = material.request, material.frame
    ratings = voices.ratings_by_code(material.coded, frame=frame)
    table = pd.DataFrame({"code": frame.assignable})
    names = ("agreement", "estimate", "lower", "upper", "kappa")
    if not (np.isfinite(ratings[0]).sum(axis=0) > 1).any():
        return table.assign(**dict.fromkeys(names, np.nan), status="not_applicable", reason=ONE_CODER)
    rng = np.random.default_rng(request.seed)
    alpha = inference.krippendorffs_alpha(ratings, rng=rng, draws=request.draws, confidence=request.confidence)
    numbers = {
        "agreement": inference.percent_agreement(ratings),
        "estimate": alpha.estimate,
        "lower": alpha.lower,
        "upper": alpha.upper,
        "kappa": _kappa(ratings),
    }
    table = table.assign(**numbers, status="not_applicable", reason="")
    undefined = table["estimate"].isna()
    table.loc[undefined, "reason"] = NEVER_GIVEN
    table.loc[~undefined & table["lower"].isna(), "reason"] = TOO_FEW
    secret = table["code"].map(themes.totals).isna()
    table.loc[secret, list(names)] = np.nan
    table.loc[secret, ["status", "reason"]] = "suppressed", HIDDEN
    return table


def _kappa(ratings: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa of each code where two coders coded; NaN with more."""
    if ratings.shape[1] != 2:
        return np.full(ratings.shape[0], np.nan)
    both = ratings[:, :, np.isfinite(ratings[0]).all(axis=0)]
    first, second = both[:, 0, :], both[:, 1, :]
    tables = [[((first == a) & (second == b)).sum(axis=-1) for b in (0, 1)] for a in (0, 1)]
    return np.asarray(inference.cohens_kappa(np.moveaxis(np.array(tables), -1, 0)).estimate)


def _indicator(indicator: str, request: VoicesRequest, project: Path | None) -> Findings:
    asked = Review(
        review_id=request.review_id, title=request.title, question=request.title, indicator=indicator,
        data_folder=request.data_folder, confidence=request.confidence, language=list(request.language),
    )  # fmt: skip
    return assess_indicator(gather_indicator(asked, project=project))


def _beside(material: Material, themes: ProtectedThemes, indicators: dict[str, Findings]) -> pd.DataFrame:
    """Return a row for each theme that was raised (or may have been), and each number of the same topic."""
    rows = []
    for code in material.frame.assignable:
        people = float(themes.totals[code])
        if people == 0:
            continue
        base = {"code": code, "people": people, "people_status": "suppressed" if np.isnan(people) else "published"}
        named = [one for one in material.card.beside if one.code == code]
        if not named:
            rows.append({**base, **_NOTHING, "reason": NO_INDICATOR})
        rows += [{**base, **_largest_gap(one.indicator, indicators[one.indicator])} for one in named]
    columns = ["code", "people", "people_status", *_NOTHING, "reason"]
    return pd.DataFrame(rows, columns=columns)


_NOTHING = {"indicator": "", "period": "", "group": "", "estimate": np.nan, "lower": np.nan, "upper": np.nan,
            "status": "not_collected"}  # fmt: skip


def _largest_gap(indicator: str, found: Findings) -> dict[str, object]:
    """Return the ratio of the latest period that is farthest from 1."""
    gaps = found.gaps[(found.gaps["measure"] == "rate_ratio") & (found.gaps["period"] == found.evidence.focus_period)]
    known = gaps[gaps["estimate"] > 0]
    if known.empty:
        return {**_NOTHING, "indicator": indicator, "period": found.evidence.focus_period, "reason": NO_RATIO}
    row = known.loc[np.log(known["estimate"]).abs().idxmax()]
    return {
        "indicator": indicator,
        "period": str(row["period"]),
        "group": str(row["group"]),
        "estimate": float(row["estimate"]),
        "lower": float(row["lower"]),
        "upper": float(row["upper"]),
        "status": "published",
        "reason": "",
    }
