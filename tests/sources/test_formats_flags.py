"""Nomis: a flag beside each figure, or a mark in its place, means what the legend in the same file says.

Held against programs that read such downloads and quote their legends: of the Business Register and Employment
Survey (columns of flags without a name; "These figures are missing.") and of the Annual Population Survey (`!` not
available since disclosive, `*` unreliable, `~` less than 500, `-` missing). The figures are made up.
"""

import pytest

from arwap_analysis.errors import DataError
from arwap_analysis.sources.formats import detect_format, read_table
from arwap_analysis.sources.formats.flags import read_legend, said_by
from tests.sources.formats_examples import EXAMPLES, NOMIS_DOWNLOAD, NOMIS_FLAGS


def read(folder, text, **options):
    path = folder / "nomis.csv"
    path.write_text(text, encoding="utf-8")
    (table,) = read_table(path, **options)
    return table.frame


def faults(folder, text):
    with pytest.raises(DataError) as caught:
        read(folder, text, format="nomis_csv")
    return caught.value.faults


def test_each_figure_is_read_with_the_flag_beside_it(tmp_path):
    frame = read(tmp_path, NOMIS_FLAGS)
    assert detect_format(tmp_path / "nomis.csv") == "nomis_csv"
    assert list(frame.columns[:3]) == ["local authority", "mnemonic", "column"]
    found = {(r["local authority"], r["column"]): (r["value"], r["status"]) for _, r in frame.iterrows()}
    assert {key: (None if value != value else value, status) for key, (value, status) in found.items()} == {
        ("Cardiff", "All"): (330, "published"),
        ("Cardiff", "White"): (300, "published"),
        ("Cardiff", "Mixed"): (None, "not_collected"),
        ("Newport", "All"): (140, "low_reliability"),
        ("Newport", "White"): (None, "suppressed"),
        ("Newport", "Mixed"): (None, "suppressed"),
        ("Powys", "All"): (90, "published"),
        ("Powys", "White"): (None, "not_collected"),
        ("Powys", "Mixed"): (10, "published"),
    }


def test_the_legend_is_in_the_reason_and_a_mark_without_one_is_not_guessed(tmp_path):
    frame = read(tmp_path, NOMIS_FLAGS).set_index(["local authority", "column"])
    assert frame.loc[("Cardiff", "Mixed"), "reason"].startswith("These figures are missing.")
    assert frame.loc[("Cardiff", "White"), "note"] == "revised"
    assert frame.loc[("Powys", "All"), "note"] == "marked #, which the file does not explain"
    assert frame.loc[("Powys", "Mixed"), "note"] == "marked A, which the file does not explain"
    assert frame.loc[("Powys", "White"), "reason"] == "the file does not say why (marked ..)"


def test_the_legend_of_the_file_goes_before_the_custom_of_another_publisher(tmp_path):
    plain = NOMIS_DOWNLOAD.replace("300,30", "300,-")
    assert read(tmp_path, plain)["status"].iloc[2] == "not_collected"
    explained = plain + '\n"-","Suppressed to avoid the release of confidential data"\n'
    assert read(tmp_path, explained)["status"].iloc[2] == "suppressed"


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        ("These figures are missing.", "not_collected"),
        ("Estimate and confidence interval not available since the group sample size is zero or disclosive (0-2)",
         "suppressed"),
        ("Estimate and confidence interval unreliable since the group sample size is small (3-9)", "low_reliability"),
        ("These figures are suppressed as statistically unreliable", "suppressed"),
        ("Estimate is less than 500", "suppressed"),
        ("not applicable", "not_applicable"),
        ("These figures are not disclosive", None),
        ("provisional", None),
        ("Normal Value", None),
    ],
)  # fmt: skip
def test_a_mark_means_what_its_words_say(words, alone):
    assert said_by(words).alone == alone


def test_prose_below_the_table_is_no_legend():
    lines = [["A person is counted once."], ["In order to protect people, records were swapped."], ["* rounded"]]
    assert read_legend(lines) == {"*": "rounded"}


def test_the_words_of_a_status_go_before_its_code(tmp_path):
    text = EXAMPLES["nomis_csv"].replace("These figures are suppressed as not reliable", "These figures are missing.")
    frame = read(tmp_path, text)
    assert list(frame["status"]) == ["published", "not_collected"]
    assert frame["reason"].iloc[1] == "These figures are missing. (marked status Q)"


@pytest.mark.parametrize(
    ("old", "new", "code", "row"),
    [
        ('330,,300,"r",-,', '330,300,,"r",-,', "not_a_number", 8),  # shifted by one
        (',"!",~,', ',"!",~', "ragged_row", 9),
        ('10,"A"', "10", "truncated_file", 10),
        ('90,"#"', '90,"-"', "not_a_number", 10),  # a number, and a flag that says there is none
        ('90,"#"', '90,"a remark that is far too long to be a flag of Nomis"', "not_a_number", 10),
        ('140,"*"', ',"r"', "not_a_number", 9),  # revised, and no number
        ('140,"*"', ",", "not_a_number", 9),
        ('"All","","White",""', '"All","Flags","White","x"', "unpaired_flags", 7),
        ('"All","","White",""', '"All","x","White","Flags"', "unpaired_flags", None),
        ('"All","","White","","Mixed","Flags"', '"All","","White","","Mixed","x"', "no_table", None),
    ],
)
def test_flags_that_are_shifted_or_contradict_the_figure_are_refused(tmp_path, old, new, code, row):
    found = faults(tmp_path, NOMIS_FLAGS.replace(old, new, 1))
    assert (found[0].code, found[0].row) == (code, row)
