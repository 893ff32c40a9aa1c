"""A specification curve: every answer that defensible choices give, and below it which choices each one makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, drawing, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["ChoiceRows", "specification_curve"]

_PUBLISHED, _OTHER = "#B34700", "#0067A5"


@dataclass(frozen=True, slots=True)
class ChoiceRows:
    """One kind of choice: the column of the table that holds it, its heading, and each option with its label."""

    column: str
    heading: str
    options: Mapping[str, str]


def specification_curve(
    table: ProtectedTable,
    *,
    choices: Sequence[ChoiceRows],
    axis: str,
    published: str,
    style: str = "ratio",
    null_value: float | None = None,
    null_label: str = "",
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw each specification with its interval, in the order of the estimates, over the matrix of its choices.

    The published specification is a diamond of another colour, named by `published` and its value. `null_value` draws
    the line of no difference.
    """
    frame = table.frame.reset_index(drop=True)
    lines = sum(len(choice.options) + 1 for choice in choices)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 3.3 + 0.24 * max(lines, 1)))
        curve, matrix = figure.subplots(2, 1, sharex=True, height_ratios=(3.0, max(0.26 * lines, 0.3)))
        _curve(curve, frame, axis, published, style, language)
        if null_value is not None:
            curve.axhline(null_value, color=GREY, lw=1, ls=":")
            curve.annotate(
                null_label, (len(frame) - 0.6, null_value), ha="right", va="bottom", fontsize=8.5, color=GREY
            )
        _matrix(matrix, frame, choices)
        figure.tight_layout()
        return to_svg(figure)


def _curve(axes: Any, frame: pd.DataFrame, axis: str, published: str, style: str, language: str) -> None:
    for place, row in enumerate(frame.itertuples()):
        colour = _PUBLISHED if row.is_published else _OTHER
        if np.isfinite(row.lower) and np.isfinite(row.upper):
            axes.plot([place, place], [row.lower, row.upper], color=colour, lw=3, alpha=0.4, solid_capstyle="butt")
        axes.plot(place, row.estimate, "D" if row.is_published else "o", color=colour, ms=8 if row.is_published else 5)
        if row.is_published:
            text = f"{published}: {numbers.write(row.estimate, style, language=language)}"
            # Estimates rise to the right, so that there is room below on that side and above on the other.
            is_early = place < len(frame) / 2
            end = row.lower if is_early else row.upper
            axes.annotate(text, (place, end if np.isfinite(end) else row.estimate),
                          xytext=(0, -7 if is_early else 7), textcoords="offset points",
                          ha="left" if is_early else "right", va="top" if is_early else "bottom",
                          color=_PUBLISHED, fontweight="bold", fontsize=9)  # fmt: skip
    axes.set_ylabel(axis, color=GREY)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.margins(y=0.14)


def _matrix(axes: Any, frame: pd.DataFrame, choices: Sequence[ChoiceRows]) -> None:
    ticks, labels, y = [], [], 0.0
    for choice in choices:
        axes.text(-0.012, y, choice.heading, transform=axes.get_yaxis_transform(), ha="right", va="center",
                  fontsize=8.5, fontweight="bold")  # fmt: skip
        y += 1
        for option, label in choice.options.items():
            used = np.flatnonzero(frame[choice.column].astype(str) == option)
            axes.axhline(y, color="#E3E3E3", lw=0.8, zorder=0)
            for place in used:
                is_published = bool(frame.loc[place, "is_published"])
                axes.plot(place, y, "D" if is_published else "o", ms=6 if is_published else 5,
                          color=_PUBLISHED if is_published else "#4D4D4D")  # fmt: skip
            ticks.append(y)
            labels.append(label)
            y += 1
    axes.set_yticks(ticks, labels, fontsize=8.5)
    axes.set_ylim(max(y, 1) - 0.4, -0.7)
    axes.set_xlim(-0.7, len(frame) - 0.3)
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
