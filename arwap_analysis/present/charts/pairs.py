"""Comparisons with a reference, a line for each group: one figure, or the same figure before and after something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, GroupStyle, drawing, log_axis, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["comparisons_by_group"]

# Hollow first, filled last: what is told apart by the line it stands on is told apart by its mark too.
_GAP = 0.9


def comparisons_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    axis: str,
    absent: str,
    same: str,
    series: Mapping[str, str] | None = None,
    style: str = "ratio",
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw each group's comparison with a reference, with its interval, and a line where there is no difference.

    Parameters
    ----------
    table : ProtectedTable
        A row for each group, and with `series` for each group and `series`: estimate, lower, upper. Groups are drawn in
        the order of the table, the first at the top; those without an estimate are named with `absent`.
    styles : mapping of group to GroupStyle
        How each group is drawn, and its name.
    axis, absent, same : str
        What is measured; the words in place of a figure; the words at the line of no difference.
    series : mapping of id to name, optional
        Several figures of one group, drawn below each other in this order: the last one filled, the others hollow.
    style : {"ratio", "signed", "points"}
        Ratios on a logarithmic scale about 1, or differences about 0.
    """
    frame = table.frame
    several = dict(series or {})
    groups = list(dict.fromkeys(frame["group"]))
    lines = max(len(several), 1)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.2 + (0.36 * lines + 0.34 * bool(several)) * len(groups)))
        axes = figure.subplots()
        ratio = style == "ratio"
        ticks, labels, y = [], [], 0.0
        for code in reversed(groups):
            own = frame[frame["group"] == code]
            for name in reversed(list(several) or [""]):
                rows = own[own["series"] == name] if several else own
                _comparison(axes, rows.iloc[0], y, styles[code], absent, style, language,
                            filled=not several or name == list(several)[-1])  # fmt: skip
                ticks.append(y)
                labels.append(several[name] if several else styles[code].label)
                y += 1
            if several:
                axes.text(-0.01, y - 0.1, styles[code].label, transform=axes.get_yaxis_transform(), ha="right",
                          va="center", fontweight="bold", color=styles[code].colour)  # fmt: skip
                y += _GAP
        top = y - (_GAP if several else 0) - 0.1
        axes.plot([1 if ratio else 0] * 2, [-0.7, top], color=GREY, lw=1, ls="--", zorder=0)
        axes.annotate(same, (1 if ratio else 0, top), ha="center", va="bottom", color=GREY, fontsize=8.5,
                      xytext=(0, 2), textcoords="offset points")  # fmt: skip
        if ratio:
            log_axis(axes, "x", frame, room=1.1)
        else:
            _linear_axis(axes, frame)
        axes.set_yticks(ticks, labels, fontsize=8.5 if several else 10)
        axes.set_xlabel(axis, color=GREY)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(-0.7, top + 0.45)
        figure.tight_layout()
        return to_svg(figure)


def _comparison(
    axes: Any, row: pd.Series, y: float, look: GroupStyle, absent: str, style: str, language: str, *, filled: bool
) -> None:
    """Draw one figure with its interval and write it beside it; name what is absent."""
    if not np.isfinite(row["estimate"]):
        axes.text(1.015, y, absent, transform=axes.get_yaxis_transform(), va="center", fontsize=9, color=GREY,
                  style="italic")  # fmt: skip
        return
    known = np.isfinite(row["lower"]) and np.isfinite(row["upper"])
    if known:
        axes.plot([row["lower"], row["upper"]], [y, y], color=look.colour, lw=4, alpha=0.4, solid_capstyle="butt")
    axes.plot(row["estimate"], y, "o", color=look.colour, ms=7, mfc=look.colour if filled else "white", mew=1.8)
    text = numbers.write(row["estimate"], style, language=language)
    if known:
        text = f"{text}  ({numbers.interval(row['lower'], row['upper'], style, language=language)})"
    # Beside the chart, where no line of it can cross the figures.
    axes.text(1.015, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize=9, color="#1A1A1A")


def _linear_axis(axes: Any, frame: pd.DataFrame) -> None:
    """Show every interval whole, and the line of no difference."""
    values = frame[["lower", "estimate", "upper"]].to_numpy(float)
    values = values[np.isfinite(values)]
    low, high = (min(values.min(), 0.0), max(values.max(), 0.0)) if len(values) else (-1.0, 1.0)
    room = (high - low) or 1.0
    axes.set_xlim(low - 0.06 * room, high + 0.06 * room)
