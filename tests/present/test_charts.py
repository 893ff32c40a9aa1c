import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.disclosure import release_open
from arwap_analysis.present import charts
from arwap_analysis.present.charts import drawing

LABELS = {"black": "Black", "white": "White", "unknown": "Not known"}
STYLES = charts.group_styles(LABELS, "white")


def results(groups, periods, value=2.0, choices=("main",)):
    rows = [
        {
            "group": g,
            "period": p,
            "choice": c,
            "estimate": value,
            "lower": value / 2,
            "upper": value * 2,
            "numerator": 5.0,
        }
        for g, p, c in itertools.product(groups, periods, choices)
    ]
    return pd.DataFrame(rows)


def draw(kind, frame):
    table = release_open(frame)
    if kind == "intervals":
        return charts.intervals_by_group(table, styles=STYLES, axis="per 1,000", absent="no rate")
    if kind == "ranges":
        return charts.ranges_by_group(
            table, styles=STYLES, choices={"main": "chance", "unknown": "unknown"}, axis="ratio", absent="none"
        )
    log = kind == "log"
    return charts.lines_by_group(
        table,
        styles=STYLES,
        axis="per 1,000",
        log=log,
        context=None if log else "white",
        reference_line=1.0 if log else None,
    )


KINDS = ("intervals", "ranges", "lines", "log")


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_the_same_svg_every_time_and_asks_for_nothing(kind):
    frame = results(["black", "white"], ["2010-11", "2011-12"] if kind in ("lines", "log") else ["2011-12"])
    first = draw(kind, frame)
    assert first == draw(kind, frame)
    ET.fromstring(first)
    assert "<image" not in first
    assert "<script" not in first
    assert "@import" not in first


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", ["zero", "missing", "infinite", "one group", "one period"])
def test_awkward_results_are_drawn_without_a_warning(kind, case):
    frame = results(["black", "white"], ["2010-11", "2011-12"] if kind in ("lines", "log") else ["2011-12"])
    if case == "zero":
        frame[["estimate", "lower"]] = 0.0
    elif case == "missing":
        frame.loc[0, ["estimate", "lower", "upper", "numerator"]] = np.nan
    elif case == "infinite":
        frame["upper"] = np.inf
    elif case == "one group":
        frame = frame[frame["group"] == "black"]
    else:
        frame = frame[frame["period"] == "2011-12"]
    ET.fromstring(draw(kind, frame))


def test_a_period_without_a_figure_breaks_the_line(monkeypatch):
    import seaborn

    frame = results(["black"], ["2010-11", "2011-12", "2012-13", "2013-14"])
    frame.loc[frame["period"] == "2011-12", ["estimate", "lower", "upper"]] = np.nan
    drawn, real = [], seaborn.lineplot
    monkeypatch.setattr(seaborn, "lineplot", lambda **values: drawn.append(list(values["x"])) or real(**values))
    draw("log", frame)
    assert drawn == [[0.0], [2.0, 3.0]]


def test_the_style_of_a_chart_does_not_leak_into_the_notebook():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw("intervals", results(["black", "white"], ["2011-12"]))
    assert dict(mpl.rcParams) == before


def test_a_group_keeps_its_colour_and_the_reference_group_is_told_apart():
    assert len({style.colour for style in STYLES.values()}) == len(STYLES)
    assert [code for code, style in STYLES.items() if style.is_reference] == ["white"]


def test_the_colours_can_be_read_as_text_on_white():
    for colour in (*drawing._PALETTE, drawing._REFERENCE_COLOUR, drawing.GREY):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5, colour
