import numpy as np
import pandas as pd
import pytest

from arwap_analysis import analyse, inference
from tests.conftest import indicator_table

PERIODS = [f"{year}-{(year + 1) % 100:02d}" for year in range(2007, 2015)]
WHITE = [11560, 11710, 11720, 12715, 13195, 13365, 13755, 12110]


def table(group_counts, **changes):
    rows = [(p, "white", w, 2_928_253) for p, w in zip(PERIODS, WHITE, strict=True)]
    for group, counts in group_counts.items():
        rows += [(p, group, c, 30_000) for p, c in zip(PERIODS, counts, strict=True)]
    return indicator_table(rows, **changes)


def trend(counts, group="mixed"):
    found = analyse.trend_of_gap(table({group: counts}), reference_group="white")
    return found.set_index(["group", "scale"]).loc[group]


def test_both_scales_are_reported_with_the_numbers_of_the_array_level():
    counts = [50, 80, 105, 110, 160, 200, 225, 195]
    found = trend(counts)
    years = np.array([2007, 2008, 2009, 2010, 2011, 2012, 2013, 2014]) + 0.75
    expected = inference.rate_ratio_trend(
        counts, 30_000, reference_numerator=WHITE, reference_denominator=2_928_253, time=years
    )
    assert found.loc["relative", "estimate"] == pytest.approx(float(expected.annual_change), rel=1e-4)
    assert found.loc["relative", "period"] == "2007-08 to 2014-15"
    assert set(found.index) == {"relative", "absolute"}


@pytest.mark.parametrize(
    ("counts", "direction"),
    [
        ([300 * 1.2**k for k in range(8)], "widening"),
        ([1500 * 0.85**k for k in range(8)], "closing"),
        ([40 * 1.4**k for k in range(8)], "reversed"),
        ([300, 310, 290, 305, 330, 340, 345, 300], "no_clear_change"),
        ([60 * 0.85**k for k in range(8)], "widening"),
    ],
)
def test_the_direction_is_named_by_the_size_of_the_gap_at_both_ends(counts, direction):
    assert trend([round(c) for c in counts]).loc["relative", "direction"] == direction


def test_too_few_periods_are_said_to_be_too_few():
    short = table({"black": range(10, 18)})
    short = short[short["period"].isin(PERIODS[:2])]
    found = analyse.trend_of_gap(short, reference_group="white")
    assert found["estimate"].isna().all()
    assert found["reason"].str.contains("at least 3 periods").all()
    assert (found["direction"] == "not_assessed").all()


def test_groups_and_areas_do_not_touch_each_other():
    one = table({"mixed": [50, 80, 105, 110, 160, 200, 225, 195], "black": [300] * 8})
    two = pd.concat([one, one.assign(area="W06000015", area_name="Cardiff", numerator=one["numerator"] + 3)])
    alone = analyse.trend_of_gap(one, reference_group="white")
    both = analyse.trend_of_gap(two, reference_group="white")
    wales = both[both["area"] == "W92000004"].reset_index(drop=True)
    key = ["group", "scale"]
    pd.testing.assert_frame_equal(
        wales.sort_values(key, ignore_index=True), alone.sort_values(key, ignore_index=True), rtol=1e-9
    )


def test_an_empty_group_has_no_trend_and_changes_no_other():
    alone = trend([50, 80, 105, 110, 160, 200, 225, 195])
    beside = analyse.trend_of_gap(
        table({"mixed": [50, 80, 105, 110, 160, 200, 225, 195], "black": [np.nan] * 8}), reference_group="white"
    ).set_index(["group", "scale"])
    assert np.isnan(beside.loc[("black", "relative"), "estimate"])
    assert beside.loc[("mixed", "relative"), "p_adjusted"] == pytest.approx(alone.loc["relative", "p_adjusted"])
