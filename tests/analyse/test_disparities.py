import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis import analyse, measures
from arwap_analysis.analyse import RESULT_COLUMNS
from arwap_analysis.errors import ParameterError
from tests.conftest import indicator_table

ROWS = [
    ("2011-12", "white", 13195, 2928253), ("2011-12", "black", 290, 18276), ("2011-12", "asian", 315, 70128),
    ("2011-12", "mixed", 9, 31521), ("2011-12", "other", np.nan, 15278), ("2011-12", "unknown", 845, np.nan),
    ("2012-13", "white", 13365, 2928253), ("2012-13", "black", 345, 18276), ("2012-13", "asian", 0, 70128),
]  # fmt: skip
TABLE = indicator_table(ROWS)


def compare(table=TABLE, **options):
    return analyse.compare_with_reference(table, reference_group="white", **options)


def row(frame, period, group, measure=None, **values):
    found = frame[(frame["period"] == period) & (frame["group"] == group)]
    if measure:
        found = found[found["measure"] == measure]
    (index,) = found.index
    return found.loc[index]


def test_each_row_can_be_read_alone():
    rates, gaps = analyse.estimate_levels(TABLE), compare()
    for frame in (rates, gaps):
        assert list(frame.columns) == RESULT_COLUMNS
        assert frame["method"].str.len().gt(5).all()
        assert frame.loc[frame["estimate"].isna(), "reason"].ne("").all()
        assert frame.loc[frame["status"] != "published", "reason"].ne("").all()
    assert (gaps["reference"] == "white").all()


def test_the_frame_level_gives_the_numbers_of_the_array_level():
    found = row(compare(), "2011-12", "black", "rate_ratio")
    expected = measures.rate_ratio(290, 18276, reference_numerator=13195, reference_denominator=2928253)
    assert (found["estimate"], found["lower"], found["upper"], found["p_value"]) == pytest.approx(
        (float(expected.estimate), float(expected.lower), float(expected.upper), float(expected.p_value)), rel=1e-12
    )
    assert (found["reference_numerator"], found["reference_denominator"]) == (13195, 2928253)


def test_the_reference_and_the_unknown_are_never_compared_but_the_unknown_keeps_its_count():
    assert set(compare()["group"]) == {"black", "asian", "mixed", "other"}
    unknown = row(analyse.estimate_levels(TABLE), "2011-12", "unknown")
    assert unknown["numerator"] == 845
    assert np.isnan(unknown["estimate"])
    assert unknown["status"] == "not_applicable"


def test_small_counts_are_flagged_with_the_reason_and_not_hidden():
    found = row(analyse.estimate_levels(TABLE), "2011-12", "mixed")
    assert found["status"] == "low_reliability"
    assert "10 events" in found["reason"]
    assert np.isfinite(found["estimate"])


def test_a_suppressed_count_stays_suppressed_in_every_result():
    assert row(analyse.estimate_levels(TABLE), "2011-12", "other")["status"] == "suppressed"
    for measure in ("rate_ratio", "rate_difference"):
        found = row(compare(), "2011-12", "other", measure)
        assert (found["status"], np.isnan(found["estimate"]), np.isnan(found["p_value"])) == ("suppressed", True, True)


def test_a_group_without_events_is_zero_and_flagged():
    found = row(compare(), "2012-13", "asian", "rate_ratio")
    assert (found["estimate"], found["status"]) == (0, "low_reliability")
    assert np.isfinite(found["upper"])


def test_a_reference_without_events_makes_the_ratio_absent_with_the_reason():
    table = indicator_table([("2011-12", "white", 0, 1000), ("2011-12", "black", 5, 100)])
    found = row(compare(table), "2011-12", "black", "rate_ratio")
    assert np.isnan(found["estimate"])
    assert "No events in the reference group" in found["reason"]
    assert found["direction"] == "not_assessed"
    assert np.isfinite(row(compare(table), "2011-12", "black", "rate_difference")["estimate"])


def test_a_period_without_the_reference_group_is_absent_with_the_reason():
    table = indicator_table([("2011-12", "black", 5, 100), ("2012-13", "white", 5, 100), ("2012-13", "black", 6, 100)])
    found = row(compare(table), "2011-12", "black", "rate_ratio")
    assert np.isnan(found["estimate"])
    assert "reference group has no figure" in found["reason"]


@pytest.mark.parametrize(("better", "verdict"), [("lower", "worse"), ("higher", "better"), ("neither", "not_assessed")])
def test_the_verdict_follows_which_way_the_indicator_should_go(better, verdict):
    assert row(compare(better=better), "2011-12", "black", "rate_ratio")["direction"] == verdict


def test_nothing_clear_is_said_so():
    table = indicator_table([("2011-12", "white", 100, 1000), ("2011-12", "black", 11, 100)])
    assert row(compare(table), "2011-12", "black", "rate_ratio")["direction"] == "no_clear_difference"


def test_the_family_of_the_adjustment_is_the_groups_of_one_period():
    gaps = compare()
    ratios = gaps[gaps["measure"] == "rate_ratio"]
    first = ratios[ratios["period"] == "2011-12"]
    alone = compare(TABLE[TABLE["period"] == "2011-12"])
    alone = alone[alone["measure"] == "rate_ratio"]
    np.testing.assert_allclose(first["p_adjusted"], alone["p_adjusted"])
    smallest = first.loc[first["p_value"].idxmin()]
    assert smallest["p_adjusted"] == pytest.approx(3 * smallest["p_value"])


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random):
    order = list(range(len(TABLE)))
    random.shuffle(order)
    key = ["period", "group", "measure"]
    expected = compare().sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(compare(TABLE.iloc[order]).sort_values(key, ignore_index=True), expected)


def test_adding_an_empty_group_changes_nothing_else():
    without = TABLE[TABLE["group"] != "other"]
    for function in (compare, analyse.estimate_levels):
        a, b = function(TABLE), function(without)
        a = a[a["group"] != "other"].reset_index(drop=True)
        pd.testing.assert_frame_equal(a, b)


def test_the_input_is_never_changed():
    before = TABLE.copy()
    compare()
    analyse.estimate_levels(TABLE)
    pd.testing.assert_frame_equal(TABLE, before)


@pytest.mark.parametrize("group", ["unknown", "all", "whit"])
def test_who_cannot_be_a_reference_is_refused(group):
    with pytest.raises(ParameterError, match="cannot be the reference"):
        analyse.compare_with_reference(TABLE, reference_group=group)


def test_two_classifications_in_one_table_are_refused():
    mixed = pd.concat([TABLE, TABLE.assign(classification="other_one")])
    with pytest.raises(ParameterError, match="mixes"):
        compare(mixed)
