"""Charts of protected results: direct labels, intervals drawn, colour never the only sign.

Each takes a ProtectedTable in the shape of the disparity table and returns SVG text that is the same on
every machine: letters are drawn as paths in the font that comes with matplotlib.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import ProtectedTable
from arwap_analysis.present import numbers
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = [
    "GroupStyle",
    "dots_by_group",
    "group_styles",
    "intervals_by_group",
    "lines_by_group",
    "ranges_by_group",
    "rehearse",
]

# Hues of Okabe and Ito (2008), "Color universal design", told apart under the common colour-vision
# deficiencies; darkened until text in them has a contrast of 4.5 to 1 on white.
_PALETTE = ("#0067A5", "#B34700", "#00785A", "#984474", "#4B4BA8", "#7A5C00")
_REFERENCE_COLOUR = "#4D4D4D"
_GREY = "#5A5A5A"
_RATIO_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
_WIDTH = 8.4
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "arwap_analysis",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
}


@dataclass(frozen=True, slots=True)
class GroupStyle:
    """How one group is drawn: its label and a colour that stays the same in every chart of a report."""

    label: str
    colour: str
    is_reference: bool


def group_styles(labels: Mapping[str, str], reference_group: str) -> dict[str, GroupStyle]:
    """Give each group its label and colour; the reference group is dark grey and drawn dashed."""
    others = [code for code in labels if code != reference_group]
    colours = {code: _PALETTE[index % len(_PALETTE)] for index, code in enumerate(others)}
    return {
        code: GroupStyle(label, colours.get(code, _REFERENCE_COLOUR), code == reference_group)
        for code, label in labels.items()
    }


@contextmanager
def _drawing() -> Iterator[Any]:
    """Lend matplotlib with our style, whatever style a notebook has set, and close every figure."""
    import matplotlib as mpl
    import seaborn as sns
    from matplotlib.figure import Figure

    with mpl.rc_context():
        sns.set_theme(style="ticks", rc=_STYLE)
        yield Figure


def _svg(figure: Any) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", pad_inches=0.08, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def rehearse() -> str:
    """Return a chart that nobody sees; drawing it makes fonts and code ready for the first report that needs them."""
    import seaborn as sns

    with _drawing() as figure_class:
        axes = figure_class(figsize=(_WIDTH, 2)).subplots()
        sns.lineplot(x=[0, 1], y=[0, 1], ax=axes, label="a")
        axes.figure.tight_layout()
        return _svg(axes.figure)


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
    with _drawing() as figure_class:
        figure = figure_class(figsize=(_WIDTH, 1.2 + 0.52 * len(frame)))
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
                    color=_GREY,
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
        _name_groups(axes, [styles[group].label for group in frame["group"]], axis)
        axes.set_ylim(-0.6, len(frame) - 0.4)
        axes.set_xlim(0, top * 1.32)
        figure.tight_layout()
        return _svg(figure)


def _name_groups(axes: Any, labels: Sequence[str], axis: str) -> None:
    """Write the groups down the left side, without a line, and what is measured below."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel(axis, color=_GREY)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


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
    with _drawing() as figure_class:
        rows, columns = -(-len(panels) // 2), min(2, len(panels))
        figure = figure_class(figsize=(_WIDTH, 0.9 + 2.35 * rows))
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
                axes.axhline(reference_line, color=_GREY, lw=1, ls="--")
                place = (0, reference_line)
                axes.annotate(reference_label, place, xytext=(2, 3), textcoords="offset points", fontsize=8,
                              color=_GREY)  # fmt: skip
            axes.set_title(look.label, color=look.colour, fontsize=10.5, fontweight="bold", loc="left")
            _period_ticks(axes, ticks)
            axes.set_xlim(-0.3, len(order) - 0.3 + 0.14 * len(order))
        if log:
            _log_axis(grid.flat[0], "y", frame, room=1.15)
        else:
            grid.flat[0].set_ylim(bottom=0)
        figure.supylabel(axis, fontsize=9.5, color=_GREY)
        sns.despine(figure)
        figure.tight_layout()
        return _svg(figure)


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
    if known.any():
        sns.lineplot(
            x=x[known],
            y=placed["estimate"][known],
            ax=axes,
            color=look.colour,
            lw=2,
            dashes=dash,
            estimator=None,
            legend=False,
            marker=None if look.is_reference else "o",
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
            color=_GREY,
        )


def _period_ticks(axes: Any, periods: Sequence[str]) -> None:
    """Label every period where they fit, else every second or third, always the last."""
    step = max(1, -(-len(periods) // 5))
    shown = [i for i in range(len(periods)) if (len(periods) - 1 - i) % step == 0]
    axes.set_xticks(shown, [periods[i] for i in shown], fontsize=8.5)


def _log_axis(axes: Any, which: str, frame: pd.DataFrame, *, room: float) -> None:
    """Put ratios on a log scale, where twice and half are equally far from 1; `room` is left for labels."""
    values = frame[["lower", "estimate", "upper"]].to_numpy(float)
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (min(values.min(), 1.0), max(values.max(), 1.0)) if len(values) else (0.5, 2.0)
    ticks = [tick for tick in _RATIO_TICKS if low / 1.15 <= tick <= high * room]
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low / 1.15, high * room)})
    axes.minorticks_off()
    axes.set(**{f"{which}ticks": ticks, f"{which}ticklabels": [f"{tick:g}" for tick in ticks]})


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
    with _drawing() as figure_class:
        figure = figure_class(figsize=(_WIDTH, 1.3 + 0.30 * len(shown) * len(groups) + 0.25 * len(groups)))
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
        axes.axvline(1, color=_GREY, lw=1, ls="--")
        _log_axis(axes, "x", frame, room=1.55)
        axes.set_yticks(ticks, labels, fontsize=8.5)
        axes.set_ylim(-0.7, y - 0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(axis, color=_GREY)
        figure.tight_layout()
        return _svg(figure)


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
    with _drawing() as figure_class:
        figure = figure_class(figsize=(_WIDTH, 1.4 + 0.5 * len(frame)))
        axes = figure.subplots()
        top = max(1.15 * float(frame["estimate"].fillna(0.0).max()), 1.1 * sorted(bands)[-1])
        for end, name in bands.items():
            axes.axvline(end, color=_GREY, lw=0.8, ls=":", zorder=0)
            axes.annotate(name, (end, len(frame) - 0.45), ha="right", va="bottom", color=_GREY, fontsize=8.5,
                          xytext=(-3, 0), textcoords="offset points")  # fmt: skip
        for position, row in enumerate(frame.itertuples()):
            look = styles[row.group]
            if np.isnan(row.estimate):
                axes.annotate(absent, (0, position), xytext=(6, 0), textcoords="offset points", va="center",
                              color=_GREY, style="italic")  # fmt: skip
                continue
            axes.plot(row.estimate, position, "D" if look.is_reference else "o", color=look.colour, ms=8)
            place = (row.estimate, position)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            text = numbers.per_cent(row.estimate, language=language)
            axes.annotate(text, place, xytext=(9, 0), textcoords="offset points", va="center", bbox=box)
        _name_groups(axes, [styles[group].label for group in frame["group"]], axis)
        axes.set_ylim(-0.6, len(frame) - 0.1)
        axes.set_xlim(0, top)
        figure.tight_layout()
        return _svg(figure)


def _range(axes: Any, row: pd.Series, y: float, colour: str, absent: str, language: str, *, interval: bool) -> None:
    """Draw one interval (dot and bar) or one pair of bounds (bar with end strokes)."""
    if not (np.isfinite(row["lower"]) and np.isfinite(row["upper"]) and row["lower"] > 0):
        axes.text(1, y, f"  {absent}", va="center", fontsize=8.5, color=_GREY, style="italic")
        return
    axes.plot(
        [row["lower"], row["upper"]],
        [y, y],
        color=colour if interval else _GREY,
        lw=4 if interval else 1.5,
        alpha=0.5 if interval else 1,
        solid_capstyle="butt",
        marker=None if interval else "|",
        ms=8,
    )
    axes.plot(row["estimate"], y, "o" if interval else ".", color=colour if interval else _GREY, ms=6)
    axes.annotate(
        numbers.interval(row["lower"], row["upper"], "ratio", language=language),
        (row["upper"], y),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
    )
