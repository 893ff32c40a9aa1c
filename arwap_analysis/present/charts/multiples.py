"""Many small charts of gaps over time: a row for each measure, a column for each group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, GroupStyle, drawing, log_axis, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["gaps_by_measure"]


def gaps_by_measure(
    table: ProtectedTable,
    *,
    rows: Mapping[str, str],
    styles: Mapping[str, GroupStyle],
    axes: Mapping[str, str],
    number_styles: Mapping[str, str],
    absent: str,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw the gap of each group over time, with its interval and its last value, one row of panels a measure.

    `rows` names the measures by the ids in the column `followed`; `axes` says what each row's axis counts, and
    `number_styles` how its numbers are written. Ratios have a logarithmic axis around 1, differences one around 0; a
    row shares its axis. Periods stand in the order of the table.
    """
    frame = table.frame
    groups = [code for code in styles if code in set(frame["group"])]
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 0.5 + 2.2 * len(rows)))
        grid = figure.subplots(len(rows), len(groups), squeeze=False, sharey="row")
        titles = []
        for line, (id, title) in zip(grid, rows.items(), strict=True):
            of_measure = frame[frame["followed"] == id]
            ratio = number_styles[id] == "ratio"
            for panel, code in zip(line, groups, strict=True):
                _panel(panel, of_measure, code, styles[code], number_styles[id], absent, language)
                panel.axhline(1.0 if ratio else 0.0, color=GREY, lw=1, ls="--", zorder=0)
            if ratio:
                log_axis(line[0], "y", of_measure, room=1.6)
            place = {"transform": line[0].transAxes, "fontsize": 10.5, "fontweight": "bold"}
            titles.append(line[0].text(0, 1.22, title, **place))
            line[0].set_ylabel(axes[id], fontsize=8.5, color=GREY)
        # A long name counts for the edge of the picture only: in the layout it would push its row apart.
        for text in titles:
            text.set_in_layout(False)
        figure.tight_layout(h_pad=3.8, w_pad=0.6)
        for text in titles:
            text.set_in_layout(True)
        return to_svg(figure)


def _panel(axes: Any, rows: pd.DataFrame, code: str, look: GroupStyle, style: str, absent: str, language: str) -> None:
    """Draw one group of one measure; a group without a gap is named with that."""
    order = list(dict.fromkeys(rows["period"]))
    placed = rows[rows["group"] == code].set_index("period").reindex(order)
    x = np.arange(len(order), dtype=float)
    known = np.flatnonzero(placed["estimate"].notna().to_numpy())
    axes.text(0, 1.02, look.label, transform=axes.transAxes, color=look.colour, fontsize=9.5, fontweight="bold")
    axes.set_xlim(-0.4, max(len(order) - 1, 1) * 1.34)
    ends = sorted({0, len(order) - 1})
    axes.set_xticks(ends, [order[i] for i in ends], fontsize=8.5)
    axes.tick_params(axis="y", labelsize=8.5)
    if not len(known):
        axes.text(0.5, 0.5, absent, transform=axes.transAxes, ha="center", color=GREY, style="italic", fontsize=8)
        return
    lower, upper = placed["lower"].to_numpy(float), placed["upper"].to_numpy(float)
    axes.fill_between(x, lower, upper, color=look.colour, alpha=0.2, lw=0)
    axes.plot(x[known], placed["estimate"].to_numpy(float)[known], color=look.colour, lw=1.8, marker="o", ms=3.5)
    last = int(known[-1])
    value = float(placed["estimate"].iloc[last])
    axes.annotate(numbers.write(value, style, language=language), (last, value), xytext=(5, -3),
                  textcoords="offset points", fontsize=8.5, fontweight="bold", color=look.colour,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
