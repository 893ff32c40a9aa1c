"""What changed between two runs, in words; the folders are made by hand, so no kernel starts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.errors import ParameterError
from arwap_analysis.run import compare_outputs
from arwap_analysis.run.changes import changed_sentences, relative_difference
from tests.run.outputs import FACTS, gap, rate, write_output


@pytest.fixture
def compare(tmp_path):
    """Return a function that compares two made-up runs: rows, and keyword arguments for the second."""

    def made(before, after, first=None, **second):
        one = write_output(tmp_path / "a", before, **(first or {}))
        other = write_output(tmp_path / "b", after, **second)
        return compare_outputs(one, other)

    return made


def test_a_changed_ratio_is_told_with_the_digits_and_intervals_of_the_report(compare):
    found = compare([gap()], [gap(estimate="3.2", lower="2.9", upper="3.6")])
    assert found.sentences() == (
        "Rate ratio, Black compared with White, 2011-12: 3.5 to 3.2 (95% interval 3.1 to 3.9 before, 2.9 to 3.6 now).",
    )
    (figure,) = found.figures
    assert (figure.rank, figure.before, figure.after) == ("gap", "3.5", "3.2")
    assert (figure.before_value, figure.after_value) == ("3.5214056024955562", "3.2")


def test_equal_runs_have_nothing_to_tell(compare):
    found = compare([gap(), rate()], [gap(), rate()])
    assert found.is_empty
    assert found.sentences() == ()


def test_a_difference_below_the_tolerance_is_none(compare):
    assert compare([gap()], [gap(estimate="3.5214056024955567")]).is_empty


def test_a_change_that_the_shown_digits_hide_is_told_with_more(compare):
    (sentence,) = compare([gap()], [gap(estimate="3.5218")]).sentences()
    assert "3.521 to 3.522" in sentence


def test_an_interval_that_moves_alone_is_told(compare):
    (sentence,) = compare([gap()], [gap(confidence="0.9", lower="3.2", upper="3.8")]).sentences()
    assert "3.5 as before (95% interval 3.1 to 3.9 before, 90% interval 3.2 to 3.8 now)" in sentence


def test_intervals_of_another_confidence_are_told_once_for_a_measure_and_only_where_nothing_else_changed(compare):
    old = [gap(), gap(period="2012-13"), gap(exhibit="gap_over_time"), gap(period="2013-14")]
    level = {"confidence": "0.9", "lower": "3.2", "upper": "3.8"}
    new = [gap(**level), gap(period="2012-13", **level), gap(exhibit="gap_over_time", **level),
           gap(period="2013-14", **{**level, "estimate": "3"})]  # fmt: skip
    assert sorted(compare(old, new).sentences()) == [
        "Rate ratio, Black compared with White, 2013-14: 3.5 to 3.0 "
        "(95% interval 3.1 to 3.9 before, 90% interval 3.2 to 3.8 now).",
        "Rate ratio: 90% intervals now, 95% intervals before, around 2 figures that are the same.",
    ]


def test_one_figure_in_two_exhibits_is_told_once(compare):
    old = [gap(), gap(exhibit="gap_over_time")]
    new = [gap(estimate="3"), gap(exhibit="gap_over_time", estimate="3")]
    assert len(compare(old, new).figures) == 1


def test_a_figure_that_became_suppressed_says_so(compare):
    (sentence,) = compare(
        [rate()], [rate(estimate="", lower="", upper="", status="suppressed", reason="Too few")]
    ).sentences()
    assert sentence == (
        "Rate, Black, 2011-12: 15.9 to no figure (suppressed: Too few) "
        "(95% interval 14.1 to 17.8 before, no interval now)."
    )


def test_sentences_come_before_gaps_and_gaps_before_rates_and_counts(compare):
    found = compare(
        [rate(numerator="290.0"), gap()],
        [rate(estimate="16.5", numerator="300.0"), gap(estimate="3.2", finding="no clear difference")],
        points=("The rate was 3.2 times as high.",),
        titles={"gap": "Another title"},
        packages={**FACTS["packages"], "numpy": "2.5.0"},
        parameters={**FACTS["parameters"], "confidence": 0.9},
    )
    starts = [sentence.split(",")[0].split(":")[0] for sentence in found.sentences()]
    assert starts == [
        "The parameter confidence changed",
        "The package numpy changed",
        "In main points",
        "In gap",
        "Finding of rate ratio",
        "Rate ratio",
        "Rate",
        "Count",
    ]


def test_a_new_group_is_told_once_and_not_row_by_row(compare):
    found = compare([gap(), rate()], [gap(), rate(), gap("asian"), rate("asian"), rate("asian", "2012-13")])
    assert found.sentences() == ("The period 2012-13 is new.", "The group Asian is new.")
    assert not found.is_empty


def test_a_figure_that_went_alone_is_named_with_its_value(compare):
    both = [gap(), gap(period="2012-13"), rate(period="2012-13")]
    found = compare([*both, rate()], both)
    assert found.sentences() == ("Rate, Black, 2011-12: no longer there; it was 15.9.",)


def test_a_figure_that_moved_to_another_exhibit_is_not_told_as_lost(compare):
    old = [gap(), gap(period="2012-13"), gap(exhibit="other", period="2012-13")]
    found = compare(old, [*old[:1], old[2]])
    assert found.sentences() == ("The exhibit gap shows other rows: 1 gone, 0 new.",)


def test_an_exhibit_that_went_is_told_by_its_title(compare):
    found = compare([gap(), rate()], [gap()], first={"titles": {"rates": "Rates by group"}})
    assert found.sentences()[0] == "The exhibit 'Rates by group' is gone."
    assert not any(change.place == "rates" for change in found.statements)


def test_strata_tell_rows_apart(compare):
    old = [rate(sex="female"), rate(sex="male")]
    new = [rate(sex="male", estimate="17"), rate(sex="female")]
    (sentence,) = compare(old, new).sentences()
    assert sentence.startswith("Rate, Black, 2011-12, sex male: 15.9 to 17.0")


def test_several_areas_are_named(compare):
    old = [rate(), rate(area="W06000015", area_name="Cardiff")]
    (sentence,) = compare(old, [old[0], {**old[1], "estimate": "17"}]).sentences()
    assert sentence.startswith("Rate, Black, 2011-12, Cardiff: 15.9 to 17.0")


def test_a_picture_that_changed_alone_is_named(tmp_path):
    write_output(tmp_path / "a", [gap()])
    write_output(tmp_path / "b", [gap()])
    (tmp_path / "b" / "figures" / "gap.svg").write_text("<svg> </svg>")
    (tmp_path / "b" / "report.html").write_text("<dt>Report made</dt><dd>2 May 2026</dd>")
    found = compare_outputs(tmp_path / "a", tmp_path / "b")
    assert found.sentences() == ("Not the same to the byte: figures/gap.svg.",)


def test_another_package_alone_is_a_cause_and_no_difference(compare):
    found = compare([gap()], [gap()], packages={"numpy": "2.4.6", "pandas": "3.1.0"})
    assert found.is_empty
    assert found.sentences() == ("The package pandas changed: 3.0.0 to 3.1.0.",)


def test_a_sentence_that_only_moved_has_not_changed():
    assert changed_sentences({"a": ("One.", "Two.")}, {"a": ("Two.", "One.")}) == ()


def test_sentences_are_paired_by_their_words():
    (first, second) = changed_sentences(
        {"a": ("The rate for Black people was 3 times as high.", "Nothing else is known.")},
        {"a": ("A wholly other thing.", "The rate for Black people was 4 times as high.")},
    )[:2]
    assert (first.before[-16:], first.after[-16:]) == ("3 times as high.", "4 times as high.")
    assert (second.before, second.after) == ("Nothing else is known.", None)


@given(st.floats(), st.floats())
def test_the_relative_difference_is_the_same_both_ways_and_zero_only_for_equals(one, other):
    difference = relative_difference(one, other)
    assert difference == relative_difference(other, one)
    assert difference >= 0
    assert (difference == 0) == (one == other or (one != one and other != other))


def test_a_folder_without_a_manifest_or_data_is_a_fault(tmp_path):
    write_output(tmp_path / "a", [gap()])
    with pytest.raises(ParameterError, match="no report with a manifest"):
        compare_outputs(tmp_path / "a", tmp_path / "b")
    write_output(tmp_path / "b", [gap()])
    (tmp_path / "b" / "data.csv").unlink()
    with pytest.raises(ParameterError, match=r"data\.csv"):
        compare_outputs(tmp_path / "a", tmp_path / "b")


def test_the_command_ends_like_the_diff_of_unix(tmp_path):
    a, b = str(write_output(tmp_path / "a", [gap()])), str(write_output(tmp_path / "b", [gap(estimate="3.2")]))
    same = CliRunner().invoke(app, ["diff", a, f"{a}/manifest.json"])
    assert same.exit_code == 0, same.output
    different = CliRunner().invoke(app, ["diff", a, b])
    assert different.exit_code == 1
    assert "3.5 to 3.2" in different.output
    with pytest.raises(ParameterError):
        CliRunner().invoke(app, ["diff", a, str(tmp_path)], catch_exceptions=False)
    as_json = CliRunner().invoke(app, ["diff", "--json", a, b])
    found = json.loads(as_json.output)
    assert found["is_empty"] is False
    assert found["figures"][0]["after"] == "3.2"
    assert "3.5 to 3.2" in found["in_words"][0]


@pytest.mark.parametrize("old", [gap(), gap(group_label_cy="Du", finding_cy="gwaeth")])
def test_the_words_of_another_language_are_compared_by_its_page_alone(compare, old):
    found = compare([old], [gap(group_label_cy="Duon", finding_cy="gwell", estimate="3.2")])
    (sentence,) = found.sentences()
    assert sentence.startswith("Rate ratio, Black compared with White, 2011-12: 3.5 to 3.2")
    assert "Duon" not in sentence
    assert len(found.figures) == 1
