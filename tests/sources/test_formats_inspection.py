"""What an inspection says of a file, and what it warns of."""

import pytest

from arwap_analysis.sources.formats import Declaration, inspect_table
from tests.peers import FIXTURES
from tests.sources.formats_examples import EXAMPLES, SHEETS, xlsx_bytes

REAL = FIXTURES.parent / "data"


def look(folder, text, **options):
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return inspect_table(path, **options)


def codes(inspection):
    return [warning.code for warning in inspection.warnings]


def real(name):
    if not (REAL / name).is_file():
        pytest.skip(f"the real table {name} is not beside the project (shared/data)")
    return inspect_table(REAL / name)


def test_an_inspection_says_what_is_in_the_file(tmp_path):
    found = look(tmp_path, EXAMPLES["statswales_csv"])
    assert (found.format, found.rows, found.periods) == ("statswales_csv", 4, ("2024/25",))
    assert found.statuses == {"published": 2, "suppressed": 2}
    assert [(d.name, d.distinct) for d in found.dimensions] == [
        ("Data description", 1),
        ("Year", 1),
        ("Local Authority", 2),
        ("Ethnic Background", 2),
    ]
    assert found.warnings == ()


def test_the_first_thirty_labels_are_shown(tmp_path):
    rows = "".join(f"g{n},1,2\n" for n in range(50))
    (groups, _) = look(tmp_path, "group,a,b\n" + rows).dimensions
    assert (groups.distinct, len(groups.values)) == (50, 30)


@pytest.mark.parametrize(("base", "guess"), [(5, 5), (10, 10), (100, 100), (3, 3), (7, None)])
def test_the_rounding_base_is_guessed_from_the_values(tmp_path, base, guess):
    rows = "".join(f"g{n},{base * n},{base * (n + 1)}\n" for n in range(1, 9))
    assert look(tmp_path, "group,a,b\n" + rows).rounding_base == guess


def test_a_total_that_is_not_the_sum_says_by_how_much(tmp_path):
    (warning,) = [w for w in look(tmp_path, "g,2020\nTotal,100\nA,50\nB,30\n").warnings if w.code != "unverified_total"]
    assert warning.code == "total_not_sum"
    assert "80, less than 'Total' (100)" in warning.message
    assert "20 too few" in warning.message
    assert (warning.row, warning.column) == (2, "g")


def test_parts_that_exceed_their_total_are_named_even_with_some_withheld(tmp_path):
    found = look(tmp_path, "area,A,B,C,All groups\nX,60,50,*,100\nY,1,2,3,6\n")
    (warning,) = [w for w in found.warnings if w.code == "parts_exceed_total"]
    assert "10 too many" in warning.message
    assert "for 'X'" in warning.message
    assert "(1 of 2 totals compared)" in warning.message


@pytest.mark.parametrize(
    ("total", "expected"), [(105, None), (110, None), (135, "total_unlikely"), (200, "total_not_sum")]
)
def test_rounding_explains_small_differences_and_hardly_large_ones(tmp_path, total, expected):
    parts = "".join(f"p{n},5,10\n" for n in range(20))
    found = look(tmp_path, f"g,a,b\nTotal,{total},200\n{parts}")
    assert found.rounding_base == 5
    assert codes(found) == [*([expected] if expected else []), "unverified_total"]


def test_children_looked_after_are_not_trusted_blindly():
    found = real("children_looked_after_pivot.csv")
    assert found.rounding_base == 5
    assert found.statuses == {"published": 92, "suppressed": 92}
    warnings = {warning.code: warning for warning in found.warnings}
    assert set(warnings) == {"total_unlikely", "unverified_total", "overlapping_unknown"}
    assert "'All Welsh local authorities' (14,390)" in warnings["total_unlikely"].message
    assert "20 too few" in warnings["total_unlikely"].message
    assert "14,390" in warnings["unverified_total"].message
    assert "published elsewhere" in warnings["unverified_total"].hint


def test_a_published_table_that_adds_up_has_no_difference():
    assert codes(real("homeless_households_eligible.csv")) == ["unverified_total"]


def test_a_group_among_its_parts_is_named():
    (warning,) = real("homeless_households_accepted.csv").warnings
    assert warning.code == "nested_categories"
    assert "'White' is the sum" in warning.message


def test_a_table_without_some_groups_is_caught_by_its_total():
    assert "total_not_sum" in codes(real("population_estimates_2001_2009.csv"))


def test_totals_of_parts_are_compared_with_their_own_parts_only(tmp_path):
    header = "g,Female 0-15,Female 16+,Female total,Male 0-15,Male 16+,Male total,Total"
    text = f"{header}\nA,1,2,3,4,5,9,12\nB,1,2,3,4,5,9,12\n"
    assert codes(look(tmp_path, text)) == ["unverified_total"]
    assert "total_not_sum" in codes(look(tmp_path, text.replace("A,1,2,3", "A,1,2,4")))


def test_a_code_beside_its_name_does_not_hide_a_total(tmp_path):
    text = "code,group,year,n\nT,Total,2020,10\nA,Asian,2020,3\nB,Black,2020,4\n"
    found = look(tmp_path, text, declaration=Declaration(("code", "group", "year"), "n"))
    assert "total_not_sum" in codes(found)


def test_figures_with_fractions_are_rates_and_are_not_added_up(tmp_path):
    assert codes(look(tmp_path, "g,2020\nTotal,10.5\nA,8.5\nB,12.5\n")) == []


def declared(folder, periods):
    text = "g,when,n\n" + "".join(f"A,{period},{n}\n" for n, period in enumerate(periods))
    return look(folder, text, declaration=Declaration(("g", "when"), "n"))


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (["2018", "2019", "2020"], []),
        (["2018", "2020", "2021"], ["period_gap"]),
        (["2018-19", "2019-20"], []),
        (["2018-19", "2020-21"], ["period_gap"]),
        (["2018-19", "2019/20"], ["mixed_periods"]),
        (["2018", "2019-20"], ["mixed_periods"]),
        (["2011-10", "2011-11", "2011-12"], []),
        (["2011-10", "2011-12"], ["period_gap"]),
        (["2021-Q1", "2021-Q2", "2021-Q4"], ["period_gap"]),
        (["2021-03-21", "2021-06-21"], []),
    ],
)
def test_gaps_and_mixed_styles_of_periods(tmp_path, periods, expected):
    found = declared(tmp_path, periods)
    assert codes(found) == expected
    assert found.periods == tuple(sorted(periods))


def test_a_period_that_cannot_be_read_is_named(tmp_path):
    text = "g,year,n\nA,2020,1\nA,spring,2\n"
    found = look(tmp_path, text, declaration=Declaration(("g", "year"), "n"))
    assert [(w.code, w.value) for w in found.warnings] == [("unreadable_period", "spring")]


def test_a_figure_that_stands_twice_is_named(tmp_path):
    (warning,) = look(tmp_path, EXAMPLES["ons_census_csv"] + "W06000015,Cardiff,-8,Does not apply,3\n").warnings
    assert (warning.code, warning.row) == ("duplicate_row", 4)


def test_a_workbook_has_an_inspection_for_each_table(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(xlsx_bytes(SHEETS))
    found = inspect_table(path)
    assert len(found.tables) == 3
    assert found.rows == sum(table.rows for table in found.tables) == 10
    assert found.statuses["published"] == 7
    assert {d.name for d in found.dimensions} == {"Ethnic group", "Year", "column", "Area"}
