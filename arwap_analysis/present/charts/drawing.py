"""What every chart shares: the style, the colours, the axes, and SVG text that is the same on every machine.

Letters are drawn as paths in the font that comes with matplotlib, which is loaded when the first chart is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["GREY", "WIDTH", "GroupStyle", "drawing", "group_styles", "log_axis", "name_groups", "rehearse", "to_svg"]

# Hues of Okabe and Ito (2008), "Color universal design", told apart under the common colour-vision
# deficiencies; darkened until text in them has a contrast of 4.5 to 1 on white.
_PALETTE = ("#0067A5", "#B34700", "#00785A", "#984474", "#4B4BA8", "#7A5C00")
_REFERENCE_COLOUR = "#4D4D4D"
GREY = "#5A5A5A"
_RATIO_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
WIDTH = 8.4
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
def drawing() -> Iterator[Any]:
    """Lend matplotlib with our style, whatever style a notebook has set, and close every figure."""
    import matplotlib as mpl
    import seaborn as sns
    from matplotlib.figure import Figure

    with mpl.rc_context():
        sns.set_theme(style="ticks", rc=_STYLE)
        yield Figure


def to_svg(figure: Any) -> str:
    """Return a figure as SVG text without anything that changes from run to run."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", pad_inches=0.08, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def name_groups(axes: Any, labels: Sequence[str], axis: str) -> None:
    """Write the groups down the left side, without a line, and what is measured below."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel(axis, color=GREY)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def log_axis(axes: Any, which: str, frame: pd.DataFrame, *, room: float) -> None:
    """Put ratios on a log scale, where twice and half are equally far from 1; `room` is left for labels."""
    values = frame[["lower", "estimate", "upper"]].to_numpy(float)
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (min(values.min(), 1.0), max(values.max(), 1.0)) if len(values) else (0.5, 2.0)
    ticks = [tick for tick in _RATIO_TICKS if low / 1.15 <= tick <= high * room]
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low / 1.15, high * room)})
    axes.minorticks_off()
    axes.set(**{f"{which}ticks": ticks, f"{which}ticklabels": [f"{tick:g}" for tick in ticks]})


def rehearse() -> str:
    """Return a chart that nobody sees; drawing it makes fonts and code ready for the first report that needs them."""
    import seaborn as sns

    with drawing() as figure_class:
        axes = figure_class(figsize=(WIDTH, 2)).subplots()
        sns.lineplot(x=[0, 1], y=[0, 1], ax=axes, label="a")
        axes.figure.tight_layout()
        return to_svg(axes.figure)
