"""Forest and funnel: the same every time, asking for nothing, and drawn for awkward results too."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.disclosure import release_open
from arwap_analysis.present import charts

WORDS = {"axis": "ratio", "below": "less", "above": "more", "absent": "no figure", "heading": ("Effect", "Weight")}


def rows(ratio=True):
    middle = 1.0 if ratio else 0.0
    frame = pd.DataFrame(
        {
            "kind": ["source", "source", "pooled", "prediction"],
            "label": ["A", "B", "All", "Next"],
            "estimate": [middle + 0.5, middle + 0.2, middle + 0.3, np.nan],
            "lower": [middle + 0.1, middle - 0.2, middle + 0.1, middle - 0.1],
            "upper": [middle + 0.9, middle + 0.8, middle + 0.6, middle + 0.7],
            "weight": [40.0, 60.0, 100.0, np.nan],
        }
    )
    return frame.assign(status="not_collected")


def points(ratio=True):
    effect = np.array([-0.5, -0.2, 0.1])
    error = np.array([0.05, 0.2, 0.4])
    middle = -0.3 if ratio else 0.0
    return pd.DataFrame(
        {"label": ["A", "B", "C"], "effect": effect, "standard_error": error, "middle": middle,
         "lower": middle - 2 * error, "upper": middle + 2 * error, "outside": [True, False, False]}
    )  # fmt: skip


def draw(kind, frame, ratio=True):
    if kind == "forest":
        return charts.forest(release_open(frame), ratio=ratio, style="ratio" if ratio else "signed", **WORDS)
    return charts.funnel(release_open(frame), axis="ratio", error_axis="error", ratio=ratio)


@pytest.mark.parametrize("ratio", [True, False])
@pytest.mark.parametrize(("kind", "make"), [("forest", rows), ("funnel", points)])
def test_a_chart_is_the_same_svg_every_time_and_asks_for_nothing(kind, make, ratio):
    first = draw(kind, make(ratio), ratio)
    assert first == draw(kind, make(ratio), ratio)
    ET.fromstring(first)
    assert "<image" not in first
    assert "<script" not in first


@pytest.mark.parametrize("ratio", [True, False])
@pytest.mark.parametrize("case", ["missing", "one source", "no source", "no interval", "far apart"])
def test_awkward_results_are_drawn_without_a_warning(case, ratio):
    frame = rows(ratio)
    if case == "missing":
        frame.loc[0, ["estimate", "lower", "upper", "weight"]] = np.nan
    elif case == "one source":
        frame = frame.iloc[:1]
    elif case == "no source":
        frame[["estimate", "lower", "upper", "weight"]] = np.nan
    elif case == "no interval":
        frame.loc[2, ["lower", "upper"]] = np.nan
    else:
        frame.loc[0, ["lower", "upper"]] = [0.0001, 4000.0]
    ET.fromstring(draw("forest", frame, ratio))
