import math
from datetime import date

import pandas as pd
import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.indicators import Denominator, assemble_indicator


def source(rows):
    frame = pd.DataFrame(rows, columns=["period", "group", "value"])
    return frame.assign(status="published", reason="", label=frame["group"], row=range(2, len(frame) + 2))


NUMERATOR = source([("2011-12", "white", 10), ("2011-12", "unknown", 3), ("2012-13", "white", 12)])
POPULATION = source([("2011", "white", 1000), ("2021", "white", 2000)])
DAYS = {"2011": date(2011, 3, 27), "2021": date(2021, 3, 27)}


def assemble(rule, denominator=POPULATION, numerator=NUMERATOR):
    return assemble_indicator(
        numerator,
        denominator,
        rule=rule,
        indicator="x",
        area="W92000004",
        area_name="Wales",
        classification="ethnic_group_5",
        source="x",
        reference_days=DAYS,
    ).set_index(["period", "group"])


def test_a_fixed_denominator_divides_every_period():
    table = assemble(Denominator(source="p", counts="people", method="fixed", period="2011"))
    assert list(table.xs("white", level="group")["denominator"]) == [1000, 1000]


def test_interpolation_draws_a_straight_line_between_the_census_days():
    table = assemble(Denominator(source="p", counts="people", method="interpolate"))
    # The middle of 2011-12 is 30 September 2011, about 187.5 of the 3,653 days after the first census.
    assert table.loc[("2011-12", "white"), "denominator"] == pytest.approx(1000 + 1000 * 187.5 / 3653, rel=1e-3)


def test_interpolation_never_reaches_beyond_the_counts():
    early = source([("2009-10", "white", 10), ("2021-22", "white", 10)])
    table = assemble(Denominator(source="p", counts="people", method="interpolate"), numerator=early)
    assert table.xs("white", level="group")["denominator"].isna().all()
    assert "outside" in table.loc[("2009-10", "white"), "reason"]


def test_interpolation_with_one_count_gives_nothing_rather_than_a_guess():
    table = assemble(Denominator(source="p", counts="people", method="interpolate"), POPULATION.iloc[:1])
    assert table["denominator"].isna().all()


def test_matching_takes_the_same_period_only():
    population = source([("2011-12", "white", 500)])
    table = assemble(Denominator(source="p", counts="people", method="match"), population)
    assert table.loc[("2011-12", "white"), "denominator"] == 500
    assert math.isnan(table.loc[("2012-13", "white"), "denominator"])


def test_people_of_unknown_ethnicity_keep_their_count_and_say_why_they_have_no_rate():
    row = assemble(Denominator(source="p", counts="people", method="fixed", period="2011")).loc[("2011-12", "unknown")]
    assert row["numerator"] == 3
    assert math.isnan(row["denominator"])
    assert row["reason"] == "No population is counted for this group"


def test_a_group_that_the_source_lacks_is_shown_as_not_collected_not_dropped():
    row = assemble(Denominator(source="p", counts="people", method="fixed", period="2011")).loc[("2011-12", "black")]
    assert (row["status"], math.isnan(row["numerator"])) == ("not_collected", True)


def test_a_denominator_without_the_fixed_period_is_refused():
    with pytest.raises(DataError, match="no such period"):
        assemble(Denominator(source="p", counts="people", method="fixed", period="1991"))


def test_a_period_belongs_to_the_fixed_method_and_to_no_other():
    with pytest.raises(ValueError, match="goes with"):
        Denominator(source="p", counts="people", method="match", period="2011")
    with pytest.raises(ValueError, match="goes with"):
        Denominator(source="p", counts="people")
