"""Levels by group: the same every time, each level and group named, and drawn for awkward results too."""

import itertools
import re
import xml.etree.ElementTree as ET
from html import unescape

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.disclosure import release_open
from arwap_analysis.present import charts
from arwap_analysis.present.charts import drawing

STYLES = charts.group_styles({"black": "Black", "unknown": "Not known"}, "white")
LEVELS = {"low": "clerks", "high": "heads"}


def results(value=0.2, benchmark=0.1):
    rows = itertools.product(STYLES, LEVELS)
    frame = pd.DataFrame(rows, columns=["group", "level"])
    return frame.assign(estimate=value, lower=value / 2, upper=value * 2, benchmark=benchmark)


def draw(frame, log=False):
    return charts.levels_by_group(
        release_open(frame), styles=STYLES, levels=LEVELS, axis="share", absent="no figure",
        style="ratio" if log else "percent", line_label="population", log=log,
    )  # fmt: skip


@pytest.mark.parametrize("log", [False, True])
def test_a_chart_is_the_same_svg_every_time_and_asks_for_nothing(log):
    first = draw(results(), log)
    assert first == draw(results(), log)
    ET.fromstring(first)
    assert "<image" not in first
    assert "<script" not in first


def test_each_group_level_value_and_benchmark_is_written(monkeypatch):
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    written = " ".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", draw(results())))
    for words in ("Black  (population 10.0%)", "Not known", "clerks", "heads", "20.0%  (10.0% to 40.0%)", "share"):
        assert words in written


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("case", ["zero", "missing", "infinite", "no interval", "no benchmark", "one level"])
def test_awkward_results_are_drawn_without_a_warning(case, log):
    frame = results()
    if case == "zero":
        frame[["estimate", "lower", "upper"]] = 0.0
    elif case == "missing":
        frame[["estimate", "lower", "upper", "benchmark"]] = np.nan
    elif case == "infinite":
        frame[["estimate", "upper"]] = np.inf
    elif case == "no interval":
        frame[["lower", "upper"]] = np.nan
    elif case == "no benchmark":
        frame = frame.drop(columns="benchmark")
    else:
        frame = frame[frame["level"] == "low"]
    ET.fromstring(draw(frame, log))
