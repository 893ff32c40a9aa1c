from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arwap_analysis.registers.claims import read_printed

NUMBERS = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).filter(lambda x: abs(x) > 1e-9)


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("1.50", "1.50", "0.01", ""),
        ("1,234.5", "1234.5", "0.1", ""),
        ("12 345", "12345", "1", ""),
        ("−3.20", "-3.20", "0.01", ""),
        ("+0.4", "0.4", "0.1", ""),
        (".05", "0.05", "0.01", ""),
        ("1.2e-05", "0.000012", "0.000001", ""),
        ("1.20 × 10^-5", "0.0000120", "0.0000001", ""),
        ("3.0e3", "3000", "100", ""),
        ("<0.001", "0.001", "0.001", "<"),
        ("p < .001", "0.001", "0.001", "<"),
        ("≤0.05", "0.05", "0.01", "<="),
        ("9.65%", "9.65", "0.01", ""),
        ("£12.30", "12.30", "0.01", ""),
        ("(0.025)", "0.025", "0.001", ""),
        ("0.18***", "0.18", "0.01", ""),
        ("5.9 times", "5.9", "0.1", ""),
    ],
)
def test_a_printed_figure_keeps_its_value_and_its_last_place(text, value, unit, bound):
    found = read_printed(text)
    assert (found.value, found.unit, found.bound) == (Decimal(value), Decimal(unit), bound)


@pytest.mark.parametrize("text", ["", "about 3", "0,49", "1,23,4", "3 to 4", "--1", "1.2.3", "n.s.", "1/3", "9" * 80])
def test_what_is_not_one_figure_is_refused(text):
    with pytest.raises(ValueError, match="figure"):
        read_printed(text)


@given(NUMBERS, st.integers(0, 6))
def test_a_number_rounded_to_any_place_always_agrees(number, places):
    assert read_printed(f"{number:.{places}f}").agrees(number)
    assert read_printed(f"{number:,.{places}f}").agrees(number)
    assert read_printed(f"{number:.{places}e}").agrees(number)


@given(NUMBERS, st.integers(0, 6), st.floats(0.51, 1e6), st.sampled_from([-1, 1]))
def test_a_number_more_than_half_a_unit_away_never_agrees(number, places, away, side):
    printed = read_printed(f"{number:.{places}f}")
    moved = float(printed.value + side * Decimal(away) * printed.unit)
    assume(abs(Decimal(moved) - printed.value) > Decimal("0.505") * printed.unit)
    assert not printed.agrees(moved)
    assert abs(printed.distance(moved)) > 0.5


@given(NUMBERS, st.integers(0, 6), st.floats(0.56, 1e6), st.sampled_from([-1, 1]))
def test_rounding_twice_explains_no_more_than_eleven_twentieths_of_a_unit(number, places, away, side):
    printed = read_printed(f"{number:.{places}f}")
    moved = float(printed.value + side * Decimal(away) * printed.unit)
    assume(abs(Decimal(moved) - printed.value) > Decimal("0.555") * printed.unit)
    assert not printed.agrees_rounded_twice(moved)


def test_rounding_twice_goes_up_only():
    assert read_printed("44.9").agrees_rounded_twice(44.8468)
    assert not read_printed("44.8").agrees_rounded_twice(44.8532)


def test_rounding_twice_is_looked_for_in_figures_of_one_decimal_alone():
    assert not read_printed("1.50").agrees_rounded_twice(1.49468)
    assert not read_printed("45").agrees_rounded_twice(44.468)


def test_a_trailing_zero_is_a_claim_of_its_own():
    assert read_printed("1.5").agrees(1.4968)
    assert read_printed("1.50").agrees(1.4968)
    assert not read_printed("1.500").agrees(1.4968)


@pytest.mark.parametrize("half", [0.125, 0.375])
def test_exactly_half_way_agrees_with_either_side(half):
    below, above = f"{half - 0.005:.2f}", f"{half + 0.005:.2f}"
    assert read_printed(below).agrees(half)
    assert read_printed(above).agrees(half)


def test_a_bound_holds_on_its_own_side_alone():
    assert read_printed("<0.001").agrees(0.00099)
    assert not read_printed("<0.001").agrees(0.001)
    assert read_printed("≤0.001").agrees(0.001)
    assert read_printed(">0.05").agrees(0.06)
    assert not read_printed(">0.05").agrees(0.05)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_no_figure_agrees_with_what_is_no_number(number):
    assert not read_printed("1.5").agrees(number)
    assert not read_printed("<1.5").agrees(number)
