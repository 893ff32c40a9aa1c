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


@pytest.mark.parametrize(
    ("written", "label", "start", "end"),
    [
        ("year ending March 2023", "2022-23", "2022-04-01", "2023-03-31"),
        ("Year ending 31 March 2023", "2022-23", "2022-04-01", "2023-03-31"),
        ("year to June 2023", "year ending June 2023", "2022-07-01", "2023-06-30"),
        ("April 2021 to March 2022", "2021-22", "2021-04-01", "2022-03-31"),
        ("Jan-Dec 2019", "2019", "2019-01-01", "2019-12-31"),
        ("Academic year 2022/23", "AY 2022-23", "2022-09-01", "2023-08-31"),
        ("September 2022 to August 2023", "AY 2022-23", "2022-09-01", "2023-08-31"),
        ("Q1 2023", "2023-Q1", "2023-01-01", "2023-03-31"),
        ("2023 Q4", "2023-Q4", "2023-10-01", "2023-12-31"),
        ("Mawrth 2023", "March 2023", "2023-03-01", "2023-03-31"),
        ("At 31 March 2024", "2024-03-31", "2024-03-31", "2024-03-31"),
        ("mid-year 2001", "2001-06-30", "2001-06-30", "2001-06-30"),
        ("2019/20 to 2021/22", "2019-20 to 2021-22", "2019-04-01", "2022-03-31"),
        ("January 2020 to June 2020", "January 2020 to June 2020", "2020-01-01", "2020-06-30"),
    ],
)
def test_periods_as_publishers_write_them(written, label, start, end):
    period = parse_period(written)
    assert (period.label, period.start.isoformat(), period.end.isoformat()) == (label, start, end)
    assert parse_period(period.label) == period


@pytest.mark.parametrize(
    "written",
    ["year ending 30 March 2023", "31 February 2023", "2023 Q5", "2021-22 to 2019-20", "2021 to 2021-22", "2023-03"],
)
def test_periods_that_contradict_themselves_are_refused(written):
    with pytest.raises(DataError, match="not a period"):
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
