import numpy as np
import pytest

from arwap_analysis import analyse
from tests.conftest import indicator_table

TABLE = indicator_table([
    ("2014-15", "white", 12110, 2928253), ("2014-15", "black", 530, 18276), ("2014-15", "asian", 310, 70128),
    ("2014-15", "unknown", 755, np.nan),
])  # fmt: skip


def choices(table=TABLE, **options):
    found = analyse.ratio_under_other_choices(table, reference_group="white", **options)
    return found.set_index(["group", "choice"])


def test_unknown_ethnicity_is_given_to_one_side_and_then_to_the_other():
    found = choices().loc[("black", "unknown")]
    assert found["lower"] == pytest.approx((530 / 18276) / ((12110 + 755) / 2928253))
    assert found["upper"] == pytest.approx(((530 + 755) / 18276) / (12110 / 2928253))
    assert np.isnan(found["confidence"])


def test_rounding_moves_each_count_by_half_its_base():
    found = choices(rounding_base=5).loc[("asian", "rounding")]
    assert found["upper"] == pytest.approx((312.5 / 70128) / (12107.5 / 2928253))


def test_another_population_keeps_its_interval():
    other = TABLE.assign(denominator=TABLE["denominator"] * np.where(TABLE["group"] == "black", 1.2, 1))
    found = choices(alternative=other)
    assert found.loc[("black", "population"), "estimate"] == pytest.approx(
        found.loc[("black", "main"), "estimate"] / 1.2
    )
    assert found.loc[("black", "population"), "confidence"] == 0.95


def test_only_the_choices_that_the_source_allows_are_shown():
    assert set(choices(TABLE[TABLE["group"] != "unknown"]).index.get_level_values("choice")) == {"main"}


def test_the_share_of_unknown_is_over_all_events():
    (found,) = analyse.recording_completeness(TABLE).to_dict("records")
    assert found["estimate"] == pytest.approx(755 / (12110 + 530 + 310 + 755))
    assert (found["numerator"], found["denominator"]) == (755, 13705)


def test_a_source_without_a_row_for_unknown_is_not_taken_to_be_complete():
    (found,) = analyse.recording_completeness(TABLE[TABLE["group"] != "unknown"]).to_dict("records")
    assert np.isnan(found["estimate"])
    assert "no row" in found["reason"]
