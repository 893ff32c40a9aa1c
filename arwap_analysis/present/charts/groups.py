"""One value a group: with its interval, with the ranges of several choices, or over named bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, GroupStyle, drawing, log_axis, name_groups, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["dots_by_group", "intervals_by_group", "ranges_by_group"]


def intervals_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    axis: str,
    absent: str,
    style: str = "rate",
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw one value with its interval for each group, largest at the top; groups without a value are named too."""
    frame = table.frame.sort_values("estimate", ascending=True, na_position="first").reset_index(drop=True)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.2 + 0.52 * len(frame)))
        axes = figure.subplots()
        ends = frame[["estimate", "upper"]].to_numpy(float)
        top = np.max(ends[np.isfinite(ends)], initial=0.0) or 1.0
        for position, row in enumerate(frame.itertuples()):
            look = styles[row.group]
            if np.isnan(row.estimate):
                counted = "" if np.isnan(row.numerator) else f"{numbers.count(row.numerator, language=language)}: "
                axes.annotate(
                    counted + absent,
                    (0, position),
                    xytext=(6, 0),
                    textcoords="offset points",
                    va="center",
                    color=GREY,
                    style="italic",
                )
                continue
            end = row.upper if np.isfinite(row.upper) else top * 1.3
            axes.plot([row.lower, end], [position] * 2, color=look.colour, lw=5, alpha=0.35, solid_capstyle="butt")
            axes.plot(row.estimate, position, "D" if look.is_reference else "o", color=look.colour, ms=8)
            limits = numbers.interval(row.lower, row.upper, style, language=language)
            text = f"{numbers.write(row.estimate, style, language=language)}  ({limits})"
            place = (max(end, row.estimate), position)
            axes.annotate(text, place, xytext=(9, 0), textcoords="offset points", va="center", color="#1A1A1A")
        name_groups(axes, [styles[group].label for group in frame["group"]], axis)
        axes.set_ylim(-0.6, len(frame) - 0.4)
        axes.set_xlim(0, top * 1.32)
        figure.tight_layout()
        return to_svg(figure)


def ranges_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    choices: Mapping[str, str],
    axis: str,
    absent: str,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw, for each group, how far a ratio could move under each choice; 1 means no difference."""
    frame = table.frame
    groups = [code for code in styles if code in set(frame["group"])]
    shown = [choice for choice in choices if choice in set(frame["choice"])]
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.3 + 0.30 * len(shown) * len(groups) + 0.25 * len(groups)))
        axes = figure.subplots()
        ticks, labels, y = [], [], 0.0
        for code in reversed(groups):
            rows = frame[frame["group"] == code].set_index("choice")
            for choice in reversed([c for c in shown if c in rows.index]):
                row = rows.loc[choice]
                interval = choice in ("main", "population")
                _range(axes, row, y, styles[code].colour, absent, language, interval=interval)
                ticks.append(y)
                labels.append(choices[choice])
                y += 1
            axes.text(
                -0.01,
                y - 0.15,
                styles[code].label,
                transform=axes.get_yaxis_transform(),
                ha="right",
                va="center",
                fontweight="bold",
                color=styles[code].colour,
            )
            y += 1.2
        axes.axvline(1, color=GREY, lw=1, ls="--")
        log_axis(axes, "x", frame, room=1.55)
        axes.set_yticks(ticks, labels, fontsize=8.5)
        axes.set_ylim(-0.7, y - 0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(axis, color=GREY)
        figure.tight_layout()
        return to_svg(figure)


def dots_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    axis: str,
    absent: str,
    bands: Mapping[float, str],
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw one percentage for each group, smallest at the top, over named bands that end at the keys of `bands`."""
    frame = table.frame.sort_values("estimate", ascending=False, na_position="first").reset_index(drop=True)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.4 + 0.5 * len(frame)))
        axes = figure.subplots()
        top = max(1.15 * float(frame["estimate"].fillna(0.0).max()), 1.1 * sorted(bands)[-1])
        for step, (end, name) in enumerate(bands.items()):
            axes.axvline(end, color=GREY, lw=0.8, ls=":", zorder=0)
            axes.annotate(name, (end, len(frame) - 0.45), ha="right", va="bottom", color=GREY, fontsize=8.5,
                          xytext=(-3, 11 * (step % 2)), textcoords="offset points")  # fmt: skip
        for position, row in enumerate(frame.itertuples()):
            look = styles[row.group]
            if np.isnan(row.estimate):
                axes.annotate(absent, (0, position), xytext=(6, 0), textcoords="offset points", va="center",
                              color=GREY, style="italic")  # fmt: skip
                continue
            axes.plot(row.estimate, position, "D" if look.is_reference else "o", color=look.colour, ms=8)
            place = (row.estimate, position)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            text = numbers.per_cent(row.estimate, language=language)
            axes.annotate(text, place, xytext=(9, 0), textcoords="offset points", va="center", bbox=box)
        name_groups(axes, [styles[group].label for group in frame["group"]], axis)
        axes.set_ylim(-0.6, len(frame) - 0.1)
        axes.set_xlim(0, top)
        figure.tight_layout()
        return to_svg(figure)


def _range(axes: Any, row: pd.Series, y: float, colour: str, absent: str, language: str, *, interval: bool) -> None:
    """Draw one interval (dot and bar) or one pair of bounds (bar with end strokes)."""
    if not (np.isfinite(row["lower"]) and np.isfinite(row["upper"]) and row["lower"] > 0):
        axes.text(1, y, f"  {absent}", va="center", fontsize=8.5, color=GREY, style="italic")
        return
    axes.plot(
        [row["lower"], row["upper"]],
        [y, y],
        color=colour if interval else GREY,
        lw=4 if interval else 1.5,
        alpha=0.5 if interval else 1,
        solid_capstyle="butt",
        marker=None if interval else "|",
        ms=8,
    )
    axes.plot(row["estimate"], y, "o" if interval else ".", color=colour if interval else GREY, ms=6)
    axes.annotate(
        numbers.interval(row["lower"], row["upper"], "ratio", language=language),
        (row["upper"], y),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
    )
