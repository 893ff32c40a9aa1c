"""Published figures beside computed ones: how far apart they are, in units of the last printed place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present.charts.drawing import GREY, WIDTH, drawing, name_groups, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["distances_by_claim"]

_LOOKS = {
    "reproduced": ("o", "#0067A5"),
    "partly": ("D", "#7A5C00"),
    "not reproduced": ("X", "#B34700"),
}
_NEAREST, _FURTHEST = 1.0, 2.0  # how far the axis reaches at least and at most


def distances_by_claim(
    table: ProtectedTable,
    *,
    labels: Mapping[str, str],
    verdicts: Mapping[str, str],
    axis: str,
    band: str,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw the distance of each claim's estimate from what was printed; the band is what rounds to it.

    Claims that lie further than two units away are drawn at the edge with their distance beside them; claims that
    cannot be computed are named in words.
    """
    del language
    frame = table.frame.iloc[::-1].reset_index(drop=True)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.3 + 0.235 * len(frame)))
        axes = figure.subplots()
        axes.axvspan(-0.5, 0.5, color="#0067A5", alpha=0.08, lw=0)
        axes.axvline(0, color=GREY, lw=0.8)
        distances = frame["distance"].abs().to_numpy(dtype=float)
        reach = float(np.clip(np.max(distances[np.isfinite(distances)], initial=0.0), _NEAREST, _FURTHEST))
        _mark(axes, frame, verdicts, reach)
        name_groups(axes, [labels[id] for id in frame["claim"]], axis)
        axes.tick_params(axis="y", labelsize=8.5)
        axes.set_xlim(-reach * 1.12, reach * 1.12)
        axes.set_ylim(-0.7, len(frame) + 0.5)
        axes.text(0, len(frame) - 0.1, band, ha="center", va="center", fontsize=8.5, color=GREY)
        shown = [verdict for verdict in _LOOKS if verdict in set(frame["verdict"])]
        handles = [
            axes.plot([], [], _LOOKS[v][0], color=_LOOKS[v][1], ls="", ms=7, label=verdicts[v])[0] for v in shown
        ]
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.55 / len(frame) + 0.02),
                    ncols=len(shown) or 1, frameon=False, fontsize=9)  # fmt: skip
        figure.tight_layout()
        return to_svg(figure)


def _mark(axes: Any, frame: pd.DataFrame, verdicts: Mapping[str, str], reach: float) -> None:
    places = np.arange(len(frame))
    for verdict, (marker, colour) in _LOOKS.items():
        chosen = (frame["verdict"] == verdict).to_numpy()
        at = np.clip(frame["distance"].to_numpy(dtype=float)[chosen], -reach, reach)
        axes.hlines(places[chosen], 0, at, color=colour, lw=1, alpha=0.5)
        axes.plot(at, places[chosen], marker, color=colour, ms=7)
    for place, row in enumerate(frame.itertuples()):
        if not np.isfinite(row.distance):
            axes.text(
                0, place, verdicts[row.verdict], ha="center", va="center", fontsize=8.5, style="italic", color=GREY
            )
        elif abs(row.distance) > reach:
            is_left = row.distance < 0
            axes.annotate(f"{row.distance:+.1f}", (reach * (-1 if is_left else 1), place),
                          xytext=(8 if is_left else -8, 5), textcoords="offset points",
                          ha="left" if is_left else "right", fontsize=8, color=_LOOKS[row.verdict][1])  # fmt: skip
