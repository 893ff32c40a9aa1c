"""One line a group over the periods, each in a panel of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, GroupStyle, drawing, log_axis, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["lines_by_group"]


def lines_by_group(
    table: ProtectedTable,
    *,
    styles: Mapping[str, GroupStyle],
    axis: str,
    style: str = "rate",
    context: str | None = None,
    reference_line: float | None = None,
    reference_label: str = "",
    log: bool = False,
    periods: Mapping[str, str] | None = None,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw each group over the periods in a panel of its own, with its interval and its last value.

    `context` names a group that is drawn dashed in every panel (the reference group of a rate); `periods` gives the
    names of periods where they are not the names in the table.
    """
    import seaborn as sns

    frame = table.frame
    panels = [code for code in styles if code != context and code in set(frame["group"])]
    order = sorted(frame["period"].unique())
    ticks = [(periods or {}).get(period, period) for period in order]
    with drawing() as figure_class:
        rows, columns = -(-len(panels) // 2), min(2, len(panels))
        figure = figure_class(figsize=(WIDTH, 0.9 + 2.35 * rows))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for spare in grid.flat[len(panels) :]:
            spare.set_visible(False)
        for axes, code in zip(grid.flat, panels, strict=False):
            look = styles[code]
            _line(axes, frame[frame["group"] == code], order, look, style, language)
            if context is not None:
                _line(axes, frame[frame["group"] == context], order, styles[context], style, language, labelled=False)
                _context_label(
                    axes,
                    frame[frame["group"] == context],
                    frame[frame["group"] == code],
                    order,
                    styles[context].label,
                )
            if reference_line is not None:
                axes.axhline(reference_line, color=GREY, lw=1, ls="--")
                place = (0, reference_line)
                axes.annotate(reference_label, place, xytext=(2, 3), textcoords="offset points", fontsize=8,
                              color=GREY)  # fmt: skip
            axes.set_title(look.label, color=look.colour, fontsize=10.5, fontweight="bold", loc="left")
            _period_ticks(axes, ticks)
            axes.set_xlim(-0.3, len(order) - 0.3 + 0.14 * len(order))
        if log:
            log_axis(grid.flat[0], "y", frame, room=1.15)
        else:
            grid.flat[0].set_ylim(bottom=0)
        figure.supylabel(axis, fontsize=9.5, color=GREY)
        sns.despine(figure)
        figure.tight_layout()
        return to_svg(figure)


def _line(
    axes: Any,
    rows: pd.DataFrame,
    periods: Sequence[str],
    look: GroupStyle,
    style: str,
    language: str,
    *,
    labelled: bool = True,
) -> None:
    import seaborn as sns

    placed = rows.set_index("period").reindex(periods).reset_index()
    x = np.arange(len(periods), dtype=float)
    dash = (4, 2) if look.is_reference else ""
    axes.fill_between(x, placed["lower"], placed["upper"], color=look.colour, alpha=0.18, lw=0)
    known = placed["estimate"].notna().to_numpy()
    # A period without a figure breaks the line: one drawn across it would show a value that nobody has.
    for run in np.split(np.flatnonzero(known), np.flatnonzero(np.diff(np.flatnonzero(known)) > 1) + 1):
        if len(run) == 1:  # the band of a single period has no width
            low, high = (placed[name].iloc[run].where(np.isfinite) for name in ("lower", "upper"))
            axes.vlines(x[run], low, high, color=look.colour, alpha=0.35, lw=5)
        if len(run):
            sns.lineplot(
                x=x[run],
                y=placed["estimate"].iloc[run],
                ax=axes,
                color=look.colour,
                lw=2,
                dashes=dash,
                estimator=None,
                legend=False,
                marker=None if look.is_reference and len(run) > 1 else "o",
                ms=5,
                linestyle="--" if look.is_reference else "-",
            )
    axes.set(xlabel="", ylabel="")
    if labelled and known.any():
        last = int(np.flatnonzero(known)[-1])
        value = float(placed["estimate"][last])
        axes.annotate(
            numbers.write(value, style, language=language),
            (last, value),
            xytext=(6, -3),
            textcoords="offset points",
            fontsize=9,
            color=look.colour,
            fontweight="bold",
        )


def _context_label(axes: Any, context: pd.DataFrame, rows: pd.DataFrame, periods: Sequence[str], label: str) -> None:
    """Name the reference line where it is furthest from the group's own, on the side away from it."""
    there = context.set_index("period")["estimate"].reindex(periods[:-1])
    apart = rows.set_index("period")["estimate"].reindex(periods[:-1]) - there
    if apart.notna().any():
        place = int(np.nanargmax(np.abs(apart.to_numpy(float))))
        offset = -12 if apart.iloc[place] >= 0 else 5
        axes.annotate(
            label,
            (place, there.iloc[place]),
            xytext=(0, offset),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            color=GREY,
        )


def _period_ticks(axes: Any, periods: Sequence[str]) -> None:
    """Label every period where they fit, else every second or third, always the last."""
    step = max(1, -(-len(periods) // 5))
    shown = [i for i in range(len(periods)) if (len(periods) - 1 - i) % step == 0]
    axes.set_xticks(shown, [periods[i] for i in shown], fontsize=8.5)
