"""The frame level over the array level: same numbers, method in every row, reasons for every absence."""

import numpy as np
import pandas as pd
import pytest

from arwap_analysis import analyse, inference, measures, models
from arwap_analysis.errors import ParameterError
from tests.conftest import indicator_table

EVENTS = {"white": 500, "mixed": 20, "asian": 40, "black": 45, "other": 12}
PEOPLE = {"white": 40_000, "mixed": 900, "asian": 2500, "black": 1100, "other": 700}


def table(events=EVENTS, people=PEOPLE, period="2021-22", **changes):
    rows = [(period, group, count, people.get(group, np.nan)) for group, count in events.items()]
    return indicator_table([*rows, (period, "unknown", 30, np.nan)], **changes)


def area(code, scale=1.0, **changes):
    events = {group: round(count * scale) for group, count in EVENTS.items()}
    return table(events, area=code, area_name=code, **changes)


AREAS = pd.concat([area("A"), area("B", 0.6), area("C", 1.7), area("D", 1.1)], ignore_index=True)


def only(frame, **values):
    for name, value in values.items():
        frame = frame[frame[name] == value]
    (index,) = frame.index
    return frame.loc[index]


def check_readable(frame):
    assert list(frame.columns[: len(analyse.RESULT_COLUMNS)]) == analyse.RESULT_COLUMNS
    assert frame["method"].str.len().gt(5).all()
    absent = frame["estimate"].isna() & (frame["measure"] != "minimum_detectable_ratio")
    assert frame.loc[absent, "reason"].ne("").all()
    assert not frame["group"].eq("unknown").any()


def test_all_others_together_are_a_reference():
    found = analyse.compare_with_reference(table(), reference="others", measures_wanted=["rate_ratio"])
    check_readable(found)
    row = only(found, group="black")
    others = sum(EVENTS.values()) - 45, sum(PEOPLE.values()) - 1100
    expected = measures.rate_ratio(45, 1100, reference_numerator=others[0], reference_denominator=others[1])
    assert (row["estimate"], row["upper"]) == pytest.approx((float(expected.estimate), float(expected.upper)))
    assert row["reference"] == "others"
    assert len(found) == 5


@pytest.mark.parametrize(("better", "best"), [("lower", "white"), ("higher", "black")])
def test_the_best_group_is_found_by_the_direction_and_not_compared_with_itself(better, best):
    found = analyse.compare_with_reference(table(), reference="best", better=better)
    assert set(found["reference"]) == {best}
    assert best not in set(found["group"])
    with pytest.raises(ParameterError, match="no best group"):
        analyse.compare_with_reference(table(), reference="best", better="neither")


def test_the_average_holds_every_known_group():
    found = analyse.compare_with_reference(table(), reference="average", per=100)
    check_readable(found)
    expected = measures.ratio_to_average(list(EVENTS.values()), list(PEOPLE.values()))
    ratios = found[found["measure"] == "ratio_to_average"].set_index("group")["estimate"]
    np.testing.assert_allclose(ratios[list(EVENTS)], expected.estimate)
    assert set(found["measure"]) == {"ratio_to_average", "difference_from_average"}
    assert only(found, group="black", measure="ratio_to_average")["direction"] == "worse"
    row = only(found, group="white", measure="ratio_to_average")
    assert (row["reference_numerator"], row["reference_denominator"]) == (617, 45_200)


@pytest.mark.parametrize(
    "name", ["proportion_ratio", "proportion_difference", "percentage_point_gap", "odds_ratio", "relative_rate_index"]
)
def test_measures_of_two_groups_are_taken_from_the_register(name):
    found = analyse.compare_with_reference(table(unit="proportion"), reference_group="white", measures_wanted=[name])
    check_readable(found)
    function = getattr(measures, name)
    expected = function(45, 1100, reference_numerator=500, reference_denominator=40_000)
    row = only(found, group="black")
    assert (row["estimate"], row["lower"], row["p_value"]) == pytest.approx(
        (float(expected.estimate), float(expected.lower), float(expected.p_value))
    )


def test_excess_counts_take_the_kind_of_the_table():
    for unit, function in (("rate", measures.rate_difference), ("proportion", measures.proportion_difference)):
        found = analyse.compare_with_reference(
            table(unit=unit), reference_group="white", measures_wanted=["excess_count"]
        )
        expected = function(45, 1100, reference_numerator=500, reference_denominator=40_000)
        assert only(found, group="black")["lower"] == pytest.approx(1100 * float(expected.lower))


def test_published_values_are_compared_by_their_errors():
    pay = table(dict.fromkeys(EVENTS, np.nan), unit="currency")
    pay = pay.assign(value=[20.0, 18, 19, 15, np.nan, np.nan], standard_error=[0.2, 0.5, 0.4, 0.6, np.nan, np.nan])
    pay.loc[:3, ["status", "reason"]] = ["published", ""]
    found = analyse.compare_with_reference(
        pay, reference_group="white", measures_wanted=["percentage_gap", "value_difference"], better="higher"
    )
    check_readable(found)
    row = only(found, group="black", measure="percentage_gap")
    assert row["estimate"] == pytest.approx(25)
    assert row["direction"] == "worse"
    assert only(found, group="black", measure="value_difference")["direction"] == "worse"
    levels = analyse.estimate_levels(pay, measure="value")
    assert only(levels, group="black")["upper"] == pytest.approx(15 + 1.959964 * 0.6)
    assert analyse.reliability(levels).tolist()[:5] == ["precise", "precise", "precise", "precise", ""]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"reference_group": "white", "measures_wanted": ["theil_index"]}, "does not compare"),
        ({"reference_group": "unknown"}, "cannot be the reference"),
        ({}, "no reference group is named"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, said):
    with pytest.raises(ParameterError, match=said):
        analyse.compare_with_reference(table(), **options)


def test_strata_are_kept_apart():
    both = pd.concat([table(sex="F"), table({g: 2 * n for g, n in EVENTS.items()}, sex="M")], ignore_index=True)
    found = analyse.compare_with_reference(both, reference_group="white", measures_wanted=["rate_ratio"])
    assert len(found) == 8
    assert set(found["sex"]) == {"F", "M"}
    levels = analyse.estimate_levels(both)
    assert only(levels, sex="M", group="black")["estimate"] == 2 * only(levels, sex="F", group="black")["estimate"]


def test_inequality_over_all_groups():
    found = analyse.summarise_inequality(AREAS, measures_wanted=["theil_index", "index_of_disparity"])
    check_readable(found.assign(group="all"))
    assert found["group"].isna().all()
    assert len(found) == 8
    x, n = np.array(list(EVENTS.values())), np.array(list(PEOPLE.values()))
    expected = measures.theil_index(1000 * x / n, n, standard_error=1000 * np.sqrt(x) / n)
    row = only(found, area="A", measure="theil_index")
    assert (row["estimate"], row["lower"]) == pytest.approx((float(expected.estimate), float(expected.lower)))


def test_groups_left_out_of_a_summary_are_named():
    gap = AREAS.copy()
    gap.loc[gap["group"] == "other", "denominator"] = np.nan
    found = analyse.summarise_inequality(gap, measures_wanted=["theil_index"])
    assert found["reason"].eq("Left out, for want of a figure: other").all()
    nothing = gap.assign(denominator=np.nan)
    alone = analyse.summarise_inequality(nothing, measures_wanted=["theil_index"])
    assert alone["reason"].eq("Fewer than two groups have a figure").all()


def test_summaries_ask_for_what_they_need():
    order = {"white": 5, "mixed": 4, "asian": 3, "black": 2, "other": 1}
    found = analyse.summarise_inequality(
        AREAS,
        measures_wanted=["slope_index_of_inequality", "mean_difference_from_reference", "group_ratio"],
        order=order,
        reference_group="white",
    )
    assert found["estimate"].notna().all()
    simulated = analyse.summarise_inequality(AREAS, measures_wanted=["theil_index"], interval="simulated", seed=1)
    assert simulated["method"].str.contains("seed 1").all()
    for options, said in (
        ({"measures_wanted": ["rate_ratio"]}, "not a measure over all groups"),
        ({"measures_wanted": ["slope_index_of_inequality"]}, "needs an order"),
        ({"measures_wanted": ["slope_index_of_inequality"], "order": {"white": 1}}, "no rank for"),
        ({"measures_wanted": ["mean_difference_from_reference"]}, "needs a reference"),
        ({"measures_wanted": ["mean_difference_from_reference"], "reference_group": "x"}, "cannot be the reference"),
        ({"measures_wanted": ["mean_difference_from_best"], "better": "neither"}, "which way is better"),
        ({"interval": "simulated"}, "needs a seed"),
    ):
        with pytest.raises(ParameterError, match=said):
            analyse.summarise_inequality(AREAS, **options)


def test_one_ratio_for_all_areas_and_whether_there_is_one():
    found = analyse.compare_over_areas(AREAS, reference_group="white")
    check_readable(found)
    black, white = AREAS[AREAS["group"] == "black"], AREAS[AREAS["group"] == "white"]
    counts = {
        "numerator": black["numerator"].to_numpy(),
        "denominator": black["denominator"].to_numpy(),
        "reference_numerator": white["numerator"].to_numpy(),
        "reference_denominator": white["denominator"].to_numpy(),
    }
    ratio = only(found, group="black", measure="common_rate_ratio")
    assert ratio["estimate"] == pytest.approx(float(inference.common_rate_ratio(**counts).estimate))
    same = only(found, group="black", measure="homogeneity_of_rate_ratios")
    assert same["p_value"] == pytest.approx(float(inference.homogeneity_of_rate_ratios(**counts).p_value))


def test_segregation_over_areas():
    two = pd.concat(
        [
            table({"white": 90, "black": 10}, area="A", area_name="A"),
            table({"white": 30, "black": 30}, area="B", area_name="B"),
        ],
        ignore_index=True,
    )
    found = analyse.measure_segregation(two[two["group"].isin(["white", "black"])])
    expected = measures.dissimilarity_index([10, 30], [100, 60])
    assert only(found, group="black", measure="dissimilarity_index")["estimate"] == pytest.approx(
        float(expected.estimate), nan_ok=True
    )


def test_segregation_of_every_group():
    found = analyse.measure_segregation(AREAS)
    grid = np.array([list(AREAS[AREAS["area"] == a]["numerator"].iloc[:5]) for a in "ABCD"])
    expected = measures.information_theory_index(grid)
    assert only(found, measure="information_theory_index")["estimate"] == pytest.approx(float(expected.estimate))
    black = measures.isolation_index(grid[:, 3], grid.sum(axis=1))
    assert only(found, group="black", measure="isolation_index")["estimate"] == pytest.approx(float(black.estimate))


def test_years_are_pooled_only_where_every_year_has_a_count():
    years = pd.concat([table(period="2020-21"), table(period="2021-22")], ignore_index=True)
    years.loc[(years["period"] == "2020-21") & (years["group"] == "other"), "numerator"] = np.nan
    pooled = analyse.pool_periods(years, ["2020-21", "2021-22"])
    assert list(pooled.columns) == list(years.columns)
    black = only(pooled, group="black")
    assert (black["numerator"], black["denominator"], black["period"]) == (90, 2200, "2020-21 to 2021-22")
    other = only(pooled, group="other")
    assert np.isnan(other["numerator"])
    assert "missing in at least one" in other["reason"]
    assert only(analyse.estimate_levels(pooled), group="black")["estimate"] == pytest.approx(1000 * 45 / 1100)
    with pytest.raises(ParameterError, match="no period 1999"):
        analyse.pool_periods(years, ["1999"])


def test_areas_borrow_from_each_other_within_a_group():
    found = analyse.shrink_over_areas(AREAS)
    black = AREAS[AREAS["group"] == "black"]
    expected = models.gamma_poisson_shrinkage(black["numerator"], black["denominator"], per=1000)
    np.testing.assert_allclose(found[found["group"] == "black"]["estimate"], expected.estimate)
    np.testing.assert_allclose(found[found["group"] == "black"]["own_weight"], expected.weight)
    assert found.loc[found["group"] == "unknown", "estimate"].isna().all()
    with pytest.raises(ParameterError, match="cannot be shrunk"):
        analyse.shrink_over_areas(AREAS, level="value")


def test_what_the_data_could_have_shown():
    found = analyse.detectable_ratios(table(), reference_group="white")
    check_readable(found)
    low, high = inference.minimum_detectable_ratio(500 / 40_000, denominator=700, reference_denominator=40_000)
    row = only(found, group="other")
    assert (row["lower"], row["upper"]) == pytest.approx((float(low), float(high)), nan_ok=True)
    assert "80%" in row["method"]


def test_age_is_weighted_away():
    ages = pd.concat(
        [table(age_band="0-64"), table({g: 3 * n for g, n in EVENTS.items()}, age_band="65+")], ignore_index=True
    )
    found = analyse.standardise_levels(ages, stratum="age_band", standard_population={"0-64": 80, "65+": 20})
    expected = measures.directly_standardised_rate([45, 135], [1100, 1100], standard_population=[80, 20], per=1000)
    row = only(found, group="black")
    assert (row["estimate"], row["lower"]) == pytest.approx((float(expected.estimate), float(expected.lower)))
    assert only(found, group="unknown")["reason"].startswith("A stratum has no rate")
    with pytest.raises(ParameterError, match="no stratum 'age'"):
        analyse.standardise_levels(ages, stratum="age", standard_population={"0-64": 1})
    with pytest.raises(ParameterError, match="no people in 65"):
        analyse.standardise_levels(ages, stratum="age_band", standard_population={"0-64": 1})


def test_representation_among_staff():
    staff = table({"white": 950, "mixed": 10, "asian": 20, "black": 12, "other": 8})
    people = table(dict(PEOPLE.items()), period="2021")
    found = analyse.compare_representation(staff, people)
    check_readable(found)
    total = sum(PEOPLE.values())
    expected = measures.representation_index(12, 1000, population=1100, total_population=total)
    row = only(found, group="black")
    assert (row["estimate"], row["upper"]) == pytest.approx((float(expected.estimate), float(expected.upper)))
    assert row["denominator"] == 1000
    elsewhere = analyse.compare_representation(staff, people.assign(area="X"))
    assert elsewhere["reason"].str.contains("Counts of every group").all()
    with pytest.raises(ParameterError, match="2 periods"):
        analyse.compare_representation(staff, pd.concat([people, table(period="2011")]))


def test_a_pipeline_from_application_to_appointment():
    stages = {"applied": 10.0, "shortlisted": 4.0, "appointed": 1.0}
    people = {"white": 50, "mixed": 9, "asian": 30, "black": 20, "other": 5}
    parts = [
        table({g: n * k for g, n in people.items()} | ({"black": 8 * k} if k < 10 else {}), indicator=stage)
        for stage, k in stages.items()
    ]
    found = analyse.compare_pipeline(pd.concat(parts, ignore_index=True), list(stages), reference_group="white")
    check_readable(found)
    assert len(found) == 3 * 4
    step = only(found, group="black", choice="applied to shortlisted")
    assert step["estimate"] == pytest.approx(0.4 / (32 / 200))
    assert (step["numerator"], step["denominator"], step["indicator"]) == (32, 200, "shortlisted")
    assert only(found, group="black", choice="shortlisted to appointed")["estimate"] == pytest.approx(1)
    assert only(found, group="black", choice="applied to appointed")["estimate"] == pytest.approx(2.5)
    with pytest.raises(ParameterError, match="no indicator interviewed"):
        analyse.compare_pipeline(pd.concat(parts), ["applied", "interviewed"], reference_group="white")


def test_quality_names_precision_the_unknown_and_the_silent():
    found = analyse.describe_quality(table({"white": 500, "black": 45, "asian": 3}))
    black = only(found, group="black")
    assert black["estimate"] == pytest.approx(100 / np.sqrt(45), rel=1e-6)
    assert black["reliability"] == "acceptable"
    assert only(found, group="asian")["reliability"] == "unreliable"
    assert black["share_unknown"] == pytest.approx(30 / 578)
    mixed = only(found, group="mixed")
    assert (mixed["status"], mixed["reliability"]) == ("not_collected", "")
    assert set(found["group"]) == set(EVENTS)
