"""One panel a group, one row a level: grades of staff, quarters of pay, or steps of a selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, GroupStyle, drawing, log_axis, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["levels_by_group"]

_INK = "#1A1A1A"
_PLATE = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the dashed line may run behind words


def levels_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    levels: Mapping[str, str],
    axis: str,
    absent: str,
    style: str,
    line_label: str = "",
    log: bool = False,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw each group in a panel of its own, with its interval at each level and a line to compare with.

    Parameters
    ----------
    table : ProtectedTable
        `level, group, estimate, lower, upper`, and `benchmark` where the line of a group lies; without it, it is at 1.
    styles : mapping
        Groups to draw, the reference group left out where it is what the others are compared with.
    levels : mapping
        Levels and their labels, the first at the bottom.
    axis : str
        What is measured.
    absent : str
        Stands where there is no value.
    style : str
        How numbers are written; see `numbers.write`.
    line_label : str
        What the dashed line is; the benchmark's value follows it.
    log : bool
        Whether the values are ratios, on a logarithmic axis that all panels share.
    """
    frame = table.frame
    groups = [code for code in styles if code in set(frame["group"])]
    height = 0.62 + 0.34 * len(levels)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 0.5 + height * len(groups)))
        grid = figure.subplots(max(len(groups), 1), 1, squeeze=False, sharex=log)
        for axes, code in zip(grid.flat, groups, strict=False):
            rows = frame[frame["group"] == code].set_index("level").reindex(list(levels))
            _panel(axes, rows, styles[code], levels, absent, style, line_label, language, log=log)
        for axes in grid.flat:
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
            axes.tick_params(axis="x", labelsize=9)
        if log:
            log_axis(grid.flat[-1], "x", frame[frame["group"].isin(groups)], room=1.9)
        grid.flat[-1].set_xlabel(axis, color=GREY, fontsize=10)
        figure.tight_layout()
        return to_svg(figure)


def _panel(
    axes: Any,
    rows: pd.DataFrame,
    look: GroupStyle,
    levels: Mapping[str, str],
    absent: str,
    style: str,
    line_label: str,
    language: str,
    *,
    log: bool,
) -> None:
    """Draw one group: a dot with its interval at each level, and the line."""
    line = 1.0 if log else _first(rows, "benchmark")
    ends = rows[["estimate", "upper"]].to_numpy(float)
    top = max(np.max(ends[np.isfinite(ends)], initial=0.0), 0.0 if np.isnan(line) else line) or 1.0
    if not log:
        axes.set_xlim(0, top * 1.45)
        axes.xaxis.set_major_formatter(lambda value, _: numbers.write(value, style, language=language))
        axes.locator_params(axis="x", nbins=6)
    if not np.isnan(line):
        axes.axvline(line, color=GREY, lw=1, ls="--", zorder=0)
    for position, (_, row) in enumerate(rows.iterrows()):
        if not np.isfinite(row["estimate"]):
            start = 1.0 if log else 0.0
            axes.annotate(absent, (start, position), xytext=(6, 0), textcoords="offset points", va="center",
                          color=GREY, style="italic", fontsize=8.5)  # fmt: skip
            continue
        _dot(axes, row, position, look, style, language)
    shown = "" if np.isnan(line) or log else f" {numbers.write(line, style, language=language)}"
    name = look.label if np.isnan(line) or not line_label else f"{look.label}  ({line_label}{shown})"
    axes.set_title(name, color=look.colour, fontsize=10, fontweight="bold", loc="left")
    axes.set_yticks(range(len(levels)), list(levels.values()), fontsize=8.5)
    axes.set_ylim(-0.6, len(levels) - 0.4)


def _dot(axes: Any, row: pd.Series, position: int, look: GroupStyle, style: str, language: str) -> None:
    """Draw one value with its interval, where it has one, and write both."""
    value, bounded = float(row["estimate"]), np.isfinite(row["lower"]) and np.isfinite(row["upper"])
    end = value
    text = numbers.write(value, style, language=language)
    if bounded:
        end = max(value, float(row["upper"]))
        axes.plot([row["lower"], row["upper"]], [position] * 2, color=look.colour, lw=4, alpha=0.35,
                  solid_capstyle="butt")  # fmt: skip
        text = f"{text}  ({numbers.interval(row['lower'], row['upper'], style, language=language)})"
    axes.plot(value, position, "D" if look.is_reference else "o", color=look.colour, ms=6)
    axes.annotate(text, (end, position), xytext=(7, 0), textcoords="offset points", va="center", color=_INK,
                  fontsize=8.5, bbox=_PLATE)  # fmt: skip


def _first(rows: pd.DataFrame, column: str) -> float:
    """Return the one benchmark of a group, NaN where it has none."""
    if column not in rows:
        return float("nan")
    known = rows[column].dropna()
    return float(known.iloc[0]) if len(known) else float("nan")
