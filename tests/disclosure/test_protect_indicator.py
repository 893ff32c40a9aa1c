"""An indicator table and everything derived from it are protected together."""

import numpy as np
import pandas as pd
import pytest

from arwap_analysis.analyse import compare_with_reference, summarise_inequality, trend_of_gap
from arwap_analysis.areas import area_codes
from arwap_analysis.disclosure import DisclosurePolicy, Rounding, protect_indicator, release
from arwap_analysis.disclosure.indicator import REASON
from arwap_analysis.errors import ParameterError
from arwap_analysis.indicators.schema import validate
from tests.conftest import indicator_table

GROUPS = ("asian", "black", "mixed", "white", "other")
COUNTS = {"2020": (12, 3, 9, 400, 8), "2021": (14, 11, 10, 410, 9), "2022": (15, 12, 13, 420, 10)}


def small_table(**changes):
    rows = [(p, g, float(n), 5000.0) for p, counts in COUNTS.items() for g, n in zip(GROUPS, counts, strict=True)]
    return validate(indicator_table(rows, **changes))


def test_a_small_count_is_hidden_with_another_so_that_the_total_does_not_give_it_away():
    table = small_table()
    done = protect_indicator(table, policy=DisclosurePolicy())
    gone = done.frame[done.frame["status"] == "suppressed"]
    assert set(gone["period"]) == {"2020"}
    assert "black" in set(gone["group"])
    assert len(gone) == 2
    assert gone[["numerator", "value", "lower", "upper"]].isna().all(axis=None)
    assert (gone["denominator"] == 5000).all()
    assert gone["reason"].nunique() == 1
    assert done.audit.safe
    validate(done.frame)


@pytest.mark.parametrize("status", ["not_collected", "low_reliability", "not_applicable"])
def test_a_count_that_is_absent_does_not_stand_in_for_one_that_has_to_be_hidden(status):
    # The sum that a reader looks up is of the groups that the source has.
    table = small_table()
    absent = (table["group"] == "other") & (table["period"] == "2020")
    table.loc[absent, ["numerator", "status", "reason"]] = [np.nan, status, "x"]
    gone = protect_indicator(validate(table), policy=DisclosurePolicy()).hidden
    assert set(gone["period"]) == {"2020"}
    assert "black" in set(gone["group"])
    assert len(gone[gone["group"] != "other"]) == 2


@pytest.mark.parametrize("zeros", ["small", "shown"])
def test_a_count_that_the_source_withholds_is_hidden_with_another_too(zeros):
    table = small_table()
    withheld = (table["group"] == "black") & (table["period"] == "2021")
    table.loc[withheld, ["numerator", "status", "reason"]] = [np.nan, "suppressed", "The publisher withheld it"]
    done = protect_indicator(validate(table), policy=DisclosurePolicy(zeros=zeros))
    gone = done.hidden[done.hidden["period"] == "2021"]
    assert "black" in set(gone["group"])
    assert len(gone) >= 2
    assert set(done.frame.loc[done.frame["status"] == "suppressed", "reason"]) == {REASON}


def test_without_published_totals_the_small_count_alone_is_hidden():
    done = protect_indicator(small_table(), policy=DisclosurePolicy(), totals=())
    assert list(done.hidden["group"]) == ["black"]


def test_the_input_is_left_as_it_was():
    table = small_table()
    before = table.copy()
    protect_indicator(table, policy=DisclosurePolicy())
    pd.testing.assert_frame_equal(table, before)


def test_comparisons_with_a_hidden_reference_or_group_are_hidden():
    table = small_table()
    done = protect_indicator(table, policy=DisclosurePolicy())
    first = set(done.hidden["group"])
    results = compare_with_reference(table, reference_group="black")
    shown = release(results, protected=done).frame
    year = shown["period"] == "2020"
    assert (shown.loc[year, "status"] == "suppressed").all()
    assert (
        shown.loc[year, ["estimate", "lower", "upper", "p_value", "numerator", "reference_numerator"]]
        .isna()
        .all(axis=None)
    )
    assert shown.loc[~year, "estimate"].notna().all()
    results = compare_with_reference(table, reference_group="white")
    shown = release(results, protected=done).frame
    hidden = shown[(shown["period"] == "2020") & (shown["status"] == "suppressed")]
    assert set(hidden["group"]) == first - {"white"}


@pytest.mark.parametrize("reference", ["others", "best", "average"])
def test_comparisons_with_all_groups_are_hidden_where_one_is(reference):
    table = small_table()
    done = protect_indicator(table, policy=DisclosurePolicy())
    shown = release(compare_with_reference(table, reference=reference), protected=done).frame
    assert (shown.loc[shown["period"] == "2020", "status"] == "suppressed").all()


def test_summaries_over_groups_are_hidden_where_one_is():
    table = small_table()
    done = protect_indicator(table, policy=DisclosurePolicy())
    shown = release(summarise_inequality(table), protected=done).frame
    assert (shown["estimate"].isna() == (shown["period"] == "2020")).all()


def test_a_trend_over_a_hidden_year_is_hidden():
    table = small_table()
    done = protect_indicator(table, policy=DisclosurePolicy())
    shown = release(trend_of_gap(table, reference_group="white"), protected=done).frame
    assert shown.loc[shown["group"] == "black", "estimate"].isna().all()
    kept = set(GROUPS) - set(done.hidden["group"]) - {"white"}
    assert shown.loc[shown["group"].isin(kept), "status"].ne("suppressed").all()


def test_results_carry_the_policy_and_what_was_done():
    table = small_table()
    done = protect_indicator(table, policy=DisclosurePolicy(id="housing"))
    shown = release(summarise_inequality(table), protected=done)
    assert shown.policy.id == "housing"
    assert "Counts under 5 are hidden" in shown.policy.statement
    assert shown.audit.safe
    assert shown.actions


def test_with_rounding_rates_are_made_from_rounded_counts_and_true_results_are_refused():
    table = small_table(value=np.nan)
    table["value"] = table["numerator"] / table["denominator"]
    done = protect_indicator(table, policy=DisclosurePolicy(rounding=Rounding(base=5)))
    kept = done.frame[done.frame["status"] == "published"]
    assert (kept["numerator"] % 5 == 0).all()
    np.testing.assert_allclose(kept["value"], kept["numerator"] / 5000)
    with pytest.raises(ParameterError, match="undo the rounding"):
        release(summarise_inequality(table), protected=done)


def test_open_data_pass_as_they_are():
    frame = small_table()
    pd.testing.assert_frame_equal(release(frame, protected=None).frame, frame)


def test_wales_among_its_local_authorities_is_the_sum_that_gives_a_count_away():
    rng = np.random.default_rng(1)
    parts = []
    for area in area_codes("local_authority"):
        counts = rng.poisson((14, 12, 13, 400, 15)).clip(8)
        if area == "W06000001":
            counts[1] = 2
        rows = [("2021", g, float(n), 5000.0) for g, n in zip(GROUPS, counts, strict=True)]
        parts.append(indicator_table(rows, area=area, area_name=area))
    areas = pd.concat(parts, ignore_index=True)
    wales = areas.groupby("group", as_index=False)[["numerator", "denominator"]].sum()
    rows = [("2021", r.group, r.numerator, r.denominator) for r in wales.itertuples()]
    table = validate(pd.concat([areas, indicator_table(rows)], ignore_index=True))
    done = protect_indicator(table, policy=DisclosurePolicy(), totals=())
    assert len(done.hidden) == 2
    assert set(done.hidden["group"]) == {"black"}
    done = protect_indicator(table, policy=DisclosurePolicy(), totals=("group",))
    assert len(done.hidden) >= 4


def test_mixed_tables_and_unknown_totals_are_refused():
    table = small_table()
    with pytest.raises(ParameterError, match="no dimension 'sex'"):
        protect_indicator(table, policy=DisclosurePolicy(), totals=("sex",))
    with pytest.raises(ParameterError, match="more than one indicator"):
        protect_indicator(pd.concat([table, table.assign(indicator="b")]), policy=DisclosurePolicy())


def test_a_small_total_that_is_published_elsewhere_limits_what_can_be_hidden_and_is_said():
    rows = [("2020", g, float(n), 5000.0) for g, n in zip(GROUPS, (1, 0, 1, 0, 0), strict=True)]
    done = protect_indicator(validate(indicator_table(rows)), policy=DisclosurePolicy())
    assert done.frame["numerator"].isna().all()
    assert any("knows already" in line for line in done.actions)


def detailed_table(counts):
    """Return a table of 2021's detailed groups, 100 people each but for the counts given."""
    from arwap_analysis.ethnicity import get_classification

    groups = get_classification("census_2021").comparable
    rows = [("2021", group, float(counts.get(group, 100)), 5000.0) for group in groups]
    return validate(indicator_table(rows, classification="census_2021"))


def broad_of(groups):
    from arwap_analysis.ethnicity import crosswalk

    found = crosswalk("census_2021", "ethnic_group_5")
    return {found_.source: found_.code for found_ in found if found_.source in groups}


def test_a_detailed_group_is_hidden_with_another_of_its_broad_group_where_that_is_published():
    small = detailed_table({}).iloc[0]["group"]
    table = detailed_table({small: 3})
    alone = protect_indicator(table, policy=DisclosurePolicy(), totals=())
    assert list(alone.hidden["group"]) == [small]
    done = protect_indicator(table, policy=DisclosurePolicy(), totals=(), broad="ethnic_group_5")
    hidden = set(done.hidden["group"])
    assert small in hidden
    assert len(hidden) == 2
    assert len(set(broad_of(hidden).values())) == 1, "the other one has to be of the same broad group"


def test_a_total_over_years_hides_a_second_year():
    done = protect_indicator(small_table(), policy=DisclosurePolicy(), totals=("period",))
    assert set(done.hidden["group"]) == {"black"}
    assert len(set(done.hidden["period"])) == 2


def test_a_total_over_a_stratum_hides_its_other_part():
    rows = pd.concat([small_table().assign(sex="women"), small_table().assign(sex="men", numerator=50.0)])
    table = validate(rows.reset_index(drop=True))
    done = protect_indicator(table, policy=DisclosurePolicy(), totals=("sex",))
    hidden = done.hidden[["period", "group", "sex"]].apply(tuple, axis=1).tolist()
    assert sorted(hidden) == [("2020", "black", "men"), ("2020", "black", "women")]


def test_a_total_that_no_table_has_is_refused():
    with pytest.raises(ParameterError, match="no dimension 'sex'"):
        protect_indicator(small_table(), policy=DisclosurePolicy(), totals=("sex",))
