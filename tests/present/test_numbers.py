from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.present import numbers
from arwap_analysis.present.dates import write_date, write_month


@pytest.mark.parametrize(
    ("style", "value", "text"),
    [
        ("count", 13195, "13,195"),
        ("rate", 15.868, "15.9"),
        ("rate", 0.0423, "0.042"),
        ("rate", 0, "0.0"),
        ("rate", -0.25, "−0.25"),
        ("rate", 1234.56, "1,234.6"),
        ("ratio", 3.521, "3.5"),
        ("ratio", 1.996, "2.0"),
        ("ratio", 1.074, "1.07"),
        ("ratio", float("inf"), "no limit"),
        ("percent", 0.0533, "5.3%"),
        ("change", -0.021, "−2.1%"),
        ("change", 0.0684, "+6.8%"),
        ("factor", 1.0684, "1.068"),
        ("signed", 24.9, "+24.9"),
        ("signed", -0.21, "−0.21"),
        ("points", 13.78, "+13.8"),
        ("points", -0.0079, "0.0"),
        ("points", -0.51, "−0.5"),
        ("p", 0.0004, "< 0.001"),
        ("p", 0.0126, "0.013"),
        ("p", 0.42, "0.42"),
    ],
)
def test_numbers_carry_the_digits_that_a_reader_can_use(style, value, text):
    assert numbers.write(value, style) == text


def test_both_limits_of_a_ratio_have_the_same_decimals():
    assert numbers.interval(1.44, 2.1, "ratio") == "1.44 to 2.10"
    assert numbers.interval(3.1, 4.04, "ratio") == "3.1 to 4.0"


@pytest.mark.parametrize("style", ["count", "rate", "ratio", "factor", "percent", "change", "signed", "points", "p"])
def test_welsh_numbers_have_the_separators_of_the_cldr_which_are_those_of_english(style):
    assert numbers.write(12345.678, style, language="cy") == numbers.write(12345.678, style)


def test_another_language_brings_its_own_separators(monkeypatch):
    monkeypatch.setattr(numbers, "_separators", lambda language: str.maketrans({",": ".", ".": ","}))
    assert numbers.rate(-1234.56, language="cy") == "−1.234,6"


def test_intervals_are_written_in_the_words_of_the_language():
    assert numbers.interval(3.1, 4.04, "ratio", language="cy") == "3.1 i 4.0"
    assert numbers.interval(3.1, float("inf"), "ratio") == "3.1 to no limit"
    assert numbers.interval(3.1, float("inf"), "ratio", language="cy") == "3.1 neu fwy, heb derfyn"
    assert numbers.write(float("inf"), "ratio", language="cy") == "dim terfyn"


def test_dates_have_the_months_of_the_language():
    assert write_date(date(2026, 11, 24), language="en") == "24 November 2026"
    assert write_date(date(2026, 11, 24), language="cy") == "24 Tachwedd 2026"
    assert write_month(date(2026, 2, 1), language="cy") == "Chwefror 2026"


@given(st.floats(-1e6, 1e6), st.sampled_from(["count", "rate", "ratio", "percent", "factor"]))
def test_nothing_rounds_to_minus_zero(value, style):
    text = numbers.write(value, style)
    assert not (text.startswith(numbers.MINUS) and not any(d in text for d in "123456789"))


@given(st.floats(0.001, 1e5))
def test_a_written_rate_is_within_half_a_unit_of_its_last_place(value):
    text = numbers.rate(value).replace(",", "")
    decimals = len(text.partition(".")[2])
    assert abs(float(text) - value) <= 0.5000001 * 10**-decimals
