"""Deadlines of a plan over time: how many had passed, and how many were met."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.present.charts.drawing import GREY, WIDTH, drawing, to_svg
from arwap_analysis.present.dates import write_month
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["deadlines_over_time"]

_DUE, _MET = "#B34700", "#0067A5"
# Up to so many days the axis names months, beyond it years.
_NAMES_MONTHS = 900


def deadlines_over_time(
    table: ProtectedTable,
    *,
    as_of: date,
    as_of_label: str,
    due: str,
    met: str,
    to_come: str,
    axis: str,
    language: str = FIRST_LANGUAGE,
) -> str:
    """Draw deadlines added up day by day: a solid line for those that passed, a dashed one for those met.

    Parameters
    ----------
    table : ProtectedTable
        `day` (ISO), `due` and `met` (missing after the day of the report), in the order of the days.
    as_of, as_of_label : date, str
        The day of the report and what stands at its line; what is due after it is drawn in grey.
    due, met, to_come : str
        Labels of the three lines.
    axis : str
        Label of the vertical axis.
    """
    frame = table.frame.assign(day=pd.to_datetime(table.frame["day"]))
    day = pd.Timestamp(as_of)
    past, later = frame[frame["day"] <= day], frame[frame["day"] >= day]
    top = max(float(frame["due"].max()), 1.0)
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 4.0))
        axes = figure.subplots()
        reported = past["met"].astype(float)
        axes.fill_between(past["day"], reported, past["due"], step="post", color=_DUE, alpha=0.12, lw=0)
        axes.step(past["day"], past["due"], where="post", color=_DUE, lw=2.2)
        axes.step(past["day"], reported, where="post", color=_MET, lw=2.2, ls=(0, (4, 2)))
        jumps = past[past["due"].diff() > 0]
        axes.plot(jumps["day"], jumps["due"], "o", color=_DUE, ms=5)
        axes.axvline(day, color=GREY, lw=1)
        place = {"xytext": (-4, 4), "textcoords": "offset points", "ha": "right", "fontsize": 9, "color": GREY}
        axes.annotate(as_of_label, (day, top * 1.04), **place)
        now, ahead = past.iloc[-1], float(frame["due"].max()) - float(past["due"].iloc[-1])
        if ahead:
            axes.step(later["day"], later["due"], where="post", color=GREY, lw=1.6, ls=":")
            _name(axes, later.iloc[-1], ahead, to_come, GREY, language)
        _name(axes, now, float(now["due"]), due, _DUE, language, left=ahead > 0)
        # Where the two lines meet, one label stands above and the other below.
        meet = float(now["met"]) == float(now["due"])
        _name(axes, now, float(now["met"]), met, _MET, language, left=ahead > 0, below=meet)
        _ticks(axes, frame["day"].min(), frame["day"].max(), language)
        axes.set_ylim(-0.04 * top, top * 1.16)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel(axis, color=GREY)
        figure.tight_layout()
        return to_svg(figure)


def _name(
    axes: Any,
    row: pd.Series,
    number: float,
    label: str,
    colour: str,
    language: str,
    *,
    left: bool = False,
    below: bool = False,
) -> None:
    """Write a number and what it counts beside the end of a line: to its right, or above it to the left."""
    height = float(row["met"]) if colour == _MET else float(row["due"])
    offset = (-7, -12 if below else 9) if left else (7, -14 if below else 0)
    axes.annotate(
        f"{numbers.count(number, language=language)} {label}",
        (row["day"], height),
        xytext=offset,
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=colour,
        fontweight="bold",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        annotation_clip=False,
    )


def _ticks(axes: Any, first: pd.Timestamp, last: pd.Timestamp, language: str) -> None:
    """Name years at their beginning, or months where the time is short; room is left for the labels of the lines."""
    span = (last - first).days
    if span > _NAMES_MONTHS:
        places = pd.date_range(first.normalize().replace(month=1, day=1), last, freq="YS")
        names = [str(place.year) for place in places]
    else:
        often = "3MS" if span < _NAMES_MONTHS / 2 else "6MS"
        places = pd.date_range(first.normalize().replace(month=1, day=1), last, freq=often)
        names = [write_month(place.date(), language=language) for place in places]
    axes.set_xlim(first - pd.Timedelta(days=span * 0.02), last + pd.Timedelta(days=max(span * 0.3, 30)))
    shown = [(place, name) for place, name in zip(places, names, strict=True) if place >= first]
    axes.set_xticks([place for place, _ in shown], [name for _, name in shown])
