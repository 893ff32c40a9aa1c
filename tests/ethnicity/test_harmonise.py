import csv
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from arwap_analysis.cli import app
from arwap_analysis.errors import DataError, ParameterError
from arwap_analysis.ethnicity import (
    classification_ids,
    get_classification,
    harmonise_file,
    harmonise_labels,
    read_mapping,
)

LABELS = Path(__file__).resolve().parents[2].parent / "shared" / "labels" / "ethnic_group_labels.csv"


def one(label, *others, **options):
    return harmonise_labels([label, *others], **options)[0]


def test_the_labels_that_publishers_wrote():
    """171 labels with the names that the UK Race Disparity Unit's lookup gives them: one code a name, 95% or more."""
    if not LABELS.is_file():
        pytest.skip("the labels are not beside the project (shared/labels)")
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = harmonise_labels([row["label"] for row in rows])
    codes, names = defaultdict(set), defaultdict(set)
    settled = 0
    for row, result in zip(rows, found, strict=True):
        if result.code:
            settled += 1
            codes[row["standard"]].add(result.code)
            names[result.code].add(row["standard"])
    assert settled >= 0.95 * len(rows)
    assert {name: c for name, c in codes.items() if len(c) > 1} == {}
    assert {code: n for code, n in names.items() if len(n) > 1} == {}


@pytest.mark.parametrize("id", [c for c in classification_ids() if get_classification(c).basis != "observed"])
def test_every_published_name_is_read_as_its_own_group(id):
    classification = get_classification(id)
    groups = [group for group in classification.groups if group.kind == "group"]
    found = harmonise_labels([group.name_en for group in groups])
    wrong = [(g.name_en, h.code) for g, h in zip(groups, found, strict=True) if h.code and h.code != g.code]
    assert wrong == []
    if id != "hesa":  # "Other ethnic background" may be the broad group too
        assert [g.name_en for g, h in zip(groups, found, strict=True) if not h.code and "ixed ethnic" not in g.name_en
                and "ixed / M" not in g.name_en and "Mixed or multiple" not in g.name_en] == []  # fmt: skip


@pytest.mark.parametrize(
    ("label", "code", "classification"),
    [
        ("  WHITE – british ", "white_british", "census_2021"),
        ("Asian/Asian British", "asian", "ethnic_group_5"),
        ("ethnicity_minor_any_other_ethnic_group", "any_other", "census_2021"),
        ("Black, Black British, Black Welsh, Caribbean or African: African", "african", "census_2021"),
        ("Other Black, Black British or Caribbean background", "black_other", "census_2021"),
        ("Mixed - white and black - african", "white_black_african", "census_2021"),
        ("Gypsy/Roma", "gypsy_roma", "school_census_2017"),
        ("Chinese or other", "other", "ethnic_group_5_2001"),
        ("Mixed/other", "other", "ethnic_group_4"),
        ("Ethnic minority (excl. white minorities)", "other", "white_and_other"),
        ("Ethnic minorities (including white minorities)", "other_than_white_british", "white_british_and_other"),
        ("Non-White British", "other_than_white_british", "white_british_and_other"),
        ("Black Carribean", "caribbean", "census_2021"),
        (
            "Mixed or multiple ethnic groups - White or White British and Asian or Asian British",
            "white_asian",
            "census_2021",
        ),
        ("Asian or Asian British", "asian", "ethnic_group_5"),
        ("Du", "black", "ethnic_group_5"),
        ("Cymysg", "mixed", "ethnic_group_5"),
    ],
)
def test_labels_as_they_are_written(label, code, classification):
    found = one(label)
    assert (found.code, found.classification, found.status) == (code, classification, "mapped")


@pytest.mark.parametrize("label", ["Total", "All ethnic groups", "all aged 16 and over", "Pob grŵp ethnig"])
def test_totals(label):
    assert one(label).status == "total"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Not stated", "unknown"), ("Doesn't Apply / No answer", "unknown"), ("Information refused", "unknown"),
        ("ethnicity_major_unclassified", "unclassified"), ("Not applicable", "not_applicable"),
        ("Prefer not to say", "unknown"), ("Ddim yn hysbys", "unknown"),
    ],
)  # fmt: skip
def test_people_whose_group_is_not_known(label, code):
    assert (one(label).status, one(label).code) == ("unknown", code)


@pytest.mark.parametrize(
    "label",
    ["British", "English", "Asian and Chinese", "Asian (excluding Chinese)", "All other ethnic groups", "Somali",
     "White European", "White minorities", "White British and White Irish", "Cardiff", "", "12", "Asian and other",
     "Other than", "African-Caribbean", "White other than White British", "Other/unknown", "Black, Asian, mixed",
     "Indian/Pakistani/Bangladeshi", "White and Black", "=cmd|' /C calc'!A0"],
)  # fmt: skip
def test_what_is_not_certain_is_never_guessed(label):
    assert one(label).status in ("unmapped", "ambiguous")
    assert one(label).code == ""


def test_the_other_labels_of_the_column_settle_a_broad_name():
    broad = ["White", "Asian", "Black", "Other ethnic group"]
    assert one("Mixed ethnic groups", *broad).code == "mixed"
    alone = one("Mixed ethnic groups")
    assert (alone.status, alone.name) == ("ambiguous", "mixed | mixed_other")
    beside_details = one("Mixed ethnic groups", *broad, "White and Asian")
    assert beside_details.status == "ambiguous"


def test_the_classification_of_the_column_settles_a_label_that_only_it_can_hold():
    pupils = ["White British", "Gypsy (from 2018)", "Roma (from 2018)", "Indian", "African"]
    found = one("Traveller", *pupils)
    assert (found.code, found.classification) == ("irish_traveller", "school_census")
    assert one("Traveller").status == "ambiguous"


def test_a_whole_column_shows_which_census_it_follows():
    names = [group.name_en for group in get_classification("nhs").groups if group.kind == "group"]
    assert {h.classification for h in harmonise_labels(names)} <= {"census_2001", "nhs"}
    assert one("White British").classification == "census_2021"


def test_a_column_of_publishers_codes():
    found = harmonise_labels(["A", "z", "H", "99", "R", "H"])
    assert [h.code for h in found] == ["white_british", "unknown", "indian", "unknown", "chinese", "indian"]
    assert found[0].classification == "nhs"
    police = harmonise_labels(["W1", "O1", "NS", "A3"], to="ethnic_group_5")
    assert [h.code for h in police] == ["white", "asian", "unknown", "asian"]
    assert one("A").status == "unmapped"
    assert one("A", "B", "Indian").status == "unmapped"


def test_what_an_officer_saw_stays_what_an_officer_saw(tmp_path):
    file = tmp_path / "stops.csv"
    file.write_text("Officer-defined ethnicity\nWhite\nBlack\nMixed\nOther\n", encoding="utf-8")
    found = harmonise_file(file, column="Officer-defined ethnicity")
    assert [h.classification for h in found] == ["officer_observed", "officer_observed", "", "officer_observed"]
    turned = harmonise_file(file, column="Officer-defined ethnicity", to="ethnic_group_5")
    assert {h.status for h in turned} == {"unmapped"}


def test_a_remainder_is_never_taken_for_the_group_of_the_same_name():
    found = one("Ethnic minorities", "White", to="ethnic_group_5")
    assert (found.status, found.name) == ("ambiguous", "asian | black | mixed | other")
    assert one("Ethnic minorities", "White", to="white_and_other").code == "other"
    assert one("Other ethnic group", to="white_and_other").code == "other"


def test_codes_are_brought_to_another_classification():
    labels = ["Pakistani", "White British", "Chinese", "Not known", "All"]
    found = harmonise_labels(labels, to="ethnic_group_5")
    assert [h.code for h in found] == ["asian", "white", "asian", "unknown", "all"]
    assert {h.classification for h in found} == {"ethnic_group_5"}
    assert one("Asian", to="census_2021").status == "ambiguous"
    with pytest.raises(ParameterError, match="no classification 'census'"):
        harmonise_labels(["White"], to="census")


def test_a_mapping_settles_what_is_not_certain(tmp_path):
    file = tmp_path / "mapping.csv"
    file.write_text("label,code\nSomali,african\nBritish ,white_british\n", encoding="utf-8")
    mapping = read_mapping(file)
    found = harmonise_labels(["Somali", "British", "Indian"], mapping=mapping)
    assert [h.code for h in found] == ["african", "white_british", "indian"]
    with pytest.raises(ParameterError, match="names no known group"):
        harmonise_labels(["Somali"], mapping={"Somali": "afrcan"})
    file.write_text("label,code\nSomali,african\nSomali,black_other\n", encoding="utf-8")
    with pytest.raises(DataError, match="two codes"):
        read_mapping(file)


@given(st.lists(st.text(max_size=60), max_size=20))
def test_any_text_is_read_without_a_crash_and_every_row_has_a_result(labels):
    found = harmonise_labels(labels)
    assert [h.label for h in found] == labels
    for h in found:
        assert h.status in ("mapped", "total", "unknown", "ambiguous", "unmapped")
        if h.status == "mapped":
            assert h.code in get_classification(h.classification).codes


NAMES = st.sampled_from([g.name_en for c in classification_ids() for g in get_classification(c).groups])


@given(NAMES, st.sampled_from([str.upper, str.lower, str.title, lambda s: f"  {s} ", lambda s: s.replace(" ", "  ")]))
def test_case_and_spacing_do_not_matter(name, change):
    assert one(change(name)).code == one(name).code


def test_the_command_prints_one_row_a_row(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text('\ufeffgroup,n\nWhite,1\n"Asian, Asian British",2\nSomali,3\nTotal,6\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["harmonise", str(file), "--column", "group"])
    assert result.exit_code == 0
    lines = list(csv.reader(result.stdout.splitlines()[:5]))
    assert lines[0] == ["label", "code", "name", "classification", "status"]
    assert [line[1] for line in lines[1:]] == ["white", "asian", "", "all"]
    assert "--mapping" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"group\nWhite\n", "no such column"),
        (b"label,n\nAsian, Asian British,2\n", "3 fields"),
        (b"label\n\xff\xfe\n", "UTF-8"),
        (b'label\n"White\n', "not CSV"),
        (b"", "no such column"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_row(tmp_path, content, said):
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=said):
        harmonise_file(file, column="label")
    with pytest.raises(DataError, match="cannot be read"):
        harmonise_file(tmp_path / "absent.csv", column="label")
