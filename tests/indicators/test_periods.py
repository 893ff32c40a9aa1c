import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.errors import DataError
from arwap_analysis.indicators import parse_period


@pytest.mark.parametrize("written", ["2011-12", "2011/12", "2011–12", "2011-2012", " 2011-12 "])
def test_every_way_of_writing_a_financial_year_is_one_period(written):
    period = parse_period(written)
    assert period.label == "2011-12"
    assert (period.start.isoformat(), period.end.isoformat()) == ("2011-04-01", "2012-03-31")
    assert period.midpoint == pytest.approx(2011.75, abs=0.01)


def test_a_year_and_a_day_are_periods():
    assert parse_period("2011").midpoint == pytest.approx(2011.5, abs=0.01)
    assert parse_period("2011-03-27").midpoint == pytest.approx(2011.236, abs=0.005)


@pytest.mark.parametrize("written", ["2011-13", "2011-2013", "", "year", "2011-02-30", "11-12", "2011-11"])
def test_what_is_not_one_period_is_refused_with_the_ways_to_write_it(written):
    with pytest.raises(DataError, match="financial year"):
        parse_period(written)


@given(st.integers(1900, 2098))
def test_the_turn_of_the_century_does_not_break_a_financial_year(year):
    period = parse_period(f"{year}-{(year + 1) % 100:02d}")
    assert (period.start.year, period.end.year) == (year, year + 1)


@given(st.text(max_size=12))
def test_any_text_is_a_period_or_a_clear_refusal(text):
    try:
        period = parse_period(text)
    except DataError:
        return
    assert parse_period(period.label) == period
