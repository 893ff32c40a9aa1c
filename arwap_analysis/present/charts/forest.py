"""Several sources together: a forest of intervals with what they give pooled, and a funnel of effects by error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, drawing, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["forest", "funnel"]

_INK = "#1A1A1A"
_SOURCE = "#0067A5"
_POOLED = "#B34700"
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)


def forest(
    table: ProtectedTable,
    *,
    axis: str,
    below: str,
    above: str,
    absent: str,
    heading: tuple[str, str],
    ratio: bool = True,
    style: str = "ratio",
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw each source with its interval and weight, and below them what they give pooled.

    Parameters
    ----------
    table : ProtectedTable
        `kind` (source, pooled or prediction), `label, estimate, lower, upper, weight` (per cent), top row first.
    axis : str
        What is measured.
    below, above : str
        What values on either side of no difference say, written at the foot of the two sides.
    absent : str
        Stands in place of an interval that a source does not have.
    heading : tuple of str
        Headings of the two columns at the right: estimate with interval, and weight.
    ratio : bool
        Whether 1 is no difference and the axis is logarithmic; otherwise 0.
    style : str
        How numbers are written; see `numbers.write`.
    """
    frame = table.frame.reset_index(drop=True)
    frame["place"] = -np.arange(len(frame), dtype=float) - 0.9 * (frame["kind"] != "source").to_numpy()
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 1.6 + 0.36 * len(frame)))
        axes = figure.subplots()
        low, high = _span(frame, ratio=ratio)
        if ratio:
            axes.set_xscale("log")
        axes.set_xlim(low, high)
        axes.axvline(1.0 if ratio else 0.0, color=GREY, lw=1, ls="--", zorder=0)
        for row in frame.itertuples():
            _row(axes, row, absent, style, language)
        axes.set_yticks(frame["place"], frame["label"])
        for text, kind in zip(axes.get_yticklabels(), frame["kind"], strict=True):
            text.set_fontweight("normal" if kind == "source" else "bold")
        axes.set_ylim(float(frame["place"].min()) - 0.8, 1.4)
        for x, text in zip((1.02, 1.46), heading, strict=True):
            axes.text(x, 1, text, transform=axes.get_yaxis_transform(), va="center", color=GREY, fontsize=9)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        _ticks(axes, low, high, ratio=ratio)
        _sides(axes, axis, below, above)
        figure.subplots_adjust(left=0.25, right=0.66, bottom=0.9 / figure.get_figheight(), top=0.99)
        return to_svg(figure)


def _span(frame: pd.DataFrame, *, ratio: bool) -> tuple[float, float]:
    """Return the ends of the axis: all estimates, and limits as far as twice as wide as the estimates are."""
    values = frame[["lower", "estimate", "upper"]].to_numpy(float)
    values = values[np.isfinite(values) & ((values > 0) | (not ratio))]
    if not len(values):
        return (0.5, 2.0) if ratio else (-1.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if ratio:
        return max(min(low, 0.9) / 1.15, 0.01), min(max(high, 1.1) * 1.15, 100.0)
    room = 0.08 * (max(high, 0.0) - min(low, 0.0)) or 1.0
    return min(low, 0.0) - room, max(high, 0.0) + room


def _row(axes: Any, row: Any, absent: str, style: str, language: str) -> None:
    """Draw one row: a square sized by its weight, a diamond for pooled effects, a line for a prediction."""
    place, transform = row.place, axes.get_yaxis_transform()
    if np.isnan(row.lower) or np.isnan(row.upper):
        if np.isfinite(row.estimate):
            axes.plot(row.estimate, place, "s", color=_SOURCE, ms=4)
        axes.text(1.02, place, absent, transform=transform, va="center", color=GREY, style="italic", fontsize=9)
        return
    if row.kind == "pooled":
        x, y = [row.lower, row.estimate, row.upper, row.estimate], [place, place + 0.3, place, place - 0.3]
        axes.fill(x, y, color=_POOLED, lw=0)
    elif row.kind == "prediction":
        axes.plot([row.lower, row.upper], [place, place], color=_POOLED, lw=1.6, marker="|", ms=9, ls=":")
    else:
        axes.plot([row.lower, row.upper], [place, place], color=_SOURCE, lw=1.6, solid_capstyle="butt")
        weight = 0.0 if np.isnan(row.weight) else float(row.weight)
        axes.plot(row.estimate, place, "s", color=_SOURCE, ms=3.5 + 1.35 * np.sqrt(weight))
    interval = numbers.interval(row.lower, row.upper, style, language=language)
    text = interval if row.kind == "prediction" else f"{_number(row.estimate, style, language)}  ({interval})"
    bold = "normal" if row.kind == "source" else "bold"
    axes.text(1.02, place, text, transform=transform, va="center", color=_INK, fontsize=9, fontweight=bold)
    if row.kind == "source" and np.isfinite(row.weight):
        share = numbers.per_cent(float(row.weight), language=language)
        axes.text(1.62, place, share, transform=transform, va="center", ha="right", color=_INK, fontsize=9)


def _number(value: float, style: str, language: str) -> str:
    return numbers.write(float(value), style, language=language)


def _ticks(axes: Any, low: float, high: float, *, ratio: bool) -> None:
    """Write ratios as they are read, not as powers of ten."""
    if not ratio:
        return
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.minorticks_off()
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])


def _sides(axes: Any, axis: str, below: str, above: str) -> None:
    """Say below the axis what is measured, and what each side of no difference means."""
    axes.set_xlabel(axis, color=GREY, fontsize=10)
    for x, ha, text in ((0.0, "left", f"← {below}"), (1.0, "right", f"{above} →")):
        axes.annotate(
            text, (x, 0), xycoords="axes fraction", xytext=(0, -44 if ha == "left" else -58),
            textcoords="offset points", ha=ha, va="top", fontsize=8.5, color=_INK,
        )  # fmt: skip


def funnel(
    table: ProtectedTable,
    *,
    axis: str,
    error_axis: str,
    ratio: bool = True,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw each source's effect by its standard error, with the limits within which chance alone would leave it.

    Parameters
    ----------
    table : ProtectedTable
        `label, effect, standard_error, middle, lower, upper, outside` on the scale of analysis.
    axis, error_axis : str
        What is measured across and down; precise sources are at the top.
    ratio : bool
        Whether effects are logarithms, which the axis turns back into ratios.
    """
    frame = table.frame.dropna(subset=["effect", "standard_error"]).reset_index(drop=True)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 4.6))
        axes = figure.subplots()
        deepest = float(frame["standard_error"].max()) * 1.12
        middle = float(frame["middle"].iloc[0])
        slope = float((frame["upper"] - frame["middle"]).div(frame["standard_error"]).iloc[0])
        edge = slope * deepest
        axes.fill([middle - edge, middle, middle + edge], [deepest, 0, deepest], color=_SOURCE, alpha=0.08, lw=0)
        for end in (-edge, edge):
            axes.plot([middle, middle + end], [0, deepest], color=GREY, lw=1, ls="--")
        axes.axvline(middle, color=_POOLED, lw=1.4)
        outside = frame["outside"].fillna(value=False).astype(bool)
        for marker, rows in (("o", frame[~outside]), ("D", frame[outside])):
            axes.plot(rows["effect"], rows["standard_error"], marker, color=_SOURCE, ms=6, alpha=0.85, lw=0)
        for row in frame[outside].itertuples():
            right = row.effect >= middle
            axes.annotate(
                row.label, (row.effect, row.standard_error), xytext=(8 if right else -8, 0),
                textcoords="offset points", ha="left" if right else "right", va="center", fontsize=8.5, color=_INK,
            )  # fmt: skip
        reach = max(edge, float((frame["effect"] - middle).abs().max())) * 1.35
        axes.set_xlim(middle - reach, middle + reach)
        axes.set_ylim(deepest, 0)
        if ratio:
            ticks = [tick for tick in _TICKS if middle - reach <= np.log(tick) <= middle + reach]
            axes.set_xticks(np.log(ticks), [f"{tick:g}" for tick in ticks])
        else:
            ticks = [float(tick) for tick in axes.get_xticks() if abs(tick - middle) <= reach]
            axes.set_xticks(ticks, [numbers.write(tick, "signed", language=language) for tick in ticks])
        axes.axvline(0.0, color=GREY, lw=1, ls=":", zorder=0)
        axes.set_xlabel(axis, color=GREY, fontsize=10)
        axes.set_ylabel(error_axis, color=GREY, fontsize=10)
        figure.tight_layout()
        return to_svg(figure)
