"""A grid of squares: a number or a sign in each, so that no colour has to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, drawing, to_svg
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["numbers_matrix", "signs_matrix"]

_SHADE = "#0067A5"
_INK = "#1A1A1A"
_STRONGEST = 0.6  # so that dark figures on it have a contrast of 6 to 1
_LINE = "#B8B8B8"


def numbers_matrix(
    table: ProtectedTable,
    *,
    row: str,
    column: str,
    value: str,
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    style: str = "count",
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw the number in each square, shaded by its size; a hidden one is hatched and holds its mark.

    Parameters
    ----------
    table : ProtectedTable
        Has a `status` beside each value.
    row, column, value : str
        Names of columns of the table.
    rows, columns : mapping of code to label
        In the order in which they are drawn.
    style : str
        How the numbers are written; see `numbers.write`.
    """
    cells = {(getattr(r, row), getattr(r, column)): r for r in table.frame.itertuples(index=False)}
    largest = float(np.nanmax([*table.frame[value].to_numpy(float), 1.0]))
    with drawing() as figure_class:
        axes = _grid(figure_class, rows, columns, height=0.44)
        for y, r in enumerate(rows):
            for x, c in enumerate(columns):
                if (r, c) not in cells:
                    continue
                number = float(getattr(cells[r, c], value))
                if np.isnan(number):
                    _square(axes, x, y, facecolor="white", hatch="////")
                    text = numbers.MARKS[str(cells[r, c].status)]
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
                    axes.text(x, y, text, ha="center", va="center", color=GREY, bbox=box)
                    continue
                share = number / largest
                _square(axes, x, y, facecolor=_SHADE, alpha=_STRONGEST * share)
                weight = "bold" if number else "normal"
                text = numbers.write(number, style, language=language)
                axes.text(x, y, text, ha="center", va="center", color=_INK, fontweight=weight, fontsize=11)
        return to_svg(axes.figure)


def signs_matrix(
    table: ProtectedTable,
    *,
    row: str,
    column: str,
    sign: str,
    number: str,
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    key: Mapping[str, str],
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw a sign in each square: full, half, empty or in doubt, with a number in it where there is one.

    Parameters
    ----------
    sign : str
        Column with one of "full", "half", "empty" and "doubt".
    number : str
        Column of a number that stands beside the sign, NaN for none.
    key : mapping of sign to words
        The key below the chart, in order.
    """
    cells = {(getattr(r, row), getattr(r, column)): r for r in table.frame.itertuples(index=False)}
    with drawing() as figure_class:
        axes = _grid(figure_class, rows, columns, height=0.36, below=0.5)
        for y, r in enumerate(rows):
            for x, c in enumerate(columns):
                if (r, c) not in cells:
                    continue
                cell = cells[r, c]
                _square(axes, x, y, facecolor="white")
                value = float(getattr(cell, number))
                if np.isnan(value):
                    _sign(axes, str(getattr(cell, sign)), x, y)
                    continue
                _sign(axes, str(getattr(cell, sign)), x - 0.2, y)
                text = numbers.count(value, language=language)
                axes.text(x + 0.24, y, text, ha="center", va="center", fontsize=8.5, color=_INK)
        for position, (name, words) in enumerate(key.items()):
            place = ((len(columns) / 2) * (position % 2) - 0.3, len(rows) + 0.1 + 0.75 * (position // 2))
            _sign(axes, name, *place)
            axes.annotate(words, place, xytext=(12, 0), textcoords="offset points", va="center", fontsize=9,
                          annotation_clip=False)  # fmt: skip
        return to_svg(axes.figure)


def _grid(
    figure_class: Any, rows: Mapping[str, str], columns: Mapping[str, str], *, height: float, below: float = 0.0
) -> Any:
    figure = figure_class(figsize=(WIDTH, 1.9 + height * len(rows) + below))
    axes = figure.subplots()
    axes.set_xticks(range(len(columns)), columns.values(), rotation=45, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(rows)), rows.values())
    axes.set_xlim(-0.52, len(columns) - 0.48)
    axes.set_ylim(len(rows) - 0.48 + 2.2 * below, -0.52)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _square(axes: Any, x: float, y: float, **look: Any) -> None:
    from matplotlib.patches import Rectangle

    look = {"edgecolor": "none" if "alpha" in look else _LINE, "linewidth": 0.8, **look}
    axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, **look))
    if "alpha" in look:
        axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor="none", edgecolor=_LINE, linewidth=0.8))


def _sign(axes: Any, name: str, x: float, y: float) -> None:
    """Draw a full, half or empty circle, or a question mark for doubt."""
    if name == "doubt":
        axes.text(x, y, "?", ha="center", va="center", fontweight="bold", color=GREY, fontsize=11)
        return
    fill = {"full": "full", "half": "left", "empty": "none"}[name]
    colour = GREY if name == "empty" else _SHADE
    axes.plot(x, y, marker="o", ms=10, fillstyle=fill, color=colour, markerfacecoloralt="white", mew=1.2, clip_on=False)
