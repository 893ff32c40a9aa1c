"""Themes by group: who spoke of what, counted by person where the file says who spoke, else by excerpt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from arwap_analysis.estimate import FloatArray
from arwap_analysis.registers.voices.frame import CodingFrame
from arwap_analysis.registers.voices.read import Coded

__all__ = ["count_themes", "ratings_by_code", "settled_codes", "speakers_by_group"]


def settled_codes(coded: Coded) -> dict[str, tuple[str, ...]]:
    """Return the codes of each excerpt: those that more than half of its coders gave it.

    With two coders both have to agree. An excerpt on which no code has a majority has none.
    """
    settled = {}
    for excerpt, rows in coded.frame.groupby("excerpt", sort=False):
        given = Counter(code for codes in rows["codes"] for code in codes)
        settled[str(excerpt)] = tuple(code for code, times in given.items() if 2 * times > len(rows))
    return settled


def _units(coded: Coded) -> pd.DataFrame:
    """Return one row an excerpt: its unit (the speaker, or the excerpt itself) and its group."""
    once = coded.frame.drop_duplicates("excerpt")
    unit = once["speaker"] if coded.has_speakers else once["excerpt"]
    return pd.DataFrame({"excerpt": once["excerpt"], "unit": unit, "group": once["group"]})


def speakers_by_group(coded: Coded) -> pd.Series:
    """Number of people (or excerpts) in each group, the largest first; equal ones by name."""
    counts = _units(coded).groupby("group")["unit"].nunique()
    return counts.sort_index().sort_values(ascending=False, kind="stable").rename("people")


def count_themes(coded: Coded, *, frame: CodingFrame, codes: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Count who spoke of each theme.

    Parameters
    ----------
    coded : Coded
        The excerpts.
    frame : CodingFrame
        Its codes that an excerpt can be given; each has a row for every group.
    codes : mapping of excerpt to codes
        As `settled_codes` returns them.

    Returns
    -------
    DataFrame
        group, code, people: the number of people, each once however often they spoke of it (excerpts where the file
        does not say who spoke). Zeros are rows too.
    """
    units = _units(coded)
    said = units.assign(code=[codes[excerpt] for excerpt in units["excerpt"]]).explode("code").dropna(subset=["code"])
    counts = said.groupby(["group", "code"])["unit"].nunique()
    every = pd.MultiIndex.from_product([speakers_by_group(coded).index, frame.assignable], names=["group", "code"])
    return counts.reindex(every, fill_value=0).rename("people").reset_index()


def ratings_by_code(coded: Coded, *, frame: CodingFrame) -> FloatArray:
    """Return whether each coder gave each excerpt each code.

    Returns
    -------
    array, (codes, coders, excerpts)
        1 or 0; NaN where the coder did not code the excerpt. Codes as `frame.assignable`, coders as `coded.coders`.
    """
    excerpts = {excerpt: number for number, excerpt in enumerate(coded.frame["excerpt"].unique())}
    coders = {coder: number for number, coder in enumerate(coded.coders)}
    ratings = np.full((len(frame.assignable), len(coders), len(excerpts)), np.nan)
    for excerpt, coder, codes in zip(coded.frame["excerpt"], coded.frame["coder"], coded.frame["codes"], strict=True):
        given = [float(code in codes) for code in frame.assignable]
        ratings[:, coders[coder], excerpts[excerpt]] = given
    return ratings
