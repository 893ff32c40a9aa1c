"""The last look at a report: figures that fit together pass, and each planted fault is found by the check for it."""

from pathlib import Path

import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.run import load_report, run_report
from arwap_analysis.run.consistency import check_report, check_rows
from tests.run.outputs import ONE_OF_MATRIX

ROOT = Path(__file__).parents[2]
PLACE = {"exhibit": "rates", "indicator": "i", "area": "W92000004", "period": "2020", "classification": "c",
         "choice": "main", "status": "published", "source": "s"}  # fmt: skip


def rate(group, numerator, denominator, **other):
    estimate = 1000 * numerator / denominator
    return {
        **PLACE, "measure": "rate", "scale": "level", "group": group, "estimate": repr(estimate),
        "lower": repr(estimate * 0.9), "upper": repr(estimate * 1.2), "confidence": "0.95", "standard_error": "0.1",
        "numerator": str(numerator), "denominator": str(denominator), "method": "Byar's approximation, per 1,000",
        **other,
    }  # fmt: skip


def ratio(**other):
    return {
        **PLACE, "exhibit": "gap", "measure": "rate_ratio", "scale": "relative", "group": "a", "reference": "b",
        "estimate": "2.0", "lower": "1.0", "upper": "4.0", "confidence": "0.95", "standard_error": "0.35",
        "p_value": "0.05", "p_adjusted": "0.1", "numerator": "20", "denominator": "1000", "reference_numerator": "10",
        "reference_denominator": "1000", "method": "Wald on the log scale", **other,
    }  # fmt: skip


SOUND = [rate("a", 20, 1000), rate("b", 10, 1000), ratio()]


def checks(*rows):
    return {found.check for found in check_rows(rows)}


def test_figures_that_fit_together_pass():
    assert check_rows(SOUND) == ()


@pytest.mark.parametrize(
    ("planted", "check"),
    [
        (rate("a", 20, 1000, estimate="21.0"), "not_from_counts"),
        (rate("a", 20, 1000, lower="20.1"), "outside_limits"),
        (rate("a", 20, 1000, upper="17.0"), "outside_limits"),
        (rate("a", 20, 1000, standard_error="-0.1"), "out_of_range"),
        (rate("a", 20, 1000, status="suppressed"), "suppressed_shown"),
        (ratio(estimate="2.1"), "not_from_counts"),
        (ratio(estimate="2.1"), "not_symmetric"),
        (ratio(upper="4.1"), "not_symmetric"),
        (ratio(p_value="0.01", p_adjusted="0.02"), "p_and_interval"),
        (ratio(lower="1.1", upper=repr(4 / 1.1), p_value="0.2", p_adjusted="0.3"), "p_and_interval"),
        (ratio(p_adjusted="0.04"), "adjusted_below_p"),
        (ratio(p_value="1.2", p_adjusted="1.2"), "out_of_range"),
    ],
)
def test_a_planted_fault_is_found(planted, check):
    assert check in checks(*[row for row in SOUND if row["group"] != planted["group"]], planted)


def test_a_ratio_that_its_rates_do_not_give_is_found():
    other = ratio(
        estimate="3.0", lower="1.5", upper="6.0", numerator="", reference_numerator="", p_value="", p_adjusted=""
    )
    assert checks(*SOUND[:2], other) == {"not_from_rates"}


def test_a_figure_that_two_exhibits_show_differently_is_found():
    assert checks(*SOUND, rate("a", 30, 1000, exhibit="data")) == {"shown_differently"}
    assert checks(*SOUND, rate("a", 20, 1000, exhibit="data")) == set()


def test_bounds_of_other_choices_and_strata_are_not_mistaken_for_the_main_figure():
    assert checks(*SOUND, ratio(choice="unknown", estimate="2.5", lower="1.5", upper="4.0", method="bounds")) == set()
    assert checks(*SOUND, rate("a", 5, 1000, sex="women"), rate("a", 9, 1000, sex="men")) == set()


def test_shares_of_more_than_the_whole_are_found():
    share = {**PLACE, "measure": "share", "scale": "level"}
    parts = [{**share, "group": "a", "estimate": "0.7"}, {**share, "group": "b", "estimate": "0.4"}]
    assert checks(*parts) == {"more_than_the_whole"}
    assert checks(parts[0], {**parts[1], "estimate": "0.3"}) == set()


def test_a_folder_without_figures_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"data\.csv"):
        check_report(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("parameters", sorted((ROOT / "params").glob("*.yml")), ids=lambda path: path.stem)
def test_the_figures_of_every_report_of_ours_fit_together(parameters, tmp_path):
    report = load_report(parameters, overrides=ONE_OF_MATRIX.get(parameters.stem, ()))
    result = run_report(report, out=tmp_path)
    assert check_report(result.folder) == ()
