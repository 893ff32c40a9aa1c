"""The charts of the monitor and of the profile: the same every time, every group named, absences too."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.disclosure import release_open
from arwap_analysis.present.charts import drawing, group_styles
from arwap_analysis.present.charts.marks import Mark, bars_by_group, marks_by_group
from arwap_analysis.present.charts.multiples import gaps_by_measure

STYLES = group_styles({"asian": "Asian", "black": "Black", "white": "White"}, "white")
MARKS = (Mark("before", "earlier", "o", hollow=True, side="left"), Mark("now", "later", "D", side="right"))


@pytest.fixture
def words(monkeypatch):
    """Return a function that lists the texts of a chart, which is drawn with letters instead of their paths."""
    monkeypatch.setitem(drawing._STYLE, "svg.fonttype", "none")
    return lambda svg: re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def gaps(*, number=2):
    rows = [
        {"followed": f"m{m}", "group": g, "period": p, "estimate": v, "lower": v / 2, "upper": v * 2}
        for m in range(number)
        for p, v in (("2010-11", 2.0), ("2011-12", 3.0))
        for g in ("asian", "black")
    ]
    frame = pd.DataFrame(rows)
    frame.loc[(frame["followed"] == "m1") & (frame["group"] == "black"), ["estimate", "lower", "upper"]] = np.nan
    return frame


def multiples(frame, *, styles=("ratio", "signed")):
    ids = list(dict.fromkeys(frame["followed"]))
    return gaps_by_measure(
        release_open(frame),
        rows={id: f"A long name of the measure {id}" for id in ids},
        styles=STYLES,
        axes=dict.fromkeys(ids, "times"),
        number_styles=dict(zip(ids, styles, strict=False)),
        absent="no gap",
    )


def people(**changes):
    frame = pd.DataFrame({"group": ["asian", "black"], "before": [0.01, 0.02], "now": [0.02, 0.03]})
    return frame.assign(**changes)


def marks(frame, **options):
    asked = {"axis": "share", "style": "percent", "absent": "not known", **options}
    return marks_by_group(release_open(frame), styles=STYLES, marks=MARKS, **asked)


def bars(frame):
    labels, notes = {"asian": "Asian", "black": "Black"}, {"black": " (rough)"}
    return bars_by_group(release_open(frame), labels=labels, notes=notes, compared="as in Wales", axis="residents")


BARS = pd.DataFrame({"group": ["asian", "black"], "count": [1200.0, 12.0], "expected": [900.0, 40.0]})


@pytest.mark.parametrize(
    "draw",
    [lambda: multiples(gaps()), lambda: marks(people()), lambda: bars(BARS), lambda: marks(people(), log=True)],
    ids=["multiples", "marks", "bars", "log"],
)
def test_a_chart_is_the_same_every_time_and_asks_for_nothing(draw):
    first = draw()
    assert first == draw()
    ET.fromstring(first)
    assert "<image" not in first
    assert 'href="http' not in first


def test_each_measure_and_group_is_named_and_a_gap_that_is_not_there_is_said(words):
    found = words(multiples(gaps()))
    assert {"A long name of the measure m0", "A long name of the measure m1"} <= set(found)
    assert (found.count("Asian"), found.count("Black"), found.count("no gap")) == (2, 2, 1)
    assert "White" not in found
    assert "3.0" in found  # a ratio
    assert "+3.0" in found  # a difference


def test_a_long_name_of_a_measure_does_not_narrow_the_panels():
    def widths(title):
        svg = gaps_by_measure(
            release_open(gaps(number=1)), rows={"m0": title}, styles=STYLES, axes={"m0": "times"},
            number_styles={"m0": "ratio"}, absent="",
        )  # fmt: skip
        found = re.findall(r'id="patch_[2-9]\d*">\s*<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+)', svg)
        return [float(right) - float(left) for left, right in found]

    short, long = widths("Short"), widths("A name " * 10)
    assert len(short) > 0
    assert short == pytest.approx(long, rel=1e-6)


def test_marks_are_told_apart_by_their_names_and_a_group_without_any_is_named(words):
    found = words(marks(people(before=[np.nan, 0.02], now=[np.nan, 0.03])))
    assert {"Asian", "Black", "earlier", "later", "not known", "2.0%", "3.0%"} <= set(found)


def test_a_bar_has_its_number_and_its_note_beside_its_name(words):
    found = words(bars(BARS))
    assert "Asian   1,200" in found
    assert "Black   12 (rough)" in found
    assert "as in Wales" in found
