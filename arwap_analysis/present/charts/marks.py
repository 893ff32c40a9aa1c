"""Several named values of each group on one line, and bars of counts with a mark to compare them with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, GroupStyle, drawing, log_axis, name_groups, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["Mark", "bars_by_group", "marks_by_group"]

_BAR = "#0067A5"
_SIDES = {"left": ((-9, 0), "right"), "right": ((9, 0), "left"), "above": ((0, 12), "center")}


@dataclass(frozen=True, slots=True)
class Mark:
    """One named value of each group: its column, its name, its shape, and on which side its number is written.

    `hollow` draws the outline only. Shape and filling tell the marks apart, so that colour is never needed.
    """

    column: str
    label: str
    shape: str
    hollow: bool = False
    side: Literal["left", "right", "above"] | None = None


def marks_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    marks: tuple[Mark, ...],
    axis: str,
    style: str,
    absent: str,
    log: bool = False,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw the marks of each group on a line of its own, in the order of `styles`; a group without any is named too."""
    frame = table.frame.set_index("group")
    codes = [code for code in reversed(list(styles)) if code in frame.index]
    columns = [mark.column for mark in marks]
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.5 + 0.55 * len(codes)))
        axes = figure.subplots()
        for position, code in enumerate(codes):
            values = frame.loc[code, columns].to_numpy(float)
            known = values[np.isfinite(values)]
            if not len(known):
                axes.annotate(absent, (1 if log else 0, position), xytext=(6, 0), textcoords="offset points",
                              va="center", color=GREY, style="italic")  # fmt: skip
                continue
            axes.plot([known.min(), known.max()], [position] * 2, color=GREY, lw=1, zorder=1)
            for mark, value in zip(marks, values, strict=True):
                if np.isfinite(value):
                    _mark(axes, mark, float(value), position, styles[code].colour, style, language)
        for mark in marks:
            face = "white" if mark.hollow else GREY
            axes.plot([], [], mark.shape, color=GREY, mfc=face, ms=8, label=mark.label)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=len(marks), frameon=False, fontsize=10)
        name_groups(axes, [styles[code].label for code in codes], axis)
        axes.set_ylim(-0.6, len(codes) - 0.4)
        if log:
            ends = frame[columns].rename(columns=dict(zip(columns, ("lower", "estimate", "upper"), strict=False)))
            log_axis(axes, "x", ends.reindex(columns=["lower", "estimate", "upper"]), room=1.5)
        else:
            axes.set_xlim(0, 1.15 * (float(np.nanmax(frame.loc[codes, columns].to_numpy(float), initial=0.0)) or 1.0))
            _written_ticks(axes, style, language)
        figure.tight_layout()
        return to_svg(figure)


def _mark(axes: Any, mark: Mark, value: float, y: float, colour: str, style: str, language: str) -> None:
    face = "white" if mark.hollow else colour
    axes.plot(value, y, mark.shape, color=colour, mfc=face, mew=1.8, ms=8, zorder=2)
    if mark.side:
        shift, ha = _SIDES[mark.side]
        axes.annotate(numbers.write(value, style, language=language), (value, y), xytext=shift,
                      textcoords="offset points", va="center", ha=ha, fontsize=9.5,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip


def _written_ticks(axes: Any, style: str, language: str) -> None:
    """Write the numbers of the axis in the style of the values, without decimals that say nothing."""
    ticks = [tick for tick in axes.get_xticks() if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks, [numbers.write(tick, style, language=language) for tick in ticks])


def bars_by_group(
    table: ProtectedTable,
    *,
    labels: Mapping[str, str],
    notes: Mapping[str, str],
    compared: str,
    axis: str,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw the `count` of each group as a bar, largest at the top, with a diamond at its `expected` count.

    `labels` names the groups that are drawn; `notes` stand behind the number of a bar; `compared` says what the
    diamonds are.
    """
    frame = table.frame.set_index("group").loc[list(labels)].sort_values("count")
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.3 + 0.33 * len(frame)))
        axes = figure.subplots()
        positions = np.arange(len(frame))
        axes.barh(positions, frame["count"], color=_BAR, height=0.62)
        axes.plot(frame["expected"], positions, "D", color="white", mec="#1A1A1A", mew=1.4, ms=6, label=compared)
        top = float(np.nanmax(frame[["count", "expected"]].to_numpy(float), initial=0.0)) or 1.0
        axes.legend(loc="lower right", frameon=False, fontsize=10)
        # The number stands with the name: at the end of a bar it could be taken for that of the diamond.
        counts = [numbers.count(value, language=language) for value in frame["count"]]
        names = zip(frame.index, counts, strict=True)
        name_groups(axes, [f"{labels[code]}   {count}{notes.get(code, '')}" for code, count in names], axis)
        axes.set_xlim(0, top * 1.08)
        axes.set_ylim(-0.7, len(frame) - 0.3)
        _written_ticks(axes, "count", language)
        figure.tight_layout()
        return to_svg(figure)
